//! Vietnamese public holidays of the years 2024 to 2030, as data: the day, what it is, and how sure that is.
//!
//! Basis: Bộ luật Lao động 45/2019/QH14, Điều 112 (New Year 1 day, Tết 5 days, 30/4, 1/5, 2/9 and one day beside it,
//! 10 March of the lunar calendar) and Điều 111 (a holiday on a day of weekly rest is made up for on the next working
//! day). Which days Tết and 2/9 take, and which working days change places, the government announces for each year.
//! Of 2024 to 2026 that is told here as the press reported it; the notices themselves were not at hand. Of later years
//! nothing was announced when this was written: those days are [`Certainty::Expected`], and an operator's own calendar
//! (`off`, `working`) overrules them.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use chrono::{Datelike, Days, NaiveDate, Weekday};

use crate::model::text::Text;

/// How sure a day is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certainty {
    /// The law names the date.
    Law,
    /// By the lunar calendar at UTC+7, which the law refers to.
    Computed,
    /// The year's arrangement as the press reported it.
    Reported,
    /// Not announced as far as we know: by the usual rule, to be overruled.
    Expected,
}

impl Certainty {
    /// The words for people.
    #[must_use]
    pub const fn text(self) -> Text {
        match self {
            Self::Law => Text { vi: "theo luật", en: "by law" },
            Self::Computed => Text { vi: "tính theo âm lịch", en: "by the lunar calendar" },
            Self::Reported => Text { vi: "theo báo chí đưa tin", en: "as the press reported" },
            Self::Expected => Text { vi: "dự kiến, chưa công bố", en: "expected, not announced" },
        }
    }
}

/// What a day is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holiday {
    /// What it is called.
    pub name: Text,
    /// How sure it is.
    pub certainty: Certainty,
}

const NEW_YEAR: Text = Text { vi: "Tết Dương lịch", en: "New Year" };
const TET: Text = Text { vi: "Tết Nguyên đán", en: "Tết (lunar New Year)" };
const HUNG_KINGS: Text = Text { vi: "Giỗ Tổ Hùng Vương", en: "Hùng Kings' day" };
const REUNIFICATION: Text = Text { vi: "Ngày Chiến thắng 30/4", en: "Victory day" };
const LABOUR: Text = Text { vi: "Quốc tế Lao động 1/5", en: "Labour day" };
const NATIONAL: Text = Text { vi: "Quốc khánh", en: "National day" };
const SWAPPED: Text = Text { vi: "nghỉ hoán đổi", en: "day off by exchange" };

/// Month and day.
type MonthDay = (u32, u32);

/// First day of Tết and 10 March of the lunar calendar, computed for UTC+7. In 2030 China's new year is a day later.
const LUNAR: [(i32, MonthDay, MonthDay); 7] = [
    (2024, (2, 10), (4, 18)),
    (2025, (1, 29), (4, 7)),
    (2026, (2, 17), (4, 26)),
    (2027, (2, 6), (4, 16)),
    (2028, (1, 26), (4, 4)),
    (2029, (2, 13), (4, 23)),
    (2030, (2, 2), (4, 12)),
];

/// Of years whose arrangement was reported: the last day before Tết's first that is off (how many days before it), the
/// day beside 2/9, and working days that change places with a Saturday.
struct Arrangement {
    year: i32,
    days_before_tet: u64,
    beside_national: u32,
    swaps: &'static [(MonthDay, MonthDay)],
}

const REPORTED: [Arrangement; 3] = [
    Arrangement { year: 2024, days_before_tet: 2, beside_national: 3, swaps: &[((4, 29), (5, 4))] },
    Arrangement { year: 2025, days_before_tet: 2, beside_national: 1, swaps: &[((5, 2), (4, 26))] },
    Arrangement {
        year: 2026,
        days_before_tet: 1,
        beside_national: 1,
        swaps: &[((1, 2), (1, 10)), ((8, 31), (8, 22))],
    },
];

/// All that is known.
#[derive(Debug, Default)]
struct National {
    off: BTreeMap<NaiveDate, Holiday>,
    make_up: BTreeMap<NaiveDate, Certainty>,
}

/// What a day is, if it is a holiday of the whole country, or stands in for one.
#[must_use]
pub fn holiday(day: NaiveDate) -> Option<Holiday> {
    national().off.get(&day).copied()
}

/// Whether a Saturday or Sunday is worked to make up for a day off, and how sure that is.
#[must_use]
pub fn make_up_day(day: NaiveDate) -> Option<Certainty> {
    national().make_up.get(&day).copied()
}

/// Every holiday that is known, in order.
pub fn all() -> impl Iterator<Item = (NaiveDate, Holiday)> {
    national().off.iter().map(|(day, holiday)| (*day, *holiday))
}

/// Whether anything is known of a year.
#[must_use]
pub fn is_known(year: i32) -> bool {
    LUNAR.iter().any(|(known, ..)| *known == year)
}

fn national() -> &'static National {
    static NATIONAL_DAYS: OnceLock<National> = OnceLock::new();
    NATIONAL_DAYS.get_or_init(|| {
        let mut national = National::default();
        LUNAR.iter().for_each(|year| national.add_year(*year));
        national
    })
}

impl National {
    fn add_year(&mut self, (year, tet, hung_kings): (i32, MonthDay, MonthDay)) {
        let day = |(month, day)| NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default();
        let reported = REPORTED.iter().find(|arrangement| arrangement.year == year);
        let arranged = if reported.is_some() { Certainty::Reported } else { Certainty::Expected };
        let before = reported.map_or(1, |arrangement| arrangement.days_before_tet);
        let beside = reported.map_or(3, |arrangement| arrangement.beside_national);
        let first = day(tet) - Days::new(before);
        let tet_days = (0..5).map(|number| (first + Days::new(number), TET, arranged));
        let fixed = [
            (day((1, 1)), NEW_YEAR, Certainty::Law),
            (day(hung_kings), HUNG_KINGS, Certainty::Computed),
            (day((4, 30)), REUNIFICATION, Certainty::Law),
            (day((5, 1)), LABOUR, Certainty::Law),
            (day((9, 2)), NATIONAL, Certainty::Law),
            (day((9, beside)), NATIONAL, arranged),
        ];
        let mut owed = Vec::new();
        for (day, name, certainty) in tet_days.chain(fixed) {
            self.off.insert(day, Holiday { name, certainty });
            if is_weekend(day) {
                owed.push((day, name));
            }
        }
        for (day, name) in owed {
            self.make_good(day, name, arranged);
        }
        for (off, worked) in reported.map_or(&[][..], |arrangement| arrangement.swaps) {
            self.off.insert(day(*off), Holiday { name: SWAPPED, certainty: Certainty::Reported });
            self.make_up.insert(day(*worked), Certainty::Reported);
        }
    }

    /// Điều 111: the next working day is off instead.
    fn make_good(&mut self, day: NaiveDate, name: Text, certainty: Certainty) {
        let mut next = day + Days::new(1);
        while is_weekend(next) || self.off.contains_key(&next) {
            next = next + Days::new(1);
        }
        self.off.insert(next, Holiday { name, certainty });
    }
}

/// Civil servants rest on both.
pub(crate) fn is_weekend(day: NaiveDate) -> bool {
    matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn off(year: i32) -> Vec<String> {
        let working = |(day, _): &(NaiveDate, Holiday)| day.year() == year && !is_weekend(*day);
        all().filter(working).map(|(day, _)| day.format("%m-%d").to_string()).collect()
    }

    #[test]
    fn the_weekdays_off_of_each_reported_year() {
        let year = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(
            off(2024),
            year("01-01 02-08 02-09 02-12 02-13 02-14 04-18 04-29 04-30 05-01 09-02 09-03")
        );
        assert_eq!(
            off(2025),
            year("01-01 01-27 01-28 01-29 01-30 01-31 04-07 04-30 05-01 05-02 09-01 09-02")
        );
        assert_eq!(
            off(2026),
            year("01-01 01-02 02-16 02-17 02-18 02-19 02-20 04-27 04-30 05-01 08-31 09-01 09-02")
        );
    }

    #[test]
    fn what_nobody_has_announced_says_so() {
        let day = |text: &str| holiday(text.parse().unwrap()).unwrap();
        assert_eq!(day("2027-02-08").certainty, Certainty::Expected);
        assert_eq!(day("2027-05-03").certainty, Certainty::Expected, "in lieu of a Saturday");
        assert_eq!(day("2030-09-02").certainty, Certainty::Law);
        assert_eq!(day("2026-02-16").certainty, Certainty::Reported);
        assert!(holiday("2026-11-23".parse().unwrap()).is_none());
        assert!(is_known(2030) && !is_known(2031));
    }

    #[test]
    fn saturdays_worked_in_exchange_are_known() {
        for day in ["2024-05-04", "2025-04-26", "2026-01-10", "2026-08-22"] {
            assert_eq!(make_up_day(day.parse().unwrap()), Some(Certainty::Reported), "{day}");
        }
        assert_eq!(make_up_day("2026-01-17".parse().unwrap()), None);
    }
}
