//! The stamps of one exchange: when the request went out, when the first byte of the answer came, when the last.
//!
//! Shared between the socket, which knows what the kernel saw, and the layer above TLS, which knows which bytes were an
//! answer. One task holds both, so the lock is never waited for.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

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

#[derive(Debug, Default)]
struct State {
    taken: Taken,
    /// The stamp of what the socket read last while it was listening for an answer.
    heard: Option<Stamp>,
}

/// A handle on the stamps of one connection.
#[derive(Clone, Debug, Default)]
pub(crate) struct Marks(Arc<Mutex<State>>);

impl Marks {
    /// The next write is the request.
    pub(crate) fn sending(&self) {
        let mut state = self.state();
        if state.taken.sent.is_none() {
            state.taken.sent = Some(Instant::now());
        }
    }

    /// Bytes of the answer were read.
    pub(crate) fn answered(&self) {
        let mut state = self.state();
        let now = Instant::now();
        if state.taken.first.is_none() {
            state.taken.first = Some(state.heard.unwrap_or(Stamp { at: now, by_kernel: false }));
        }
        state.taken.last = Some(now);
    }

    /// All stamps so far.
    pub(crate) fn taken(&self) -> Taken {
        self.state().taken
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
