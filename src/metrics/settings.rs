//! What the operator may set about metrics, and how many series that makes.

use std::time::Duration;

use crate::metrics::text::bound_text;
use crate::model::phase::Phase;
use crate::model::status::Status;
use crate::model::told::{Told, told};
use crate::probe::spec::{Portal, ProbeSpec};

/// Upper bounds of the duration histogram, in seconds, unless the operator sets others.
pub const DEFAULT_BUCKETS: [f64; 7] = [0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
/// The most buckets that can be set, `+Inf` aside.
pub const BUCKETS_MAX: usize = 30;
/// The most series that one probe has with the default settings.
pub const SERIES_PER_PROBE_MAX: usize = 30;

/// What the operator sets.
#[derive(Clone, Debug, PartialEq)]
pub struct StoreSettings {
    /// Where we measure from: the `location` label.
    pub location: String,
    /// Upper bounds of the duration histogram in seconds, ascending, without `+Inf`.
    pub buckets: Vec<f64>,
}

impl Default for StoreSettings {
    fn default() -> Self {
        Self { location: "local".to_owned(), buckets: DEFAULT_BUCKETS.to_vec() }
    }
}

impl StoreSettings {
    /// Says what is wrong with the buckets.
    ///
    /// # Errors
    /// A sentence that says what is allowed.
    pub fn check(&self) -> Result<(), Told> {
        if self.buckets.is_empty() || self.buckets.len() > BUCKETS_MAX {
            return Err(told!(
                "có {given} ngưỡng, chỉ được từ 1 đến {BUCKETS_MAX}",
                "{given} buckets were given; 1 to {BUCKETS_MAX} are allowed",
                given = self.buckets.len(),
            ));
        }
        if let Some(wrong) = self.buckets.iter().find(|bound| !bound.is_finite() || **bound <= 0.0) {
            return Err(told!(
                "\"{wrong}\" không phải là ngưỡng: mỗi ngưỡng trên là một số giây lớn hơn 0",
                "\"{wrong}\" is not a bucket: an upper bound is a number of seconds above 0"
            ));
        }
        match self.buckets.windows(2).find(|pair| pair[0] >= pair[1]) {
            Some(pair) => Err(told!(
                "ngưỡng \"{second}\" không lớn hơn \"{first}\": các ngưỡng phải tăng dần",
                "bucket \"{second}\" does not come after \"{first}\": bounds ascend",
                first = pair[0],
                second = pair[1],
            )),
            None => Ok(()),
        }
    }

    /// The bucket by which a limit is judged, the first that is not shorter, and its label; `None` where all are.
    #[must_use]
    pub fn bucket_for(&self, limit: Duration) -> Option<(f64, String)> {
        let wanted = limit.as_secs_f64() - 1e-9;
        self.buckets.iter().find(|bound| **bound >= wanted).map(|bound| (*bound, bound_text(*bound)))
    }

    /// The most series that one probe can have at a time: one that asks over HTTPS, by name.
    ///
    /// `emc_probe_reason_info` and `emc_http_response_bytes` exclude each other, so they count once.
    #[must_use]
    pub fn series_per_probe(&self) -> usize {
        let histogram = self.buckets.len() + 3;
        let counters = 3;
        let reason_or_bytes = 1;
        let others =
            ["last_run", "stale", "missed", "not_after", "tls_info", "status_code", "probe_info"].len();
        Status::ALL.len() + counters + reason_or_bytes + histogram + Phase::ALL.len() + others
    }

    /// The most series that a configuration can have, those of our own process aside.
    #[must_use]
    pub fn series(&self, portals: &[Portal], probes: &[ProbeSpec]) -> usize {
        let of_portals: usize = portals.iter().map(|portal| 2 + portal.objectives.len()).sum();
        of_portals + probes.len() * self.series_per_probe()
    }
}
