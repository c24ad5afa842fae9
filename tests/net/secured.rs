//! TLS that does not come about, and chains that are not accepted: the chain is there all the same.

use std::sync::Arc;
use std::time::Duration;

use emc_monitor::model::facts::TlsFacts;
use emc_monitor::model::reason::Reason;
use emc_monitor::net::exchange::Protocol;
use emc_monitor::net::route::{Family, Reach, Route};
use emc_monitor::net::run::Run;
use emc_monitor::net::tls::{Alpn, TlsPolicy, TlsSettings};
use emc_monitor::net::{Net, NetSettings};
use rcgen::date_time_ymd;
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::bed::{Ask, Authority, Leaf, answering, answering_tls, server};

const ANSWER: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// What a probe that trusts `authority` sees of a server with this leaf.
async fn facts_of(authority: &Authority, leaf: Leaf) -> TlsFacts {
    let length = leaf.chain.len();
    let address = answering_tls(leaf.config(), ANSWER).await;
    let seen = Ask::new(format!("https://{address}/")).trusting(authority).get().await;
    let tls = seen.tls.unwrap();
    assert_eq!(seen.fault.map(|fault| fault.reason), tls.reason);
    assert_eq!(tls.chain.as_ref().unwrap().der.len(), length);
    assert!(!tls.verified && seen.head.is_none(), "nothing is asked of a server that is not accepted");
    assert_eq!(tls.version, "1.3");
    tls
}

#[tokio::test]
async fn a_chain_that_is_not_accepted_is_shown_with_its_reason() {
    let (ours, theirs) = (Authority::new("Ours"), Authority::new("Theirs"));
    let expired = ours.leaf(&["127.0.0.1"], |params| params.not_after = date_time_ymd(2020, 1, 1));
    assert_eq!(facts_of(&ours, expired).await.reason, Some(Reason::TlsExpired));
    let future = ours.leaf(&["127.0.0.1"], |params| params.not_before = date_time_ymd(2090, 1, 1));
    assert_eq!(facts_of(&ours, future).await.reason, Some(Reason::TlsNotYetValid));
    let other = ours.leaf(&["dvc.example"], |_| ());
    assert_eq!(facts_of(&ours, other).await.reason, Some(Reason::TlsWrongHost));
    let middle = ours.intermediate("Middle");
    let incomplete = middle.leaf(&["127.0.0.1"], |_| ());
    assert_eq!(facts_of(&ours, incomplete).await.reason, Some(Reason::TlsIncompleteChain));
    let mut untrusted = theirs.leaf(&["127.0.0.1"], |_| ());
    untrusted.chain.push(theirs.certificate());
    assert_eq!(facts_of(&ours, untrusted).await.reason, Some(Reason::TlsUntrusted));
}

/// A server that answers the ClientHello with these bytes.
async fn replying(reply: &'static [u8]) -> Option<Reason> {
    let address = server(move |mut stream| async move {
        let mut hello = [0; 1024];
        let _ = stream.read(&mut hello).await;
        let _ = stream.write_all(reply).await;
        let _ = stream.shutdown().await;
        let _ = stream.read(&mut hello).await;
    })
    .await;
    Ask::new(format!("https://{address}/")).fails().await
}

#[tokio::test]
async fn a_handshake_fails_in_several_ways() {
    let alert = |number| -> &'static [u8] { vec![21, 3, 1, 0, 2, 2, number].leak() };
    assert_eq!(replying(alert(70)).await, Some(Reason::TlsVersion));
    assert_eq!(replying(alert(40)).await, Some(Reason::TlsHandshake));
    assert_eq!(replying(b"HTTP/1.1 400 Bad Request\r\n\r\n").await, Some(Reason::TlsHandshake));
    assert_eq!(replying(b"").await, Some(Reason::ConnectionClosed));
    // A ServerHello of TLS 1.0 with TLS_RSA_WITH_AES_128_CBC_SHA.
    let old: &[u8] = {
        let mut hello = vec![22, 3, 1, 0, 42, 2, 0, 0, 38, 3, 1];
        hello.extend([7; 32]);
        hello.extend([0, 0, 0x2f, 0]);
        hello.leak()
    };
    assert_eq!(replying(old).await, Some(Reason::TlsVersion));
    let plain = answering(ANSWER).await;
    assert!(Ask::new(format!("https://{plain}/")).within(Duration::from_secs(1)).fails().await.is_some());
}

/// A server that wants to see a certificate of this authority's.
fn choosy(leaf: Leaf, authority: &Authority) -> ServerConfig {
    let mut roots = RootCertStore::empty();
    roots.add(authority.certificate()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let verifier =
        WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider)).build().unwrap();
    ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_client_cert_verifier(verifier)
        .with_single_cert(leaf.chain, leaf.key)
        .unwrap()
}

#[tokio::test]
async fn a_server_may_ask_for_our_certificate() {
    let authority = Authority::new("Root");
    let config = choosy(authority.leaf(&["127.0.0.1"], |_| ()), &authority);
    let address = answering_tls(config, ANSWER).await;
    let without = Ask::new(format!("https://{address}/")).trusting(&authority);
    assert_eq!(without.fails().await, Some(Reason::TlsClientCert));
    let mut config = choosy(authority.leaf(&["127.0.0.1"], |_| ()), &authority);
    config.alpn_protocols = vec![b"h2".to_vec()];
    let fluent = answering_tls(config, ANSWER).await;
    let without = Ask::new(format!("https://{fluent}/")).trusting(&authority);
    assert_eq!(without.fails().await, Some(Reason::TlsClientCert), "also in HTTP/2");
    let mut with = Ask::new(format!("https://{address}/")).trusting(&authority);
    with.tls.client_pem = Some(authority.client_pem());
    assert_eq!(with.fails().await, None);
}

#[tokio::test]
async fn http2_only_means_http2_only() {
    let authority = Authority::new("Root");
    let address = answering_tls(authority.leaf(&["127.0.0.1"], |_| ()).config(), ANSWER).await;
    let ask = Ask::new(format!("https://{address}/")).trusting(&authority).speaking(Protocol::Http2);
    assert_eq!(ask.fails().await, Some(Reason::WrongProtocol));
}

#[tokio::test]
async fn a_stream_without_close_notify_is_whole_only_by_its_length() {
    for (answer, reason) in [(ANSWER, None), ("HTTP/1.1 200 OK\r\n\r\nok", Some(Reason::Truncated))] {
        let authority = Authority::new("Root");
        let config = Arc::new(authority.leaf(&["127.0.0.1"], |_| ()).config());
        let address = server(move |stream| {
            let config = Arc::clone(&config);
            async move {
                let mut stream = tokio_rustls::TlsAcceptor::from(config).accept(stream).await.unwrap();
                crate::bed::read_head(&mut stream).await;
                stream.write_all(answer.as_bytes()).await.unwrap();
                stream.flush().await.unwrap();
                stream.get_mut().0.shutdown().await.unwrap();
            }
        })
        .await;
        assert_eq!(Ask::new(format!("https://{address}/")).trusting(&authority).fails().await, reason);
    }
}

/// The facts of a handshake under a policy that outlives it.
async fn handshake(policy: &Arc<TlsPolicy>, address: std::net::SocketAddr, name: &str) -> TlsFacts {
    let net = Net::new(&NetSettings::default()).unwrap();
    let route = Route { family: Family::Any, proxy: None, tls: Arc::clone(policy) };
    let mut run = Run::begin(Duration::from_secs(10));
    let url: url::Url = format!("https://{address}/").parse().unwrap();
    let endpoint =
        emc_monitor::net::route::Endpoint { host: url.host().unwrap().to_owned(), port: address.port() };
    let stream = net.dial(&endpoint, &route, Reach::Configured, &mut run).await.stream.unwrap();
    net.secure(stream, &url::Host::Domain(name.to_owned()), policy, Alpn::Http1, &mut run).await.facts
}

#[tokio::test]
async fn a_good_chain_is_remembered_and_the_name_is_checked_all_the_same() {
    let authority = Authority::new("Root");
    let settings =
        TlsSettings { roots_pem: vec![authority.pem()], only_these_roots: true, ..TlsSettings::default() };
    let policy = Arc::new(TlsPolicy::new(settings.clone()).unwrap());
    let address = answering_tls(authority.leaf(&["dvc.example"], |_| ()).config(), ANSWER).await;
    let first = handshake(&policy, address, "dvc.example").await;
    let second = handshake(&policy, address, "dvc.example").await;
    assert!(first.verified && second.verified);
    assert!(
        Arc::ptr_eq(&first.chain.unwrap(), second.chain.as_ref().unwrap()),
        "the same chain is handed out again"
    );
    let other = handshake(&policy, address, "khac.example").await;
    assert_eq!((other.verified, other.reason), (false, Some(Reason::TlsWrongHost)));
    let forgetful = Arc::new(TlsPolicy::new(settings).unwrap().without_memo());
    let third = handshake(&forgetful, address, "dvc.example").await;
    let fourth = handshake(&forgetful, address, "dvc.example").await;
    assert!(!Arc::ptr_eq(&third.chain.unwrap(), &fourth.chain.unwrap()));
}

#[test]
fn what_cannot_be_read_as_pem_is_told() {
    let wrong = TlsSettings { roots_pem: vec![b"xin chao".to_vec()], ..TlsSettings::default() };
    assert_eq!(TlsPolicy::new(wrong).unwrap_err().en, "CA file 1: no certificate in it");
    let client_pem = Some(emc_monitor::model::secret::Secret::new("xin chao".to_owned()));
    let wrong = TlsSettings { client_pem, ..TlsSettings::default() };
    assert_eq!(TlsPolicy::new(wrong).unwrap_err().en, "client certificate: no certificate in it");
}
