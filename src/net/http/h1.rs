//! HTTP/1.1 by hyper, driven in the caller's task: nothing is spawned, so nothing outlives the run.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;

use http::header::HOST;
use http::{HeaderValue, Uri};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};

use crate::model::fault::Fault;
use crate::model::reason::Reason;
use crate::net::exchange::{Exchange, Head, Limits, Request};
use crate::net::http::body::Body;
use crate::net::http::{HEAD_MAX, HEADERS_MAX, Outcome, fault};
use crate::net::run::Run;
use crate::net::stage::Stage;

/// Sends the request and reads head and body.
pub(crate) async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send,
    request: &Request,
    limits: Limits,
    run: &mut Run,
    seen: &mut Exchange,
) -> Outcome<()> {
    let wire = wire_request(request)?;
    let begun = http1::Builder::new()
        .max_headers(HEADERS_MAX)
        .max_buf_size(HEAD_MAX)
        .handshake(TokioIo::new(stream))
        .await;
    let (mut sender, connection) = begun.map_err(|error| fault::of_hyper(Stage::Head, &error))?;
    let mut connection = pin!(connection);
    let answer = pin!(sender.send_request(wire));
    let answer = run
        .deadline
        .bound(driven(connection.as_mut(), answer))
        .await
        .map_err(|_| Stage::Head.timeout())?
        .and_then(|answer| answer)
        .map_err(|error| fault::of_hyper(Stage::Head, &error))?;
    let (parts, mut incoming) = answer.into_parts();
    run.note("head", &format!("{:?} {}", parts.version, parts.status));
    seen.head = Some(Head { status: parts.status, version: parts.version, headers: parts.headers });

    let mut body = Body::new(limits.body_bytes);
    let read = async {
        while let Some(frame) = driven(connection.as_mut(), pin!(incoming.frame())).await.transpose() {
            let frame =
                frame.and_then(|frame| frame).map_err(|error| fault::of_hyper(Stage::Body, &error))?;
            if let Some(chunk) = frame.data_ref() {
                seen.wire_bytes += chunk.len() as u64;
                body.add(chunk)?;
            }
        }
        Ok(())
    };
    let outcome = run.deadline.bound(read).await.unwrap_or_else(|_| Err(Stage::Body.timeout()));
    seen.body = body.finish();
    outcome
}

/// Polls `work` together with the connection that it needs. An error of the connection counts only if `work` does not
/// come about by it.
async fn driven<C, W>(mut connection: Pin<&mut C>, mut work: Pin<&mut W>) -> Result<W::Output, hyper::Error>
where
    C: Future<Output = Result<(), hyper::Error>>,
    W: Future,
{
    let mut ended = None;
    poll_fn(|context| {
        if let Poll::Ready(done) = work.as_mut().poll(context) {
            return Poll::Ready(Ok(done));
        }
        if ended.is_none()
            && let Poll::Ready(end) = connection.as_mut().poll(context)
        {
            ended = Some(end);
        }
        match work.as_mut().poll(context) {
            Poll::Ready(done) => Poll::Ready(Ok(done)),
            Poll::Pending => match ended.take_if(|end: &mut Result<(), hyper::Error>| end.is_err()) {
                Some(Err(error)) => Poll::Ready(Err(error)),
                _ => Poll::Pending,
            },
        }
    })
    .await
}

/// The request as it goes over the wire.
fn wire_request(request: &Request) -> Outcome<http::Request<Full<Bytes>>> {
    let misfit =
        |error: &dyn std::fmt::Display| Fault::new(Reason::MalformedResponse, "write request", error);
    let path = &request.url[url::Position::BeforePath..url::Position::AfterQuery];
    let mut wire = http::Request::new(Full::new(request.body.clone()));
    *wire.method_mut() = request.method.clone();
    *wire.uri_mut() = Uri::try_from(path).map_err(|error| misfit(&error))?;
    wire.headers_mut().clone_from(&request.headers);
    if !wire.headers().contains_key(HOST) {
        let host = &request.url[url::Position::BeforeHost..url::Position::AfterPort];
        wire.headers_mut().insert(HOST, HeaderValue::try_from(host).map_err(|error| misfit(&error))?);
    }
    Ok(wire)
}
