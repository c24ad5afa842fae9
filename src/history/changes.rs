//! What a batch changes in sums and stretches, whichever store writes it. Sorted, so that writers who meet at a server
//! wait for each other and never in a circle.

use std::collections::{BTreeMap, HashMap};

use crate::history::record::{Record, micros, span_micros};
use crate::history::stretch::{Seen, Step, Stretch, Sums, follow};

/// What changed in a batch, written once at its end however many runs it holds.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    /// Sums, by step, its beginning and the series.
    pub(crate) sums: BTreeMap<(Step, i64, i64), Sums>,
    /// Stretches, by their beginning and the series.
    pub(crate) stretches: BTreeMap<(i64, i64), Stretch>,
}

impl Changes {
    /// Takes in a run.
    pub(crate) fn add(&mut self, newest: &mut HashMap<i64, Stretch>, series: i64, record: &Record) {
        let (at, spent) = (micros(record.at), span_micros(record.duration));
        for step in Step::ALL {
            self.sums.entry((step, step.floor(at), series)).or_default().add(record.raw.status, spent);
        }
        let seen = Seen {
            at,
            every: span_micros(record.every),
            timeout: span_micros(record.timeout),
            status: record.confirmed.status.as_str(),
            reason: record.confirmed.reason,
        };
        self.see(newest, series, &seen);
    }

    /// Takes in what a run says of stretches.
    pub(crate) fn see(&mut self, newest: &mut HashMap<i64, Stretch>, series: i64, seen: &Seen<'_>) {
        for stretch in follow(newest.get(&series), seen) {
            self.stretches.insert((stretch.began, series), stretch.clone());
            newest.insert(series, stretch);
        }
    }
}
