//! A certificate as path validation needs it: everything read once, and what is wrong with its build kept.
//!
//! The tolerant reader of [`certificate`](crate::pki::certificate) shows what it can; this one must not overlook
//! anything, because an extension that goes unread may be the one that forbids.

use aws_lc_rs::digest::{SHA256, digest};
use chrono::{DateTime, Utc};
use der::Decode;
use der::asn1::ObjectIdentifier;
use x509_cert::ext::pkix::KeyUsage;

use crate::model::told::{Told, told};
use crate::pki::certificate::Certificate;
use crate::pki::der::{BOOLEAN, INTEGER, OCTET_STRING, OID, Reader, SEQUENCE, explicit, implicit};
use crate::pki::key::PublicKey;
use crate::pki::names::distinguished;
use crate::pki::oid::BASIC_CONSTRAINTS;
use crate::pki::path::name::Name;
use crate::pki::path::oids;

/// The most extensions of one certificate.
const EXTENSIONS_MAX: usize = 64;
/// Version 3, as it is written.
const VERSION_3: u8 = 2;

/// An extension, as it came.
#[derive(Clone, Copy, Debug)]
pub(in crate::pki) struct Extension<'a> {
    /// Identifier, content octets.
    pub(in crate::pki) oid: &'a [u8],
    /// Whether whoever does not understand it must refuse.
    pub(in crate::pki) critical: bool,
    /// Its value.
    pub(in crate::pki) value: &'a [u8],
}

/// One certificate.
#[derive(Clone, Debug)]
pub(in crate::pki) struct Card<'a> {
    /// The certificate itself.
    pub(in crate::pki) der: &'a [u8],
    /// SHA-256 over it.
    pub(in crate::pki) digest: [u8; 32],
    /// SHA-256 over the public key.
    pub(in crate::pki) key_digest: [u8; 32],
    /// Its parts.
    pub(in crate::pki) parts: Certificate<'a>,
    /// Begin of validity.
    pub(in crate::pki) not_before: DateTime<Utc>,
    /// End of validity.
    pub(in crate::pki) not_after: DateTime<Utc>,
    /// The subject, comparable.
    pub(in crate::pki) subject: Name,
    /// The issuer, comparable.
    pub(in crate::pki) issuer: Name,
    /// The serial number in its shortest form; the sign counts.
    pub(in crate::pki) serial: &'a [u8],
    /// The extensions, in their order.
    pub(in crate::pki) extensions: Vec<Extension<'a>>,
    /// What is wrong with how it is built, if anything is.
    pub(in crate::pki) misbuilt: Option<Told>,
}

/// What basic constraints say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::pki) struct Authority {
    /// How many further authorities may stand below.
    pub(in crate::pki) below: Option<usize>,
}

impl<'a> Card<'a> {
    /// Reads a certificate; `None` where what every path needs of it cannot be read.
    pub(in crate::pki) fn read(der: &'a [u8]) -> Option<Self> {
        let parts = Certificate::parse(der)?;
        let mut signed = Reader::new(parts.signed).enter(SEQUENCE)?;
        let version = signed
            .enter(explicit(0))
            .map_or(Some(&[0][..]), |mut version| version.expect(INTEGER).map(|number| number.content))?;
        let serial = shortest(signed.expect(INTEGER)?.content);
        let inner_algorithm = signed.expect(SEQUENCE)?.whole;
        let extensions = read_extensions(&mut signed);
        let misbuilt = misbuilt(der, version, inner_algorithm, extensions.as_deref());
        Some(Self {
            der,
            digest: sha256(der),
            key_digest: key_digest(&parts.key),
            not_before: parts.not_before?,
            not_after: parts.not_after?,
            subject: Name::read(parts.subject)?,
            issuer: Name::read(parts.issuer)?,
            serial,
            extensions: extensions.unwrap_or_default(),
            misbuilt,
            parts,
        })
    }

    /// The value of an extension.
    pub(in crate::pki) fn extension(&self, oid: &ObjectIdentifier) -> Option<&'a [u8]> {
        self.find(oid).map(|extension| extension.value)
    }

    /// An extension.
    pub(in crate::pki) fn find(&self, oid: &ObjectIdentifier) -> Option<&Extension<'a>> {
        self.extensions.iter().find(|extension| extension.oid == oid.as_bytes())
    }

    /// Whether subject and issuer are the same.
    pub(in crate::pki) fn is_self_issued(&self) -> bool {
        self.subject == self.issuer
    }

    /// What it says of being an authority; `None` where it is none or cannot be read.
    pub(in crate::pki) fn authority(&self) -> Option<Authority> {
        let mut value = Reader::new(self.extension(&BASIC_CONSTRAINTS)?).enter(SEQUENCE)?;
        let is_authority = value.expect(BOOLEAN).is_some_and(|flag| flag.content != [0]);
        let below = match value.expect(INTEGER) {
            Some(number) => Some(natural(number.content)?),
            None => None,
        };
        (is_authority && value.is_empty()).then_some(Authority { below })
    }

    /// What its key may be used for: `None` where that is left open. A value that cannot be read allows nothing.
    pub(in crate::pki) fn key_usage(&self) -> Option<KeyUsage> {
        let value = self.extension(&oids::KEY_USAGE)?;
        Some(KeyUsage::from_der(value).unwrap_or(KeyUsage(None.into())))
    }

    /// What it is issued for, as identifiers' content octets: `None` where that is left open. A value that cannot be
    /// read names nothing. Some identifiers have arcs too long for [`ObjectIdentifier`].
    pub(in crate::pki) fn extended_key_usage(&self) -> Option<Vec<&'a [u8]>> {
        let list = Reader::new(self.extension(&oids::EXTENDED_KEY_USAGE)?).enter(SEQUENCE);
        Some(list.into_iter().flatten().filter(|usage| usage.tag == OID).map(|usage| usage.content).collect())
    }

    /// The identifier of its key, if it carries one.
    pub(in crate::pki) fn key_identifier(&self) -> Option<&'a [u8]> {
        Reader::new(self.extension(&oids::SUBJECT_KEY_IDENTIFIER)?)
            .expect(OCTET_STRING)
            .map(|identifier| identifier.content)
    }

    /// The identifier of its issuer's key, if it carries one.
    pub(in crate::pki) fn issuer_key_identifier(&self) -> Option<&'a [u8]> {
        authority_key(self.extension(&oids::AUTHORITY_KEY_IDENTIFIER)?)
    }

    /// The subject for a person.
    pub(in crate::pki) fn shown(&self) -> String {
        distinguished(self.parts.subject)
    }
}

/// The key identifier in an authority key identifier.
pub(in crate::pki) fn authority_key(value: &[u8]) -> Option<&[u8]> {
    Reader::new(value).enter(SEQUENCE)?.expect(implicit(0)).map(|identifier| identifier.content)
}

/// SHA-256
pub(in crate::pki) fn sha256(bytes: &[u8]) -> [u8; 32] {
    digest(&SHA256, bytes).as_ref().try_into().unwrap_or_default()
}

/// What identifies a key: equal for equal keys only.
pub(in crate::pki) fn key_digest(key: &PublicKey<'_>) -> [u8; 32] {
    sha256(&[key.describe().0.as_bytes(), &[0], key.bits].concat())
}

/// An integer's content without octets that say nothing; the sign stays.
pub(in crate::pki) fn shortest(mut content: &[u8]) -> &[u8] {
    while let [first, rest @ ..] = content {
        let says_nothing = rest
            .first()
            .is_some_and(|next| (*first == 0 && next & 0x80 == 0) || (*first == 0xff && next & 0x80 != 0));
        if !says_nothing {
            break;
        }
        content = rest;
    }
    content
}

/// A number that is not negative; one too large for anything we count is the largest.
pub(in crate::pki) fn natural(content: &[u8]) -> Option<usize> {
    let content = shortest(content);
    if content.first()? & 0x80 != 0 {
        return None;
    }
    Some(
        content
            .iter()
            .try_fold(0_usize, |number, byte| number.checked_mul(256)?.checked_add(usize::from(*byte)))
            .unwrap_or(usize::MAX),
    )
}

/// The extensions behind the key, all of them; `None` where one cannot be read.
fn read_extensions<'a>(signed: &mut Reader<'a>) -> Option<Vec<Extension<'a>>> {
    let element = signed.find(|element| element.tag == explicit(3));
    if !signed.is_empty() {
        return None;
    }
    element.map_or(Some(Vec::new()), |element| extensions(element.content))
}

/// `Extensions`, to the end.
pub(in crate::pki) fn extensions(content: &[u8]) -> Option<Vec<Extension<'_>>> {
    let mut list = Reader::new(content).enter(SEQUENCE)?;
    let mut read = Vec::new();
    for element in list.by_ref() {
        if read.len() == EXTENSIONS_MAX {
            return None;
        }
        let mut extension = Reader::new(element.content);
        let oid = extension.expect(OID)?.content;
        let critical = extension.expect(BOOLEAN).is_some_and(|flag| flag.content != [0]);
        let value = extension.expect(OCTET_STRING)?.content;
        if !extension.is_empty() {
            return None;
        }
        read.push(Extension { oid, critical, value });
    }
    list.is_empty().then_some(read)
}

/// Rules of RFC 5280 §4.1 that no certificate may break.
fn misbuilt(der: &[u8], version: &[u8], inner: &[u8], extensions: Option<&[Extension<'_>]>) -> Option<Told> {
    let outer = Reader::new(der).enter(SEQUENCE).and_then(|mut outer| {
        let _signed = outer.next();
        outer.next()
    });
    if outer.map(|algorithm| algorithm.whole) != Some(inner) {
        return Some(told!(
            "thuật toán ký ghi bên trong và bên ngoài chứng thư khác nhau",
            "the signature algorithm inside the certificate differs from the one outside"
        ));
    }
    let Some(extensions) = extensions else {
        return Some(told!(
            "không đọc được hết phần mở rộng của chứng thư",
            "the certificate's extensions cannot all be read"
        ));
    };
    let mut seen: Vec<&[u8]> = extensions.iter().map(|extension| extension.oid).collect();
    seen.sort_unstable();
    if seen.windows(2).any(|pair| pair.first() == pair.last()) {
        return Some(told!("một phần mở rộng xuất hiện hai lần", "an extension stands there twice"));
    }
    if !extensions.is_empty() && version != [VERSION_3] {
        return Some(told!(
            "chứng thư có phần mở rộng nhưng không phải phiên bản 3",
            "the certificate has extensions but is not of version 3"
        ));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_sign_and_lose_their_padding() {
        assert_eq!(shortest(&[0, 0, 0xff]), [0, 0xff]);
        assert_eq!(shortest(&[0xff, 0xff]), [0xff]);
        assert_eq!(shortest(&[0, 0x7f]), [0x7f]);
        assert_eq!(shortest(&[0]), [0]);
        assert_eq!(
            (natural(&[0, 0xff]), natural(&[0xff]), natural(&[1; 40])),
            (Some(255), None, Some(usize::MAX))
        );
        assert_eq!(natural(&[]), None);
    }
}
