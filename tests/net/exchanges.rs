//! Exchanges that go well.

use emc_monitor::model::phase::Phase;

use crate::bed::{Ask, Authority, answering, answering_tls};

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
