//! Status codes as an operator expects them: `200`, `2xx`, `200-299`.

use std::fmt;

use schemars::JsonSchema;
use serde::de::{self, Deserialize, Deserializer, Visitor};

use crate::model::told::{Told, told};

/// A range of status codes, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatusRange {
    low: u16,
    high: u16,
}

impl StatusRange {
    /// One code.
    pub(super) const fn only(code: u16) -> Self {
        Self { low: code, high: code }
    }

    /// Whether a code is in the range.
    pub(super) const fn has(self, code: u16) -> bool {
        self.low <= code && code <= self.high
    }

    fn parse(text: &str) -> Result<Self, Told> {
        let wrong = || {
            told!(
                "\"{text}\" không phải là mã trạng thái: viết một mã (200), một nhóm (2xx) hoặc một khoảng (200-299)",
                "\"{text}\" is no status: write a code (200), a class (2xx) or a range (200-299)"
            )
        };
        let code = |text: &str| text.trim().parse::<u16>().ok().filter(|code| (100..=599).contains(code));
        let range = if let Some((low, high)) = text.split_once('-') {
            code(low).zip(code(high)).filter(|(low, high)| low <= high)
        } else if let Some(class) = text.strip_suffix("xx").or_else(|| text.strip_suffix("XX")) {
            class.parse::<u16>().ok().filter(|class| (1..=5).contains(class)).map(|c| (c * 100, c * 100 + 99))
        } else {
            code(text).map(|code| (code, code))
        };
        range.map(|(low, high)| Self { low, high }).ok_or_else(wrong)
    }
}

impl fmt::Display for StatusRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.low, self.high) {
            (low, high) if low == high => write!(f, "{low}"),
            (low, high) if low.is_multiple_of(100) && high == low + 99 => write!(f, "{}xx", low / 100),
            (low, high) => write!(f, "{low}-{high}"),
        }
    }
}

/// Ranges as they are shown: `200, 3xx`.
pub(super) fn shown(ranges: &[StatusRange]) -> String {
    ranges.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

impl<'de> Deserialize<'de> for StatusRange {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RangeVisitor)
    }
}

struct RangeVisitor;

impl Visitor<'_> for RangeVisitor {
    type Value = StatusRange;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a status code (200), a class (2xx) or a range (200-299)")
    }

    fn visit_u64<E: de::Error>(self, code: u64) -> Result<StatusRange, E> {
        StatusRange::parse(&code.to_string()).map_err(E::custom)
    }

    fn visit_i64<E: de::Error>(self, code: i64) -> Result<StatusRange, E> {
        StatusRange::parse(&code.to_string()).map_err(E::custom)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<StatusRange, E> {
        StatusRange::parse(text).map_err(E::custom)
    }
}

impl JsonSchema for StatusRange {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "StatusRange".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": ["string", "integer"],
            "description": "a status code (200), a class (2xx) or a range (200-299)",
            "pattern": "^([1-5][0-9][0-9](-[1-5][0-9][0-9])?|[1-5](xx|XX))$",
            "minimum": 100,
            "maximum": 599,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_classes_and_ranges_are_read() {
        let range = |text| StatusRange::parse(text).unwrap();
        assert!(range("200").has(200) && !range("200").has(201));
        assert!(range("2xx").has(299) && !range("2xx").has(300));
        assert!(range("200-204").has(204) && !range("200-204").has(205));
        assert_eq!(shown(&[range("3XX"), range("200 - 204"), range("401")]), "3xx, 200-204, 401");
        for wrong in ["", "20", "600", "6xx", "300-200", "ok", "-200"] {
            assert!(StatusRange::parse(wrong).is_err(), "{wrong:?} passed");
        }
    }
}
