//! A file that several signatures sign, each up to its own end: what they have in common is hashed once.
//!
//! Each further signature of a PDF covers the whole file before it, so that hashing each by itself would cost the length
//! of the file once per signature.

use std::cell::RefCell;
use std::fmt;
use std::ops::Range;

use aws_lc_rs::digest::{Context, Digest};

use crate::pki::digests::DigestAlgorithm;

/// The file, and digests of its beginning as far as they were computed.
pub struct SignedFile<'a> {
    bytes: &'a [u8],
    known: RefCell<Vec<Beginning>>,
}

/// A digest over the file up to a place, to be continued.
struct Beginning {
    algorithm: DigestAlgorithm,
    end: usize,
    context: Context,
}

impl<'a> SignedFile<'a> {
    /// Of its bytes; nothing is hashed yet.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, known: RefCell::default() }
    }

    /// The bytes.
    #[must_use]
    pub const fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The digest of these ranges, one after another; `None` where one lies outside of the file, or where the algorithm
    /// cannot be computed here. Cheapest when asked in the order in which signatures cover the file.
    pub(in crate::pki) fn digest(
        &self,
        algorithm: DigestAlgorithm,
        ranges: &[Range<usize>],
    ) -> Option<Digest> {
        let (mut context, rest) = match ranges.split_first() {
            Some((first, rest)) if first.start == 0 => (self.beginning(algorithm, first.end)?, rest),
            _ => (algorithm.context()?, ranges),
        };
        for range in rest {
            context.update(self.bytes.get(range.clone())?);
        }
        Some(context.finish())
    }

    /// Continues the longest beginning that is known and ends before.
    fn beginning(&self, algorithm: DigestAlgorithm, end: usize) -> Option<Context> {
        let mut known = self.known.borrow_mut();
        let before = known.iter().filter(|known| known.algorithm == algorithm && known.end <= end);
        let (from, mut context) = match before.max_by_key(|known| known.end) {
            Some(known) => (known.end, known.context.clone()),
            None => (0, algorithm.context()?),
        };
        context.update(self.bytes.get(from..end)?);
        known.push(Beginning { algorithm, end, context: context.clone() });
        Some(context)
    }
}

impl fmt::Debug for SignedFile<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SignedFile({} bytes)", self.bytes.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_those_of_the_joined_ranges_in_whatever_order_they_are_asked_for() {
        let bytes: Vec<u8> = (0..=255).collect();
        let file = SignedFile::new(&bytes);
        let cases: [&[Range<usize>]; 7] = [
            &[0..100, 120..200],
            &[0..150, 160..256],
            &[0..20, 30..40],
            &[5..9, 9..9],
            &[0..0, 0..0],
            &[],
            &[0..150, 0..1],
        ];
        for algorithm in [DigestAlgorithm::SHA1, DigestAlgorithm::SHA256] {
            for ranges in cases {
                let joined: Vec<u8> =
                    ranges.iter().flat_map(|range| bytes[range.clone()].iter().copied()).collect();
                let expected = algorithm.digest(&joined).unwrap();
                assert_eq!(file.digest(algorithm, ranges).unwrap().as_ref(), expected.as_ref(), "{ranges:?}");
            }
        }
        assert!(file.digest(DigestAlgorithm::SHA256, &[0..257, 0..0]).is_none());
        assert!(file.digest(DigestAlgorithm::SHA256, &[0..9, 300..301]).is_none());
    }
}
