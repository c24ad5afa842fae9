//! CAdES: a CMS signature with the attributes of ETSI EN 319 122-1, level B-B, and B-T once a timestamp is added.
//!
//! The signature value exists before the timestamp does, because the timestamp is over it: [`sign`] gives a
//! [`CmsSignature`], whose [`request`](CmsSignature::request) goes to a timestamp authority.

use chrono::{DateTime, Datelike, Utc};
use der::asn1::ObjectIdentifier;

use crate::pki::der::{GENERALIZED_TIME, INTEGER, UTC_TIME, explicit};
use crate::sign::certificate::{Parts, mismatch};
use crate::sign::der::{element, octets, oid, sequence, set_of, sorted};
use crate::sign::fault::SignFault;
use crate::sign::key::Signer;
use crate::sign::scheme::{Digest, Scheme};
use crate::sign::timestamp::TimestampRequest;

const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
pub(super) const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
const SIGNING_TIME: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.5");
const SIGNING_CERTIFICATE_V2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47");
const SIGNATURE_TIME_STAMP: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.14");

/// What is signed, and where it is kept.
#[derive(Clone, Copy, Debug)]
pub enum Content<'a> {
    /// The signature carries it.
    Attached(&'a [u8]),
    /// It lies elsewhere, in one piece or several; the signature holds only its digest.
    Detached(&'a [&'a [u8]]),
}

/// A CMS signature, with or without timestamps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CmsSignature {
    scheme: Scheme,
    /// `EncapsulatedContentInfo`, whole.
    content: Vec<u8>,
    certificates: Vec<Vec<u8>>,
    /// Content octets of the signed attributes' set.
    attributes: Vec<u8>,
    value: Vec<u8>,
    timestamps: Vec<Vec<u8>>,
}

/// Signs. `claimed` is the time that the signer claims; PDF signatures keep it elsewhere and must not have it here.
///
/// # Errors
/// If the key does not sign.
pub fn sign(
    signer: &Signer,
    content: Content<'_>,
    claimed: Option<DateTime<Utc>>,
) -> Result<CmsSignature, SignFault> {
    let digest = signer.scheme().digest();
    let (digested, carried) = match content {
        Content::Attached(bytes) => (digest.of(bytes), element(explicit(0), &octets(bytes))),
        Content::Detached(parts) => (digest.of_parts(parts), Vec::new()),
    };
    let mut attributes = vec![
        attribute(CONTENT_TYPE, oid(DATA)),
        attribute(MESSAGE_DIGEST, octets(&digested)),
        attribute(SIGNING_CERTIFICATE_V2, signing_certificate(signer, digest)?),
    ];
    attributes.extend(claimed.map(|time| attribute(SIGNING_TIME, time_of(time))));
    let value = signer.sign(&set_of(attributes.clone()))?;
    Ok(CmsSignature {
        scheme: signer.scheme(),
        content: sequence(&[&oid(DATA), &carried]),
        certificates: signer.certificates().to_vec(),
        attributes: sorted(attributes),
        value,
        timestamps: Vec::new(),
    })
}

impl CmsSignature {
    /// The question to a timestamp authority about this signature. The nonce should be random and never used twice.
    #[must_use]
    pub fn request(&self, nonce: u64) -> TimestampRequest {
        TimestampRequest::over(&self.value, nonce)
    }

    /// Adds a token that [`TimestampRequest::read`] took: the signature is of level B-T from then on.
    #[must_use]
    pub fn with_timestamp(mut self, token: Vec<u8>) -> Self {
        self.timestamps.push(token);
        self
    }

    /// The signature as a file: a DER `ContentInfo`.
    #[must_use]
    pub fn to_der(&self) -> Vec<u8> {
        let digest = self.scheme.digest().identifier();
        let signed = sequence(&[
            &element(INTEGER, &[1]),
            &set_of(vec![digest]),
            &self.content,
            &element(explicit(0), &sorted(self.certificates.clone())),
            &set_of(vec![self.signer_info()]),
        ]);
        sequence(&[&oid(SIGNED_DATA), &element(explicit(0), &signed)])
    }

    fn signer_info(&self) -> Vec<u8> {
        let signer = self.certificates.first().and_then(|first| Parts::of(first));
        let issuer = signer.map(|parts| sequence(&[parts.issuer, parts.serial])).unwrap_or_default();
        let stamps = self.timestamps.iter().map(|token| attribute(SIGNATURE_TIME_STAMP, token.clone()));
        let stamps = sorted(stamps.collect());
        let unsigned = if stamps.is_empty() { Vec::new() } else { element(explicit(1), &stamps) };
        sequence(&[
            &element(INTEGER, &[1]),
            &issuer,
            &self.scheme.digest().identifier(),
            &element(explicit(0), &self.attributes),
            &self.scheme.identifier(),
            &octets(&self.value),
            &unsigned,
        ])
    }
}

fn attribute(identifier: ObjectIdentifier, value: Vec<u8>) -> Vec<u8> {
    sequence(&[&oid(identifier), &set_of(vec![value])])
}

/// `SigningCertificateV2` (RFC 5035 §3): the certificate by its digest, its issuer and its number. SHA-256 is the default
/// and so is not written.
fn signing_certificate(signer: &Signer, digest: Digest) -> Result<Vec<u8>, SignFault> {
    let parts = Parts::of(signer.certificate()).ok_or_else(|| mismatch(1))?;
    let directory_name = element(explicit(4), parts.issuer);
    let issuer = sequence(&[&sequence(&[&directory_name]), parts.serial]);
    let algorithm = if digest == Digest::Sha256 { Vec::new() } else { digest.identifier() };
    let identifier = sequence(&[&algorithm, &octets(&digest.of(signer.certificate())), &issuer]);
    Ok(sequence(&[&sequence(&[&identifier])]))
}

/// `Time` of RFC 5652 §11.3: two digits of the year until 2049.
fn time_of(time: DateTime<Utc>) -> Vec<u8> {
    if (1950..2050).contains(&time.year()) {
        return element(UTC_TIME, time.format("%y%m%d%H%M%SZ").to_string().as_bytes());
    }
    element(GENERALIZED_TIME, time.format("%Y%m%d%H%M%SZ").to_string().as_bytes())
}
