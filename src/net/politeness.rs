//! How often one host may be asked: a budget that all probes of that host share.
use std::time::{Duration, Instant};

/// The budget of each host.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PolitenessSettings {
    /// Runs a second in the long run.
    pub per_second: f64,
    /// Runs that may come at once.
    pub burst: u32,
}

impl Default for PolitenessSettings {
    fn default() -> Self {
        Self { per_second: 1.0, burst: 5 }
    }
}

/// All budgets.
#[derive(Debug)]
pub struct Politeness {}

impl Politeness {
    /// Full budgets for all.
    #[must_use]
    pub fn new(_settings: PolitenessSettings) -> Self {
        Self {}
    }

    /// Takes one run from a host's budget; answers how long to wait before it. `None`, and nothing taken, if that would be longer than `patience`.
    pub fn reserve(&mut self, _host: &str, _now: Instant, _patience: Duration) -> Option<Duration> {
        Some(Duration::ZERO)
    }
}
