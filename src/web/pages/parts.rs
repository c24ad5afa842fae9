//! Pieces that several pages show: a status, a moment, a duration, a bar of phases.

use std::time::Duration;

use chrono::{DateTime, FixedOffset, Utc};

use crate::model::phase::{Phase, Phases};
use crate::model::status::Status;
use crate::model::text::{Language, Text};
use crate::web::pages::{Reader, words};

/// Viet Nam has one time zone and no summer time.
const VIET_NAM_SECONDS: i32 = 7 * 3600;
/// Width of a bar of phases, in its own units.
const BAR_WIDTH: f64 = 200.0;

/// A status as a page shows it.
pub(super) struct Badge {
    pub(super) class: &'static str,
    pub(super) sign: &'static str,
    pub(super) word: &'static str,
}

impl Badge {
    pub(super) fn new(status: Status, reader: &Reader) -> Self {
        let word = reader.say(words::status(status));
        Self { class: status.as_str(), sign: words::sign(status), word }
    }
}

/// A moment as a page shows it.
pub(super) struct Moment {
    /// For machines.
    pub(super) iso: String,
    /// For people, in Viet Nam time.
    pub(super) local: String,
}

impl Moment {
    pub(super) fn new(at: DateTime<Utc>, language: Language) -> Self {
        let iso = at.format("%Y-%m-%dT%H:%M:%SZ").to_string();
        let zone = FixedOffset::east_opt(VIET_NAM_SECONDS);
        let format = match language {
            Language::Vi => "%d/%m/%Y %H:%M:%S",
            Language::En => "%Y-%m-%d %H:%M:%S",
        };
        let local =
            zone.map_or_else(|| iso.clone(), |zone| at.with_timezone(&zone).format(format).to_string());
        Self { iso, local }
    }
}

/// How long ago something was, in one unit.
pub(super) fn ago(since: chrono::TimeDelta, language: Language) -> String {
    let seconds = since.num_seconds().max(0);
    let (number, unit) = match seconds {
        0..=119 => (seconds, Text { vi: "giây trước", en: "s ago" }),
        120..=7199 => (seconds / 60, Text { vi: "phút trước", en: "min ago" }),
        7200..=172_799 => (seconds / 3600, Text { vi: "giờ trước", en: "h ago" }),
        _ => (seconds / 86400, Text { vi: "ngày trước", en: "days ago" }),
    };
    format!("{number} {}", unit.in_language(language))
}

/// A duration with three significant digits; Vietnamese writes a decimal comma.
pub(super) fn took(spent: Duration, language: Language) -> String {
    let millis = spent.as_secs_f64() * 1000.0;
    let text = match millis {
        _ if millis < 1.0 => format!("{millis:.2} ms"),
        _ if millis < 10.0 => format!("{millis:.1} ms"),
        _ if millis < 1000.0 => format!("{millis:.0} ms"),
        _ => format!("{:.2} s", millis / 1000.0),
    };
    if language == Language::Vi { text.replace('.', ",") } else { text }
}

/// One phase within a bar.
pub(super) struct Stretch {
    /// Its label in metrics, and the class that colours it.
    pub(super) class: &'static str,
    /// Its name in words.
    pub(super) word: &'static str,
    /// What it took.
    pub(super) took: String,
    /// Where it begins, in the bar's units.
    pub(super) begin: String,
    /// How wide it is.
    pub(super) width: String,
}

/// The phases side by side, as wide as their share of the sum.
pub(super) fn bar(phases: &Phases, reader: &Reader) -> Vec<Stretch> {
    let sum: f64 = phases.iter().map(|(_, spent)| spent.as_secs_f64()).sum();
    let scale = if sum > 0.0 { BAR_WIDTH / sum } else { 0.0 };
    let mut begin = 0.0;
    let stretch = |(phase, spent): (Phase, Duration)| {
        let width = spent.as_secs_f64() * scale;
        let one = Stretch {
            class: phase.as_str(),
            word: reader.say(words::phase(phase)),
            took: took(spent, reader.language),
            begin: format!("{begin:.2}"),
            width: format!("{width:.2}"),
        };
        begin += width;
        one
    };
    phases.iter().map(stretch).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_and_ages_read_as_people_write_them() {
        let took_en = |micros| took(Duration::from_micros(micros), Language::En);
        assert_eq!(
            [took_en(120), took_en(4_560), took_en(120_400), took_en(3_210_000)],
            ["0.12 ms", "4.6 ms", "120 ms", "3.21 s"]
        );
        assert_eq!(took(Duration::from_micros(4_560), Language::Vi), "4,6 ms");
        assert_eq!(ago(chrono::TimeDelta::seconds(-3), Language::Vi), "0 giây trước");
        assert_eq!(ago(chrono::TimeDelta::seconds(7300), Language::En), "2 h ago");
    }
}
