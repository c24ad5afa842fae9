//! What a CMS signs, wherever it lies: hashed in pieces, never copied, and once per digest algorithm however many sign.

use std::cell::{OnceCell, RefCell};
use std::ops::Range;

use aws_lc_rs::digest::Digest;

use crate::pki::ber::{Octets, Reader};
use crate::pki::cms::oids::MESSAGE_DIGEST;
use crate::pki::cms::shared::SignedFile;
use crate::pki::der::{OID, SET};
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
        file: &'a SignedFile<'a>,
        /// What of it is signed.
        ranges: &'a [Range<usize>],
    },
}

/// Content that was found, in pieces.
pub(super) struct Pieces<'a> {
    kind: Kind<'a>,
    known: RefCell<Vec<(DigestAlgorithm, Digest)>>,
    attributes: OnceCell<bool>,
    together: OnceCell<Option<&'a [u8]>>,
}

enum Kind<'a> {
    Inside(Octets<'a>),
    Beside(&'a [u8]),
    Ranges(&'a SignedFile<'a>, &'a [Range<usize>]),
}

impl<'a> Pieces<'a> {
    /// Finds the content; `None` where it is not at hand, or where a range lies outside of the file.
    pub(super) fn of(content: Content<'a>, inside: Option<Octets<'a>>) -> Option<Self> {
        let kind = match content {
            Content::Attached => Kind::Inside(inside?),
            Content::Detached(bytes) => Kind::Beside(bytes),
            Content::Ranges { file, ranges } => {
                let lies_within = |range: &Range<usize>| file.bytes().get(range.clone()).is_some();
                ranges.iter().all(lies_within).then_some(Kind::Ranges(file, ranges))?
            }
        };
        Some(Self { kind, known: RefCell::default(), attributes: OnceCell::new(), together: OnceCell::new() })
    }

    fn each(&self, take: &mut dyn FnMut(&'a [u8])) {
        match &self.kind {
            Kind::Inside(octets) => {
                let _checked_when_read = octets.each(take);
            }
            Kind::Beside(bytes) => take(bytes),
            Kind::Ranges(file, ranges) => {
                ranges.iter().filter_map(|range| file.bytes().get(range.clone())).for_each(take);
            }
        }
    }

    /// The digest; `None` where the algorithm cannot be computed here.
    pub(super) fn digest(&self, algorithm: DigestAlgorithm) -> Option<Digest> {
        if let Some((_, digest)) = self.known.borrow().iter().find(|(known, _)| *known == algorithm) {
            return Some(*digest);
        }
        let digest = if let Kind::Ranges(file, ranges) = &self.kind {
            file.digest(algorithm, ranges)?
        } else {
            let mut context = algorithm.context()?;
            self.each(&mut |piece| context.update(piece));
            context.finish()
        };
        self.known.borrow_mut().push((algorithm, digest));
        Some(digest)
    }

    /// Whether the content itself reads as the signed attributes of a signature.
    pub(super) fn reads_as_attributes(&self) -> bool {
        *self.attributes.get_or_init(|| {
            let mut first = None;
            self.each(&mut |piece| first = first.or_else(|| piece.first().copied()));
            if first != Some(SET) {
                return false;
            }
            let mut joined = Vec::new();
            self.each(&mut |piece| joined.extend_from_slice(piece));
            let attributes = Reader::new(&joined).enter(SET).into_iter().flatten();
            let kinds = attributes.filter_map(|attribute| Reader::new(attribute.content).expect(OID));
            kinds.into_iter().any(|kind| kind.content == MESSAGE_DIGEST.as_bytes())
        })
    }

    /// The bytes, where they lie together.
    pub(super) fn together(&self) -> Option<&'a [u8]> {
        *self.together.get_or_init(|| {
            let (mut found, mut count) = (&[][..], 0_usize);
            self.each(&mut |piece| {
                found = piece;
                count += 1;
            });
            (count <= 1).then_some(found)
        })
    }
}
