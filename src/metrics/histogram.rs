//! A histogram of durations with the last run of each bucket as its exemplar.

use std::time::Duration;

use crate::metrics::text::micros;
use crate::model::id::RunId;

/// A run that fell into a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Exemplar {
    /// Which run.
    pub(crate) run_id: RunId,
    /// How long it took, in microseconds.
    pub(crate) micros: u64,
    /// When it ended, in milliseconds of Unix time.
    pub(crate) at_millis: i64,
}

/// One bucket; its bound stands in the settings, once for all probes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bucket {
    /// Runs in this bucket alone.
    pub(crate) count: u64,
    /// The last of them.
    pub(crate) exemplar: Option<Exemplar>,
}

/// Counts by bucket, the last one being `+Inf`.
#[derive(Debug)]
pub(crate) struct Histogram {
    /// One bucket for each bound and one for the rest.
    pub(crate) buckets: Box<[Bucket]>,
    /// Sum of all runs.
    pub(crate) sum: Duration,
}

impl Histogram {
    /// An empty histogram for so many finite bounds.
    pub(crate) fn new(bounds: usize) -> Self {
        Self { buckets: vec![Bucket::default(); bounds + 1].into(), sum: Duration::ZERO }
    }

    /// Adds a run. `bounds` are in microseconds, ascending.
    pub(crate) fn observe(&mut self, bounds: &[u64], spent: Duration, run_id: RunId, at_millis: i64) {
        let micros = micros(spent);
        let index = bounds.partition_point(|bound| *bound < micros);
        self.sum = self.sum.saturating_add(spent);
        if let Some(bucket) = self.buckets.get_mut(index) {
            bucket.count += 1;
            bucket.exemplar = Some(Exemplar { run_id, micros, at_millis });
        }
    }
}
