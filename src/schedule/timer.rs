//! The one thread that waits. Tokio's timer is 1.6 ms late; a thread that sleeps to a moment is 0.1 ms late.
//!
//! Alarms lie in a heap under a lock, and the thread is woken for a new one only where it rings before all others: most
//! are set for the next beat, long hence, and a thread woken for nothing costs as much as a tenth of a probe.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::prctl::set_timerslack;
use tokio::sync::mpsc;

/// How often the thread reports that it lives, so that a stall of the machine is seen.
pub(super) const TICK: Duration = Duration::from_millis(100);
/// How many alarms may wait for the engine; the thread itself waits when the engine does not keep up.
const QUEUE: usize = 1024;

/// What an alarm is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Alarm {
    /// The clock ticks.
    Tick,
    /// A beat of the probe in this slot.
    Beat(Seat),
    /// A first run or a retest of the probe in this slot, between its beats.
    Extra(Seat),
    /// A run of the probe in this slot that was put off for politeness, and has its turn reserved.
    Start(Seat),
}

/// A slot and the generation of the probe that sits in it: an alarm for a probe that has left is ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Seat {
    pub(super) slot: usize,
    pub(super) generation: u64,
}

/// An alarm that went off.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rung {
    pub(super) alarm: Alarm,
    pub(super) due: Instant,
}

/// How far the kernel may put off a wake-up to join it with others, in nanoseconds; its default is 50 microseconds.
const SLACK: u64 = 1;

/// Sets alarms. The thread ends when this is dropped.
#[derive(Debug)]
pub(super) struct Timer(Arc<Shared>);

/// What the thread and those who set alarms share.
#[derive(Debug, Default)]
struct Shared {
    book: Mutex<Book>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Book {
    alarms: BinaryHeap<Reverse<(Instant, Alarm)>>,
    closed: bool,
}

impl Timer {
    /// Starts the thread; alarms come out of the receiver in the order in which they are due.
    pub(super) fn start() -> std::io::Result<(Self, mpsc::Receiver<Rung>)> {
        let shared = Arc::new(Shared::default());
        let (ring, rung) = mpsc::channel(QUEUE);
        let timer = Self(Arc::clone(&shared));
        timer.at(Instant::now() + TICK, Alarm::Tick);
        thread::Builder::new().name("emc-timer".into()).spawn(move || wait(&shared, &ring))?;
        Ok((timer, rung))
    }

    /// Sets an alarm. A moment that has passed rings at once.
    pub(super) fn at(&self, due: Instant, alarm: Alarm) {
        if self.0.set(due, alarm) {
            self.0.changed.notify_one();
        }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        self.0.book().closed = true;
        self.0.changed.notify_one();
    }
}

impl Shared {
    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes an alarm; whether it now rings before all others.
    fn set(&self, due: Instant, alarm: Alarm) -> bool {
        let mut book = self.book();
        let first = book.alarms.peek().is_none_or(|Reverse((next, _))| due < *next);
        book.alarms.push(Reverse((due, alarm)));
        first
    }

    /// Sleeps until an alarm is due and takes it out; `None` when nobody sets alarms any more.
    fn next(&self) -> Option<Rung> {
        let mut book = self.book();
        while !book.closed {
            let now = Instant::now();
            let left =
                book.alarms.peek().map_or(TICK, |Reverse((due, _))| due.saturating_duration_since(now));
            if left.is_zero() {
                let Reverse((due, alarm)) = book.alarms.pop()?;
                return Some(Rung { alarm, due });
            }
            book = self.changed.wait_timeout(book, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        None
    }
}

fn wait(shared: &Shared, ring: &mpsc::Sender<Rung>) {
    // Where the kernel refuses, alarms are later by its own slack, and the measured lateness says so.
    let _ = set_timerslack(SLACK);
    while let Some(rung) = shared.next() {
        if ring.blocking_send(rung).is_err() {
            return;
        }
        if rung.alarm == Alarm::Tick {
            shared.set(Instant::now() + TICK, Alarm::Tick);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn beat(slot: usize) -> Alarm {
        Alarm::Beat(Seat { slot, generation: 0 })
    }

    #[test]
    fn alarms_ring_in_the_order_in_which_they_are_due() {
        let (timer, mut rung) = Timer::start().unwrap();
        let now = Instant::now();
        // The nearest last: the thread must be woken for it.
        for (slot, after) in [(3, 60), (2, 40), (1, 20)] {
            timer.at(now + Duration::from_millis(after), beat(slot));
        }
        let mut beats = std::iter::from_fn(|| rung.blocking_recv()).filter(|rung| rung.alarm != Alarm::Tick);
        for slot in 1..=3 {
            let next = beats.next().unwrap();
            assert_eq!(next.alarm, beat(slot));
            assert!(Instant::now() >= next.due);
        }
    }

    #[test]
    fn a_moment_that_has_passed_rings_at_once_and_the_thread_ends_with_its_owner() {
        let (timer, mut rung) = Timer::start().unwrap();
        timer.at(Instant::now(), beat(1));
        assert_eq!(rung.blocking_recv().unwrap().alarm, beat(1));
        drop(timer);
        while rung.blocking_recv().is_some() {}
    }
}
