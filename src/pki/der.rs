//! A reader of DER that borrows, never copies, never panics and never recurses: it gives one element at a time.

/// One element: what it is, what is in it, and its bytes as they came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Element<'a> {
    /// The identifier octet.
    pub(crate) tag: u8,
    /// The content octets.
    pub(crate) content: &'a [u8],
    /// Identifier, length and content: what signatures and hashes are made over.
    pub(crate) whole: &'a [u8],
}

/// `BOOLEAN`
pub(crate) const BOOLEAN: u8 = 0x01;
/// `INTEGER`
pub(crate) const INTEGER: u8 = 0x02;
/// `BIT STRING`
pub(crate) const BIT_STRING: u8 = 0x03;
/// `OCTET STRING`
pub(crate) const OCTET_STRING: u8 = 0x04;
/// `OBJECT IDENTIFIER`
pub(crate) const OID: u8 = 0x06;
/// `ENUMERATED`
pub(crate) const ENUMERATED: u8 = 0x0a;
/// `UTCTime`
pub(crate) const UTC_TIME: u8 = 0x17;
/// `GeneralizedTime`
pub(crate) const GENERALIZED_TIME: u8 = 0x18;
/// `SEQUENCE`
pub(crate) const SEQUENCE: u8 = 0x30;
/// `SET`
pub(crate) const SET: u8 = 0x31;

/// `[n]`, constructed.
pub(crate) const fn explicit(number: u8) -> u8 {
    0xa0 | number
}

/// `[n]`, primitive.
pub(crate) const fn implicit(number: u8) -> u8 {
    0x80 | number
}

/// Elements one after another.
#[derive(Clone, Debug)]
pub(crate) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// Reads these bytes.
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The next element if it has this tag; otherwise nothing is read.
    pub(crate) fn expect(&mut self, tag: u8) -> Option<Element<'a>> {
        if self.0.first() == Some(&tag) { self.next() } else { None }
    }

    /// Whether all was read. Iteration ends at what is no DER as well: where a missed element matters, ask this.
    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Reads what is in the next element, if it has this tag.
    pub(crate) fn enter(&mut self, tag: u8) -> Option<Self> {
        self.expect(tag).map(|element| Self(element.content))
    }
}

impl<'a> Iterator for Reader<'a> {
    type Item = Element<'a>;

    /// `None` at the end and where the bytes are no DER: a tag of several octets or a length that does not fit.
    fn next(&mut self) -> Option<Element<'a>> {
        let (&tag, rest) = self.0.split_first()?;
        if tag & 0x1f == 0x1f {
            return None;
        }
        let (length, header) = length_of(rest)?;
        let begin = 1 + header;
        let end = begin.checked_add(length)?;
        let whole = self.0.get(..end)?;
        self.0 = self.0.get(end..)?;
        Some(Element { tag, content: whole.get(begin..)?, whole })
    }
}

/// The length that stands here, and how many octets it takes to write. The indefinite form is none of DER's.
fn length_of(bytes: &[u8]) -> Option<(usize, usize)> {
    let (&first, rest) = bytes.split_first()?;
    if first < 0x80 {
        return Some((usize::from(first), 1));
    }
    let count = usize::from(first & 0x7f);
    if !(1..=4).contains(&count) {
        return None;
    }
    let length = rest.get(..count)?.iter().fold(0, |length, &byte| length << 8 | usize::from(byte));
    Some((length, 1 + count))
}

/// The content of a bit string whose bits fill whole octets.
pub(crate) fn octets_of_bits(content: &[u8]) -> Option<&[u8]> {
    content.split_first().filter(|(unused, _)| **unused == 0).map(|(_, octets)| octets)
}

/// The magnitude of a positive integer, without leading zero octets.
pub(crate) fn magnitude(content: &[u8]) -> &[u8] {
    let zeros = content.iter().take_while(|byte| **byte == 0).count();
    content.get(zeros..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_read_one_after_another() {
        let mut reader = Reader::new(&[0x02, 1, 5, 0x30, 0x81, 2, 0x05, 0]);
        assert_eq!(reader.expect(INTEGER).map(|element| element.content), Some(&[5][..]));
        let mut inner = reader.enter(SEQUENCE).unwrap();
        assert_eq!(inner.next().map(|element| element.whole), Some(&[5, 0][..]));
        assert!(inner.next().is_none() && reader.next().is_none());
    }

    #[test]
    fn what_is_no_der_ends_the_reading() {
        for bytes in [
            &[0x30][..],
            &[0x30, 0x80, 0, 0],
            &[0x1f, 1, 1, 0],
            &[0x02, 5, 0],
            &[0x02, 0x84, 255, 255, 255, 255],
        ] {
            assert_eq!(Reader::new(bytes).next(), None, "{bytes:x?}");
        }
    }
}
