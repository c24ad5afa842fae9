//! The two exposition formats, byte by byte: headers, labels, numbers.
//!
//! Durations are whole microseconds and moments whole milliseconds until they are written, so that no series needs
//! floating-point formatting, which would be most of a scrape's cost.

use std::time::Duration;

use crate::metrics::catalogue::{Family, MetricType, Unit};

/// How `/metrics` is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Format {
    /// Prometheus text 0.0.4.
    #[default]
    Text,
    /// OpenMetrics 1.0.
    OpenMetrics,
}

impl Format {
    /// The `Content-Type` of an answer.
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Text => "text/plain; version=0.0.4; charset=utf-8",
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
        }
    }
}

/// Name, type and help of a family about to be written, ours or the `prometheus` crate's.
pub(crate) struct Header<'a> {
    /// The name as it is queried.
    pub(crate) name: &'a str,
    /// How it counts.
    pub(crate) metric_type: MetricType,
    /// What it measures in.
    pub(crate) unit: Unit,
    /// What it says.
    pub(crate) help: &'a str,
}

impl From<&'static Family> for Header<'static> {
    fn from(family: &'static Family) -> Self {
        let Family { name, metric_type, unit, help, .. } = *family;
        Self { name, metric_type, unit, help: help.en }
    }
}

impl Header<'_> {
    /// Writes the comment lines before a family's samples.
    pub(crate) fn write(&self, format: Format, out: &mut Vec<u8>) {
        match format {
            Format::Text => {
                let shown =
                    if self.metric_type == MetricType::Info { MetricType::Gauge } else { self.metric_type };
                comment(out, "HELP", self.name, &help_text(self.help, format));
                comment(out, "TYPE", self.name, shown.as_str());
            }
            Format::OpenMetrics => {
                let name = match self.metric_type {
                    MetricType::Counter => self.name.strip_suffix("_total").unwrap_or(self.name),
                    MetricType::Info => self.name.strip_suffix("_info").unwrap_or(self.name),
                    MetricType::Gauge | MetricType::Histogram => self.name,
                };
                comment(out, "TYPE", name, self.metric_type.as_str());
                if self.unit != Unit::None {
                    comment(out, "UNIT", name, self.unit.as_str());
                }
                comment(out, "HELP", name, &help_text(self.help, format));
            }
        }
    }
}

fn comment(out: &mut Vec<u8>, word: &str, name: &str, text: &str) {
    for piece in ["# ", word, " ", name, " ", text, "\n"] {
        out.extend_from_slice(piece.as_bytes());
    }
}

/// Help text: a quote is escaped in OpenMetrics only; text 0.0.4 knows no `\"` there and refuses the whole scrape.
fn help_text(help: &str, format: Format) -> String {
    let escaped = help.replace('\\', "\\\\").replace('\n', "\\n");
    if format == Format::OpenMetrics { escaped.replace('"', "\\\"") } else { escaped }
}

/// Writes `name="value"`.
pub(crate) fn push_label(out: &mut Vec<u8>, name: &str, value: &str) {
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"=\"");
    push_escaped(out, value);
    out.push(b'"');
}

/// Escapes what would end a label value or a line.
fn push_escaped(out: &mut Vec<u8>, text: &str) {
    for byte in text.bytes() {
        match byte {
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'"' => out.extend_from_slice(b"\\\""),
            b'\n' => out.extend_from_slice(b"\\n"),
            _ => out.push(byte),
        }
    }
}

/// Writes a whole number.
pub(crate) fn push_u64(out: &mut Vec<u8>, mut value: u64) {
    let mut digits = [0; 20];
    let mut first = digits.len();
    loop {
        first -= 1;
        digits[first] = digit(value % 10);
        value /= 10;
        if value == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[first..]);
}

#[expect(clippy::cast_possible_truncation, reason = "the caller hands in 0 to 9")]
const fn digit(value: u64) -> u8 {
    b'0' + value as u8
}

/// Writes `value / 10^places` as a decimal fraction without trailing zeros.
pub(crate) fn push_decimal(out: &mut Vec<u8>, value: u64, places: u32) {
    let scale = 10_u64.pow(places);
    push_u64(out, value / scale);
    let mut rest = value % scale;
    if rest == 0 {
        return;
    }
    out.push(b'.');
    let mut unit = scale / 10;
    while rest > 0 {
        out.push(digit(rest / unit));
        rest %= unit;
        unit /= 10;
    }
}

/// Writes a number that is not one of ours by the formats' rules.
pub(crate) fn push_f64(out: &mut Vec<u8>, value: f64) {
    let text = match value {
        _ if value.is_nan() => "NaN".to_owned(),
        f64::INFINITY => "+Inf".to_owned(),
        f64::NEG_INFINITY => "-Inf".to_owned(),
        _ => value.to_string(),
    };
    out.extend_from_slice(text.as_bytes());
}

/// A bucket's bound as a label: OpenMetrics wants `1.0`, and text 0.0.4 gets the same so that the series keep their
/// identity whichever format a scrape negotiates.
pub(crate) fn bound_text(bound: f64) -> String {
    if bound.is_infinite() { "+Inf".to_owned() } else { format!("{bound:?}") }
}

/// A duration in whole microseconds.
pub(crate) fn micros(spent: Duration) -> u64 {
    u64::try_from(spent.as_micros()).unwrap_or(u64::MAX)
}
