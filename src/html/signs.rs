//! What a page gives away by its phrases, judged by where they stand.
//!
//! A news item "Hệ thống đang bảo trì" on a healthy home page says nothing; the same words as the title, or as all
//! that is there, say everything. So a phrase counts in a title or heading that it makes up for the most part, and in
//! the text only where there is little text and few links.

use crate::html::fold::fold;
use crate::html::page::{Heading, Page};
use crate::html::phrases::{Found, PhraseKind, Phrases};

/// From how many links on a page is a portal with a menu, whose text may speak of anything.
const MENU_LINKS: usize = 15;
/// How many headings a page may have for each of them to speak for it.
const FEW_HEADINGS: usize = 2;

/// The most signs of one page.
const SIGNS_MAX: usize = 16;

/// Something that a page gives away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sign {
    /// What.
    pub kind: PhraseKind,
    /// By which phrase, as it stands in its list.
    pub phrase: String,
    /// Where it stands.
    pub place: Place,
}

/// Where a phrase stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the title.
    Title,
    /// In a heading.
    Heading,
    /// In the text.
    Text,
}

impl Place {
    /// The word for people and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Heading => "heading",
            Self::Text => "text",
        }
    }
}

/// What a page gives away, at most [`SIGNS_MAX`] signs, title before headings before text.
#[must_use]
pub fn signs(page: &Page, phrases: &Phrases) -> Vec<Sign> {
    let mut signs: Vec<Sign> = Vec::new();
    let mut add = |found: Found<'_>, place| {
        let is_new = signs.iter().all(|sign| sign.kind != found.kind || sign.phrase != found.words);
        if is_new && signs.len() < SIGNS_MAX {
            signs.push(Sign { kind: found.kind, phrase: found.words.to_owned(), place });
        }
    };
    let is_short = page.text.is_some() && page.links < MENU_LINKS;
    for segment in segments(&fold(&page.title)) {
        phrases
            .find(segment)
            .filter(|found| speaks(found, segment, is_short))
            .for_each(|f| add(f, Place::Title));
    }
    for heading in speaking(page, is_short) {
        let folded = fold(&heading.text);
        phrases
            .find(&folded)
            .filter(|found| speaks(found, &folded, is_short))
            .for_each(|f| add(f, Place::Heading));
    }
    if is_short {
        let folded = fold(page.text.as_deref().unwrap_or_default());
        // A portal that can be used is not under maintenance, whatever its banner says of a part of it.
        let usable = |found: &Found<'_>| found.kind == PhraseKind::MaintenancePage && page.fields > 0;
        phrases
            .find(&folded)
            .filter(|found| !found.whole && !usable(found))
            .for_each(|f| add(f, Place::Text));
    }
    signs
}

/// Whether a phrase speaks for a line: it makes up most of it, or the line is all that there is.
fn speaks(found: &Found<'_>, line: &str, is_short: bool) -> bool {
    let length = found.end - found.start;
    let rest = line.trim().trim_matches(|c: char| !c.is_alphanumeric()).len();
    if found.whole { length + 1 >= rest } else { is_short || 2 * length >= rest }
}

/// The headings that speak for the page: all of a short one, or of one with few; else its first `h1`. One that is a
/// link speaks for another page.
fn speaking(page: &Page, is_short: bool) -> impl Iterator<Item = &Heading> {
    let all = is_short || page.headings.len() <= FEW_HEADINGS;
    let first = page.headings.iter().position(|heading| heading.level == 1);
    page.headings
        .iter()
        .enumerate()
        .filter(move |(at, heading)| !heading.linked && (all || Some(*at) == first))
        .map(|(_, heading)| heading)
}

/// The parts of a title: "Không tìm thấy trang | Bộ Ví dụ" has two.
fn segments(title: &str) -> impl Iterator<Item = &str> {
    title.split(['|', '»', '›', '·', '•', ':']).flat_map(|part| part.split(" - ")).map(str::trim)
}
