//! The one deadline of a run: DNS, every address, TLS, redirects, body and parsing share it. No other timeout exists.

use std::future::Future;
use std::time::{Duration, Instant};

/// When a run must be over, by the monotonic clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deadline(Instant);

/// The deadline passed first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Elapsed;

impl Deadline {
    /// So long from now.
    #[must_use]
    pub fn after(span: Duration) -> Self {
        Self(Instant::now() + span)
    }

    /// The moment itself.
    #[must_use]
    pub const fn instant(self) -> Instant {
        self.0
    }

    /// What is left; zero when it has passed.
    #[must_use]
    pub fn remaining(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }

    /// A nearer deadline for one step, never later than this one.
    #[must_use]
    pub fn sooner(self, span: Duration) -> Self {
        self.min(Self::after(span))
    }

    /// Waits for `work`, but not past the deadline; what is not done by then is dropped.
    ///
    /// # Errors
    /// [`Elapsed`] when the deadline came first.
    pub async fn bound<F: Future>(self, work: F) -> Result<F::Output, Elapsed> {
        #[expect(clippy::disallowed_methods, reason = "the one place that may set a timer on network work")]
        tokio::time::timeout_at(self.0.into(), work).await.map_err(|_| Elapsed)
    }
}
