//! How certificates are read and judged: bytes, anchors and a time in, facts and verdicts out. Pure.
//!
//! Reads with its own tolerant DER reader, because a certificate that no strict library takes must still be shown to
//! the operator, and because signatures are checked over the original bytes. Start with [`certificate`] (facts), then
//! [`chain`] (why a chain is not trusted) and [`ocsp`].

pub mod anchors;
pub mod certificate;
pub mod chain;
pub mod claim;
pub mod evidence;
pub mod judge;
pub mod ocsp;
pub mod pdf;
pub mod strength;
pub mod verdict;
pub mod xml;

pub(crate) mod der;

mod algorithm;
mod key;
mod names;
mod oid;

pub use certificate::certificates;
