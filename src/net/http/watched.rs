//! The plaintext side of a connection: notes when the request goes out and when bytes of the answer come in.
//!
//! With HTTP/1.1 the first byte after the request is the answer. With HTTP/2 settings and acknowledgements come first; the
//! answer begins with the first HEADERS frame (RFC 9113, 6.2).

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::net::marks::Marks;

/// A stream whose reads and writes are noted.
#[derive(Debug)]
pub(crate) struct Watched<S> {
    inner: S,
    marks: Marks,
    frames: Option<Frames>,
}

impl<S> Watched<S> {
    /// Watches a stream on which every byte is the answer's.
    pub(crate) const fn bytes(inner: S, marks: Marks) -> Self {
        Self { inner, marks, frames: None }
    }

    /// Watches a stream of HTTP/2 frames.
    pub(crate) const fn frames(inner: S, marks: Marks) -> Self {
        Self {
            inner,
            marks,
            frames: Some(Frames { header: [0; FRAME_HEADER], have: 0, left: 0, answering: false }),
        }
    }

    fn read(&mut self, bytes: &[u8]) {
        let answer = self.frames.as_mut().is_none_or(|frames| frames.hold_an_answer(bytes));
        if answer && !bytes.is_empty() {
            self.marks.answered();
        }
    }
}

/// Length, type, flags and stream (RFC 9113, 4.1).
const FRAME_HEADER: usize = 9;
/// The type of a HEADERS frame.
const HEADERS: u8 = 1;

/// A walk over the frames of a connection.
#[derive(Debug)]
struct Frames {
    header: [u8; FRAME_HEADER],
    have: usize,
    left: usize,
    answering: bool,
}

impl Frames {
    /// Whether the answer has begun with, or before, these bytes.
    fn hold_an_answer(&mut self, mut bytes: &[u8]) -> bool {
        while !self.answering && !bytes.is_empty() {
            if self.left > 0 {
                let taken = self.left.min(bytes.len());
                self.left -= taken;
                bytes = &bytes[taken..];
                continue;
            }
            let taken = (FRAME_HEADER - self.have).min(bytes.len());
            self.header[self.have..self.have + taken].copy_from_slice(&bytes[..taken]);
            self.have += taken;
            bytes = &bytes[taken..];
            if self.have == FRAME_HEADER {
                let [high, middle, low, kind, ..] = self.header;
                self.have = 0;
                self.left = usize::from(high) << 16 | usize::from(middle) << 8 | usize::from(low);
                self.answering = kind == HEADERS;
            }
        }
        self.answering
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.inner).poll_read(context, buffer);
        self.read(&buffer.filled()[before..]);
        if let Poll::Ready(Err(error)) = &read {
            self.marks.broken(error);
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.marks.writing();
        Pin::new(&mut self.inner).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.marks.writing();
        Pin::new(&mut self.inner).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_begins_with_the_first_headers_frame() {
        let settings = [0, 0, 6, 4, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1];
        let headers = [0, 0, 1, HEADERS, 4, 0, 0, 0, 1, 0x88];
        let both = [&settings[..], &headers[..]].concat();
        for cut in 1..both.len() {
            let mut frames = Watched::frames((), Marks::default()).frames.unwrap();
            let early = frames.hold_an_answer(&both[..cut]);
            assert_eq!(early, cut >= settings.len() + FRAME_HEADER, "cut at {cut}");
            assert!(frames.hold_an_answer(&both[cut..]), "cut at {cut}");
        }
    }
}
