//! Collecting what is wrong while files are read, and turning it into diagnostics that may be shown.

use std::collections::BTreeSet;

use crate::config::decode::DecodeError;
use crate::config::diagnostic::{Diagnostic, Diagnostics, Excerpt, Severity};
use crate::config::node::Node;
use crate::config::secrets::Masks;
use crate::config::source::{Sources, Span};
use crate::config::tree::{self, TreeError};
use crate::model::told::{Told, told};

/// Stands in a message for what the file holds at the problem's place; filled in once secrets are known.
pub(super) const GIVEN: &str = "\u{1}";

/// The most problems kept: nobody reads more at once.
const PROBLEMS_MAX: usize = 500;

/// One thing wrong, before it is made fit to be shown.
#[derive(Clone, Debug)]
pub(super) struct Problem {
    /// How bad it is.
    pub(super) severity: Severity,
    /// Where.
    pub(super) span: Span,
    /// What; may hold [`GIVEN`].
    pub(super) message: Told,
    /// How to mend it; may hold [`GIVEN`].
    pub(super) help: Told,
    /// Another place that matters and what is there.
    pub(super) other: Option<(Span, Told)>,
}

/// All that is wrong so far.
#[derive(Debug, Default)]
pub(super) struct Problems {
    list: Vec<Problem>,
    errors: usize,
}

impl Problems {
    /// Adds an error.
    pub(super) fn error(&mut self, span: Span, message: Told, help: Told) {
        self.push(Problem { severity: Severity::Error, span, message, help, other: None });
    }

    /// Adds an error about two places.
    pub(super) fn error_with(&mut self, span: Span, message: Told, help: Told, other: (Span, Told)) {
        self.push(Problem { severity: Severity::Error, span, message, help, other: Some(other) });
    }

    /// Adds a warning.
    pub(super) fn warn(&mut self, span: Span, message: Told, help: Told) {
        self.push(Problem { severity: Severity::Warning, span, message, help, other: None });
    }

    /// Adds a warning about two places.
    pub(super) fn warn_with(&mut self, span: Span, message: Told, help: Told, other: (Span, Told)) {
        self.push(Problem { severity: Severity::Warning, span, message, help, other: Some(other) });
    }

    /// Adds what a type refused, unless the walk has told of something wrong there before.
    pub(super) fn undecodable(&mut self, node: &Node, error: DecodeError) {
        if !node.pruned {
            self.error(error.span.unwrap_or(node.span), error.message, Told::nothing());
        }
    }

    /// Adds what the parser found.
    pub(super) fn add_tree_error(&mut self, error: TreeError) {
        let other = error.other.map(|span| (span, first_given()));
        self.push(Problem {
            severity: Severity::Error,
            span: error.span,
            message: error.message,
            help: error.help,
            other,
        });
    }

    fn push(&mut self, problem: Problem) {
        self.errors += usize::from(problem.severity == Severity::Error);
        if self.list.len() < PROBLEMS_MAX {
            self.list.push(problem);
        }
    }

    /// Takes over what was found elsewhere.
    pub(super) fn append(&mut self, other: Self) {
        self.errors += other.errors;
        let room = PROBLEMS_MAX.saturating_sub(self.list.len());
        self.list.extend(other.list.into_iter().take(room));
    }

    /// How many errors there are.
    pub(super) const fn errors(&self) -> usize {
        self.errors
    }

    /// Makes diagnostics, sorted by place, secrets masked.
    pub(super) fn finish(self, sources: &Sources) -> Diagnostics {
        let mut masks = Masks::default();
        let spans =
            self.list.iter().flat_map(|one| [Some(one.span), one.other.as_ref().map(|other| other.0)]);
        let touched: BTreeSet<(u16, u32)> =
            spans.flatten().map(|span| (span.file, span.start.line)).collect();
        let files: BTreeSet<u16> =
            touched.iter().filter(|(_, line)| *line > 0).map(|(file, _)| *file).collect();
        for file in files {
            // Parsed again, because what was wrong is no longer in the tree.
            if let Some(tree) = tree::parse_all(&sources.get(file).text, file) {
                masks.sweep(&tree, sources);
            } else {
                let lines = touched.iter().filter(|(of, _)| *of == file);
                lines.for_each(|(_, line)| masks.sweep_text(file, sources, *line));
            }
        }
        let mut list: Vec<Diagnostic> =
            self.list.into_iter().map(|problem| show(problem, sources, &masks)).collect();
        let place = |one: &Diagnostic| (one.place.file.clone(), one.place.line, one.place.column);
        list.sort_by(|a, b| (place(a), &a.message.en).cmp(&(place(b), &b.message.en)));
        list.dedup();
        Diagnostics(list)
    }
}

/// Said of the first of two.
pub(super) fn first_given() -> Told {
    told!("đã có ở đây trước", "first given here")
}

fn show(problem: Problem, sources: &Sources, masks: &Masks) -> Diagnostic {
    let words = |text: &str| {
        let clean = masks.clean(text);
        if clean.contains(GIVEN) { clean.replace(GIVEN, &masks.given(sources, problem.span)) } else { clean }
    };
    let excerpt = |span: Span| {
        let (text, range) = masks.line(sources, span);
        let file = sources.get(span.file).path.clone();
        Excerpt { file, line: span.start.line.max(1), column: span.start.column + 1, text, range }
    };
    Diagnostic {
        severity: problem.severity,
        message: problem.message.map(words),
        help: problem.help.map(words),
        place: excerpt(problem.span),
        other: problem.other.map(|(span, label)| Box::new((excerpt(span), label))),
    }
}
