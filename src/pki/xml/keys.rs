//! Who signed, as far as the signature tells: the certificates of `KeyInfo`, and the key that made the value.

use roxmltree::Node;

use crate::model::told::told;
use crate::pki::algorithm::Algorithm;
use crate::pki::certificate::Certificate;
use crate::pki::claim::{AlgorithmUse, Use};
use crate::pki::der::{Reader, magnitude};
use crate::pki::key::Proof;
use crate::pki::scheme::{Scheme, Signed};
use crate::pki::verdict::{Flaw, SignatureReason};
use crate::pki::xml::algorithms::{SignatureAlgorithm, unsupported};
use crate::pki::xml::elements::{DS, child_elements, is, octets, wrong};

/// The most certificates of one signature that are looked at.
pub(super) const CERTIFICATES_MAX: usize = 64;

/// The certificates in `X509Data`, in order.
///
/// # Errors
///
/// `structure_wrong` where one is no base64, or there are too many.
pub(super) fn certificates(key_info: Node<'_, '_>) -> Result<Vec<Vec<u8>>, Flaw> {
    let data = child_elements(key_info).filter(|child| is(*child, DS, "X509Data"));
    let certificates: Vec<_> = data
        .flat_map(child_elements)
        .filter(|child| is(*child, DS, "X509Certificate"))
        .take(CERTIFICATES_MAX + 1)
        .map(octets)
        .collect::<Result<_, _>>()?;
    if certificates.len() > CERTIFICATES_MAX {
        return Err(wrong(told!(
            "chữ ký mang quá {CERTIFICATES_MAX} chứng thư",
            "the signature carries more than {CERTIFICATES_MAX} certificates"
        )));
    }
    Ok(certificates)
}

/// A signature value and what it is over.
pub(super) struct Value<'a> {
    /// How it was made.
    pub(super) algorithm: &'static SignatureAlgorithm,
    /// `SignedInfo`, canonical.
    pub(super) message: &'a [u8],
    /// The value.
    pub(super) signature: &'a [u8],
}

impl Value<'_> {
    /// Whether the key of a certificate made it.
    pub(super) fn made_by(&self, certificate: &[u8]) -> Proof {
        let Some(certificate) = Certificate::parse(certificate) else { return Proof::Bad };
        let Some(scheme) = self.scheme() else { return Proof::Unchecked };
        let (name, bits) = certificate.key.describe();
        if !fits(&name, self.algorithm) {
            return Proof::Bad;
        }
        if !self.algorithm.pair {
            return scheme.proves(&certificate.key, Signed::Bytes(self.message), self.signature);
        }
        match pair_as_der(self.signature, bits) {
            Some(signature) => scheme.proves(&certificate.key, Signed::Bytes(self.message), &signature),
            None => Proof::Bad,
        }
    }

    fn scheme(&self) -> Option<Scheme> {
        let algorithm = Algorithm::parse(&mut Reader::new(self.algorithm.identifier))?;
        Some(Scheme::of(algorithm, None))
    }

    /// What it rests on, with the key of the certificate.
    pub(super) fn algorithm_use(&self, certificate: Option<&[u8]>) -> AlgorithmUse {
        let name = self.scheme().map(|scheme| scheme.name).unwrap_or_default();
        let key = certificate.and_then(Certificate::parse).map(|certificate| certificate.key.describe());
        AlgorithmUse { r#use: Use::Signature, name, key }
    }

    /// What it means that no certificate's key was found to have made it.
    pub(super) fn flaw(&self, proof: Proof) -> Option<Flaw> {
        match proof {
            Proof::Good => None,
            Proof::Bad => {
                Some(Flaw::new(SignatureReason::SignatureWrong, SignatureReason::SignatureWrong.text()))
            }
            Proof::Unchecked => Some(unsupported(&self.algorithm_use(None).name)),
        }
    }
}

/// Whether a key is of the kind that the algorithm needs; names of keys that are not known are not judged.
fn fits(key: &str, algorithm: &SignatureAlgorithm) -> bool {
    match key {
        "RSA" => !algorithm.pair && algorithm.is_rsa(),
        "Ed25519" => !algorithm.pair && !algorithm.is_rsa(),
        _ if key.starts_with("EC") => algorithm.pair,
        _ => true,
    }
}

/// Two numbers side by side, each as long as the curve's order (RFC 9231 §2.3.6), as X.509 writes them.
fn pair_as_der(value: &[u8], bits: u32) -> Option<Vec<u8>> {
    let half = usize::try_from(bits.div_ceil(8)).ok()?;
    if half == 0 || half > 128 || value.len() != 2 * half {
        return None;
    }
    let (r, s) = value.split_at(half);
    let content = [integer(r)?, integer(s)?].concat();
    let length = u8::try_from(content.len()).ok()?;
    let header: &[u8] = if length < 0x80 { &[0x30, length] } else { &[0x30, 0x81, length] };
    Some([header, &content].concat())
}

fn integer(number: &[u8]) -> Option<Vec<u8>> {
    let digits = magnitude(number);
    let pad: &[u8] = if digits.first().is_none_or(|first| first & 0x80 != 0) { &[0] } else { &[] };
    let length = u8::try_from(pad.len() + digits.len()).ok()?;
    Some([&[2, length][..], pad, digits].concat())
}
