//! A body, read: the facts in it that rules ask for. Pure, and done once for a body that does not change.
//!
//! A portal's home page is the same for hours, and reading 60 KB costs more than a TLS handshake's share of a probe. So
//! the last reading is kept with a hash of its body; the hash is keyed, so that no page can be made to pass for another.

use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use memchr::memmem;
use xxhash_rust::xxh3::xxh3_128_with_seed;

use crate::html::charset::{Decoded, decode};
use crate::html::dom;
use crate::html::page::Page;
use crate::html::phrases::Phrases;
use crate::html::signs::{Sign, signs};
use crate::html::text::{normal, reader_text};
use crate::probe::http::expect::{Expectations, Forbidden};

/// What was read in a body.
#[derive(Debug)]
pub(super) struct Reading {
    /// Charset by which it was read; empty if it is no text.
    pub(super) charset: &'static str,
    /// Whether it is a page.
    pub(super) is_html: bool,
    /// Title of the page.
    pub(super) title: String,
    /// Soft failures and other things that it gives away.
    pub(super) signs: Vec<Sign>,
    /// For each text that must be there, whether it is.
    pub(super) contains: Vec<bool>,
    /// For each regular expression, whether it matches the text.
    pub(super) regex: Vec<bool>,
    /// For each regular expression, whether it matches the source.
    pub(super) source_regex: Vec<bool>,
    /// For each forbidden text, what was found of it.
    pub(super) forbidden: Vec<Option<String>>,
    /// For each selector, whether it finds an element.
    pub(super) selectors: Vec<bool>,
    /// For each pointer, the value found; or why the document is no JSON.
    pub(super) json: Result<Vec<Option<serde_json::Value>>, String>,
}

/// The last reading of a probe.
#[derive(Debug, Default)]
pub(super) struct Memo(Mutex<Option<Kept>>);

#[derive(Debug)]
struct Kept {
    key: u128,
    content_type: Option<String>,
    reading: Arc<Reading>,
}

/// The key of this process's hashes.
static SEED: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one(0));

impl Memo {
    /// The reading of this very body, if it is the last that was read.
    pub(super) fn get(&self, key: u128, content_type: Option<&str>) -> Option<Arc<Reading>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let same =
            kept.as_ref().filter(|kept| kept.key == key && kept.content_type.as_deref() == content_type);
        same.map(|kept| kept.reading.clone())
    }

    /// Keeps a reading.
    pub(super) fn keep(&self, key: u128, content_type: Option<&str>, reading: &Arc<Reading>) {
        let content_type = content_type.map(str::to_owned);
        let kept = Kept { key, content_type, reading: reading.clone() };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(kept);
    }
}

/// The key of a body.
pub(super) fn key(body: &[u8]) -> u128 {
    xxh3_128_with_seed(body, *SEED)
}

/// Reads a body.
pub(super) fn read(
    body: &[u8],
    content_type: Option<&str>,
    expect: &Expectations,
    phrases: &Phrases,
) -> Reading {
    let kind = Kind::of(body, content_type);
    let Decoded { text: source, charset } = decode(body, content_type);
    let page = match kind {
        Kind::Html => Page::read(&source),
        Kind::Text => Page::plain(&source),
        Kind::Data => Page::default(),
    };
    let is_html = kind == Kind::Html;
    let mut reading = Reading {
        charset: if body.is_empty() { "" } else { charset },
        is_html,
        signs: signs(&page, phrases),
        title: page.title,
        contains: Vec::new(),
        regex: Vec::new(),
        source_regex: expect.source_regex.iter().map(|pattern| pattern.is_match(&source)).collect(),
        forbidden: Vec::new(),
        selectors: Vec::new(),
        json: expect.json.iter().map(|(pointer, _)| pointer.find(&source)).collect(),
    };
    if expect.asks_text() {
        let text = if is_html { reader_text(&source).into() } else { normal(&source) };
        reading.answer(&text, expect);
    }
    if !expect.compiled_selectors.is_empty() {
        reading.selectors = dom::found(&source, &expect.compiled_selectors);
    }
    reading
}

/// A body as a reader sees it; nothing where it is no text.
pub(super) fn text(body: &[u8], content_type: Option<&str>) -> String {
    if memchr::memchr(0, body).is_some() {
        return String::new();
    }
    let Decoded { text, .. } = decode(body, content_type);
    if Kind::of(body, content_type) == Kind::Html { reader_text(&text) } else { normal(&text).into_owned() }
}

impl Reading {
    fn answer(&mut self, text: &str, expect: &Expectations) {
        let has = |words: &str| memmem::find(text.as_bytes(), words.as_bytes()).is_some();
        self.contains = expect.contains.iter().map(|words| has(words)).collect();
        self.regex = expect.regex.iter().map(|pattern| pattern.is_match(text)).collect();
        let found = |forbidden: &Forbidden| match forbidden {
            Forbidden::Words(words) => has(words).then(|| words.clone()),
            Forbidden::Pattern(pattern) => pattern.find(text).map(|found| found.as_str().to_owned()),
        };
        self.forbidden = expect.forbidden.iter().map(found).collect();
    }
}

/// What sort of thing a body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A page.
    Html,
    /// Text for people.
    Text,
    /// Anything else.
    Data,
}

impl Kind {
    /// By the header, and where that is missing by how the body begins.
    fn of(body: &[u8], content_type: Option<&str>) -> Self {
        let media = content_type.and_then(|value| value.split(';').next()).unwrap_or_default();
        match media.trim().to_ascii_lowercase().as_str() {
            "text/html" | "application/xhtml+xml" => Self::Html,
            "" | "text/plain" | "application/octet-stream" | "unknown/unknown" if begins_as_html(body) => {
                Self::Html
            }
            "text/plain" => Self::Text,
            "" if body.is_ascii() => Self::Text,
            _ => Self::Data,
        }
    }
}

fn begins_as_html(body: &[u8]) -> bool {
    let start = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii_start();
    let tags: [&[u8]; 6] = [b"<!doctype html", b"<html", b"<head", b"<body", b"<!--", b"<title"];
    tags.iter().any(|tag| start.get(..tag.len()).is_some_and(|begins| begins.eq_ignore_ascii_case(tag)))
}
