//! Servers that answer wrongly, late, too much or not at all over a connection that stands.

use std::io::Write;
use std::time::Duration;

use emc_monitor::model::reason::Reason;
use emc_monitor::net::exchange::Protocol;
use emc_monitor::net::route::Reach;
use flate2::Compression;
use flate2::write::GzEncoder;
use tokio::io::AsyncWriteExt;

use crate::bed::{Ask, answering, flooding, holding, read_head, refusing, server, swallowing};

const SHORT: Duration = Duration::from_millis(400);

async fn reason_of_answer(answer: impl Into<Vec<u8>>) -> Option<Reason> {
    let address = answering(answer).await;
    Ask::new(format!("http://{address}/")).fails().await
}

#[tokio::test]
async fn a_port_without_a_listener_refuses() {
    let fault = Ask::new(format!("http://{}/", refusing())).get().await.fault.unwrap();
    assert_eq!((fault.reason, fault.address.is_some()), (Reason::ConnectRefused, true));
}

#[tokio::test]
async fn a_black_hole_times_out_while_connecting() {
    let (address, _kept) = swallowing("127.0.0.1:0");
    let ask = Ask::new(format!("http://{address}/")).within(SHORT);
    assert_eq!(ask.fails().await, Some(Reason::ConnectTimeout));
}

#[tokio::test]
async fn silence_is_named_by_what_was_waited_for() {
    let mute = holding("").await;
    let dripping = holding("HTTP/1.1 200 OK\r\nX: ").await;
    let halfway = holding("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nxin").await;
    for (address, reason) in
        [(mute, Reason::TimeoutHeaders), (dripping, Reason::TimeoutHeaders), (halfway, Reason::TimeoutBody)]
    {
        let seen = Ask::new(format!("http://{address}/")).within(SHORT).get().await;
        assert_eq!(seen.fault.unwrap().reason, reason);
    }
    let seen = Ask::new(format!("http://{halfway}/")).within(SHORT).get().await;
    assert_eq!(&seen.body[..], b"xin", "what came is kept");
    let ask = Ask::new(format!("https://{mute}/")).within(SHORT);
    assert_eq!(ask.fails().await, Some(Reason::TimeoutTls));
}

#[tokio::test]
async fn a_connection_ends_too_soon_in_several_ways() {
    assert_eq!(reason_of_answer("").await, Some(Reason::ConnectionClosed));
    assert_eq!(reason_of_answer("HTTP/1.1 200 OK\r\nX-Half: ").await, Some(Reason::Truncated));
    let short = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nxin";
    assert_eq!(reason_of_answer(short).await, Some(Reason::Truncated));
    let chunk = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nxin";
    assert_eq!(reason_of_answer(chunk).await, Some(Reason::Truncated));
    let resetting = server(|mut stream| async move {
        read_head(&mut stream).await;
        socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
    })
    .await;
    assert_eq!(Ask::new(format!("http://{resetting}/")).fails().await, Some(Reason::ConnectionReset));
}

#[tokio::test]
async fn what_is_no_http_is_malformed() {
    for answer in [
        "SSH-2.0-OpenSSH_9.2\r\n",
        "<html>xin chao</html>",
        "HTTP/1.1 20000 OK\r\n\r\n",
        "HTTP/9.9 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA B: c\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nxin\r\n0\r\n\r\n",
    ] {
        assert_eq!(reason_of_answer(answer).await, Some(Reason::MalformedResponse), "{answer}");
    }
}

#[tokio::test]
async fn heads_have_a_limit_in_bytes_and_in_number() {
    let wide = format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "a".repeat(300 * 1024));
    assert_eq!(reason_of_answer(wide).await, Some(Reason::HeadersTooLarge));
    let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "X: a\r\n".repeat(1001));
    assert_eq!(reason_of_answer(many).await, Some(Reason::HeadersTooLarge));
    let just = format!("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n{}\r\n", "X: a\r\n".repeat(999));
    assert_eq!(reason_of_answer(just).await, None);
    let endless = flooding("HTTP/1.1 200 OK\r\n", b"X: aaaaaaaaaaaa\r\n".repeat(100)).await;
    assert_eq!(Ask::new(format!("http://{endless}/")).fails().await, Some(Reason::HeadersTooLarge));
    let interim = flooding("", b"HTTP/1.1 103 Early Hints\r\n\r\n".repeat(100)).await;
    assert_eq!(Ask::new(format!("http://{interim}/")).fails().await, Some(Reason::HeadersTooLarge));
}

#[tokio::test]
async fn bodies_have_a_limit_on_the_wire_and_unfolded() {
    let endless = flooding("HTTP/1.1 200 OK\r\n\r\n", vec![b'a'; 64 * 1024]).await;
    let seen = Ask::new(format!("http://{endless}/")).at_most(100_000).get().await;
    assert_eq!((seen.fault.unwrap().reason, seen.body.len()), (Reason::BodyTooLarge, 100_000));
    let crumbs =
        flooding("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n".repeat(1000)).await;
    let ask = Ask::new(format!("http://{crumbs}/")).at_most(1 << 20);
    assert_eq!(ask.fails().await, Some(Reason::BodyTooLarge));
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&vec![0; 20 << 20]).unwrap();
    let bomb = encoder.finish().unwrap();
    let head = format!("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n", bomb.len());
    let address = answering([head.into_bytes(), bomb].concat()).await;
    let seen = Ask::new(format!("http://{address}/")).at_most(1 << 20).get().await;
    assert_eq!((seen.fault.unwrap().reason, seen.body.len()), (Reason::BodyTooLarge, 1 << 20));
}

#[tokio::test]
async fn a_promised_length_reserves_nothing() {
    let address = holding("HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\nxin").await;
    let seen = Ask::new(format!("http://{address}/")).within(SHORT).get().await;
    assert_eq!((seen.fault.unwrap().reason, &seen.body[..]), (Reason::TimeoutBody, &b"xin"[..]));
}

#[tokio::test]
async fn codings_that_cannot_be_undone_are_told() {
    for coding in ["gzip", "br", "zstd", "compress", "gzip, gzip, gzip"] {
        let answer =
            format!("HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\nContent-Length: 6\r\n\r\n<html>");
        assert_eq!(reason_of_answer(answer).await, Some(Reason::DecodeError), "{coding}");
    }
}

#[tokio::test]
async fn http2_that_goes_wrong_is_told() {
    let garbage = holding("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n").await;
    let ask = Ask::new(format!("http://{garbage}/")).speaking(Protocol::Http2);
    assert_eq!(ask.fails().await, Some(Reason::Http2Error));
    let resetting = server(|stream| async move {
        let mut connection = h2::server::handshake(stream).await.unwrap();
        while let Some(Ok((_, mut answer))) = connection.accept().await {
            answer.send_reset(h2::Reason::INTERNAL_ERROR);
        }
    })
    .await;
    let ask = Ask::new(format!("http://{resetting}/")).speaking(Protocol::Http2);
    assert_eq!(ask.fails().await, Some(Reason::Http2Error));
    let mute = holding("").await;
    let ask = Ask::new(format!("http://{mute}/")).speaking(Protocol::Http2).within(SHORT);
    assert_eq!(ask.fails().await, Some(Reason::TimeoutHeaders));
    let pinging = server(|mut stream| async move {
        let _ = stream.write_all(&[0, 0, 0, 4, 0, 0, 0, 0, 0]).await;
        let pings = [0, 0, 8, 6, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8].repeat(1000);
        while stream.write_all(&pings).await.is_ok() {}
    })
    .await;
    let ask = Ask::new(format!("http://{pinging}/")).speaking(Protocol::Http2);
    assert!(matches!(ask.fails().await, Some(Reason::Http2Error | Reason::HeadersTooLarge)));
}

#[tokio::test]
async fn addresses_that_may_not_be_contacted_are_not() {
    let mut denied = Ask::new("http://127.0.0.1:9/");
    denied.net.deny_networks.push("127.0.0.0/8".parse().unwrap());
    assert_eq!(denied.fails().await, Some(Reason::AddressDenied));
    for special in [
        "http://127.0.0.1:9/",
        "http://[::ffff:127.0.0.1]:9/",
        "http://0x7f000001:9/",
        "http://169.254.169.254/",
    ] {
        let mut redirected = Ask::new(special);
        redirected.reach = Reach::Redirected;
        assert_eq!(redirected.fails().await, Some(Reason::RedirectDenied), "{special}");
    }
    assert_eq!(Ask::new("ftp://127.0.0.1/").fails().await, Some(Reason::BadRedirect));
}
