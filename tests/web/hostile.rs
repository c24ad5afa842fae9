//! Slow clients, and servers whose words try to become markup, commands or series.

use std::sync::Arc;
use std::time::{Duration, Instant};

use emc_monitor::metrics::Format;
use emc_monitor::model::id::RunId;
use emc_monitor::model::phase::Phases;
use emc_monitor::model::reason::Reason;
use emc_monitor::model::result::ProbeResult;
use emc_monitor::model::timeline::Timeline;
use reqwest::StatusCode;
use scraper::{Html, Selector};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::fixture::{result, result_with};
use crate::served::Served;
use crate::soak::pick;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_idle_connections_do_not_keep_a_scrape_out() {
    let served = Served::new(&["trang-chu"]).await;
    let mut idle = Vec::new();
    for number in 0..pick(1000, 8000) {
        let mut connection = TcpStream::connect(served.address).await.unwrap();
        if number % 2 == 0 {
            let _ = connection.write_all(b"GET /metrics HTTP/1.1\r\nHost: x\r\nX-Slow: ").await;
        }
        idle.push(connection);
    }
    let begun = Instant::now();
    crate::access::wait_until(async || {
        let answer = crate::served::client().get(format!("{}metrics", served.url)).send().await;
        answer.is_ok_and(|answer| answer.status() == StatusCode::OK)
    })
    .await;
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    let page = served.get("metrics").await.text().await.unwrap();
    let open = page.lines().find_map(|line| line.strip_prefix("emc_web_connections ")).unwrap();
    assert!(open.parse::<usize>().unwrap() <= 256, "{open}");
    drop(idle);
    served.end().await;
}

/// Comes, sends its request in crumbs, and comes back as often as it is sent away.
async fn drip(address: std::net::SocketAddr) {
    loop {
        let Ok(mut connection) = TcpStream::connect(address).await else { continue };
        let _ = connection.write_all(b"GET /metrics HTTP/1.1\r\nHost: x\r\nX-Slow: ").await;
        let mut crumbs = tokio::time::interval(Duration::from_millis(100));
        loop {
            let gone = tokio::select! {
                read = connection.read_u8() => read.is_err(),
                _ = crumbs.tick() => false,
            };
            if gone || connection.write_all(b"a").await.is_err() {
                break;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_that_drip_and_come_back_do_not_keep_a_scrape_out() {
    let served = Served::new(&["trang-chu"]).await;
    let mut clients = tokio::task::JoinSet::new();
    for _ in 0..pick(400, 1000) {
        clients.spawn(drip(served.address));
    }
    let page = || String::from_utf8(served.state.store.render(Format::Text, Instant::now())).unwrap();
    crate::access::wait_until(async || page().contains("emc_web_connections 256")).await;
    let mut quickest = Duration::MAX;
    for _ in 0..pick(5, 200) {
        let begun = Instant::now();
        let answer = crate::served::client().get(format!("{}metrics", served.url)).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        assert!(answer.text().await.unwrap().contains("emc_web_connections"));
        quickest = quickest.min(begun.elapsed());
    }
    // The slowest says more of the machine's load than of ours.
    assert!(quickest < Duration::from_secs(1), "{quickest:?}");
    clients.shutdown().await;
    served.end().await;
}

#[tokio::test]
async fn a_head_without_end_is_cut_off() {
    let served = Served::new(&[]).await;
    let mut connection = TcpStream::connect(served.address).await.unwrap();
    connection.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: ").await.unwrap();
    let mut answer = Vec::new();
    // The server answers 431 and closes; while it does, our writes may already fail.
    for _ in 0..64 {
        if connection.write_all(&[b'a'; 4096]).await.is_err() {
            break;
        }
    }
    let _ = connection.read_to_end(&mut answer).await;
    assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 431"), "{}", String::from_utf8_lossy(&answer));
    assert_eq!(served.get("-/healthy").await.status(), StatusCode::OK);
    served.end().await;
}

#[tokio::test]
async fn a_reader_who_stops_reading_holds_neither_others_nor_the_end_up() {
    let served = Served::new(&["trang-chu"]).await;
    let mut lazy = TcpStream::connect(served.address).await.unwrap();
    lazy.write_all(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n".repeat(200).as_slice()).await.unwrap();
    assert_eq!(served.get("metrics").await.status(), StatusCode::OK);
    let begun = Instant::now();
    served.end().await;
    assert!(begun.elapsed() < Duration::from_secs(10));
}

/// What hostile servers put into titles, headers and certificates.
const NASTY: &str = "</td></title><script>alert(1)</script><img src=x onerror=alert(1)>\" onmouseover=\"x' {{7*7}} \u{1b}[31m\u{202e}\u{200f}\u{feff}\0\n# HELP x\nemc_probe_success_total 1";

fn nasty(number: u64) -> ProbeResult {
    let mut run = result_with(facts_of(number));
    run.run_id = RunId::new(number);
    NASTY.clone_into(&mut run.target);
    run.timeline = Timeline::default();
    run.timeline.note(Duration::ZERO, "connected", NASTY);
    run
}

fn facts_of(number: u64) -> (Option<Reason>, String) {
    (Some(Reason::ContentMissing), format!("{NASTY} {number}"))
}

#[tokio::test]
async fn no_word_of_a_server_becomes_markup() {
    let served = Served::new(&["trang-chu"]).await;
    served.record(nasty(7));
    let search =
        "?q=%3Cscript%3Ealert(1)%3C%2Fscript%3E%22%20autofocus%20onfocus%3Dx&status=%22%3E%3Cscript%3E";
    for path in
        ["runs/0000000000000007", "runs/0000000000000007?lang=en", "", search, "?lang=%22%3E%3Cscript%3E"]
    {
        let answer = served.get(path).await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        assert!(answer.headers()["content-security-policy"].to_str().unwrap().contains("default-src 'none'"));
        let text = answer.text().await.unwrap();
        let page = Html::parse_document(&text);
        for forbidden in [
            "script",
            "img",
            "iframe",
            "object",
            "link",
            "base",
            "[onerror]",
            "[onmouseover]",
            "[onfocus]",
            "[style]",
            "main style",
        ] {
            assert_eq!(page.select(&Selector::parse(forbidden).unwrap()).count(), 0, "{forbidden} in {path}");
        }
        assert_eq!(page.select(&Selector::parse("h1").unwrap()).count(), 1, "{path}");
        assert!(
            !text.chars().any(|c| "\u{1b}\u{202e}\u{200f}\u{feff}\0".contains(c)),
            "a control character in {path}"
        );
    }
    served.end().await;
}

#[tokio::test]
async fn ten_thousand_differing_answers_add_no_series() {
    let served = Served::new(&["trang-chu"]).await;
    let page = || String::from_utf8(served.state.store.render(Format::Text, Instant::now())).unwrap();
    let names = |page: &str| -> Vec<String> {
        let lines = page.lines().filter(|line| !line.starts_with('#'));
        lines.map(|line| line.rsplit_once(' ').unwrap().0.to_owned()).collect()
    };
    served.record(nasty(0));
    let before = names(&page());
    for number in 1..10_000 {
        served.record(nasty(number));
    }
    let after = page();
    assert_eq!(before, names(&after));
    assert!(!after.contains("alert(1)"));
    served.end().await;
}

#[tokio::test]
async fn runs_are_kept_within_their_bytes_and_trouble_for_longer() {
    use emc_monitor::web::runs::{RunLog, RunLogSettings};
    let log = RunLog::new(RunLogSettings { healthy_bytes: 100_000, troubled_bytes: 100_000 });
    let numbered = |number: u64, reason| {
        let mut run = result("trang-chu", reason);
        run.run_id = RunId::new(number);
        run.phases = Phases::default();
        Arc::new(run)
    };
    log.push(numbered(0, Some(Reason::Status)));
    for number in 1..5_000 {
        log.push(numbered(number, None));
    }
    assert!(log.get(RunId::new(0)).is_some(), "a failure went before 5,000 runs that were up");
    assert!(log.get(RunId::new(1)).is_none() && log.get(RunId::new(4_999)).is_some());
}
