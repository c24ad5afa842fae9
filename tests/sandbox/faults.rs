//! Each fault does what its line in the list says, as seen by a client that was not written here.

use std::io::Read as _;
use std::time::{Duration, Instant};

use emc_monitor::sandbox::faults::{Fault, Params};
use reqwest::StatusCode;
use reqwest::header::{LOCATION, RETRY_AFTER};

use super::ministry::{Ministry, causes};

async fn text_with(fault: Fault) -> String {
    let answer = Ministry::with(fault).await.get("/").await;
    assert_eq!(answer.status(), StatusCode::OK, "{fault}");
    answer.text().await.unwrap()
}

async fn status_with(fault: Fault) -> StatusCode {
    Ministry::with(fault).await.get("/").await.status()
}

async fn failure_with(fault: Fault) -> String {
    Ministry::with(fault).await.failure().await
}

#[tokio::test]
async fn connection_faults_end_the_connection() {
    assert!(failure_with(Fault::Reset).await.contains("reset by peer"));
    let closed = failure_with(Fault::Closed).await;
    assert!(closed.contains("eof"), "{closed}");
    let malformed = failure_with(Fault::Malformed).await;
    assert!(malformed.contains("invalid HTTP version") || malformed.contains("invalid"), "{malformed}");
}

#[tokio::test]
async fn certificate_faults_are_what_they_are_called() {
    for (fault, said) in [
        (Fault::TlsExpired, "certificate expired"),
        (Fault::TlsNotYetValid, "certificate not valid yet"),
        (Fault::TlsWrongHost, "not valid for"),
        (Fault::TlsNoIntermediate, "UnknownIssuer"),
        (Fault::TlsUntrusted, "UnknownIssuer"),
        (Fault::TlsSelfSigned, "UnknownIssuer"),
        (Fault::TlsAlert, "HandshakeFailure"),
        (Fault::TlsClientCert, "CertificateRequired"),
    ] {
        let failure = failure_with(fault).await;
        assert!(failure.contains(said), "{fault}: {failure}");
    }
    assert!(text_with(Fault::TlsExpiresSoon).await.contains("Bộ Thực hành"));
}

#[tokio::test]
async fn certificate_faults_leave_http_alone_and_strike_at_once() {
    let ministry = Ministry::open().await;
    let client = ministry.client().build().unwrap();
    assert!(client.get(ministry.https("/")).send().await.is_ok());
    ministry.on(Fault::TlsExpired, Params::default());
    assert!(client.get(ministry.http("/")).send().await.is_ok());
    assert!(client.get(ministry.https("/")).send().await.is_err());
}

#[tokio::test]
async fn statuses_are_what_they_are_called() {
    assert_eq!(status_with(Fault::Status500).await, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(status_with(Fault::Status502).await, StatusCode::BAD_GATEWAY);
    let busy = Ministry::with(Fault::Status503).await.get("/").await;
    assert_eq!(busy.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(busy.headers().contains_key(RETRY_AFTER));
    let limited = Ministry::with(Fault::TooManyRequests).await.get("/").await;
    assert_eq!(limited.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(limited.headers().contains_key(RETRY_AFTER));
    assert_eq!(status_with(Fault::Waf).await, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn pages_that_only_pretend_to_be_well() {
    assert!(text_with(Fault::Maintenance).await.contains("đang bảo trì"));
    assert!(text_with(Fault::Soft404).await.contains("Không tìm thấy trang"));
    assert!(text_with(Fault::Captcha).await.contains("Mã xác nhận"));
    assert_eq!(text_with(Fault::EmptyPage).await, "");
    let page = text_with(Fault::NoSearchForm).await;
    assert!(page.contains("Bộ Thực hành") && !page.contains("role=\"search\""));
    let page = text_with(Fault::WrongCharset).await;
    assert!(page.contains("<title>") && !page.contains("Bộ Thực hành"));
}

#[tokio::test]
async fn redirects_lead_nowhere_good() {
    for (fault, path, to) in [
        (Fault::RedirectLoop, "/thu-tuc", "/thu-tuc".to_owned()),
        (Fault::RedirectChain, "/", "/?buoc=1".to_owned()),
        (Fault::RedirectChain, "/?buoc=41", "/?buoc=42".to_owned()),
        (Fault::RedirectPrivate, "/", "http://10.0.0.1/".to_owned()),
        (Fault::LoginLoop, "/thu-tuc", "/dang-nhap?tiep=/".to_owned()),
        (Fault::LoginLoop, "/dang-nhap?tiep=/", "/".to_owned()),
    ] {
        let answer = Ministry::with(fault).await.get(path).await;
        assert_eq!(answer.status(), StatusCode::FOUND, "{fault}");
        assert_eq!(answer.headers()[LOCATION], to, "{fault}");
    }
    let ministry = Ministry::with(Fault::RedirectInsecure).await;
    assert_eq!(ministry.get("/").await.headers()[LOCATION], ministry.http("/"));
    let address = Params { address: Some("fd00::1".parse().unwrap()), ..Params::default() };
    ministry.running.faults.reset();
    ministry.on(Fault::RedirectPrivate, address);
    assert_eq!(ministry.get("/").await.headers()[LOCATION], "http://[fd00::1]/");
}

#[tokio::test]
async fn an_http2_stream_is_reset_and_http1_is_not() {
    let ministry = Ministry::with(Fault::Http2Reset).await;
    let failure = ministry.failure().await;
    assert!(failure.contains("stream error"), "{failure}");
    let old = ministry.client().http1_only().build().unwrap();
    assert_eq!(old.get(ministry.https("/")).send().await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn silence_is_only_broken_by_the_clients_own_patience() {
    for fault in [Fault::NoAnswer, Fault::TlsSilence] {
        let ministry = Ministry::with(fault).await;
        let client = ministry.client().timeout(Duration::from_millis(200)).build().unwrap();
        assert!(client.get(ministry.https("/")).send().await.unwrap_err().is_timeout(), "{fault}");
    }
}

#[tokio::test]
async fn a_slow_answer_takes_at_least_its_delay() {
    let ministry = Ministry::open().await;
    ministry.on(Fault::Slow, Params { delay_ms: Some(150), ..Params::default() });
    let started = Instant::now();
    assert_eq!(ministry.get("/").await.status(), StatusCode::OK);
    assert!(started.elapsed() >= Duration::from_millis(150));
}

#[tokio::test]
async fn a_dripping_body_outlasts_the_clients_patience_but_its_head_does_not() {
    let ministry = Ministry::open().await;
    ministry.on(Fault::Drip, Params { delay_ms: Some(600_000), ..Params::default() });
    // Long enough for a head on a machine that is busy, and nothing beside the time between two drops.
    let client = ministry.client().read_timeout(Duration::from_secs(5)).build().unwrap();
    let mut answer = client.get(ministry.https("/")).send().await.unwrap();
    assert_eq!(answer.chunk().await.unwrap().unwrap().len(), 16);
    assert!(answer.text().await.unwrap_err().is_timeout());
}

#[tokio::test]
async fn a_dripping_body_is_whole_in_the_end() {
    let ministry = Ministry::open().await;
    let healthy = ministry.get("/").await.text().await.unwrap();
    ministry.on(Fault::Drip, Params { delay_ms: Some(0), ..Params::default() });
    assert_eq!(ministry.get("/").await.text().await.unwrap(), healthy);
}

#[tokio::test]
async fn a_truncated_body_is_shorter_than_announced() {
    let ministry = Ministry::with(Fault::Truncated).await;
    let client = ministry.client().http1_only().build().unwrap();
    let answer = client.get(ministry.https("/")).send().await.unwrap();
    assert!(answer.content_length().unwrap() > 1_000);
    let failure = causes(&answer.bytes().await.unwrap_err());
    assert!(failure.contains("end of file") || failure.contains("eof"), "{failure}");
    assert!(ministry.get("/").await.bytes().await.is_err(), "over HTTP/2");
}

#[tokio::test]
async fn a_broken_gzip_body_cannot_be_unpacked() {
    let answer = Ministry::with(Fault::BrokenGzip).await.get("/").await;
    assert_eq!(answer.headers()["content-encoding"], "gzip");
    let packed = answer.bytes().await.unwrap();
    let mut page = Vec::new();
    assert!(flate2::read::GzDecoder::new(packed.as_ref()).read_to_end(&mut page).is_err());
}

#[tokio::test]
async fn huge_headers_and_bodies_are_as_large_as_told() {
    let ministry = Ministry::open().await;
    ministry.on(Fault::HugeHeaders, Params { kib: Some(64), ..Params::default() });
    let client = ministry.client().http1_only().build().unwrap();
    let answer = client.get(ministry.http("/")).send().await.unwrap();
    let sum: usize = answer.headers().values().map(reqwest::header::HeaderValue::len).sum();
    assert!(sum > 64 * 1_024, "{sum}");
    ministry.on(Fault::HugeHeaders, Params::default());
    assert!(
        client.get(ministry.http("/")).send().await.is_err(),
        "512 KiB of headers are too many for hyper"
    );
    ministry.running.faults.reset();
    ministry.on(Fault::HugeBody, Params { kib: Some(3_000), ..Params::default() });
    assert_eq!(ministry.get("/").await.bytes().await.unwrap().len(), 3_000 * 1_024);
}

/// The faults that this file proves; a new one in the list has to be added here, with its proof above.
#[test]
fn every_fault_in_the_list_has_its_proof() {
    let source = include_str!("faults.rs");
    for fault in Fault::ALL {
        assert!(source.contains(&format!("Fault::{fault:?}")), "no test switches {fault} on");
    }
}
