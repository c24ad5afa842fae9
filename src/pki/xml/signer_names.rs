//! `SigningCertificate` and `SigningCertificateV2`: the certificate that the signer signed along, by digest, issuer and
//! serial number.

use roxmltree::Node;

use crate::model::told::told;
use crate::pki::certificate::Certificate;
use crate::pki::der::{INTEGER, Reader, SEQUENCE, explicit, magnitude};
use crate::pki::digests::DigestAlgorithm;
use crate::pki::names::distinguished;
use crate::pki::verdict::Flaw;
use crate::pki::xml::algorithms::digest_of;
use crate::pki::xml::elements::{child_elements, octets, text, wrong};

/// The most certificates named.
const NAMED_MAX: usize = 64;

/// How a certificate is named.
pub(super) struct NamedSigner {
    /// What its digest is made with.
    pub(super) algorithm: DigestAlgorithm,
    digest: Vec<u8>,
    issuer: Issuer,
}

impl std::fmt::Debug for NamedSigner {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "NamedSigner({})", self.algorithm.name)
    }
}

/// Issuer and serial number, as the two editions write them.
enum Issuer {
    Absent,
    /// A name in words and a number in decimal.
    Words {
        name: String,
        serial: String,
    },
    /// DER: `IssuerSerial` of RFC 5035.
    Der(Vec<u8>),
}

impl NamedSigner {
    /// Whether the digest is that of this certificate.
    pub(super) fn is_digest_of(&self, certificate: &[u8]) -> bool {
        self.algorithm.digest(certificate).is_some_and(|digest| digest.as_ref() == self.digest)
    }

    /// Whether issuer and serial number, where they stand, are those of this certificate.
    pub(super) fn agrees_with(&self, certificate: &[u8]) -> bool {
        let Some(certificate) = Certificate::parse(certificate) else { return false };
        match &self.issuer {
            Issuer::Absent => true,
            Issuer::Words { name, serial } => {
                decimal(certificate.serial) == serial.trim().trim_start_matches('0')
                    && same_name(name, &distinguished(certificate.issuer))
            }
            Issuer::Der(der) => issuer_and_serial(der)
                .is_some_and(|(issuer, serial)| issuer == certificate.issuer && serial == certificate.serial),
        }
    }
}

/// Reads the property.
///
/// # Errors
///
/// `structure_wrong`, `unsupported_algorithm`.
pub(super) fn named_signers(property: Node<'_, '_>) -> Result<Vec<NamedSigner>, Flaw> {
    child_elements(property).take(NAMED_MAX).map(named_signer).collect()
}

fn named_signer(cert: Node<'_, '_>) -> Result<NamedSigner, Flaw> {
    let broken = || {
        wrong(told!("SigningCertificate sai cấu trúc", "the SigningCertificate is not built as it must be"))
    };
    let part = |node: Node<'_, '_>, name: &str| {
        let mut found = child_elements(node).filter(|child| child.tag_name().name() == name);
        found.next().filter(|_| found.next().is_none()).map(|node| node.id())
    };
    let tree = cert.document();
    let at = |node: Node<'_, '_>, name: &str| part(node, name).and_then(|id| tree.get_node(id));
    let digest = at(cert, "CertDigest").ok_or_else(broken)?;
    let issuer = match (at(cert, "IssuerSerial"), at(cert, "IssuerSerialV2")) {
        (None, None) => Issuer::Absent,
        (Some(words), None) => Issuer::Words {
            name: text(at(words, "X509IssuerName").ok_or_else(broken)?)?.to_owned(),
            serial: text(at(words, "X509SerialNumber").ok_or_else(broken)?)?.to_owned(),
        },
        (None, Some(der)) => Issuer::Der(octets(der)?),
        (Some(_), Some(_)) => return Err(broken()),
    };
    Ok(NamedSigner {
        algorithm: digest_of(at(digest, "DigestMethod").ok_or_else(broken)?)?,
        digest: octets(at(digest, "DigestValue").ok_or_else(broken)?)?,
        issuer,
    })
}

/// The issuer's name and the serial number of an `IssuerSerial`.
fn issuer_and_serial(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut reader = Reader::new(der).enter(SEQUENCE)?;
    let name = reader.enter(SEQUENCE)?.expect(explicit(4))?.content;
    Some((name, magnitude(reader.expect(INTEGER)?.content)))
}

/// A number in decimal, without leading zeros.
fn decimal(magnitude: &[u8]) -> String {
    // Digits in base ten, the last first.
    let mut digits: Vec<u8> = Vec::new();
    for byte in magnitude.iter().take(64) {
        let mut carry = u32::from(*byte);
        for digit in &mut digits {
            let value = u32::from(*digit) * 256 + carry;
            *digit = u8::try_from(value % 10).unwrap_or_default();
            carry = value / 10;
        }
        while carry > 0 {
            digits.push(u8::try_from(carry % 10).unwrap_or_default());
            carry /= 10;
        }
    }
    digits.iter().rev().map(|digit| char::from(b'0' + digit)).collect()
}

/// Whether two names in words hold the same values. Order, spaces, case and the short names of attributes differ from
/// writer to writer; the digest says the same with certainty, so that nothing hangs on more.
fn same_name(left: &str, right: &str) -> bool {
    let (left, right) = (values(left), values(right));
    let hidden = |values: &[String]| values.iter().any(|value| value.starts_with('#'));
    hidden(&left) || hidden(&right) || left == right
}

fn values(name: &str) -> Vec<String> {
    let mut values = vec![Vec::new()];
    let (mut quoted, mut bytes) = (false, name.bytes().peekable());
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => quoted = !quoted,
            b',' | b';' | b'+' if !quoted => values.push(Vec::new()),
            b'\\' => {
                let first = bytes.next().unwrap_or_default();
                let second = bytes.peek().copied().filter(u8::is_ascii_hexdigit);
                let byte = match (
                    char::from(first).to_digit(16),
                    second.and_then(|next| char::from(next).to_digit(16)),
                ) {
                    (Some(high), Some(low)) => {
                        bytes.next();
                        u8::try_from(high << 4 | low).unwrap_or_default()
                    }
                    _ => first,
                };
                values.last_mut().into_iter().for_each(|value| value.push(byte));
            }
            _ => values.last_mut().into_iter().for_each(|value| value.push(byte)),
        }
    }
    let value = |part: Vec<u8>| {
        let part = String::from_utf8_lossy(&part).into_owned();
        part.split_once('=').map_or("", |(_, value)| value).trim().to_lowercase()
    };
    let mut values: Vec<_> = values.into_iter().map(value).collect();
    values.sort_unstable();
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_in_decimal() {
        assert_eq!(decimal(&[1, 0]), "256");
        assert_eq!(decimal(&[0xff; 16]), "340282366920938463463374607431768211455");
        assert_eq!(decimal(&[]), "");
    }

    #[test]
    fn names_are_the_same_however_they_are_written() {
        assert!(same_name("C=VN, O=Bộ Ví dụ,CN=a\\,b", "CN=a\\,B,O=B\\E1\\BB\\99 Ví dụ,C=VN"));
        assert!(same_name("CN=\"a,b\"", "CN=a\\,b"));
        assert!(same_name("1.2.3=#0c0161,CN=x", "CN=y"));
        assert!(!same_name("CN=a,C=VN", "CN=b,C=VN"));
        assert!(!same_name("CN=a", "CN=a,C=VN"));
    }
}
