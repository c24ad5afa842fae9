//! What one run yields: the thing that metrics, the landing page, `/runs/<id>` and the command line show.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Serialize, Serializer};

use crate::model::facts::Facts;
use crate::model::fault::Fault;
use crate::model::finding::{Assessment, Finding, Outcome};
use crate::model::id::{ProbeId, RunId};
use crate::model::phase::Phases;
use crate::model::reason::Reason;
use crate::model::status::Status;
use crate::model::timeline::Timeline;

/// One run, measured and judged.
#[derive(Clone, Debug)]
pub struct ProbeResult {
    /// Which probe.
    pub id: ProbeId,
    /// Its kind, such as `http`.
    pub kind: &'static str,
    /// What was asked, without userinfo and query values.
    pub target: String,
    /// Which run.
    pub run_id: RunId,
    /// When it began, by the wall clock.
    pub started_at: DateTime<Utc>,
    /// How long it took, by the monotonic clock.
    pub duration: Duration,
    /// Time spent in each phase.
    pub phases: Phases,
    /// The verdict with its findings.
    pub assessment: Assessment,
    /// What was seen.
    pub facts: Facts,
    /// What happened, in order.
    pub timeline: Timeline,
}

impl ProbeResult {
    /// The run's own status, before `confirm`.
    #[must_use]
    pub const fn status(&self) -> Status {
        self.assessment.status
    }

    /// Why it is not up.
    #[must_use]
    pub const fn reason(&self) -> Option<Reason> {
        self.assessment.reason
    }
}

impl Assessment {
    /// The verdict on a run that could not be measured, or whose measuring ended early.
    #[must_use]
    pub fn of_fault(fault: &Fault) -> Self {
        Self::of(vec![Finding::of_fault(fault)])
    }
}

impl Finding {
    /// A fault as the failed rule `reachable`.
    #[must_use]
    pub fn of_fault(fault: &Fault) -> Self {
        let mut finding = Self::failed("reachable", fault.reason, "", fault.told());
        if fault.is_ours() {
            finding.outcome = Outcome::CannotTell;
        }
        finding
    }
}

impl Serialize for ProbeResult {
    /// The published shape of one run: see `emc schema result`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("schema_version", &1)?;
        map.serialize_entry("name", &self.id.to_string())?;
        map.serialize_entry("authority", &self.id.authority)?;
        map.serialize_entry("portal", &self.id.portal)?;
        map.serialize_entry("probe", &self.id.probe)?;
        map.serialize_entry("kind", self.kind)?;
        map.serialize_entry("target", &self.target)?;
        map.serialize_entry("status", &self.status())?;
        map.serialize_entry("reason", self.reason().map_or("", Reason::as_str))?;
        map.serialize_entry("findings", &self.assessment.findings)?;
        map.serialize_entry("phases", &self.phases)?;
        map.serialize_entry("duration_seconds", &self.duration.as_secs_f64())?;
        map.serialize_entry("addresses", &self.facts.addresses)?;
        map.serialize_entry("tls", &self.facts.tls)?;
        map.serialize_entry("http", &self.facts.http)?;
        for (kind, facts) in &self.facts.more {
            map.serialize_entry(kind, facts)?;
        }
        map.serialize_entry("kernel_timed", &self.facts.kernel_timed)?;
        map.serialize_entry("started_at", &self.started_at)?;
        map.serialize_entry("run_id", &self.run_id)?;
        map.serialize_entry("timeline", &self.timeline)?;
        map.end()
    }
}
