//! How certificates are read and judged: bytes, anchors and a time in, facts and verdicts out. Pure.
//!
//! Reads with its own tolerant DER reader, because a certificate that no strict library takes must still be shown to
//! the operator, and because signatures are checked over the original bytes. Start with [`certificate`] (facts), then
//! [`chain`] (why a chain is not trusted) and [`ocsp`]: what TLS needs. Documents ask more: [`trust`] answers whether a
//! certificate was good at a time, by [`path`] and [`revocation`].

pub mod anchors;
pub mod certificate;
pub mod chain;
pub mod claim;
pub mod cms;
pub mod evidence;
pub mod judge;
pub mod ocsp;
pub mod path;
pub mod pdf;
pub mod policy;
pub mod revocation;
pub mod stamp;
pub mod strength;
pub mod trust;
pub mod verdict;
pub mod xml;

pub(crate) mod der;

mod algorithm;
mod ber;
mod digests;
mod key;
mod names;
mod oid;
mod scheme;

pub use certificate::certificates;
