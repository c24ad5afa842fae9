//! The algorithms told once more under the signature (RFC 6211), so that nobody exchanges them.

use crate::pki::algorithm::Algorithm;
use crate::pki::cms::read::Signer;
use crate::pki::der::{Element, OID, Reader, SEQUENCE, implicit};

/// Absent parameters and `NULL` say the same (RFC 5754 §2).
const NULL: &[u8] = &[5, 0];

/// Whether the attribute names the algorithms that the signer uses.
pub(super) fn agrees(value: Element<'_>, signer: &Signer<'_>) -> bool {
    let mut inside = Reader::new(value.content);
    let (Some(digest), Some(signature)) = (Algorithm::parse(&mut inside), inside.expect(implicit(1) | 0x20))
    else {
        return false;
    };
    let mut signature = Reader::new(signature.content);
    let Some(oid) = signature.expect(OID) else { return false };
    let signature = Algorithm { oid: oid.content, parameters: signature.next() };
    value.tag == SEQUENCE && same(digest, signer.digest) && same(signature, signer.algorithm)
}

fn same(one: Algorithm<'_>, other: Algorithm<'_>) -> bool {
    let parameters = |algorithm: Algorithm<'_>| {
        let whole = algorithm.parameters.map_or(&[][..], |parameters| parameters.whole);
        if whole == NULL { Vec::new() } else { whole.to_vec() }
    };
    one.oid == other.oid && parameters(one) == parameters(other)
}
