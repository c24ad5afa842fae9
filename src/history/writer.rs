//! The thread that writes: takes records from a bounded queue, commits what has gathered within a second, and keeps
//! trying while the store cannot take it. Whoever hands a record in never waits.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

use crate::history::inbox::{Door, Inbox};
use crate::history::open;
use crate::history::record::Record;
use crate::history::settings::Settings;
use crate::history::store::{Store, StoreError};

/// How often what has come is committed. Each commit is a wait for the disk, and each wake of the thread costs a share of
/// a probe, so the thread sleeps meanwhile.
const GATHER: Duration = Duration::from_millis(900);
/// The most records of one batch.
const BATCH_MAX: usize = 5_000;
/// The first pause after a failure; each further one is twice as long.
const PAUSE: Duration = Duration::from_millis(250);
/// The longest pause after a failure.
const PAUSE_MAX: Duration = Duration::from_secs(5);
/// How often what is too old is looked for.
const TRIM_EVERY: Duration = Duration::from_secs(600);

/// What became of records so far, for metrics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Records that wait.
    pub queued: usize,
    /// Records committed.
    pub committed: u64,
    /// Records lost: the queue was full, or the store will never take them.
    pub dropped: u64,
    /// Attempts to write that failed.
    pub errors: u64,
    /// How often a damaged history was moved aside.
    pub corrupt: u64,
}

#[derive(Debug, Default)]
struct Counts {
    queued: AtomicUsize,
    committed: AtomicU64,
    dropped: AtomicU64,
    errors: AtomicU64,
    corrupt: AtomicU64,
}

/// Hands records to the thread that writes.
#[derive(Debug)]
pub struct Writer {
    inbox: Arc<Inbox>,
    /// How many records may wait.
    room: usize,
    ended: Receiver<()>,
    counts: Arc<Counts>,
}

impl Writer {
    /// Starts the thread. A store that cannot be opened now is tried again and again.
    ///
    /// # Errors
    /// The system's, if there can be no thread.
    pub fn start(settings: Settings, clock: fn() -> DateTime<Utc>) -> io::Result<Self> {
        let room = settings.queue.max(1);
        let inbox = Arc::new(Inbox::default());
        let (end, ended) = channel();
        let counts = Arc::new(Counts::default());
        let desk = Desk {
            settings,
            clock,
            inbox: Arc::clone(&inbox),
            counts: Arc::clone(&counts),
            store: None,
            batch: Vec::new(),
            failing: None,
            trimmed: None,
        };
        thread::Builder::new().name("history".to_owned()).spawn(move || {
            desk.work();
            drop(end);
        })?;
        Ok(Self { inbox, room, ended, counts })
    }

    /// Hands a record in; it is dropped and counted where there is no room.
    pub fn put(&self, record: Record) {
        if self.counts.queued.fetch_add(1, Ordering::Relaxed) < self.room {
            self.inbox.put(record);
        } else {
            self.counts.queued.fetch_sub(1, Ordering::Relaxed);
            self.counts.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// What became of records so far.
    #[must_use]
    pub fn figures(&self) -> Figures {
        self.counts.read()
    }

    /// Lets the thread write what waits, for so long at most. Answers how many records were left unwritten.
    #[must_use]
    pub fn finish(self, patience: Duration) -> usize {
        self.inbox.close();
        // Nothing is ever sent: the thread's end closes the channel.
        let _ = self.ended.recv_timeout(patience);
        self.counts.queued.load(Ordering::Relaxed)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.inbox.close();
    }
}

impl Counts {
    fn read(&self) -> Figures {
        Figures {
            queued: self.queued.load(Ordering::Relaxed),
            committed: self.committed.load(Ordering::Relaxed),
            dropped: self.dropped.load(Ordering::Relaxed),
            errors: self.errors.load(Ordering::Relaxed),
            corrupt: self.corrupt.load(Ordering::Relaxed),
        }
    }
}

/// What the thread works with.
struct Desk {
    settings: Settings,
    clock: fn() -> DateTime<Utc>,
    inbox: Arc<Inbox>,
    counts: Arc<Counts>,
    store: Option<Box<dyn Store>>,
    batch: Vec<Record>,
    /// How long to pause before the next attempt; `None` while all is well.
    failing: Option<Duration>,
    trimmed: Option<Instant>,
}

impl Desk {
    fn work(mut self) {
        loop {
            let door = self.gather();
            if !self.batch.is_empty() || self.store.is_none() {
                self.attempt();
            }
            if door == Door::Closed && (self.batch.is_empty() || self.failing.is_some()) {
                return;
            }
            if self.failing.is_none() {
                self.trim();
            }
        }
    }

    /// Sleeps while records come, or after a failure for a while, and then takes what has come.
    fn gather(&mut self) -> Door {
        let door = match self.failing {
            None if self.store.is_none() => Door::Open,
            None => self.inbox.sleep(GATHER),
            Some(pause) => self.inbox.sleep(pause),
        };
        self.inbox.take(&mut self.batch, BATCH_MAX);
        door
    }

    fn attempt(&mut self) {
        match self.commit() {
            Ok(()) => self.succeeded(),
            Err(StoreError::Corrupt(what)) => self.begin_anew(&what),
            Err(StoreError::Refused(what)) => self.forget_batch(&what),
            Err(error) => self.failed(&error),
        }
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        let store = match &mut self.store {
            Some(store) => store,
            empty => empty.insert(open::to_write(&self.settings)?),
        };
        if self.batch.is_empty() { Ok(()) } else { store.commit(&self.batch) }
    }

    fn succeeded(&mut self) {
        let number = self.batch.len();
        self.counts.queued.fetch_sub(number, Ordering::Relaxed);
        self.counts.committed.fetch_add(number as u64, Ordering::Relaxed);
        self.batch.clear();
        if self.failing.take().is_some() {
            tracing::info!("history is written again");
        }
    }

    fn failed(&mut self, error: &StoreError) {
        self.counts.errors.fetch_add(1, Ordering::Relaxed);
        // A store that failed is opened anew: its connection may be what is broken.
        self.store = None;
        match self.failing {
            None => {
                let reason = error.to_string();
                tracing::error!(
                    reason,
                    "history cannot be written: results wait, and are dropped when too many do"
                );
                self.failing = Some(PAUSE);
            }
            Some(pause) => self.failing = Some((pause * 2).min(PAUSE_MAX)),
        }
    }

    /// A damaged file is kept for whoever wants to look at it, and a new one begun.
    fn begin_anew(&mut self, what: &str) {
        self.store = None;
        match open::move_aside(&self.settings, (self.clock)()) {
            Ok(aside) => {
                self.counts.corrupt.fetch_add(1, Ordering::Relaxed);
                let file = aside.display().to_string();
                tracing::error!(
                    reason = what,
                    file,
                    "history is damaged: it was moved aside and a new one begun"
                );
                match self.commit() {
                    Ok(()) => self.succeeded(),
                    Err(error) => self.failed(&error),
                }
            }
            Err(error) => self.failed(&error),
        }
    }

    fn forget_batch(&mut self, what: &str) {
        let number = self.batch.len();
        tracing::error!(reason = what, results = number, "history refuses results: they are dropped");
        self.counts.errors.fetch_add(1, Ordering::Relaxed);
        self.counts.queued.fetch_sub(number, Ordering::Relaxed);
        self.counts.dropped.fetch_add(number as u64, Ordering::Relaxed);
        self.batch.clear();
    }

    /// Removes what is too old, a portion after each commit until nothing is left to remove.
    fn trim(&mut self) {
        let due = self.trimmed.is_none_or(|last| last.elapsed() >= TRIM_EVERY);
        let Some(store) = self.store.as_mut().filter(|_| due) else { return };
        match store.trim((self.clock)()) {
            Ok(true) => {}
            Ok(false) => self.trimmed = Some(Instant::now()),
            Err(error) => {
                tracing::warn!(reason = error.to_string(), "old history could not be removed");
                self.trimmed = Some(Instant::now());
            }
        }
    }
}
