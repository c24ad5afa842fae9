//! Response times of a day as a line, drawn by the server: no script, no asset.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::model::text::Language;
use crate::web::chronicle::{STRETCH_SECONDS, STRETCHES, Stretch};
use crate::web::pages::parts::took;

/// Height of the drawing, in its own units; a stretch is one unit wide.
const HEIGHT: f64 = 100.0;

/// A line with what it says in words.
pub(super) struct Chart {
    /// The line; it breaks where nothing is known.
    pub(super) line: String,
    /// Width of the drawing.
    pub(super) width: usize,
    /// What the top stands for.
    pub(super) top: String,
    /// Half of it.
    pub(super) middle: String,
    /// The newest value.
    pub(super) newest: String,
    /// The largest value.
    pub(super) largest: String,
}

/// Draws the stretches of the last day; `None` where there are none.
pub(super) fn chart(stretches: &[Stretch], now: DateTime<Utc>, language: Language) -> Option<Chart> {
    let last = now.timestamp().div_euclid(STRETCH_SECONDS);
    let first = last + 1 - i64::try_from(STRETCHES).unwrap_or_default();
    let shown: Vec<&Stretch> =
        stretches.iter().filter(|stretch| (first..=last).contains(&stretch.number)).collect();
    let newest = shown.last()?.mean();
    let largest = shown.iter().map(|stretch| stretch.mean()).max()?;
    let top = round_up(largest);
    let mut line = String::new();
    let mut before = None;
    for stretch in &shown {
        let place = stretch.number - first;
        let height = HEIGHT - stretch.mean().as_secs_f64() / top.as_secs_f64() * HEIGHT;
        if before == Some(place - 1) {
            line.push_str(&format!("L{place}.5 {height:.1}"));
        } else {
            // A short stroke, so that a value without neighbours is seen.
            line.push_str(&format!("M{place} {height:.1}H{place}.5"));
        }
        before = Some(place);
    }
    Some(Chart {
        line,
        width: STRETCHES,
        top: took(top, language),
        middle: took(top / 2, language),
        newest: took(newest, language),
        largest: took(largest, language),
    })
}

/// The next 1, 2 or 5 of its power of ten, in milliseconds.
fn round_up(largest: Duration) -> Duration {
    let mut power = 1;
    loop {
        for step in [1, 2, 5] {
            let limit = Duration::from_millis(step * power);
            if largest <= limit {
                return limit;
            }
        }
        power *= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_are_round() {
        for (millis, limit) in [(0, 1), (3, 5), (120, 200), (999, 1000), (3_210, 5_000)] {
            assert_eq!(round_up(Duration::from_millis(millis)), Duration::from_millis(limit));
        }
    }

    #[test]
    fn without_data_there_is_no_chart() {
        assert!(chart(&[], DateTime::default(), Language::Vi).is_none());
    }
}
