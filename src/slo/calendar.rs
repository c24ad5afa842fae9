//! When an office is open: hours per weekday, holidays, days worked to make up for others. Viet Nam is at UTC+7 all
//! year.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, Days, FixedOffset, NaiveDate, NaiveTime, TimeZone, Utc};

use crate::slo::holidays;
use crate::slo::interval::{Interval, union};

/// Seconds that Viet Nam is ahead of UTC.
const AHEAD: i32 = 7 * 3600;
/// Name of the calendar that is always there.
pub const OFFICIAL: &str = "hanh-chinh";

/// Part of a day; `until` may be midnight, the end of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hours {
    /// The first minute, counted from midnight.
    pub from: u32,
    /// The first minute after; 1440 is midnight.
    pub until: u32,
}

impl Hours {
    /// Reads `07:30-11:30`; `24:00` is midnight at the end.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (from, until) = Self::ends(text)?;
        (from < until).then_some(Self { from, until })
    }

    /// Reads `22:00-02:00` as two minutes of a day, whichever comes first.
    #[must_use]
    pub fn ends(text: &str) -> Option<(u32, u32)> {
        let minute = |text: &str| {
            if text == "24:00" {
                return Some(1440);
            }
            let time = NaiveTime::parse_from_str(text, "%H:%M").ok()?;
            Some(chrono::Timelike::num_seconds_from_midnight(&time) / 60)
        };
        let (from, until) = text.split_once('-')?;
        Some((minute(from.trim())?, minute(until.trim())?))
    }
}

/// When an office is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    /// Its name in the configuration and on the command line.
    pub id: String,
    /// Opening hours from Monday to Sunday; a day without any is closed.
    pub week: [Vec<Hours>; 7],
    /// Whether the holidays of the whole country are kept, and the days worked in exchange.
    pub national: bool,
    /// Further days off.
    pub off: BTreeSet<NaiveDate>,
    /// Further days worked, though they would be off; with the hours of a Monday where they have none.
    pub working: BTreeSet<NaiveDate>,
}

impl Calendar {
    /// Office hours of public administration: Monday to Friday, 07:30-11:30 and 13:30-17:30, holidays kept. Provinces
    /// set their own hours: these are ours ("nội bộ") until the operator says otherwise.
    #[must_use]
    pub fn official() -> Self {
        let day = vec![Hours { from: 450, until: 690 }, Hours { from: 810, until: 1050 }];
        let week = std::array::from_fn(|weekday| if weekday < 5 { day.clone() } else { Vec::new() });
        Self { id: OFFICIAL.to_owned(), week, national: true, off: BTreeSet::new(), working: BTreeSet::new() }
    }

    /// The hours of a day; none where it is off. The operator's own days overrule those of the country.
    #[must_use]
    pub fn hours(&self, day: NaiveDate) -> &[Hours] {
        let usual = &self.week[day.weekday().num_days_from_monday() as usize];
        let made_up = || if usual.is_empty() { &self.week[0] } else { usual };
        if self.off.contains(&day) {
            return &[];
        }
        if self.working.contains(&day) {
            return made_up();
        }
        if self.national && holidays::make_up_day(day).is_some() {
            return made_up();
        }
        if self.national && holidays::holiday(day).is_some() { &[] } else { usual }
    }

    /// The times within a stretch in which the office is open, as a set.
    #[must_use]
    pub fn open(&self, within: &Interval) -> Vec<Interval> {
        let zone = zone();
        let last = within.until.with_timezone(&zone).date_naive();
        let mut day = within.from.with_timezone(&zone).date_naive();
        let mut times = Vec::new();
        while day <= last {
            let open = self.hours(day).iter().filter_map(|hours| {
                Interval::new(moment(day, hours.from)?, moment(day, hours.until)?)?.cut(within)
            });
            times.extend(open);
            day = day + Days::new(1);
        }
        union(times)
    }
}

/// Viet Nam's time zone.
#[must_use]
pub fn zone() -> FixedOffset {
    FixedOffset::east_opt(AHEAD).expect("seven hours are less than a day")
}

/// A calendar month in Viet Nam, `None` where there is no such month.
#[must_use]
pub fn month(year: i32, month: u32) -> Option<Interval> {
    let first = NaiveDate::from_ymd_opt(year, month, 1)?;
    let next = first.checked_add_months(chrono::Months::new(1))?;
    Interval::new(moment(first, 0)?, moment(next, 0)?)
}

/// A minute of a day in Viet Nam; 1440 is midnight at its end.
pub(super) fn moment(day: NaiveDate, minute: u32) -> Option<DateTime<Utc>> {
    let (day, minute) = if minute == 1440 { (day + Days::new(1), 0) } else { (day, minute) };
    let time = day.and_hms_opt(minute / 60, minute % 60, 0)?;
    Some(zone().from_local_datetime(&time).single()?.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::slo::interval::total;

    fn hours_of(calendar: &Calendar, year: i32, number: u32) -> i64 {
        total(&calendar.open(&month(year, number).unwrap())).num_hours()
    }

    #[test]
    fn a_month_has_its_working_hours() {
        let office = Calendar::official();
        assert_eq!(hours_of(&office, 2026, 10), 22 * 8, "no holiday");
        assert_eq!(hours_of(&office, 2026, 2), 15 * 8, "Tết takes five of twenty");
        assert_eq!(hours_of(&office, 2026, 1), 21 * 8, "22 weekdays, two off, one Saturday worked");
        assert_eq!(total(&[month(2026, 2).unwrap()]), TimeDelta::days(28));
    }

    #[test]
    fn an_operators_own_days_overrule_the_countrys() {
        let mut own = Calendar::official();
        own.off.insert("2026-10-01".parse().unwrap());
        own.working.insert("2026-02-16".parse().unwrap());
        own.working.insert("2026-10-04".parse().unwrap());
        assert_eq!(hours_of(&own, 2026, 10), 22 * 8);
        assert_eq!(hours_of(&own, 2026, 2), 16 * 8);
        assert!(own.hours("2026-10-01".parse().unwrap()).is_empty());
        assert_eq!(own.hours("2026-10-04".parse().unwrap()).len(), 2, "a Sunday with the hours of a Monday");
    }

    #[test]
    fn hours_are_read_as_people_write_them() {
        assert_eq!(Hours::parse("07:30-11:30"), Some(Hours { from: 450, until: 690 }));
        assert_eq!(Hours::parse("00:00-24:00"), Some(Hours { from: 0, until: 1440 }));
        for wrong in ["11:30-07:30", "7h30", "07:30", "24:00-24:00", ""] {
            assert_eq!(Hours::parse(wrong), None, "{wrong}");
        }
        let open = Calendar {
            week: std::array::from_fn(|_| vec![Hours { from: 0, until: 1440 }]),
            national: false,
            ..Calendar::official()
        };
        assert_eq!(open.open(&month(2026, 2).unwrap()), [month(2026, 2).unwrap()]);
    }
}
