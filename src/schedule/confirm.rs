//! Whether a status flips: only after `confirm` further runs in a row agree that the old one no longer holds. Pure.
//!
//! A portal that keeps flipping under the threshold is neither up nor down: it is degraded, reason `flapping`.

use crate::model::reason::Reason;
use crate::model::status::Status;

/// How many of the last runs are looked at for flapping.
const WINDOW: u32 = 12;
/// How many changes between good and bad among them make a portal flap.
const CHANGES: u32 = 6;

/// What is shown of a probe: the status after `confirm`, and its reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Confirmed {
    /// The status shown.
    pub status: Status,
    /// Its reason; `None` when up, and before anything was confirmed.
    pub reason: Option<Reason>,
}

/// The memory of one probe's last runs.
#[derive(Clone, Copy, Debug, Default)]
pub struct Confirmation {
    settled: Option<Confirmed>,
    dissenting: u32,
    /// One bit per run, newest lowest: 1 for good. Judged only once the window is full.
    recent: u32,
    seen: u32,
}

impl Confirmation {
    /// What is shown now. Before the first confirmed run nothing is known.
    #[must_use]
    pub fn shown(&self) -> Confirmed {
        let settled = self.settled.unwrap_or(Confirmed { status: Status::Unknown, reason: None });
        if settled.status == Status::Up && self.is_flapping() {
            return Confirmed { status: Reason::Flapping.status(), reason: Some(Reason::Flapping) };
        }
        settled
    }

    /// Takes in a run. Answers whether a retest is wanted before the next beat.
    pub fn take(&mut self, status: Status, reason: Option<Reason>, confirm: u32) -> bool {
        self.remember(status);
        if self.settled.is_some_and(|settled| settled.status == status) {
            self.dissenting = 0;
            self.settled = Some(Confirmed { status, reason });
            return false;
        }
        self.dissenting += 1;
        let first_good = self.settled.is_none() && status == Status::Up;
        if first_good || self.dissenting > confirm {
            self.settled = Some(Confirmed { status, reason });
            self.dissenting = 0;
            return false;
        }
        true
    }

    /// An unknown run says nothing about the portal, so it is no sign of flapping either.
    fn remember(&mut self, status: Status) {
        if status != Status::Unknown {
            self.recent = (self.recent << 1) | u32::from(status != Status::Down);
            self.seen = (self.seen + 1).min(WINDOW);
        }
    }

    fn is_flapping(&self) -> bool {
        let changes = (self.recent ^ (self.recent >> 1)) & ((1 << (WINDOW - 1)) - 1);
        self.seen == WINDOW && changes.count_ones() >= CHANGES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(confirmation: &mut Confirmation, status: Status, confirm: u32) -> (Status, bool) {
        let reason = (status == Status::Down).then_some(Reason::Status);
        let retest = confirmation.take(status, reason, confirm);
        (confirmation.shown().status, retest)
    }

    #[test]
    fn one_bad_run_does_not_flip_a_confirmed_status() {
        let mut memory = Confirmation::default();
        assert_eq!(run(&mut memory, Status::Up, 2), (Status::Up, false));
        assert_eq!(run(&mut memory, Status::Down, 2), (Status::Up, true));
        assert_eq!(run(&mut memory, Status::Up, 2), (Status::Up, false));
    }

    #[test]
    fn a_real_outage_flips_after_the_retests() {
        let mut memory = Confirmation::default();
        run(&mut memory, Status::Up, 2);
        assert_eq!(run(&mut memory, Status::Down, 2), (Status::Up, true));
        assert_eq!(run(&mut memory, Status::Down, 2), (Status::Up, true));
        assert_eq!(run(&mut memory, Status::Down, 2), (Status::Down, false));
        assert_eq!(memory.shown().reason, Some(Reason::Status));
    }

    #[test]
    fn nothing_is_known_until_a_first_outage_is_confirmed() {
        let mut memory = Confirmation::default();
        assert_eq!(memory.shown(), Confirmed { status: Status::Unknown, reason: None });
        assert_eq!(run(&mut memory, Status::Down, 1), (Status::Unknown, true));
        assert_eq!(run(&mut memory, Status::Down, 1), (Status::Down, false));
    }

    #[test]
    fn without_confirm_every_run_counts() {
        let mut memory = Confirmation::default();
        for status in [Status::Up, Status::Down, Status::Degraded, Status::Unknown] {
            assert_eq!(run(&mut memory, status, 0), (status, false));
        }
    }

    #[test]
    fn a_portal_that_fails_every_other_time_flaps() {
        let mut memory = Confirmation::default();
        for _ in 0..20 {
            run(&mut memory, Status::Up, 2);
            run(&mut memory, Status::Down, 2);
        }
        assert_eq!(memory.shown().reason, Some(Reason::Flapping));
        for _ in 0..12 {
            run(&mut memory, Status::Up, 2);
        }
        assert_eq!(memory.shown(), Confirmed { status: Status::Up, reason: None });
    }

    #[test]
    fn one_lost_answer_in_fifty_never_shows() {
        let mut memory = Confirmation::default();
        for number in 0..5000 {
            let status = if number % 50 == 49 { Status::Down } else { Status::Up };
            assert_eq!(run(&mut memory, status, 2).0, Status::Up);
        }
    }
}
