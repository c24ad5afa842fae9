//! Public keys: what they are, and whether a signature was made with one.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA384_ASN1, ECDSA_P256_SHA512_ASN1, ECDSA_P384_SHA256_ASN1,
    ECDSA_P384_SHA384_ASN1, ECDSA_P384_SHA512_ASN1, ECDSA_P521_SHA256_ASN1, ECDSA_P521_SHA384_ASN1,
    ECDSA_P521_SHA512_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384,
    RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512,
    UnparsedPublicKey, VerificationAlgorithm,
};

use crate::pki::algorithm::Algorithm;
use crate::pki::der::{BIT_STRING, INTEGER, OID, Reader, SEQUENCE, magnitude, octets_of_bits};
use crate::pki::oid::{CURVES, EC, PLAIN_KEYS, RSA, RSA_PSS, dotted};

/// A public key, borrowed from a certificate or an anchor.
#[derive(Clone, Copy, Debug)]
pub(super) struct PublicKey<'a> {
    algorithm: Algorithm<'a>,
    /// The key itself: what OCSP hashes.
    pub(super) bits: &'a [u8],
}

/// What a signature turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Proof {
    /// Made with the key.
    Good,
    /// Not made with the key, or over other bytes.
    Bad,
    /// By an algorithm that proves nothing (any more) or that nobody here can check.
    Unchecked,
}

impl<'a> PublicKey<'a> {
    /// Reads the content of a `SubjectPublicKeyInfo`.
    pub(super) fn parse(content: &'a [u8]) -> Option<Self> {
        let mut reader = Reader::new(content);
        let algorithm = Algorithm::parse(&mut reader)?;
        Some(Self { algorithm, bits: octets_of_bits(reader.expect(BIT_STRING)?.content)? })
    }

    fn is_rsa(&self) -> bool {
        self.algorithm.oid == RSA.as_bytes() || self.algorithm.oid == RSA_PSS.as_bytes()
    }

    /// Name and size of the curve, for a key on one that is known.
    fn curve(&self) -> Option<(&'static str, u32)> {
        let named = self.algorithm.parameters.filter(|parameters| parameters.tag == OID)?;
        let known = CURVES.iter().find(|(oid, ..)| oid.as_bytes() == named.content)?;
        (self.algorithm.oid == EC.as_bytes()).then_some((known.1, known.2))
    }

    /// The key's algorithm and size in bits; 0 where unknown.
    pub(super) fn describe(&self) -> (String, u32) {
        if self.is_rsa() {
            return ("RSA".to_owned(), modulus_bits(self.bits).unwrap_or(0));
        }
        if self.algorithm.oid == EC.as_bytes() {
            let (name, bits) = self.curve().unwrap_or(("EC", 0));
            return (name.to_owned(), bits);
        }
        let plain = PLAIN_KEYS.iter().find(|(known, ..)| known.as_bytes() == self.algorithm.oid);
        plain.map_or_else(|| (dotted(self.algorithm.oid), 0), |(_, name, bits)| ((*name).to_owned(), *bits))
    }

    /// Whether this key made the signature. Weak algorithms are not accepted as proof of anything.
    pub(super) fn verify(&self, algorithm: Algorithm<'_>, message: &[u8], signature: &[u8]) -> Proof {
        let Some(check) = self.check_for(algorithm) else { return Proof::Unchecked };
        let good = UnparsedPublicKey::new(check, self.bits).verify(message, signature).is_ok();
        if good { Proof::Good } else { Proof::Bad }
    }

    fn check_for(&self, algorithm: Algorithm<'_>) -> Option<&'static dyn VerificationAlgorithm> {
        let name = algorithm.signature_name();
        let curve = self.curve().map_or("", |(name, _)| name);
        Some(match (curve, name.as_str()) {
            ("", "sha256WithRSAEncryption") if self.is_rsa() => &RSA_PKCS1_2048_8192_SHA256,
            ("", "sha384WithRSAEncryption") if self.is_rsa() => &RSA_PKCS1_2048_8192_SHA384,
            ("", "sha512WithRSAEncryption") if self.is_rsa() => &RSA_PKCS1_2048_8192_SHA512,
            ("", "RSASSA-PSS with SHA-256") if self.is_rsa() => &RSA_PSS_2048_8192_SHA256,
            ("", "RSASSA-PSS with SHA-384") if self.is_rsa() => &RSA_PSS_2048_8192_SHA384,
            ("", "RSASSA-PSS with SHA-512") if self.is_rsa() => &RSA_PSS_2048_8192_SHA512,
            ("EC P-256", "ecdsa-with-SHA256") => &ECDSA_P256_SHA256_ASN1,
            ("EC P-256", "ecdsa-with-SHA384") => &ECDSA_P256_SHA384_ASN1,
            ("EC P-256", "ecdsa-with-SHA512") => &ECDSA_P256_SHA512_ASN1,
            ("EC P-384", "ecdsa-with-SHA256") => &ECDSA_P384_SHA256_ASN1,
            ("EC P-384", "ecdsa-with-SHA384") => &ECDSA_P384_SHA384_ASN1,
            ("EC P-384", "ecdsa-with-SHA512") => &ECDSA_P384_SHA512_ASN1,
            ("EC P-521", "ecdsa-with-SHA256") => &ECDSA_P521_SHA256_ASN1,
            ("EC P-521", "ecdsa-with-SHA384") => &ECDSA_P521_SHA384_ASN1,
            ("EC P-521", "ecdsa-with-SHA512") => &ECDSA_P521_SHA512_ASN1,
            ("", "Ed25519") if !self.is_rsa() => &ED25519,
            _ => return None,
        })
    }
}

/// The size of an RSA key.
fn modulus_bits(key: &[u8]) -> Option<u32> {
    let modulus = magnitude(Reader::new(key).enter(SEQUENCE)?.expect(INTEGER)?.content);
    let first = modulus.first()?;
    u32::try_from(modulus.len()).ok()?.checked_mul(8)?.checked_sub(first.leading_zeros())
}
