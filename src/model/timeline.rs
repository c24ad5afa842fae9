//! What happened during one run, in order: the log that `emc probe` and `/runs/<id>` show.

use std::time::Duration;

use serde::{Serialize, Serializer};

use crate::model::text::presentable;

/// The most events one run keeps; a server cannot make a run remember more.
pub const EVENTS_MAX: usize = 100;
/// The longest text of one event, in characters.
const EVENT_TEXT_MAX: usize = 300;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Event {
    /// Since the start of the run.
    #[serde(rename = "after_seconds", serialize_with = "seconds")]
    pub after: Duration,
    /// What happened: a word of ours such as `connected`, `tls`, `redirect`.
    pub what: &'static str,
    /// Particulars; may hold a server's words, made presentable.
    pub detail: String,
}

/// The events of one run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Timeline(Vec<Event>);

impl Timeline {
    /// Adds an event; past [`EVENTS_MAX`] it is dropped.
    pub fn note(&mut self, after: Duration, what: &'static str, detail: &str) {
        if self.0.len() < EVENTS_MAX {
            self.0.push(Event { after, what, detail: presentable(detail, EVENT_TEXT_MAX) });
        }
    }

    /// The events in order.
    #[must_use]
    pub fn events(&self) -> &[Event] {
        &self.0
    }
}

fn seconds<S: Serializer>(value: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(value.as_secs_f64())
}
