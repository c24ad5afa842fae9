//! Results for people: the verdict first, why, and what to do; then what was measured.

use anstyle::{AnsiColor, Style};

use crate::app::probe::ProbeRun;
use crate::cli::write::detail::detail;
use crate::cli::write::{Asked, Manner, numbers, title, why};
use crate::model::status::Status;
use crate::model::text::{Text, presentable};

/// The longest target or name on one line, in characters.
const NAME_MAX: usize = 200;
const PROBES: Text = Text { vi: "phép đo", en: "probes" };
const NOTHING: Text = Text { vi: "không có phép đo nào được chạy", en: "no probe was run" };

/// One run at length, or several as a list with a sum below.
#[must_use]
pub fn human(runs: &[ProbeRun], asked: Asked, manner: &Manner) -> String {
    match (asked, runs) {
        (_, []) => format!("{}\n", NOTHING.in_language(manner.language)),
        (Asked::One, [run]) => verdict(run, manner, 0) + &detail(run, manner),
        _ => list(runs, manner),
    }
}

/// The colour of a status.
#[must_use]
pub fn style(status: Status) -> Style {
    let colour = match status {
        Status::Up => AnsiColor::Green,
        Status::Degraded => AnsiColor::Yellow,
        Status::Down => AnsiColor::Red,
        Status::Unknown => AnsiColor::Magenta,
    };
    colour.on_default().bold()
}

fn list(runs: &[ProbeRun], manner: &Manner) -> String {
    let width = runs.iter().map(|run| presentable(&title(run), NAME_MAX).chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for run in runs {
        text += &verdict(run, manner, width);
        if manner.verbose {
            text += &detail(run, manner);
        }
    }
    text + "\n" + &sum(runs, manner)
}

/// `DOWN  name  0.051 s`, then the reason and what to do, unless it is up.
fn verdict(run: &ProbeRun, manner: &Manner, width: usize) -> String {
    let language = manner.language;
    let status = run.result.status();
    let word = status.word().in_language(language).to_uppercase();
    let column = widest_word(manner);
    let style = style(status);
    let name = presentable(&title(run), NAME_MAX);
    let spent = numbers::duration(run.result.duration, language);
    let mut text = format!("{style}{word:<column$}{style:#}  {name:<width$}  {} {spent}\n", run.result.kind);
    if let Some(reason) = run.result.reason() {
        let indent = " ".repeat(column + 2);
        let action = reason.text().action.in_language(language);
        text += &format!("{indent}{}\n{indent}→ {action}\n", why(run, language));
    }
    text
}

fn widest_word(manner: &Manner) -> usize {
    let words = Status::ALL.iter().map(|status| status.word().in_language(manner.language));
    words.map(|word| word.chars().count()).max().unwrap_or(0)
}

fn sum(runs: &[ProbeRun], manner: &Manner) -> String {
    let counts: Vec<String> = Status::ALL
        .iter()
        .map(|status| (status, runs.iter().filter(|run| run.result.status() == *status).count()))
        .filter(|(_, count)| *count > 0)
        .map(|(status, count)| {
            let style = style(*status);
            format!("{style}{count} {}{style:#}", status.word().in_language(manner.language))
        })
        .collect();
    format!("{} {}: {}\n", runs.len(), PROBES.in_language(manner.language), counts.join(", "))
}
