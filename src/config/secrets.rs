//! Which parts of a file must never be shown: whatever stands where a secret might, even if it has no business there.
//!
//! A secret belongs into a file, the environment or a credential; but people do paste them, and an error message
//! (or `/config`) must not carry them further. Better to hide too much than too little.

use crate::config::node::{Node, Value};
use crate::config::source::{Mark, Sources, Span, columns};
use crate::model::secret::REDACTED;

/// Parts of key names under which a secret is to be expected.
const TELLING: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "token",
    "apikey",
    "authorization",
    "basicauth",
    "cookie",
    "credential",
    "matkhau",
    "bearer",
    "pfx",
    "pkcs12",
    "userinfo",
    "sessionid",
];
/// Keys that hold free text of the operator, which may hold a secret.
const FREE: &[&str] =
    &["body", "send", "form", "query", "params", "cookies", "key", "pin", "otp", "headers", "header", "auth"];
/// Headers whose values are no secret.
const PLAIN_HEADERS: &[&str] = &[
    "accept",
    "acceptlanguage",
    "acceptencoding",
    "contenttype",
    "contentlanguage",
    "cachecontrol",
    "useragent",
    "origin",
    "server",
    "xrequestedwith",
    "stricttransportsecurity",
    "xframeoptions",
    "contentsecuritypolicy",
];
/// Longer lines are not shown, in bytes.
const LINE_MAX: usize = 4096;
/// Keys that say where a secret comes from; what they hold may be shown.
const SOURCES: &[&str] = &["file", "env", "credential"];

/// The hidden stretches of some files, and the texts that stand there.
#[derive(Debug, Default)]
pub(super) struct Masks {
    spans: Vec<Span>,
    texts: Vec<String>,
}

impl Masks {
    /// Adds what must be hidden of one document.
    pub(super) fn sweep(&mut self, root: &Node, sources: &Sources) {
        self.node(root, false, sources);
        self.spans.sort_unstable();
        // The longest first: what is left of a longer one when a shorter one is replaced in it would show.
        self.texts.sort_unstable_by(|one, other| (other.len(), one).cmp(&(one.len(), other)));
        self.texts.dedup();
    }

    fn node(&mut self, node: &Node, hidden: bool, sources: &Sources) {
        match &node.value {
            Value::List(items) => items.iter().for_each(|item| self.node(item, hidden, sources)),
            Value::Map(entries) => {
                for entry in entries {
                    self.node(&entry.value, hides(&entry.key, hidden), sources);
                }
            }
            Value::Text(text) if !hidden => self.within(text, node.span, sources),
            _ if !hidden => {}
            value => self.hide(value, node.span, sources),
        }
    }

    fn hide(&mut self, value: &Value, span: Span, sources: &Sources) {
        self.spans.push(span);
        if let Value::Text(text) = value {
            self.texts.extend(text.lines().map(str::to_owned));
        }
        self.texts.push(sources.slice(span).to_owned());
    }

    /// Hides userinfo and query values of an address within a text.
    fn within(&mut self, text: &str, span: Span, sources: &Sources) {
        if !text.contains(['@', '?']) {
            return;
        }
        let parts = address_secrets(text);
        if parts.is_empty() {
            return;
        }
        self.texts.extend(parts.iter().map(|part| (*part).to_owned()));
        let written = sources.slice(span);
        for part in address_secrets(written.trim_matches(['"', '\''])) {
            let start = part.as_ptr() as usize - written.as_ptr() as usize;
            let column = |bytes: usize| {
                span.start.column + u32::try_from(written[..bytes].chars().count()).unwrap_or_default()
            };
            let mark = |bytes| Mark { line: span.start.line, column: column(bytes) };
            self.spans.push(Span { file: span.file, start: mark(start), end: mark(start + part.len()) });
        }
        if span.end.line > span.start.line {
            self.spans.push(span);
        }
    }

    /// A line fit to be shown, and where a byte range of the original is in it.
    pub(super) fn line(&self, sources: &Sources, at: Span) -> (String, std::ops::Range<usize>) {
        let number = at.start.line;
        let line = sources.get(at.file).line(number);
        if line.len() > LINE_MAX {
            return (String::new(), 0..0);
        }
        let (start, end) = columns(line, at);
        let end_of_code = if end > start { comment_start(line).max(end) } else { comment_start(line) };
        let mut shown = Shown { text: String::new(), start: None, end: None };
        let mut done = 0;
        let touching = self
            .spans
            .iter()
            .filter(|span| span.file == at.file && span.start.line <= number && span.end.line >= number);
        for span in touching {
            let (from, to) = on_line(line, number, *span);
            if from >= to || to <= done {
                continue;
            }
            shown.copy(line, done.min(from)..from, start, end);
            shown.hide(from.max(done)..to, start, end);
            done = to;
        }
        shown.copy(line, done..end_of_code.max(done), start, end);
        let text = shown.text.trim_end().to_owned();
        let from = shown.start.unwrap_or(text.len()).min(text.len());
        let to = shown.end.unwrap_or(text.len()).clamp(from, text.len());
        (text, from..to)
    }

    /// What stands in a place, fit to be shown.
    pub(super) fn given(&self, sources: &Sources, at: Span) -> String {
        if sources.get(at.file).line(at.start.line).len() > LINE_MAX {
            return "…".to_owned();
        }
        let (text, range) = self.line(sources, at);
        let part = text[range].trim_matches(['"', '\'']);
        let mut given: String = part.chars().take(60).collect();
        if given.len() < part.len() {
            given.push('…');
        }
        given
    }

    /// A message without any of the hidden texts, however they came into it.
    pub(super) fn clean(&self, message: &str) -> String {
        let mut clean = message.to_owned();
        for text in self.texts.iter().filter(|text| text.trim().len() >= 4) {
            if clean.contains(text.as_str()) {
                clean = clean.replace(text.as_str(), REDACTED);
            }
        }
        clean
    }

    /// Hides whole lines of a file that is no YAML, where keys tell of secrets.
    pub(super) fn sweep_text(&mut self, file: u16, sources: &Sources, line: u32) {
        let text = sources.get(file).line(line);
        let indent = |line: &str| line.len() - line.trim_start().len();
        let mut hide_from = telling_from(text);
        let mut depth = indent(text);
        for above in (1..line).rev().take(200) {
            let parent = sources.get(file).line(above);
            if parent.trim().is_empty() || indent(parent) >= depth && depth > 0 {
                continue;
            }
            depth = indent(parent);
            if telling_from(parent).is_some() {
                hide_from = Some(0);
            }
            if depth == 0 {
                break;
            }
        }
        if let Some(from) = hide_from {
            let column = u32::try_from(text[..from].chars().count()).unwrap_or_default();
            let end = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
            self.spans.push(Span { file, start: Mark { line, column }, end: Mark { line, column: end } });
            self.texts.push(text[from..].to_owned());
        }
        self.spans.sort_unstable();
    }
}

/// A line being written with its hidden parts left out.
struct Shown {
    text: String,
    start: Option<usize>,
    end: Option<usize>,
}

impl Shown {
    fn copy(&mut self, line: &str, range: std::ops::Range<usize>, start: usize, end: usize) {
        let base = self.text.len();
        if range.contains(&start) || range.end == start {
            self.start.get_or_insert(base + start - range.start);
        }
        if end >= range.start && end <= range.end {
            self.end = Some(base + end - range.start);
        }
        self.text.push_str(&line[range]);
    }

    fn hide(&mut self, range: std::ops::Range<usize>, start: usize, end: usize) {
        if range.contains(&start) {
            self.start.get_or_insert(self.text.len());
        }
        self.text.push_str(REDACTED);
        if end > range.start && end <= range.end {
            self.end = Some(self.text.len());
        }
    }
}

/// The bytes of a line that a span covers.
fn on_line(line: &str, number: u32, span: Span) -> (usize, usize) {
    let byte_of = |column: u32| line.char_indices().nth(column as usize).map_or(line.len(), |(at, _)| at);
    let from = if span.start.line < number { 0 } else { byte_of(span.start.column) };
    let to = if span.end.line > number { line.len() } else { byte_of(span.end.column) };
    (from, to)
}

/// Where a comment begins: people write secrets into comments, too.
fn comment_start(line: &str) -> usize {
    let (mut quote, mut before) = (None, ' ');
    for (at, character) in line.char_indices() {
        match (quote, character) {
            (None, '#') if before.is_whitespace() => return at,
            (None, '"' | '\'') if !before.is_alphanumeric() => quote = Some(character),
            (Some(open), _) if open == character => quote = None,
            _ => {}
        }
        before = character;
    }
    line.len()
}

/// A key in lower case, without what separates words and without Vietnamese marks on the telling ones.
fn folded(key: &str) -> String {
    key.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether what stands under a key is hidden. `hidden` says whether the key itself stands under such a one.
pub(super) fn hides(key: &str, hidden: bool) -> bool {
    let name = folded(key);
    let source = SOURCES.contains(&name.as_str()) || names_a_source(key);
    let shown = source || PLAIN_HEADERS.contains(&name.as_str());
    !shown && (hidden || tells(&name))
}

/// A text without the userinfo and query values of the address that it may be.
pub(super) fn redacted(text: &str) -> String {
    let mut shown = text.to_owned();
    for part in address_secrets(text).into_iter().filter(|part| !part.is_empty()) {
        shown = shown.replace(part, REDACTED);
    }
    shown
}

/// Whether a secret is to be expected under a key.
fn tells(name: &str) -> bool {
    TELLING.iter().any(|part| name.contains(part)) || FREE.contains(&name) || name.ends_with("key")
}

/// `password_file` and the like.
fn names_a_source(key: &str) -> bool {
    key.rsplit_once('_').is_some_and(|(base, source)| !base.is_empty() && SOURCES.contains(&source))
}

/// Where, on a line of text, the value of a telling key begins.
fn telling_from(line: &str) -> Option<usize> {
    let mut from = 0;
    for (at, _) in line.match_indices([':', '=']) {
        let word = line[from..at].rsplit([' ', '{', ',', '[', '?', '&', '-']).next().unwrap_or_default();
        if tells(&folded(word)) && !names_a_source(word.trim_matches(['"', '\''])) {
            return Some(at + 1);
        }
        if line[at..].starts_with("://") && line[at..].contains('@') {
            return Some(at + 1);
        }
        from = at + 1;
    }
    None
}

/// The userinfo and the query values of addresses in a text.
fn address_secrets(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let query_from = text.find('?').unwrap_or(text.len());
    let begin = text.find("://").map_or(0, |at| at + 3);
    if let Some(at) = text.rfind('@').filter(|at| *at >= begin) {
        let userinfo = &text[begin..at];
        if begin > 0 || userinfo.contains(':') {
            found.push(userinfo);
        }
    }
    if begin > 0 || text.starts_with('/') {
        for pair in text[query_from..].split(['?', '&', ';']) {
            let pair = pair.split('#').next().unwrap_or_default();
            if let Some((_, value)) = pair.split_once('=').filter(|(_, value)| !value.is_empty()) {
                found.push(value);
            }
        }
    }
    found
}
