//! HTTP/1.1 by hyper, driven in the caller's task: nothing is spawned, so nothing outlives the run.

use std::pin::pin;

use http::header::HOST;
use http::{HeaderMap, HeaderValue, Uri};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body as _, Bytes};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use url::Position;

use crate::net::exchange::{Exchange, Head, Limits, Request};
use crate::net::http::body::Body;
use crate::net::http::{
    Driven, HEAD_MAX, HEADERS_MAX, Outcome, Spoken, allow_body, driven, fault, head_too_large,
};
use crate::net::marks::Marks;
use crate::net::run::Run;
use crate::net::stage::Stage;

/// Sends the request and reads head and body.
pub(crate) async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send,
    (spoken, marks): (Spoken, &Marks),
    (request, limits): (&Request, Limits),
    run: &mut Run,
    seen: &mut Exchange,
) -> Outcome<()> {
    let wire = wire_request(request, spoken)?;
    marks.expect_request();
    let begun = http1::Builder::new()
        .max_headers(HEADERS_MAX)
        .max_buf_size(HEAD_MAX)
        .max_header_size(HEAD_MAX)
        .handshake(TokioIo::new(stream))
        .await;
    let (mut sender, connection) = begun.map_err(|error| fault::of_hyper(Stage::Head, &error, marks))?;
    let mut connection = pin!(Driven::new(connection));
    let answer = run
        .deadline
        .bound(driven(connection.as_mut(), pin!(sender.send_request(wire))))
        .await
        .map_err(|_| Stage::Head.timeout())?
        .and_then(|answer| answer)
        .map_err(|error| fault::of_hyper(Stage::Head, &error, marks).unanswered(marks))?;
    allow_body(marks, limits);
    let (parts, mut incoming) = answer.into_parts();
    run.note("head", &format!("{:?} {}", parts.version, parts.status));
    let too_large = head_too_large(&parts.headers);
    seen.head = Some(Head { status: parts.status, version: parts.version, headers: parts.headers });
    too_large?;
    if limits.head_only.contains(&parts.status.as_u16()) {
        return Ok(());
    }

    let mut body = Body::new(limits.body_bytes, incoming.size_hint().exact());
    let read = async {
        while let Some(frame) = driven(connection.as_mut(), pin!(incoming.frame())).await.transpose() {
            let frame =
                frame.and_then(|frame| frame).map_err(|error| fault::of_hyper(Stage::Body, &error, marks))?;
            // Chunks of a byte come out of one read by the hundred thousand: the deadline must get a word in.
            tokio::task::consume_budget().await;
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

/// The request as it goes over the wire.
fn wire_request(request: &Request, spoken: Spoken) -> Outcome<http::Request<Full<Bytes>>> {
    let url = &request.url;
    let target = match spoken {
        Spoken::Http1Proxied => {
            format!("http://{}{}", authority(url), &url[Position::BeforePath..Position::AfterQuery])
        }
        _ => url[Position::BeforePath..Position::AfterQuery].to_owned(),
    };
    let mut wire = http::Request::new(Full::new(request.body.clone()));
    *wire.method_mut() = request.method.clone();
    *wire.uri_mut() = Uri::try_from(target).map_err(fault::of_request)?;
    let mut headers = HeaderMap::with_capacity(request.headers.len() + 1);
    if !request.headers.contains_key(HOST) {
        headers.insert(HOST, HeaderValue::try_from(authority(url)).map_err(fault::of_request)?);
    }
    headers.extend(request.headers.iter().map(|(name, value)| (name.clone(), value.clone())));
    *wire.headers_mut() = headers;
    Ok(wire)
}

/// Host and port, the port only if it is not the scheme's own.
pub(crate) fn authority(url: &url::Url) -> &str {
    &url[Position::BeforeHost..Position::AfterPort]
}
