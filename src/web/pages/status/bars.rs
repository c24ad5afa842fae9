//! Ninety days as a bar: a stroke a day, told apart by colour and by height.

use crate::model::status::Status;
use crate::model::text::Language;
use crate::web::chronicle::{DAYS, Day};
use crate::web::pages::status::plain;

/// Width of a day and of its stroke, in the bar's own units.
const STEP: usize = 4;
const STROKE: usize = 3;
/// Less than this share of a day with measurements is no verdict on the day.
const ENOUGH: f64 = 0.5;
const DAY_MILLIS: f64 = 86_400_000.0;

/// What is said of a day; `None` where too little was measured.
pub(super) fn verdict(day: &Day, millis_so_far: f64) -> Option<Status> {
    #[expect(
        clippy::cast_precision_loss,
        reason = "a day has far fewer milliseconds than a double has digits"
    )]
    let share = day.measured() as f64 / millis_so_far.max(1.0);
    if day.down > 0 {
        Some(Status::Down)
    } else if day.degraded > 0 {
        Some(Status::Degraded)
    } else {
        (share >= ENOUGH).then_some(Status::Up)
    }
}

/// A bar as the template draws it.
pub(super) struct Bar {
    /// Class and path of each state that occurs.
    pub(super) strokes: Vec<(&'static str, String)>,
    /// The whole in words.
    pub(super) told: String,
    /// Width of all, in the bar's units.
    pub(super) width: usize,
}

/// Draws days, oldest first; the last is today, of which `millis_today` have passed.
pub(super) fn bar(days: &[Day], millis_today: f64, language: Language) -> Bar {
    let mut paths: [(Option<Status>, String, usize); 4] =
        [None, Some(Status::Up), Some(Status::Degraded), Some(Status::Down)]
            .map(|status| (status, String::new(), 0));
    for (place, day) in days.iter().enumerate() {
        let so_far = if place + 1 == days.len() { millis_today } else { DAY_MILLIS };
        let found = verdict(day, so_far);
        if let Some((status, path, count)) = paths.iter_mut().find(|(status, ..)| *status == found) {
            let top = top(*status);
            path.push_str(&format!("M{} {top}h{STROKE}v{}h-{STROKE}z", place * STEP, 24 - top));
            *count += 1;
        }
    }
    let told: Vec<String> = paths
        .iter()
        .rev()
        .filter(|(.., count)| *count > 0)
        .map(|(status, _, count)| {
            let word = word(*status).in_language(language);
            let unit = if language == Language::Vi { "ngày" } else { "d" };
            format!("{count} {unit} {word}")
        })
        .collect();
    let strokes = paths.into_iter().filter(|(.., count)| *count > 0);
    Bar {
        strokes: strokes.map(|(status, path, _)| (class(status), path)).collect(),
        told: told.join(", "),
        width: DAYS * STEP,
    }
}

/// Where a stroke begins: the worse, the taller; no data is a stub.
const fn top(status: Option<Status>) -> usize {
    match status {
        Some(Status::Down) => 0,
        Some(Status::Degraded) => 3,
        Some(Status::Up) => 6,
        Some(Status::Unknown) | None => 18,
    }
}

const fn class(status: Option<Status>) -> &'static str {
    match status {
        Some(status) => status.as_str(),
        None => "unknown",
    }
}

const fn word(status: Option<Status>) -> crate::model::text::Text {
    match status {
        Some(Status::Up) => plain::DAY_UP,
        Some(Status::Degraded) => plain::DAY_DEGRADED,
        Some(Status::Down) => plain::DAY_DOWN,
        Some(Status::Unknown) | None => plain::DAY_UNMEASURED,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;

    #[test]
    fn a_day_with_too_little_data_is_never_green() {
        let day = Day::unmeasured(NaiveDate::from_ymd_opt(2026, 11, 23).unwrap());
        assert_eq!(verdict(&day, DAY_MILLIS), None);
        assert_eq!(verdict(&Day { up: 40_000_000, ..day }, DAY_MILLIS), None);
        assert_eq!(verdict(&Day { up: 50_000_000, ..day }, DAY_MILLIS), Some(Status::Up));
        assert_eq!(verdict(&Day { up: 40_000_000, ..day }, DAY_MILLIS / 2.0), Some(Status::Up));
        assert_eq!(verdict(&Day { down: 60_000, ..day }, DAY_MILLIS), Some(Status::Down));
        assert_eq!(verdict(&Day { up: 80_000_000, degraded: 1, ..day }, DAY_MILLIS), Some(Status::Degraded));
        let bar = bar(&[day, Day { up: 80_000_000, ..day }], DAY_MILLIS, Language::Vi);
        assert_eq!(bar.told, "1 ngày hoạt động, 1 ngày không đủ dữ liệu");
        assert_eq!(bar.strokes[0], ("unknown", "M0 18h3v6h-3z".to_owned()));
    }
}
