//! How a probe stood, as stretches of time: one for as long as runs find it the same, cut at midnight in Viet Nam so
//! that a month is read without what lies before it. Pure; both stores keep what comes out.

use crate::slo::calendar;

/// Microseconds of a second.
const SECOND: i64 = 1_000_000;
/// Microseconds of a day.
pub(crate) const DAY: i64 = 86_400 * SECOND;

/// A stretch of one series. Times are microseconds since the epoch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stretch {
    /// The first run.
    pub(crate) began: i64,
    /// Until when it is taken to have lasted: the next run that found something else, or one interval after the last.
    pub(crate) ended: i64,
    /// The last run.
    pub(crate) last: i64,
    /// How it stood.
    pub(crate) status: String,
    /// Why.
    pub(crate) reason: String,
}

/// A run, as far as stretches care. Times are microseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen<'a> {
    pub(crate) at: i64,
    pub(crate) every: i64,
    pub(crate) timeout: i64,
    pub(crate) status: &'a str,
    pub(crate) reason: &'a str,
}

/// What a run makes of the newest stretch of its series: the stretches to be written, the newest last. Nothing where
/// the run is older than what is known.
pub(crate) fn follow(newest: Option<&Stretch>, seen: &Seen<'_>) -> Vec<Stretch> {
    let fresh = Stretch {
        began: seen.at,
        ended: seen.at.saturating_add(seen.every),
        last: seen.at,
        status: seen.status.to_owned(),
        reason: seen.reason.to_owned(),
    };
    let Some(newest) = newest else { return vec![fresh] };
    if seen.at <= newest.last {
        return Vec::new();
    }
    // The same time after which a probe is stale: two intervals and the timeout.
    let hold = seen.every.saturating_mul(2).saturating_add(seen.timeout);
    if seen.at - newest.last > hold {
        return vec![fresh];
    }
    let same = (newest.status.as_str(), newest.reason.as_str()) == (seen.status, seen.reason);
    if same && day_of(newest.began) == day_of(seen.at) {
        return vec![Stretch { ended: fresh.ended, last: seen.at, ..newest.clone() }];
    }
    vec![Stretch { ended: seen.at, ..newest.clone() }, fresh]
}

/// The beginning of the day in Viet Nam in which a moment lies.
pub(crate) fn day_of(at: i64) -> i64 {
    let ahead = i64::from(calendar::zone().local_minus_utc()) * SECOND;
    (at + ahead).div_euclid(DAY) * DAY - ahead
}

/// How finely runs are summed up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// By minutes.
    Minute,
    /// By hours.
    Hour,
    /// By days in Viet Nam.
    Day,
}

impl Step {
    /// Every step.
    pub const ALL: [Self; 3] = [Self::Minute, Self::Hour, Self::Day];

    /// The table that holds it.
    pub(crate) const fn table(self) -> &'static str {
        match self {
            Self::Minute => "minutes",
            Self::Hour => "hours",
            Self::Day => "days",
        }
    }

    /// The beginning of the step in which a moment lies.
    pub(crate) fn floor(self, at: i64) -> i64 {
        match self {
            Self::Minute => at.div_euclid(60 * SECOND) * 60 * SECOND,
            Self::Hour => at.div_euclid(3600 * SECOND) * 3600 * SECOND,
            Self::Day => day_of(at),
        }
    }
}

/// Runs of one series, summed up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sums {
    /// Up, degraded, down, unknown.
    pub(crate) counts: [i64; 4],
    /// Time of all runs, in microseconds.
    pub(crate) spent: i64,
    /// The longest.
    pub(crate) longest: i64,
}

impl Sums {
    /// Adds a run.
    pub(crate) fn add(&mut self, status: crate::model::status::Status, spent: i64) {
        self.counts[status as usize] += 1;
        self.spent = self.spent.saturating_add(spent);
        self.longest = self.longest.max(spent);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(second: i64, status: &'static str) -> Seen<'static> {
        Seen { at: second * SECOND, every: 60 * SECOND, timeout: 10 * SECOND, status, reason: "" }
    }

    /// Stretches in seconds, after runs at these moments.
    fn stretches(runs: &[(i64, &'static str)]) -> Vec<(i64, i64, String)> {
        let mut all = std::collections::BTreeMap::new();
        let mut newest: Option<Stretch> = None;
        for (second, status) in runs {
            for stretch in follow(newest.as_ref(), &seen(*second, status)) {
                all.insert(stretch.began, stretch.clone());
                newest = Some(stretch);
            }
        }
        all.into_values().map(|one| (one.began / SECOND, one.ended / SECOND, one.status)).collect()
    }

    #[test]
    fn runs_that_agree_make_one_stretch_and_the_last_counts_for_an_interval() {
        let told = stretches(&[(0, "up"), (60, "up"), (120, "down"), (180, "up")]);
        assert_eq!(told, [(0, 120, "up".into()), (120, 180, "down".into()), (180, 240, "up".into())]);
    }

    #[test]
    fn silence_is_a_gap_and_an_old_run_changes_nothing() {
        let told = stretches(&[(0, "up"), (131, "up"), (60, "down")]);
        assert_eq!(told, [(0, 60, "up".into()), (131, 191, "up".into())]);
        assert_eq!(stretches(&[(0, "up"), (130, "up")]), [(0, 190, "up".into())]);
    }

    #[test]
    fn a_stretch_is_cut_at_midnight_in_viet_nam() {
        let midnight = 17 * 3600;
        let told = stretches(&[(midnight - 30, "up"), (midnight + 30, "up")]);
        assert_eq!(
            told,
            [(midnight - 30, midnight + 30, "up".into()), (midnight + 30, midnight + 90, "up".into())]
        );
        assert_eq!(Step::Day.floor((midnight + 5) * SECOND), midnight * SECOND);
        assert_eq!(Step::Hour.floor(3_601 * SECOND), 3_600 * SECOND);
    }
}
