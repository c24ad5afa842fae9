//! What is kept of a failure: redacted headers, an excerpt of the body, the certificate chain, the timeline; and no secret.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::Value;

use crate::bed::{POLITE_ENOUGH, emc, listed};
use crate::monitor::Monitor;

const KEY: &str = "khoa bi\"mat 4711";
const PASSWORD: &str = "mat-khau-8cb1";

/// A portal over TLS that is broken and shows in headers and body what it was sent. Its address, and its certificate.
fn broken_and_talkative() -> (String, String) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_no_client_auth().with_single_cert(vec![made.cert.der().clone()], key).unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            let config = Arc::clone(&config);
            thread::spawn(move || answer(connection, config));
        }
    });
    (format!("https://localhost:{port}"), made.cert.pem())
}

fn answer(connection: TcpStream, config: Arc<ServerConfig>) {
    let mut stream = StreamOwned::new(ServerConnection::new(config).unwrap(), connection);
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read == 1) {
        head.push(byte[0]);
    }
    let sent = String::from_utf8_lossy(&head).into_owned();
    let header = |name: &str| {
        let line = sent.lines().find(|line| line.to_ascii_lowercase().starts_with(name)).unwrap_or_default();
        line.split_once(": ").map(|(_, value)| value.to_owned()).unwrap_or_default()
    };
    let (key, login) = (header("x-khoa"), header("authorization"));
    let page = format!(
        "<!doctype html><title>Lỗi {key}</title><style>.an{{}}</style><h1>Hệ thống đang bận</h1>\
         <p>Khóa &quot;{}&quot;, {}, {login}, mật khẩu {PASSWORD}, hỏi an@bo-vd.example hoặc 0912345678</p>{}",
        key.replace('"', "&quot;"),
        serde_json::to_string(&key).unwrap(),
        "<p>dài</p>".repeat(500),
    );
    let head = format!(
        "HTTP/1.1 503 Service Unavailable\r\ncontent-type: text/html; charset=utf-8\r\nserver: {key}\r\n\
         set-cookie: phien=bi-mat\r\nx-la: {login}\r\nvia: {PASSWORD}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        page.len()
    );
    let _ = stream.write_all((head + &page).as_bytes());
    stream.conn.send_close_notify();
    let _ = stream.flush();
}

/// A monitor of that portal, and what is kept of its first run.
fn watched() -> (Monitor, Value, String) {
    let (url, certificate) = broken_and_talkative();
    let authority = format!(
        "authority: {{id: bo-vd, name: {{vi: Bộ Ví dụ, en: Ministry of Examples}}}}\n\
         portals:\n  - id: dvc\n    url: {url}\n    probes:\n      \
         - {{name: trang-chu, every: 1s, timeout: 900ms, http: {{path: /, secret_headers: {{X-Khoa: {{file: khoa}}}}, \
         basic_auth: {{username: emc, password: {{file: mat-khau}}}}}}}}\n"
    );
    let files = [
        ("emc.yaml", &*format!("{POLITE_ENOUGH}ca_files: [ca.pem]\n")),
        ("bo-vd.yaml", &authority),
        ("ca.pem", &certificate),
        ("khoa", KEY),
        ("mat-khau", PASSWORD),
    ];
    let monitor = Monitor::start(&files, &[]);
    monitor.wait_for("emc_history_committed_total", |n| n >= 1.0);
    let runs = listed(&monitor.file(""), &["--status", "down"]);
    let id =
        runs.last().unwrap_or_else(|| panic!("{}", monitor.log()))["run_id"].as_str().unwrap().to_owned();
    let (code, shown, wrong) = emc(&monitor.file(""), &["history", "show", &id]);
    assert_eq!(code, 0, "{wrong}");
    (monitor, serde_json::from_str(&shown).unwrap(), id)
}

#[test]
fn a_failure_leaves_headers_an_excerpt_the_chain_and_the_timeline_but_no_secret() {
    let (monitor, kept, id) = watched();
    assert_eq!(kept["reason"], "status");
    let http = &kept["http"];
    assert_eq!(
        (&http["headers"]["server"], &http["headers"]["via"]),
        (&"<secret>".into(), &"<secret>".into())
    );
    assert!(http["headers"]["set-cookie"].is_null() && http["headers"]["x-la"].is_null(), "{http}");
    let excerpt = http["excerpt"].as_str().unwrap();
    assert!(excerpt.contains("Hệ thống đang bận") && excerpt.contains("mật khẩu <secret>"), "{excerpt}");
    assert!(excerpt.contains("hỏi […] hoặc […]") && !excerpt.contains(".an"), "{excerpt}");
    assert_eq!(excerpt.chars().count(), 401, "bounded, and a sign that there was more: {excerpt}");
    let chain = kept["tls"]["chain"].as_array().unwrap();
    assert_eq!((chain.len(), &chain[0]["names"][0]), (1, &"localhost".into()));
    assert_eq!(chain[0]["fingerprint"].as_str().unwrap().len(), 64);
    let timeline: Vec<&str> =
        kept["timeline"].as_array().unwrap().iter().map(|event| event["what"].as_str().unwrap()).collect();
    assert!(timeline.len() >= 3, "{timeline:?}");

    let page = monitor.get(&format!("/runs/{id}?lang=vi")).body;
    assert!(page.contains("Trích nội dung") && page.contains("Hệ thống đang bận"), "{page}");
    let everything = format!(
        "{kept} {page} {} {}",
        monitor.get(&format!("/runs/{id}.json")).body,
        String::from_utf8_lossy(&std::fs::read(monitor.file("emc-history.sqlite")).unwrap())
    );
    for secret in [KEY, "4711", PASSWORD, "bi-mat", "an@bo-vd", "0912345678"] {
        assert!(!everything.contains(secret), "{secret} shows");
    }
}
