//! `emc serve` as an operator runs it: the real program, real files, a real portal on loopback.

#[path = "serve/dependencies.rs"]
mod dependencies;
#[path = "serve/maintenance.rs"]
mod maintenance;
#[expect(dead_code, reason = "this test needs a part of what it offers")]
#[path = "serve/monitor.rs"]
mod monitor;
#[path = "serve/portal.rs"]
mod portal;
#[path = "support/soak.rs"]
mod soak;

use std::fs;
use std::time::{Duration, Instant};

use base64::Engine;
use monitor::Monitor;
use portal::Portal;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use soak::pick;

fn authority(url: &str, keys: &str) -> String {
    format!(
        "authority: {{id: bo-vd, name: {{vi: Bộ Ví dụ, en: Ministry of Examples}}}}\n\
         portals:\n  - id: dvc\n    url: {url}\n    probes:\n      - {{name: trang-chu, every: 1s, timeout: 900ms, http: {{path: /, {keys}}}}}\n"
    )
}

const POLITE_ENOUGH: &str = "politeness: {per_second: 1000, burst: 1000}\n";

#[test]
fn a_portal_is_watched_within_seconds_and_its_run_can_be_looked_at() {
    let portal = Portal::open();
    let monitor =
        Monitor::start(&[("emc.yaml", POLITE_ENOUGH), ("bo-vd.yaml", &authority(&portal.url(), ""))], &[]);
    monitor.wait_for("emc_probe_success_total{authority=\"bo-vd\",portal=\"dvc\",probe=\"trang-chu\"", |n| {
        n >= 1.0
    });
    monitor.wait_for("emc_probe_status{authority=\"bo-vd\",portal=\"dvc\",probe=\"trang-chu\",kind=\"http\",location=\"local\",status=\"up\"}", |n| n == 1.0);
    assert_eq!(monitor.get("/-/healthy").status, 200);
    assert_eq!(monitor.get("/-/ready").status, 200);
    assert!(monitor.get("/").body.contains("trang-chu"));
    assert_eq!(monitor.get("/no-such-page").status, 404);
}

#[test]
fn a_reload_takes_in_new_files_and_refuses_wrong_ones_as_a_whole() {
    let portal = Portal::open();
    let monitor =
        Monitor::start(&[("emc.yaml", POLITE_ENOUGH), ("bo-vd.yaml", &authority(&portal.url(), ""))], &[]);
    let count = "emc_probe_success_total{authority=\"bo-vd\",portal=\"dvc\",probe=\"trang-chu\"";
    monitor.wait_for(count, |n| n >= 1.0);

    let other = authority(&portal.url(), "").replace("bo-vd", "bo-khac");
    fs::write(monitor.file("bo-khac.yaml"), &other).unwrap();
    monitor.hang_up();
    monitor.wait_for("emc_probe_success_total{authority=\"bo-khac\"", |n| n >= 1.0);
    let before = monitor.value(count);
    assert!(before >= 1.0, "the counters of an unchanged probe go on");

    fs::write(monitor.file("bo-khac.yaml"), other.replace(" http: {", " htp: {")).unwrap();
    let refused = monitor.post("/-/reload");
    assert_eq!(refused.status, 500);
    assert!(refused.body.contains("bo-khac.yaml:6:"), "located: {}", refused.body);
    assert!(refused.body.contains("http"), "suggests: {}", refused.body);
    assert_eq!(monitor.value("emc_config_last_reload_successful"), 0.0);
    monitor.wait_for("emc_probe_success_total{authority=\"bo-khac\"", |n| n >= 2.0);

    fs::remove_file(monitor.file("bo-khac.yaml")).unwrap();
    assert_eq!(monitor.post("/-/reload").status, 200);
    assert_eq!(monitor.value("emc_config_last_reload_successful"), 1.0);
    assert!(!monitor.get("/metrics").body.contains("bo-khac"));
    assert!(monitor.value(count) >= before);
}

#[test]
fn with_watch_a_changed_file_is_taken_in_by_itself() {
    let portal = Portal::open();
    let monitor = Monitor::start(
        &[("emc.yaml", POLITE_ENOUGH), ("bo-vd.yaml", &authority(&portal.url(), ""))],
        &["--watch"],
    );
    fs::write(monitor.file("bo-moi.yaml"), authority(&portal.url(), "").replace("bo-vd", "bo-moi")).unwrap();
    monitor.wait_for("emc_probe_success_total{authority=\"bo-moi\"", |n| n >= 1.0);
}

#[test]
fn sigterm_ends_in_good_order_within_five_seconds_with_runs_in_flight() {
    let tarpit = Portal::that_never_answers();
    let slow = authority(&tarpit.url(), "").replace("every: 1s, timeout: 900ms", "every: 60s, timeout: 60s");
    let mut monitor = Monitor::start(&[("emc.yaml", POLITE_ENOUGH), ("bo-vd.yaml", &slow)], &[]);
    monitor.wait_for("emc_runs_in_flight", |n| n >= 1.0);
    let began = Instant::now();
    let status = monitor.terminate();
    assert_eq!(status.code(), Some(0));
    assert!(began.elapsed() < Duration::from_secs(5), "took {:?}", began.elapsed());
}

#[test]
fn a_healthcheck_gets_through_tls_and_a_login() {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let names = vec!["giam-sat.example".to_owned()];
    let certificate = CertificateParams::new(names).unwrap().signed_by(&key, &issuer).unwrap();
    let web = format!(
        "tls_server_config: {{cert_file: cert.pem, key_file: key.pem}}\nbasic_auth_users:\n  giamsat: {}\n",
        bcrypt::hash("mật khẩu", 4).unwrap()
    );
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    put("cert.pem", &certificate.pem());
    put("key.pem", &key.serialize_pem());
    let (web, ca) = (put("web.yml", &web), put("ca.pem", &issuer.pem()));
    let (right, wrong) = (put("right", "mật khẩu\n"), put("wrong", "mat khau"));
    let portal = Portal::open();
    let page = authority(&portal.url(), "");
    let files = [("emc.yaml", POLITE_ENOUGH), ("bo-vd.yaml", page.as_str())];
    let monitor = Monitor::start(&files, &["--web.config.file", &web]);

    let trusting = ["--ca-file", &ca, "--server-name", "giam-sat.example", "--username", "giamsat"];
    let with = |more: &[&str]| monitor.healthcheck("https", &[&trusting, more].concat());
    assert_eq!(with(&["--password-file", &right]), (Some(0), String::new()));
    let (code, told) = with(&["--password-file", &wrong]);
    assert!(code == Some(1) && told.contains("401"), "{code:?} {told}");
    let (code, told) = with(&["--password-file", "/nonexistent/password"]);
    assert!(code == Some(3) && told.contains("/nonexistent/password"), "{code:?} {told}");
    let (code, told) = monitor.healthcheck("https", &[]);
    assert!(code == Some(1) && told.contains("tls_"), "{code:?} {told}");
}

#[test]
fn with_every_anchor_dead_nothing_is_down() {
    let closed = portal::closed_port();
    let global =
        format!("{POLITE_ENOUGH}uplink: {{anchors: [\"127.0.0.1:{closed}\", \"127.0.0.2:{closed}\"]}}\n");
    let portal = authority(&format!("http://127.0.0.1:{closed}"), "");
    let monitor = Monitor::start(&[("emc.yaml", &global), ("bo-vd.yaml", &portal)], &[]);
    monitor.wait_for("emc_probe_unknown_total{authority=\"bo-vd\"", |n| n >= 2.0);
    assert_eq!(monitor.value("emc_probe_failure_total{authority=\"bo-vd\""), 0.0);
    monitor.wait_for("emc_self_degraded{cause=\"self_uplink\"", |n| n == 1.0);
    assert!(monitor.get("/metrics").body.contains("reason=\"self_uplink\""));
}

#[test]
fn planted_secrets_reach_the_portal_and_nothing_else() {
    let portal = Portal::open();
    let mut secrets: Vec<String> =
        (0..6).map(|number| format!("bi-mat-{number}-{}", u64::from(std::process::id()) * 7919)).collect();
    let keys = format!(
        "basic_auth: {{username: emc, password_file: password}}, \
         secret_headers: {{X-Api-Key: {{env: EMC_TEST_KEY}}, X-Token: {{file: token}}, Cookie: {{credential: cookie}}}}, \
         headers: {{Referer: \"{}/?t=1\"}}",
        portal.url()
    );
    let url = portal.url().replace("http://", &format!("http://user:{}@", secrets[4]));
    let files = [
        ("emc.yaml", POLITE_ENOUGH.to_owned()),
        ("bo-vd.yaml", authority(&portal.url(), &keys)),
        ("password", secrets[0].clone()),
        ("token", secrets[1].clone()),
        ("cookie", secrets[2].clone()),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let monitor = Monitor::start_with(&files, &["--log.level", "trace"], &[("EMC_TEST_KEY", &secrets[3])]);
    let page = authority(&portal.url(), &keys);
    let wrong = authority(&url, &keys).replace("selector", "selectr");
    let mut seen = String::new();
    for round in 1..=pick(1, 30) {
        monitor.wait_for("emc_probe_success_total{authority=\"bo-vd\"", |n| n >= f64::from(2 * round));
        let _ = monitor.post("/-/reload");
        fs::write(monitor.file("bo-vd.yaml"), &wrong).unwrap();
        seen += &everything(&monitor);
        fs::write(monitor.file("bo-vd.yaml"), &page).unwrap();
    }
    seen += &monitor.log();
    let heads = portal.heads();
    secrets.push(base64::engine::general_purpose::STANDARD.encode(format!("emc:{}", secrets[0])));
    for secret in secrets[1..4].iter().chain(&secrets[6..]) {
        assert!(heads.contains(secret.as_str()), "the portal never saw a secret it was to be sent");
    }
    for secret in &secrets {
        assert!(!seen.contains(secret.as_str()), "a secret shows: {}", around(&seen, secret));
    }
}

/// All that a reload and every page say.
fn everything(monitor: &Monitor) -> String {
    let mut seen = monitor.post("/-/reload").body;
    for page in ["/", "/config", "/metrics", "/runs/0000000000000000"] {
        seen += &monitor.get(page).body;
    }
    for run in monitor.run_ids() {
        seen += &monitor.get(&format!("/runs/{run}")).body;
        seen += &monitor.get(&format!("/runs/{run}.json")).body;
    }
    seen
}

/// Where a secret shows, without the secret.
fn around(text: &str, secret: &str) -> String {
    let line = text.lines().find(|line| line.contains(secret)).unwrap_or_default();
    line.replace(secret, "<the secret>")
}
