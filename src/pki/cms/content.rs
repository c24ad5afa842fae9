//! What a CMS signs, wherever it lies: hashed in pieces, never copied, and once per digest algorithm however many sign.

use std::cell::RefCell;
use std::ops::Range;

use aws_lc_rs::digest::Digest;

use crate::pki::ber::Octets;
use crate::pki::digests::DigestAlgorithm;

/// The content that a CMS signs.
#[derive(Clone, Copy, Debug)]
pub enum Content<'a> {
    /// It lies inside the CMS.
    Attached,
    /// It lies beside the CMS.
    Detached(&'a [u8]),
    /// It is these ranges of a file, each `begin..end`, one after another.
    Ranges {
        /// The file.
        file: &'a [u8],
        /// What of it is signed.
        ranges: &'a [Range<usize>],
    },
}

/// Content that was found, in pieces.
pub(super) struct Pieces<'a> {
    kind: Kind<'a>,
    known: RefCell<Vec<(DigestAlgorithm, Digest)>>,
}

enum Kind<'a> {
    Inside(Octets<'a>),
    Beside(&'a [u8]),
    Ranges(Vec<&'a [u8]>),
}

impl<'a> Pieces<'a> {
    /// Finds the content; `None` where it is not at hand, or where a range lies outside of the file.
    pub(super) fn of(content: Content<'a>, inside: Option<Octets<'a>>) -> Option<Self> {
        let kind = match content {
            Content::Attached => Kind::Inside(inside?),
            Content::Detached(bytes) => Kind::Beside(bytes),
            Content::Ranges { file, ranges } => {
                Kind::Ranges(ranges.iter().map(|range| file.get(range.clone())).collect::<Option<_>>()?)
            }
        };
        Some(Self { kind, known: RefCell::default() })
    }

    fn each(&self, take: &mut dyn FnMut(&'a [u8])) {
        match &self.kind {
            Kind::Inside(octets) => {
                let _checked_when_read = octets.each(take);
            }
            Kind::Beside(bytes) => take(bytes),
            Kind::Ranges(pieces) => pieces.iter().for_each(|piece| take(piece)),
        }
    }

    /// The digest; `None` where the algorithm cannot be computed here.
    pub(super) fn digest(&self, algorithm: DigestAlgorithm) -> Option<Digest> {
        if let Some((_, digest)) = self.known.borrow().iter().find(|(known, _)| *known == algorithm) {
            return Some(*digest);
        }
        let mut context = algorithm.context()?;
        self.each(&mut |piece| context.update(piece));
        let digest = context.finish();
        self.known.borrow_mut().push((algorithm, digest));
        Some(digest)
    }

    /// The bytes, where they lie together.
    pub(super) fn together(&self) -> Option<&'a [u8]> {
        let (mut found, mut count) = (&[][..], 0);
        self.each(&mut |piece| {
            found = piece;
            count += 1;
        });
        (count <= 1).then_some(found)
    }
}
