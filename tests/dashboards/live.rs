//! A real Prometheus that scraped a running monitor answers every question of every dashboard.

use std::time::Duration;

use chrono::Utc;
use emc_monitor::dashboards::boards;
use emc_monitor::dashboards::filling::Filling;
use emc_monitor::dashboards::json::filters;
use emc_monitor::dashboards::provisioning;
use emc_monitor::model::text::Language;

use super::ministry::Scene;
use super::preview;
use super::questions::{Question, questions};

fn filling() -> Filling {
    let mut filling = Filling::over(Duration::from_secs(120));
    filling.scrape = Duration::from_secs(1);
    filling
}

#[test]
fn every_question_has_an_answer_in_a_real_prometheus_and_every_panel_draws() {
    let scene = Scene::of_incidents();
    for reason in ["maintenance_page", "slow", "captcha", "tls_expires_soon"] {
        scene.prometheus.until(&format!("emc_probe_reason_info{{reason=\"{reason}\"}}"));
    }
    scene.prometheus.until("emc_config_last_reload_successful == 0");
    scene.reload_well();
    scene.prometheus.until("changes(emc_config_last_reload_success_timestamp_seconds[1m]) > 0");
    scene.prometheus.until("ALERTS{alertstate=\"firing\"}");
    scene.prometheus.until("increase(emc_probe_failure_total[1m]) > 2");
    scene.prometheus.until("emc:slo_burn:rate3d");
    scene.prometheus.until("emc_probe_reason_info{reason=\"dependency\"}");
    let mut wrong = Vec::new();
    for Question { place, expression } in questions(&filling(), Language::En) {
        let answer = range(&scene, &expression);
        let points = answer["data"]["result"].as_array().map(Vec::len);
        match points {
            None => wrong.push(format!("{place}\n  {expression}\n  {}", answer["error"])),
            Some(0) => wrong.push(format!("{place}\n  {expression}\n  is empty")),
            Some(_) => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    variables(&scene);
    exemplars(&scene);
    preview::is_drawn(&scene);
    preview::nothing_known_is_never_a_figure(&scene);
}

fn range(scene: &Scene, expression: &str) -> serde_json::Value {
    // The last point is the present, whatever part of a second has passed.
    let now = Utc::now().timestamp() + 1;
    let (start, end) = ((now - 120).to_string(), now.to_string());
    let parameters = [("query", expression), ("start", &start), ("end", &end), ("step", "1")];
    scene.prometheus.ask("query_range", &parameters)
}

/// `label_values(series, label)` as Grafana asks it.
fn variables(scene: &Scene) {
    for board in boards::all() {
        for filter in filters(&board) {
            let inner = filter.query.strip_prefix("label_values(").unwrap().strip_suffix(')').unwrap();
            let (series, label) = inner.rsplit_once(", ").unwrap();
            let series = filling().fill(&board, series, Language::En);
            let path = format!("label/{label}/values");
            let answer = scene.prometheus.ask(&path, &[("match[]", &series)]);
            assert_ne!(answer["data"].as_array().map_or(0, Vec::len), 0, "{}: {answer}", filter.query);
        }
    }
}

/// An exemplar of a drawn histogram names a run, and the address that Grafana makes of it opens that run's page.
fn exemplars(scene: &Scene) {
    let now = Utc::now().timestamp();
    let (start, end) = ((now - 120).to_string(), (now + 5).to_string());
    let parameters = [("query", "emc_probe_duration_seconds_bucket"), ("start", &start), ("end", &end)];
    let answer = scene.prometheus.ask("query_exemplars", &parameters);
    let destination = destination();
    let named = destination["name"].as_str().unwrap();
    let run = answer["data"][0]["exemplars"][0]["labels"][named].as_str().unwrap_or_default();
    let link = destination["url"].as_str().unwrap().replace("$${__value.raw}", run);
    let page = scene.monitor.get(link.strip_prefix("${EMC_URL}").unwrap());
    assert_eq!(page.status, 200, "{link}: {answer}");
    assert!(page.body.contains(run), "{link}");
}

/// Where the data source that Grafana is given sends a click on an exemplar.
fn destination() -> serde_json::Value {
    let (_, source) = provisioning::files().remove(0);
    let source: serde_json::Value = serde_saphyr::from_str(&source).unwrap();
    source["datasources"][0]["jsonData"]["exemplarTraceIdDestinations"][0].clone()
}
