//! Through a proxy: its failures are not the portal's.

use std::net::SocketAddr;
use std::sync::Arc;

use emc_monitor::model::reason::Reason;
use emc_monitor::model::secret::Secret;
use emc_monitor::net::route::{Endpoint, Proxy};
use tokio::io::{AsyncWriteExt, copy_bidirectional};
use tokio::net::TcpStream;

use crate::bed::{Ask, Authority, answering, answering_tls, read_head, refusing, server};

fn through(address: SocketAddr, mut ask: Ask) -> Ask {
    let host = url::Host::parse(&address.ip().to_string()).unwrap();
    let authorization = Some(Secret::new("Basic c2VjcmV0".to_owned()));
    ask.proxy = Some(Arc::new(Proxy { endpoint: Endpoint { host, port: address.port() }, authorization }));
    ask
}

/// A proxy that opens tunnels for whoever has the password.
async fn tunnelling() -> SocketAddr {
    server(|mut stream| async move {
        let head = read_head(&mut stream).await;
        let target = head.strip_prefix("CONNECT ").unwrap().split(' ').next().unwrap();
        assert!(head.contains("Proxy-Authorization: Basic c2VjcmV0\r\n"), "{head}");
        let mut portal = TcpStream::connect(target).await.unwrap();
        stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await.unwrap();
        let _ = copy_bidirectional(&mut stream, &mut portal).await;
    })
    .await
}

#[tokio::test]
async fn https_goes_through_a_tunnel() {
    let authority = Authority::new("Root");
    let config = authority.leaf(&["127.0.0.1"], |_| ()).config();
    let portal = answering_tls(config, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await;
    let ask = Ask::new(format!("https://{portal}/")).trusting(&authority);
    let seen = through(tunnelling().await, ask).get().await;
    assert_eq!((seen.fault, &seen.body[..]), (None, &b"ok"[..]));
    assert!(seen.tls.unwrap().verified && seen.addresses.is_empty());
}

#[tokio::test]
async fn http_is_asked_for_by_its_whole_address() {
    let proxy = server(|mut stream| async move {
        let head = read_head(&mut stream).await;
        assert!(head.starts_with("GET http://dvc.example/a?b=c HTTP/1.1\r\n"), "{head}");
        assert!(head.contains("proxy-authorization: Basic c2VjcmV0\r\n"), "{head}");
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await;
    })
    .await;
    let seen = through(proxy, Ask::new("http://dvc.example/a?b=c")).get().await;
    assert_eq!((seen.fault, &seen.body[..]), (None, &b"ok"[..]));
}

#[tokio::test]
async fn a_proxys_failure_is_not_the_portals() {
    let wants_password = "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n";
    for url in ["http://dvc.example/", "https://dvc.example/"] {
        let ask = through(refusing(), Ask::new(url));
        assert_eq!(ask.fails().await, Some(Reason::NoRoute), "{url}");
        let ask = through(answering(wants_password).await, Ask::new(url));
        assert_eq!(ask.fails().await, Some(Reason::NoRoute), "{url}");
    }
    for (answer, reason) in [
        ("HTTP/1.1 503 Service Unavailable\r\n\r\n", Reason::ConnectRefused),
        ("HTTP/1.1 504 Gateway Timeout\r\n\r\n", Reason::ConnectTimeout),
        ("HTTP/1.1 403 Forbidden\r\n\r\n", Reason::NoRoute),
        ("SSH-2.0-OpenSSH_9.2\r\n\r\n\r\n", Reason::NoRoute),
    ] {
        let ask = through(answering(answer).await, Ask::new("https://dvc.example/"));
        assert_eq!(ask.fails().await, Some(reason), "{answer}");
    }
}
