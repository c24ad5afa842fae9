//! The ways of signing: which algorithm with which digest, and how each is named in DER.

use aws_lc_rs::digest;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1,
    ECDSA_P384_SHA384_ASN1_SIGNING, ECDSA_P521_SHA512_ASN1, ECDSA_P521_SHA512_ASN1_SIGNING, ED25519,
    EcdsaSigningAlgorithm, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384,
    RSA_PKCS1_2048_8192_SHA512, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512,
    RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512, RSA_PSS_SHA256,
    RSA_PSS_SHA384, RSA_PSS_SHA512, RsaEncoding, VerificationAlgorithm,
};
use der::asn1::ObjectIdentifier;

use crate::pki::der::explicit;
use crate::sign::der::{NULL, algorithm, element, positive, sequence};

/// Digests that signatures are made over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Digest {
    /// SHA-256.
    #[default]
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl Digest {
    /// The digest of a message.
    #[must_use]
    pub fn of(self, message: &[u8]) -> Vec<u8> {
        self.of_parts(&[message])
    }

    /// The digest of a message that lies in several pieces.
    #[must_use]
    pub fn of_parts(self, parts: &[&[u8]]) -> Vec<u8> {
        let mut context = digest::Context::new(match self {
            Self::Sha256 => &digest::SHA256,
            Self::Sha384 => &digest::SHA384,
            Self::Sha512 => &digest::SHA512,
        });
        parts.iter().for_each(|part| context.update(part));
        context.finish().as_ref().to_vec()
    }

    /// How many octets it has.
    #[must_use]
    pub const fn length(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    pub(super) const fn oid(self) -> ObjectIdentifier {
        ObjectIdentifier::new_unwrap(match self {
            Self::Sha256 => "2.16.840.1.101.3.4.2.1",
            Self::Sha384 => "2.16.840.1.101.3.4.2.2",
            Self::Sha512 => "2.16.840.1.101.3.4.2.3",
        })
    }

    /// The `AlgorithmIdentifier`, parameters absent (RFC 5754 §2).
    pub(super) fn identifier(self) -> Vec<u8> {
        algorithm(self.oid(), &[])
    }
}

/// How an RSA key signs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Padding {
    /// PKCS #1 v1.5: what every portal takes.
    Pkcs1,
    /// PSS: what the mandatory standards name.
    #[default]
    Pss,
}

/// What is left to choose: of an RSA key padding and digest. Other keys sign one way only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Choice {
    /// Padding.
    pub padding: Padding,
    /// Digest.
    pub digest: Digest,
}

/// Curves of ECDSA keys. Each goes with the digest of its size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Curve {
    /// NIST P-256, with SHA-256.
    P256,
    /// NIST P-384, with SHA-384.
    P384,
    /// NIST P-521, with SHA-512.
    P521,
}

impl Curve {
    pub(super) const ALL: [Self; 3] = [Self::P256, Self::P384, Self::P521];

    pub(super) const fn oid(self) -> ObjectIdentifier {
        ObjectIdentifier::new_unwrap(match self {
            Self::P256 => "1.2.840.10045.3.1.7",
            Self::P384 => "1.3.132.0.34",
            Self::P521 => "1.3.132.0.35",
        })
    }

    /// Octets of one coordinate.
    #[must_use]
    pub const fn length(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }

    pub(super) fn signing(self) -> &'static EcdsaSigningAlgorithm {
        match self {
            Self::P256 => &ECDSA_P256_SHA256_ASN1_SIGNING,
            Self::P384 => &ECDSA_P384_SHA384_ASN1_SIGNING,
            Self::P521 => &ECDSA_P521_SHA512_ASN1_SIGNING,
        }
    }
}

/// One way of signing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// RSASSA-PKCS1-v1_5.
    RsaPkcs1(Digest),
    /// RSASSA-PSS, MGF1 with the same digest, salt as long as the digest.
    RsaPss(Digest),
    /// ECDSA; the signature is DER (`Ecdsa-Sig-Value`).
    Ecdsa(Curve),
    /// Ed25519, over the message itself.
    Ed25519,
}

impl Scheme {
    /// The digest that goes with it. For Ed25519 it is what content is digested with (RFC 8419 §3.1).
    #[must_use]
    pub const fn digest(self) -> Digest {
        match self {
            Self::RsaPkcs1(digest) | Self::RsaPss(digest) => digest,
            Self::Ecdsa(Curve::P256) => Digest::Sha256,
            Self::Ecdsa(Curve::P384) => Digest::Sha384,
            Self::Ecdsa(Curve::P521) | Self::Ed25519 => Digest::Sha512,
        }
    }

    /// The `AlgorithmIdentifier` of the signature (RFC 4055, 5758, 8410).
    pub(super) fn identifier(self) -> Vec<u8> {
        let named = |text, parameters: &[u8]| algorithm(ObjectIdentifier::new_unwrap(text), parameters);
        match self {
            Self::RsaPkcs1(Digest::Sha256) => named("1.2.840.113549.1.1.11", NULL),
            Self::RsaPkcs1(Digest::Sha384) => named("1.2.840.113549.1.1.12", NULL),
            Self::RsaPkcs1(Digest::Sha512) => named("1.2.840.113549.1.1.13", NULL),
            Self::RsaPss(digest) => named("1.2.840.113549.1.1.10", &pss_parameters(digest)),
            Self::Ecdsa(Curve::P256) => named("1.2.840.10045.4.3.2", &[]),
            Self::Ecdsa(Curve::P384) => named("1.2.840.10045.4.3.3", &[]),
            Self::Ecdsa(Curve::P521) => named("1.2.840.10045.4.3.4", &[]),
            Self::Ed25519 => named("1.3.101.112", &[]),
        }
    }

    pub(super) fn verification(self) -> &'static dyn VerificationAlgorithm {
        match self {
            Self::RsaPkcs1(Digest::Sha256) => &RSA_PKCS1_2048_8192_SHA256,
            Self::RsaPkcs1(Digest::Sha384) => &RSA_PKCS1_2048_8192_SHA384,
            Self::RsaPkcs1(Digest::Sha512) => &RSA_PKCS1_2048_8192_SHA512,
            Self::RsaPss(Digest::Sha256) => &RSA_PSS_2048_8192_SHA256,
            Self::RsaPss(Digest::Sha384) => &RSA_PSS_2048_8192_SHA384,
            Self::RsaPss(Digest::Sha512) => &RSA_PSS_2048_8192_SHA512,
            Self::Ecdsa(Curve::P256) => &ECDSA_P256_SHA256_ASN1,
            Self::Ecdsa(Curve::P384) => &ECDSA_P384_SHA384_ASN1,
            Self::Ecdsa(Curve::P521) => &ECDSA_P521_SHA512_ASN1,
            Self::Ed25519 => &ED25519,
        }
    }

    /// How `aws-lc-rs` names it, for an RSA key.
    pub(super) fn rsa_encoding(self) -> &'static dyn RsaEncoding {
        match (self, self.digest()) {
            (Self::RsaPss(_), Digest::Sha256) => &RSA_PSS_SHA256,
            (Self::RsaPss(_), Digest::Sha384) => &RSA_PSS_SHA384,
            (Self::RsaPss(_), Digest::Sha512) => &RSA_PSS_SHA512,
            (_, Digest::Sha256) => &RSA_PKCS1_SHA256,
            (_, Digest::Sha384) => &RSA_PKCS1_SHA384,
            (_, Digest::Sha512) => &RSA_PKCS1_SHA512,
        }
    }
}

/// `RSASSA-PSS-params` (RFC 4055 §3.1).
fn pss_parameters(digest: Digest) -> Vec<u8> {
    let hash = algorithm(digest.oid(), NULL);
    let mask = algorithm(ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.8"), &hash);
    let salt = positive(&digest.length().to_be_bytes());
    sequence(&[&element(explicit(0), &hash), &element(explicit(1), &mask), &element(explicit(2), &salt)])
}
