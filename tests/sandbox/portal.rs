//! The healthy portal, its doors and its switches.

use std::time::{Duration, Instant};

use chrono::Utc;
use emc_monitor::sandbox::client::{Client, ClientError};
use emc_monitor::sandbox::faults::{Fault, Params};
use emc_monitor::sandbox::portal::{self, Settings, StartError};
use reqwest::{StatusCode, Version};

use super::ministry::Ministry;

#[tokio::test]
async fn the_home_page_is_served_over_http_https_and_http2() {
    let ministry = Ministry::open().await;
    let client = ministry.client().build().unwrap();
    let plain = client.get(ministry.http("/")).send().await.unwrap();
    assert_eq!((plain.status(), plain.version()), (StatusCode::OK, Version::HTTP_11));
    let secure = client.get(ministry.https("/")).send().await.unwrap();
    assert_eq!((secure.status(), secure.version()), (StatusCode::OK, Version::HTTP_2));
    let page = secure.text().await.unwrap();
    assert_eq!(page, plain.text().await.unwrap());
    for part in ["Bộ Thực hành", "Đăng nhập", "role=\"search\"", "<html lang=\"vi\">"] {
        assert!(page.contains(part), "{part}");
    }
}

#[tokio::test]
async fn search_hits_with_and_without_diacritics_and_says_so_when_it_does_not() {
    let ministry = Ministry::open().await;
    for query in ["thẻ đọc thư viện", "the doc thu vien", "THE DOC THU VIEN"] {
        let page = ministry.get(&format!("/tim-kiem?q={query}")).await.text().await.unwrap();
        assert!(page.contains("Cấp thẻ đọc thư viện thực hành"), "{query}");
    }
    let page = ministry.get("/tim-kiem?q=<b>xe bay</b>").await.text().await.unwrap();
    assert!(page.contains("Chưa có thủ tục nào khớp") && !page.contains("<b>"));
}

#[tokio::test]
async fn a_procedure_page_says_everything_that_a_citizen_needs() {
    let ministry = Ministry::open().await;
    let page = ministry.get("/thu-tuc/9.000203").await.text().await.unwrap();
    let parts = [
        "Trình tự thực hiện",
        "Cách thức thực hiện",
        "Thành phần hồ sơ",
        "Mẫu TH-13",
        "Thời hạn giải quyết",
        "Phí, lệ phí",
        "Cơ quan thực hiện",
        "Kết quả thực hiện",
        "Căn cứ",
        "Một phần",
        "Nộp hồ sơ",
    ];
    for part in parts {
        assert!(page.contains(part), "{part}");
    }
    assert_eq!(ministry.get("/thu-tuc/0.000000").await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn every_link_of_every_page_leads_somewhere() {
    let ministry = Ministry::open().await;
    let mut todo = vec!["/".to_owned()];
    let mut seen = std::collections::BTreeSet::new();
    while let Some(path) = todo.pop() {
        if !seen.insert(path.clone()) {
            continue;
        }
        let answer = ministry.get(&path).await;
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        let page = answer.text().await.unwrap();
        let document = scraper::Html::parse_document(&page);
        let links = scraper::Selector::parse("a[href], link[href]").unwrap();
        let found = document.select(&links).filter_map(|link| link.attr("href"));
        todo.extend(
            found.filter(|to| to.starts_with('/')).map(|to| to.split('#').next().unwrap().to_owned()),
        );
    }
    assert!(seen.len() > 30, "{seen:?}");
}

#[tokio::test]
async fn a_dossier_is_found_by_its_code_and_a_wrong_code_gets_a_friendly_word() {
    let ministry = Ministry::open().await;
    let page = ministry.get("/tra-cuu-ho-so?ma=%20th-261103-0007").await.text().await.unwrap();
    assert!(page.contains("Chờ nhận thiết bị tại quầy"));
    let wrong = ministry.get("/tra-cuu-ho-so?ma=ABC").await;
    assert_eq!(wrong.status(), StatusCode::OK);
    assert!(wrong.text().await.unwrap().contains("Chưa tra được hồ sơ"));
}

#[tokio::test]
async fn health_is_json() {
    let ministry = Ministry::open().await;
    let health: serde_json::Value = ministry.get("/api/suc-khoe").await.json().await.unwrap();
    assert_eq!(health["status"], "ok");
}

#[tokio::test]
async fn faults_are_switched_over_the_api_while_the_ministry_runs() {
    let ministry = Ministry::open().await;
    let client = Client::new(ministry.running.admin);
    let all = client.list().await.unwrap();
    assert_eq!(all.len(), Fault::ALL.len());
    assert!(all.iter().all(|fault| !fault.on));
    client.on(Fault::Status503, Params::default()).await.unwrap();
    assert_eq!(ministry.get("/").await.status(), StatusCode::SERVICE_UNAVAILABLE);
    client.off(Fault::Status503).await.unwrap();
    assert_eq!(ministry.get("/").await.status(), StatusCode::OK);
    let only = Params { path: Some("/tim-kiem".into()), ..Params::default() };
    client.on(Fault::Status500, only.clone()).await.unwrap();
    let on = client.list().await.unwrap().into_iter().find(|fault| fault.on).unwrap();
    assert_eq!((on.name.as_str(), on.params), ("status-500", only));
    assert_eq!(ministry.get("/").await.status(), StatusCode::OK);
    assert_eq!(ministry.get("/tim-kiem").await.status(), StatusCode::INTERNAL_SERVER_ERROR);
    client.reset().await.unwrap();
    assert_eq!(ministry.get("/tim-kiem").await.status(), StatusCode::OK);
}

#[tokio::test]
async fn the_api_refuses_what_it_does_not_know_and_who_it_is_not_for() {
    let ministry = Ministry::open().await;
    let api = format!("http://{}/_sandbox/faults", ministry.running.admin);
    let http = ministry.client().build().unwrap();
    let unknown = http.post(format!("{api}/no-such-fault")).send().await.unwrap();
    assert_eq!(unknown.status(), StatusCode::NOT_FOUND);
    let misspelt = http.post(format!("{api}/slow")).body(r#"{"on": true, "delay": 5}"#).send().await.unwrap();
    assert_eq!(misspelt.status(), StatusCode::BAD_REQUEST);
    let page =
        http.post(format!("{api}/slow")).header("origin", "https://evil.example").send().await.unwrap();
    assert_eq!(page.status(), StatusCode::FORBIDDEN);
    let params = Params { delay_ms: Some(1), ..Params::default() };
    let refused = Client::new(ministry.running.admin).on(Fault::Waf, params).await.unwrap_err();
    assert_eq!(refused.to_string(), "\"waf\" takes no \"delay_ms\"; it takes: path");
    assert!(ministry.running.faults.active().is_empty());
}

#[tokio::test]
async fn nobody_beyond_this_machine_is_served_unless_told() {
    let mut settings = Settings::free_ports(Utc::now());
    settings.http.set_ip("0.0.0.0".parse().unwrap());
    assert!(matches!(portal::start(settings.clone()).await, Err(StartError::NotLoopback(_))));
    settings.allow_remote = true;
    settings.admin.set_ip("0.0.0.0".parse().unwrap());
    assert!(matches!(portal::start(settings).await, Err(StartError::NotLoopback(_))));
}

#[tokio::test]
async fn the_test_ca_is_written_where_it_is_wanted() {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = Settings::free_ports(Utc::now());
    settings.ca_folder = Some(folder.path().join("new"));
    let running = portal::start(settings).await.unwrap();
    let path = running.ca_path.clone().unwrap();
    assert_eq!(path, folder.path().join("new/ca.pem"));
    assert_eq!(std::fs::read_to_string(path).unwrap(), running.ca_pem);
    running.shutdown().await;
}

#[tokio::test]
async fn closing_does_not_wait_for_whoever_hangs_on() {
    let ministry = Ministry::with(Fault::NoAnswer).await;
    let http = ministry.client().build().unwrap();
    let (url, admin) = (ministry.https("/"), ministry.running.admin);
    let hanging = tokio::spawn(async move { http.get(url).send().await });
    let idle = tokio::net::TcpStream::connect(ministry.running.http).await.unwrap();
    let started = Instant::now();
    ministry.running.shutdown().await;
    assert!(started.elapsed() < Duration::from_secs(4));
    assert!(hanging.await.unwrap().is_err());
    drop(idle);
    assert!(matches!(Client::new(admin).list().await, Err(ClientError::Absent { .. })));
}
