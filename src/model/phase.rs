//! The five phases of a request and how long each took.

use std::time::Duration;

use serde::{Serialize, Serializer};

use crate::model::text::Text;

/// A stretch of one request, in the order in which they happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Name to addresses.
    Resolve,
    /// TCP handshake (and that of a proxy).
    Connect,
    /// TLS handshake and verification of the chain.
    Tls,
    /// Request sent until the first byte of the answer.
    Processing,
    /// First byte until the last.
    Transfer,
}

impl Phase {
    /// Every phase in order.
    pub const ALL: [Self; 5] = [Self::Resolve, Self::Connect, Self::Tls, Self::Processing, Self::Transfer];

    /// The word used in labels and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Resolve => "resolve",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Processing => "processing",
            Self::Transfer => "transfer",
        }
    }

    /// The word for people.
    #[must_use]
    pub const fn word(self) -> Text {
        match self {
            Self::Resolve => Text { vi: "phân giải tên", en: "resolve" },
            Self::Connect => Text { vi: "kết nối", en: "connect" },
            Self::Tls => Text { vi: "bắt tay TLS", en: "tls" },
            Self::Processing => Text { vi: "chờ xử lý", en: "processing" },
            Self::Transfer => Text { vi: "tải nội dung", en: "transfer" },
        }
    }
}

/// Time spent in each phase; a phase that did not take place has none (an IP address resolves nothing).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Phases([Option<Duration>; 5]);

impl Phases {
    /// What a phase took, `None` if it did not take place.
    #[must_use]
    pub const fn get(&self, phase: Phase) -> Option<Duration> {
        self.0[phase as usize]
    }

    /// Adds time to a phase: redirects sum up.
    pub fn add(&mut self, phase: Phase, spent: Duration) {
        let slot = &mut self.0[phase as usize];
        *slot = Some(slot.unwrap_or_default() + spent);
    }

    /// Adds all phases of a further hop.
    pub fn add_all(&mut self, other: &Self) {
        for (phase, spent) in other.iter() {
            self.add(phase, spent);
        }
    }

    /// The phases that took place, in order.
    pub fn iter(&self) -> impl Iterator<Item = (Phase, Duration)> + '_ {
        Phase::ALL.into_iter().filter_map(|phase| self.get(phase).map(|spent| (phase, spent)))
    }
}

impl Serialize for Phases {
    /// `{"resolve": 0.001, ...}` in seconds.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter().map(|(phase, spent)| (phase.as_str(), spent.as_secs_f64())))
    }
}
