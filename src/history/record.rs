//! One run as it is kept, and times as both stores write them.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::model::id::{ProbeId, RunId};
use crate::model::phase::Phases;
use crate::model::status::Status;

/// Whose runs: one probe, seen from one place.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SeriesKey {
    /// Where we measured from.
    pub location: String,
    /// Which probe.
    pub id: ProbeId,
}

/// One run on its way into history.
#[derive(Clone, Debug)]
pub struct Record {
    /// Whose run.
    pub series: SeriesKey,
    /// The kind of the probe.
    pub kind: &'static str,
    /// How often it runs.
    pub every: Duration,
    /// How long a run may last.
    pub timeout: Duration,
    /// Which run.
    pub run: RunId,
    /// When it began.
    pub at: DateTime<Utc>,
    /// How long it took.
    pub duration: Duration,
    /// Time in each phase.
    pub phases: Phases,
    /// Its own status, and why.
    pub raw: Standing,
    /// What was shown of the probe after it: the status after `confirm`, and why.
    pub confirmed: Standing,
    /// The whole result, where it is kept as evidence: JSON, compressed.
    pub evidence: Option<Vec<u8>>,
}

/// A status and its reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The status.
    pub status: Status,
    /// Why; empty when up.
    pub reason: &'static str,
}

/// One run as history tells it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StoredRun {
    /// Which run.
    pub run_id: String,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// Where it was measured from.
    pub location: String,
    /// Whose portal.
    pub authority: String,
    /// Which portal.
    pub portal: String,
    /// Which probe.
    pub probe: String,
    /// The kind of the probe.
    pub kind: String,
    /// Its own status.
    pub status: Status,
    /// Why it was not up; empty when up.
    pub reason: String,
    /// What was shown of the probe after it.
    pub confirmed: Status,
    /// How long it took.
    pub duration_seconds: f64,
    /// Time in each phase.
    pub phases: Phases,
    /// Whether the whole result is kept as evidence.
    pub evidence: bool,
}

/// A moment as it is stored: microseconds since the epoch.
pub(crate) const fn micros(moment: DateTime<Utc>) -> i64 {
    moment.timestamp_micros()
}

/// The moment that was stored.
pub(crate) fn moment(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).unwrap_or_default()
}

/// A stretch of time as it is stored: microseconds.
pub(crate) fn span_micros(span: Duration) -> i64 {
    i64::try_from(span.as_micros()).unwrap_or(i64::MAX)
}

/// Microseconds as seconds, for output.
#[expect(clippy::cast_precision_loss, reason = "a run lasts minutes at most")]
pub(crate) fn seconds(micros: i64) -> f64 {
    micros as f64 / 1e6
}

/// A status as it was stored; what a later version may have written is unknown to us.
pub(crate) fn status(word: &str) -> Status {
    Status::ALL.into_iter().find(|status| status.as_str() == word).unwrap_or(Status::Unknown)
}
