//! A reader of BER over the original bytes: indefinite lengths and strings in pieces are read where they lie.
//!
//! Many signers stream: their CMS has indefinite lengths and its content is cut into pieces. Nothing is converted for
//! reading, because what is signed must be checked as it came. Depth is capped; every step is linear in the bytes.

use std::borrow::Cow;

use crate::pki::der::{Element, OCTET_STRING, SET};

/// How deep indefinite lengths and pieces of strings may be nested; real files have fewer than ten levels.
const DEPTH_MAX: usize = 32;
/// The bit of an identifier that says that elements are inside.
const CONSTRUCTED: u8 = 0x20;

/// Elements one after another, in BER or DER.
#[derive(Clone, Debug)]
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// Reads these bytes.
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The next element if it has this tag; otherwise nothing is read.
    pub(super) fn expect(&mut self, tag: u8) -> Option<Element<'a>> {
        if self.0.first() == Some(&tag) { self.next() } else { None }
    }

    /// Reads what is in the next element, if it has this tag.
    pub(super) fn enter(&mut self, tag: u8) -> Option<Self> {
        self.expect(tag).map(|element| Self(element.content))
    }

    /// What has not been read yet.
    pub(super) const fn rest(&self) -> &'a [u8] {
        self.0
    }
}

impl<'a> Iterator for Reader<'a> {
    type Item = Element<'a>;

    /// `None` at the end and where the bytes are no BER that is read here (a tag of several octets, a length that does
    /// not fit, too deep a nesting).
    fn next(&mut self) -> Option<Element<'a>> {
        let header = Header::read(self.0)?;
        let begin = header.size;
        let (inside, end) = match header.length {
            Some(length) => (begin.checked_add(length)?, begin.checked_add(length)?),
            None => {
                let inside = begin.checked_add(contents_end(self.0.get(begin..)?)?)?;
                (inside, inside.checked_add(2)?)
            }
        };
        let element =
            Element { tag: header.tag, content: self.0.get(begin..inside)?, whole: self.0.get(..end)? };
        self.0 = self.0.get(end..)?;
        Some(element)
    }
}

/// Identifier and length.
struct Header {
    tag: u8,
    /// `None` for the indefinite form.
    length: Option<usize>,
    /// How many octets the header takes.
    size: usize,
}

impl Header {
    fn read(bytes: &[u8]) -> Option<Self> {
        let (&tag, rest) = bytes.split_first()?;
        if tag == 0 || tag & 0x1f == 0x1f {
            return None;
        }
        let (&first, rest) = rest.split_first()?;
        if first < 0x80 {
            return Some(Self { tag, length: Some(usize::from(first)), size: 2 });
        }
        if first == 0x80 {
            return (tag & CONSTRUCTED != 0).then_some(Self { tag, length: None, size: 2 });
        }
        let count = usize::from(first & 0x7f);
        if count > 8 {
            return None;
        }
        let mut length: usize = 0;
        for byte in rest.get(..count)? {
            length = length.checked_mul(256)?.checked_add(usize::from(*byte))?;
        }
        Some(Self { tag, length: Some(length), size: 2 + count })
    }
}

/// Where the end-of-contents octets stand that close what begins here.
fn contents_end(bytes: &[u8]) -> Option<usize> {
    let (mut place, mut open) = (0_usize, 1_usize);
    loop {
        let rest = bytes.get(place..)?;
        if rest.starts_with(&[0, 0]) {
            open -= 1;
            if open == 0 {
                return Some(place);
            }
            place += 2;
            continue;
        }
        let header = Header::read(rest)?;
        place = place.checked_add(header.size)?;
        match header.length {
            Some(length) => place = place.checked_add(length)?,
            None if open == DEPTH_MAX => return None,
            None => open += 1,
        }
    }
}

/// An octet string, whole or in pieces, where it lies.
#[derive(Clone, Copy, Debug)]
pub(super) struct Octets<'a>(Element<'a>);

impl<'a> Octets<'a> {
    /// Takes an element for an octet string; `None` where it is none.
    pub(super) fn of(element: Element<'a>) -> Option<Self> {
        let octets = Self(element);
        octets.each(&mut |_| {})?;
        Some(octets)
    }

    /// Hands out the pieces in order.
    pub(super) fn each(&self, take: &mut dyn FnMut(&'a [u8])) -> Option<()> {
        pieces(self.0, 0, take)
    }

    /// The octets as one; borrowed where they lie as one.
    pub(super) fn joined(&self) -> Cow<'a, [u8]> {
        if self.0.tag == OCTET_STRING {
            return Cow::Borrowed(self.0.content);
        }
        let mut all = Vec::new();
        let _checked_when_made = self.each(&mut |piece| all.extend_from_slice(piece));
        Cow::Owned(all)
    }
}

fn pieces<'a>(element: Element<'a>, depth: usize, take: &mut dyn FnMut(&'a [u8])) -> Option<()> {
    if element.tag == OCTET_STRING {
        take(element.content);
        return Some(());
    }
    if element.tag != OCTET_STRING | CONSTRUCTED || depth == DEPTH_MAX {
        return None;
    }
    let mut inside = Reader::new(element.content);
    for piece in inside.by_ref() {
        pieces(piece, depth + 1, take)?;
    }
    inside.rest().is_empty().then_some(())
}

/// One element in DER, of a tag and its content.
pub(super) fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(content.len() + 10);
    bytes.push(tag);
    match u8::try_from(content.len()) {
        Ok(short) if short < 0x80 => bytes.push(short),
        _ => {
            let length = content.len().to_be_bytes();
            let zeros = length.iter().take_while(|byte| **byte == 0).count();
            let length = length.get(zeros..).unwrap_or_default();
            bytes.push(0x80 | u8::try_from(length.len()).expect("a length has at most eight octets"));
            bytes.extend_from_slice(length);
        }
    }
    bytes.extend_from_slice(content);
    bytes
}

/// What is inside a `SET OF`, written anew as the DER of a `SET OF`: what CMS has signed where attributes came in BER.
pub(super) fn canonical_set(content: &[u8]) -> Option<Vec<u8>> {
    let mut inside = children(content, 0)?;
    inside.sort();
    Some(element(SET, &inside.concat()))
}

fn children(content: &[u8], depth: usize) -> Option<Vec<Vec<u8>>> {
    let mut reader = Reader::new(content);
    let found: Option<Vec<Vec<u8>>> = reader.by_ref().map(|child| canonical(child, depth + 1)).collect();
    found.filter(|_| reader.rest().is_empty())
}

fn canonical(child: Element<'_>, depth: usize) -> Option<Vec<u8>> {
    if depth == DEPTH_MAX {
        return None;
    }
    if child.tag == OCTET_STRING | CONSTRUCTED {
        return Some(element(OCTET_STRING, &Octets::of(child)?.joined()));
    }
    if child.tag & CONSTRUCTED == 0 {
        return Some(element(child.tag, child.content));
    }
    let mut inside = children(child.content, depth)?;
    if child.tag == SET {
        inside.sort();
    }
    Some(element(child.tag, &inside.concat()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{ProptestConfig, any, prop_assert_eq, proptest};

    use super::*;

    #[test]
    fn indefinite_lengths_and_pieces_are_read_where_they_lie() {
        let bytes = [0x30, 0x80, 0x24, 0x80, 4, 1, b'a', 0x24, 3, 4, 1, b'b', 0, 0, 0x02, 1, 5, 0, 0, 7];
        let mut reader = Reader::new(&bytes);
        let sequence = reader.next().unwrap();
        assert_eq!(reader.rest(), [7]);
        let mut inside = Reader::new(sequence.content);
        let octets = Octets::of(inside.next().unwrap()).unwrap();
        assert_eq!(octets.joined().as_ref(), b"ab");
        assert_eq!(inside.next().unwrap().content, [5]);
        assert!(inside.next().is_none() && inside.rest().is_empty());
    }

    #[test]
    fn a_set_is_written_anew_sorted_and_definite() {
        let content = [0x30, 0x80, 0x02, 0x81, 1, 9, 0, 0, 0x02, 1, 5];
        assert_eq!(canonical_set(&content).unwrap(), [0x31, 8, 0x02, 1, 5, 0x30, 3, 0x02, 1, 9]);
    }

    #[test]
    fn what_is_nested_too_deeply_or_cut_short_is_not_read() {
        let bomb = [0x30, 0x80].repeat(1_000_000);
        assert!(Reader::new(&bomb).next().is_none());
        let closed = [[0x24, 0x80].repeat(200), [0, 0].repeat(200)].concat();
        assert!(Reader::new(&closed).next().is_none());
        let definite = (0..60).fold(vec![4, 0], |inside, _| element(0x24, &inside));
        assert!(Octets::of(Reader::new(&definite).next().unwrap()).is_none());
        for bytes in [&[0x30, 0x80, 4, 1][..], &[0x04, 0x80, 0, 0], &[0x30, 0x89], &[0, 0]] {
            assert!(Reader::new(bytes).next().is_none(), "{bytes:x?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn any_bytes_are_read_without_a_panic(bytes in any::<Vec<u8>>()) {
            for element in Reader::new(&bytes) {
                let _ = (Octets::of(element), canonical_set(element.content));
            }
        }

        #[test]
        fn what_is_written_is_read_back(tag in 1_u8..0x1e, content in any::<Vec<u8>>()) {
            let bytes = element(tag, &content);
            prop_assert_eq!(Reader::new(&bytes).next().map(|element| element.content), Some(&content[..]));
        }
    }
}
