//! Names of what is watched. They come from the operator's files only, so they may become labels.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::model::told::{Told, told};

/// The longest name allowed, in bytes: long enough for a sentence of a slug, short enough for a label.
pub const NAME_MAX: usize = 63;

/// A slug: `a-z`, `0-9`, `-`, `_` and `.`, beginning with a letter or digit, 1 to [`NAME_MAX`] bytes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Name(Arc<str>);

impl Name {
    /// The name as it stands in files, labels and addresses.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why a string cannot be a [`Name`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameError {
    /// What was given.
    pub given: String,
}

impl NameError {
    /// The sentence.
    #[must_use]
    pub fn told(&self) -> Told {
        told!(
            "\"{given}\" không dùng làm tên được: dùng 1 đến 63 ký tự trong a-z, 0-9, \"-\", \"_\", \".\" và bắt đầu bằng chữ cái hoặc chữ số",
            "\"{given}\" is not a name: use 1 to 63 of a-z, 0-9, \"-\", \"_\", \".\" and begin with a letter or digit",
            given = self.given,
        )
    }
}

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.told(), f)
    }
}

impl std::error::Error for NameError {}

impl TryFrom<String> for Name {
    type Error = NameError;

    fn try_from(given: String) -> Result<Self, NameError> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_.".contains(&byte);
        let begins_well =
            given.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        if begins_well && given.len() <= NAME_MAX && given.bytes().all(allowed) {
            Ok(Self(given.into()))
        } else {
            Err(NameError { given })
        }
    }
}

impl TryFrom<&str> for Name {
    type Error = NameError;

    fn try_from(given: &str) -> Result<Self, NameError> {
        Self::try_from(given.to_owned())
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.0.as_ref().to_owned()
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Which probe: authority, portal and probe name; unique over the whole configuration.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct ProbeId {
    /// Who owns the portal.
    pub authority: Name,
    /// Which portal.
    pub portal: Name,
    /// Which measurement of that portal.
    pub probe: Name,
}

impl fmt::Display for ProbeId {
    /// `authority/portal/probe`: the name an operator types after `emc probe`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.authority, self.portal, self.probe)
    }
}

/// Bits of a run's id that tell runs of the same minute or so apart; those above tell when it began.
const NUMBER_BITS: u32 = 38;
/// Seconds that share their upper bits.
const WINDOW_SECONDS: i64 = 64;

/// One run of one probe. 16 hexadecimal digits; an exemplar and a `/runs/<id>` address carry it. It tells roughly when
/// the run began, so that history finds it by its id without an index over all runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RunId(u64);

impl RunId {
    /// The id of a run that began then. Of the number, the lower 38 bits count; no other run of that time has them.
    #[must_use]
    pub fn drawn(began: DateTime<Utc>, number: u64) -> Self {
        let window = began.timestamp().div_euclid(WINDOW_SECONDS).cast_unsigned();
        Self(window << NUMBER_BITS | number & ((1 << NUMBER_BITS) - 1))
    }

    /// When a run of this id began, if [`Self::drawn`] made it: from the first moment until before the second.
    #[must_use]
    pub fn began_within(self) -> (DateTime<Utc>, DateTime<Utc>) {
        let window = (self.0 >> NUMBER_BITS).cast_signed();
        let moment = |window: i64| DateTime::from_timestamp(window * WINDOW_SECONDS, 0).unwrap_or_default();
        (moment(window), moment(window + 1))
    }

    /// Makes an id of any number.
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number it was made of.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0
    }

    /// Reads an id as it is written.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_id = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_id.then(|| u64::from_str_radix(text, 16).ok().map(Self)).flatten()
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl Serialize for RunId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_slug() {
        for good in ["a", "bo-y-te", "7-1", "dvc.most_2"] {
            assert_eq!(Name::try_from(good).map(|name| name.to_string()), Ok(good.to_owned()));
        }
        for bad in ["", "-a", "Bộ", "a b", "A", &"x".repeat(64)] {
            assert!(Name::try_from(bad).is_err(), "{bad:?} passed");
        }
    }

    #[test]
    fn a_run_id_reads_what_it_writes() {
        let id = RunId::new(0xfeed);
        assert_eq!(RunId::parse(&id.to_string()), Some(id));
        assert_eq!(RunId::parse("feed"), None);
        assert_eq!(RunId::parse("+00000000000feed"), None);
    }

    #[test]
    fn a_run_id_tells_when_the_run_began() {
        for text in ["1970-01-01T00:00:00Z", "2026-11-24T01:02:03.456Z", "2100-01-01T00:00:00Z"] {
            let began: DateTime<Utc> = text.parse().unwrap();
            for number in [0, 1, u64::MAX] {
                let (from, until) = RunId::drawn(began, number).began_within();
                assert!(from <= began && began < until && (until - from).num_seconds() == 64, "{text}");
            }
        }
        let began = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        assert_ne!(RunId::drawn(began, 1), RunId::drawn(began, 2));
    }
}
