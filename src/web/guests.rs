//! Who is connected: a bounded number, and when one more comes, whoever was silent for longest must go.
//!
//! So idle connections, however many, cannot keep a scrape out, and a slow reader goes before a quick one.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

/// Whoever moved data within this time is not sent away for a newcomer.
const AT_WORK: Duration = Duration::from_secs(1);

/// One connection, as seen by all.
#[derive(Debug)]
pub(crate) struct Guest {
    begun: Instant,
    /// Milliseconds after `begun` at which data last moved.
    moved: AtomicU64,
    /// Cancelled when the connection must be closed at once.
    pub(crate) leave: CancellationToken,
}

impl Guest {
    /// Data moved just now.
    pub(crate) fn touch(&self) {
        let since = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.moved.store(since, Ordering::Relaxed);
    }

    fn moved_at(&self) -> Instant {
        self.begun + Duration::from_millis(self.moved.load(Ordering::Relaxed))
    }
}

/// All connections.
#[derive(Debug)]
pub(crate) struct Guests {
    most: usize,
    open: Mutex<Register>,
}

#[derive(Debug, Default)]
struct Register {
    next: u64,
    guests: HashMap<u64, Arc<Guest>>,
}

impl Guests {
    pub(crate) fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { most: most.max(1), open: Mutex::default() })
    }

    /// A seat for a new connection, `None` if all others are at work.
    pub(crate) fn admit(self: &Arc<Self>) -> Option<Seat> {
        let mut register = self.register();
        if register.guests.len() >= self.most {
            let now = Instant::now();
            let idle = register.guests.iter().min_by_key(|(_, guest)| guest.moved_at());
            let (number, guest) = idle.filter(|(_, guest)| now - guest.moved_at() >= AT_WORK)?;
            guest.leave.cancel();
            let number = *number;
            register.guests.remove(&number);
        }
        let number = register.next;
        register.next += 1;
        let leave = CancellationToken::new();
        let guest = Arc::new(Guest { begun: Instant::now(), moved: AtomicU64::new(0), leave });
        register.guests.insert(number, Arc::clone(&guest));
        drop(register);
        Some(Seat { guest, number, guests: Arc::clone(self) })
    }

    /// How many are connected.
    pub(crate) fn count(&self) -> usize {
        self.register().guests.len()
    }

    fn register(&self) -> MutexGuard<'_, Register> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place among the guests, free again when dropped.
#[derive(Debug)]
pub(crate) struct Seat {
    /// Who sits there.
    pub(crate) guest: Arc<Guest>,
    number: u64,
    guests: Arc<Guests>,
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.guests.register().guests.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guest_that_was_silent_longest_makes_room() {
        let guests = Guests::new(2);
        let old = Instant::now().checked_sub(Duration::from_secs(60)).unwrap();
        let first = guests.admit().unwrap();
        let second = guests.admit().unwrap();
        assert!(guests.admit().is_none(), "both have only just come");
        for seat in [&first, &second] {
            let guest = Guest { begun: old, moved: AtomicU64::new(0), leave: seat.guest.leave.clone() };
            guests.register().guests.insert(seat.number, Arc::new(guest));
        }
        guests.register().guests[&first.number].touch();
        let third = guests.admit().unwrap();
        assert!(second.guest.leave.is_cancelled() && !first.guest.leave.is_cancelled());
        drop(second);
        assert_eq!(guests.count(), 2);
        drop((first, third));
        assert_eq!(guests.count(), 0);
    }
}
