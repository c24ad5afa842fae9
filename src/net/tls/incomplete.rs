//! Telling a chain with a missing link from one that leads to a stranger.
//!
//! Both look alike from outside: the issuer of the last certificate is not known. What tells them apart is whether anybody
//! could find the missing one.

use der::Decode;
use der::asn1::ObjectIdentifier;
use x509_cert::Certificate;

/// Authority information access: where the issuer's certificate can be fetched (RFC 5280, 4.2.2.1). Every public authority
/// must write it (CA/Browser Forum Baseline Requirements, 7.1.2.7.7).
const ISSUER_ADDRESS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.1.1");

/// Whether a chain whose top issuer is unknown most likely lacks an intermediate certificate. A chain that ends in its own
/// root, or below something that calls itself a root, is complete and its root a stranger. Among private chains, which
/// seldom say where the issuer is found, those of an operator who added roots are taken to belong to them.
pub(super) fn is_incomplete(chain: &[Vec<u8>], has_private_roots: bool) -> bool {
    let Some(top) = chain.last().and_then(|der| Certificate::from_der(der).ok()) else { return false };
    let top = &top.tbs_certificate;
    let issuer = top.issuer.to_string().to_ascii_lowercase();
    if top.issuer == top.subject || issuer.contains("root") {
        return false;
    }
    let mut extensions = top.extensions.iter().flatten();
    has_private_roots || extensions.any(|extension| extension.extn_id == ISSUER_ADDRESS)
}
