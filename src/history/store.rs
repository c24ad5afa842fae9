//! The one trait of every store, what it is asked, and how it fails.

use std::path::Path;

use chrono::{DateTime, Utc};

use crate::history::evidence::Evidence;
use crate::history::record::{Record, StoredRun};
use crate::history::stretch::Step;
use crate::model::id::RunId;
use crate::model::status::Status;
use crate::model::text::Text;
use crate::slo::availability::Counts;
use crate::slo::interval::Interval;

/// Keeps what happened. One writer uses it for writing; readers open their own.
pub trait Store: Send {
    /// Writes a batch as a whole: after `Ok` it survives the end of the process and of power. A run that is there
    /// already is left as it is, so that a batch may be handed in again.
    ///
    /// # Errors
    /// [`StoreError`]; nothing of the batch counts as written.
    fn commit(&mut self, batch: &[Record]) -> Result<(), StoreError>;

    /// Removes a portion of what is older than it is kept. Answers whether more is left to remove.
    ///
    /// # Errors
    /// [`StoreError`].
    fn trim(&mut self, now: DateTime<Utc>) -> Result<bool, StoreError>;

    /// Runs, newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    fn runs(&mut self, query: &RunQuery) -> Result<Vec<StoredRun>, StoreError>;

    /// The whole result of a run, where it was kept as evidence.
    ///
    /// # Errors
    /// [`StoreError`].
    fn evidence(&mut self, run: RunId) -> Result<Option<Evidence>, StoreError>;

    /// How each probe stood, by the beginning of each stretch.
    ///
    /// # Errors
    /// [`StoreError`].
    fn stretches(&mut self, within: &Interval) -> Result<Vec<StoredStretch>, StoreError>;

    /// Runs summed up, by time; steps that begin within the interval.
    ///
    /// # Errors
    /// [`StoreError`].
    fn totals(&mut self, step: Step, within: &Interval) -> Result<Vec<Total>, StoreError>;

    /// Copies everything into a new file while others go on writing.
    ///
    /// # Errors
    /// [`StoreError`].
    fn backup(&mut self, to: &Path) -> Result<(), StoreError>;

    /// Gives unused room back to the system.
    ///
    /// # Errors
    /// [`StoreError`].
    fn vacuum(&mut self) -> Result<(), StoreError>;
}

/// Which series, as the store names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StoredSeries {
    /// Where it was measured from.
    pub location: String,
    /// Whose portal.
    pub authority: String,
    /// Which portal.
    pub portal: String,
    /// Which probe.
    pub probe: String,
}

/// A stretch of time in which a probe stood the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredStretch {
    /// Whose.
    pub series: StoredSeries,
    /// When, cut to what was asked for.
    pub interval: Interval,
    /// How it stood, after `confirm`.
    pub status: Status,
    /// Why; empty when up.
    pub reason: String,
}

/// Runs of one series, summed up.
#[derive(Clone, Debug, PartialEq)]
pub struct Total {
    /// Whose.
    pub series: StoredSeries,
    /// Where the step begins.
    pub at: DateTime<Utc>,
    /// Runs by their own status.
    pub counts: Counts,
    /// Time of all runs, in seconds.
    pub spent_seconds: f64,
    /// The longest, in seconds.
    pub longest_seconds: f64,
}

/// Which runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunQuery {
    /// Only the run of this id.
    pub run: Option<RunId>,
    /// Only this authority.
    pub authority: Option<String>,
    /// Only this portal.
    pub portal: Option<String>,
    /// Only this probe.
    pub probe: Option<String>,
    /// Only runs that began then or later.
    pub since: Option<DateTime<Utc>>,
    /// Only runs that began before.
    pub until: Option<DateTime<Utc>>,
    /// Only this status; of the run itself, not the confirmed one.
    pub status: Option<Status>,
    /// The most runs.
    pub most: usize,
}

impl RunQuery {
    /// Asks for one run. Its id tells when it began, so that no more than a minute of runs is looked through.
    #[must_use]
    pub fn of_run(run: RunId) -> Self {
        let (since, until) = run.began_within();
        Self { run: Some(run), since: Some(since), until: Some(until), most: 1, ..Self::default() }
    }
}

/// Why history cannot be written or read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// What is there is damaged.
    #[error("history is damaged: {0}")]
    Corrupt(String),
    /// It cannot be reached, or there is no room; may be well again later.
    #[error("history is not available: {0}")]
    Unavailable(String),
    /// These records will never be taken.
    #[error("history refuses records: {0}")]
    Refused(String),
    /// A later version of `emc` wrote it.
    #[error("history was written by a later version of emc: its schema is {found}, ours {known}")]
    Later {
        /// The version of the schema that is there.
        found: i64,
        /// The latest that we know.
        known: i64,
    },
    /// There is none.
    #[error("there is no history at \"{0}\"")]
    Missing(String),
    /// This store has no such function; a sentence about what to use instead.
    #[error("{}", .0.en)]
    Unsupported(Text),
}
