//! Dictionaries and arrays of a PDF as they were written. What a revision rewrites keeps its other values byte for byte,
//! so that no reader can say that they were changed.

use std::fmt::Write as _;

/// The deepest nesting of a value.
const DEPTH_MAX: usize = 100;

/// The entries of a dictionary, each key without its solidus, each value as it was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Entries(Vec<(Vec<u8>, Vec<u8>)>);

impl Entries {
    /// Reads a dictionary; `None` where it is none.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let mut at = space(bytes, 0);
        at = bytes.get(at..)?.starts_with(b"<<").then_some(at + 2)?;
        let mut entries = Vec::new();
        loop {
            at = space(bytes, at);
            if bytes.get(at..)?.starts_with(b">>") {
                return Some(Self(entries));
            }
            let begin = (*bytes.get(at)? == b'/').then_some(at + 1)?;
            let end = regular(bytes, begin);
            let value = space(bytes, end);
            at = value_end(bytes, value)?;
            entries.push((bytes.get(begin..end)?.to_vec(), bytes.get(value..at)?.to_vec()));
        }
    }

    /// The value of a key as it was written.
    pub(super) fn get(&self, key: &str) -> Option<&[u8]> {
        self.0.iter().find(|(known, _)| known == key.as_bytes()).map(|(_, value)| value.as_slice())
    }

    /// Puts a value in, in the place of one that is there.
    pub(super) fn set(&mut self, key: &str, value: impl Into<Vec<u8>>) {
        let value = value.into();
        match self.0.iter_mut().find(|(known, _)| known == key.as_bytes()) {
            Some((_, known)) => *known = value,
            None => self.0.push((key.as_bytes().to_vec(), value)),
        }
    }

    /// The dictionary as it is to be written.
    pub(super) fn write(&self) -> Vec<u8> {
        let mut out = b"<<".to_vec();
        for (key, value) in &self.0 {
            out.extend_from_slice(&[b"\n/", key.as_slice(), b" ", value].concat());
        }
        out.extend_from_slice(b"\n>>");
        out
    }
}

/// An array with one element more; `None` where it is none.
pub(super) fn appended(array: &[u8], element: &str) -> Option<Vec<u8>> {
    let begin = space(array, 0);
    let end = value_end(array, begin)?;
    let inner = array.get(begin..end)?.strip_prefix(b"[")?.strip_suffix(b"]")?;
    Some([b"[", inner, b" ", element.as_bytes(), b"]"].concat())
}

/// The object that an indirect reference names.
pub(super) fn reference(value: &[u8]) -> Option<(u32, u16)> {
    let text = std::str::from_utf8(value).ok()?;
    match text.split_ascii_whitespace().collect::<Vec<_>>().as_slice() {
        [number, generation, "R"] => Some((number.parse().ok()?, generation.parse().ok()?)),
        _ => None,
    }
}

/// A text for people: UTF-16 with its mark, in hexadecimal digits.
pub(super) fn text(text: &str) -> String {
    let mut out = String::from("<FEFF");
    for unit in text.encode_utf16() {
        let _ = write!(out, "{unit:04X}");
    }
    out.push('>');
    out
}

/// Octets as a hexadecimal string.
pub(super) fn hexadecimal(octets: &[u8]) -> String {
    let mut out = String::from("<");
    for octet in octets {
        let _ = write!(out, "{octet:02X}");
    }
    out.push('>');
    out
}

/// Past white space and comments.
pub(super) fn space(bytes: &[u8], mut at: usize) -> usize {
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\0' | b'\t' | b'\n' | b'\x0c' | b'\r' | b' ' => at += 1,
            b'%' => at += bytes.iter().skip(at).take_while(|byte| !matches!(byte, b'\n' | b'\r')).count(),
            _ => break,
        }
    }
    at
}

/// Past characters that are neither white space nor delimiters.
fn regular(bytes: &[u8], at: usize) -> usize {
    let is_regular = |byte: &&u8| !b"\0\t\n\x0c\r ()<>[]{}/%".contains(byte);
    at + bytes.iter().skip(at).take_while(is_regular).count()
}

/// The end of the value that begins here.
pub(super) fn value_end(bytes: &[u8], begin: usize) -> Option<usize> {
    let (mut at, mut depth) = (begin, 0_usize);
    loop {
        at = space(bytes, at);
        let rest = bytes.get(at..)?;
        match rest {
            [b'<', b'<', ..] => (at, depth) = (at + 2, depth + 1),
            [b'>', b'>', ..] => (at, depth) = (at + 2, depth.checked_sub(1)?),
            [b'[', ..] => (at, depth) = (at + 1, depth + 1),
            [b']', ..] => (at, depth) = (at + 1, depth.checked_sub(1)?),
            [b'<', ..] => at += 1 + rest.iter().position(|byte| *byte == b'>')?,
            [b'(', ..] => at = string_end(bytes, at)?,
            [b'/', ..] => at = regular(bytes, at + 1),
            _ => {
                let end = regular(bytes, at);
                at = (end > at).then(|| reference_end(bytes, at, end))?;
            }
        }
        match depth {
            0 => return Some(at),
            1..=DEPTH_MAX => {}
            _ => return None,
        }
    }
}

/// The end of a literal string; parentheses in it are balanced or escaped.
fn string_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    let mut depth = 0_usize;
    loop {
        match bytes.get(at)? {
            b'\\' => at += 1,
            b'(' => depth += 1,
            b')' => depth -= 1,
            _ => {}
        }
        at += 1;
        if depth == 0 {
            return Some(at);
        }
    }
}

/// The end of `12 0 R` where a number begins one, otherwise of the number or word itself.
fn reference_end(bytes: &[u8], begin: usize, end: usize) -> usize {
    let digits = |from: usize, to: usize| {
        bytes.get(from..to).is_some_and(|word| !word.is_empty() && word.iter().all(u8::is_ascii_digit))
    };
    let second = space(bytes, end);
    let second_end = regular(bytes, second);
    let third = space(bytes, second_end);
    let third_end = regular(bytes, third);
    let is_reference =
        digits(begin, end) && digits(second, second_end) && bytes.get(third..third_end) == Some(b"R");
    if is_reference { third_end } else { end }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_kept_as_they_were_written() {
        let written = b"<</Type/Page/MediaBox[0 0 595.2755905 841.8897638]%x>>\n/T (a\\)(b>>)) /P 3 0 R/N 3/K<</A<4>/B[<</C null>>]>>>>";
        let mut entries = Entries::parse(written).unwrap();
        assert_eq!(entries.get("MediaBox"), Some(&b"[0 0 595.2755905 841.8897638]"[..]));
        assert_eq!(entries.get("T"), Some(&b"(a\\)(b>>))"[..]));
        assert_eq!(entries.get("P").and_then(reference), Some((3, 0)));
        assert_eq!(entries.get("K"), Some(&b"<</A<4>/B[<</C null>>]>>"[..]));
        entries.set("N", "4");
        entries.set("New", "[1]");
        assert_eq!(Entries::parse(&entries.write()), Some(entries));
    }

    #[test]
    fn arrays_grow_and_broken_values_are_refused() {
        assert_eq!(appended(b"[1 0 R]", "2 0 R").unwrap(), b"[1 0 R 2 0 R]");
        for broken in [&b"<</A"[..], b"<</A (x", b"<</A [1", b"<< 1 2 >>", b"", b"<</A ]>>", b"<</A <4"] {
            assert_eq!(Entries::parse(broken), None, "{broken:?}");
        }
        let deep = [b"<</A ".to_vec(), vec![b'['; 5_000_000]].concat();
        assert_eq!(Entries::parse(&deep), None);
    }

    #[test]
    fn text_is_utf_16() {
        assert_eq!(text("Ký"), "<FEFF004B00FD>");
    }
}
