//! Each address and what it answers.

use emc_monitor::model::id::RunId;
use emc_monitor::model::reason::Reason;
use emc_monitor::model::told::Told;
use emc_monitor::web::settings::WebSettings;
use reqwest::StatusCode;
use reqwest::header::{ACCEPT, ACCEPT_ENCODING, ALLOW, CONTENT_ENCODING, CONTENT_TYPE};

use crate::fixture::result;
use crate::served::{Served, client};

#[tokio::test]
async fn health_tells_whether_we_live_and_readiness_whether_probes_run() {
    let served = Served::new(&["trang-chu"]).await;
    assert_eq!(served.get("-/healthy").await.status(), StatusCode::OK);
    assert_eq!(served.get("-/ready").await.status(), StatusCode::SERVICE_UNAVAILABLE);
    served.state.set_ready(true);
    assert_eq!(served.get("-/ready").await.status(), StatusCode::OK);
    served.end().await;
}

#[tokio::test]
async fn reload_is_a_post_and_passes_the_diagnostics_on() {
    let mut served = Served::new(&[]).await;
    let refused = served.get("-/reload").await;
    assert_eq!(refused.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(refused.headers()[ALLOW], "POST");
    let post = |url: &str| client().post(format!("{url}-/reload"));
    let url = served.url.clone();
    let (answer, ()) = tokio::join!(post(&url).header("accept-language", "en").send(), async {
        let request = served.reloads.recv().await.unwrap();
        let (vi, en) = ("emc.yaml:3:1: không có khóa", "emc.yaml:3:1: unknown key");
        request.answer.send(Err(Told { vi: vi.to_owned(), en: en.to_owned() })).unwrap();
    });
    let answer = answer.unwrap();
    assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert!(answer.text().await.unwrap().contains("emc.yaml:3:1: unknown key"));
    let from_elsewhere = post(&url).header("sec-fetch-site", "cross-site").send().await.unwrap();
    assert_eq!(from_elsewhere.status(), StatusCode::FORBIDDEN);
    served.end().await;
}

#[tokio::test]
async fn unknown_addresses_are_404_and_head_is_answered() {
    let served = Served::new(&[]).await;
    for path in [
        "metric",
        "metrics/",
        "-/",
        "runs/",
        "runs/0123456789abcdef",
        "runs/..%2f..%2fetc%2fpasswd",
        "debug/pprof/",
    ] {
        assert_eq!(served.get(path).await.status(), StatusCode::NOT_FOUND, "{path}");
    }
    for path in ["", "metrics", "config", "-/healthy"] {
        let head = client().head(format!("{}{path}", served.url)).send().await.unwrap();
        assert_eq!(head.status(), StatusCode::OK, "{path}");
        assert!(head.bytes().await.unwrap().is_empty());
    }
    served.end().await;
}

#[tokio::test]
async fn a_scrape_negotiates_format_and_compression() {
    let served = Served::new(&["trang-chu"]).await;
    served.record(result("trang-chu", None));
    let request = client().get(format!("{}metrics", served.url));
    let openmetrics =
        request.try_clone().unwrap().header(ACCEPT, "application/openmetrics-text;version=1.0.0");
    let answer = openmetrics.send().await.unwrap();
    assert!(
        answer.headers()[CONTENT_TYPE]
            .to_str()
            .unwrap()
            .starts_with("application/openmetrics-text; version=1.0.0")
    );
    assert!(answer.text().await.unwrap().ends_with("# EOF\n"));
    let packed = request.header(ACCEPT_ENCODING, "gzip").send().await.unwrap();
    assert_eq!(packed.headers()[CONTENT_ENCODING], "gzip");
    assert_eq!(packed.headers()[CONTENT_TYPE], "text/plain; version=0.0.4; charset=utf-8");
    let mut text = String::new();
    let bytes = packed.bytes().await.unwrap();
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&bytes[..]), &mut text).unwrap();
    assert!(text.contains("emc_probe_success_total{") && !text.contains("# EOF"));
    served.end().await;
}

#[tokio::test]
async fn a_run_is_shown_as_page_and_as_json() {
    let served = Served::new(&["trang-chu"]).await;
    served.record(result("trang-chu", Some(Reason::Status)));
    let id = RunId::new(0x0123_4567_89ab_cdef);
    let page = served.get(&format!("runs/{id}?lang=en")).await.text().await.unwrap();
    assert!(page.contains("bo-vd/dvc/trang-chu") && page.contains(Reason::Status.text().meaning.en));
    let json: serde_json::Value =
        serde_json::from_str(&served.get(&format!("runs/{id}.json")).await.text().await.unwrap()).unwrap();
    assert_eq!(json["reason"], "status");
    let landing = served.get("").await.text().await.unwrap();
    assert!(landing.contains(&format!("/runs/{id}")), "{landing}");
    served.end().await;
}

#[tokio::test]
async fn the_configuration_is_shown_as_handed_in() {
    let served = Served::new(&[]).await;
    served.state.set_config("password: <secret>\n".to_owned());
    let answer = served.get("config").await;
    assert_eq!(answer.headers()[CONTENT_TYPE], "text/plain; charset=utf-8");
    assert_eq!(answer.text().await.unwrap(), "password: <secret>\n");
    served.end().await;
}

#[tokio::test]
async fn an_external_address_prefixes_all_routes() {
    let external_url = Some("https://giamsat.bo-vd.example/emc/".parse().unwrap());
    let served = Served::with(&["trang-chu"], WebSettings { external_url, ..WebSettings::default() }).await;
    assert!(served.url.ends_with("/emc/"));
    assert_eq!(served.get("-/healthy").await.status(), StatusCode::OK);
    let landing = served.get("?lang=en").await.text().await.unwrap();
    assert!(landing.contains("href=\"/emc/metrics\""), "{landing}");
    let root = client().get(format!("http://{}/", served.address)).send().await.unwrap();
    assert_eq!(root.url().path(), "/emc/");
    assert_eq!(root.status(), StatusCode::OK);
    let outside = client().get(format!("http://{}/metrics", served.address)).send().await.unwrap();
    assert_eq!(outside.status(), StatusCode::NOT_FOUND);
    served.end().await;
}
