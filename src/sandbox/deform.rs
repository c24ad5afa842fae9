//! What faults do to an answer that is already made: its headers, its coding, the pace and length of its body. Large
//! bodies are made piece by piece and never held.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::time::Duration;

use axum::body::Body;
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue, Response};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http_body_util::BodyExt as _;
use http_body_util::channel::{Channel, Sender};

use super::answer::BrokenOff;
use super::faults::{Fault, MOST_DELAY_MS, Params};
use crate::net::deadline::Deadline;

const DRIP_MS: u64 = 1_000;
const DRIP_BYTES: usize = 16;
const HEADERS_KIB: u64 = 512;
const BODY_KIB: u64 = 256 * 1_024;
/// No single header is longer than this: many servers could send no more.
const ONE_HEADER: usize = 8 * 1_024;
const PIECE: &[u8] = &[b' '; 1_024];

type Pipe = Sender<Bytes, BrokenOff>;

/// Waits, as a slow server does.
pub(super) async fn pause(span: Duration) {
    #[expect(clippy::disallowed_methods, reason = "being slow is what a practice fault is for")]
    tokio::time::sleep(span).await;
}

/// Applies every fault that changes an answer rather than replacing it.
pub(super) async fn deform(mut answer: Response<Body>, on: &BTreeMap<Fault, Params>) -> Response<Body> {
    if on.contains_key(&Fault::WrongCharset) {
        answer
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=windows-1252"));
    }
    if let Some(params) = on.get(&Fault::HugeHeaders) {
        add_headers(&mut answer, params.kib.unwrap_or(HEADERS_KIB));
    }
    if on.contains_key(&Fault::BrokenGzip) {
        return break_gzip(answer).await;
    }
    if let Some(params) = on.get(&Fault::HugeBody) {
        return flood(answer, params.kib.unwrap_or(BODY_KIB));
    }
    if on.contains_key(&Fault::Truncated) {
        return truncate(answer).await;
    }
    if let Some(params) = on.get(&Fault::Drip) {
        return drip(answer, Duration::from_millis(params.delay_ms.unwrap_or(DRIP_MS))).await;
    }
    answer
}

fn add_headers(answer: &mut Response<Body>, kib: u64) {
    let value = HeaderValue::from_bytes(&[b'x'; ONE_HEADER]).expect("letters make a header value");
    let count = usize::try_from(kib).unwrap_or(0).div_ceil(ONE_HEADER / 1_024);
    for number in 0..count {
        let name = HeaderName::try_from(format!("x-thua-{number}")).expect("letters make a header name");
        answer.headers_mut().insert(name, value.clone());
    }
}

/// Half of a gzip stream, then bytes that fit nothing.
async fn break_gzip(answer: Response<Body>) -> Response<Body> {
    let (mut head, page) = taken_apart(answer).await;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(&page).expect("a vector takes all bytes");
    let mut packed = encoder.finish().expect("a vector takes all bytes");
    let half = packed.len() / 2;
    packed[half..].fill(0xff);
    head.headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    Response::from_parts(head, Body::from(packed))
}

fn flood(answer: Response<Body>, kib: u64) -> Response<Body> {
    piped(answer, move |mut pipe| async move {
        for _ in 0..kib {
            if pipe.send_data(Bytes::from_static(PIECE)).await.is_err() {
                return;
            }
        }
    })
}

/// Announces the whole page and sends half of it.
async fn truncate(answer: Response<Body>) -> Response<Body> {
    let (mut head, page) = taken_apart(answer).await;
    let half = page.slice(..page.len() / 2);
    head.headers.insert(CONTENT_LENGTH, HeaderValue::from(page.len()));
    let (mut pipe, body): (Pipe, _) = Channel::new(1);
    drop(tokio::spawn(async move { pipe.send_data(half).await }));
    Response::from_parts(head, Body::new(body))
}

async fn drip(answer: Response<Body>, pace: Duration) -> Response<Body> {
    let (head, page) = taken_apart(answer).await;
    piped(Response::from_parts(head, Body::empty()), move |mut pipe| async move {
        for start in (0..page.len()).step_by(DRIP_BYTES) {
            let piece = page.slice(start..page.len().min(start + DRIP_BYTES));
            if pipe.send_data(piece).await.is_err() {
                return;
            }
            pause(pace).await;
        }
    })
}

/// An answer whose body a task writes; the task ends with its reader, and after the longest delay at the latest.
fn piped<F, W>(answer: Response<Body>, write: W) -> Response<Body>
where
    W: FnOnce(Pipe) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    let (pipe, body) = Channel::new(1);
    let work = write(pipe);
    let longest = Deadline::after(Duration::from_millis(MOST_DELAY_MS));
    drop(tokio::spawn(async move { longest.bound(work).await }));
    let (mut head, _) = answer.into_parts();
    head.headers.remove(CONTENT_LENGTH);
    Response::from_parts(head, Body::new(body))
}

/// Head and body of one of our own small pages; the length is left to whoever sends it.
async fn taken_apart(answer: Response<Body>) -> (http::response::Parts, Bytes) {
    let (mut head, body) = answer.into_parts();
    let page = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    head.headers.remove(CONTENT_LENGTH);
    (head, page)
}
