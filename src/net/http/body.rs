//! A body as it comes in: bounded before it is stored.

use bytes::{Bytes, BytesMut};

use crate::model::fault::Fault;
use crate::model::reason::Reason;
use crate::net::http::Outcome;
use crate::net::stage::Stage;

/// The most pieces (chunks, frames) of a body: each costs as much to take in as a hundred bytes, and who sends eight
/// megabytes in pieces of a byte means us no good.
const PIECES_MAX: usize = 1 << 18;

/// From this size on a body gets room for all that is allowed at once, instead of twice as much at each turn: what is
/// not written to costs nothing, and what was copied from would stay in memory beside the copy.
pub(crate) const LARGE: usize = 1 << 20;

/// A body that grows up to a limit.
#[derive(Debug)]
pub(crate) struct Body {
    bytes: BytesMut,
    limit: usize,
    pieces: usize,
}

impl Body {
    /// An empty body that may grow to `limit` bytes, with room for what the server announces, as far as that is modest:
    /// an announcement costs its sender nothing.
    pub(crate) fn new(limit: usize, announced: Option<u64>) -> Self {
        let announced = announced.map_or(0, |bytes| usize::try_from(bytes).unwrap_or(usize::MAX));
        Self { bytes: BytesMut::with_capacity(announced.min(limit).min(LARGE)), limit, pieces: 0 }
    }

    /// Adds what came.
    pub(crate) fn add(&mut self, chunk: &[u8]) -> Outcome<()> {
        let room = self.limit - self.bytes.len();
        let short = self.bytes.capacity() - self.bytes.len() < chunk.len().min(room);
        if short && self.bytes.len() >= LARGE {
            self.bytes.reserve(room);
        }
        self.bytes.extend_from_slice(&chunk[..chunk.len().min(room)]);
        self.pieces += 1;
        if self.pieces > PIECES_MAX {
            let detail = format!("more than {PIECES_MAX} pieces");
            return Err(Fault::new(Reason::BodyTooLarge, Stage::Body.operation(), detail));
        }
        if chunk.len() > room { Err(too_large(self.limit)) } else { Ok(()) }
    }

    /// What came so far.
    pub(crate) fn finish(self) -> Bytes {
        self.bytes.freeze()
    }
}

/// The fault of a body past its limit.
pub(crate) fn too_large(limit: usize) -> Fault {
    Fault::new(Reason::BodyTooLarge, Stage::Body.operation(), format!("more than {limit} bytes"))
}
