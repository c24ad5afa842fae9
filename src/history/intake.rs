//! From a result to a record, and which results are worth keeping whole.

use std::collections::HashMap;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::history::evidence::pack;
use crate::history::record::{Record, SeriesKey, Standing};
use crate::model::id::ProbeId;
use crate::model::reason::Reason;
use crate::model::result::ProbeResult;
use crate::model::status::Status;

/// How many runs in a row are kept whole when trouble begins or changes.
const FIRST_KEPT: u32 = 3;
/// How often one is kept while the same trouble lasts.
const THEN_EVERY: Duration = Duration::from_secs(600);

/// How often a probe runs and how long a run may last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cadence {
    /// How often.
    pub every: Duration,
    /// How long a run may last.
    pub timeout: Duration,
}

/// The trouble a probe is in.
#[derive(Clone, Copy, Debug)]
struct Trouble {
    reason: Option<Reason>,
    kept: u32,
    last_kept: DateTime<Utc>,
}

/// Makes records of results.
#[derive(Debug, Default)]
pub struct Intake {
    location: String,
    cadences: HashMap<ProbeId, Cadence>,
    troubles: HashMap<ProbeId, Trouble>,
}

impl Intake {
    /// Takes in what is configured from now on.
    pub fn configure(&mut self, location: &str, cadences: impl IntoIterator<Item = (ProbeId, Cadence)>) {
        location.clone_into(&mut self.location);
        self.cadences = cadences.into_iter().collect();
        self.troubles.retain(|id, _| self.cadences.contains_key(id));
    }

    /// The record of a run. `None` for a probe that is no longer configured.
    pub fn record(&mut self, result: &ProbeResult, status: Status, reason: Option<Reason>) -> Option<Record> {
        let cadence = *self.cadences.get(&result.id)?;
        let evidence = if self.is_worth_keeping(result) { pack(result) } else { None };
        Some(Record {
            series: SeriesKey { location: self.location.clone(), id: result.id.clone() },
            kind: result.kind,
            every: cadence.every,
            timeout: cadence.timeout,
            run: result.run_id,
            at: result.started_at,
            duration: result.duration,
            phases: result.phases,
            raw: standing(result.status(), result.reason()),
            confirmed: standing(status, reason),
            evidence,
        })
    }

    /// The first runs of each trouble, then one now and then: a portal that is down for a week does not fill the disk.
    fn is_worth_keeping(&mut self, result: &ProbeResult) -> bool {
        if result.status() == Status::Up {
            self.troubles.remove(&result.id);
            return false;
        }
        let fresh = Trouble { reason: result.reason(), kept: 0, last_kept: result.started_at };
        let trouble = self.troubles.entry(result.id.clone()).or_insert(fresh);
        if trouble.reason != result.reason() {
            *trouble = fresh;
        }
        let since = (result.started_at - trouble.last_kept).to_std().unwrap_or_default();
        let worth = trouble.kept < FIRST_KEPT || since >= THEN_EVERY;
        if worth {
            trouble.kept += 1;
            trouble.last_kept = result.started_at;
        }
        worth
    }
}

fn standing(status: Status, reason: Option<Reason>) -> Standing {
    Standing { status, reason: reason.map_or("", Reason::as_str) }
}
