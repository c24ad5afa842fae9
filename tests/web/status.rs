//! The status page: what the public sees, in which words, and that nothing of a probed page gets onto it.

use std::time::Duration;

use chrono::{DateTime, Days, TimeDelta, Utc};
use emc_monitor::metrics::overview::{Ran, Standing};
use emc_monitor::model::id::RunId;
use emc_monitor::model::phase::Phases;
use emc_monitor::model::reason::Reason;
use emc_monitor::model::status::Status;
use emc_monitor::probe::spec::Names;
use emc_monitor::web::chronicle::{Chronicle, Day, day_of};
use emc_monitor::web::notices::{Dependency, Maintenance, Notices};
use emc_monitor::web::settings::WebSettings;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use serde_json::Value;

use crate::fixture::{id, name, result, result_with};
use crate::judges::{judge_with_axe, judge_with_checker};
use crate::pictures::Picture;
use crate::served::{Served, client};

const PORTAL: &str = "status/bo-vd/dvc";
/// How the pages are looked at: in light colours and in dark ones.
const LOOKS: [&[&str]; 2] = [&[], &["--dark"]];

/// How the fixture's probe stood at a moment.
fn standing(at: DateTime<Utc>, status: Status, millis: u64) -> Standing {
    let run_id = RunId::new(u64::try_from(at.timestamp()).unwrap());
    let duration = Duration::from_millis(millis);
    Standing {
        id: id("trang-chu"),
        kind: "http",
        target: "https://dichvucong.bo-vd.example/".to_owned(),
        every: Duration::from_secs(60),
        status,
        reason: (status == Status::Down).then_some(Reason::ConnectTimeout),
        stale: false,
        last: Some(Ran { run_id, ended: at, duration, phases: Phases::default() }),
    }
}

/// Forty days of which some were bad, and a last day with an hour of trouble.
fn live(chronicle: &Chronicle, now: DateTime<Utc>) {
    let today = day_of(now);
    let days = (1..40).map(|back| {
        let date = today.checked_sub_days(Days::new(back)).unwrap();
        let down = if back % 13 == 0 { 1_800_000 } else { 0 };
        let degraded = if back % 9 == 0 { 5_400_000 } else { 0 };
        Day { date, up: 86_400_000 - down - degraded, degraded, down }
    });
    chronicle.recall((name("bo-vd"), name("dvc")), days);
    for minute in (1..1440).rev() {
        let at = now - TimeDelta::minutes(minute);
        let status = if (600..660).contains(&minute) { Status::Down } else { Status::Up };
        let wave = u64::try_from(180 + (minute % 360 - 180).abs()).unwrap();
        chronicle.look(at, &[standing(at, status, wave)]);
    }
}

fn notices(now: DateTime<Utc>) -> Notices {
    let names = |vi: &str, en: &str| Names { vi: vi.to_owned(), en: en.to_owned() };
    Notices {
        dependencies: vec![
            Dependency {
                name: names("Cổng Dịch vụ công quốc gia", "National public service portal"),
                watched_by: Some((name("bo-vd"), name("dvc"))),
            },
            Dependency { name: names("Xác thực quốc gia", "National sign-on"), watched_by: None },
        ],
        maintenance: vec![Maintenance {
            portal: (name("bo-vd"), name("dvc")),
            what: names("Nâng cấp cơ sở dữ liệu", "Database upgrade"),
            begins: now + TimeDelta::hours(20),
            ends: now + TimeDelta::hours(22),
        }],
    }
}

/// A portal with a past, which has just gone down.
async fn served() -> Served {
    let status_only = vec!["127.0.0.1:0".parse().unwrap()];
    let served = Served::with(&["trang-chu"], WebSettings { status_only, ..WebSettings::default() }).await;
    let now = Utc::now();
    served.state.set_notices(notices(now));
    live(&served.state.chronicle, now);
    served.record(result("trang-chu", Some(Reason::Status)));
    served
}

async fn text(served: &Served, path: &str) -> String {
    let answer = served.get(path).await;
    assert_eq!(answer.status(), StatusCode::OK, "{path}");
    answer.text().await.unwrap()
}

#[tokio::test]
async fn the_public_reads_plain_words_in_its_language() {
    let served = served().await;
    let vi = text(&served, "status?lang=vi").await;
    for words in [
        "Có cổng đang gián đoạn",
        "Cổng dịch vụ công",
        "Bộ Ví dụ",
        "Cổng báo lỗi khi mở trang.",
        "Cổng không trả lời.",
        "Nâng cấp cơ sở dữ liệu",
        "Cổng Dịch vụ công quốc gia",
        "50 ngày không đủ dữ liệu",
    ] {
        assert!(vi.contains(words), "{words}: {vi}");
    }
    let en = text(&served, &format!("{PORTAL}?lang=en")).await;
    for words in [
        "Service portal",
        "Ministry of Examples",
        "Not working",
        "Days with incidents",
        "<path class=\"line\"",
    ] {
        assert!(en.contains(words), "{words}: {en}");
    }
    assert!(en.contains("href=\"https://dichvucong.bo-vd.example\""), "{en}");
    for secret in ["token", "secret", "trang-chu", "/runs/", "/metrics"] {
        assert!(!vi.contains(secret) && !en.contains(secret), "{secret}");
    }
    served.end().await;
}

#[tokio::test]
async fn what_was_never_measured_is_not_said_to_work() {
    let served = Served::new(&["trang-chu"]).await;
    let page = text(&served, "status?lang=en").await;
    assert!(page.contains("There is not enough data to tell yet"), "{page}");
    assert!(page.contains("90 d not enough data") && !page.contains("path class=\"up\""), "{page}");
    let json: Value = serde_json::from_str(&text(&served, "status.json").await).unwrap();
    assert_eq!(json["portals"][0]["status"], "unknown");
    assert_eq!(json["portals"][0]["days"].as_array().unwrap().len(), 0);
    assert!(text(&served, &format!("{PORTAL}/badge.svg?lang=en")).await.contains("Not enough data"));
    served.end().await;
}

#[tokio::test]
async fn planned_maintenance_is_not_called_broken_and_those_to_come_are_announced() {
    let served = Served::new(&["trang-chu"]).await;
    let now = Utc::now();
    let what = Names { vi: "Nâng cấp <b>lõi</b>".to_owned(), en: String::new() };
    let window = |hours: i64, what: Names| Maintenance {
        portal: (name("bo-vd"), name("dvc")),
        what,
        begins: now + TimeDelta::hours(hours),
        ends: now + TimeDelta::hours(hours + 2),
    };
    let maintenance = vec![window(-1, what), window(400, Names::default())];
    served.state.set_notices(Notices { dependencies: Vec::new(), maintenance });
    served.state.store.set_maintenance(|portal| portal.portal.as_str() == "dvc");
    served.record(result("trang-chu", Some(Reason::ConnectTimeout)));

    let page = text(&served, "status?lang=vi").await;
    for words in [
        "Có cổng đang bảo trì theo kế hoạch",
        "<p>1 bảo trì theo kế hoạch</p>",
        "⚙ Bảo trì theo kế hoạch</span>",
        "⚙ Đang bảo trì</span>",
        "⚙ Sắp bảo trì</span>",
        "Không có sự cố nào đang diễn ra.",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("<b>") && page.contains("lõi"), "{page}");
    assert!(text(&served, "status/bo-vd/dvc/badge.svg?lang=en").await.contains("Planned maintenance"));
    assert!(text(&served, &format!("{PORTAL}?lang=en")).await.contains("Planned maintenance"));
    let json: Value = serde_json::from_str(&text(&served, "status.json").await).unwrap();
    assert_eq!(json["portals"][0]["planned_maintenance"], true);
    assert_eq!(json["portals"][0]["status"], "unknown");
    assert_eq!(json["maintenance"].as_array().unwrap().len(), 2);
    let feed = text(&served, "status/feed.atom?lang=en").await;
    assert_eq!(feed.matches("<entry>").count(), 1, "the other one is too far away: {feed}");

    served.state.store.set_maintenance(|_| false);
    served.record(result("trang-chu", Some(Reason::ConnectTimeout)));
    let metrics = text(&served, "metrics").await;
    assert!(
        metrics.contains("emc_portal_maintenance{authority=\"bo-vd\",portal=\"dvc\",location=\"local\"} 0")
    );
    let of_probe = "authority=\"bo-vd\",portal=\"dvc\",probe=\"trang-chu\",kind=\"http\",location=\"local\"";
    for (counter, value) in [("unknown", 1), ("failure", 1), ("success", 0)] {
        let line = format!("emc_probe_{counter}_total{{{of_probe}}} {value}\n");
        assert!(metrics.contains(&line), "{line}: {metrics}");
    }
    served.end().await;
}

#[tokio::test]
async fn nothing_that_a_probed_page_says_gets_onto_the_page() {
    let served = Served::new(&["trang-chu"]).await;
    let hostile = "<script>alert(1)</script>\"'&gt;NGUYHIEM";
    served.record(result_with((Some(Reason::ContentMissing), hostile.to_owned())));
    for path in ["status", PORTAL, "status.json", "status/feed.atom", "status/bo-vd/dvc/badge.svg"] {
        let page = text(&served, path).await;
        assert!(!page.contains("NGUYHIEM") && !page.contains("<script"), "{path}: {page}");
    }
    served.end().await;
}

#[tokio::test]
async fn programs_read_the_same_as_json_and_as_a_feed() {
    let served = served().await;
    let json: Value = serde_json::from_str(&text(&served, "status.json").await).unwrap();
    let portal = &json["portals"][0];
    assert_eq!((&portal["status"], &portal["name"]["en"]), (&"down".into(), &"Service portal".into()));
    let incidents = portal["incidents"].as_array().unwrap();
    assert_eq!(incidents.len(), 2, "{portal:#}");
    assert_eq!(
        (&incidents[0]["reason"], &incidents[1]["ended_at"]),
        (&"connect_timeout".into(), &Value::Null)
    );
    assert_eq!(json["dependencies"][1]["status"], "unknown");
    let answer = served.get("status/feed.atom?lang=vi").await;
    assert_eq!(answer.headers()[CONTENT_TYPE], "application/atom+xml; charset=utf-8");
    let feed = answer.text().await.unwrap();
    let ids: Vec<&str> = feed.split("<id>").skip(1).map(|rest| rest.split('<').next().unwrap()).collect();
    assert_eq!(ids.len(), 4, "the feed, two incidents and a maintenance: {feed}");
    assert!(feed.contains("<title>Bảo trì theo kế hoạch: Cổng dịch vụ công</title>"), "{feed}");
    assert!(feed.contains("<summary>Nâng cấp cơ sở dữ liệu (từ "), "{feed}");
    assert!(ids.iter().all(|id| id.starts_with("urn:uuid:") && id.len() == 45), "{ids:?}");
    let again = text(&served, "status/feed.atom?lang=vi").await;
    assert!(ids.iter().all(|id| again.contains(id)), "ids change: {again}");
    served.end().await;
}

#[tokio::test]
async fn an_address_for_the_public_gives_the_status_page_alone() {
    let served = served().await;
    let base = format!("http://{}", served.for_all[0]);
    let get = async |path: &str| client().get(format!("{base}{path}")).send().await.unwrap();
    let home = get("/").await;
    assert_eq!((home.status(), home.url().path()), (StatusCode::OK, "/status"));
    assert_eq!(get("/-/healthy").await.status(), StatusCode::OK);
    for path in ["/status.json", "/status/feed.atom", "/status/bo-vd/dvc", "/status/bo-vd/dvc/badge.svg"] {
        assert_eq!(get(path).await.status(), StatusCode::OK, "{path}");
    }
    for path in
        ["/metrics", "/config", "/runs/0123456789abcdef", "/-/ready", "/status/bo-vd/khac", "/status/BO/dvc"]
    {
        assert_eq!(get(path).await.status(), StatusCode::NOT_FOUND, "{path}");
    }
    let reload = client().post(format!("{base}/-/reload")).send().await.unwrap();
    assert_eq!(reload.status(), StatusCode::NOT_FOUND);
    served.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_pages_satisfy_axe_and_the_html_checker_in_light_and_dark() {
    let served = served().await;
    let paths = ["status?lang=vi", "status/bo-vd/dvc?lang=vi", "status?lang=en", "status/bo-vd/dvc?lang=en"];
    let urls: Vec<String> = paths.iter().map(|path| format!("{}{path}", served.url)).collect();
    for flags in LOOKS {
        judge_with_axe(&urls, flags);
    }
    let folder = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    for (number, path) in paths.iter().enumerate() {
        files.push(folder.path().join(format!("{number}.html")));
        std::fs::write(&files[number], text(&served, path).await).unwrap();
    }
    files.push(folder.path().join("badge.svg"));
    std::fs::write(&files[paths.len()], text(&served, "status/bo-vd/dvc/badge.svg").await).unwrap();
    judge_with_checker(&files);
    served.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "writes docs/images: run make pictures"]
async fn pictures_of_the_status_page() {
    let served = served().await;
    for language in ["vi", "en"] {
        for (path, screen, dark, name) in [
            ("status", "desk", false, "status"),
            ("status", "phone", true, "status-phone"),
            (PORTAL, "phone", false, "status-portal-phone"),
        ] {
            let url = format!("{}{path}?lang={language}", served.url);
            Picture { url, screen, dark, name: format!("{name}-{language}") }.take();
        }
    }
    served.end().await;
}
