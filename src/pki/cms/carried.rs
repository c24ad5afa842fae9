//! Certificates, revocation lists and OCSP responses that travel with a signature.

use std::collections::HashSet;

use crate::model::told::told;
use crate::pki::ber::{Reader, element};
use crate::pki::cms::oids::{ADOBE_REVOCATION, CERTIFICATE_VALUES, OCSP_INFORMATION, REVOCATION_VALUES};
use crate::pki::cms::read::{CARRIED_MAX, Signer, too_many};
use crate::pki::der::{ENUMERATED, Element, OCTET_STRING, OID, SEQUENCE, explicit};
use crate::pki::digests::DigestAlgorithm;
use crate::pki::evidence::{Evidence, Source, Statement};
use crate::pki::oid::OCSP_BASIC;
use crate::pki::verdict::Flaw;

/// Collects each certificate and statement once; digests tell which are known, so that the cost stays linear.
#[derive(Default)]
struct Collector {
    found: Evidence,
    known: HashSet<Vec<u8>>,
}

/// What a `SignedData` carries for all its signers: `CertificateSet` and `RevocationInfoChoices`.
pub(super) fn shared(
    certificates: Option<Element<'_>>,
    statements: Option<Element<'_>>,
) -> Result<Evidence, Flaw> {
    let mut collector = Collector::default();
    if let Some(certificates) = certificates {
        collector.certificates(certificates)?;
    }
    for element in statements.into_iter().flat_map(|statements| Reader::new(statements.content)) {
        if element.tag == SEQUENCE {
            collector.crl(element.whole.to_vec())?;
        } else if element.tag == explicit(1) {
            collector.other(element)?;
        }
    }
    Ok(collector.found)
}

/// The same, with what the attributes of one signer carry.
pub(super) fn with_signer(shared: Evidence, signer: &Signer<'_>) -> Result<Evidence, Flaw> {
    let signed = signer.signed.iter().flat_map(|(_, attributes)| attributes.values(ADOBE_REVOCATION));
    let adobe: Vec<_> = signed.chain(signer.unsigned.values(ADOBE_REVOCATION)).collect();
    let certificates: Vec<_> = signer.unsigned.values(CERTIFICATE_VALUES).collect();
    let statements: Vec<_> = signer.unsigned.values(REVOCATION_VALUES).collect();
    if adobe.is_empty() && certificates.is_empty() && statements.is_empty() {
        return Ok(shared);
    }
    let mut collector = Collector::of(shared);
    certificates.into_iter().try_for_each(|values| collector.certificates(values))?;
    statements.into_iter().try_for_each(|values| collector.lists(values, response_of))?;
    adobe.into_iter().try_for_each(|values| collector.lists(values, |whole| whole.whole.to_vec()))?;
    Ok(collector.found)
}

fn embedded(bytes: Vec<u8>) -> Statement {
    Statement { bytes, source: Source::Embedded, nonce: None }
}

impl Collector {
    fn of(found: Evidence) -> Self {
        let statements = found.crls.iter().chain(&found.ocsps).map(|statement| &statement.bytes);
        let known = found.certificates.iter().chain(statements).filter_map(|bytes| digest(bytes)).collect();
        Self { found, known }
    }

    /// Whether these bytes are to be kept.
    fn is_new(&mut self, bytes: &[u8]) -> Result<bool, Flaw> {
        let new = digest(bytes).is_some_and(|digest| self.known.insert(digest));
        if new && self.known.len() > CARRIED_MAX {
            return Err(too_many(told!(
                "chữ ký mang theo hơn {CARRIED_MAX} chứng thư và dữ liệu thu hồi",
                "the signature carries more than {CARRIED_MAX} certificates and statements on revocation"
            )));
        }
        Ok(new)
    }

    /// Attribute certificates and other forms are left out, they lead to no root.
    fn certificates(&mut self, values: Element<'_>) -> Result<(), Flaw> {
        for element in Reader::new(values.content).filter(|element| element.tag == SEQUENCE) {
            if self.is_new(element.whole)? {
                self.found.certificates.push(element.whole.to_vec());
            }
        }
        Ok(())
    }

    fn crl(&mut self, bytes: Vec<u8>) -> Result<(), Flaw> {
        if self.is_new(&bytes)? {
            self.found.crls.push(embedded(bytes));
        }
        Ok(())
    }

    fn ocsp(&mut self, bytes: Vec<u8>) -> Result<(), Flaw> {
        if self.is_new(&bytes)? {
            self.found.ocsps.push(embedded(bytes));
        }
        Ok(())
    }

    /// An OCSP response as RFC 5940 puts it, or bare as some signers do.
    fn other(&mut self, element: Element<'_>) -> Result<(), Flaw> {
        let mut inside = Reader::new(element.content);
        let (Some(kind), Some(response)) = (inside.expect(OID), inside.expect(SEQUENCE)) else {
            return Ok(());
        };
        if kind.content == OCSP_INFORMATION.as_bytes() {
            self.ocsp(response.whole.to_vec())
        } else if kind.content == OCSP_BASIC.as_bytes() {
            self.ocsp(response_of(response))
        } else {
            Ok(())
        }
    }

    /// Revocation lists in `[0]` and OCSP responses in `[1]`: CAdES has the responses bare (`BasicOCSPResponse`).
    fn lists(&mut self, values: Element<'_>, response: impl Fn(Element<'_>) -> Vec<u8>) -> Result<(), Flaw> {
        for choice in Reader::new(values.content) {
            let inside = Reader::new(choice.content).enter(SEQUENCE).into_iter().flatten();
            for statement in inside.filter(|statement| statement.tag == SEQUENCE) {
                if choice.tag == explicit(0) {
                    self.crl(statement.whole.to_vec())?;
                } else if choice.tag == explicit(1) {
                    self.ocsp(response(statement))?;
                }
            }
        }
        Ok(())
    }
}

fn digest(bytes: &[u8]) -> Option<Vec<u8>> {
    DigestAlgorithm::SHA256.digest(bytes).map(|digest| digest.as_ref().to_vec())
}

/// An `OCSPResponse` around a bare one; what is signed inside stays as it came.
fn response_of(bare: Element<'_>) -> Vec<u8> {
    let bytes = [element(OID, OCSP_BASIC.as_bytes()), element(OCTET_STRING, bare.whole)].concat();
    let bytes = element(explicit(0), &element(SEQUENCE, &bytes));
    element(SEQUENCE, &[element(ENUMERATED, &[0]), bytes].concat())
}
