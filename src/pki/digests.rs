//! Digest algorithms: what they are called, and digests over content that lies in pieces.

use aws_lc_rs::digest::{
    Algorithm, Context, Digest, SHA1_FOR_LEGACY_USE_ONLY, SHA224, SHA256, SHA384, SHA512,
};

use crate::pki::oid::HASHES;

/// A digest algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DigestAlgorithm {
    /// The name it goes by, such as `SHA-256`.
    pub(super) name: &'static str,
}

/// Those that can be computed here, by name.
const COMPUTED: &[(&str, &Algorithm)] = &[
    ("SHA-1", &SHA1_FOR_LEGACY_USE_ONLY),
    ("SHA-224", &SHA224),
    ("SHA-256", &SHA256),
    ("SHA-384", &SHA384),
    ("SHA-512", &SHA512),
];

impl DigestAlgorithm {
    /// SHA-1
    pub(super) const SHA1: Self = Self { name: "SHA-1" };
    /// SHA-256
    pub(super) const SHA256: Self = Self { name: "SHA-256" };

    /// By its identifier (content octets).
    pub(super) fn of(oid: &[u8]) -> Option<Self> {
        let known = HASHES.iter().find(|(known, ..)| known.as_bytes() == oid)?;
        Some(Self { name: known.1 })
    }

    /// How it is computed; `None` where it cannot be (MD5).
    pub(super) fn computed(self) -> Option<&'static Algorithm> {
        COMPUTED.iter().find(|(name, _)| *name == self.name).map(|(_, algorithm)| *algorithm)
    }

    /// The digest of bytes that lie together.
    pub(super) fn digest(self, bytes: &[u8]) -> Option<Digest> {
        Some(aws_lc_rs::digest::digest(self.computed()?, bytes))
    }

    /// A digest that is fed in pieces.
    pub(super) fn context(self) -> Option<Context> {
        self.computed().map(Context::new)
    }
}
