//! What an operator may set about running probes.

use std::time::Duration;

use crate::net::politeness::PolitenessSettings;

/// Limits and watching of ourselves.
#[derive(Clone, Debug, PartialEq)]
pub struct ScheduleSettings {
    /// Most runs in flight at once; lowered to what the file-descriptor limit allows.
    pub in_flight: usize,
    /// Most runs in flight at one host.
    pub per_host_in_flight: usize,
    /// How often one host may be asked.
    pub politeness: PolitenessSettings,
    /// `host:port` of places that answer whenever our own network works; empty for none.
    pub anchors: Vec<String>,
    /// How often the anchors are tried.
    pub anchors_every: Duration,
}

impl Default for ScheduleSettings {
    fn default() -> Self {
        Self {
            in_flight: 12_000,
            per_host_in_flight: 4,
            politeness: PolitenessSettings::default(),
            anchors: Vec::new(),
            anchors_every: Duration::from_secs(15),
        }
    }
}

/// File descriptors kept for ourselves: listeners, scrapes, logs, the resolver.
const OWN_DESCRIPTORS: u64 = 64;

/// How many runs fit under a limit of file descriptors: most runs hold one, some two for a moment.
#[must_use]
pub fn runs_within(descriptors: u64) -> usize {
    let ours = kept_for_ourselves(descriptors);
    usize::try_from(descriptors.saturating_sub(ours) * 2 / 3).unwrap_or(usize::MAX).max(1)
}

/// How many clients of our own web pages fit under it beside those runs: half of what is kept for ourselves.
#[must_use]
pub fn guests_within(descriptors: u64) -> usize {
    let ours = kept_for_ourselves(descriptors).min(descriptors / 2);
    usize::try_from(ours / 2).unwrap_or(usize::MAX).max(1)
}

fn kept_for_ourselves(descriptors: u64) -> u64 {
    OWN_DESCRIPTORS.max(descriptors / 16)
}

#[cfg(test)]
mod tests {
    use super::{guests_within, runs_within};

    #[test]
    fn ten_thousand_runs_fit_under_twenty_thousand_descriptors_and_few_under_256() {
        assert!(runs_within(20_000) > 12_000);
        assert_eq!(runs_within(256), 128);
        assert_eq!(runs_within(10), 1);
    }

    #[test]
    fn web_clients_leave_the_runs_their_descriptors() {
        assert!(guests_within(20_000) > 256);
        assert_eq!((guests_within(256), guests_within(1024), guests_within(10)), (32, 32, 2));
        for descriptors in [128, 256, 1024, 4096, 20_000] {
            // Some runs hold two descriptors for a moment.
            let held = runs_within(descriptors) * 3 / 2 + guests_within(descriptors);
            assert!(u64::try_from(held).unwrap() < descriptors, "{held} of {descriptors}");
        }
    }
}
