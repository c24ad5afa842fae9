//! Object identifiers that certificates carry, and what is known of each.

use der::asn1::ObjectIdentifier;

/// A hash function, as far as its strength matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hash {
    /// Broken: collisions are made at will.
    Md,
    /// Broken: collisions are within reach.
    Sha1,
    /// SHA-2, SHA-3, or part of the algorithm itself.
    Strong,
}

/// A signature algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SignatureAlgorithm {
    oid: ObjectIdentifier,
    /// The name it goes by.
    pub(super) name: &'static str,
    /// What it hashes with.
    pub(super) hash: Hash,
}

const fn signature(oid: &str, name: &'static str, hash: Hash) -> SignatureAlgorithm {
    SignatureAlgorithm { oid: ObjectIdentifier::new_unwrap(oid), name, hash }
}

/// RSASSA-PSS: its hash stands in the parameters.
pub(super) const RSA_PSS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.10");

/// The mask generation function of RSASSA-PSS.
pub(super) const MGF1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.8");

/// RFC 3279, 4055, 5758, 8410 and FIPS 204.
const SIGNATURES: &[SignatureAlgorithm] = &[
    signature("1.2.840.113549.1.1.2", "md2WithRSAEncryption", Hash::Md),
    signature("1.2.840.113549.1.1.3", "md4WithRSAEncryption", Hash::Md),
    signature("1.2.840.113549.1.1.4", "md5WithRSAEncryption", Hash::Md),
    signature("1.2.840.113549.1.1.5", "sha1WithRSAEncryption", Hash::Sha1),
    signature("1.3.14.3.2.29", "sha1WithRSAEncryption", Hash::Sha1),
    signature("1.2.840.113549.1.1.14", "sha224WithRSAEncryption", Hash::Strong),
    signature("1.2.840.113549.1.1.11", "sha256WithRSAEncryption", Hash::Strong),
    signature("1.2.840.113549.1.1.12", "sha384WithRSAEncryption", Hash::Strong),
    signature("1.2.840.113549.1.1.13", "sha512WithRSAEncryption", Hash::Strong),
    signature("1.2.840.10045.4.1", "ecdsa-with-SHA1", Hash::Sha1),
    signature("1.2.840.10045.4.3.1", "ecdsa-with-SHA224", Hash::Strong),
    signature("1.2.840.10045.4.3.2", "ecdsa-with-SHA256", Hash::Strong),
    signature("1.2.840.10045.4.3.3", "ecdsa-with-SHA384", Hash::Strong),
    signature("1.2.840.10045.4.3.4", "ecdsa-with-SHA512", Hash::Strong),
    signature("1.2.840.10040.4.3", "dsa-with-SHA1", Hash::Sha1),
    signature("2.16.840.1.101.3.4.3.2", "dsa-with-SHA256", Hash::Strong),
    signature("1.3.101.112", "Ed25519", Hash::Strong),
    signature("1.3.101.113", "Ed448", Hash::Strong),
    signature("2.16.840.1.101.3.4.3.17", "ML-DSA-44", Hash::Strong),
    signature("2.16.840.1.101.3.4.3.18", "ML-DSA-65", Hash::Strong),
    signature("2.16.840.1.101.3.4.3.19", "ML-DSA-87", Hash::Strong),
];

/// A hash function by its own identifier.
pub(super) const HASHES: &[(ObjectIdentifier, &str, Hash)] = &[
    (ObjectIdentifier::new_unwrap("1.2.840.113549.2.5"), "MD5", Hash::Md),
    (SHA1, "SHA-1", Hash::Sha1),
    (ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.4"), "SHA-224", Hash::Strong),
    (SHA256, "SHA-256", Hash::Strong),
    (SHA384, "SHA-384", Hash::Strong),
    (SHA512, "SHA-512", Hash::Strong),
];

/// SHA-1
pub(super) const SHA1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.14.3.2.26");
/// SHA-256
pub(super) const SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
/// SHA-384
pub(super) const SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2");
/// SHA-512
pub(super) const SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3");

/// RSA keys.
pub(super) const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
/// Keys on an elliptic curve that the parameters name.
pub(super) const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");

/// Curves by their identifier.
pub(super) const CURVES: &[(ObjectIdentifier, &str, u32)] = &[
    (ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.1"), "EC P-192", 192),
    (ObjectIdentifier::new_unwrap("1.3.132.0.33"), "EC P-224", 224),
    (ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7"), "EC P-256", 256),
    (ObjectIdentifier::new_unwrap("1.3.132.0.34"), "EC P-384", 384),
    (ObjectIdentifier::new_unwrap("1.3.132.0.35"), "EC P-521", 521),
    (ObjectIdentifier::new_unwrap("1.3.132.0.10"), "EC secp256k1", 256),
    (ObjectIdentifier::new_unwrap("1.3.36.3.3.2.8.1.1.7"), "EC brainpoolP256r1", 256),
    (ObjectIdentifier::new_unwrap("1.3.36.3.3.2.8.1.1.11"), "EC brainpoolP384r1", 384),
    (ObjectIdentifier::new_unwrap("1.3.36.3.3.2.8.1.1.13"), "EC brainpoolP512r1", 512),
];

/// Keys whose identifier says all.
pub(super) const PLAIN_KEYS: &[(ObjectIdentifier, &str, u32)] = &[
    (ObjectIdentifier::new_unwrap("1.3.101.112"), "Ed25519", 256),
    (ObjectIdentifier::new_unwrap("1.3.101.113"), "Ed448", 456),
    (ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.3.17"), "ML-DSA-44", 10_496),
    (ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.3.18"), "ML-DSA-65", 15_616),
    (ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.3.19"), "ML-DSA-87", 20_736),
];

/// Attributes of a name by their short keys (RFC 4514, RFC 4519, and those people know from certificates).
pub(super) const ATTRIBUTES: &[(ObjectIdentifier, &str)] = &[
    (ObjectIdentifier::new_unwrap("2.5.4.3"), "CN"),
    (ObjectIdentifier::new_unwrap("2.5.4.4"), "SN"),
    (ObjectIdentifier::new_unwrap("2.5.4.5"), "serialNumber"),
    (ObjectIdentifier::new_unwrap("2.5.4.6"), "C"),
    (ObjectIdentifier::new_unwrap("2.5.4.7"), "L"),
    (ObjectIdentifier::new_unwrap("2.5.4.8"), "ST"),
    (ObjectIdentifier::new_unwrap("2.5.4.9"), "street"),
    (ObjectIdentifier::new_unwrap("2.5.4.10"), "O"),
    (ObjectIdentifier::new_unwrap("2.5.4.11"), "OU"),
    (ObjectIdentifier::new_unwrap("2.5.4.12"), "title"),
    (ObjectIdentifier::new_unwrap("2.5.4.42"), "GN"),
    (ObjectIdentifier::new_unwrap("2.5.4.97"), "organizationIdentifier"),
    (ObjectIdentifier::new_unwrap("0.9.2342.19200300.100.1.1"), "UID"),
    (ObjectIdentifier::new_unwrap("0.9.2342.19200300.100.1.25"), "DC"),
    (ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.1"), "emailAddress"),
];

/// Extension: the subject's key identifier.
pub(super) const SUBJECT_KEY_IDENTIFIER: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.14");
/// Extension: subject alternative names.
pub(super) const SUBJECT_ALT_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.17");
/// Extension: basic constraints.
pub(super) const BASIC_CONSTRAINTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.19");
/// Extension: extended key usage.
pub(super) const EXTENDED_KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.37");
/// Extended key usage: signing OCSP responses.
pub(super) const OCSP_SIGNING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.9");
/// Response type: basic OCSP response.
pub(super) const OCSP_BASIC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1.1");

/// What is known of a signature algorithm, if anything is.
pub(super) fn signature_algorithm(oid: &[u8]) -> Option<&'static SignatureAlgorithm> {
    SIGNATURES.iter().find(|known| known.oid.as_bytes() == oid)
}

/// An identifier in dots, or a word where it is none.
pub(super) fn dotted(oid: &[u8]) -> String {
    ObjectIdentifier::from_bytes(oid).map_or_else(|_| "unreadable".to_owned(), |oid| oid.to_string())
}
