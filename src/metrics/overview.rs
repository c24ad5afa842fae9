//! How every probe stands, for pages that people read.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

use crate::metrics::slot::Slot;
use crate::model::id::{ProbeId, RunId};
use crate::model::phase::Phases;
use crate::model::reason::Reason;
use crate::model::status::Status;

/// How one probe stands.
#[derive(Clone, Debug)]
pub struct Standing {
    /// Which probe.
    pub id: ProbeId,
    /// Its kind.
    pub kind: &'static str,
    /// What is asked.
    pub target: String,
    /// How often.
    pub every: Duration,
    /// The status as `emc_probe_status` has it: unknown before the first run and when stale.
    pub status: Status,
    /// The reason that goes with it.
    pub reason: Option<Reason>,
    /// Whether results stopped coming.
    pub stale: bool,
    /// The last run, `None` before the first one.
    pub last: Option<Ran>,
}

/// The last run of a probe.
#[derive(Clone, Copy, Debug)]
pub struct Ran {
    /// Which run.
    pub run_id: RunId,
    /// When it ended.
    pub ended: DateTime<Utc>,
    /// How long it took.
    pub duration: Duration,
    /// Where the time went.
    pub phases: Phases,
}

impl Standing {
    pub(crate) fn of(slot: &Slot, now: Instant) -> Self {
        let numbers = slot.state();
        let stale = slot.is_stale(&numbers, now);
        let last = numbers.last.as_ref();
        let current = last.filter(|_| !stale).map(|last| slot.shown(last));
        Self {
            id: slot.id.clone(),
            kind: slot.kind,
            target: slot.target.to_string(),
            every: slot.every,
            status: current.map_or(Status::Unknown, |shown| shown.0),
            reason: current.and_then(|shown| shown.1),
            stale,
            last: last.map(|last| Ran {
                run_id: last.run_id,
                ended: DateTime::from_timestamp_millis(last.ended_millis).unwrap_or_default(),
                duration: last.duration,
                phases: last.phases,
            }),
        }
    }
}
