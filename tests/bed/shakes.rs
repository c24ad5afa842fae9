//! TLS handshakes that go wrong, by bytes; chains that are wrong have their own tests (tests/tls.rs).

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection};
use serde_json::{Value, json};

use crate::case::Case;
use crate::server::{drip, page, part, reset, serve, wait_for_the_end};

/// A server that answers the first flight with `then`.
fn after_hello(then: impl Fn(&mut TcpStream) + Send + Sync + 'static) -> String {
    let address = serve(move |stream| {
        let _ = stream.read(&mut [0; 4096]);
        then(stream);
    });
    format!("https://{address}/")
}

fn says(bytes: &[u8]) -> String {
    let bytes = bytes.to_vec();
    after_hello(move |stream| {
        let _ = stream.write_all(&bytes);
        part(stream);
    })
}

#[expect(clippy::too_many_lines, reason = "a table")]
pub(crate) fn cases() -> Vec<Case> {
    let case = |name, url, status, reason| Case::http(name, url, status, reason);
    let mut cases = vec![
        case("shakes hands in noise", says(&[0xa5; 300]), "down", "tls_handshake"),
        case("answers TLS with HTTP", says(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "down", "tls_handshake"),
        case("answers TLS with SSH", says(b"SSH-2.0-OpenSSH_9.2\r\n"), "down", "tls_handshake"),
        case("refuses by alert", says(&[0x15, 3, 3, 0, 2, 2, 40]), "down", "tls_handshake"),
        case("does not know the name", says(&[0x15, 3, 3, 0, 2, 2, 112]), "down", "tls_handshake"),
        case("refuses our version", says(&[0x15, 3, 3, 0, 2, 2, 70]), "down", "tls_version"),
        case("has an internal error", says(&[0x15, 3, 3, 0, 2, 2, 80]), "down", "tls_handshake"),
        case("sends an alert nobody knows", says(&[0x15, 3, 3, 0, 2, 2, 250]), "down", "tls_handshake"),
        case(
            "sends a record past all bounds",
            says(&[0x16, 3, 3, 0xff, 0xff, 2, 0, 0, 4]),
            "down",
            "tls_handshake",
        ),
        case("sends an empty record", says(&[0x16, 3, 3, 0, 0]), "down", "tls_handshake"),
        case("answers in TLS 1.0", says(&hello(0x0301)), "down", "tls_version"),
        case("closes on hello", says(&[]), "down", "connection_closed"),
        case(
            "closes in the middle of its hello",
            says(&[0x16, 3, 3, 0, 80, 2, 0, 0, 76, 3, 3]),
            "down",
            "connection_closed",
        ),
        case("resets on hello", after_hello(|stream| reset(stream)), "down", "connection_reset"),
        case("stalls on hello", after_hello(wait_for_the_end), "down", "timeout_tls").until_the_deadline(),
        case(
            "stalls within its hello",
            after_hello(|stream| {
                let _ = stream.write_all(&[0x16, 3, 3, 0, 80, 2, 0, 0, 76]);
                wait_for_the_end(stream);
            }),
            "down",
            "timeout_tls",
        )
        .until_the_deadline(),
        case(
            "drips its hello",
            after_hello(|stream| {
                let _ = stream.write_all(&[0x16, 3, 3, 0x3f, 0xff, 2, 0, 0x3f, 0xfb]);
                drip(stream, &[3]);
            }),
            "down",
            "timeout_tls",
        )
        .until_the_deadline(),
        case(
            "floods with handshakes",
            after_hello(|stream| {
                let record = [&[0x16, 3, 3, 0x40, 0, 11, 0xff, 0xff, 0xff][..], &[0; 16380]].concat();
                while stream.write_all(&record).is_ok() {}
            }),
            "down",
            "tls_handshake",
        ),
        case(
            "floods with warnings",
            after_hello(|stream| {
                let alerts = [0x15, 3, 3, 0, 2, 1, 90].repeat(10_000);
                while stream.write_all(&alerts).is_ok() {}
            }),
            "down",
            "tls_handshake",
        ),
    ];
    cases.extend(after_the_handshake());
    let scans = [("says nothing to a scan", after_hello(wait_for_the_end), "timeout_tls")];
    cases.extend(scans.map(|(name, url, reason)| {
        Case::of(name, settings_of_tls(&url), "down", reason).until_the_deadline()
    }));
    cases
}

fn settings_of_tls(url: &str) -> Value {
    let url: url::Url = url.parse().unwrap();
    json!({"tls": {"host": url.host_str(), "port": url.port()}})
}

/// A hello in a version that nobody speaks any more.
const fn hello(version: u16) -> [u8; 47] {
    let mut bytes = [0; 47];
    let [high, low] = version.to_be_bytes();
    let begin = [0x16, 3, 1, 0, 42, 2, 0, 0, 38, high, low];
    let mut place = 0;
    while place < begin.len() {
        bytes[place] = begin[place];
        place += 1;
    }
    bytes[45] = 0x2f;
    bytes
}

/// A real handshake, after which things go wrong.
#[expect(clippy::too_many_lines, reason = "a table")]
fn after_the_handshake() -> Vec<Case> {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let root = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap().signed_by(&key, &root).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], PrivateKeyDer::try_from(key.serialize_der()).unwrap());
    let config = Arc::new(config.unwrap());
    let case = |name, then: fn(&mut ServerConnection, &mut TcpStream), status, reason| {
        let config = Arc::clone(&config);
        let address = serve(move |stream| {
            let mut tls = ServerConnection::new(Arc::clone(&config)).unwrap();
            while tls.is_handshaking() {
                if tls.complete_io(stream).is_err() {
                    return;
                }
            }
            hear(&mut tls, stream);
            then(&mut tls, stream);
            if socket2::SockRef::from(&*stream).linger().unwrap().is_none() {
                part(stream);
            }
        });
        let mut case = Case::http(name, format!("https://{address}/"), status, reason)
            .with("tls", json!({"ca_files": ["ca.pem"], "only_ca_files": true}));
        case.order.files.insert("ca.pem".to_owned(), root.pem());
        case
    };
    vec![
        case("shakes hands well", |tls, stream| say(tls, stream, &page("", "ok")), "up", ""),
        case("shakes hands and closes", |_, _| (), "down", "connection_closed"),
        case("shakes hands and stalls", |_, stream| wait_for_the_end(stream), "down", "timeout_headers")
            .until_the_deadline(),
        case("shakes hands and resets", |_, stream| reset(stream), "down", "connection_reset"),
        case(
            "shakes hands and talks in clear",
            |_, stream| {
                let _ = stream.write_all(&page("", "ok"));
            },
            "down",
            "tls_handshake",
        ),
        case(
            "breaks its own record",
            |_, stream| {
                let _ = stream.write_all(&[&[0x17, 3, 3, 0, 40][..], &[7; 40]].concat());
            },
            "down",
            "tls_handshake",
        ),
        case(
            "ends without good-bye after its length",
            |tls, stream| say(tls, stream, &page("", "ok")),
            "up",
            "",
        ),
        case(
            "ends without good-bye after its last chunk",
            |tls, stream| {
                say(
                    tls,
                    stream,
                    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
                );
            },
            "up",
            "",
        ),
        case(
            "ends without good-bye where only that would end it",
            |tls, stream| {
                say(tls, stream, b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nok");
            },
            "down",
            "truncated",
        ),
    ]
}

/// Waits for the request.
fn hear(tls: &mut ServerConnection, stream: &mut TcpStream) {
    while tls.reader().read(&mut [0; 4096]).is_err() && tls.read_tls(stream).is_ok_and(|count| count > 0) {
        if tls.process_new_packets().is_err() {
            return;
        }
    }
}

fn say(tls: &mut ServerConnection, stream: &mut TcpStream, answer: &[u8]) {
    let _ = tls.writer().write_all(answer);
    while tls.wants_write() && tls.write_tls(stream).is_ok() {}
}
