//! Results in the Test Anything Protocol, version 14. Whatever is not up is `not ok`; its diagnostics say why.

use crate::app::probe::ProbeRun;
use crate::cli::write::{title, why};
use crate::model::finding::Outcome;
use crate::model::status::Status;
use crate::model::text::{Language, presentable};

const LINE_MAX: usize = 500;

/// The whole stream.
#[must_use]
pub fn tap(runs: &[ProbeRun], language: Language) -> String {
    let mut text = format!("TAP version 14\n1..{}\n", runs.len());
    for (index, run) in runs.iter().enumerate() {
        let ok = if run.result.status() == Status::Up { "ok" } else { "not ok" };
        text += &format!("{ok} {} - {}\n", index + 1, description(&title(run)));
        if run.result.status() != Status::Up {
            text += &diagnostics(run, language);
        }
    }
    text
}

/// A `#` would begin a directive.
fn description(text: &str) -> String {
    presentable(text, LINE_MAX).replace('\\', "\\\\").replace('#', "\\#")
}

/// A YAML block; its scalars are written as JSON strings, which YAML reads as they are meant.
fn diagnostics(run: &ProbeRun, language: Language) -> String {
    let action = run.result.reason().map_or("", |reason| reason.text().action.in_language(language));
    let mut text = format!(
        "  ---\n  message: {}\n  action: {}\n  status: {}\n  reason: {}\n  duration_seconds: {:.6}\n  run_id: {}\n",
        scalar(&why(run, language)),
        scalar(action),
        run.result.status(),
        run.result.reason().map_or("", |reason| reason.as_str()),
        run.result.duration.as_secs_f64(),
        scalar(&run.result.run_id.to_string()),
    );
    let failed = run.result.assessment.findings.iter().filter(|finding| finding.outcome != Outcome::Passed);
    let failed: Vec<String> = failed
        .map(|finding| {
            let (wanted, got) = (scalar(&finding.expected.en), scalar(&finding.found.en));
            format!("    - rule: {}\n      wanted: {wanted}\n      found: {got}\n", finding.rule)
        })
        .collect();
    if !failed.is_empty() {
        text += &format!("  findings:\n{}", failed.concat());
    }
    text + "  ...\n"
}

fn scalar(text: &str) -> String {
    serde_json::Value::from(presentable(text, LINE_MAX)).to_string()
}
