//! Results as a monitoring plugin prints them: one line with performance data, then what failed.
//!
//! Source: the plugin guidelines, `'label'=value[UOM];warn;crit;min;max`, and a `|` only before performance data.

use crate::app::probe::ProbeRun;
use crate::cli::exit::{self, Exit};
use crate::cli::write::numbers;
use crate::cli::write::{title, why};
use crate::model::finding::{Finding, Outcome};
use crate::model::status::Status;
use crate::model::text::{Language, Text, presentable};

const LINE_MAX: usize = 500;
const IN: Text = Text { vi: "sau", en: "in" };
const OF: Text = Text { vi: "phép đo không đạt trên tổng số", en: "not up of" };
const ALL_UP: Text = Text { vi: "phép đo đều hoạt động", en: "probes up" };

/// The output of a plugin.
#[must_use]
pub fn nagios(runs: &[ProbeRun], language: Language) -> String {
    let state = state(Exit::of_all(runs.iter().map(|run| run.result.status())));
    let (summary, performance) = match runs {
        [run] => (one(run, language), performance(run, "time")),
        _ => (
            several(runs, language),
            runs.iter().map(|run| performance(run, &title(run))).collect::<Vec<_>>().join(" "),
        ),
    };
    let mut text = format!("EMC {state} - {} | {performance}\n", plain(&summary));
    for line in runs.iter().flat_map(|run| failures(run, runs.len() > 1, language)) {
        text += &format!("{}\n", plain(&line));
    }
    text
}

fn state(exit: Exit) -> &'static str {
    match exit {
        exit::UP => "OK",
        exit::DEGRADED => "WARNING",
        exit::DOWN => "CRITICAL",
        _ => "UNKNOWN",
    }
}

fn one(run: &ProbeRun, language: Language) -> String {
    let spent = numbers::duration(run.result.duration, language);
    let status = run.result.status().word().in_language(language);
    let verdict = format!("{}: {status} {} {spent}", title(run), IN.in_language(language));
    match why(run, language) {
        reason if reason.is_empty() => verdict,
        reason => format!("{verdict}, {reason}"),
    }
}

fn several(runs: &[ProbeRun], language: Language) -> String {
    let bad: Vec<String> = runs
        .iter()
        .filter(|run| run.result.status() != Status::Up)
        .map(|run| format!("{} ({})", title(run), run.result.reason().map_or("", |reason| reason.as_str())))
        .collect();
    if bad.is_empty() {
        return format!("{} {}", runs.len(), ALL_UP.in_language(language));
    }
    format!("{} {} {}: {}", bad.len(), OF.in_language(language), runs.len(), bad.join(", "))
}

/// Seconds with the limits that hold: slow from, none for critical, zero, and the timeout as the most there can be.
fn performance(run: &ProbeRun, label: &str) -> String {
    let slow = run.slow_after.map_or_else(String::new, |span| span.as_secs_f64().to_string());
    let label = label.replace(['\'', '='], "_");
    let (spent, timeout) = (run.result.duration.as_secs_f64(), run.timeout.as_secs_f64());
    format!("'{label}'={spent:.6}s;{slow};;0;{timeout}")
}

fn failures(run: &ProbeRun, named: bool, language: Language) -> Vec<String> {
    let name = if named { format!("{}: ", title(run)) } else { String::new() };
    let bad = run.result.assessment.findings.iter().filter(|finding| finding.outcome == Outcome::Failed);
    let line = |finding: &Finding| {
        let (expected, found) = (&finding.expected, &finding.found);
        let (expected, found) = (expected.in_language(language), found.in_language(language));
        format!("{name}{}: \"{expected}\" -> \"{found}\"", finding.rule)
    };
    bad.map(line).collect()
}

/// A `|` would begin performance data.
fn plain(text: &str) -> String {
    presentable(text, LINE_MAX).replace('|', "¦")
}
