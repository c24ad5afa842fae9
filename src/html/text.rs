//! Text as a reader sees it: entities resolved, spaces folded, tags dropped, hidden parts left out, NFC.

use std::borrow::Cow;

use memchr::memmem;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use crate::html::entities;
use crate::html::scan::{Piece, Pieces, Tag};

/// Elements within a line: what stands before and after them belongs to the same word.
const INLINE: &[&str] = &[
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font",
    "i", "ins", "kbd", "mark", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time",
    "tt", "u", "var", "wbr",
];

/// Everything a reader sees of a page, title first, as one line.
#[must_use]
pub fn reader_text(source: &str) -> String {
    let mut line = Line::default();
    let mut pieces = Pieces::of(source);
    let mut hidden = Hidden::default();
    while let Some(piece) = pieces.next() {
        match piece {
            Piece::Text(text) if !hidden.now() => line.push(text),
            Piece::Text(_) => {}
            Piece::Tag(tag) => {
                if is_title(&tag) {
                    line.push_apart(pieces.take_content(tag.name));
                } else if !hidden.see(&tag) {
                    see_tag(&tag, &mut line);
                }
            }
        }
    }
    line.finish()
}

/// Whether a tag opens the title, whose content is text only.
pub(super) fn is_title(tag: &Tag<'_>) -> bool {
    tag.is("title") && !tag.closing
}

/// What a tag adds to the text: a break between blocks, and words that stand in attributes.
fn see_tag(tag: &Tag<'_>, line: &mut Line) {
    if !is_inline(tag) {
        line.part();
    }
    if tag.closing || tag.rest.is_empty() {
        return;
    }
    let seen: &[&str] = match () {
        () if tag.is("img") => &["alt"],
        () if tag.is("input") && is_button(tag) => &["value"],
        () if tag.is("input") || tag.is("textarea") => &["placeholder"],
        () => return,
    };
    for value in seen.iter().filter_map(|name| tag.attribute(name)) {
        line.push_apart(value);
    }
}

/// Whether a tag stands within a line.
pub(super) fn is_inline(tag: &Tag<'_>) -> bool {
    INLINE.iter().any(|name| tag.is(name))
}

fn is_button(tag: &Tag<'_>) -> bool {
    let kind = tag.attribute("type").unwrap_or_default();
    ["submit", "button", "reset"].iter().any(|button| kind.eq_ignore_ascii_case(button))
}

/// Text of any sort in NFC with spaces folded: what an operator's words are compared with and as.
#[must_use]
pub fn normal(text: &str) -> Cow<'_, str> {
    if is_nfc(text) { Cow::Borrowed(text) } else { Cow::Owned(text.nfc().collect()) }
}

/// Whether text is in NFC. Characters below U+0300 and the Vietnamese letters from U+1EA0 on always are, which spares
/// the tables for nearly every page.
fn is_nfc(text: &str) -> bool {
    let plain =
        |character| matches!(character, '\0'..='\u{2ff}' | '\u{1ea0}'..='\u{1ef9}' | '\u{2010}'..='\u{2027}');
    text.chars().all(plain) || is_nfc_quick(text.chars()) == IsNormalized::Yes
}

/// An operator's words, made comparable with [`reader_text`].
#[must_use]
pub fn folded_words(words: &str) -> String {
    let mut line = Line::default();
    line.push_plain(words);
    line.finish()
}

/// One line of text that grows; spaces of every sort become one.
#[derive(Debug, Default)]
pub(super) struct Line {
    text: String,
    space: bool,
    resolved: String,
}

impl Line {
    /// Appends text with its entities resolved.
    pub(super) fn push(&mut self, text: &str) {
        if memchr::memchr(b'&', text.as_bytes()).is_none() {
            self.push_plain(text);
            return;
        }
        let mut resolved = std::mem::take(&mut self.resolved);
        resolved.clear();
        entities::resolve(text, &mut resolved);
        self.push_plain(&resolved);
        self.resolved = resolved;
    }

    /// Appends text as it is: runs of ordinary characters at once, the others one by one.
    fn push_plain(&mut self, text: &str) {
        let mut rest = text;
        while !rest.is_empty() {
            let ordinary = rest.bytes().position(is_special_byte).unwrap_or(rest.len());
            let (run, after) = rest.split_at(ordinary);
            self.push_run(run);
            let mut characters = after.chars();
            if let Some(character) = characters.next() {
                self.push_special(character);
            }
            rest = characters.as_str();
        }
    }

    /// Appends characters none of which is a space or invisible.
    fn push_run(&mut self, run: &str) {
        if run.is_empty() {
            return;
        }
        if std::mem::take(&mut self.space) && !self.text.is_empty() {
            self.text.push(' ');
        }
        self.text.push_str(run);
    }

    fn push_special(&mut self, character: char) {
        if is_space(character) {
            self.space = true;
        } else if !is_invisible(character) {
            self.push_run(character.encode_utf8(&mut [0; 4]));
        }
    }

    /// Appends text that is a word of its own.
    pub(super) fn push_apart(&mut self, text: &str) {
        self.part();
        self.push(text);
        self.part();
    }

    /// Ends a word.
    pub(super) const fn part(&mut self) {
        self.space = true;
    }

    /// How long the line is, in bytes.
    pub(super) const fn len(&self) -> usize {
        self.text.len()
    }

    /// The line in NFC.
    pub(super) fn finish(self) -> String {
        if is_nfc(&self.text) { self.text } else { self.text.nfc().collect() }
    }
}

/// Bytes at which a space or an invisible character may begin. All others begin or continue ordinary characters; those of
/// Vietnamese (0xC3 to 0xC6, 0xE1) are among them, except for the rare U+1680, which no font shows.
const fn is_special_byte(byte: u8) -> bool {
    matches!(byte, 0..=b' ' | 0x7f | 0xc2 | 0xe2 | 0xe3 | 0xef)
}

const fn is_space(character: char) -> bool {
    character.is_whitespace() || character == '\u{200b}'
}

/// Characters that change how a word breaks but not how it reads.
const fn is_invisible(character: char) -> bool {
    matches!(character, '\u{ad}' | '\u{200c}' | '\u{200d}' | '\u{2060}' | '\u{feff}')
}

/// Whether what is read now lies in an element that is not shown.
#[derive(Debug, Default)]
pub(super) struct Hidden<'a> {
    element: &'a str,
    depth: usize,
}

impl<'a> Hidden<'a> {
    /// Whether it is hidden.
    pub(super) const fn now(&self) -> bool {
        self.depth > 0
    }

    /// Takes notice of a tag and says whether what follows is hidden.
    pub(super) fn see(&mut self, tag: &Tag<'a>) -> bool {
        if !self.now() {
            if !tag.closing && !is_void(tag) && hides(tag) {
                *self = Self { element: tag.name, depth: 1 };
            }
        } else if tag.is(self.element) {
            // A paragraph or list item cannot hold another: the next one ends it.
            let ends = tag.closing || tag.is("p") || tag.is("li") || tag.is("option");
            self.depth = if ends { self.depth - 1 } else { self.depth + 1 };
        }
        self.now()
    }
}

fn is_void(tag: &Tag<'_>) -> bool {
    ["area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"]
        .iter()
        .any(|name| tag.is(name))
}

/// Whether an element says that it is not shown.
fn hides(tag: &Tag<'_>) -> bool {
    let may = |what: &str| memmem::find(tag.rest.as_bytes(), what.as_bytes()).is_some();
    if tag.rest.len() < 6 || !(may("idden") || may("IDDEN") || may("none") || may("NONE")) {
        return tag.is("dialog") && tag.attribute("open").is_none();
    }
    let style = tag.attribute("style").unwrap_or_default().to_ascii_lowercase();
    let style: String = style.chars().filter(|character| !character.is_ascii_whitespace()).collect();
    tag.attribute("hidden").is_some() || style.contains("display:none") || style.contains("visibility:hidden")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_reads_as_a_reader_sees_it() {
        let cases = [
            ("<p>Dịch&nbsp;<b>v</b>ụ\n  công</p><p>trực tuyến", "Dịch vụ công trực tuyến"),
            ("<td>a</td><td>b</td>c<br>d", "a b c d"),
            ("<title>Cổng</title><h1>Di\u{323}ch</h1>", "Cổng Dịch"),
            ("<!-- x --><script>y</script><noscript>z</noscript>a", "a"),
            (
                "<input type=submit value='Tra cứu'><input placeholder='Mã hồ sơ'><img alt=Logo>",
                "Tra cứu Mã hồ sơ Logo",
            ),
            ("<input type=hidden value=token><div hidden>x<div>y</div>z</div>a", "a"),
            ("<div style='display: none'>lỗi</div><p hidden>b<p>c", "c"),
            ("<div class='overflow-hidden'>a</div><i aria-hidden=true>b</i>", "a b"),
            ("so\u{ad}ft\u{200b}break", "soft break"),
        ];
        for (source, wanted) in cases {
            assert_eq!(reader_text(source), wanted, "{source}");
        }
    }

    #[test]
    fn an_operators_words_are_folded_alike() {
        assert_eq!(folded_words(" Di\u{323}ch\u{a0} vụ & <b> "), "Dịch vụ & <b>");
    }
}
