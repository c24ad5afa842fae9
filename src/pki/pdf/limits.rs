//! How much of a file is read before it is called too complex, and the flaws that say that reading failed.

use crate::model::told::{Told, told};
use crate::pki::verdict::{Flaw, SignatureReason};

/// What is read of one file at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file.
    pub bytes: usize,
    /// Signatures.
    pub signatures: usize,
    /// Revisions.
    pub revisions: usize,
    /// Bytes that all streams together may inflate to.
    pub decoded: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 32 << 20, signatures: 64, revisions: 1_000, decoded: 64 << 20 }
    }
}

/// Entries of all cross-reference sections together: 24 bytes each are kept.
pub(super) const ENTRIES: usize = 2_000_000;

/// The file is none that can be read.
pub(super) fn malformed(told: Told) -> Flaw {
    Flaw::new(SignatureReason::Malformed, told)
}

/// The file goes beyond a limit.
pub(super) fn too_complex(told: Told) -> Flaw {
    Flaw::new(SignatureReason::TooComplex, told)
}

/// Streams inflate to more than the limit.
pub(super) fn too_large(limit: usize) -> Flaw {
    let limit = limit >> 20;
    too_complex(told!(
        "các luồng dữ liệu trong tệp giải nén ra quá {limit} MiB",
        "the streams of the file inflate to more than {limit} MiB"
    ))
}
