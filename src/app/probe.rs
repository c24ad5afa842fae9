//! `emc probe`: runs probes once, now.

use std::time::Duration;

use crate::model::result::ProbeResult;

/// One run and what it was allowed.
#[derive(Clone, Debug)]
pub struct ProbeRun {
    /// What came of it.
    pub result: ProbeResult,
    /// Whether the probe stands in the configuration; else it was given on the command line.
    pub configured: bool,
    /// How long it might have lasted.
    pub timeout: Duration,
    /// From when on it would have been slow, where that was asked for.
    pub slow_after: Option<Duration>,
}
