//! How much of the time a portal worked, and when it did not. Time of which nothing is known counts neither way.

use chrono::{DateTime, TimeDelta, Utc};

use crate::model::status::Status;
use crate::slo::interval::{Interval, intersect, total};

/// The share of the time that must have been seen before a figure is published as one. Ours, no law's ("nội bộ").
pub const COVERAGE_MIN: f64 = 0.9;

/// A stretch of time in which something stood in one way. Readings of one thing are in order and do not overlap;
/// where there is none, nothing is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// When.
    pub interval: Interval,
    /// How it stood.
    pub status: Status,
    /// Why, empty when up.
    pub reason: String,
    /// By which probe that was found; empty where it does not matter.
    pub probe: String,
}

/// How much of the time something worked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Availability {
    /// It worked (up or degraded).
    pub working: TimeDelta,
    /// It did not.
    pub broken: TimeDelta,
    /// Nothing is known: no data, or we could not measure.
    pub unseen: TimeDelta,
}

impl Availability {
    /// Looks at readings by a clock: the set of times that count.
    #[must_use]
    pub fn measure(readings: &[Reading], clock: &[Interval]) -> Self {
        let spent = |wanted: fn(Status) -> bool| {
            let at: Vec<Interval> = readings
                .iter()
                .filter(|reading| wanted(reading.status))
                .map(|reading| reading.interval)
                .collect();
            total(&intersect(&at, clock))
        };
        let working = spent(|status| matches!(status, Status::Up | Status::Degraded));
        let broken = spent(|status| status == Status::Down);
        Self { working, broken, unseen: total(clock) - working - broken }
    }

    /// The share of the time seen in which it worked; `None` where nothing was seen.
    #[must_use]
    pub fn ratio(&self) -> Option<f64> {
        share(self.working, self.working + self.broken)
    }

    /// The share of the time of which something is known; `None` where there was no time.
    #[must_use]
    pub fn coverage(&self) -> Option<f64> {
        let seen = self.working + self.broken;
        share(seen, seen + self.unseen)
    }

    /// Whether enough was seen for the ratio to be told as a figure.
    #[must_use]
    pub fn is_sufficient(&self) -> bool {
        self.coverage().is_some_and(|coverage| coverage >= COVERAGE_MIN)
    }
}

/// Availability by runs instead of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Runs that found it up.
    pub up: u64,
    /// Runs that found it degraded.
    pub degraded: u64,
    /// Runs that found it down.
    pub down: u64,
    /// Runs that could not be measured.
    pub unknown: u64,
}

impl Counts {
    /// The share of runs that found it working; `None` where none could tell.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "runs of years stay below 2^53")]
    pub fn ratio(&self) -> Option<f64> {
        let good = self.up + self.degraded;
        let all = good + self.down;
        (all > 0).then(|| good as f64 / all as f64)
    }

    /// Adds those of another stretch of time.
    pub const fn add(&mut self, other: &Self) {
        self.up += other.up;
        self.degraded += other.degraded;
        self.down += other.down;
        self.unknown += other.unknown;
    }

    /// All runs.
    #[must_use]
    pub const fn all(&self) -> u64 {
        self.up + self.degraded + self.down + self.unknown
    }
}

/// A time in which something did not work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outage {
    /// From the first run that found it down.
    pub from: DateTime<Utc>,
    /// Until it was found to work again, or until nothing more is known.
    pub until: DateTime<Utc>,
    /// Whether it had not ended when the readings do.
    pub is_ongoing: bool,
    /// The reason that lasted longest.
    pub reason: String,
    /// The probe that found it.
    pub probe: String,
}

/// The outages among readings, within a stretch of time. One that goes on under another reason is one outage.
#[must_use]
pub fn outages(readings: &[Reading], within: &Interval) -> Vec<Outage> {
    let mut found: Vec<(Outage, TimeDelta)> = Vec::new();
    let down = readings.iter().filter(|reading| reading.status == Status::Down);
    for (reading, part) in down.filter_map(|reading| Some((reading, reading.interval.cut(within)?))) {
        let (length, is_ongoing) = (part.length(), part.until >= within.until);
        match found.last_mut() {
            Some((outage, longest)) if outage.until == part.from => {
                outage.until = part.until;
                outage.is_ongoing = is_ongoing;
                if length > *longest {
                    *longest = length;
                    outage.reason.clone_from(&reading.reason);
                    outage.probe.clone_from(&reading.probe);
                }
            }
            _ => {
                let (reason, probe) = (reading.reason.clone(), reading.probe.clone());
                found
                    .push((Outage { from: part.from, until: part.until, is_ongoing, reason, probe }, length));
            }
        }
    }
    found.into_iter().map(|(outage, _)| outage).collect()
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of centuries stay below 2^53")]
fn share(part: TimeDelta, whole: TimeDelta) -> Option<f64> {
    let whole = whole.num_milliseconds();
    (whole > 0).then(|| part.num_milliseconds() as f64 / whole as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(minute * 60, 0).unwrap()
    }

    fn interval(from: i64, until: i64) -> Interval {
        Interval::new(at(from), at(until)).unwrap()
    }

    fn reading(from: i64, until: i64, status: Status, reason: &str) -> Reading {
        Reading { interval: interval(from, until), status, reason: reason.to_owned(), probe: String::new() }
    }

    #[test]
    fn time_without_data_is_neither_up_nor_down() {
        let readings = [
            reading(0, 30, Status::Up, ""),
            reading(30, 40, Status::Down, "status"),
            reading(50, 60, Status::Unknown, "self_uplink"),
            reading(60, 80, Status::Degraded, "slow"),
        ];
        let seen = Availability::measure(&readings, &[interval(0, 100)]);
        assert_eq!((seen.working, seen.broken), (TimeDelta::minutes(50), TimeDelta::minutes(10)));
        assert_eq!(seen.ratio(), Some(50.0 / 60.0));
        assert_eq!(seen.coverage(), Some(0.6));
        assert!(!seen.is_sufficient(), "six tenths are not enough to tell");
        let nothing = Availability::measure(&[], &[interval(0, 100)]);
        assert_eq!((nothing.ratio(), nothing.coverage()), (None, Some(0.0)));
    }

    #[test]
    fn only_what_the_clock_shows_counts() {
        let readings = [reading(0, 50, Status::Down, "status"), reading(50, 100, Status::Up, "")];
        let office = [interval(45, 60), interval(90, 100)];
        let seen = Availability::measure(&readings, &office);
        assert_eq!((seen.broken, seen.working), (TimeDelta::minutes(5), TimeDelta::minutes(20)));
        let announced = crate::slo::interval::subtract(&office, &[interval(40, 50)]);
        assert_eq!(Availability::measure(&readings, &announced).ratio(), Some(1.0));
    }

    #[test]
    fn an_outage_goes_on_under_another_reason_and_ends_where_knowledge_does() {
        let readings = [
            reading(0, 10, Status::Up, ""),
            reading(10, 12, Status::Down, "status"),
            reading(12, 20, Status::Down, "connect_refused"),
            reading(30, 40, Status::Down, "status"),
            reading(95, 120, Status::Down, "status"),
        ];
        let found = outages(&readings, &interval(0, 100));
        let told: Vec<_> =
            found.iter().map(|one| (one.from, one.until, one.reason.as_str(), one.is_ongoing)).collect();
        assert_eq!(
            told,
            [
                (at(10), at(20), "connect_refused", false),
                (at(30), at(40), "status", false),
                (at(95), at(100), "status", true)
            ]
        );
    }

    #[test]
    fn runs_that_could_not_be_measured_do_not_count() {
        let counts = Counts { up: 7, degraded: 2, down: 1, unknown: 90 };
        assert_eq!((counts.ratio(), counts.all()), (Some(0.9), 100));
        assert_eq!(Counts { unknown: 3, ..Counts::default() }.ratio(), None);
    }
}
