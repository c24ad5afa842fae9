//! What the pages are made of: handed in by the application, which fills it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arc_swap::ArcSwap;
use chrono::{DateTime, Utc};
use tokio::sync::{mpsc, oneshot};

use crate::metrics::store::Store;
use crate::model::told::Told;
use crate::web::archive::Archive;
use crate::web::chronicle::Chronicle;
use crate::web::notices::Notices;
use crate::web::runs::RunLog;

/// A wish to load the configuration anew. The answer is `Err` with the diagnostics when it was refused.
#[derive(Debug)]
pub struct ReloadRequest {
    /// Where the outcome goes.
    pub answer: oneshot::Sender<Result<(), Told>>,
}

/// What the pages are made of.
#[derive(Debug)]
pub struct WebState {
    /// All series.
    pub store: Arc<Store>,
    /// Recent runs.
    pub runs: Arc<RunLog>,
    /// Takes wishes to reload; one at a time, so the queue may be short.
    pub reload: mpsc::Sender<ReloadRequest>,
    /// Tells the time of day.
    pub clock: fn() -> DateTime<Utc>,
    /// Runs that are no longer in memory.
    pub archive: Archive,
    /// What the status page knows of the past.
    pub chronicle: Chronicle,
    notices: ArcSwap<Notices>,
    config: ArcSwap<String>,
    ready: AtomicBool,
}

impl WebState {
    /// Not ready yet, and with no configuration to show.
    #[must_use]
    pub fn new(
        store: Arc<Store>,
        runs: Arc<RunLog>,
        reload: mpsc::Sender<ReloadRequest>,
        clock: fn() -> DateTime<Utc>,
    ) -> Self {
        Self {
            store,
            runs,
            reload,
            clock,
            archive: Archive::default(),
            chronicle: Chronicle::default(),
            notices: ArcSwap::default(),
            config: ArcSwap::default(),
            ready: AtomicBool::new(false),
        }
    }

    /// The first configuration is loaded and probes run (or no longer do).
    pub fn set_ready(&self, ready: bool) {
        self.ready.store(ready, Ordering::Release);
    }

    /// Whether probes run.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.ready.load(Ordering::Acquire)
    }

    /// What `/config` shows: the configuration in force, secrets already hidden.
    pub fn set_config(&self, text: String) {
        self.config.store(Arc::new(text));
    }

    /// What the operator has to say on the status page.
    pub fn set_notices(&self, notices: Notices) {
        self.notices.store(Arc::new(notices));
    }

    pub(crate) fn notices(&self) -> Arc<Notices> {
        self.notices.load_full()
    }

    pub(crate) fn config(&self) -> Arc<String> {
        self.config.load_full()
    }
}
