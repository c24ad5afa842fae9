//! Results as JSON. `emc schema result` describes one.

use crate::app::probe::ProbeRun;
use crate::cli::write::Asked;

/// One object for one probe, an array for several.
#[must_use]
pub fn json(runs: &[ProbeRun], asked: Asked) -> String {
    let results: Vec<_> = runs.iter().map(|run| &run.result).collect();
    let text = match (asked, results.as_slice()) {
        (Asked::One, [result]) => serde_json::to_string_pretty(result),
        _ => serde_json::to_string_pretty(&results),
    };
    text.expect("a result has only text keys and finite numbers") + "\n"
}

/// One object on one line.
#[must_use]
pub fn ndjson(run: &ProbeRun) -> String {
    serde_json::to_string(&run.result).expect("a result has only text keys and finite numbers") + "\n"
}
