//! The `tcp` kind against servers that follow a script: mail servers with STARTTLS, banners, and every way to fail.

#[path = "support/kind.rs"]
mod kind;
#[path = "tcp/server.rs"]
mod server;
#[path = "tcp/settings.rs"]
mod settings;

use std::path::PathBuf;
use std::time::Duration;

use emc_monitor::model::status::Status;
use serde_json::{Value, json};

use crate::kind::{Files, SECRET, build, run, verdict};
use crate::server::Does::{Closes, Drips, Endless, Hears, Resets, Says, Secures, Silent};
use crate::server::{Authority, Does, name_server, serve};

const UP: (Status, &str) = (Status::Up, "");

fn down(reason: &'static str) -> (Status, &'static str) {
    (Status::Down, reason)
}

/// What a server does, what is asked of the probe, and what it must find.
type Scenario = (&'static str, &'static [Does], Value, (Status, &'static str));

const MAIL: &[Does] = &[
    Says("220 mail.bo-vd.example ESMTP\r\n"),
    Hears("EHLO emc.example\r\n"),
    Says("250-mail.bo-vd.example\r\n250-STARTTLS\r\n250 OK\r\n"),
    Hears("STARTTLS\r\n"),
    Says("220 go ahead\r\n"),
    Secures,
    Hears("EHLO emc.example\r\n"),
    Says("250-mail.bo-vd.example\r\n250 AUTH PLAIN\r\n"),
];

fn mail_steps() -> Value {
    json!([
        {"expect": "^220 .* ESMTP"},
        {"send": "EHLO emc.example"},
        {"expect": "^250-STARTTLS"},
        {"expect": "^250 "},
        {"send": "STARTTLS"},
        {"expect": "^220 "},
        {"starttls": true},
        {"send": "EHLO emc.example"},
        {"expect": "AUTH PLAIN"},
    ])
}

fn good_servers() -> Vec<Scenario> {
    vec![
        ("a port that is open", &[Silent], json!({}), UP),
        ("a port that closes at once", &[Closes], json!({}), UP),
        ("mail with starttls", MAIL, json!({"steps": mail_steps()}), UP),
        (
            "tls from the first byte",
            &[Secures, Says("* OK IMAP\r\n")],
            json!({"secure": true, "steps": [{"expect": "^\\* OK"}]}),
            UP,
        ),
        (
            "a banner among others",
            &[Says("notice\nSSH-2.0-OpenSSH_9.2\r\n")],
            json!({"steps": [{"expect": "^SSH-2\\.0-"}]}),
            UP,
        ),
        (
            "a banner without line end",
            &[Says("SSH-2.0-x"), Closes],
            json!({"steps": [{"expect": "^SSH"}]}),
            UP,
        ),
        (
            "groups in later texts",
            &[Says("PING 42 abc\n"), Hears("PONG 42 abc $1\r\n"), Says("OK\n")],
            json!({"steps": [{"expect": "^PING (\\d+) (?P<word>\\w+)$"}, {"send": "PONG ${1} ${word} $$1"}, {"expect": "OK"}]}),
            UP,
        ),
        (
            "bytes",
            &[Says("\u{5}\u{0}"), Hears("\u{1}\u{2}"), Says("\u{7f}")],
            json!({"steps": [{"expect_bytes": "05 00"}, {"send_hex": "0102"}, {"expect_bytes": "7F"}]}),
            UP,
        ),
        (
            "endless output with the line at its head",
            &[Says("hello\n"), Endless],
            json!({"steps": [{"expect": "hello"}]}),
            UP,
        ),
        (
            "too slow",
            &[Says("hello\n")],
            json!({"steps": [{"expect": "hello"}], "slow_after": "0ms"}),
            (Status::Degraded, "slow"),
        ),
        (
            "a certificate that ends soon",
            &[Secures],
            json!({"secure": true, "warn_before": "1000000d"}),
            (Status::Degraded, "tls_expires_soon"),
        ),
    ]
}

fn bad_servers() -> Vec<Scenario> {
    let hello = || json!({"steps": [{"expect": "^hello$"}]});
    let bytes = || json!({"steps": [{"expect_bytes": "68656c6c6f"}]});
    vec![
        ("another banner, then silence", &[Says("goodbye\n"), Silent], hello(), down("response_mismatch")),
        ("another banner, then the end", &[Says("goodbye\n"), Closes], hello(), down("response_mismatch")),
        ("silence", &[Silent], hello(), down("timeout_body")),
        ("an end without a word", &[Closes], hello(), down("connection_closed")),
        ("a reset", &[Resets], hello(), down("connection_reset")),
        ("endless output", &[Endless], hello(), down("response_mismatch")),
        ("a line that never ends", &[Drips], hello(), down("timeout_body")),
        ("other bytes", &[Says("help!")], bytes(), down("response_mismatch")),
        ("too few bytes", &[Says("hel"), Closes], bytes(), down("connection_closed")),
        ("too few bytes, then silence", &[Says("hel"), Silent], bytes(), down("timeout_body")),
        ("bytes without end", &[Endless], bytes(), down("response_mismatch")),
        (
            "text before tls",
            &[Says("220 go\r\n250 injected\r\n"), Secures],
            json!({"steps": [{"expect": "^220"}, {"starttls": true}]}),
            down("response_mismatch"),
        ),
        (
            "no tls after starttls",
            &[Says("220 go\r\n"), Hears("\u{16}"), Says("what?\r\n"), Closes],
            json!({"steps": [{"expect": "^220"}, {"starttls": true}]}),
            down("tls_handshake"),
        ),
        ("silence instead of tls", &[Silent], json!({"secure": true}), down("timeout_tls")),
        (
            "an unknown authority",
            &[Secures],
            json!({"secure": true, "tls": {"ca_files": []}}),
            down("tls_untrusted"),
        ),
        (
            "another name",
            &[Secures],
            json!({"secure": true, "tls": {"ca_files": ["ca.pem"], "server_name": "khac.example"}}),
            down("tls_wrong_host"),
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn every_server_gets_its_reason_in_time() {
    let authority = Authority::new();
    let mut running = tokio::task::JoinSet::new();
    for (what, script, settings, found) in good_servers().into_iter().chain(bad_servers()) {
        let (acceptor, pem) = (authority.acceptor(), authority.pem());
        running.spawn(async move {
            let address = serve(script, acceptor).await;
            let mut settings = settings;
            settings["host"] = json!(address.ip());
            settings["port"] = json!(address.port());
            if settings.get("tls").is_none() {
                settings["tls"] = json!({"ca_files": ["ca.pem"]});
            }
            let files = Files([(PathBuf::from("ca.pem"), pem)].into());
            let probe = build(json!({"tcp": settings}), &files).unwrap();
            let measured = run(&probe, &[], Duration::from_secs(2)).await;
            let (status, reason, told) = verdict(&measured);
            ((status, reason) != found)
                .then(|| format!("{what}: {status} {reason:?} instead of {found:?}\n{told}"))
        });
    }
    let wrong: Vec<String> = running.join_all().await.into_iter().flatten().collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[tokio::test]
async fn a_closed_port_is_refused() {
    let address = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let settings = json!({"tcp": {"host": address.ip(), "port": address.port()}});
    let measured = run(&build(settings, &Files::default()).unwrap(), &[], Duration::from_secs(2)).await;
    assert_eq!(verdict(&measured).1, "connect_refused");
}

#[tokio::test]
async fn a_secret_that_is_sent_back_is_not_shown() {
    let script: &[Does] =
        &[Hears("mat-khau-khong-ai-biet\r\n"), Says("wrong password: mat-khau-khong-ai-biet\n"), Closes];
    let address = serve(script, Authority::new().acceptor()).await;
    let steps = json!([{"send_secret": {"env": "MAT_KHAU"}}, {"expect": "^welcome"}]);
    let settings = json!({"tcp": {"host": address.ip(), "port": address.port(), "steps": steps}});
    let measured = run(&build(settings, &Files::default()).unwrap(), &[], Duration::from_secs(2)).await;
    let (status, reason, told) = verdict(&measured);
    assert_eq!((status, reason), down("response_mismatch"), "{told}");
    assert!(told.contains("wrong password: <secret>"), "{told}");
    assert!(!format!("{:?}", measured.facts).contains(SECRET));
}

#[tokio::test]
async fn the_certificate_is_shown_also_when_it_is_not_trusted() {
    let authority = Authority::new();
    let address = serve(&[Secures], authority.acceptor()).await;
    let settings = json!({"tcp": {"host": address.ip(), "port": address.port(), "secure": true}});
    let measured = run(&build(settings, &Files::default()).unwrap(), &[], Duration::from_secs(2)).await;
    let tls = measured.facts.tls.unwrap();
    assert!(!tls.verified && tls.not_after().is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_address_beside_a_live_one_is_told() {
    let address = serve(&[Says("hello\n")], Authority::new().acceptor()).await;
    let resolver = name_server(["127.0.0.1", "127.9.9.9"]).await;
    let steps = json!([{"expect": "hello"}]);
    let settings = json!({"tcp": {"host": "mail.bo-vd.example", "port": address.port(), "steps": steps}});
    let probe = build(settings, &Files::default()).unwrap();
    let measured = run(&probe, &[resolver], Duration::from_secs(3)).await;
    let (status, reason, told) = verdict(&measured);
    assert_eq!((status, reason), (Status::Degraded, "address_partial"), "{told}");
}

/// What every kind that connects finds at this host: the rule, or nothing.
async fn partial_findings(host: &str, port: u16, resolvers: &[std::net::SocketAddr]) -> Vec<(String, bool)> {
    let kinds = [
        json!({"http": {"url": format!("http://{host}:{port}/")}}),
        json!({"tcp": {"host": host, "port": port}}),
        json!({"tls": {"host": host, "port": port}}),
    ];
    let mut found = Vec::new();
    for settings in kinds {
        let kind = settings.as_object().unwrap().keys().next().unwrap().clone();
        let probe = build(settings, &Files::default()).unwrap();
        let measured = run(&probe, resolvers, Duration::from_secs(3)).await;
        let is_told = measured.assessment.findings.iter().any(|finding| finding.rule == "addresses");
        found.push((kind, is_told));
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_that_connects_tells_of_a_dead_address_and_forgives_localhost() {
    let port = serve(&[Says("hello\n")], Authority::new().acceptor()).await.port();
    let resolver = name_server(["127.9.9.9", "127.0.0.1"]).await;
    for (kind, is_told) in partial_findings("mail.bo-vd.example", port, &[resolver]).await {
        assert!(is_told, "{kind}");
    }
    for (kind, is_told) in partial_findings("localhost", port, &[resolver]).await {
        assert!(!is_told, "{kind}");
    }
}
