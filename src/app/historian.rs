//! Hands every result on to history, and never waits for it.

use std::time::Duration;

use crate::history::intake::{Cadence, Intake};
use crate::history::settings::Settings;
use crate::history::writer::{Figures, Writer};
use crate::model::id::ProbeId;
use crate::model::reason::Reason;
use crate::model::result::ProbeResult;
use crate::model::status::Status;
use crate::schedule::engine::Clock;

/// What history needs to know of a configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryPlan {
    /// Where and how; `None` where none is kept.
    pub settings: Option<Settings>,
    /// Where we measure from.
    pub location: String,
    /// How often each probe runs.
    pub cadences: Vec<(ProbeId, Cadence)>,
}

/// Keeps the writer of the configuration in force.
#[derive(Debug)]
pub struct Historian {
    clock: Clock,
    intake: Intake,
    settings: Option<Settings>,
    writer: Option<Writer>,
    /// What writers of earlier configurations have done: counters never go back.
    before: Figures,
}

impl Historian {
    /// Keeps nothing yet.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self { clock, intake: Intake::default(), settings: None, writer: None, before: Figures::default() }
    }

    /// A configuration is in force. Where history stays as it was, its writer goes on.
    pub fn configured(&mut self, plan: HistoryPlan) {
        self.intake.configure(&plan.location, plan.cadences);
        if plan.settings == self.settings {
            return;
        }
        self.settings = plan.settings;
        if let Some(writer) = self.writer.take() {
            let done = writer.figures();
            self.before = Figures { queued: 0, ..sum(self.before, done) };
            // Its thread writes what still waits and then ends by itself.
            drop(writer);
        }
        let started = self.settings.clone().map(|settings| Writer::start(settings, self.clock)).transpose();
        self.writer = started.unwrap_or_else(|error| {
            tracing::error!(%error, "history is not kept: there is no thread for it");
            None
        });
    }

    /// Takes in a run and what is shown of its probe from now on.
    pub fn take(&mut self, result: &ProbeResult, status: Status, reason: Option<Reason>) {
        let Some(writer) = &self.writer else { return };
        if let Some(record) = self.intake.record(result, status, reason) {
            writer.put(record);
        }
    }

    /// What became of results so far.
    #[must_use]
    pub fn figures(&self) -> Figures {
        self.writer.as_ref().map_or(self.before, |writer| sum(self.before, writer.figures()))
    }

    /// Writes what waits, for so long at most.
    pub fn finish(&mut self, patience: Duration) {
        let left = self.writer.take().map_or(0, |writer| writer.finish(patience));
        if left > 0 {
            tracing::error!(results = left, "history could not be written to the end: results are lost");
        }
    }
}

const fn sum(one: Figures, other: Figures) -> Figures {
    Figures {
        queued: one.queued + other.queued,
        committed: one.committed + other.committed,
        dropped: one.dropped + other.dropped,
        errors: one.errors + other.errors,
        corrupt: one.corrupt + other.corrupt,
    }
}
