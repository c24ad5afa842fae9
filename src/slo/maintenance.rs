//! Announced maintenance: when its windows are, once or again and again. Times are those of Viet Nam (UTC+7 all year).
//!
//! Pure: windows and a stretch of time in, intervals out. Who announced what for which portal stands elsewhere.

use chrono::{Datelike, Days, NaiveDate, Weekday};

use crate::model::status::Status;
use crate::slo::availability::Reading;
use crate::slo::calendar::{Calendar, moment, zone};
use crate::slo::interval::{Interval, subtract, union};
use crate::slo::portal::Track;

/// The reason of a run that failed while an announced window was on, as history has it.
const REASON: &str = crate::model::reason::Reason::Maintenance.as_str();

/// When a portal is under maintenance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Times {
    /// Once.
    Once(Interval),
    /// On days that follow a rule.
    Repeated(Box<Rhythm>),
}

/// A part of certain days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rhythm {
    /// Any of these days; every day where there is none.
    pub days: Vec<Choice>,
    /// Only days on which this office is closed all day.
    pub closed: Option<Calendar>,
    /// The first minute, counted from midnight.
    pub from: u32,
    /// How many minutes, 1 to 1440; past midnight they belong to the day on which they began.
    pub minutes: u32,
    /// The first day.
    pub since: Option<NaiveDate>,
    /// The last day.
    pub until: Option<NaiveDate>,
}

/// Days of the week, or one of them in a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Which of those in a month.
    pub which: Which,
    /// The day of the week.
    pub weekday: Weekday,
}

/// Which of the four or five Saturdays of a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// All.
    Each,
    /// The first (1) to fifth (5).
    Nth(u8),
    /// The last.
    Last,
}

impl Choice {
    /// Reads `sat`, `1st sat`, `4th sun` or `last fri`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (which, day) = text.trim().rsplit_once(' ').unwrap_or(("", text.trim()));
        let which = match which.trim() {
            "" => Which::Each,
            "1st" => Which::Nth(1),
            "2nd" => Which::Nth(2),
            "3rd" => Which::Nth(3),
            "4th" => Which::Nth(4),
            "5th" => Which::Nth(5),
            "last" => Which::Last,
            _ => return None,
        };
        let weekday = match day {
            "mon" => Weekday::Mon,
            "tue" => Weekday::Tue,
            "wed" => Weekday::Wed,
            "thu" => Weekday::Thu,
            "fri" => Weekday::Fri,
            "sat" => Weekday::Sat,
            "sun" => Weekday::Sun,
            _ => return None,
        };
        Some(Self { which, weekday })
    }

    fn takes(self, day: NaiveDate) -> bool {
        let which = match self.which {
            Which::Each => true,
            Which::Nth(number) => day.day0() / 7 + 1 == u32::from(number),
            Which::Last => (day + Days::new(7)).month() != day.month(),
        };
        which && day.weekday() == self.weekday
    }
}

impl Rhythm {
    fn takes(&self, day: NaiveDate) -> bool {
        let chosen = self.days.is_empty() || self.days.iter().any(|choice| choice.takes(day));
        chosen
            && self.since.is_none_or(|since| since <= day)
            && self.until.is_none_or(|until| day <= until)
            && self.closed.as_ref().is_none_or(|office| office.hours(day).is_empty())
    }

    fn window(&self, day: NaiveDate) -> Option<Interval> {
        let end = self.from + self.minutes;
        Interval::new(moment(day, self.from)?, moment(day + Days::new(u64::from(end / 1440)), end % 1440)?)
    }
}

impl Times {
    /// Every window that has something in common with a stretch of time, whole and in order.
    #[must_use]
    pub fn within(&self, stretch: &Interval) -> Vec<Interval> {
        let rhythm = match self {
            Self::Once(window) => {
                return window.cut(stretch).map(|_| *window).into_iter().collect();
            }
            Self::Repeated(rhythm) => rhythm,
        };
        let day_of = |at: chrono::DateTime<chrono::Utc>| at.with_timezone(&zone()).date_naive();
        let last = day_of(stretch.until);
        // One that began the day before may still be on.
        let first = day_of(stretch.from) - Days::new(1);
        let days = first.iter_days().take_while(|day| *day <= last).filter(|day| rhythm.takes(*day));
        days.filter_map(|day| rhythm.window(day)).filter(|window| window.cut(stretch).is_some()).collect()
    }
}

/// What of all windows lies in a stretch of time, as a set.
#[must_use]
pub fn announced<'a>(all: impl IntoIterator<Item = &'a Times>, stretch: &Interval) -> Vec<Interval> {
    let windows = all.into_iter().flat_map(|times| times.within(stretch));
    union(windows.filter_map(|window| window.cut(stretch)).collect())
}

/// What of the windows had been announced when it happened, by what was recorded then.
///
/// A run that fails while a window is on is never recorded as down. Where one began to be, the window was written into
/// the configuration afterwards: what was down stays down. Time that was found down before the window began and was
/// looked at next within it is left to the window.
#[must_use]
pub fn honoured(windows: &[Interval], tracks: &[Track]) -> Vec<Interval> {
    let readings = || tracks.iter().flat_map(|track| &track.readings);
    let mut withheld = Vec::new();
    for window in windows {
        let known =
            readings().any(|reading| reading.reason == REASON && reading.interval.cut(window).is_some());
        let down = readings().filter(|reading| reading.status == Status::Down);
        withheld.extend(
            down.filter(|reading| !known || reading.interval.from >= window.from)
                .filter_map(|reading| reading.interval.cut(window)),
        );
    }
    subtract(windows, &union(withheld))
}

/// Readings without what fell into a set of times.
#[must_use]
pub fn outside(readings: Vec<Reading>, times: &[Interval]) -> Vec<Reading> {
    let left = |reading: Reading| {
        let parts = subtract(&[reading.interval], times).into_iter();
        parts.map(move |interval| Reading { interval, ..reading.clone() }).collect::<Vec<_>>()
    };
    readings.into_iter().flat_map(left).collect()
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta, Utc};
    use proptest::prelude::*;

    use super::*;
    use crate::slo::calendar::month;
    use crate::slo::interval::total;

    /// A moment in Viet Nam.
    fn at(text: &str) -> DateTime<Utc> {
        format!("{text}:00+07:00").parse().unwrap()
    }

    fn interval(from: &str, until: &str) -> Interval {
        Interval::new(at(from), at(until)).unwrap()
    }

    fn rhythm(days: &[&str], from: u32, minutes: u32) -> Rhythm {
        let days = days.iter().map(|day| Choice::parse(day).unwrap()).collect();
        Rhythm { days, closed: None, from, minutes, since: None, until: None }
    }

    fn boxed(days: &[&str], from: u32, minutes: u32) -> Box<Rhythm> {
        Box::new(rhythm(days, from, minutes))
    }

    fn days_of(rhythm: Rhythm, stretch: &Interval) -> Vec<String> {
        let windows = Times::Repeated(Box::new(rhythm)).within(stretch);
        let day = |window: &Interval| window.from.with_timezone(&zone()).format("%m-%d %H:%M").to_string();
        windows.iter().map(day).collect()
    }

    #[test]
    fn a_window_past_midnight_is_one_window_and_is_found_from_either_day() {
        let saturdays = Times::Repeated(boxed(&["sat"], 22 * 60, 240));
        let night = interval("2026-11-28T22:00", "2026-11-29T02:00");
        for (from, until) in [
            ("2026-11-28T00:00", "2026-11-29T00:00"),
            ("2026-11-29T00:00", "2026-11-30T00:00"),
            ("2026-11-29T01:59", "2026-11-29T02:01"),
        ] {
            assert_eq!(saturdays.within(&interval(from, until)), [night], "{from}");
        }
        assert!(saturdays.within(&interval("2026-11-29T02:00", "2026-12-05T22:00")).is_empty());
        let whole_day = Times::Repeated(boxed(&["sun"], 0, 1440));
        let sunday = interval("2026-11-29T00:00", "2026-11-30T00:00");
        assert_eq!(whole_day.within(&interval("2026-11-29T12:00", "2026-11-30T12:00")), [sunday]);
    }

    #[test]
    fn the_nth_and_the_last_of_a_month_are_found_and_a_night_goes_over_the_end_of_a_month() {
        let year = interval("2026-01-01T00:00", "2027-01-01T00:00");
        let second = days_of(rhythm(&["2nd sat"], 60, 60), &year);
        assert_eq!(
            (second.len(), second[0].as_str(), second[1].as_str()),
            (12, "01-10 01:00", "02-14 01:00")
        );
        assert_eq!(days_of(rhythm(&["5th sat"], 60, 60), &year).len(), 4);
        let last = days_of(rhythm(&["last sat"], 22 * 60, 240), &year);
        assert_eq!((last.len(), last[0].as_str(), last[1].as_str()), (12, "01-31 22:00", "02-28 22:00"));
        let february =
            announced([&Times::Repeated(boxed(&["last sat"], 22 * 60, 240))], &month(2026, 2).unwrap());
        assert_eq!(february[0], interval("2026-02-01T00:00", "2026-02-01T02:00"), "January's goes on");
        assert_eq!(february[1], interval("2026-02-28T22:00", "2026-03-01T00:00"), "cut at the month's end");
        for wrong in ["", "sats", "6th sat", "0th sat", "sat last", "Sat"] {
            assert_eq!(Choice::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_window_can_follow_a_calendar_and_ends_on_its_last_day() {
        let mut on_days_off = rhythm(&["mon", "tue", "wed", "thu", "fri"], 8 * 60, 60);
        on_days_off.closed = Some(Calendar::official());
        let february = month(2026, 2).unwrap();
        let tet = ["02-16 08:00", "02-17 08:00", "02-18 08:00", "02-19 08:00", "02-20 08:00"];
        assert_eq!(days_of(on_days_off, &february), tet);
        let mut bounded = rhythm(&[], 0, 30);
        (bounded.since, bounded.until) = ("2026-02-10".parse().ok(), "2026-02-11".parse().ok());
        assert_eq!(days_of(bounded, &february), ["02-10 00:00", "02-11 00:00"]);
    }

    fn reading(from: &str, until: &str, status: Status, reason: &str) -> Reading {
        let probe = "trang-chu".to_owned();
        Reading { interval: interval(from, until), status, reason: reason.to_owned(), probe }
    }

    #[test]
    fn a_window_announced_afterwards_changes_nothing_that_was_recorded() {
        let window = [interval("2026-11-28T22:00", "2026-11-29T02:00")];
        let kept =
            |readings: Vec<Reading>| honoured(&window, &[Track { probe: "trang-chu".to_owned(), readings }]);
        let up = |from, until| reading(from, until, Status::Up, "");
        let down = |from, until| reading(from, until, Status::Down, "status");
        let announced = |from, until| reading(from, until, Status::Unknown, "maintenance");
        assert_eq!(kept(vec![up("2026-11-28T20:00", "2026-11-29T03:00")]), window);
        assert_eq!(
            kept(vec![
                down("2026-11-28T21:30", "2026-11-28T22:10"),
                announced("2026-11-28T22:10", "2026-11-29T02:10")
            ]),
            window,
            "it was down before, and the next look fell into the window"
        );
        assert_eq!(
            kept(vec![down("2026-11-28T23:00", "2026-11-29T01:00")]),
            [
                interval("2026-11-28T22:00", "2026-11-28T23:00"),
                interval("2026-11-29T01:00", "2026-11-29T02:00")
            ]
        );
        assert_eq!(kept(vec![down("2026-11-28T21:00", "2026-11-29T05:00")]), []);
        assert_eq!(
            kept(vec![
                announced("2026-11-28T22:00", "2026-11-29T01:00"),
                down("2026-11-29T01:00", "2026-11-29T05:00")
            ]),
            [interval("2026-11-28T22:00", "2026-11-29T01:00")],
            "the window was made longer afterwards"
        );
    }

    proptest! {
        #[test]
        fn windows_have_their_length_begin_at_their_minute_and_are_found_whichever_way_time_is_cut(
            from in 0_u32..1440,
            minutes in 1_u32..=1440,
            weekday in 0_usize..7,
            which in 0_usize..7,
            begins in 0_i64..20_000,
            hours in 1_i64..2_000,
        ) {
            let name = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"][weekday];
            let order = ["", "1st ", "2nd ", "3rd ", "4th ", "5th ", "last "][which];
            let times = Times::Repeated(boxed(&[&format!("{order}{name}")], from, minutes));
            let begin = at("2026-01-01T00:00") + TimeDelta::minutes(begins * 61);
            let stretch = Interval::new(begin, begin + TimeDelta::hours(hours)).unwrap();
            let windows = times.within(&stretch);
            for window in &windows {
                prop_assert_eq!(window.length(), TimeDelta::minutes(i64::from(minutes)));
                let local = window.from.with_timezone(&zone());
                prop_assert_eq!(local.format("%H:%M").to_string(), format!("{:02}:{:02}", from / 60, from % 60));
                prop_assert_eq!(local.weekday(), Choice::parse(name).unwrap().weekday);
                prop_assert!(window.cut(&stretch).is_some());
            }
            let middle = begin + TimeDelta::minutes(hours * 30);
            let halves = [Interval::new(begin, middle).unwrap(), Interval::new(middle, stretch.until).unwrap()];
            let apart: Vec<Interval> = halves.iter().flat_map(|half| announced([&times], half)).collect();
            prop_assert_eq!(total(&apart), total(&announced([&times], &stretch)));
        }
    }
}
