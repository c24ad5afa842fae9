//! How certificates are read and judged: bytes, anchors and a time in, facts and verdicts out. Pure.
//!
//! Reads with its own tolerant [`der`] reader, because a certificate that no strict library takes must still be shown
//! to the operator, and because signatures are checked over the original bytes. Start with [`certificate`].

pub mod certificate;

mod der;
mod names;
mod oid;

pub use certificate::certificates;
