//! Names as they are compared (RFC 5280 §7.1): letter case, runs of spaces and the type of string do not count.

use unicode_normalization::UnicodeNormalization;

use crate::pki::der::{Element, OID, Reader, SEQUENCE, SET};
use crate::pki::names::text;

/// The most parts of a name, and attributes of a part, that are read.
const PARTS_MAX: usize = 64;

/// A distinguished name made comparable: equal where RFC 5280 calls two names the same.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(in crate::pki) struct Name(Vec<Vec<u8>>);

impl Name {
    /// Reads a `Name`, whole; `None` where any of it cannot be read.
    pub(in crate::pki) fn read(whole: &[u8]) -> Option<Self> {
        let mut outer = Reader::new(whole);
        let sets = outer.enter(SEQUENCE)?;
        Self::of_parts(sets, SET)
    }

    /// Reads the content of a `RDNSequence`.
    fn of_parts(mut sets: Reader<'_>, tag: u8) -> Option<Self> {
        let mut parts = Vec::new();
        for set in sets.by_ref() {
            if set.tag != tag || parts.len() == PARTS_MAX {
                return None;
            }
            parts.push(part(set.content)?);
        }
        sets.is_empty().then_some(Self(parts))
    }

    /// This name with one part more: the content of a `RelativeDistinguishedName`.
    pub(in crate::pki) fn with(&self, relative: &[u8]) -> Option<Self> {
        let mut longer = self.clone();
        longer.0.push(part(relative)?);
        Some(longer)
    }

    /// Whether there is nothing in it.
    pub(in crate::pki) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether this name lies in the subtree of another.
    pub(in crate::pki) fn lies_in(&self, base: &Self) -> bool {
        self.0.starts_with(&base.0)
    }
}

/// One part, its attributes in an order of their own: they are a set.
fn part(content: &[u8]) -> Option<Vec<u8>> {
    let mut reader = Reader::new(content);
    let mut attributes = Vec::new();
    for pair in reader.by_ref() {
        if pair.tag != SEQUENCE || attributes.len() == PARTS_MAX {
            return None;
        }
        attributes.push(attribute(pair.content)?);
    }
    if !reader.is_empty() || attributes.is_empty() {
        return None;
    }
    attributes.sort();
    Some(attributes.concat())
}

/// Kind and value, each behind its length, so that two different pairs never read alike.
fn attribute(content: &[u8]) -> Option<Vec<u8>> {
    let mut reader = Reader::new(content);
    let kind = reader.expect(OID)?.content;
    let value = reader.next()?;
    let (form, value) = value_of(value);
    let mut written = Vec::with_capacity(kind.len() + value.len() + 9);
    written.extend(u32::try_from(kind.len()).ok()?.to_be_bytes());
    written.extend(kind);
    written.push(form);
    written.extend(u32::try_from(value.len()).ok()?.to_be_bytes());
    written.extend(value);
    reader.is_empty().then_some(written)
}

/// Text is prepared; anything else is compared byte for byte.
fn value_of(value: Element<'_>) -> (u8, Vec<u8>) {
    match text(value.tag, value.content) {
        Some(text) => (1, prepared(&text).into_bytes()),
        None => (0, value.whole.to_vec()),
    }
}

/// The preparation of RFC 4518 as far as certificates need it: case folded, compatible forms joined, spaces at the
/// ends dropped and runs of them made one. Control characters stay and make a difference: two names that only look
/// alike are not the same authority.
pub(in crate::pki) fn prepared(text: &str) -> String {
    let folded = if text.is_ascii() {
        text.to_ascii_lowercase()
    } else {
        text.nfkc().flat_map(char::to_lowercase).nfkc().collect()
    };
    folded
        .split([' ', '\u{a0}', '\t', '\n', '\r'])
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `C=VN` and a common name of the given string type.
    fn name(tag: u8, common: &[u8]) -> Vec<u8> {
        let tlv =
            |tag: u8, content: &[u8]| [&[tag, u8::try_from(content.len()).unwrap()][..], content].concat();
        let pair = |kind: u8, tag: u8, value: &[u8]| {
            tlv(SET, &tlv(SEQUENCE, &[tlv(OID, &[0x55, 4, kind]), tlv(tag, value)].concat()))
        };
        tlv(SEQUENCE, &[pair(6, 0x13, b"VN"), pair(3, tag, common)].concat())
    }

    #[test]
    fn case_spaces_and_string_types_do_not_count() {
        let plain = Name::read(&name(0x13, b"Bo  Vi Du ")).unwrap();
        assert_eq!(plain, Name::read(&name(0x0c, b"bo vi du")).unwrap());
        assert_ne!(plain, Name::read(&name(0x0c, b"bovi du")).unwrap());
        assert_ne!(plain, Name::read(&name(0x04, b"bo vi du")).unwrap());
        let marked = Name::read(&name(0x0c, "BỘ VÍ DỤ".as_bytes())).unwrap();
        let decomposed: String = "bộ ví dụ".nfd().collect();
        assert_eq!(marked, Name::read(&name(0x0c, decomposed.as_bytes())).unwrap());
    }

    #[test]
    fn a_name_lies_in_the_subtrees_that_it_begins_with() {
        let base = Name::read(&[&[0x30, 13][..], &name(0x13, b"x")[2..15]].concat()).unwrap();
        let below = Name::read(&name(0x13, b"x")).unwrap();
        assert!(below.lies_in(&base) && !base.lies_in(&below) && below.lies_in(&Name::default()));
        assert!(Name::read(&[0x30, 2, 0x31, 0]).is_none() && Name::read(&[0x31, 0]).is_none());
    }
}
