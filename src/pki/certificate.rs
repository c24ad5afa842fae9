//! One certificate, read tolerantly: a field that cannot be read becomes words, never a panic and never silence.

use aws_lc_rs::digest;
use chrono::{DateTime, NaiveDate, Utc};

use crate::model::facts::{CertificateFacts, PeerChain};
use crate::pki::algorithm::Algorithm;
use crate::pki::der::{
    BIT_STRING, BOOLEAN, Element, GENERALIZED_TIME, INTEGER, OCTET_STRING, OID, Reader, SEQUENCE, UTC_TIME,
    explicit, magnitude, octets_of_bits,
};
use crate::pki::key::PublicKey;
use crate::pki::names::{distinguished, hexadecimal, hosts};
use crate::pki::oid::{BASIC_CONSTRAINTS, SUBJECT_ALT_NAME};

/// What stands where nothing could be read.
const UNREADABLE: &str = "unreadable";
/// The most extensions looked at.
const EXTENSIONS_MAX: usize = 64;

/// The certificates of a chain, read once however often the chain is seen.
pub fn certificates(chain: &PeerChain) -> &[CertificateFacts] {
    chain.certificates.get_or_init(|| chain.der.iter().map(|der| read(der)).collect())
}

/// Reads one certificate. Where a time is unreadable, it is the epoch: such a certificate is never taken for valid.
#[must_use]
pub fn read(der: &[u8]) -> CertificateFacts {
    let fingerprint = hexadecimal(digest::digest(&digest::SHA256, der).as_ref());
    let Some(certificate) = Certificate::parse(der) else {
        return CertificateFacts {
            subject: "unreadable certificate".to_owned(),
            issuer: UNREADABLE.to_owned(),
            serial: String::new(),
            not_before: DateTime::UNIX_EPOCH,
            not_after: DateTime::UNIX_EPOCH,
            names: Vec::new(),
            key: UNREADABLE.to_owned(),
            key_bits: 0,
            signature: UNREADABLE.to_owned(),
            is_ca: false,
            self_issued: false,
            fingerprint,
        };
    };
    let (key, key_bits) = certificate.key.describe();
    CertificateFacts {
        subject: distinguished(certificate.subject),
        issuer: distinguished(certificate.issuer),
        serial: hexadecimal(certificate.serial.get(..64).unwrap_or(certificate.serial)),
        not_before: certificate.not_before.unwrap_or(DateTime::UNIX_EPOCH),
        not_after: certificate.not_after.unwrap_or(DateTime::UNIX_EPOCH),
        names: certificate.extension(SUBJECT_ALT_NAME.as_bytes()).map(hosts).unwrap_or_default(),
        key,
        key_bits,
        signature: certificate.algorithm.signature_name(),
        is_ca: certificate.is_ca(),
        self_issued: certificate.is_self_issued(),
        fingerprint,
    }
}

/// Whether this is a certificate as far as its frame goes, and nothing behind it.
#[must_use]
pub fn is_certificate(der: &[u8]) -> bool {
    let mut reader = Reader::new(der);
    reader.next().is_some() && reader.next().is_none() && Certificate::parse(der).is_some()
}

/// A certificate's parts, borrowed from its bytes.
#[derive(Clone, Debug)]
pub(super) struct Certificate<'a> {
    /// What is signed, as it came.
    pub(super) signed: &'a [u8],
    /// Serial number, content octets without leading zeros.
    pub(super) serial: &'a [u8],
    /// Issuer's name, as it came.
    pub(super) issuer: &'a [u8],
    /// Begin of validity; `None` where unreadable.
    pub(super) not_before: Option<DateTime<Utc>>,
    /// End of validity; `None` where unreadable.
    pub(super) not_after: Option<DateTime<Utc>>,
    /// Subject's name, as it came.
    pub(super) subject: &'a [u8],
    /// The public key.
    pub(super) key: PublicKey<'a>,
    /// Signature algorithm.
    pub(super) algorithm: Algorithm<'a>,
    /// The signature.
    pub(super) signature: &'a [u8],
    extensions: Vec<(&'a [u8], &'a [u8])>,
}

impl<'a> Certificate<'a> {
    /// Takes a certificate apart; `None` where its frame is broken.
    pub(super) fn parse(der: &'a [u8]) -> Option<Self> {
        let mut outer = Reader::new(der).enter(SEQUENCE)?;
        let signed = outer.expect(SEQUENCE)?;
        let algorithm = Algorithm::parse(&mut outer)?;
        let signature = octets_of_bits(outer.expect(BIT_STRING)?.content)?;

        let mut inner = Reader::new(signed.content);
        let _version = inner.expect(explicit(0));
        let serial = magnitude(inner.expect(INTEGER)?.content);
        let _same_algorithm = inner.expect(SEQUENCE)?;
        let issuer = inner.expect(SEQUENCE)?.whole;
        let mut validity = inner.enter(SEQUENCE)?;
        let (not_before, not_after) = (validity.next().and_then(time), validity.next().and_then(time));
        let subject = inner.expect(SEQUENCE)?.whole;
        let key = PublicKey::parse(inner.expect(SEQUENCE)?.content)?;
        let extensions = inner.find(|element| element.tag == explicit(3)).map(extensions).unwrap_or_default();
        Some(Self {
            signed: signed.whole,
            serial,
            issuer,
            not_before,
            not_after,
            subject,
            key,
            algorithm,
            signature,
            extensions,
        })
    }

    /// The value of an extension.
    pub(super) fn extension(&self, oid: &[u8]) -> Option<&'a [u8]> {
        self.extensions.iter().find(|(known, _)| *known == oid).map(|(_, value)| *value)
    }

    /// Whether it may sign certificates.
    pub(super) fn is_ca(&self) -> bool {
        self.extension(BASIC_CONSTRAINTS.as_bytes())
            .and_then(|value| Reader::new(value).enter(SEQUENCE)?.expect(BOOLEAN))
            .is_some_and(|flag| flag.content != [0])
    }

    /// Whether subject and issuer are the same, byte for byte.
    pub(super) fn is_self_issued(&self) -> bool {
        self.subject == self.issuer
    }
}

/// The extensions as pairs of identifier and value.
fn extensions(element: Element<'_>) -> Vec<(&[u8], &[u8])> {
    let list = Reader::new(element.content).enter(SEQUENCE).into_iter().flatten();
    list.take(EXTENSIONS_MAX).filter_map(|extension| pair(extension.content)).collect()
}

fn pair(content: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut reader = Reader::new(content);
    let oid = reader.expect(OID)?.content;
    let _critical = reader.expect(BOOLEAN);
    Some((oid, reader.expect(OCTET_STRING)?.content))
}

/// A time as RFC 5280 §4.1.2.5 writes it; seconds may be absent, as some old authorities leave them out.
pub(super) fn time(element: Element<'_>) -> Option<DateTime<Utc>> {
    let text = std::str::from_utf8(element.content).ok()?.strip_suffix('Z')?;
    let text = text.split('.').next()?;
    let (year, rest) = match element.tag {
        UTC_TIME => {
            let short: i32 = text.get(..2)?.parse().ok()?;
            (if short < 50 { 2000 + short } else { 1900 + short }, text.get(2..)?)
        }
        GENERALIZED_TIME => (text.get(..4)?.parse().ok()?, text.get(4..)?),
        _ => return None,
    };
    let digits = |place: usize| rest.get(place..place + 2)?.parse::<u32>().ok();
    let second = if rest.len() > 8 { digits(8)? } else { 0 };
    Some(
        NaiveDate::from_ymd_opt(year, digits(0)?, digits(2)?)?
            .and_hms_opt(digits(4)?, digits(6)?, second)?
            .and_utc(),
    )
}

#[cfg(test)]
mod tests {
    use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, KeyPair, SanType};

    use super::*;

    fn sample() -> Vec<u8> {
        let mut params = CertificateParams::new(["dvc.bo-vd.example".to_owned()]).unwrap();
        params.subject_alt_names.push(SanType::IpAddress("::1".parse().unwrap()));
        params.distinguished_name.push(DnType::CommonName, "Cổng\u{202e} <dịch vụ>");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.not_before = rcgen::date_time_ymd(2049, 12, 31);
        params.not_after = rcgen::date_time_ymd(2050, 1, 1);
        params.self_signed(&KeyPair::generate().unwrap()).unwrap().der().to_vec()
    }

    #[test]
    fn every_field_is_read() {
        let chain = PeerChain::new(vec![sample()]);
        let read = &certificates(&chain)[0];
        assert_eq!(read.subject, "CN=Cổng\u{fffd} \\<dịch vụ\\>");
        assert_eq!(read.names, ["dvc.bo-vd.example", "::1"]);
        assert_eq!((read.key.as_str(), read.key_bits), ("EC P-256", 256));
        assert_eq!(read.signature, "ecdsa-with-SHA256");
        assert!(read.is_ca && read.self_issued);
        assert_eq!(read.not_before.to_rfc3339(), "2049-12-31T00:00:00+00:00");
        assert_eq!(read.not_after.to_rfc3339(), "2050-01-01T00:00:00+00:00");
        assert_eq!(read.fingerprint.len(), 64);
        assert!(!read.serial.is_empty());
    }

    #[test]
    fn no_byte_that_is_changed_or_missing_makes_it_panic() {
        let good = sample();
        for place in 0..good.len() {
            let _ = read(&good[..place]);
            for value in [0, 0x7f, 0x80, 0xff, good[place] ^ 1] {
                let mut bad = good.clone();
                bad[place] = value;
                let _ = read(&bad);
            }
        }
        assert_eq!(read(b"").subject, "unreadable certificate");
    }

    #[test]
    fn unreadable_times_are_never_valid() {
        let mut bad = sample();
        let place = bad.windows(13).position(|window| window == b"491231000000Z").unwrap();
        bad[place] = b'x';
        assert_eq!(read(&bad).not_before, DateTime::UNIX_EPOCH);
    }
}
