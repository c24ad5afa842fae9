//! Reads values from bytes, each with its place: signatures are over places, not over values.
//!
//! It never recurses deeper than [`DEPTH`], never panics, and gives `None` where the bytes are no value.

use std::ops::Range;

use super::value::{Dictionary, Value};

/// How deep values may lie within one another.
pub(super) const DEPTH: usize = 40;

/// A place in bytes from which is read.
#[derive(Clone, Debug)]
pub(super) struct Lexer<'a> {
    bytes: &'a [u8],
    /// Where reading goes on.
    pub(super) at: usize,
}

/// A dictionary's entry with its places.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    /// The name, decoded.
    pub(super) name: Vec<u8>,
    /// Where the name stands, its slash included.
    pub(super) key: Range<usize>,
    /// Where the value stands.
    pub(super) span: Range<usize>,
    /// The value.
    pub(super) value: Value,
}

impl<'a> Lexer<'a> {
    /// Reads from there on.
    pub(super) const fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// Goes past white space and comments.
    pub(super) fn skip_space(&mut self) {
        while let Some(byte) = self.peek() {
            if byte == b'%' {
                let end = self.rest().iter().position(|byte| matches!(byte, b'\r' | b'\n'));
                self.at = end.map_or(self.bytes.len(), |end| self.at + end);
            } else if is_space(byte) {
                self.at += 1;
            } else {
                return;
            }
        }
    }

    /// Reads this word if it comes next.
    pub(super) fn word(&mut self, word: &str) -> bool {
        self.skip_space();
        let end = self.at + word.len();
        let next = self.bytes.get(end).copied();
        let found = self.rest().starts_with(word.as_bytes()) && next.is_none_or(|byte| !is_regular(byte));
        if found {
            self.at = end;
        }
        found
    }

    /// Reads a whole number that is not negative.
    pub(super) fn number(&mut self) -> Option<usize> {
        self.skip_space();
        let digits = self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
        let text = std::str::from_utf8(self.rest().get(..digits)?).ok()?;
        let number = text.parse().ok()?;
        self.at += digits;
        self.peek().is_none_or(|byte| !is_regular(byte)).then_some(number)
    }

    /// Reads a value.
    pub(super) fn value(&mut self) -> Option<Value> {
        self.nested(0)
    }

    fn nested(&mut self, depth: usize) -> Option<Value> {
        if depth > DEPTH {
            return None;
        }
        self.skip_space();
        let rest = self.rest();
        match *rest.first()? {
            b'/' => self.name().map(Value::Name),
            b'(' => self.literal().map(Value::Text),
            b'<' if rest.get(1) == Some(&b'<') => {
                let entries = self.entries(depth)?;
                let entries = entries.into_iter().map(|entry| (entry.name, entry.value)).collect();
                Some(Value::Dictionary(Dictionary::new(entries)))
            }
            b'<' => self.hex().map(Value::Text),
            b'[' => self.array(depth),
            b'0'..=b'9' | b'+' | b'-' | b'.' => self.numeric(),
            _ => self.keyword(),
        }
    }

    /// Reads a dictionary, each entry with its places.
    pub(super) fn placed(&mut self) -> Option<Vec<Placed>> {
        self.skip_space();
        self.entries(0)
    }

    fn entries(&mut self, depth: usize) -> Option<Vec<Placed>> {
        self.at += self.rest().starts_with(b"<<").then_some(2)?;
        let mut entries = Vec::new();
        loop {
            self.skip_space();
            if self.rest().starts_with(b">>") {
                self.at += 2;
                return Some(entries);
            }
            let begin = self.at;
            let name = self.name()?;
            let key = begin..self.at;
            self.skip_space();
            let begin = self.at;
            let value = self.nested(depth + 1)?;
            entries.push(Placed { name, key, span: begin..self.at, value });
        }
    }

    fn array(&mut self, depth: usize) -> Option<Value> {
        self.at += 1;
        let mut values = Vec::new();
        loop {
            self.skip_space();
            if self.peek()? == b']' {
                self.at += 1;
                return Some(Value::Array(values));
            }
            values.push(self.nested(depth + 1)?);
        }
    }

    fn keyword(&mut self) -> Option<Value> {
        for (word, value) in
            [("true", Value::Boolean(true)), ("false", Value::Boolean(false)), ("null", Value::Null)]
        {
            if self.word(word) {
                return Some(value);
            }
        }
        None
    }

    /// A number, or a reference where a generation and `R` follow.
    fn numeric(&mut self) -> Option<Value> {
        let begin = self.at;
        let count = self.rest().iter().take_while(|byte| is_regular(**byte)).count();
        self.at += count;
        let text = self.bytes.get(begin..self.at)?;
        if !text.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.')) {
            return None;
        }
        let integer = std::str::from_utf8(text).ok().and_then(|text| text.parse::<i64>().ok());
        let Some(integer) = integer else { return Some(Value::Real(text.to_vec())) };
        let mut ahead = self.clone();
        if text.first().is_some_and(u8::is_ascii_digit) && ahead.number().is_some() && ahead.word("R") {
            self.at = ahead.at;
            return u32::try_from(integer).ok().map(Value::Reference);
        }
        Some(Value::Integer(integer))
    }

    fn name(&mut self) -> Option<Vec<u8>> {
        let body = self.rest().strip_prefix(b"/")?;
        let count = body.iter().take_while(|byte| is_regular(**byte)).count();
        let raw = body.get(..count)?;
        self.at += 1 + count;
        let mut name = Vec::with_capacity(count);
        let mut at = 0;
        while let Some(&byte) = raw.get(at) {
            let escaped = (byte == b'#').then(|| hex_pair(raw.get(at + 1), raw.get(at + 2))).flatten();
            at += if escaped.is_some() { 3 } else { 1 };
            name.push(escaped.unwrap_or(byte));
        }
        Some(name)
    }

    fn hex(&mut self) -> Option<Vec<u8>> {
        let length = self.rest().iter().position(|byte| *byte == b'>')?;
        let digits = self.rest().get(1..length)?;
        self.at += length + 1;
        unhex(digits)
    }

    /// A string in parentheses (§7.3.4.2).
    fn literal(&mut self) -> Option<Vec<u8>> {
        let mut text = Vec::new();
        let mut open = 0_usize;
        loop {
            let byte = self.peek()?;
            self.at += 1;
            match byte {
                b'(' => {
                    open += 1;
                    if open == 1 {
                        continue;
                    }
                }
                b')' => {
                    open -= 1;
                    if open == 0 {
                        return Some(text);
                    }
                }
                b'\\' => {
                    self.escape(&mut text)?;
                    continue;
                }
                _ => {}
            }
            text.push(byte);
        }
    }

    /// Adds what a backslash and what is behind it stand for.
    fn escape(&mut self, text: &mut Vec<u8>) -> Option<()> {
        let byte = self.peek()?;
        self.at += 1;
        text.push(match byte {
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'b' => 8,
            b'f' => 12,
            b'\n' => return Some(()),
            b'\r' => {
                self.at += usize::from(self.peek() == Some(b'\n'));
                return Some(());
            }
            b'0'..=b'7' => self.octal(byte - b'0'),
            other => other,
        });
        Some(())
    }

    /// A byte in up to three octal digits, the first of which is read; what goes beyond a byte is dropped (§7.3.4.2).
    fn octal(&mut self, first: u8) -> u8 {
        let mut code = first;
        for _ in 0..2 {
            if let Some(digit @ b'0'..=b'7') = self.peek() {
                code = code.wrapping_mul(8).wrapping_add(digit - b'0');
                self.at += 1;
            }
        }
        code
    }
}

/// White space (§7.2.3).
pub(super) const fn is_space(byte: u8) -> bool {
    matches!(byte, 0 | 9 | 10 | 12 | 13 | 32)
}

/// Neither white space nor a delimiter.
const fn is_regular(byte: u8) -> bool {
    !is_space(byte) && !matches!(byte, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

const fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

fn hex_pair(high: Option<&u8>, low: Option<&u8>) -> Option<u8> {
    Some(digit(*high?)? << 4 | digit(*low?)?)
}

/// Bytes of hexadecimal digits; white space between them does not count, and a missing last digit is zero (§7.3.4.3).
fn unhex(digits: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(digits.len() / 2);
    let mut high = None;
    for byte in digits.iter().filter(|byte| !is_space(**byte)) {
        let digit = digit(*byte)?;
        match high.take() {
            None => high = Some(digit),
            Some(high) => bytes.push(high << 4 | digit),
        }
    }
    bytes.extend(high.map(|high| high << 4));
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_all_sorts_are_read() {
        let bytes = b"<</A 1/B[2 0 R -3 4.5]/C(a\\(\\051(x)\\\n)/D<6 1>/E#20F true/G null>> rest";
        let mut lexer = Lexer::new(bytes, 0);
        let Some(Value::Dictionary(dictionary)) = lexer.value() else { panic!("no dictionary") };
        assert_eq!(dictionary.integer("A"), Some(1));
        let array = dictionary.get("B").unwrap().array().unwrap();
        assert_eq!((array[0].reference(), array[1].integer()), (Some(2), Some(-3)));
        assert_eq!(dictionary.get("C").unwrap().text(), Some(&b"a()(x)"[..]));
        assert_eq!(dictionary.get("D").unwrap().text(), Some(&b"a"[..]));
        assert!(matches!(dictionary.get("E F"), Some(Value::Boolean(true))));
        assert!(dictionary.get("G").is_none() && !dictionary.ambiguous);
        assert!(lexer.word("rest"));
    }

    #[test]
    fn what_is_no_value_is_none() {
        for bytes in [&b"<<"[..], b"(a", b"<6g>", b"[1", b"<</A>>", b"1x", b"endobj", b"", b"<</A 1"] {
            assert!(Lexer::new(bytes, 0).value().is_none(), "{bytes:?}");
        }
        assert!(Lexer::new(&b"[".repeat(100_000), 0).value().is_none());
    }

    #[test]
    fn the_last_of_equal_names_counts_and_is_told() {
        let Some(Value::Dictionary(dictionary)) = Lexer::new(b"<</A 1/A 2>>", 0).value() else { panic!() };
        assert_eq!((dictionary.integer("A"), dictionary.ambiguous), (Some(2), true));
    }
}
