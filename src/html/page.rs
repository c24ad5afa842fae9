//! What a page says of itself: title, headings, and the whole text where there is little of it.

use crate::html::scan::{Piece, Pieces, Tag};
use crate::html::text::{Hidden, Line, is_inline, is_title};

/// From how many characters on a page's text is no longer kept: nothing short enough to be only an excuse is longer.
pub const SHORT_TEXT: usize = 2_500;
/// The most headings kept.
const HEADINGS_MAX: usize = 64;
/// The longest title or heading kept, in bytes before its end is cut.
const LINE_MAX: usize = 600;

/// A page, read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// The title; empty if it has none.
    pub title: String,
    /// `h1` to `h3` in order, at most 64.
    pub headings: Vec<Heading>,
    /// What a reader sees, without the title and without links (which tell of other pages), where all that is seen is
    /// less than [`SHORT_TEXT`] characters.
    pub text: Option<String>,
    /// How many links there are, as far as the text was read.
    pub links: usize,
    /// How many fields there are to fill in, as far as the text was read.
    pub fields: usize,
}

/// A heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// 1 to 3.
    pub level: u8,
    /// Its text.
    pub text: String,
    /// Whether all of it is a link, as the headings of news items are.
    pub linked: bool,
}

impl Page {
    /// Reads the source of a page.
    #[must_use]
    pub fn read(source: &str) -> Self {
        let mut reader = Reader::default();
        let mut pieces = Pieces::of(source);
        while let Some(piece) = pieces.next() {
            match piece {
                Piece::Text(text) => reader.see_text(text),
                Piece::Tag(tag) if is_title(&tag) => reader.see_title(pieces.take_content(tag.name)),
                Piece::Tag(tag) => reader.see_tag(&tag),
            }
            if !reader.needs_text() && !pieces.skip_to_heading() {
                break;
            }
        }
        reader.finish()
    }

    /// Reads a text that is no HTML as a page without title and headings.
    #[must_use]
    pub fn plain(text: &str) -> Self {
        let mut line = Line::default();
        line.push(text.get(..text.floor_char_boundary(4 * SHORT_TEXT)).unwrap_or_default());
        Self { text: short(line.finish(), 0), ..Self::default() }
    }
}

/// The text if it and the links are short together.
fn short(text: String, linked: usize) -> Option<String> {
    // No character has more than four bytes, so that most long texts need no counting.
    (text.len() < 4 * SHORT_TEXT && text.chars().count() + linked < SHORT_TEXT).then_some(text)
}

#[derive(Debug, Default)]
struct Reader<'a> {
    title: Option<String>,
    headings: Vec<Heading>,
    heading: Option<OpenHeading>,
    text: Line,
    hidden: Hidden<'a>,
    in_link: bool,
    /// Characters in links.
    linked: usize,
    links: usize,
    fields: usize,
}

#[derive(Debug, Default)]
struct OpenHeading {
    level: u8,
    line: Line,
    /// Whether any of it is no link.
    own: bool,
}

impl<'a> Reader<'a> {
    /// The text is still short, or a heading is open.
    const fn needs_text(&self) -> bool {
        self.text.len() + self.linked < 4 * SHORT_TEXT || self.heading.is_some()
    }

    fn see_text(&mut self, text: &str) {
        if self.hidden.now() {
            return;
        }
        if self.in_link {
            self.linked += text.chars().count();
        } else if self.text.len() < 4 * SHORT_TEXT {
            self.text.push(text);
        }
        if let Some(heading) = &mut self.heading
            && heading.line.len() < LINE_MAX
        {
            heading.line.push(text.get(..text.floor_char_boundary(LINE_MAX)).unwrap_or_default());
            heading.own |= !self.in_link && !text.trim().is_empty();
        }
    }

    /// The first title counts; those of pictures in SVG come later.
    fn see_title(&mut self, content: &str) {
        let mut line = Line::default();
        line.push(content.get(..content.floor_char_boundary(LINE_MAX)).unwrap_or_default());
        self.title.get_or_insert(line.finish());
    }

    fn see_tag(&mut self, tag: &Tag<'a>) {
        if self.hidden.see(tag) {
            return;
        }
        if !is_inline(tag) {
            self.text.part();
            if let Some(heading) = &mut self.heading {
                heading.line.part();
            }
        }
        if tag.is("a") {
            self.in_link = !tag.closing && tag.attribute("href").is_some();
            self.links += usize::from(self.in_link);
        } else if tag.is("input") {
            let kind = tag.attribute("type").unwrap_or_default();
            self.fields += usize::from(
                ["", "text", "search", "password"].iter().any(|field| kind.eq_ignore_ascii_case(field)),
            );
        }
        if let Some(level) = heading_level(tag.name) {
            self.close_heading();
            if !tag.closing && level <= 3 {
                self.heading = Some(OpenHeading { level, ..OpenHeading::default() });
            }
        }
    }

    fn close_heading(&mut self) {
        if let Some(OpenHeading { level, line, own }) = self.heading.take()
            && self.headings.len() < HEADINGS_MAX
        {
            self.headings.push(Heading { level, text: line.finish(), linked: !own });
        }
    }

    fn finish(mut self) -> Page {
        self.close_heading();
        Page {
            title: self.title.unwrap_or_default(),
            headings: self.headings,
            text: short(self.text.finish(), self.linked),
            links: self.links,
            fields: self.fields,
        }
    }
}

fn heading_level(name: &str) -> Option<u8> {
    match name.as_bytes() {
        [b'h' | b'H', digit @ b'1'..=b'6'] => Some(digit - b'0'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn title_headings_and_short_text_are_read() {
        let page = Page::read(
            "<html><head><title>\n C&#7893;ng </title></head><body><h1>Dịch <b>vụ</b></h1><h4>x</h4>\
             <svg><title>icon</title></svg><h2>Tin<br>tức<h3>Mới</h3><a href=/>a</a>",
        );
        assert_eq!(page.title, "Cổng");
        let headings: Vec<_> =
            page.headings.iter().map(|heading| (heading.level, heading.text.as_str())).collect();
        assert_eq!(headings, [(1, "Dịch vụ"), (2, "Tin tức"), (3, "Mới")]);
        assert_eq!((page.text.as_deref(), page.links), (Some("Dịch vụ x Tin tức Mới"), 1));
    }

    #[test]
    fn a_long_page_keeps_its_headings_only() {
        let long = format!(
            "<h1>a</h1>{}<!-- <h1>no</h1> --><script>'<h1>no'</script><H2>b<i>c</i></H2>",
            "<p>từ ".repeat(9_000)
        );
        let page = Page::read(&long);
        let headings: Vec<_> = page.headings.iter().map(|heading| heading.text.as_str()).collect();
        assert_eq!((headings, page.text), (vec!["a", "bc"], None));
        let many = "<h1>x".repeat(1_000);
        assert_eq!(Page::read(&many).headings.len(), HEADINGS_MAX);
        assert!(Page::read(&format!("<title>{}", "x".repeat(9_000))).title.len() <= LINE_MAX);
    }
}
