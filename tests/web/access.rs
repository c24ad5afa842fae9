//! Who is let in: TLS, basic auth, and a web configuration that is read strictly.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use emc_monitor::web::access::Access;
use emc_monitor::web::settings::WebSettings;
use reqwest::StatusCode;
use reqwest::header::WWW_AUTHENTICATE;
use tempfile::TempDir;

use crate::served::{Served, client};

/// A folder with a certificate of its own and a web configuration.
struct Folder {
    folder: TempDir,
}

impl Folder {
    fn new(config: &str) -> Self {
        let made = Self { folder: tempfile::tempdir().unwrap() };
        made.new_certificate("first.example");
        fs::write(made.config(), config).unwrap();
        made
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn config(&self) -> PathBuf {
        self.path("web.yml")
    }

    fn new_certificate(&self, name: &str) {
        let made = rcgen::generate_simple_self_signed(vec![name.to_owned()]).unwrap();
        fs::write(self.path("key.pem"), made.signing_key.serialize_pem()).unwrap();
        fs::write(self.path("cert.pem"), made.cert.pem()).unwrap();
    }

    async fn serve(&self) -> Served {
        let settings = WebSettings { config_file: Some(self.config()), ..WebSettings::default() };
        Served::with(&["trang-chu"], settings).await
    }
}

const TLS: &str = "tls_server_config: {cert_file: cert.pem, key_file: key.pem}\n";

fn users() -> String {
    format!("basic_auth_users:\n  giamsat: {}\n", bcrypt::hash("mật khẩu", 4).unwrap())
}

fn promtool_accepts(config: &Path) -> bool {
    Command::new("promtool").args(["check", "web-config"]).arg(config).output().unwrap().status.success()
}

fn refusal(text: &str) -> String {
    let folder = Folder::new(text);
    Access::load(Some(&folder.config())).err().unwrap_or_default()
}

#[test]
fn promtool_and_we_accept_the_same_file() {
    let folder = Folder::new(&format!(
        "{TLS}http_server_config:\n  http2: true\n  headers:\n    X-Frame-Options: deny\n{}",
        users()
    ));
    assert!(promtool_accepts(&folder.config()));
    assert_eq!(Access::load(Some(&folder.config())).err(), None);
    let all = "  min_version: TLS12\n  max_version: TLS13\n  prefer_server_cipher_suites: true\n  \
               cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]\n  curve_preferences: [X25519, CurveP256]\n  \
               client_ca_file: cert.pem\n  client_auth_type: RequireAndVerifyClientCert\n";
    let strict =
        Folder::new(&format!("tls_server_config:\n  cert_file: cert.pem\n  key_file: key.pem\n{all}"));
    assert!(promtool_accepts(&strict.config()));
    assert_eq!(Access::load(Some(&strict.config())).err(), None);
}

#[test]
fn all_that_is_wrong_is_told_at_once_with_its_place() {
    let wrong = refusal(
        "tls_server_config:\n  cert_fil: cert.pem\n  min_version: TLS10\n  client_auth_type: RequestClientCert\n\
         basic_auth_users:\n  giamsat: hunter2\nrate_limits: {}\n",
    );
    for expected in
        ["web.yml:2:3:", "cert_fil", "web.yml:3:", "TLS10", "RequestClientCert", "web.yml:6:", "web.yml:7:1:"]
    {
        assert!(wrong.contains(expected), "{expected} is not in:\n{wrong}");
    }
    assert!(!wrong.contains("hunter2"), "a password written in place of its hash is shown");
    assert!(refusal("tls_server_config: [").contains("web.yml:"), "broken YAML");
    assert!(refusal("tls_server_config: {cert_file: no.pem, key_file: key.pem}").contains("no.pem"));
    assert!(refusal("tls_server_config: {cert_file: key.pem, key_file: key.pem}").contains("no certificate"));
    assert_eq!(refusal(""), "");
}

#[test]
fn nonsense_neither_panics_nor_passes() {
    for text in [
        "a",
        "[1]",
        "basic_auth_users: [x]",
        "http_server_config: {headers: {Server: x}}",
        "rate_limit: {burst: 0}",
        "basic_auth_users: {x: $2y$31$aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa}",
        "\u{0}",
        "tls_server_config: {min_version: {}}",
    ] {
        assert_ne!(refusal(text), "", "{text:?} passed");
    }
}

#[tokio::test]
async fn only_users_with_their_password_come_in() {
    let folder = Folder::new(&users());
    let served = folder.serve().await;
    let url = format!("{}metrics", served.url);
    let hash = fs::read_to_string(folder.config()).unwrap().trim().rsplit(' ').next().unwrap().to_owned();
    let ask = async |user: &str, password: &str| {
        client().get(&url).basic_auth(user, Some(password)).send().await.unwrap().status()
    };
    let without = client().get(&url).send().await.unwrap();
    assert_eq!(without.status(), StatusCode::UNAUTHORIZED);
    assert!(without.headers()[WWW_AUTHENTICATE].to_str().unwrap().starts_with("Basic"));
    for (user, password) in [("giamsat", "sai"), ("ai-do", "mật khẩu"), ("giamsat", ""), ("giamsat", &hash)]
    {
        assert_eq!(ask(user, password).await, StatusCode::UNAUTHORIZED, "{user}:{password}");
    }
    for _ in 0..2 {
        assert_eq!(ask("giamsat", "mật khẩu").await, StatusCode::OK);
    }
    // What is remembered of the login above must not open the door in another form.
    for (user, password) in
        [("giamsat", hash.as_str()), ("giamsatmật ", "khẩu"), (&format!("giamsat{hash}"), "mật khẩu")]
    {
        assert_eq!(ask(user, password).await, StatusCode::UNAUTHORIZED, "{user}:{password}");
    }
    let scrape = client().get(&url).basic_auth("giamsat", Some("mật khẩu")).send().await.unwrap();
    assert!(scrape.text().await.unwrap().contains("emc_web_refused_total{cause=\"unauthorized\"} 8"));
    served.end().await;
}

#[tokio::test]
async fn a_changed_certificate_is_shown_without_a_restart_and_a_bad_one_is_not() {
    let folder = Folder::new(TLS);
    let served = folder.serve().await;
    assert!(served.url.starts_with("https://"));
    let healthy = served.get("-/healthy").await;
    assert_eq!((healthy.status(), healthy.version()), (StatusCode::OK, reqwest::Version::HTTP_2));
    let first = shown_certificate(served.address).await;
    fs::write(folder.path("cert.pem"), "not a certificate").unwrap();
    wait_until(async || shown_certificate(served.address).await == first).await;
    folder.new_certificate("second.example");
    wait_until(async || shown_certificate(served.address).await != first).await;
    served.end().await;
}

#[tokio::test]
async fn headers_and_rates_are_the_operators() {
    let folder = Folder::new(
        "http_server_config: {headers: {X-Frame-Options: SAMEORIGIN}}\nrate_limit: {interval: 1h, burst: 2}\n",
    );
    let served = folder.serve().await;
    let first = served.get("-/healthy").await;
    assert_eq!(first.headers()["x-frame-options"], "SAMEORIGIN");
    assert!(first.headers().contains_key("content-security-policy"));
    let statuses = [served.get("").await.status(), served.get("").await.status()];
    assert_eq!(statuses, [StatusCode::OK, StatusCode::TOO_MANY_REQUESTS]);
    served.end().await;
}

#[test]
fn a_rate_limit_is_what_a_promtool_that_knows_it_accepts() {
    let folder = Folder::new("rate_limit: {interval: 250ms, burst: 3}\n");
    assert_eq!(Access::load(Some(&folder.config())).err(), None);
    let output =
        Command::new("promtool").args(["check", "web-config"]).arg(folder.config()).output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    // Newer exporter-toolkits have the section; Debian 12's promtool does not, and must have nothing else to say.
    let does_not_know = told.contains("field rate_limit not found in type web.Config");
    assert!(output.status.success() || does_not_know, "{told}");
    assert!(refusal("rate_limit: {interval: 1, burst: 3}").contains("is not a duration"));
    assert!(refusal("rate_limit: {interval: 1s, burst: -3}").contains("above 0"));
}

#[tokio::test]
async fn whoever_waits_for_the_interval_is_let_in_again() {
    let folder = Folder::new("rate_limit: {interval: 500ms, burst: 1}\n");
    let served = folder.serve().await;
    assert_eq!(served.get("-/healthy").await.status(), StatusCode::OK);
    wait_until(async || served.get("-/healthy").await.status() == StatusCode::TOO_MANY_REQUESTS).await;
    wait_until(async || served.get("-/healthy").await.status() == StatusCode::OK).await;
    served.end().await;
}

/// The leaf that the server shows to a new connection, in DER.
async fn shown_certificate(address: std::net::SocketAddr) -> Vec<u8> {
    let client = reqwest::Client::builder()
        .no_proxy()
        .tls_danger_accept_invalid_certs(true)
        .tls_info(true)
        .build()
        .unwrap();
    let answer = client.get(format!("https://{address}/-/healthy")).send().await.unwrap();
    let info = answer.extensions().get::<reqwest::tls::TlsInfo>().unwrap();
    info.peer_certificate().unwrap().to_vec()
}

/// Asks again and again, for a minute at most.
pub(crate) async fn wait_until(mut holds: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    let mut beat = tokio::time::interval(Duration::from_millis(100));
    while !holds().await {
        assert!(begun.elapsed() < Duration::from_secs(60), "it never came to hold");
        beat.tick().await;
    }
}
