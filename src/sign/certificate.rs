//! What a signature needs of certificates: which one belongs to the key, and how it is named.

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

use crate::model::told::told;
use crate::pki::der::{BIT_STRING, INTEGER, OID, Reader, SEQUENCE, explicit, octets_of_bits};
use crate::sign::fault::{Obstacle, SignFault};

/// The parts of a certificate that signatures name, borrowed from its bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parts<'a> {
    /// The serial number, a whole `INTEGER`.
    pub(super) serial: &'a [u8],
    /// The issuer's `Name`, whole.
    pub(super) issuer: &'a [u8],
    /// The key's algorithm, content octets of its identifier.
    pub(super) algorithm: &'a [u8],
    /// The curve, content octets of its identifier, where the parameters name one.
    pub(super) curve: Option<&'a [u8]>,
    /// The public key itself.
    pub(super) key: &'a [u8],
}

impl<'a> Parts<'a> {
    /// Takes a certificate apart; `None` where its frame is broken.
    pub(super) fn of(certificate: &'a [u8]) -> Option<Self> {
        let mut signed = Reader::new(certificate).enter(SEQUENCE)?.enter(SEQUENCE)?;
        let _version = signed.expect(explicit(0));
        let serial = signed.expect(INTEGER)?.whole;
        let _algorithm = signed.expect(SEQUENCE)?;
        let issuer = signed.expect(SEQUENCE)?.whole;
        let _validity = signed.expect(SEQUENCE)?;
        let _subject = signed.expect(SEQUENCE)?;
        let mut key = signed.enter(SEQUENCE)?;
        let mut algorithm = key.enter(SEQUENCE)?;
        Some(Self {
            serial,
            issuer,
            algorithm: algorithm.expect(OID)?.content,
            curve: algorithm.expect(OID).map(|curve| curve.content),
            key: octets_of_bits(key.expect(BIT_STRING)?.content)?,
        })
    }
}

/// Certificates out of a PEM file with any number of them, or one in DER.
pub(super) fn read_all(file: &[u8]) -> Result<Vec<Vec<u8>>, SignFault> {
    let found: Vec<Vec<u8>> = if Parts::of(file).is_some() {
        vec![file.to_vec()]
    } else {
        CertificateDer::pem_slice_iter(file).flatten().map(|found| found.to_vec()).collect()
    };
    if found.is_empty() || found.iter().any(|certificate| Parts::of(certificate).is_none()) {
        return Err(SignFault::new(
            Obstacle::Certificate,
            told!(
                "tệp chứng thư không đọc được: cần PEM có các khối \"BEGIN CERTIFICATE\", hoặc một chứng thư dạng DER",
                "the certificate file cannot be read: it must be PEM with \"BEGIN CERTIFICATE\" blocks, or one certificate in DER"
            ),
        ));
    }
    Ok(found)
}

/// The chain with the certificate of this public key first. One that is no part of the chain does no harm.
pub(super) fn ordered(certificates: Vec<Vec<u8>>, public_key: &[u8]) -> Result<Vec<Vec<u8>>, SignFault> {
    let owns = |certificate: &Vec<u8>| Parts::of(certificate).is_some_and(|parts| parts.key == public_key);
    let Some(place) = certificates.iter().position(owns) else {
        return Err(mismatch(certificates.len()));
    };
    let mut ordered = certificates;
    ordered.swap(0, place);
    Ok(ordered)
}

/// No certificate belongs to the key.
pub(super) fn mismatch(count: usize) -> SignFault {
    SignFault::new(
        Obstacle::Certificate,
        told!(
            "không chứng thư nào trong {count} chứng thư đã cho thuộc về khóa ký: cần chứng thư có khóa công khai của chính khóa này",
            "none of the {count} certificates given belongs to the key: the certificate with this key's own public key is needed"
        ),
    )
}
