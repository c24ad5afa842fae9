//! Certificates, revocation lists and OCSP responses that travel with a signature.

use crate::model::told::told;
use crate::pki::ber::{Reader, element};
use crate::pki::cms::oids::{ADOBE_REVOCATION, CERTIFICATE_VALUES, OCSP_INFORMATION, REVOCATION_VALUES};
use crate::pki::cms::read::{CARRIED_MAX, Signer, too_many};
use crate::pki::der::{ENUMERATED, Element, OCTET_STRING, OID, SEQUENCE, explicit};
use crate::pki::evidence::{Evidence, Source, Statement};
use crate::pki::oid::OCSP_BASIC;
use crate::pki::verdict::Flaw;

fn embedded(bytes: Vec<u8>) -> Statement {
    Statement { bytes, source: Source::Embedded, nonce: None }
}

/// Puts one more into the list, each once, as long as there is room.
fn keep<T: PartialEq>(list: &mut Vec<T>, one: T) -> Result<(), Flaw> {
    if list.contains(&one) {
        return Ok(());
    }
    if list.len() == CARRIED_MAX {
        return Err(too_many(told!(
            "chữ ký mang theo hơn {CARRIED_MAX} chứng thư hoặc dữ liệu thu hồi",
            "the signature carries more than {CARRIED_MAX} certificates or statements on revocation"
        )));
    }
    list.push(one);
    Ok(())
}

/// `CertificateSet`: attribute certificates and other forms are left out, they lead to no root.
pub(super) fn certificates(content: &[u8], into: &mut Evidence) -> Result<(), Flaw> {
    for element in Reader::new(content).filter(|element| element.tag == SEQUENCE) {
        keep(&mut into.certificates, element.whole.to_vec())?;
    }
    Ok(())
}

/// `RevocationInfoChoices`: lists, and OCSP responses as RFC 5940 puts them.
pub(super) fn statements(content: &[u8], into: &mut Evidence) -> Result<(), Flaw> {
    for element in Reader::new(content) {
        if element.tag == SEQUENCE {
            keep(&mut into.crls, embedded(element.whole.to_vec()))?;
        } else if element.tag == explicit(1) {
            let mut inside = Reader::new(element.content);
            let kind = inside.expect(OID).map(|oid| oid.content);
            if let (Some(kind), Some(response)) = (kind, inside.expect(SEQUENCE)) {
                if kind == OCSP_INFORMATION.as_bytes() {
                    keep(&mut into.ocsps, embedded(response.whole.to_vec()))?;
                } else if kind == OCSP_BASIC.as_bytes() {
                    keep(&mut into.ocsps, embedded(response_of(response)))?;
                }
            }
        }
    }
    Ok(())
}

/// What the attributes of one signer carry.
pub(super) fn of_signer(signer: &Signer<'_>, into: &mut Evidence) -> Result<(), Flaw> {
    for values in signer.unsigned.values(CERTIFICATE_VALUES) {
        certificates(values.content, into)?;
    }
    for values in signer.unsigned.values(REVOCATION_VALUES) {
        lists(values, true, into)?;
    }
    let signed = signer.signed.iter().flat_map(|(_, attributes)| attributes.values(ADOBE_REVOCATION));
    for values in signed.chain(signer.unsigned.values(ADOBE_REVOCATION)) {
        lists(values, false, into)?;
    }
    Ok(())
}

/// Revocation lists in `[0]` and OCSP responses in `[1]`: CAdES has the responses bare (`BasicOCSPResponse`).
fn lists(values: Element<'_>, bare: bool, into: &mut Evidence) -> Result<(), Flaw> {
    for choice in Reader::new(values.content) {
        let inside = Reader::new(choice.content).enter(SEQUENCE).into_iter().flatten();
        for statement in inside.filter(|statement| statement.tag == SEQUENCE) {
            if choice.tag == explicit(0) {
                keep(&mut into.crls, embedded(statement.whole.to_vec()))?;
            } else if choice.tag == explicit(1) {
                let whole = if bare { response_of(statement) } else { statement.whole.to_vec() };
                keep(&mut into.ocsps, embedded(whole))?;
            }
        }
    }
    Ok(())
}

/// An `OCSPResponse` around a bare one; what is signed inside stays as it came.
fn response_of(bare: Element<'_>) -> Vec<u8> {
    let bytes = [element(OID, OCSP_BASIC.as_bytes()), element(OCTET_STRING, bare.whole)].concat();
    let bytes = element(explicit(0), &element(SEQUENCE, &bytes));
    element(SEQUENCE, &[element(ENUMERATED, &[0]), bytes].concat())
}
