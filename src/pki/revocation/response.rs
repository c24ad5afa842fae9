//! One OCSP response, read without judging (RFC 6960 §4.2).

use aws_lc_rs::digest::{self, digest};
use chrono::{DateTime, Utc};
use der::asn1::ObjectIdentifier;

use crate::model::told::{Told, told};
use crate::pki::algorithm::Algorithm;
use crate::pki::certificate::time;
use crate::pki::der::{
    BIT_STRING, ENUMERATED, Element, GENERALIZED_TIME, INTEGER, OCTET_STRING, OID, Reader, SEQUENCE,
    explicit, implicit, octets_of_bits,
};
use crate::pki::evidence::Statement;
use crate::pki::names::hexadecimal;
use crate::pki::oid::{OCSP_BASIC, SHA1, SHA256, SHA384, SHA512};
use crate::pki::path::build::Issuer;
use crate::pki::path::card::{Card, Extension, extensions, sha256, shortest};
use crate::pki::path::name::Name;
use crate::pki::path::oids;
use crate::pki::revocation::{OcspAnswer, OcspStatus, Revocation, RevocationReason};

/// The most single answers of one response.
const SINGLES_MAX: usize = 256;
/// The most certificates of one response.
const CERTIFICATES_MAX: usize = 16;
/// The most octets of a serial number that are shown.
const SERIAL_MAX: usize = 64;
/// Extensions that are understood, so that they may be critical.
const UNDERSTOOD: &[ObjectIdentifier] =
    &[oids::OCSP_NONCE, oids::OCSP_ARCHIVE_CUTOFF, oids::OCSP_EXTENDED_REVOKE];

/// A basic response.
#[derive(Debug)]
pub(in crate::pki) struct Basic<'a> {
    /// As it came.
    pub(in crate::pki) statement: &'a Statement,
    /// SHA-256 over it.
    pub(in crate::pki) digest: [u8; 32],
    /// What is signed.
    pub(in crate::pki) signed: &'a [u8],
    /// With what.
    pub(in crate::pki) algorithm: Algorithm<'a>,
    /// The signature.
    pub(in crate::pki) signature: &'a [u8],
    /// When it was made.
    pub(in crate::pki) produced_at: DateTime<Utc>,
    /// What it says, one by one.
    pub(in crate::pki) singles: Vec<Single<'a>>,
    /// Certificates that it carries.
    pub(in crate::pki) certificates: Vec<Card<'a>>,
    responder: Responder<'a>,
    extensions: Vec<Extension<'a>>,
}

/// How a responder names itself.
#[derive(Debug)]
enum Responder<'a> {
    Name(Name),
    /// SHA-1 of its key.
    Key(&'a [u8]),
}

/// What is said of one certificate.
#[derive(Debug)]
pub(in crate::pki) struct Single<'a> {
    hash: &'a [u8],
    name_hash: &'a [u8],
    key_hash: &'a [u8],
    serial: &'a [u8],
    status: Element<'a>,
    extensions: Vec<Extension<'a>>,
    /// Since when it is so.
    pub(in crate::pki) this_update: DateTime<Utc>,
    /// Until when it is current.
    pub(in crate::pki) next_update: Option<DateTime<Utc>>,
}

/// Reads a response; the reason where it says nothing.
pub(in crate::pki) fn read(statement: &Statement) -> Result<Basic<'_>, Told> {
    let unreadable = || told!("không đọc được phản hồi OCSP", "the OCSP response cannot be read");
    let mut outer = Reader::new(&statement.bytes).enter(SEQUENCE).ok_or_else(unreadable)?;
    let status = outer.expect(ENUMERATED).ok_or_else(unreadable)?.content;
    if status != [0] {
        let word = status_word(status);
        return Err(told!("máy chủ OCSP trả lời \"{word}\"", "the OCSP responder answered \"{word}\""));
    }
    let bytes = outer.enter(explicit(0)).and_then(|mut inner| inner.enter(SEQUENCE));
    let mut bytes = bytes.ok_or_else(unreadable)?;
    if bytes.expect(OID).ok_or_else(unreadable)?.content != OCSP_BASIC.as_bytes() {
        return Err(told!(
            "phản hồi OCSP thuộc loại chưa được hỗ trợ",
            "the OCSP response is of a type that is not known here"
        ));
    }
    let content = bytes.expect(OCTET_STRING).ok_or_else(unreadable)?.content;
    Basic::read(statement, content).ok_or_else(unreadable)
}

/// RFC 6960 §4.2.1.
fn status_word(status: &[u8]) -> &'static str {
    match status {
        [1] => "malformedRequest",
        [2] => "internalError",
        [3] => "tryLater",
        [5] => "sigRequired",
        [6] => "unauthorized",
        _ => "an unknown status",
    }
}

impl<'a> Basic<'a> {
    fn read(statement: &'a Statement, content: &'a [u8]) -> Option<Self> {
        let mut outer = Reader::new(content).enter(SEQUENCE)?;
        let signed = outer.expect(SEQUENCE)?;
        let algorithm = Algorithm::parse(&mut outer)?;
        let signature = octets_of_bits(outer.expect(BIT_STRING)?.content)?;
        let carried = outer.enter(explicit(0)).and_then(|mut inner| inner.enter(SEQUENCE));
        let carried = carried.into_iter().flatten().take(CERTIFICATES_MAX);

        let mut data = Reader::new(signed.content);
        // Version 1, which is the one there is, is seldom written.
        let version = data.enter(explicit(0)).map(|mut version| version.next());
        if version.is_some_and(|version| version.is_none_or(|number| number.whole != [INTEGER, 1, 0])) {
            return None;
        }
        let responder = Responder::read(data.next()?)?;
        let produced_at = data.expect(GENERALIZED_TIME).and_then(time)?;
        let singles = singles(data.enter(SEQUENCE)?)?;
        let own = data.expect(explicit(1)).map_or(Some(Vec::new()), |own| extensions(own.content))?;
        data.is_empty().then(|| Self {
            statement,
            digest: sha256(&statement.bytes),
            signed: signed.whole,
            algorithm,
            signature,
            responder,
            produced_at,
            singles,
            extensions: own,
            certificates: carried.filter_map(|element| Card::read(element.whole)).collect(),
        })
    }

    /// Whether the responder names itself by this name or key.
    pub(in crate::pki) fn is_by(&self, name: &Name, key: &[u8]) -> bool {
        match &self.responder {
            Responder::Name(own) => own == name,
            Responder::Key(own) => digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, key).as_ref() == *own,
        }
    }

    /// The name by which the responder goes, if it does by one.
    pub(in crate::pki) fn responder_name(&self) -> Option<&Name> {
        match &self.responder {
            Responder::Name(name) => Some(name),
            Responder::Key(_) => None,
        }
    }

    /// Whether the response answers another question than ours. One without a nonce may come from a cache; then its
    /// times decide.
    pub(in crate::pki) fn is_stale(&self) -> bool {
        let own = self.extensions.iter().find(|own| own.oid == oids::OCSP_NONCE.as_bytes());
        let (Some(asked), Some(own)) = (&self.statement.nonce, own) else { return false };
        let inner = Reader::new(own.value).expect(OCTET_STRING).map(|inner| inner.content);
        inner != Some(asked) && own.value != asked
    }

    /// A critical extension that is not understood.
    pub(in crate::pki) fn strange(&self) -> Option<&'a [u8]> {
        strange(&self.extensions)
    }
}

fn strange<'a>(extensions: &[Extension<'a>]) -> Option<&'a [u8]> {
    let mut critical = extensions.iter().filter(|own| own.critical);
    critical.find(|own| !UNDERSTOOD.iter().any(|known| known.as_bytes() == own.oid)).map(|own| own.oid)
}

impl<'a> Responder<'a> {
    fn read(element: Element<'a>) -> Option<Self> {
        let mut inner = Reader::new(element.content);
        match element.tag {
            tag if tag == explicit(1) => Some(Self::Name(Name::read(element.content)?)),
            tag if tag == explicit(2) => Some(Self::Key(inner.expect(OCTET_STRING)?.content)),
            _ => None,
        }
    }
}

fn singles(mut list: Reader<'_>) -> Option<Vec<Single<'_>>> {
    let mut read = Vec::new();
    for element in list.by_ref() {
        if read.len() == SINGLES_MAX {
            return None;
        }
        read.push(Single::read(element.content)?);
    }
    list.is_empty().then_some(read)
}

impl<'a> Single<'a> {
    fn read(content: &'a [u8]) -> Option<Self> {
        let mut reader = Reader::new(content);
        let mut id = reader.enter(SEQUENCE)?;
        let hash = Algorithm::parse(&mut id)?.oid;
        let name_hash = id.expect(OCTET_STRING)?.content;
        let key_hash = id.expect(OCTET_STRING)?.content;
        let serial = shortest(id.expect(INTEGER)?.content);
        let status = reader.next()?;
        let this_update = reader.expect(GENERALIZED_TIME).and_then(time)?;
        let next_update = match reader.enter(explicit(0)) {
            Some(mut inner) => Some(inner.next().and_then(time)?),
            None => None,
        };
        let own = reader.expect(explicit(1)).map_or(Some(Vec::new()), |own| extensions(own.content))?;
        reader.is_empty().then_some(Self {
            hash,
            name_hash,
            key_hash,
            serial,
            status,
            extensions: own,
            this_update,
            next_update,
        })
    }

    /// Whether it is about this certificate.
    pub(in crate::pki) fn is_about(&self, card: &Card<'_>, issuer: &Issuer<'_>) -> bool {
        let algorithm = match self.hash {
            oid if oid == SHA1.as_bytes() => &digest::SHA1_FOR_LEGACY_USE_ONLY,
            oid if oid == SHA256.as_bytes() => &digest::SHA256,
            oid if oid == SHA384.as_bytes() => &digest::SHA384,
            oid if oid == SHA512.as_bytes() => &digest::SHA512,
            _ => return false,
        };
        let is_name = |name: &[u8]| self.name_hash == digest(algorithm, name).as_ref();
        self.serial == card.serial
            && (is_name(card.parts.issuer) || is_name(issuer.name_der))
            && self.key_hash == digest(algorithm, issuer.key.bits).as_ref()
    }

    /// Itself, for showing.
    pub(in crate::pki) fn answer(&self) -> OcspAnswer {
        OcspAnswer {
            serial: hexadecimal(self.serial.get(..SERIAL_MAX).unwrap_or(self.serial)),
            status: self.status(),
            this_update: self.this_update,
            next_update: self.next_update,
        }
    }

    /// What it says.
    pub(in crate::pki) fn status(&self) -> OcspStatus {
        if self.status.tag == implicit(0) {
            return OcspStatus::Good;
        }
        if self.status.tag != explicit(1) {
            return OcspStatus::Unknown;
        }
        let mut inside = Reader::new(self.status.content);
        let Some(at) = inside.expect(GENERALIZED_TIME).and_then(time) else { return OcspStatus::Unknown };
        let code = inside
            .enter(explicit(0))
            .and_then(|mut reason| reason.expect(ENUMERATED))
            .and_then(|reason| reason.content.first().copied());
        OcspStatus::Revoked(Revocation { at, reason: RevocationReason::of(code.unwrap_or(0)) })
    }

    /// Since when the responder remembers certificates that expired.
    pub(in crate::pki) fn archive_cutoff(&self) -> Option<DateTime<Utc>> {
        let own = self.extensions.iter().find(|own| own.oid == oids::OCSP_ARCHIVE_CUTOFF.as_bytes())?;
        Reader::new(own.value).expect(GENERALIZED_TIME).and_then(time)
    }

    /// A critical extension that is not understood.
    pub(in crate::pki) fn strange(&self) -> Option<&'a [u8]> {
        strange(&self.extensions)
    }
}
