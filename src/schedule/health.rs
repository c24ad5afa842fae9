//! How we are ourselves: stalls of the machine, exhausted resources, a lost uplink. What we suffer from is never a
//! portal's fault.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::model::finding::{Assessment, Finding};
use crate::model::reason::{Owner, Reason};
use crate::model::status::Status;

/// So long without the CPU, and a timeout meanwhile may be our own.
const STALL: Duration = Duration::from_millis(300);
/// A tick so much late is a piece of a stall: less is the usual jitter of a busy machine.
const PIECE: Duration = Duration::from_millis(40);
/// Pieces are to blame when they make up one part of a run in so many: a long run bears more of them than a short one.
const PIECES_SHARE: u32 = 4;
/// How many stalls are remembered.
const STALLS_MAX: usize = 256;
/// How long after its last sign a fault of our own counts as present.
const PRESENT: Duration = Duration::from_secs(60);

/// What we know of ourselves.
#[derive(Debug, Default)]
pub struct Health {
    /// When each stall ended, and how long it was.
    stalls: VecDeque<(Instant, Duration)>,
    /// When each fault of our own was last seen.
    seen: Vec<(Reason, Instant)>,
    /// When the clock last ticked.
    ticked: Option<Instant>,
}

impl Health {
    /// Takes in how late a tick came.
    pub fn tick(&mut self, due: Instant, now: Instant) {
        self.ticked = Some(now);
        self.stall(now.saturating_duration_since(due), now);
    }

    /// Takes in how long after its deadline a run ended: nothing but our own lateness can make it outlast that.
    pub fn overrun(&mut self, late: Duration, ended: Instant) {
        // Many runs that end at once are each a little late: that is no sum of stalls.
        if late >= STALL {
            self.stall(late, ended);
        }
    }

    fn stall(&mut self, late: Duration, now: Instant) {
        if late >= PIECE {
            if self.stalls.len() == STALLS_MAX {
                self.stalls.pop_front();
            }
            self.stalls.push_back((now, late));
        }
        if late >= STALL {
            self.suffer(Reason::SelfOverloaded, now);
        }
    }

    /// Takes in that a tick which should come `every` so often has not come for too long. After a stall a run may end
    /// before the tick is heard that tells of the stall.
    pub fn miss_tick(&mut self, every: Duration, now: Instant) {
        if let Some(due) = self.ticked.map(|ticked| ticked + every).filter(|due| *due + STALL <= now) {
            self.tick(due, now);
        }
    }

    /// Notes a fault of our own.
    pub fn suffer(&mut self, reason: Reason, now: Instant) {
        match self.seen.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, when)) => *when = now,
            None => self.seen.push((reason, now)),
        }
    }

    /// The faults of our own that were seen within the last minute.
    #[must_use]
    pub fn present(&self, now: Instant) -> Vec<Reason> {
        let fresh = |when: &Instant| now.saturating_duration_since(*when) < PRESENT;
        self.seen.iter().filter(|(_, when)| fresh(when)).map(|(reason, _)| *reason).collect()
    }

    /// Whether the machine stalled between two moments: once for long, or in pieces that make up a good part of the time.
    #[must_use]
    pub fn stalled_between(&self, began: Instant, ended: Instant) -> bool {
        let meanwhile = self.stalls.iter().filter(|(end, length)| *end >= began && *end <= ended + *length);
        let lengths: Vec<Duration> = meanwhile.map(|(_, length)| *length).collect();
        let share = ended.saturating_duration_since(began) / PIECES_SHARE;
        lengths.iter().any(|length| *length >= STALL) || lengths.iter().sum::<Duration>() >= STALL.max(share)
    }
}

/// Whether a verdict rests on time running out or on slowness, which a stall of ours can bring about.
#[must_use]
pub fn is_about_time(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::DnsTimeout
            | Reason::ConnectTimeout
            | Reason::TimeoutTls
            | Reason::TimeoutHeaders
            | Reason::TimeoutBody
            | Reason::Slow
            | Reason::AddressPartial
    )
}

/// Whether a verdict rests on the network not carrying us there, which a lost uplink can bring about.
#[must_use]
pub fn is_about_network(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::DnsNxdomain
            | Reason::DnsServfail
            | Reason::DnsRefused
            | Reason::DnsTimeout
            | Reason::ConnectRefused
            | Reason::ConnectTimeout
            | Reason::ConnectionReset
            | Reason::ConnectionClosed
            | Reason::TimeoutTls
            | Reason::TimeoutHeaders
            | Reason::TimeoutBody
            | Reason::AddressPartial
    )
}

/// Takes back a verdict on a portal that a fault of our own explains: the run becomes unknown, what was seen stays.
pub fn excuse(assessment: &mut Assessment, own: Reason, explanation: &str) {
    debug_assert!(own.owner() == Owner::Ours, "{own} is no fault of ours");
    assessment.status = Status::Unknown;
    assessment.reason = Some(own);
    assessment.findings.push(Finding::cannot_tell(
        "own_health",
        "our own network and machine at work",
        explanation,
    ));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_outlasts_its_deadline_tells_of_a_stall_to_all_that_ended_meanwhile() {
        let (mut health, begun) = (Health::default(), Instant::now());
        let at = |millis| begun + Duration::from_millis(millis);
        health.overrun(Duration::from_millis(100), at(1_100));
        assert!(!health.stalled_between(begun, at(1_100)), "a little late is no stall");
        health.overrun(Duration::from_millis(220), at(1_200));
        assert!(!health.stalled_between(begun, at(1_200)), "nor are many that end at once");
        health.tick(at(700), at(850));
        health.tick(at(950), at(1_150));
        assert!(health.stalled_between(begun, at(1_200)), "a stall in pieces is one");
        assert!(!health.stalled_between(begun, at(10_000)), "a run ten times as long bears it");
        health.overrun(Duration::from_millis(480), at(1_480));
        assert!(health.stalled_between(begun, at(1_480)) && health.stalled_between(at(400), at(1_482)));
        assert!(!health.stalled_between(at(2_000), at(3_000)));
    }

    #[test]
    fn a_late_tick_is_a_stall_and_covers_the_runs_it_overlaps() {
        let mut health = Health::default();
        let due = Instant::now();
        let (second, now) = (Duration::from_secs(1), due + Duration::from_secs(2));
        health.tick(due, now);
        assert!(health.stalled_between(due + second, now + second));
        assert!(!health.stalled_between(now + second, now + 2 * second));
        assert_eq!(health.present(now), vec![Reason::SelfOverloaded]);
        assert!(health.present(now + PRESENT).is_empty());
    }

    #[test]
    fn a_run_that_ends_before_the_late_tick_is_heard_is_covered_too() {
        let mut health = Health::default();
        let (every, began) = (Duration::from_millis(100), Instant::now());
        health.tick(began, began);
        health.miss_tick(every, began + every);
        assert!(!health.stalled_between(began, began + every));
        let ended = began + Duration::from_secs(2);
        health.miss_tick(every, ended);
        assert!(health.stalled_between(began, ended));
    }

    #[test]
    fn an_excused_run_blames_nobody() {
        let mut assessment =
            Assessment::of(vec![Finding::failed("reachable", Reason::TimeoutHeaders, "", "")]);
        excuse(&mut assessment, Reason::SelfOverloaded, "the machine stalled");
        assert_eq!((assessment.status, assessment.reason), (Status::Unknown, Some(Reason::SelfOverloaded)));
        assert_eq!(assessment.findings.len(), 2);
    }
}
