//! The writers of results, one per `--output`. Each is a pure function from runs to text; the caller prints it.
//!
//! Whatever a server said goes through [`presentable`] here once more, whoever wrote it down before.
//!
//! [`presentable`]: crate::model::text::presentable

pub mod bars;
pub mod detail;
pub mod history;
pub mod human;
pub mod json;
pub mod junit;
pub mod nagios;
pub mod numbers;
pub mod signatures;
pub mod tap;

use chrono::FixedOffset;

use crate::app::probe::ProbeRun;
use crate::model::reason::Reason;
use crate::model::text::Language;

/// How to write for people.
#[derive(Clone, Copy, Debug)]
pub struct Manner {
    /// The language.
    pub language: Language,
    /// Whether to tell everything.
    pub verbose: bool,
    /// The time zone of the reader.
    pub zone: FixedOffset,
}

/// How many runs were asked for; a list stays a list when it happens to hold one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// One probe.
    One,
    /// Several, a pattern, or all.
    Several,
}

/// Why a run is not up, for people: `tls_expired: the certificate has expired`. Empty when up.
#[must_use]
pub fn why(run: &ProbeRun, language: Language) -> String {
    run.result.reason().map_or_else(String::new, |reason| sentence(reason, language))
}

fn sentence(reason: Reason, language: Language) -> String {
    format!("{reason}: {}", reason.text().meaning.in_language(language))
}

/// What a run is called: its target where it was given on the command line, else its configured name.
#[must_use]
pub fn title(run: &ProbeRun) -> String {
    if run.configured { run.result.id.to_string() } else { run.result.target.clone() }
}
