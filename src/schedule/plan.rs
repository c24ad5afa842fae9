//! When a probe is due: `begin + phase + k * every`, for ever. Pure: moments come in, moments go out.
//!
//! The phase is a hash of the probe's id, so that probes spread over their interval, one ministry's are not bunched,
//! and a reload or restart moves none of them.

use std::time::{Duration, Instant};

use xxhash_rust::xxh3::xxh3_64;

use crate::model::id::ProbeId;

/// The beats of one probe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Beats {
    first: Instant,
    every: Duration,
}

impl Beats {
    /// Beats of this probe from `begin` on; the first comes within one interval.
    #[must_use]
    pub fn new(id: &ProbeId, every: Duration, begin: Instant) -> Self {
        Self { first: begin + phase(id, every), every }
    }

    /// The first beat at or after `now`.
    #[must_use]
    pub fn at_or_after(&self, now: Instant) -> Instant {
        let Some(behind) = now.checked_duration_since(self.first) else { return self.first };
        let whole = behind.as_nanos() / self.every.as_nanos().max(1);
        let beat = self.first + self.every * u32::try_from(whole).unwrap_or(u32::MAX);
        if beat >= now { beat } else { beat + self.every }
    }

    /// The beat after `beat`, and how many lie between it and `now`: those have been missed and are not made up for.
    #[must_use]
    pub fn after(&self, beat: Instant, now: Instant) -> (Instant, u64) {
        let next = beat + self.every;
        let upcoming = self.at_or_after(now).max(next);
        let skipped = (upcoming - next).as_nanos() / self.every.as_nanos().max(1);
        (upcoming, u64::try_from(skipped).unwrap_or(u64::MAX))
    }
}

/// Where in its interval a probe stands: a fraction drawn by the id's hash.
#[must_use]
pub fn phase(id: &ProbeId, every: Duration) -> Duration {
    let hash = xxh3_64(id.to_string().as_bytes());
    let nanos = (every.as_nanos() * u128::from(hash)) >> 64;
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::id::Name;

    fn id(probe: &str) -> ProbeId {
        let name = |text: &str| Name::try_from(text).unwrap();
        ProbeId { authority: name("bo-vd"), portal: name("dvc"), probe: name(probe) }
    }

    #[test]
    fn a_probes_phase_is_stable_and_within_its_interval() {
        let every = Duration::from_secs(30);
        assert_eq!(phase(&id("trang-chu"), every), phase(&id("trang-chu"), every));
        assert!(phase(&id("trang-chu"), every) < every);
    }

    #[test]
    fn a_thousand_probes_spread_over_their_interval() {
        let every = Duration::from_secs(10);
        let mut tenths = [0; 10];
        for number in 0..1000 {
            let at = phase(&id(&format!("p{number}")), every);
            tenths[usize::try_from(at.as_secs()).unwrap()] += 1;
        }
        assert!(tenths.iter().all(|count| (60..140).contains(count)), "{tenths:?}");
    }

    proptest! {
        #[test]
        fn beats_keep_their_grid_and_count_what_was_missed(every_ms in 1u64..100_000, late_ms in 0u64..1_000_000) {
            let begin = Instant::now();
            let every = Duration::from_millis(every_ms);
            let beats = Beats::new(&id("x"), every, begin);
            let first = beats.at_or_after(begin);
            let now = first + Duration::from_millis(late_ms);
            let (next, missed) = beats.after(first, now);
            prop_assert!(next > first && next >= now);
            prop_assert_eq!(next, first + every * u32::try_from(missed + 1).unwrap());
            prop_assert!(next < now.max(first + every) + every);
        }
    }
}
