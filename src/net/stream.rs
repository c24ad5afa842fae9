//! A TCP stream that can tell when the kernel saw the first byte of an answer, and that ends a flood.
//!
//! While an answer is waited for, reads are cut so that one read holds the beginning of one record at most, and each is
//! stamped by the kernel; before and after they are plain reads.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use tokio::io::{AsyncRead, AsyncWrite, Interest, ReadBuf};
use tokio::net::TcpStream;

use crate::net::framing::{Framing, Records};
use crate::net::kernel_clock::{ask_for_stamps, read_with_stamp, to_monotonic};
use crate::net::marks::{Marks, Stamp};

/// A TCP stream.
#[derive(Debug)]
pub struct Stream {
    tcp: TcpStream,
    marks: Marks,
    framing: Framing,
    /// The stamp of the record that is being read.
    record: Option<Stamp>,
    stamps_asked_for: bool,
}

impl Stream {
    /// Takes over a connected socket.
    pub(crate) fn new(tcp: TcpStream) -> Self {
        // Best effort: a socket that cannot be told so still works, only slower.
        let _ = tcp.set_nodelay(true);
        Self { tcp, marks: Marks::default(), framing: Framing::Plain, record: None, stamps_asked_for: false }
    }

    /// The stamps of what goes over this stream.
    pub(crate) fn marks(&self) -> Marks {
        self.marks.clone()
    }

    /// From here on TLS is spoken.
    pub(crate) fn begin_tls(&mut self) {
        self.framing = Framing::Records(Records::default());
    }

    /// A read while the answer to a request of `sent` is waited for.
    fn poll_stamped(
        &mut self,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
        sent: Instant,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let most = self.framing.next_read();
        let seen_at = loop {
            ready!(self.tcp.poll_read_ready(context))?;
            match self.tcp.try_io(Interest::READABLE, || read_with_stamp(&self.tcp, buffer, most)) {
                Ok((_, seen_at)) => break seen_at,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        };
        let stamp = to_monotonic(seen_at, sent);
        let walked = self.framing.walk(&buffer.filled()[before..]);
        match self.framing {
            Framing::Records(_) => {
                if walked.ended
                    && let Some(stamp) = self.record
                {
                    self.marks.heard(stamp);
                }
                if walked.began {
                    self.record = Some(stamp);
                }
            }
            Framing::Plain | Framing::Lost => {
                self.marks.heard(stamp);
                // One byte tells the time; whoever reads wants the rest with it, if it is there.
                if buffer.filled().len() > before {
                    let _ = Pin::new(&mut self.tcp).poll_read(context, buffer)?;
                }
            }
        }
        Poll::Ready(Ok(()))
    }

    /// Before the request goes out: from now on what comes in is to be stamped.
    fn prepare_to_listen(&mut self) {
        if !self.stamps_asked_for && self.marks.listening_since().is_some() {
            self.stamps_asked_for = true;
            let _ = ask_for_stamps(&self.tcp);
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        let read = match this.marks.listening_since() {
            Some(sent) if buffer.remaining() > 0 => ready!(this.poll_stamped(context, buffer, sent)),
            _ => {
                let read = ready!(Pin::new(&mut this.tcp).poll_read(context, buffer));
                this.framing.walk(&buffer.filled()[before..]);
                read
            }
        };
        Poll::Ready(read.and_then(|()| this.marks.count(buffer.filled().len() - before)))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.prepare_to_listen();
        Pin::new(&mut self.tcp).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.prepare_to_listen();
        Pin::new(&mut self.tcp).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.tcp.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_shutdown(context)
    }
}
