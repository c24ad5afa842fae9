//! A number of bytes as people write it: `64kB`, `8MiB`, `500`.

use schemars::JsonSchema;
use serde::de::{self, Deserialize, Deserializer, Visitor};

use crate::model::told::{Told, told};

/// A number of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size(pub u64);

/// Units and their factors; case matters as little as it does to people.
const UNITS: &[(&str, u64)] = &[
    ("", 1),
    ("b", 1),
    ("kb", 1000),
    ("mb", 1_000_000),
    ("gb", 1_000_000_000),
    ("kib", 1 << 10),
    ("mib", 1 << 20),
    ("gib", 1 << 30),
];

impl Size {
    /// How a size is written, for the schema.
    pub const PATTERN: &str = "^[0-9]+ ?([kKmMgG][iI]?)?[bB]?$";

    /// Reads a size.
    ///
    /// # Errors
    /// A sentence that says what is allowed.
    pub fn parse(text: &str) -> Result<Self, Told> {
        let split = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (number, unit) = text.split_at(split);
        let unit = unit.trim().to_ascii_lowercase();
        let factor = UNITS.iter().find(|(name, _)| *name == unit).map(|(_, factor)| *factor);
        let bytes =
            number.parse::<u64>().ok().zip(factor).and_then(|(count, factor)| count.checked_mul(factor));
        bytes.map(Self).ok_or_else(|| {
            told!(
                "\"{text}\" không phải là dung lượng: viết số kèm B, kB, MB, KiB hoặc MiB, ví dụ 64kB hoặc 8MiB",
                "\"{text}\" is not a size: write a number and B, kB, MB, KiB or MiB, such as 64kB or 8MiB"
            )
        })
    }

    /// The size as a length in memory.
    #[must_use]
    pub fn as_usize(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SizeVisitor)
    }
}

struct SizeVisitor;

impl Visitor<'_> for SizeVisitor {
    type Value = Size;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a size such as 64kB or 8MiB")
    }

    fn visit_u64<E: de::Error>(self, bytes: u64) -> Result<Size, E> {
        Ok(Size(bytes))
    }

    fn visit_i64<E: de::Error>(self, bytes: i64) -> Result<Size, E> {
        u64::try_from(bytes)
            .map(Size)
            .map_err(|_| E::custom(told!("\"{bytes}\" nhỏ hơn 0", "\"{bytes}\" is less than nothing")))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Size, E> {
        Size::parse(text).map_err(E::custom)
    }
}

impl JsonSchema for Size {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Size".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": ["string", "integer"],
            "description": "a number of bytes such as 500, 64kB or 8MiB",
            "pattern": Self::PATTERN,
            "minimum": 0,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_read_as_people_write_them() {
        for (text, bytes) in [("500", 500), ("64kB", 64_000), ("8MiB", 8 << 20), ("1 GiB", 1 << 30), ("0", 0)]
        {
            assert_eq!(Size::parse(text), Ok(Size(bytes)), "{text}");
        }
        for wrong in ["", "MiB", "-1", "1.5MB", "8 parsecs", "99999999999999999999", "18446744073709551615kB"]
        {
            assert!(Size::parse(wrong).is_err(), "{wrong:?} passed");
        }
    }
}
