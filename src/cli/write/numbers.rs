//! Figures and times as each language writes them: `1,5 s` and `dd/MM/yyyy` in Vietnamese, `1.5 s` and ISO in English.

use std::time::Duration;

use chrono::{DateTime, FixedOffset, Utc};

use crate::model::text::Language;

/// A duration with three meaningful places: `840 µs`, `12.3 ms`, `1.234 s`.
#[must_use]
pub fn duration(spent: Duration, language: Language) -> String {
    let seconds = spent.as_secs_f64();
    let text = if seconds >= 1.0 {
        format!("{seconds:.2} s")
    } else if seconds >= 0.001 {
        format!("{:.1} ms", seconds * 1e3)
    } else {
        format!("{:.0} µs", seconds * 1e6)
    };
    decimal(text, language)
}

/// A number of bytes: `512 B`, `60.1 kB`, `1.5 MB`.
#[must_use]
pub fn bytes(count: u64, language: Language) -> String {
    #[expect(clippy::cast_precision_loss, reason = "three places are shown")]
    let number = count as f64;
    let text = match count {
        0..1_000 => format!("{count} B"),
        1_000..1_000_000 => format!("{:.1} kB", number / 1e3),
        _ => format!("{:.1} MB", number / 1e6),
    };
    decimal(text, language)
}

/// A moment in the reader's zone, to the second.
#[must_use]
pub fn moment(time: DateTime<Utc>, zone: FixedOffset, language: Language) -> String {
    let format = match language {
        Language::Vi => "%d/%m/%Y %H:%M:%S %:z",
        Language::En => "%Y-%m-%d %H:%M:%S %:z",
    };
    time.with_timezone(&zone).format(format).to_string()
}

/// A day in the reader's zone.
#[must_use]
pub fn day(time: DateTime<Utc>, zone: FixedOffset, language: Language) -> String {
    let format = match language {
        Language::Vi => "%d/%m/%Y",
        Language::En => "%Y-%m-%d",
    };
    time.with_timezone(&zone).format(format).to_string()
}

fn decimal(text: String, language: Language) -> String {
    match language {
        Language::Vi => text.replace('.', ","),
        Language::En => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_keep_three_places_and_the_languages_comma() {
        let shown = |micros, language| duration(Duration::from_micros(micros), language);
        assert_eq!(shown(12, Language::En), "12 µs");
        assert_eq!(shown(12_340, Language::En), "12.3 ms");
        assert_eq!(shown(1_234_000, Language::Vi), "1,23 s");
        assert_eq!(bytes(999, Language::Vi), "999 B");
        assert_eq!(bytes(60_123, Language::Vi), "60,1 kB");
    }
}
