//! What is wrong with the operator's files: all of it at once, each with its place, what is allowed and how to mend it.
//!
//! A diagnostic carries the line it points to, with every secret already masked, so that it can be shown anywhere.

use std::fmt;
use std::ops::Range;
use std::path::PathBuf;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Padding, Renderer, Snippet};

use crate::model::text::{Language, Text};
use crate::model::told::Told;

const ERROR: Text = Text { vi: "lỗi", en: "error" };
const WARNING: Text = Text { vi: "cảnh báo", en: "warning" };
const HELP: Text = Text { vi: "cách sửa", en: "help" };

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The configuration is refused.
    Error,
    /// It is accepted, but something is probably not as meant.
    Warning,
}

/// One line of a file, and the stretch of it that is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// The file, as the operator would name it.
    pub file: PathBuf,
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
    /// The line's text, secrets masked.
    pub text: String,
    /// The bytes of `text` that are meant.
    pub range: Range<usize>,
}

/// One thing wrong, or suspicious.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// Where; its `text` is empty where there is no line to show.
    pub place: Excerpt,
    /// What is wrong: lower case, no full stop, values in quotes.
    pub message: Told,
    /// What is allowed and how to mend it; empty if the message says it.
    pub help: Told,
    /// Another place that matters, such as that of the first of two, and what is there.
    pub other: Option<Box<(Excerpt, Told)>>,
}

/// The longest line shown whole, in characters; of longer ones only the neighbourhood is shown.
const LINE_MAX: usize = 160;

impl Diagnostic {
    /// `file:line:column`.
    #[must_use]
    pub fn position(&self) -> String {
        format!("{}:{}:{}", self.place.file.display(), self.place.line, self.place.column)
    }

    /// The diagnostic as the terminal shows it, with its line, in a language.
    #[must_use]
    pub fn render(&self, renderer: &Renderer, language: Language) -> String {
        let level = match self.severity {
            Severity::Error => Level::ERROR.with_name(ERROR.in_language(language)),
            Severity::Warning => Level::WARNING.with_name(WARNING.in_language(language)),
        };
        let path = self.place.file.display().to_string();
        let other_path = self.other.as_ref().map(|other| other.0.file.display().to_string());
        let place = shown_part(&self.place);
        let other = self.other.as_ref().map(|other| (shown_part(&other.0), other.1.in_language(language)));
        let title = level.primary_title(self.message.in_language(language));
        let mut group = Group::with_title(title).element(origin(&self.place, &path));
        if !place.text.is_empty() {
            group = group.element(snippet(&place, AnnotationKind::Primary, ""));
        }
        if let (Some((excerpt, label)), Some(path)) = (&other, &other_path) {
            group = group.element(Padding).element(origin(excerpt, path));
            group = group.element(snippet(excerpt, AnnotationKind::Context, label));
        }
        if !self.help.is_empty() {
            group = group.element(
                Level::HELP.with_name(HELP.in_language(language)).message(self.help.in_language(language)),
            );
        }
        let rendered = renderer.render(&[group]);
        rendered.lines().filter(|line| !is_bare_mark(line)).collect::<Vec<_>>().join("\n")
    }
}

/// The mark before a snippet without a path of its own: the place above it has told the path.
fn is_bare_mark(line: &str) -> bool {
    line.contains(":::") && anstream::adapter::strip_str(line).to_string().trim() == ":::"
}

/// The place itself; masked lines are no longer as wide as the file's.
fn origin<'a>(place: &Excerpt, path: &'a str) -> Origin<'a> {
    Origin::path(path).line(place.line as usize).char_column(place.column as usize)
}

fn snippet<'a>(
    place: &'a Excerpt,
    kind: AnnotationKind,
    label: &'a str,
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let annotation = kind.span(place.range.clone());
    let annotation = if label.is_empty() { annotation } else { annotation.label(label) };
    Snippet::source(place.text.as_str()).line_start(place.line as usize).annotation(annotation)
}

/// Very long lines are cut to the neighbourhood of what is meant.
fn shown_part(place: &Excerpt) -> Excerpt {
    let mut shown = place.clone();
    if place.text.len() <= LINE_MAX {
        return shown;
    }
    let boundary = |at: usize| place.text.floor_char_boundary(at.min(place.text.len()));
    let start = boundary(place.range.start.saturating_sub(LINE_MAX / 2));
    let end = boundary(start + LINE_MAX);
    place.text[start..end].clone_into(&mut shown.text);
    let within = |at: usize| at.clamp(start, end) - start;
    shown.range = within(place.range.start)..within(place.range.end);
    shown
}

/// All that is wrong, sorted by place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics(pub Vec<Diagnostic>);

impl Diagnostics {
    /// How many of them refuse the configuration.
    #[must_use]
    pub fn errors(&self) -> usize {
        self.0.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count()
    }

    /// All of them as text in a language, with colours or without.
    #[must_use]
    pub fn render(&self, styled: Styling, language: Language) -> String {
        let renderer = match styled {
            Styling::Plain => Renderer::plain(),
            Styling::Coloured => Renderer::styled(),
        };
        let parts: Vec<String> =
            self.0.iter().map(|diagnostic| diagnostic.render(&renderer, language)).collect();
        parts.join("\n\n")
    }

    /// All of them as plain text in both languages, for whoever will know which one is wanted.
    #[must_use]
    pub fn rendered(&self) -> Told {
        let plain = |language| self.render(Styling::Plain, language);
        Told { vi: plain(Language::Vi), en: plain(Language::En) }
    }
}

/// Whether text carries colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Styling {
    /// None.
    Plain,
    /// ANSI colours.
    Coloured,
}

impl fmt::Display for Diagnostics {
    /// One line each, for logs and in English: `file:line:column: message (help)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, diagnostic) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{}: {}", diagnostic.position(), diagnostic.message)?;
            if !diagnostic.help.is_empty() {
                write!(f, " ({})", diagnostic.help)?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostics {}
