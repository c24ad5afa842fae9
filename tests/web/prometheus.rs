//! A real Prometheus scrapes us in both formats, and gives back what we said.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::routing::get;
use emc_monitor::metrics::Format;
use emc_monitor::model::reason::Reason;
use serde_json::Value;
use tempfile::TempDir;

use crate::access::wait_until;
use crate::fixture::result;
use crate::served::{Served, client};

/// A Prometheus of its own, ended with the test.
struct Prometheus {
    process: Child,
    address: String,
    _folder: TempDir,
}

impl Prometheus {
    fn start(targets: &[(&str, String)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let job = |(job, target): &(&str, String)| {
            format!("- {{job_name: {job}, static_configs: [{{targets: ['{target}']}}]}}")
        };
        let jobs = targets.iter().map(job).collect::<Vec<_>>().join("\n");
        let config = folder.path().join("prometheus.yml");
        std::fs::write(
            &config,
            format!("global: {{scrape_interval: 1s, scrape_timeout: 1s}}\nscrape_configs:\n{jobs}"),
        )
        .unwrap();
        let mut process = Command::new("prometheus")
            .arg(format!("--config.file={}", config.display()))
            .arg(format!("--storage.tsdb.path={}", folder.path().join("data").display()))
            .args(["--web.listen-address=127.0.0.1:0", "--enable-feature=exemplar-storage"])
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("prometheus comes with the Debian package of its name");
        let mut log = BufReader::new(process.stderr.take().unwrap()).lines();
        let told = log.by_ref().map_while(Result::ok).find(|line| line.contains("msg=\"Listening on\""));
        let address = told.unwrap().split("address=").last().unwrap().trim().to_owned();
        std::thread::spawn(move || log.for_each(drop));
        Self { process, address, _folder: folder }
    }

    /// An answer of the API; null while Prometheus is still starting.
    async fn ask(&self, path: &str, query: &str) -> Value {
        let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("query", query).finish();
        let url = format!("http://{}/api/v1/{path}?{query}&start=0&end=4000000000", self.address);
        serde_json::from_str(&client().get(url).send().await.unwrap().text().await.unwrap())
            .unwrap_or_default()
    }

    /// The one value of a query, empty where there is none.
    async fn value(&self, query: &str) -> String {
        let answer = self.ask("query", query).await;
        answer["data"]["result"][0]["value"][1].as_str().unwrap_or_default().to_owned()
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn prometheus_sees_what_was_found_in_both_formats() {
    let served = Served::new(&["trang-chu", "tra-cuu"]).await;
    served.record(result("tra-cuu", Some(Reason::TlsExpired)));
    let store = Arc::clone(&served.state.store);
    let text_only = get(move || async move {
        ([("content-type", Format::Text.content_type())], store.render(Format::Text, Instant::now()))
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let text_address = listener.local_addr().unwrap().to_string();
    let text_server = tokio::spawn(async move {
        axum::serve(listener, Router::new().route("/metrics", text_only)).await.unwrap();
    });
    let prometheus =
        Prometheus::start(&[("openmetrics", served.address.to_string()), ("text", text_address)]);
    wait_until(async || prometheus.value("sum(up)").await == "2").await;
    served.record(result("trang-chu", None));
    for job in ["openmetrics", "text"] {
        let holds = [
            (format!("emc_probe_status{{job='{job}',probe='trang-chu',status='up'}}"), "1"),
            (format!("emc_probe_success_total{{job='{job}',probe='trang-chu'}}"), "1"),
            (format!("emc_probe_reason_info{{job='{job}',reason='tls_expired'}}"), "1"),
            (format!("emc_probe_duration_seconds_bucket{{job='{job}',probe='trang-chu',le='+Inf'}}"), "1"),
            (format!("emc_probe_duration_seconds_bucket{{job='{job}',probe='trang-chu',le='1.0'}}"), "1"),
            (format!("emc_portal_info{{job='{job}',portal_vi='Cổng dịch vụ công'}}"), "1"),
            (
                format!("emc_tls_certificate_not_after_timestamp_seconds{{job='{job}',probe='trang-chu'}}"),
                "1800000000",
            ),
            (format!("count(emc_build_info{{job='{job}'}})"), "1"),
            (format!("count({{job='{job}',probe='trang-chu'}})"), "30"),
        ];
        for (query, expected) in holds {
            wait_until(async || prometheus.value(&query).await == expected).await;
        }
    }
    let exemplars =
        prometheus.ask("query_exemplars", "emc_probe_duration_seconds_bucket{job='openmetrics'}").await;
    assert!(exemplars.to_string().contains("0123456789abcdef"), "{exemplars}");
    let joined = "emc_probe_status{job='text',status='up'} * on(authority, portal, location) group_left(portal_en) \
                  emc_portal_info{job='text',portal_en='Service portal'}";
    assert_ne!(
        prometheus.ask("query", joined).await["data"]["result"][0],
        Value::Null,
        "the info series do not join"
    );
    text_server.abort();
    served.end().await;
}
