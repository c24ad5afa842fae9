//! Character references: `&agrave;`, `&#273;`, `&#x1EA1;`, as HTML resolves them in text.

use html5ever::data::NAMED_ENTITIES;
use memchr::memchr;

/// The longest name in HTML's table is shorter.
const NAME_MAX: usize = 40;

/// Appends text to `out` with its character references resolved.
pub(super) fn resolve(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(at) = memchr(b'&', rest.as_bytes()) {
        let (before, reference) = rest.split_at(at);
        out.push_str(before);
        let (length, characters) = first(reference).unwrap_or((1, ['&', '\0']));
        out.extend(characters.into_iter().filter(|character| *character != '\0'));
        rest = reference.get(length..).unwrap_or_default();
    }
    out.push_str(rest);
}

/// The reference at the start of the text: its length and what it stands for.
fn first(text: &str) -> Option<(usize, [char; 2])> {
    match text.get(1..)?.strip_prefix('#') {
        Some(number) => numeric(number).map(|(length, character)| (length + 2, [character, '\0'])),
        None => named(text.get(1..)?).map(|(length, characters)| (length + 1, characters)),
    }
}

fn numeric(text: &str) -> Option<(usize, char)> {
    let hexadecimal = text.starts_with(['x', 'X']);
    let (radix, from) = if hexadecimal { (16, 1) } else { (10, 0) };
    let digits = text.get(from..)?;
    let length = digits.find(|c: char| !c.is_digit(radix)).unwrap_or(digits.len());
    let number = digits.get(..length).filter(|digits| !digits.is_empty())?;
    let code = u32::from_str_radix(number, radix).unwrap_or(u32::MAX);
    let semicolon = usize::from(digits.get(length..)?.starts_with(';'));
    Some((from + length + semicolon, character(code)))
}

/// The codes of C1 stand for what they were in windows-1252: old editors wrote them so.
fn character(code: u32) -> char {
    let old = u8::try_from(code).ok().filter(|code| (0x80..0xa0).contains(code)).map(|code| {
        let bytes = [code];
        encoding_rs::WINDOWS_1252.decode_without_bom_handling(&bytes).0.chars().next()
    });
    old.flatten().or_else(|| char::from_u32(code).filter(|c| *c != '\0')).unwrap_or('\u{fffd}')
}

/// The longest name in the table that the text begins with; without a semicolon only the old names count.
fn named(text: &str) -> Option<(usize, [char; 2])> {
    let letters = text.bytes().take(NAME_MAX).take_while(u8::is_ascii_alphanumeric).count();
    let whole = text.get(..=letters).filter(|name| name.ends_with(';'));
    let lengths = (2..=letters).rev().filter_map(|length| text.get(..length));
    whole.into_iter().chain(lengths).find_map(|name| {
        let (first, second) = NAMED_ENTITIES.get(name).copied().filter(|(first, _)| *first != 0)?;
        Some((name.len(), [char::from_u32(first)?, char::from_u32(second)?]))
    })
}

#[cfg(test)]
mod tests {
    use super::resolve;

    #[test]
    fn references_are_resolved_as_in_a_browser() {
        let cases = [
            ("C&#7893;ng d&#x1ECB;ch v&#x1ee5;", "Cổng dịch vụ"),
            ("B&ocirc;&nbsp;Y t&ecirc;", "Bô\u{a0}Y tê"),
            ("&amp;lt; &lt;b&gt; &copy 2026 &notit; &notin;", "&lt; <b> © 2026 ¬it; ∉"),
            ("a & b &; &x; &#; &#x; &#0; &#99999999;", "a & b &; &x; &#; &#x; \u{fffd} \u{fffd}"),
            ("&#145;&#128;", "‘€"),
            ("&", "&"),
            ("&đ;", "&đ;"),
        ];
        for (source, wanted) in cases {
            let mut out = String::new();
            resolve(source, &mut out);
            assert_eq!(out, wanted, "{source}");
        }
    }
}
