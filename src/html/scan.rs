//! Cuts the source of a page into text and tags, in one pass and without a tree; what no reader sees is left out.

use memchr::{memchr, memchr3, memmem};

/// Elements whose content no reader sees, or that cannot hold markup.
const SKIPPED: &[&str] =
    &["script", "style", "noscript", "template", "iframe", "noframes", "noembed", "object", "canvas"];

/// A piece of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// Text, entities unresolved.
    Text(&'a str),
    /// An opening or closing tag.
    Tag(Tag<'a>),
}

/// A tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tag<'a> {
    /// Name as written.
    pub(super) name: &'a str,
    /// Whether it closes an element.
    pub(super) closing: bool,
    /// What stands between name and `>`.
    pub(super) rest: &'a str,
}

impl<'a> Tag<'a> {
    /// Whether its name is this one, which is in lower case.
    pub(super) const fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// An attribute's value, entities unresolved; empty where it has none.
    pub(super) fn attribute(&self, wanted: &str) -> Option<&'a str> {
        let mut rest = self.rest;
        while let Some((name, value, after)) = next_attribute(rest) {
            if name.eq_ignore_ascii_case(wanted) {
                return Some(value);
            }
            rest = after;
        }
        None
    }

    /// How many attributes it has.
    pub(super) fn attributes(&self) -> usize {
        let mut rest = self.rest;
        let mut count = 0;
        while let Some((_, _, after)) = next_attribute(rest) {
            (rest, count) = (after, count + 1);
        }
        count
    }
}

/// Cuts off one attribute: name, value and what follows.
fn next_attribute(text: &str) -> Option<(&str, &str, &str)> {
    let text = text.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
    let ends = text.find(|c: char| c.is_ascii_whitespace() || c == '=' || c == '/').unwrap_or(text.len());
    // A name may begin with an equals sign, as HTML has it; without this nothing would be cut off.
    let ends = if ends == 0 { text.chars().next()?.len_utf8() } else { ends };
    let (name, after) = text.split_at(ends);
    let Some(value) = after.trim_start().strip_prefix('=').map(str::trim_start) else {
        return Some((name, "", after));
    };
    for quote in ['"', '\''] {
        if let Some(quoted) = value.strip_prefix(quote) {
            let (value, after) = quoted.split_once(quote).unwrap_or((quoted, ""));
            return Some((name, value, after));
        }
    }
    let ends = value.find(|c: char| c.is_ascii_whitespace()).unwrap_or(value.len());
    let (value, after) = value.split_at(ends);
    Some((name, value, after))
}

/// The pieces of a page in order.
#[derive(Debug)]
pub(super) struct Pieces<'a> {
    source: &'a str,
    at: usize,
}

impl<'a> Pieces<'a> {
    /// Begins at the start of the source.
    pub(super) const fn of(source: &'a str) -> Self {
        Self { source, at: 0 }
    }

    fn rest(&self) -> &'a str {
        self.source.get(self.at..).unwrap_or_default()
    }

    /// Passes over the content of an element up to its closing tag, which is passed over too.
    fn skip_element(&mut self, name: &str) {
        let rest = self.rest();
        self.at += closing_tag(rest, name).map_or(rest.len(), |(_, end)| end);
    }

    /// The content of an element that holds text only, such as a title; the closing tag is passed over.
    pub(super) fn take_content(&mut self, name: &str) -> &'a str {
        let rest = self.rest();
        let (start, end) = closing_tag(rest, name).unwrap_or((rest.len(), rest.len()));
        self.at += end;
        rest.get(..start).unwrap_or_default()
    }

    /// Passes over text and tags up to the next heading or title, for pages whose text no longer matters; `false` if
    /// there is none. Cheap: one look at each `<`.
    pub(super) fn skip_to_heading(&mut self) -> bool {
        while let Some(found) = memchr(b'<', self.rest().as_bytes()) {
            self.at += found;
            let rest = self.rest();
            match rest.as_bytes().get(1..3) {
                Some([b'h' | b'H', b'1'..=b'6'] | [b't' | b'T', b'i' | b'I']) => return true,
                Some([b'!', _]) => self.skip_declaration(),
                Some(
                    [b's' | b'S', b'c' | b'C' | b't' | b'T']
                    | [b'n' | b'N' | b't' | b'T', b'o' | b'e' | b'O' | b'E'],
                ) => {
                    // One that is skipped is skipped by `next`, which is asked for the tag alone.
                    let _ = self.next();
                }
                Some(_) => self.at += 1,
                None => return false,
            }
        }
        false
    }

    /// Passes over `<!...>`, `<?...>` and comments; an unclosed one swallows the rest, as in a browser.
    fn skip_declaration(&mut self) {
        let rest = self.rest().as_bytes();
        let end = if rest.starts_with(b"<!--") {
            // `<!-->` and `<!--->` are whole comments.
            memmem::find(rest.get(2..).unwrap_or_default(), b"-->").map(|found| found + 5)
        } else {
            memchr(b'>', rest).map(|found| found + 1)
        };
        self.at += end.unwrap_or(rest.len());
    }

    fn take_tag(&mut self) -> Option<Tag<'a>> {
        let rest = self.rest();
        let closing = rest.as_bytes().get(1) == Some(&b'/');
        let begins = 1 + usize::from(closing);
        let after = rest.get(begins..)?;
        let named = after.find(|c: char| c.is_ascii_whitespace() || c == '/' || c == '>')?;
        let ends = tag_end(rest.as_bytes(), begins + named)?;
        self.at += ends + 1;
        Some(Tag { name: after.get(..named)?, closing, rest: rest.get(begins + named..ends)? })
    }

    /// Text up to the next thing that is not text.
    fn take_text(&mut self) -> &'a str {
        let rest = self.rest();
        let mut from = 0;
        let end = loop {
            match memchr(b'<', rest.as_bytes().get(from..).unwrap_or_default()) {
                None => break rest.len(),
                Some(found) if begins_markup(rest.as_bytes(), from + found) => break from + found,
                Some(found) => from += found + 1,
            }
        };
        self.at += end;
        rest.get(..end).unwrap_or_default()
    }
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        loop {
            let rest = self.rest().as_bytes();
            match (rest.first()?, rest.get(1)) {
                (b'<', Some(b'!' | b'?')) => self.skip_declaration(),
                (b'<', Some(next)) if next.is_ascii_alphabetic() || *next == b'/' => {
                    // A tag that does not end swallows the rest, as in a browser.
                    let Some(tag) = self.take_tag() else {
                        self.at = self.source.len();
                        return None;
                    };
                    if !tag.closing
                        && let Some(name) = SKIPPED.iter().find(|name| tag.is(name))
                    {
                        self.skip_element(name);
                    }
                    return Some(Piece::Tag(tag));
                }
                _ => return Some(Piece::Text(self.take_text())),
            }
        }
    }
}

/// Whether the `<` at `at` begins a tag, comment or declaration.
fn begins_markup(bytes: &[u8], at: usize) -> bool {
    bytes.get(at + 1).is_some_and(|next| next.is_ascii_alphabetic() || b"/!?".contains(next))
}

/// Where the `>` of a tag stands, from behind its name on; quoted values may hold one.
pub(super) fn tag_end(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        let found = at + memchr3(b'>', b'"', b'\'', bytes.get(at..)?)?;
        let byte = *bytes.get(found)?;
        if byte == b'>' {
            return Some(found);
        }
        at = found + 1;
        let before = bytes.get(from..found)?.trim_ascii_end().last();
        if before == Some(&b'=') {
            at += memchr(byte, bytes.get(at..)?)? + 1;
        }
    }
}

/// Start and end of the next closing tag of this name.
fn closing_tag(text: &str, name: &str) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    memmem::find_iter(bytes, b"</").find_map(|start| {
        let after = bytes.get(start + 2..)?;
        let (found, next) = (after.get(..name.len())?, after.get(name.len())?);
        let closes = found.eq_ignore_ascii_case(name.as_bytes())
            && (next.is_ascii_whitespace() || b"/>".contains(next));
        let end = closes.then(|| memchr(b'>', after).map_or(bytes.len(), |end| start + 2 + end + 1))?;
        Some((start, end))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(source: &str) -> String {
        Pieces::of(source)
            .filter_map(|piece| match piece {
                Piece::Text(text) => Some(text),
                Piece::Tag(_) => None,
            })
            .collect::<Vec<_>>()
            .join("|")
    }

    #[test]
    fn only_what_a_reader_sees_is_text() {
        let cases = [
            ("a<b>c</b>d", "a|c|d"),
            ("a<!-- <b> -->c<!-->d<!doctype html>e<?x?>f", "a|c|d|e|f"),
            ("a<script>if (1<2) '</div>'</script >b<STYLE>c</style>d", "a|b|d"),
            ("a<a title='x>y' href=\"<b>\" data-x = '>' >b", "a|b"),
            ("1 < 2 <3 & a<b", "1 < 2 <3 & a"),
            ("a<!-- never ends", "a"),
            ("a<script>never ends", "a"),
            ("a<b title=\"never ends", "a"),
            ("a<b it's>c", "a|c"),
        ];
        for (source, wanted) in cases {
            assert_eq!(texts(source), wanted, "{source}");
        }
    }

    #[test]
    fn attributes_are_found() {
        let Some(Piece::Tag(tag)) = Pieces::of("<input TYPE=text name = 'a b' hidden data-x=\"1\"/>").next()
        else {
            panic!("no tag");
        };
        let found = ["type", "name", "hidden", "data-x", "id"].map(|name| tag.attribute(name));
        assert_eq!(found, [Some("text"), Some("a b"), Some(""), Some("1"), None]);
    }

    #[test]
    fn hostile_sources_end_soon() {
        for part in [
            "<",
            "<!",
            "<!--",
            "</",
            "<a ",
            "<a =",
            "<a '",
            "<a x=\"",
            "<script",
            "</script",
            "&",
            "<p hidden>",
        ] {
            let source = part.repeat(1_000_000 / part.len());
            let begun = std::time::Instant::now();
            assert!(Pieces::of(&source).count() <= source.len());
            assert!(begun.elapsed().as_secs() < 5, "{part:?}");
        }
    }
}
