//! What is sent, to whom, and that no secret comes out anywhere.

use std::collections::HashMap;
use std::time::Duration;

use chrono::Utc;
use emc_monitor::model::reason::Reason;
use emc_monitor::net::run::Run;
use emc_monitor::net::{Net, NetSettings};
use emc_monitor::probe::{Measured, Tools};
use serde_json::{Value, json};

use crate::build::{Operator, build};
use crate::server::{Answer, Certificate, Seen, Servers, Site};

fn page(body: &str) -> Vec<Answer> {
    vec![Answer { body: body.to_owned(), ..Answer::default() }]
}

fn redirect(to: &str, cookies: &[&str]) -> Vec<Answer> {
    let headers = [("Location".to_owned(), to.to_owned())].into();
    let cookies = cookies.iter().map(|&cookie| cookie.to_owned()).collect();
    vec![Answer { status: 302, headers, cookies, ..Answer::default() }]
}

/// Runs a probe and gives back all that it says, as one text.
async fn told(servers: &Servers, http: Value, operator: &Operator) -> (Measured, String) {
    let probe = build(&http, operator, servers.own, &servers.ca_pem).unwrap();
    let tools = Tools { net: Net::new(&NetSettings::default()).unwrap() };
    let mut run = Run::begin(Duration::from_secs(20));
    let measured = probe.run(&tools, &mut run, Utc::now).await;
    let told = format!(
        "{:?} {:?} {} {} {} {:?}",
        measured,
        run,
        probe.target(),
        json!(measured.facts.http),
        json!(run.timeline),
        probe.hosts(),
    );
    (measured, told)
}

fn seen(servers: &Servers) -> Vec<Seen> {
    servers.seen.lock().unwrap().clone()
}

#[tokio::test]
async fn credentials_go_to_the_configured_origin_only() {
    let servers = Servers::start(Certificate::Good).await;
    let other = format!("http://{}/khac", servers.other);
    let back = format!("http://{}/trang", servers.own);
    let site: Site = HashMap::from([
        ("/".to_owned(), redirect(&other, &["phien=BIMAT4; Path=/; HttpOnly"])),
        ("/khac".to_owned(), redirect(&back, &[])),
        ("/trang".to_owned(), page("<title>Trang</title>")),
    ]);
    servers.serve(site);
    let http = json!({
        "path": "/?khoa=BIMAT5",
        "headers": {"X-Chung": "ai-cung-thay"},
        "secret_headers": {"X-Khoa": {"env": "BIMAT1"}, "Cookie": {"env": "tay=BIMAT2"}},
        "basic_auth": {"username": "canbo", "password": {"env": "BIMAT3"}},
    });
    let (measured, told) = told(&servers, http, &Operator::default()).await;
    assert_eq!(measured.assessment.reason, None, "{told}");
    let requests = seen(&servers);
    assert_eq!(requests.len(), 3);
    for request in &requests {
        let head = request.head.to_ascii_lowercase();
        let is_own = request.address == servers.own;
        let has =
            ["x-khoa: bimat1", "authorization: basic ", "tay=bimat2"].map(|secret| head.contains(secret));
        assert_eq!(has, [is_own; 3], "{head}");
        assert!(head.contains("x-chung: ai-cung-thay") && head.contains("user-agent: emc/1"), "{head}");
        assert_eq!(head.matches("\r\ncookie:").count(), usize::from(head.contains("cookie")), "{head}");
    }
    assert!(requests[2].head.contains("phien=BIMAT4"), "{}", requests[2].head);
    assert_no_secret(&told);
}

/// The planted secrets, and the forms that they take on the way.
fn assert_no_secret(told: &str) {
    for secret in ["BIMAT", "Y2FuYm86QklNQVQz"] {
        assert!(!told.contains(secret), "{secret} in {told}");
    }
}

#[tokio::test]
async fn no_secret_comes_out_of_a_failed_run() {
    let servers = Servers::start(Certificate::Good).await;
    let http = json!({
        "path": "/khong-co?khoa=BIMAT5#BIMAT6",
        "bearer_token": {"env": "BIMAT1"},
        "expect": {"headers": {"set-cookie": "khac"}},
    });
    let with_token = redirect("http://khac:BIMAT7@127.0.0.1:1/x?ma=BIMAT8", &[]);
    let with_cookie = Answer { cookies: vec!["a=BIMAT9".to_owned()], ..Answer::default() };
    for answers in [vec![], with_token, vec![with_cookie]] {
        servers.serve(HashMap::from([("/khong-co".to_owned(), answers)]));
        let (measured, told) = told(&servers, http.clone(), &Operator::default()).await;
        assert!(measured.assessment.reason.is_some());
        assert_no_secret(&told);
    }
}

#[tokio::test]
async fn a_server_that_shows_what_it_was_sent_does_not_make_us_show_it() {
    let servers = Servers::start(Certificate::Good).await;
    let mut shows = page("<title>Basic Y2FuYm86QklNQVQz</title><h1>BIMAT1</h1>{\"a\": \"BIMAT3\"}");
    shows[0].headers.insert("Server".to_owned(), "BIMAT1".to_owned());
    let json = Answer { body: "{\"a\": \"BIMAT3\"}".to_owned(), ..Answer::default() };
    let site = [("/", shows), ("/di", redirect("/BIMAT1/x", &[])), ("/json", vec![json])];
    servers.serve(site.map(|(path, answers)| (path.to_owned(), answers)).into());
    for (path, expect) in [
        ("/", json!({"forbidden": ["/BIMA./"]})),
        ("/di", json!({})),
        ("/json", json!({"json": {"/a": "b"}})),
    ] {
        let http = json!({
            "path": path, "expect": expect,
            "secret_headers": {"X-Khoa": {"env": "BIMAT1"}},
            "basic_auth": {"username": "canbo", "password": {"env": "BIMAT3"}},
        });
        let (measured, told) = told(&servers, http, &Operator::default()).await;
        assert!(measured.assessment.reason.is_some(), "{told}");
        for secret in ["BIMAT1", "BIMAT3", "Y2FuYm86QklNQVQz"] {
            assert!(!told.contains(secret), "{path}: {secret} in {told}");
        }
    }
}

#[tokio::test]
async fn a_redirected_form_is_not_sent_twice_and_not_elsewhere() {
    let servers = Servers::start(Certificate::Good).await;
    let other = format!("http://{}/khac", servers.other);
    let mut keep = redirect(&other, &[]);
    keep[0].status = 307;
    let site: Site = HashMap::from([
        ("/nop".to_owned(), redirect("/da-nhan", &[])),
        ("/da-nhan".to_owned(), page("<title>Đã nhận</title>")),
        ("/giu".to_owned(), keep),
        ("/khac".to_owned(), page("<title>Nơi khác</title>")),
    ]);
    servers.serve(site);
    let allowed = servers.own.to_string();
    let operator = Operator { mutates: true, allow_mutations: vec![allowed], ..Operator::default() };
    let form = |path| json!({"path": path, "method": "post", "body": "a=1", "content_type": "application/x-www-form-urlencoded"});
    let (measured, said) = told(&servers, form("/nop"), &operator).await;
    assert_eq!(measured.assessment.reason, None, "{said}");
    let second = seen(&servers)[1].head.to_ascii_lowercase();
    assert!(second.starts_with("get /da-nhan ") && !second.contains("content-type"), "{second}");

    let (measured, _) = told(&servers, form("/giu"), &operator).await;
    assert_eq!(measured.assessment.reason.map(Reason::as_str), Some("redirect_denied"));
    assert!(seen(&servers).iter().all(|request| request.address == servers.own));
}

#[tokio::test]
async fn a_page_that_does_not_change_is_judged_alike_each_time() {
    let servers = Servers::start(Certificate::Good).await;
    let probe = build(
        &json!({"path": "/", "expect": {"contains": ["Trang"]}}),
        &Operator::default(),
        servers.own,
        b"",
    )
    .unwrap();
    let tools = Tools { net: Net::new(&NetSettings::default()).unwrap() };
    for (body, up) in [("Trang", true), ("Trang", true), ("Tràng", false), ("Tràng", false), ("Trang", true)]
    {
        servers.serve(HashMap::from([("/".to_owned(), page(&format!("<title>T</title><p>{body}")))]));
        let measured = probe.run(&tools, &mut Run::begin(Duration::from_secs(20)), Utc::now).await;
        assert_eq!(measured.assessment.reason.is_none(), up, "{body}");
        assert_eq!(measured.facts.http.unwrap().title, "T");
    }
}
