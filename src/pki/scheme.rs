//! Signature schemes as mathematics: whether a key made a signature, be the algorithm strong or weak.
//!
//! What may be relied on is another question, which `policy` answers with dates. What the library cannot compute is
//! [`Proof::Unchecked`], never [`Proof::Bad`].

use aws_lc_rs::digest::Digest;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA1_ASN1, ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA384_ASN1, ECDSA_P256_SHA512_ASN1,
    ECDSA_P256K1_SHA256_ASN1, ECDSA_P384_SHA256_ASN1, ECDSA_P384_SHA384_ASN1, ECDSA_P384_SHA512_ASN1,
    ECDSA_P521_SHA1_ASN1, ECDSA_P521_SHA224_ASN1, ECDSA_P521_SHA256_ASN1, ECDSA_P521_SHA384_ASN1,
    ECDSA_P521_SHA512_ASN1, ED25519, ParsedPublicKey, RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY,
    RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY, RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY,
    RSA_PKCS1_2048_8192_SHA384, RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512,
    RsaPssSaltLength, VerificationAlgorithm,
};

use crate::pki::algorithm::Algorithm;
use crate::pki::claim::{AlgorithmUse, Use};
use crate::pki::der::{INTEGER, Reader, explicit, magnitude};
use crate::pki::digests::DigestAlgorithm;
use crate::pki::key::{Proof, PublicKey};
use crate::pki::oid::{EC, MGF1, RSA, RSA_PSS, dotted};

/// RFC 4055 §3.1: where the parameters give no length of the salt.
const SALT_DEFAULT: usize = 20;
/// The sizes of RSA keys that the library takes.
const RSA_BITS: std::ops::RangeInclusive<u32> = 1024..=8192;
/// The smallest RSA key with which it checks PSS and SHA-384.
const RSA_BITS_USUAL: u32 = 2048;

/// How a signature was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Scheme {
    /// The name it goes by, as in [`AlgorithmUse`].
    pub(super) name: String,
    /// What it hashes with; `None` where that is part of the algorithm or unknown.
    pub(super) digest: Option<DigestAlgorithm>,
    /// The length of the salt, for PSS with one hash throughout.
    salt: Option<usize>,
}

/// What was signed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Signed<'a> {
    /// The bytes.
    Bytes(&'a [u8]),
    /// Their digest, where the bytes are too many or lie in pieces.
    Digest(&'a Digest),
}

impl Scheme {
    /// Reads the identifier of a signature algorithm. Where it names only the kind of key, as old signers write it, the
    /// digest algorithm named beside it (`digest`) completes it.
    pub(super) fn of(algorithm: Algorithm<'_>, digest: Option<DigestAlgorithm>) -> Self {
        let bare = |kind: &str| digest.map(|digest| format!("{kind}{}", digest.name.replace('-', "")));
        if algorithm.oid == RSA.as_bytes() {
            let name = bare("").map(|hash| format!("{}WithRSAEncryption", hash.to_lowercase()));
            return Self { name: name.unwrap_or_else(|| dotted(algorithm.oid)), digest, salt: None };
        }
        if algorithm.oid == EC.as_bytes() {
            let name = bare("ecdsa-with-").unwrap_or_else(|| dotted(algorithm.oid));
            return Self { name, digest, salt: None };
        }
        let name = algorithm.signature_name();
        let digest = hash_in(&name);
        let salt = (algorithm.oid == RSA_PSS.as_bytes()).then(|| salt(algorithm, digest)).flatten();
        Self { name, digest, salt }
    }

    /// What the signature rests on, with the key.
    pub(super) fn usage(&self, key: &PublicKey<'_>) -> AlgorithmUse {
        AlgorithmUse { r#use: Use::Signature, name: self.name.clone(), key: Some(key.describe()) }
    }

    /// Whether this key made the signature.
    pub(super) fn proves(&self, key: &PublicKey<'_>, signed: Signed<'_>, signature: &[u8]) -> Proof {
        let checked = self.check(key).and_then(|check| ParsedPublicKey::new(check, key.bits).ok());
        let Some(key) = checked else { return Proof::Unchecked };
        let good = match signed {
            Signed::Bytes(bytes) => key.verify_sig(bytes, signature),
            Signed::Digest(_) if self.digest.is_none() => return Proof::Unchecked,
            Signed::Digest(digest) => key.verify_digest_sig(digest, signature),
        };
        if good.is_ok() { Proof::Good } else { Proof::Bad }
    }

    fn check(&self, key: &PublicKey<'_>) -> Option<&'static dyn VerificationAlgorithm> {
        let (kind, bits) = key.describe();
        if kind == "RSA" && RSA_BITS.contains(&bits) {
            return self.check_rsa(bits);
        }
        Some(match (kind.as_str(), self.name.as_str()) {
            ("EC P-256", "ecdsa-with-SHA1") => &ECDSA_P256_SHA1_ASN1,
            ("EC P-256", "ecdsa-with-SHA256") => &ECDSA_P256_SHA256_ASN1,
            ("EC P-256", "ecdsa-with-SHA384") => &ECDSA_P256_SHA384_ASN1,
            ("EC P-256", "ecdsa-with-SHA512") => &ECDSA_P256_SHA512_ASN1,
            ("EC secp256k1", "ecdsa-with-SHA256") => &ECDSA_P256K1_SHA256_ASN1,
            ("EC P-384", "ecdsa-with-SHA256") => &ECDSA_P384_SHA256_ASN1,
            ("EC P-384", "ecdsa-with-SHA384") => &ECDSA_P384_SHA384_ASN1,
            ("EC P-384", "ecdsa-with-SHA512") => &ECDSA_P384_SHA512_ASN1,
            ("EC P-521", "ecdsa-with-SHA1") => &ECDSA_P521_SHA1_ASN1,
            ("EC P-521", "ecdsa-with-SHA224") => &ECDSA_P521_SHA224_ASN1,
            ("EC P-521", "ecdsa-with-SHA256") => &ECDSA_P521_SHA256_ASN1,
            ("EC P-521", "ecdsa-with-SHA384") => &ECDSA_P521_SHA384_ASN1,
            ("EC P-521", "ecdsa-with-SHA512") => &ECDSA_P521_SHA512_ASN1,
            ("Ed25519", "Ed25519") => &ED25519,
            _ => return None,
        })
    }

    fn check_rsa(&self, bits: u32) -> Option<&'static dyn VerificationAlgorithm> {
        let usual = bits >= RSA_BITS_USUAL;
        Some(match self.name.as_str() {
            "sha1WithRSAEncryption" => &RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY,
            "sha256WithRSAEncryption" => &RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
            "sha384WithRSAEncryption" if usual => &RSA_PKCS1_2048_8192_SHA384,
            "sha512WithRSAEncryption" => &RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY,
            name if usual && name.starts_with("RSASSA-PSS") => return pss(self.digest?, self.salt?, bits),
            _ => return None,
        })
    }
}

/// The hash in the name of a signature algorithm.
fn hash_in(name: &str) -> Option<DigestAlgorithm> {
    let hash = match name {
        "sha1WithRSAEncryption" | "ecdsa-with-SHA1" | "RSASSA-PSS with SHA-1" | "dsa-with-SHA1" => "SHA-1",
        "sha224WithRSAEncryption" | "ecdsa-with-SHA224" | "RSASSA-PSS with SHA-224" => "SHA-224",
        "sha256WithRSAEncryption" | "ecdsa-with-SHA256" | "RSASSA-PSS with SHA-256" => "SHA-256",
        "sha384WithRSAEncryption" | "ecdsa-with-SHA384" | "RSASSA-PSS with SHA-384" => "SHA-384",
        "sha512WithRSAEncryption" | "ecdsa-with-SHA512" | "RSASSA-PSS with SHA-512" => "SHA-512",
        "md5WithRSAEncryption" => "MD5",
        _ => return None,
    };
    Some(DigestAlgorithm { name: hash })
}

/// The length of the salt; `None` where the mask is made with another hash, or another trailer is used: nobody signs so,
/// and the library cannot check it.
fn salt(algorithm: Algorithm<'_>, digest: Option<DigestAlgorithm>) -> Option<usize> {
    let mut parameters = Reader::new(algorithm.parameters?.content);
    let _hash = parameters.expect(explicit(0));
    let mask = match parameters.enter(explicit(1)) {
        Some(mut mask) => {
            let mask = Algorithm::parse(&mut mask)?;
            let hash = Algorithm::parse(&mut Reader::new(mask.parameters?.whole))?;
            (mask.oid == MGF1.as_bytes()).then(|| DigestAlgorithm::of(hash.oid)).flatten()?
        }
        None => DigestAlgorithm::SHA1,
    };
    let number = |mut inner: Reader<'_>| match magnitude(inner.expect(INTEGER)?.content) {
        [] => Some(0),
        [low] => Some(usize::from(*low)),
        [high, low] => Some(usize::from(*high) << 8 | usize::from(*low)),
        _ => None,
    };
    let salt = parameters.enter(explicit(2)).map_or(Some(SALT_DEFAULT), number)?;
    let trailer = parameters.enter(explicit(3)).map_or(Some(1), number)?;
    (Some(mask) == digest && trailer == 1).then_some(salt)
}

macro_rules! pss_with_salt {
    ($parameters:ident, $salt:expr, $max:expr, [$($length:literal)*]) => {
        match $salt {
            $($length => &const { $parameters.with_pss_salt_length(RsaPssSaltLength::Custom($length)) },)*
            salt if salt == $max => &const { $parameters.with_pss_salt_length(RsaPssSaltLength::Max) },
            _ => return None,
        }
    };
}

/// PSS with the lengths of salt that are in use: none, that of a hash, the longest. The library wants them as constants.
fn pss(digest: DigestAlgorithm, salt: usize, bits: u32) -> Option<&'static dyn VerificationAlgorithm> {
    let encoded = usize::try_from((bits + 6) / 8).ok()?;
    let max = encoded.checked_sub(digest.computed()?.output_len() + 2)?;
    Some(match digest.name {
        "SHA-256" => pss_with_salt!(RSA_PSS_2048_8192_SHA256, salt, max, [0 20 28 32 48 64]),
        "SHA-384" => pss_with_salt!(RSA_PSS_2048_8192_SHA384, salt, max, [0 20 28 32 48 64]),
        "SHA-512" => pss_with_salt!(RSA_PSS_2048_8192_SHA512, salt, max, [0 20 28 32 48 64]),
        _ => return None,
    })
}
