//! Runs out of history: for people, for programs, for spreadsheets.

use std::time::Duration;

use crate::app::history::StoredRun;
use crate::cli::write::human::style;
use crate::cli::write::{Manner, numbers};
use crate::model::phase::Phase;
use crate::model::reason::Reason;
use crate::model::text::{Text, presentable};

const NOTHING: Text = Text { vi: "không có lần đo nào như vậy", en: "there is no such run" };
/// The longest name on one line, in characters.
const NAME_MAX: usize = 200;

/// One line a run: when, how it was found, which probe, how long it took, why, and its id.
#[must_use]
pub fn human(runs: &[StoredRun], manner: &Manner) -> String {
    let language = manner.language;
    if runs.is_empty() {
        return format!("{}\n", NOTHING.in_language(language));
    }
    let word = |run: &StoredRun| run.status.word().in_language(language).to_uppercase();
    let name =
        |run: &StoredRun| presentable(&format!("{}/{}/{}", run.authority, run.portal, run.probe), NAME_MAX);
    let widest = |text: &dyn Fn(&StoredRun) -> String| {
        runs.iter().map(|run| text(run).chars().count()).max().unwrap_or(0)
    };
    let (words, names) = (widest(&word), widest(&name));
    let mut text = String::new();
    for run in runs {
        let moment = numbers::moment(run.started_at, manner.zone, language);
        let spent = Duration::try_from_secs_f64(run.duration_seconds).unwrap_or_default();
        let (style, spent) = (style(run.status), numbers::duration(spent, language));
        let why = Reason::parse(&run.reason).map_or_else(
            || run.reason.clone(),
            |reason| format!("{reason}: {}", reason.text().meaning.in_language(language)),
        );
        text += format!(
            "{moment}  {style}{:<words$}{style:#}  {:<names$}  {spent:>9}  {}  {why}",
            word(run),
            name(run),
            run.run_id,
        )
        .trim_end();
        text.push('\n');
    }
    text
}

/// One array.
#[must_use]
pub fn json(runs: &[StoredRun]) -> String {
    serde_json::to_string_pretty(runs).expect("a run has only text keys and finite numbers") + "\n"
}

/// One object a line.
#[must_use]
pub fn ndjson(runs: &[StoredRun]) -> String {
    let line = |run| serde_json::to_string(run).expect("a run has only text keys and finite numbers") + "\n";
    runs.iter().map(line).collect()
}

/// A table with a head, for spreadsheets: UTF-8 with a mark at the beginning, by which Excel knows it.
///
/// # Errors
/// What the writer said; it writes to memory.
pub fn csv(runs: &[StoredRun]) -> Result<String, csv::Error> {
    let mut table = csv::Writer::from_writer(Vec::new());
    let head = ["started_at", "authority", "portal", "probe", "kind", "location", "status", "reason"];
    let rest = ["confirmed", "duration_seconds"];
    let phases = Phase::ALL.map(|phase| format!("{}_seconds", phase.as_str()));
    let tail = ["run_id".to_owned(), "evidence".to_owned()];
    let names = head.into_iter().chain(rest).map(str::to_owned).chain(phases).chain(tail);
    table.write_record(names)?;
    for run in runs {
        let mut row = vec![
            run.started_at.to_rfc3339(),
            run.authority.clone(),
            run.portal.clone(),
            run.probe.clone(),
            run.kind.clone(),
            run.location.clone(),
            run.status.to_string(),
            run.reason.clone(),
            run.confirmed.to_string(),
            run.duration_seconds.to_string(),
        ];
        row.extend(Phase::ALL.map(|phase| {
            run.phases.get(phase).map_or_else(String::new, |spent| spent.as_secs_f64().to_string())
        }));
        row.extend([run.run_id.clone(), run.evidence.to_string()]);
        table.write_record(row)?;
    }
    let bytes = table.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
    Ok(format!("\u{feff}{}", String::from_utf8_lossy(&bytes)))
}
