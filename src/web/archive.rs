//! Runs that are no longer in memory: asked of whatever the application hands in, which may be a disk or a server far
//! away. So it is asked beside the event loop, by a few at a time, and given up after a while.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use tokio::sync::Semaphore;

use crate::model::id::RunId;
use crate::web::stream::pause;

/// How many runs are looked for at once; whoever comes then is asked to come again.
const AT_ONCE: usize = 4;
/// How long a reader waits.
const PATIENCE: Duration = Duration::from_secs(3);

/// A run that was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Kept {
    /// The published result, where it was kept whole; else its head: which probe, when, how it was, how long each phase took.
    pub json: String,
    /// What its findings wanted and found, in Vietnamese and in their order; empty where it reads as in English.
    pub vietnamese: Vec<(String, String)>,
}

/// Looks for a run; may block. `None` where it is not kept.
///
/// # Errors
/// What stood in the way, for the log.
pub type Find = Box<dyn Fn(RunId) -> Result<Option<Kept>, String> + Send + Sync>;

/// What became of looking for a run.
#[derive(Debug, PartialEq)]
pub(crate) enum Found {
    /// Here it is.
    Kept(Kept),
    /// It is not kept, or nothing is.
    Nowhere,
    /// It could not be told in time, or for too many who ask.
    NotNow,
}

/// Where runs are looked for. Empty where no history is kept.
pub struct Archive {
    find: ArcSwapOption<Find>,
    readers: Arc<Semaphore>,
}

impl Default for Archive {
    fn default() -> Self {
        Self { find: ArcSwapOption::empty(), readers: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

impl fmt::Debug for Archive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Archive").field("free", &self.readers.available_permits()).finish_non_exhaustive()
    }
}

impl Archive {
    /// From now on runs are looked for so, or not at all.
    pub fn hand_in(&self, find: Option<Find>) {
        self.find.store(find.map(Arc::new));
    }

    /// Looks for a run. One that is given up goes on in its thread and keeps its place until it ends.
    pub(crate) async fn find(&self, run: RunId) -> Found {
        let Some(find) = self.find.load_full() else { return Found::Nowhere };
        let Ok(place) = Arc::clone(&self.readers).try_acquire_owned() else { return Found::NotNow };
        let looking = tokio::task::spawn_blocking(move || {
            let _place = place;
            find(run)
        });
        let found = tokio::select! {
            found = looking => found.map_err(|broken| broken.to_string()).flatten(),
            () = pause(PATIENCE) => Err("it took too long".to_owned()),
        };
        match found {
            Ok(Some(kept)) => Found::Kept(kept),
            Ok(None) => Found::Nowhere,
            Err(reason) => {
                tracing::warn!(%run, reason, "a run could not be looked up in history");
                Found::NotNow
            }
        }
    }
}
