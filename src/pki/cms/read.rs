//! The frame of a CMS, read where it lies, in BER or DER: what is in it, not whether it is right.

use std::borrow::Cow;

use crate::model::told::{Told, told};
use crate::pki::algorithm::Algorithm;
use crate::pki::ber::{Octets, Reader};
use crate::pki::cms::attributes::Attributes;
use crate::pki::cms::carried;
use crate::pki::cms::oids::SIGNED_DATA;
use crate::pki::der::{self, Element, INTEGER, OID, SEQUENCE, SET, explicit, implicit, magnitude};
use crate::pki::evidence::Evidence;
use crate::pki::oid::dotted;
use crate::pki::verdict::{Flaw, SignatureReason};

/// The most signers of one CMS.
pub const SIGNERS_MAX: usize = 64;
/// The most certificates, and the most statements, that one CMS may carry.
pub(super) const CARRIED_MAX: usize = 256;

/// The longest signature value, in bytes: that of the largest RSA key has 2,048, of ML-DSA-87 4,627.
const SIGNATURE_MAX: usize = 16 * 1024;

/// What a CMS carries, borrowed from its bytes.
#[derive(Clone, Debug)]
pub struct SignedData<'a> {
    /// The type of the content: an identifier, content octets.
    pub(in crate::pki) content_type: &'a [u8],
    /// The content, if it is inside.
    pub(in crate::pki) content: Option<Octets<'a>>,
    /// Certificates and statements that all signers share.
    pub carried: Evidence,
    /// The signers, in order.
    pub signers: Vec<Signer<'a>>,
}

/// How a signer is named.
#[derive(Clone, Copy, Debug)]
pub(super) enum Identifier<'a> {
    /// By the certificate's issuer (as it came) and serial number (without leading zeros).
    Serial { issuer: &'a [u8], serial: &'a [u8] },
    /// By the identifier of the key.
    Key(&'a [u8]),
}

/// One signer.
#[derive(Clone, Debug)]
pub struct Signer<'a> {
    pub(super) identifier: Identifier<'a>,
    pub(super) digest: Algorithm<'a>,
    /// The signed attributes as they came, with their own tag.
    pub(super) signed: Option<(Element<'a>, Attributes<'a>)>,
    pub(super) algorithm: Algorithm<'a>,
    pub(super) signature: Cow<'a, [u8]>,
    pub(super) unsigned: Attributes<'a>,
    /// How many signatures over this signature there are. They are counted, not judged.
    pub counter_signatures: usize,
}

impl SignedData<'_> {
    /// How many bytes the certificates and statements take that all signers share.
    pub(super) fn carried_bytes(&self) -> usize {
        let statements =
            self.carried.crls.iter().chain(&self.carried.ocsps).map(|statement| &statement.bytes);
        self.carried.certificates.iter().chain(statements).map(Vec::len).sum()
    }
}

fn malformed(what: &str) -> Flaw {
    Flaw::new(
        SignatureReason::Malformed,
        told!("không đọc được cấu trúc CMS ({what})", "the CMS cannot be read ({what})"),
    )
}

pub(super) fn too_many(told: Told) -> Flaw {
    Flaw::new(SignatureReason::TooComplex, told)
}

/// Reads a CMS in BER or DER. What follows it may only be zeros or white space: `/Contents` of a PDF is filled up.
///
/// # Errors
/// Not signed data, cut short, or more than is read here.
pub fn read(bytes: &[u8]) -> Result<SignedData<'_>, Flaw> {
    let mut reader = Reader::new(bytes);
    let mut outer = reader.enter(SEQUENCE).ok_or_else(|| malformed("ContentInfo"))?;
    if !reader.rest().iter().all(|byte| *byte == 0 || byte.is_ascii_whitespace()) {
        return Err(malformed("bytes behind its end"));
    }
    let kind = outer.expect(OID).ok_or_else(|| malformed("ContentInfo.contentType"))?.content;
    if kind != SIGNED_DATA.as_bytes() {
        let kind = dotted(kind);
        let told = told!("không phải dữ liệu ký số mà là loại {kind}", "not signed data but of type {kind}");
        return Err(Flaw::new(SignatureReason::Malformed, told));
    }
    let inside = outer.enter(explicit(0)).and_then(|mut inner| inner.enter(SEQUENCE));
    signed_data(inside.ok_or_else(|| malformed("ContentInfo.content"))?)
}

fn signed_data(mut reader: Reader<'_>) -> Result<SignedData<'_>, Flaw> {
    reader.expect(INTEGER).ok_or_else(|| malformed("SignedData.version"))?;
    reader.expect(SET).ok_or_else(|| malformed("SignedData.digestAlgorithms"))?;
    let (content_type, content) = reader
        .enter(SEQUENCE)
        .and_then(encapsulated)
        .ok_or_else(|| malformed("SignedData.encapContentInfo"))?;
    let (certificates, statements) = (reader.expect(explicit(0)), reader.expect(explicit(1)));
    let carried = carried::shared(certificates, statements)?;
    let mut list = reader.enter(SET).ok_or_else(|| malformed("SignedData.signerInfos"))?;
    let mut signers = Vec::new();
    for element in list.by_ref() {
        if signers.len() == SIGNERS_MAX {
            return Err(too_many(told!(
                "có hơn {SIGNERS_MAX} người ký trong một CMS",
                "the CMS has more than {SIGNERS_MAX} signers"
            )));
        }
        signers.push(signer(element)?.ok_or_else(|| malformed("SignerInfo"))?);
    }
    if !list.rest().is_empty() || !reader.rest().is_empty() {
        return Err(malformed("SignedData"));
    }
    Ok(SignedData { content_type, content, carried, signers })
}

fn encapsulated(mut reader: Reader<'_>) -> Option<(&[u8], Option<Octets<'_>>)> {
    let kind = reader.expect(OID)?.content;
    let content = match reader.enter(explicit(0)) {
        Some(mut inside) => Some(Octets::of(inside.next()?).filter(|_| inside.rest().is_empty())?),
        None => None,
    };
    reader.rest().is_empty().then_some((kind, content))
}

/// Reads one signer; `None` where it cannot be read.
fn signer(element: Element<'_>) -> Result<Option<Signer<'_>>, Flaw> {
    let Some(mut reader) = Reader::new(element.whole).enter(SEQUENCE) else { return Ok(None) };
    let _version = reader.expect(INTEGER);
    let (Some(identifier), Some(digest)) = (identifier(&mut reader), algorithm(&mut reader)) else {
        return Ok(None);
    };
    let signed = match reader.expect(explicit(0)) {
        Some(element) => Some((element, Attributes::read(element.content)?)),
        None => None,
    };
    let Some(algorithm) = algorithm(&mut reader) else { return Ok(None) };
    let Some(signature) = reader.next().and_then(Octets::of) else { return Ok(None) };
    let unsigned = match reader.expect(explicit(1)) {
        Some(element) => Attributes::read(element.content)?,
        None => Attributes::default(),
    };
    let counter_signatures = unsigned.counter_signatures();
    let signature = signature.joined();
    if signature.len() > SIGNATURE_MAX {
        return Err(too_many(told!(
            "giá trị chữ ký dài hơn {SIGNATURE_MAX} byte",
            "the signature value has more than {SIGNATURE_MAX} bytes"
        )));
    }
    let whole = reader.rest().is_empty();
    Ok(whole.then_some(Signer {
        identifier,
        digest,
        signed,
        algorithm,
        signature,
        unsigned,
        counter_signatures,
    }))
}

fn identifier<'a>(reader: &mut Reader<'a>) -> Option<Identifier<'a>> {
    let element = reader.next()?;
    if element.tag == implicit(0) {
        return Some(Identifier::Key(element.content));
    }
    let mut inside = Reader::new(element.content);
    let issuer = inside.expect(SEQUENCE)?.whole;
    let serial = magnitude(inside.expect(INTEGER)?.content);
    (element.tag == SEQUENCE).then_some(Identifier::Serial { issuer, serial })
}

/// Algorithms are read as DER: no signer writes them otherwise.
fn algorithm<'a>(reader: &mut Reader<'a>) -> Option<Algorithm<'a>> {
    Algorithm::parse(&mut der::Reader::new(reader.expect(SEQUENCE)?.whole))
}
