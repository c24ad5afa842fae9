//! Questions to an OCSP responder (RFC 6960 §4.1), unsigned.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

use crate::pki::der::{INTEGER, OCTET_STRING, OID, SEQUENCE, explicit};
use crate::pki::oid::SHA1;
use crate::pki::path::build::Issuer;
use crate::pki::path::card::Card;
use crate::pki::path::oids::OCSP_NONCE;

/// The request for one certificate, by its `CertID` (DER) as `Wanted::Ocsp` carries it. Without a nonce the answer may
/// come from a cache. Nonces have 1 to 32 octets (RFC 8954 §2.1).
#[must_use]
pub fn ocsp_request(certificate: &[u8], nonce: Option<&[u8]>) -> Vec<u8> {
    let list = written(SEQUENCE, &[&written(SEQUENCE, &[certificate])]);
    let extensions = nonce.map(|nonce| {
        let value = written(OCTET_STRING, &[&written(OCTET_STRING, &[nonce])]);
        let extension = written(SEQUENCE, &[&written(OID, &[OCSP_NONCE.as_bytes()]), &value]);
        written(explicit(2), &[&written(SEQUENCE, &[&extension])])
    });
    let question = written(SEQUENCE, &[&list, extensions.as_deref().unwrap_or_default()]);
    written(SEQUENCE, &[&question])
}

/// The `CertID` of a certificate. With SHA-1, the one hash that every responder knows (RFC 5019 §2.1.1): it names the
/// certificate and proves nothing.
pub(in crate::pki) fn certificate_id(card: &Card<'_>, issuer: &Issuer<'_>) -> Vec<u8> {
    let hash = |bytes: &[u8]| written(OCTET_STRING, &[digest(&SHA1_FOR_LEGACY_USE_ONLY, bytes).as_ref()]);
    let algorithm = written(SEQUENCE, &[&written(OID, &[SHA1.as_bytes()]), &[0x05, 0x00]]);
    let serial = written(INTEGER, &[card.serial]);
    written(SEQUENCE, &[&algorithm, &hash(card.parts.issuer), &hash(issuer.key.bits), &serial])
}

/// One element of DER.
fn written(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let octets = length.to_be_bytes();
    let octets = crate::pki::der::magnitude(&octets);
    let mut bytes = vec![tag];
    match (octets.len(), octets.first()) {
        (0, _) => bytes.push(0),
        (1, Some(short)) if *short < 0x80 => bytes.push(*short),
        (count, _) => {
            bytes.push(0x80 | u8::try_from(count).unwrap_or(0x7f));
            bytes.extend(octets);
        }
    }
    parts.iter().for_each(|part| bytes.extend(*part));
    bytes
}
