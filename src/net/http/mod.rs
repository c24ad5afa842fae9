//! HTTP over a connection that stands: one request, one answer, in the caller's own task.

mod body;
mod fault;
mod h1;
mod watched;

use tokio::io::{AsyncRead, AsyncWrite};

use crate::model::fault::Fault;
use crate::model::phase::Phase;
use crate::net::exchange::{Exchange, Limits, Request};
use crate::net::http::watched::Watched;
use crate::net::marks::{Marks, Taken};
use crate::net::run::Run;

/// The most headers of an answer.
const HEADERS_MAX: usize = 1000;
/// The most bytes of the head of an answer.
const HEAD_MAX: usize = 256 * 1024;

/// Sends the request and reads the answer into `seen`.
pub(crate) async fn speak(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send,
    marks: Marks,
    request: &Request,
    limits: Limits,
    (run, seen): (&mut Run, &mut Exchange),
) {
    let watched = Watched::new(stream, marks.clone());
    let outcome = h1::exchange(watched, request, limits, run, seen).await;
    stamp(marks.taken(), seen);
    seen.fault = outcome.err();
}

/// Turns the stamps into phases. A wait that ended in a fault counts as far as it went.
fn stamp(taken: Taken, seen: &mut Exchange) {
    let Some(sent) = taken.sent else { return };
    match (taken.first, taken.last) {
        (Some(first), last) => {
            seen.kernel_timed = Some(first.by_kernel);
            seen.phases.add(Phase::Processing, first.at.saturating_duration_since(sent));
            let last = last.unwrap_or(first.at);
            seen.phases.add(Phase::Transfer, last.saturating_duration_since(first.at));
        }
        (None, _) => seen.phases.add(Phase::Processing, sent.elapsed()),
    }
}

/// The outcome of a step.
type Outcome<T> = Result<T, Fault>;
