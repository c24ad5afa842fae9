//! HTTP over a connection that stands: one request, one answer, in the caller's own task.
//!
//! [`h1`] and [`h2`] speak; [`watched`] takes the stamps; [`body`] bounds; [`coding`] undoes content codings once the last
//! stamp is taken.

mod body;
mod coding;
mod fault;
mod h1;
mod h2;
mod watched;

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

use http::HeaderMap;
use tokio::io::{AsyncRead, AsyncWrite};

use crate::model::fault::Fault;
use crate::model::phase::Phase;
use crate::model::reason::Reason;
use crate::net::exchange::{Exchange, Limits, Request};
use crate::net::http::watched::Watched;
use crate::net::marks::{Marks, Taken};
use crate::net::run::Run;
use crate::net::stage::Stage;

/// The most headers of an answer.
const HEADERS_MAX: usize = 1000;
/// The most bytes of the head of an answer.
const HEAD_MAX: usize = 256 * 1024;
/// What a server may send before its head is complete: the head itself, interim answers, frames and tickets.
const BEFORE_HEAD_MAX: u64 = 384 * 1024;
/// What a server may send beside the body itself (chunk headers, frames, records), over half the body's own limit.
const AROUND_BODY_MAX: u64 = 1 << 20;

/// Which version is spoken on a connection, and how a request is addressed in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spoken {
    /// HTTP/1.1 to the server itself.
    Http1,
    /// HTTP/1.1 to a proxy: the request names the whole address.
    Http1Proxied,
    /// HTTP/2.
    Http2,
}

/// The outcome of a step.
type Outcome<T> = Result<T, Fault>;

/// Sends the request and reads the answer into `seen`.
pub(crate) async fn speak(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send,
    (spoken, marks): (Spoken, Marks),
    (request, limits): (&Request, Limits),
    run: &mut Run,
    seen: &mut Exchange,
) {
    marks.allow(BEFORE_HEAD_MAX);
    let outcome = if spoken == Spoken::Http2 {
        let watched = Watched::frames(stream, marks.clone());
        // Boxed: its state is large and rarely needed, and every run in flight holds the room.
        Box::pin(h2::exchange(watched, &marks, (request, limits), run, seen)).await
    } else {
        let watched = Watched::bytes(stream, marks.clone());
        h1::exchange(watched, (spoken, &marks), (request, limits), run, seen).await
    };
    stamp(marks.taken(), seen);
    seen.fault = outcome.err();
    if seen.head.is_some() && !seen.body.is_empty() {
        coding::undo(seen, limits.body_bytes).await;
    }
}

/// Whether a head is larger than any honest one; parsers stop at their buffers, which are larger.
fn head_too_large(headers: &HeaderMap) -> Outcome<()> {
    let size: usize =
        headers.iter().map(|(name, value)| name.as_str().len() + value.len() + ": \r\n".len()).sum();
    if headers.len() <= HEADERS_MAX && size <= HEAD_MAX {
        return Ok(());
    }
    let detail = format!("{} headers of {size} bytes", headers.len());
    Err(Fault::new(Reason::HeadersTooLarge, Stage::Head.operation(), detail))
}

/// Once the head is read: how much more may come.
fn allow_body(marks: &Marks, limits: Limits) {
    let body = limits.body_bytes as u64;
    marks.allow(AROUND_BODY_MAX + body + body / 2);
}

/// Turns the stamps into phases. A wait that ended in a fault counts as far as it went.
fn stamp(taken: Taken, seen: &mut Exchange) {
    let Some(sent) = taken.sent else { return };
    let Some(first) = taken.first else {
        seen.phases.add(Phase::Processing, sent.elapsed());
        return;
    };
    seen.kernel_timed = Some(first.by_kernel);
    seen.phases.add(Phase::Processing, first.at.saturating_duration_since(sent));
    let last = taken.last.unwrap_or(first.at);
    seen.phases.add(Phase::Transfer, last.saturating_duration_since(first.at));
}

/// Polls `work` together with the connection that it needs. An error of the connection counts only if `work` does not
/// come about by it.
async fn driven<C, E, W>(
    mut connection: Pin<&mut Driven<C, E>>,
    mut work: Pin<&mut W>,
) -> Result<W::Output, E>
where
    C: Future<Output = Result<(), E>> + Unpin,
    E: Unpin,
    W: Future,
{
    poll_fn(|context| {
        if let Poll::Ready(done) = work.as_mut().poll(context) {
            return Poll::Ready(Ok(done));
        }
        if connection.ended.is_none()
            && let Poll::Ready(end) = Pin::new(&mut connection.inner).poll(context)
        {
            connection.ended = Some(end);
        }
        match work.as_mut().poll(context) {
            Poll::Ready(done) => Poll::Ready(Ok(done)),
            Poll::Pending => match connection.ended.take_if(|end| end.is_err()) {
                Some(Err(error)) => Poll::Ready(Err(error)),
                _ => Poll::Pending,
            },
        }
    })
    .await
}

/// A connection that must be polled for anything on it to move.
#[derive(Debug)]
struct Driven<C, E> {
    inner: C,
    ended: Option<Result<(), E>>,
}

impl<C, E> Driven<C, E> {
    const fn new(inner: C) -> Self {
        Self { inner, ended: None }
    }
}
