//! Exchanges that go well.

use std::io::Write;

use emc_monitor::model::phase::Phase;
use emc_monitor::net::exchange::Protocol;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::{Response, Version};
use tokio::io::AsyncWriteExt;

use crate::bed::{Ask, Authority, answering, answering_tls, holding, read_head, server};

#[tokio::test]
async fn a_page_comes_with_its_phases() {
    let address = answering("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello").await;
    let seen = Ask::new(format!("http://{address}/a?b=c")).get().await;
    assert_eq!(seen.fault, None);
    assert_eq!(seen.head.unwrap().status, 200);
    assert_eq!(&seen.body[..], b"hello");
    assert_eq!(seen.wire_bytes, 5);
    let phases: Vec<_> = seen.phases.iter().map(|(phase, _)| phase).collect();
    assert_eq!(phases, [Phase::Connect, Phase::Processing, Phase::Transfer]);
    assert!(seen.addresses[0].used);
}

#[tokio::test]
async fn a_secure_page_comes_with_the_chain() {
    let authority = Authority::new("Root");
    let leaf = authority.leaf(&["127.0.0.1"], |_| ());
    let chain: Vec<_> = leaf.chain.iter().map(|der| der.to_vec()).collect();
    let address = answering_tls(leaf.config(), "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello").await;
    let seen = Ask::new(format!("https://{address}/")).trusting(&authority).get().await;
    assert_eq!(seen.fault, None);
    assert_eq!(&seen.body[..], b"hello");
    let tls = seen.tls.unwrap();
    assert!(tls.verified);
    assert_eq!((tls.version, tls.group, tls.reason), ("1.3", "X25519", None));
    assert_eq!(tls.chain.unwrap().der, chain);
}

#[tokio::test]
async fn the_first_byte_is_timed_by_the_kernel_however_late_we_read_it() {
    let address = answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
    let seen = Ask::new(format!("http://{address}/")).get().await;
    assert_eq!(seen.kernel_timed, Some(true));
    let authority = Authority::new("Root");
    let config = authority.leaf(&["127.0.0.1"], |_| ()).config();
    let address = answering_tls(config, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
    let seen = Ask::new(format!("https://{address}/")).trusting(&authority).get().await;
    assert_eq!((seen.fault, seen.kernel_timed), (None, Some(true)));
}

#[tokio::test]
async fn bodies_end_by_length_by_chunk_and_by_close() {
    for answer in [
        "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nxin chao",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nxin \r\n4;a=b\r\nchao\r\n0\r\nX-Trailer: 1\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\nxin chao",
        "HTTP/1.0 200 OK\r\n\r\nxin chao",
        "HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nxin chao",
    ] {
        let address = answering(answer).await;
        let seen = Ask::new(format!("http://{address}/")).get().await;
        assert_eq!((seen.fault, &seen.body[..]), (None, &b"xin chao"[..]), "{answer}");
    }
}

#[tokio::test]
async fn an_answer_that_is_complete_is_not_waited_on() {
    let address = holding("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await;
    assert_eq!(Ask::new(format!("http://{address}/")).get().await.fault, None);
    let address = holding("HTTP/1.1 204 No Content\r\n\r\n").await;
    assert_eq!(Ask::new(format!("http://{address}/")).get().await.fault, None);
}

#[tokio::test]
async fn a_coded_body_is_read_and_counted_as_it_came() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&b"xin chao ".repeat(1000)).unwrap();
    let coded = encoder.finish().unwrap();
    let head =
        format!("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n", coded.len());
    let address = answering([head.into_bytes(), coded.clone()].concat()).await;
    let seen = Ask::new(format!("http://{address}/")).get().await;
    assert_eq!((seen.fault, seen.body.len(), seen.wire_bytes), (None, 9000, coded.len() as u64));
}

#[tokio::test]
async fn the_request_is_what_was_asked_for() {
    let address = server(|mut stream| async move {
        let head = read_head(&mut stream).await.replace("\r\n", "|");
        let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{head}", head.len());
        let _ = stream.write_all(answer.as_bytes()).await;
    })
    .await;
    let mut ask = Ask::new(format!("http://user:secret@{address}/tra-cuu?ma=1#top"));
    ask.headers.insert("x-token", "t".parse().unwrap());
    let seen = ask.get().await;
    let sent = String::from_utf8(seen.body.to_vec()).unwrap();
    assert_eq!(sent, format!("GET /tra-cuu?ma=1 HTTP/1.1|host: {address}|x-token: t||"));
}

/// A server of HTTP/2 that answers everything with this body.
async fn speak_h2<S>(stream: S, body: &'static [u8])
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    let mut connection = h2::server::handshake(stream).await.unwrap();
    while let Some(Ok((request, mut answer))) = connection.accept().await {
        assert_eq!(request.uri().path_and_query().unwrap().as_str(), "/a?b=c");
        let mut stream = answer.send_response(Response::new(()), false).unwrap();
        stream.send_data(body.into(), true).unwrap();
    }
}

#[tokio::test]
async fn http2_is_spoken_where_the_server_agrees() {
    let authority = Authority::new("Root");
    let mut config = authority.leaf(&["127.0.0.1"], |_| ()).config();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let acceptor = tokio_rustls::TlsAcceptor::from(std::sync::Arc::new(config));
    let address = server(move |stream| {
        let acceptor = acceptor.clone();
        async move { speak_h2(acceptor.accept(stream).await.unwrap(), b"xin chao").await }
    })
    .await;
    let seen = Ask::new(format!("https://{address}/a?b=c")).trusting(&authority).get().await;
    assert_eq!((seen.fault, &seen.body[..], seen.kernel_timed), (None, &b"xin chao"[..], Some(true)));
    assert_eq!(seen.head.unwrap().version, Version::HTTP_2);
    assert_eq!(seen.tls.unwrap().alpn, "h2");
}

#[tokio::test]
async fn http2_is_spoken_in_clear_where_that_is_asked_for() {
    let address = server(|stream| speak_h2(stream, b"xin chao")).await;
    let seen = Ask::new(format!("http://{address}/a?b=c")).speaking(Protocol::Http2).get().await;
    assert_eq!((seen.fault, &seen.body[..]), (None, &b"xin chao"[..]));
}
