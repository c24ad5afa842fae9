//! How certificates are read and judged: bytes, anchors and a time in, facts and verdicts out. Pure.
//!
//! Reads with its own tolerant DER reader, because a certificate that no strict library takes must still be shown to
//! the operator, and because signatures are checked over the original bytes. Start with [`certificate`] (facts), then
//! [`chain`] (why a chain is not trusted) and [`ocsp`].

pub mod certificate;
pub mod chain;
pub mod ocsp;
pub mod strength;

mod algorithm;
mod der;
mod key;
mod names;
mod oid;

pub use certificate::certificates;

use rustls_pki_types::TrustAnchor;

use crate::model::facts::TlsFacts;
use crate::model::reason::Reason;

/// Why the chain of a handshake was not accepted, told more exactly than the handshake can: a chain without anchor is
/// told apart into one that lacks an intermediate and one whose root is unknown.
#[must_use]
pub fn refined(tls: &TlsFacts, anchors: &[TrustAnchor<'_>]) -> Option<Reason> {
    let chain = tls.chain.as_ref().filter(|_| tls.reason == Some(Reason::TlsUntrusted));
    chain.and_then(|chain| chain::trust(&chain.der, anchors).reason()).or(tls.reason)
}
