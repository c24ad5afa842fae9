//! How fast an error budget is spent, and over which windows that is judged. Pure.
//!
//! Two windows together (Google's SRE workbook, "Alerting on SLOs"): the long one says that it matters, the short one
//! that it still goes on. A prober sees one event per run, so windows are fitted to how often there is one: with a run
//! every five minutes, five minutes hold nothing to judge by.

use std::time::Duration;

/// Fewer events than these in a window say nothing.
pub const EVENTS_MIN: u32 = 3;
/// Fewer failures than these in the long window wake nobody, however strict the objective.
pub const FAILURES_MIN: u32 = 3;
/// How many mean gaps between events a short window holds at least: one more than it needs, for what is late.
const GAPS_IN_SHORT: u32 = EVENTS_MIN + 1;
/// How many short windows a long one holds at least.
const SHORTS_IN_LONG: u32 = 3;
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

/// What is to be done about a budget that is spent at some speed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urgency {
    /// Somebody is woken.
    Page,
    /// Somebody looks at it in working hours.
    Ticket,
}

/// Two windows and the speed at which the budget may not be spent in both.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// How many times faster than the budget of 30 days allows.
    pub factor: f64,
    /// The window that says that it matters.
    pub long: Duration,
    /// The window that says that it still goes on.
    pub short: Duration,
    /// What is to be done.
    pub urgency: Urgency,
}

/// The usual pairs for a budget of 30 days: 2 % of it in an hour, 5 % in six hours, 10 % in a day, 10 % in three days.
pub const USUAL: [Pair; 4] = [
    Pair { factor: 14.4, long: HOUR, short: Duration::from_secs(5 * 60), urgency: Urgency::Page },
    Pair {
        factor: 6.0,
        long: Duration::from_secs(6 * 3600),
        short: Duration::from_secs(30 * 60),
        urgency: Urgency::Page,
    },
    Pair {
        factor: 3.0,
        long: Duration::from_secs(24 * 3600),
        short: Duration::from_secs(2 * 3600),
        urgency: Urgency::Ticket,
    },
    Pair {
        factor: 1.0,
        long: Duration::from_secs(72 * 3600),
        short: Duration::from_secs(6 * 3600),
        urgency: Urgency::Ticket,
    },
];

/// The usual pairs, made longer where events come so seldom that a window would hold too few of them.
#[must_use]
pub fn fitted(gap: Duration) -> [Pair; 4] {
    let needed = gap * GAPS_IN_SHORT;
    USUAL.map(|pair| {
        if needed <= pair.short {
            return pair;
        }
        let short = whole_minutes(needed);
        Pair { short, long: pair.long.max(short * SHORTS_IN_LONG), ..pair }
    })
}

/// The mean time between two events of a portal whose probes run so often; `None` without a probe.
#[must_use]
pub fn mean_gap(intervals: impl IntoIterator<Item = Duration>) -> Option<Duration> {
    let a_second: f64 = intervals.into_iter().map(|every| 1.0 / every.as_secs_f64().max(0.001)).sum();
    (a_second > 0.0).then(|| Duration::from_secs_f64(1.0 / a_second))
}

/// How many times faster than allowed the budget is spent; `None` where nothing can be said.
#[must_use]
pub fn burn_rate(bad: u64, events: u64, objective: f64) -> Option<f64> {
    let judged = events >= u64::from(EVENTS_MIN) && objective > 0.0 && objective < 1.0;
    #[expect(clippy::cast_precision_loss, reason = "counts of runs are far below 2^52")]
    judged.then(|| bad as f64 / events as f64 / (1.0 - objective))
}

fn whole_minutes(span: Duration) -> Duration {
    MINUTE * u32::try_from(span.as_millis().div_ceil(MINUTE.as_millis())).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn probes_that_run_every_minute_have_the_usual_windows() {
        assert_eq!(fitted(MINUTE), USUAL);
    }

    #[test]
    fn probes_that_run_seldom_have_windows_that_hold_enough_of_them() {
        let pairs = fitted(5 * MINUTE);
        assert_eq!((pairs[0].short, pairs[0].long), (20 * MINUTE, HOUR));
        assert_eq!(pairs[1..], USUAL[1..]);
        let pairs = fitted(HOUR);
        assert_eq!((pairs[0].short, pairs[0].long), (4 * HOUR, 12 * HOUR));
        assert_eq!((pairs[3].short, pairs[3].long), (6 * HOUR, 72 * HOUR));
    }

    #[test]
    fn several_probes_make_events_come_more_often() {
        let gap = mean_gap([MINUTE, MINUTE]).unwrap();
        assert!(gap.abs_diff(MINUTE / 2) < Duration::from_millis(1));
        assert_eq!(mean_gap([]), None);
    }

    #[test]
    fn too_few_events_say_nothing() {
        assert_eq!(burn_rate(2, 2, 0.99), None);
        assert_eq!(burn_rate(1, 100, 1.0), None);
        assert!((burn_rate(1, 100, 0.99).unwrap() - 1.0).abs() < 1e-9);
    }

    proptest! {
        #[test]
        fn every_window_holds_enough_events_and_the_long_one_is_the_longer(seconds in 1_u64..200_000) {
            let gap = Duration::from_secs(seconds);
            for (pair, usual) in fitted(gap).iter().zip(USUAL) {
                prop_assert!(pair.short >= gap * EVENTS_MIN);
                prop_assert!(pair.short >= usual.short && pair.long >= usual.long);
                prop_assert!(pair.long >= pair.short * SHORTS_IN_LONG);
            }
        }
    }
}
