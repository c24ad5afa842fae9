//! The same servers asked by Debian's `blackbox_exporter` and by us: the same verdict, or a reason why ours is better.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use chrono::Utc;
use emc_monitor::model::status::Status;
use emc_monitor::net::run::Run;
use emc_monitor::net::{Net, NetSettings};
use emc_monitor::probe::Tools;
use serde_json::{Value, json};

use crate::build::{Operator, build};
use crate::server::{Answer, Certificate, Servers, Then};

/// Modules like our cases' settings.
const MODULES: &str = "
modules:
  plain: {prober: http, timeout: 2s, http: {preferred_ip_protocol: ip4}}
  words: {prober: http, timeout: 2s, http: {preferred_ip_protocol: ip4, fail_if_body_not_matches_regexp: ['Trang']}}
  banned: {prober: http, timeout: 2s, http: {preferred_ip_protocol: ip4, fail_if_body_matches_regexp: ['ORA-[0-9]+']}}
  moved: {prober: http, timeout: 2s, http: {preferred_ip_protocol: ip4, follow_redirects: false, valid_status_codes: [302]}}
  header: {prober: http, timeout: 2s, http: {preferred_ip_protocol: ip4, fail_if_header_not_matches: [{header: X-A, regexp: '^b$'}]}}
  trust: {prober: http, timeout: 2s, http: {preferred_ip_protocol: ip4, tls_config: {ca_file: CA}}}
  basic: {prober: http, timeout: 2s, http: {preferred_ip_protocol: ip4, basic_auth: {username: u, password: p}}}
  http2: {prober: http, timeout: 2s, http: {preferred_ip_protocol: ip4, valid_http_versions: ['HTTP/2.0']}}
";

struct Blackbox(Child, SocketAddr);

impl Drop for Blackbox {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Blackbox {
    fn start(folder: &Path, ca_pem: &[u8]) -> Self {
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        std::fs::write(folder.join("ca.pem"), ca_pem).unwrap();
        let file = folder.join("blackbox.yml");
        std::fs::write(&file, MODULES.replace("CA}", &format!("{}}}", folder.join("ca.pem").display())))
            .unwrap();
        let child = Command::new("prometheus-blackbox-exporter")
            .arg(format!("--config.file={}", file.display()))
            .arg(format!("--web.listen-address={address}"))
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let blackbox = Self(child, address);
        let begun = Instant::now();
        while TcpStream::connect(address).is_err() {
            assert!(begun.elapsed().as_secs() < 30, "blackbox_exporter does not listen");
            std::thread::yield_now();
        }
        blackbox
    }

    /// Whether it calls the target a success.
    fn says_up(&self, module: &str, target: &str) -> bool {
        let mut stream = TcpStream::connect(self.1).unwrap();
        write!(stream, "GET /probe?module={module}&target={target} HTTP/1.0\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let line = answer.lines().find(|line| line.starts_with("probe_success "));
        line.unwrap_or_else(|| panic!("no verdict: {answer}")) == "probe_success 1"
    }
}

/// A page, how each is asked, and why the verdicts differ if they do.
struct Case {
    name: &'static str,
    answer: Answer,
    tls: bool,
    module: &'static str,
    settings: Value,
    differs: Option<&'static str>,
}

fn case(name: &'static str, answer: Answer) -> Case {
    Case { name, answer, tls: false, module: "plain", settings: json!({}), differs: None }
}

impl Case {
    fn asked(mut self, module: &'static str, settings: Value) -> Self {
        (self.module, self.settings) = (module, settings);
        self
    }

    fn tls(mut self) -> Self {
        self.tls = true;
        self
    }

    fn ours_is_better(mut self, why: &'static str) -> Self {
        self.differs = Some(why);
        self
    }
}

fn status(status: u16) -> Answer {
    Answer { status, body: "<title>Trang</title>".to_owned(), ..Answer::default() }
}

fn body(body: &str) -> Answer {
    Answer { body: body.to_owned(), ..Answer::default() }
}

fn header(status: u16, name: &str, value: &str) -> Answer {
    Answer {
        status,
        headers: [(name.to_owned(), value.to_owned())].into(),
        body: "Trang".to_owned(),
        ..Answer::default()
    }
}

fn raw(raw: &str, then: Then) -> Answer {
    Answer { raw: Some(raw.to_owned()), then, ..Answer::default() }
}

fn cases(end: &str) -> Vec<Case> {
    let words = || json!({"expect": {"regex": ["Trang"]}});
    let trust = || json!({"tls": {"ca_files": ["ca.pem"]}});
    let basic = || json!({"basic_auth": {"username": "u", "password": {"env": "p"}}});
    vec![
        case("200", status(200)),
        case("404", status(404)),
        case("500", status(500)),
        case("a redirect", header(302, "Location", end)),
        case("a redirect to itself", header(302, "Location", "/trang")),
        case("a redirect without an address", status(302)),
        case("a redirect to a file", header(302, "Location", "file:///etc/passwd")),
        case("an expected redirect", header(302, "Location", end))
            .asked("moved", json!({"expect": {"status": [302]}})),
        case("no redirect where one is expected", status(200))
            .asked("moved", json!({"expect": {"status": [302]}})),
        case("words", body("<p>Trang chủ")).asked("words", words()),
        case("no words", body("<p>Khác")).asked("words", words()),
        case("words in gzip", Answer { gzip: true, ..body("<p>Trang chủ") })
            .asked("words", words())
            .ours_is_better("a compressed page reads as its text"),
        case("words in a comment", body("<!-- Trang --><p>Khác"))
            .asked("words", words())
            .ours_is_better("no reader sees a comment"),
        case("words between tags", body("<p>Tr<b>ang</b>"))
            .asked("words", words())
            .ours_is_better("a reader sees the word whole"),
        case("banned words", body("<p>ORA-00942"))
            .asked("banned", json!({"expect": {"forbidden": ["/ORA-[0-9]+/"]}})),
        case("no banned words", body("<p>ORA"))
            .asked("banned", json!({"expect": {"forbidden": ["/ORA-[0-9]+/"]}})),
        case("a header", header(200, "X-A", "b"))
            .asked("header", json!({"expect": {"headers": {"x-a": "^b$"}}})),
        case("another header", header(200, "X-A", "bb"))
            .asked("header", json!({"expect": {"headers": {"x-a": "^b$"}}})),
        case("no header", status(200)).asked("header", json!({"expect": {"headers": {"x-a": "^b$"}}})),
        case("a password", status(200)).asked("basic", basic()),
        case("HTTP/1.1 where HTTP/2 is wanted", status(200))
            .asked("http2", json!({"expect": {"protocol": "http2"}})),
        case("no answer", raw("", Then::Close)),
        case("no HTTP", raw("hello\r\n\r\n", Then::Close)),
        case("no end of the head", raw("HTTP/1.1 200 OK\r\n", Then::Hang)),
        case("no end of the body", raw("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", Then::Hang)),
        case("half a body", raw("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", Then::Close)),
        case("a bad chunk", raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", Then::Close)),
        case("no gzip", header(200, "Content-Encoding", "gzip"))
            .ours_is_better("a browser could not show a page that is not in its coding"),
        case("too many requests", status(429))
            .ours_is_better("the portal works and asks us to be slower: degraded"),
        case("maintenance", body("<title>Hệ thống đang bảo trì</title>"))
            .ours_is_better("a page of excuses is no service"),
        case("a soft 404", body("<title>Không tìm thấy trang</title>"))
            .ours_is_better("there is no such page"),
        case("a firewall", body("<title>Access Denied</title>"))
            .ours_is_better("we were kept out: unknown, never up"),
        case("an empty page", body("")).ours_is_better("nobody can use an empty page"),
        case("a certificate that is trusted", status(200)).tls().asked("trust", trust()),
        case("a certificate that is not", status(200)).tls(),
        case("down to http", header(302, "Location", end)).tls().asked("trust", trust()),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn verdicts_are_those_of_blackbox_exporter_or_better() {
    let servers = Servers::start(Certificate::Good).await;
    let folder = tempfile::tempdir().unwrap();
    let blackbox = Blackbox::start(folder.path(), &servers.ca_pem);
    let end = format!("http://{}/dich", servers.own);
    let (mut same, mut better, mut wrong) = (0, 0, Vec::new());
    for case in cases(&end) {
        let site =
            [("/trang".to_owned(), vec![case.answer.clone()]), ("/dich".to_owned(), vec![status(200)])];
        servers.serve(HashMap::from(site));
        let target = if case.tls {
            format!("https://{}/trang", servers.tls)
        } else {
            format!("http://{}/trang", servers.own)
        };
        let theirs = tokio::task::block_in_place(|| blackbox.says_up(case.module, &target));
        let (ours, told) = ours(&servers, &case, &target).await;
        match (ours == theirs, case.differs) {
            (true, None) => same += 1,
            (false, Some(_)) => better += 1,
            (true, Some(why)) => wrong.push(format!("{}: no longer differs, although {why}", case.name)),
            (false, None) => wrong.push(format!("{}: theirs {theirs}, ours {ours}: {told}", case.name)),
        }
    }
    println!("{same} verdicts alike, {better} better");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whether we call the target usable, and why.
async fn ours(servers: &Servers, case: &Case, target: &str) -> (bool, String) {
    let mut settings = case.settings.clone();
    settings["url"] = json!(target);
    let probe = build(&settings, &Operator::default(), servers.own, &servers.ca_pem).unwrap();
    let tools = Tools { net: Net::new(&NetSettings::default()).unwrap() };
    let measured = probe.run(&tools, &mut Run::begin(Duration::from_secs(2)), Utc::now).await;
    let usable = matches!(measured.assessment.status, Status::Up | Status::Degraded);
    (usable, format!("{:?}", measured.assessment))
}
