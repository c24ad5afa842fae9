//! The stamps of one exchange (when the request went out, when the first byte of the answer came, when the last) and
//! how much the other side may still send.
//!
//! Shared between the socket, which knows what the kernel saw, and the layer above TLS, which knows which bytes were an
//! answer. One task holds both, so the lock is never waited for.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::model::reason::Reason;
use crate::net::tls::reason;

/// What a read costs at least, in bytes of the allowance: a byte at a time is more work for us than for its sender.
const READ_COST: u64 = 64;

/// A moment, and whose clock saw it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stamp {
    /// By the monotonic clock.
    pub(crate) at: Instant,
    /// Whether the kernel took it when the packet came, rather than we when we got to run.
    pub(crate) by_kernel: bool,
}

/// The stamps so far.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Taken {
    /// Just before the first byte of the request was handed to the kernel (or to TLS).
    pub(crate) sent: Option<Instant>,
    /// When the first byte of the answer arrived.
    pub(crate) first: Option<Stamp>,
    /// When the last bytes were read.
    pub(crate) last: Option<Instant>,
}

/// Where the exchange stands, as far as the socket must know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Listening {
    /// The request is not out yet.
    #[default]
    NotYet,
    /// The next write is the request.
    Expecting,
    /// The request is out, the answer is waited for.
    Yes,
    /// The answer has begun.
    Over,
}

#[derive(Debug)]
struct State {
    taken: Taken,
    /// The stamp of what the socket heard last while it was listening.
    heard: Option<Stamp>,
    listening: Listening,
    /// How many more bytes the other side may send.
    allowance: u64,
    flooded: bool,
    /// What TLS said when the stream broke.
    alert: Option<Reason>,
}

/// The other side sends more than any honest server would.
#[derive(Debug, thiserror::Error)]
#[error("the server sends without end")]
pub(crate) struct Flood;

/// A handle on the stamps of one connection.
#[derive(Clone, Debug)]
pub(crate) struct Marks(Arc<Mutex<State>>);

impl Default for Marks {
    fn default() -> Self {
        let (taken, heard, listening, flooded, alert) = Default::default();
        Self(Arc::new(Mutex::new(State { taken, heard, listening, allowance: u64::MAX, flooded, alert })))
    }
}

impl Marks {
    /// The next write is the request.
    pub(crate) fn expect_request(&self) {
        self.state().listening = Listening::Expecting;
    }

    /// Something is about to be written; if it is the request, the time is taken.
    pub(crate) fn writing(&self) {
        let mut state = self.state();
        if state.listening == Listening::Expecting {
            state.listening = Listening::Yes;
            state.taken.sent = Some(Instant::now());
        }
    }

    /// When the request went out, if its answer is still waited for.
    pub(crate) fn listening_since(&self) -> Option<Instant> {
        let state = self.state();
        if state.listening == Listening::Yes { state.taken.sent } else { None }
    }

    /// The socket heard something that may be the answer.
    pub(crate) fn heard(&self, stamp: Stamp) {
        self.state().heard = Some(stamp);
    }

    /// Bytes of the answer were read.
    pub(crate) fn answered(&self) {
        let now = Instant::now();
        let mut state = self.state();
        if state.listening == Listening::Yes {
            state.listening = Listening::Over;
            state.taken.first = Some(state.heard.unwrap_or(Stamp { at: now, by_kernel: false }));
        }
        state.taken.last = Some(now);
    }

    /// All stamps so far.
    pub(crate) fn taken(&self) -> Taken {
        self.state().taken
    }

    /// From now on the other side may send so many bytes.
    pub(crate) fn allow(&self, bytes: u64) {
        self.state().allowance = bytes;
    }

    /// Counts what the other side sent in one go.
    ///
    /// # Errors
    /// [`Flood`] past the allowance.
    pub(crate) fn count(&self, bytes: usize) -> io::Result<()> {
        let mut state = self.state();
        let Some(left) = state.allowance.checked_sub(READ_COST.max(bytes as u64)) else {
            state.flooded = true;
            return Err(io::Error::other(Flood));
        };
        state.allowance = left;
        Ok(())
    }

    /// Whether the other side sent more than it may.
    pub(crate) fn is_flooded(&self) -> bool {
        self.state().flooded
    }

    /// Keeps what TLS says of an error, as not every reader hands it on.
    pub(crate) fn broken(&self, error: &io::Error) {
        let said = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
        self.state().alert = said.map(reason::of_error);
    }

    /// What TLS said when the stream broke.
    pub(crate) fn alert(&self) -> Option<Reason> {
        self.state().alert
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_reads_use_up_what_is_allowed_sooner_than_large_ones() {
        let marks = Marks::default();
        marks.allow(10_000);
        assert!((0..156).all(|_| marks.count(1).is_ok()));
        assert!(marks.count(1).is_err() && marks.is_flooded());
        let marks = Marks::default();
        marks.allow(10_000);
        assert!(marks.count(10_000).is_ok() && !marks.is_flooded());
    }
}
