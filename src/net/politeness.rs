//! How often one host may be asked: a budget that all probes of that host share.
//!
//! A token bucket without tokens (GCRA): of each host only the moment is kept at which it will have been asked as often
//! as it may. Knows no clock but the one handed in and never waits itself; whoever plans does.

use std::collections::HashMap;
use std::time::{Duration, Instant};

/// The most hosts remembered. Past it those whose budget is whole again are forgotten, which changes nothing for them.
const HOSTS_MAX: usize = 65_536;

/// The budget of each host.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PolitenessSettings {
    /// Runs a second in the long run; more than zero.
    pub per_second: f64,
    /// Runs that may come at once after a rest; at least 1.
    pub burst: u32,
}

impl Default for PolitenessSettings {
    fn default() -> Self {
        Self { per_second: 1.0, burst: 5 }
    }
}

/// All budgets.
#[derive(Debug)]
pub struct Politeness {
    /// Between two runs in the long run.
    interval: Duration,
    /// How far ahead of the long run a burst may be.
    tolerance: Duration,
    /// When each host will have had all that it was asked for.
    spent_until: HashMap<Box<str>, Instant>,
}

impl Politeness {
    /// Full budgets for all.
    #[must_use]
    pub fn new(settings: PolitenessSettings) -> Self {
        let interval =
            Duration::try_from_secs_f64(1.0 / settings.per_second).unwrap_or(Duration::from_secs(1));
        let tolerance = interval * settings.burst.saturating_sub(1);
        Self { interval, tolerance, spent_until: HashMap::new() }
    }

    /// Takes one run from a host's budget; answers how long to wait before it. `None`, and nothing taken, if that would
    /// be longer than `patience`. Where every host remembered is busy, a further one goes out at once.
    pub fn reserve(&mut self, host: &str, now: Instant, patience: Duration) -> Option<Duration> {
        let spent_until = self.spent_until.get(host).map_or(now, |until| (*until).max(now));
        let wait = spent_until.saturating_duration_since(now).saturating_sub(self.tolerance);
        if wait > patience {
            return None;
        }
        if self.spent_until.len() >= HOSTS_MAX {
            self.spent_until.retain(|_, until| *until > now);
        }
        let next = spent_until + self.interval;
        if let Some(until) = self.spent_until.get_mut(host) {
            *until = next;
        } else if self.spent_until.len() < HOSTS_MAX {
            self.spent_until.insert(host.into(), next);
        }
        Some(wait)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LONG: Duration = Duration::from_secs(3600);
    const ONE: PolitenessSettings = PolitenessSettings { per_second: 1.0, burst: 1 };

    fn waits(settings: PolitenessSettings, offsets_ms: &[u64]) -> Vec<u64> {
        let mut politeness = Politeness::new(settings);
        let start = Instant::now();
        let at = |offset: &u64| start + Duration::from_millis(*offset);
        offsets_ms
            .iter()
            .map(|offset| {
                u64::try_from(politeness.reserve("dvc.example", at(offset), LONG).unwrap().as_millis())
                    .unwrap()
            })
            .collect()
    }

    #[test]
    fn one_a_second_is_the_rule_and_bookings_queue_up() {
        assert_eq!(waits(ONE, &[0, 0, 0, 2500, 4500]), [0, 1000, 2000, 500, 0]);
    }

    #[test]
    fn a_burst_goes_out_at_once_and_is_paid_back() {
        let settings = PolitenessSettings { per_second: 2.0, burst: 3 };
        assert_eq!(waits(settings, &[0, 0, 0, 0, 0]), [0, 0, 0, 500, 1000]);
    }

    #[test]
    fn one_host_does_not_spend_anothers_budget() {
        let mut politeness = Politeness::new(ONE);
        let now = Instant::now();
        assert_eq!(politeness.reserve("a.example", now, LONG), Some(Duration::ZERO));
        assert_eq!(politeness.reserve("b.example", now, LONG), Some(Duration::ZERO));
        assert_eq!(politeness.reserve("a.example", now, LONG), Some(Duration::from_secs(1)));
    }

    #[test]
    fn who_will_not_wait_takes_nothing() {
        let mut politeness = Politeness::new(ONE);
        let now = Instant::now();
        assert_eq!(politeness.reserve("a.example", now, LONG), Some(Duration::ZERO));
        assert_eq!(politeness.reserve("a.example", now, Duration::from_millis(999)), None);
        assert_eq!(
            politeness.reserve("a.example", now, Duration::from_secs(1)),
            Some(Duration::from_secs(1))
        );
    }

    #[test]
    fn memory_is_bounded() {
        let mut politeness = Politeness::new(ONE);
        let now = Instant::now();
        for host in 0..HOSTS_MAX + 10 {
            politeness.reserve(&host.to_string(), now, LONG);
        }
        assert_eq!(politeness.spent_until.len(), HOSTS_MAX);
        politeness.reserve("late.example", now + Duration::from_secs(2), LONG);
        assert_eq!(politeness.spent_until.len(), 1);
    }

    proptest! {
        #[test]
        fn no_window_holds_more_than_burst_and_rate_allow(
            gaps in prop::collection::vec(0_u64..3000, 1..60), burst in 1_u32..5,
        ) {
            let offsets: Vec<u64> = gaps.iter().scan(0, |sum, gap| { *sum += gap; Some(*sum) }).collect();
            let settings = PolitenessSettings { per_second: 1.0, burst };
            let sent: Vec<u64> =
                offsets.iter().zip(waits(settings, &offsets)).map(|(offset, wait)| offset + wait).collect();
            for (index, begin) in sent.iter().enumerate() {
                let within = sent[index..].iter().filter(|moment| **moment < begin + 10_000).count();
                prop_assert!(within <= 10 + burst as usize, "{within} in ten seconds");
            }
        }
    }
}
