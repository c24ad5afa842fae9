//! The four states of a probe.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::text::Text;

/// How a portal was found. Ordered from best to worst, with `unknown` last: it says nothing of the portal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// All that was asked was found.
    Up,
    /// It works, but worse than the operator wants.
    Degraded,
    /// It does not do what a citizen needs.
    Down,
    /// We could not measure, or were kept out: no statement about the portal.
    Unknown,
}

impl Status {
    /// Every status, in the order in which series are written.
    pub const ALL: [Self; 4] = [Self::Up, Self::Degraded, Self::Down, Self::Unknown];

    /// The word used in labels, JSON and files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Degraded => "degraded",
            Self::Down => "down",
            Self::Unknown => "unknown",
        }
    }

    /// The word for people.
    #[must_use]
    pub const fn word(self) -> Text {
        match self {
            Self::Up => Text { vi: "hoạt động", en: "up" },
            Self::Degraded => Text { vi: "suy giảm", en: "degraded" },
            Self::Down => Text { vi: "gián đoạn", en: "down" },
            Self::Unknown => Text { vi: "không xác định", en: "unknown" },
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
