//! HTTP/2 by the h2 crate, driven in the caller's task. Not by hyper's client, which needs an executor to spawn on.

use std::future::poll_fn;
use std::pin::{Pin, pin};

use bytes::Bytes;
use h2::RecvStream;
use h2::client::{Builder, Connection};
use http::header::{CONNECTION, CONTENT_LENGTH, HOST, TRANSFER_ENCODING, UPGRADE};
use http::{HeaderMap, HeaderName, HeaderValue, Uri, Version};
use tokio::io::{AsyncRead, AsyncWrite};
use url::Position;

use crate::net::exchange::{Exchange, Head, Limits, Request};
use crate::net::http::body::Body;
use crate::net::http::h1::authority;
use crate::net::http::{Driven, HEAD_MAX, Outcome, allow_body, driven, fault, head_too_large};
use crate::net::marks::Marks;
use crate::net::run::Run;
use crate::net::stage::Stage;

/// How much of a body may be under way, unread.
const WINDOW: u32 = 1 << 20;
/// Headers that belong to one connection of HTTP/1.1 and must not stand in HTTP/2 (RFC 9113, 8.2.2).
const HOP_BY_HOP: [HeaderName; 3] = [CONNECTION, TRANSFER_ENCODING, UPGRADE];

/// Sends the request and reads head and body.
pub(crate) async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send,
    marks: &Marks,
    (request, limits): (&Request, Limits),
    run: &mut Run,
    seen: &mut Exchange,
) -> Outcome<()> {
    let wire = wire_request(request)?;
    let deadline = run.deadline;
    let failed = |error: h2::Error| fault::of_h2(Stage::Head, &error, marks).unanswered(marks);
    let late = |_| Stage::Head.timeout();
    let begun = deadline.bound(settings().handshake::<_, Bytes>(stream)).await.map_err(late)?;
    let (mut sender, connection) = begun.map_err(failed)?;
    let mut connection = pin!(Driven::new(connection));

    marks.expect_request();
    let (answer, mut upload) = sender.send_request(wire, request.body.is_empty()).map_err(failed)?;
    if !request.body.is_empty() {
        upload.send_data(request.body.clone(), true).map_err(failed)?;
    }
    let answer = deadline.bound(driven(connection.as_mut(), pin!(answer))).await.map_err(late)?;
    let (parts, mut incoming) = answer.and_then(|answer| answer).map_err(failed)?.into_parts();
    allow_body(marks, limits);
    run.note("head", &format!("HTTP/2 {}", parts.status));
    let too_large = head_too_large(&parts.headers);
    let announced = announced(&parts.headers);
    seen.head = Some(Head { status: parts.status, version: parts.version, headers: parts.headers });
    too_large?;
    if limits.head_only.contains(&parts.status.as_u16()) {
        return Ok(());
    }

    let mut body = Body::new(limits.body_bytes, announced);
    let read = read_body((connection, marks), &mut incoming, &mut body, &mut seen.wire_bytes);
    let outcome = deadline.bound(read).await.unwrap_or_else(|_| Err(Stage::Body.timeout()));
    seen.body = body.finish();
    outcome
}

fn settings() -> Builder {
    let mut settings = Builder::new();
    settings
        .initial_window_size(WINDOW)
        .initial_connection_window_size(WINDOW)
        .max_header_list_size(u32::try_from(HEAD_MAX).unwrap_or(u32::MAX))
        .enable_push(false);
    settings
}

async fn read_body<S: AsyncRead + AsyncWrite + Unpin>(
    (mut connection, marks): (Pin<&mut Driven<Connection<S>, h2::Error>>, &Marks),
    incoming: &mut RecvStream,
    body: &mut Body,
    wire_bytes: &mut u64,
) -> Outcome<()> {
    let failed = |error: h2::Error| fault::of_h2(Stage::Body, &error, marks);
    loop {
        let next = poll_fn(|context| incoming.poll_data(context));
        let Some(chunk) = driven(connection.as_mut(), pin!(next)).await.map_err(failed)? else {
            return Ok(());
        };
        // Frames of a byte come out of one read by the hundred thousand: the deadline must get a word in.
        tokio::task::consume_budget().await;
        let chunk = chunk.map_err(failed)?;
        *wire_bytes += chunk.len() as u64;
        body.add(&chunk)?;
        incoming.flow_control().release_capacity(chunk.len()).map_err(failed)?;
    }
}

/// The length that a head announces.
fn announced(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// The request as it goes over the wire.
fn wire_request(request: &Request) -> Outcome<http::Request<()>> {
    let url = &request.url;
    let host = request
        .headers
        .get(HOST)
        .map_or_else(|| HeaderValue::from_str(authority(url)), |host| Ok(host.clone()));
    let host = host.map_err(fault::of_request)?;
    let uri = Uri::builder()
        .scheme(url.scheme())
        .authority(host.as_bytes())
        .path_and_query(&url[Position::BeforePath..Position::AfterQuery])
        .build()
        .map_err(fault::of_request)?;
    let mut wire = http::Request::new(());
    *wire.version_mut() = Version::HTTP_2;
    *wire.method_mut() = request.method.clone();
    *wire.uri_mut() = uri;
    wire.headers_mut().clone_from(&request.headers);
    wire.headers_mut().remove(HOST);
    for name in HOP_BY_HOP {
        wire.headers_mut().remove(name);
    }
    if !request.body.is_empty() {
        wire.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(request.body.len()));
    }
    Ok(wire)
}
