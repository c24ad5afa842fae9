//! A real Prometheus that scraped a running monitor answers every question of every dashboard.

use std::time::Duration;

use chrono::Utc;
use emc_monitor::dashboards::boards;
use emc_monitor::dashboards::filling::Filling;
use emc_monitor::dashboards::json::filters;
use emc_monitor::model::text::Language;

use super::ministry::Scene;
use super::preview;
use super::questions::{Question, questions};

/// Questions that have no answer here, each with the reason.
const EMPTY: &[(&str, &str)] =
    &[("overview: Status of shared systems: ", "no shared system is configured in the scene")];

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
    let (mut wrong, mut expected) = (Vec::new(), 0);
    for Question { place, expression } in questions(&filling(), Language::En) {
        let answer = range(&scene, &expression);
        let points = answer["data"]["result"].as_array().map(Vec::len);
        let may_be_empty = EMPTY.iter().any(|(known, _)| place.starts_with(known));
        expected += usize::from(may_be_empty);
        match points {
            None => wrong.push(format!("{place}\n  {expression}\n  {}", answer["error"])),
            Some(0) if !may_be_empty => wrong.push(format!("{place}\n  {expression}\n  is empty")),
            Some(some) if some > 0 && may_be_empty => wrong.push(format!("{place}: is not empty after all")),
            Some(_) => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(expected, EMPTY.len(), "a question in the list of empty ones is gone");
    variables(&scene);
    exemplars(&scene);
    preview::is_drawn(&scene);
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

/// An exemplar of a drawn histogram names a run that the monitor still shows.
fn exemplars(scene: &Scene) {
    let now = Utc::now().timestamp();
    let (start, end) = ((now - 120).to_string(), (now + 5).to_string());
    let parameters = [("query", "emc_probe_duration_seconds_bucket"), ("start", &start), ("end", &end)];
    let answer = scene.prometheus.ask("query_exemplars", &parameters);
    let run = answer["data"][0]["exemplars"][0]["labels"]["run_id"].as_str().unwrap_or_default().to_owned();
    assert_eq!(scene.monitor.get(&format!("/runs/{run}")).status, 200, "{answer}");
}
