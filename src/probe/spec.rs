//! A probe as the schedule sees it: what to run, how often, for how long.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::model::id::{Name, ProbeId};
use crate::probe::SharedProbe;

/// A probe, ready to run.
#[derive(Clone)]
pub struct ProbeSpec {
    /// Which probe.
    pub id: ProbeId,
    /// Its kind.
    pub kind: &'static str,
    /// How often.
    pub every: Duration,
    /// How long a run may last.
    pub timeout: Duration,
    /// How many further runs in a row must agree before the status flips; 0 flips at once.
    pub confirm: u32,
    /// The measurement itself.
    pub probe: SharedProbe,
    /// What is asked, for people.
    pub target: String,
    /// `host:port` whose politeness budget is charged; `None` where no single host is contacted.
    pub host: Option<String>,
    /// The operator's own labels, for the info series.
    pub labels: Arc<BTreeMap<String, String>>,
    /// Settings as text, to see whether a reload changed the probe.
    pub fingerprint: u64,
}

impl std::fmt::Debug for ProbeSpec {
    /// Which probe; its settings may hold secrets and are not shown.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ProbeSpec").field("id", &self.id).field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// A portal, for join targets and pages.
#[derive(Clone, Debug, PartialEq)]
pub struct Portal {
    /// Its authority.
    pub authority: Name,
    /// Its own name.
    pub portal: Name,
    /// What people call the authority.
    pub authority_name: Names,
    /// What people call the portal.
    pub portal_name: Names,
    /// Its address.
    pub url: Option<url::Url>,
    /// Objectives by name, as ratios: `availability` -> 0.995.
    pub objectives: BTreeMap<String, f64>,
    /// What it cannot work without, by the ids of the configuration.
    pub depends_on: Vec<Name>,
}

/// A name in both languages.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Names {
    /// Vietnamese.
    pub vi: String,
    /// English.
    pub en: String,
}
