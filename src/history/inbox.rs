//! Where records wait for the thread that writes them: handing one in is a push under a lock and wakes nobody.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::history::record::Record;

/// Whether more records may come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Door {
    /// They may.
    Open,
    /// None will.
    Closed,
}

/// Records that wait. Whoever hands them in counts them, and stops where there are too many.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    waiting: Mutex<Waiting>,
    closing: Condvar,
}

#[derive(Debug, Default)]
struct Waiting {
    records: Vec<Record>,
    closed: bool,
}

impl Inbox {
    /// Puts a record with those that wait.
    pub(super) fn put(&self, record: Record) {
        self.waiting().records.push(record);
    }

    /// Says that no more will come, to a thread that may be sleeping.
    pub(super) fn close(&self) {
        self.waiting().closed = true;
        self.closing.notify_all();
    }

    /// Sleeps for so long, or until nothing more will come.
    pub(super) fn sleep(&self, time: Duration) -> Door {
        let slept = self.closing.wait_timeout_while(self.waiting(), time, |waiting| !waiting.closed);
        let (waiting, _) = slept.unwrap_or_else(PoisonError::into_inner);
        if waiting.closed { Door::Closed } else { Door::Open }
    }

    /// Moves the oldest of those that wait into a batch, until it holds `most`.
    pub(super) fn take(&self, batch: &mut Vec<Record>, most: usize) {
        let mut waiting = self.waiting();
        let number = waiting.records.len().min(most.saturating_sub(batch.len()));
        batch.extend(waiting.records.drain(..number));
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
