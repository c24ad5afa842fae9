//! Who is connected: a bounded number, and when one more comes, somebody who gets no further must go.
//!
//! What counts is what we had to do for a guest: a request that came whole, bytes of an answer taken. What a client sends
//! in crumbs counts for nothing, so that neither idle connections nor dripping ones, however many, keep a scrape out; and
//! a slow reader goes before a quick one.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use crate::web::stream::pause;

/// Whoever asked, or took of an answer, within this time is not sent away for a newcomer.
const AT_WORK: Duration = Duration::from_secs(1);
/// How long everybody has to send a request, however many others wait before the door.
const WELCOME: Duration = Duration::from_millis(200);

/// One connection, as seen by all.
#[derive(Debug)]
pub(crate) struct Guest {
    begun: Instant,
    /// Milliseconds after `begun` at which it last got further.
    moved: AtomicU64,
    /// Whether a request of it ever came whole.
    asked: AtomicBool,
    /// Cancelled when the connection must be closed at once.
    pub(crate) leave: CancellationToken,
}

impl Guest {
    fn new(begun: Instant) -> Self {
        let leave = CancellationToken::new();
        Self { begun, moved: AtomicU64::new(0), asked: AtomicBool::new(false), leave }
    }

    /// It took bytes of an answer just now.
    pub(crate) fn touch(&self) {
        let since = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.moved.store(since, Ordering::Relaxed);
    }

    /// A request of it came whole just now.
    pub(crate) fn ask(&self) {
        self.asked.store(true, Ordering::Relaxed);
        self.touch();
    }

    fn moved_at(&self) -> Instant {
        self.begun + Duration::from_millis(self.moved.load(Ordering::Relaxed))
    }

    fn has_asked(&self) -> bool {
        self.asked.load(Ordering::Relaxed)
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

impl Register {
    /// Who goes for a newcomer, and after how long: whoever had time to ask and did not; else whoever got no further for
    /// longest; where all did lately, whoever came first of those that have not asked yet. That order keeps whoever is
    /// being served from paying for a machine on which we ourselves are slow.
    fn dispensable(&self, now: Instant) -> Option<(u64, Duration)> {
        let age = |guest: &Guest| now.saturating_duration_since(guest.begun);
        let still = |guest: &Guest| now.saturating_duration_since(guest.moved_at());
        let all = || self.guests.iter().map(|(number, guest)| (number, guest.as_ref()));
        let silent = || all().filter(|(_, guest)| !guest.has_asked());
        let stillest = |(_, guest): &(&u64, &Guest)| guest.moved_at();
        let overdue = silent().filter(|(_, guest)| age(guest) >= WELCOME).min_by_key(stillest);
        let idle = || all().min_by_key(stillest).filter(|(_, guest)| still(guest) >= AT_WORK);
        let newcomer = || silent().min_by_key(|(_, guest)| guest.begun);
        let (number, guest) = overdue.or_else(idle).or_else(newcomer)?;
        Some((*number, WELCOME.saturating_sub(age(guest))))
    }
}

impl Guests {
    pub(crate) fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { most: most.max(1), open: Mutex::default() })
    }

    /// A seat for a new connection, `None` if all others are at work. Where the others have only just come it waits for
    /// one; meanwhile the kernel keeps whoever else knocks, in order, so that the first to knock is the first to come in.
    pub(crate) async fn admit(self: &Arc<Self>) -> Option<Seat> {
        loop {
            match self.admit_at(Instant::now()) {
                Admission::Seat(seat) => return Some(seat),
                Admission::Full => return None,
                Admission::Wait(span) => pause(span).await,
            }
        }
    }

    fn admit_at(self: &Arc<Self>, now: Instant) -> Admission {
        let mut register = self.register();
        if register.guests.len() >= self.most {
            let Some((number, wait)) = register.dispensable(now) else { return Admission::Full };
            if !wait.is_zero() {
                return Admission::Wait(wait);
            }
            if let Some(guest) = register.guests.remove(&number) {
                guest.leave.cancel();
            }
        }
        let number = register.next;
        register.next += 1;
        let guest = Arc::new(Guest::new(Instant::now()));
        register.guests.insert(number, Arc::clone(&guest));
        drop(register);
        Admission::Seat(Seat { guest, number, guests: Arc::clone(self) })
    }

    /// How many are connected.
    pub(crate) fn count(&self) -> usize {
        self.register().guests.len()
    }

    fn register(&self) -> MutexGuard<'_, Register> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What becomes of whoever knocks.
#[derive(Debug)]
enum Admission {
    /// It may come in.
    Seat(Seat),
    /// It has to wait so long for a seat.
    Wait(Duration),
    /// There is none to be had.
    Full,
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

    fn seat(guests: &Arc<Guests>, now: Instant) -> Option<Seat> {
        match guests.admit_at(now) {
            Admission::Seat(seat) => Some(seat),
            Admission::Wait(_) | Admission::Full => None,
        }
    }

    #[test]
    fn the_guest_that_got_no_further_for_longest_makes_room() {
        let (guests, now) = (Guests::new(2), Instant::now());
        let (first, second) = (seat(&guests, now).unwrap(), seat(&guests, now).unwrap());
        first.guest.moved.store(59_500, Ordering::Relaxed);
        let third = seat(&guests, now + Duration::from_secs(60)).unwrap();
        assert!(second.guest.leave.is_cancelled() && !first.guest.leave.is_cancelled());
        drop(second);
        assert_eq!(guests.count(), 2);
        drop((first, third));
        assert_eq!(guests.count(), 0);
    }

    #[test]
    fn whoever_has_not_asked_goes_before_whoever_is_served_and_has_its_time_to_ask() {
        let (guests, now) = (Guests::new(2), Instant::now());
        let (first, second) = (seat(&guests, now).unwrap(), seat(&guests, now).unwrap());
        first.guest.ask();
        assert!(matches!(guests.admit_at(Instant::now()), Admission::Wait(span) if span <= WELCOME));
        let third = seat(&guests, Instant::now() + WELCOME).unwrap();
        assert!(second.guest.leave.is_cancelled() && !first.guest.leave.is_cancelled());
        third.guest.ask();
        assert!(matches!(guests.admit_at(Instant::now()), Admission::Full), "both are being served");
    }

    #[test]
    fn whoever_is_being_served_slowly_stays_while_another_has_not_asked() {
        let (guests, now) = (Guests::new(2), Instant::now());
        let (first, second) = (seat(&guests, now).unwrap(), seat(&guests, now).unwrap());
        first.guest.ask();
        let third = seat(&guests, Instant::now() + AT_WORK * 5).unwrap();
        assert!(second.guest.leave.is_cancelled() && !first.guest.leave.is_cancelled());
        drop((first, second, third));
    }
}
