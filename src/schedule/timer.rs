//! The one thread that waits. Tokio's timer is 1.6 ms late; a thread that sleeps to a moment is 0.1 ms late.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

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

/// Sets alarms. The thread ends when this is dropped.
#[derive(Debug)]
pub(super) struct Timer {
    set: Sender<(Instant, Alarm)>,
}

impl Timer {
    /// Starts the thread; alarms come out of the receiver in the order in which they are due.
    pub(super) fn start() -> std::io::Result<(Self, mpsc::Receiver<Rung>)> {
        let (set, wanted) = channel();
        let (ring, rung) = mpsc::channel(QUEUE);
        thread::Builder::new().name("emc-timer".into()).spawn(move || wait(&wanted, &ring))?;
        Ok((Self { set }, rung))
    }

    /// Sets an alarm. A moment that has passed rings at once.
    pub(super) fn at(&self, due: Instant, alarm: Alarm) {
        // The thread ends only when the engine has dropped its receiver: then nobody wants to hear the alarm.
        let _ = self.set.send((due, alarm));
    }
}

fn wait(wanted: &Receiver<(Instant, Alarm)>, ring: &mpsc::Sender<Rung>) {
    let mut alarms = BinaryHeap::from([Reverse((Instant::now() + TICK, Alarm::Tick))]);
    loop {
        let now = Instant::now();
        let next = alarms.peek().map_or(TICK, |Reverse((due, _))| due.saturating_duration_since(now));
        if next.is_zero() {
            let Some(Reverse((due, alarm))) = alarms.pop() else { continue };
            if ring.blocking_send(Rung { alarm, due }).is_err() {
                return;
            }
            if alarm == Alarm::Tick {
                alarms.push(Reverse((Instant::now() + TICK, Alarm::Tick)));
            }
            continue;
        }
        match wanted.recv_timeout(next) {
            Ok((due, alarm)) => alarms.push(Reverse((due, alarm))),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}
