//! What one run carries through the network: its deadline, its start and its log.

use std::time::{Duration, Instant};

use crate::model::timeline::Timeline;
use crate::net::deadline::Deadline;
use crate::net::guard::Grants;

/// One run of one probe, while it lasts.
#[derive(Debug)]
pub struct Run {
    /// When it must be over.
    pub deadline: Deadline,
    /// When it began.
    pub began: Instant,
    /// What happened so far.
    pub timeline: Timeline,
    /// Special addresses that a server may name, because the probe itself does.
    pub(crate) grants: Grants,
}

impl Run {
    /// Begins a run that may last `timeout`.
    #[must_use]
    pub fn begin(timeout: Duration) -> Self {
        let began = Instant::now();
        Self {
            deadline: Deadline::after(timeout),
            began,
            timeline: Timeline::default(),
            grants: Grants::default(),
        }
    }

    /// Notes an event now.
    pub fn note(&mut self, what: &'static str, detail: &str) {
        self.timeline.note(self.began.elapsed(), what, detail);
    }
}
