//! Each dashboard fits Grafana's own published types, and what those types refuse is refused.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use emc_monitor::dashboards::{boards, json};
use emc_monitor::model::text::Language;
use jsonschema::Validator;
use serde_json::{Value, json as value};

const PANELS: [&str; 7] = ["stat", "timeseries", "state-timeline", "table", "heatmap", "bargauge", "text"];

fn validators() -> BTreeMap<String, Validator> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/node/dashboards.mjs");
    let made = Command::new("node").arg(script).args(PANELS).output().expect("node; run make test");
    assert!(made.status.success(), "{}; run tests/setup/node.sh", String::from_utf8_lossy(&made.stderr));
    let schemas: BTreeMap<String, Value> = serde_json::from_slice(&made.stdout).unwrap();
    schemas.into_iter().map(|(name, schema)| (name, jsonschema::validator_for(&schema).unwrap())).collect()
}

/// What Prometheus adds to an annotation: Grafana's type knows only what all sources have in common.
const OF_PROMETHEUS: [&str; 6] = ["expr", "step", "titleFormat", "textFormat", "tagKeys", "useValueForTime"];

/// All that is wrong with a dashboard.
fn wrong(dashboard: &Value, validators: &BTreeMap<String, Validator>) -> Vec<String> {
    let told = |validator: &Validator, value: &Value, place: &str| -> Vec<String> {
        let all = validator.iter_errors(value);
        all.map(|error| format!("{place}{}: {error}", error.instance_path())).collect()
    };
    let mut common = dashboard.clone();
    for mark in common["annotations"]["list"].as_array_mut().unwrap() {
        mark.as_object_mut().unwrap().retain(|key, _| !OF_PROMETHEUS.contains(&key.as_str()));
    }
    let mut all = told(&validators["dashboard"], &common, "");
    for panel in dashboard["panels"].as_array().unwrap() {
        let kind = panel["type"].as_str().unwrap();
        if kind == "row" {
            continue;
        }
        let Some(validator) = validators.get(kind) else {
            all.push(format!("panels of type {kind} are not held against a schema"));
            continue;
        };
        let own =
            value!({ "options": panel["options"], "custom": panel["fieldConfig"]["defaults"]["custom"] });
        all.extend(told(validator, &own, &format!("{kind} {}: ", panel["title"])));
    }
    all
}

#[test]
fn every_dashboard_fits_grafanas_own_types() {
    let validators = validators();
    for board in boards::all() {
        for language in [Language::Vi, Language::En] {
            let wrong = wrong(&json::dashboard(&board, language), &validators);
            assert!(wrong.is_empty(), "{}: {wrong:#?}", board.id);
        }
    }
    spoilt_ones_are_refused(&validators);
}

/// The schema is no formality: it sees the mistakes that are easily made.
fn spoilt_ones_are_refused(validators: &BTreeMap<String, Validator>) {
    let board = &boards::all()[0];
    let spoil = |pointer: &str, with: Value| {
        let mut dashboard = json::dashboard(board, Language::En);
        *dashboard.pointer_mut(pointer).unwrap_or_else(|| panic!("there is no {pointer}")) = with;
        assert!(!wrong(&dashboard, validators).is_empty(), "{pointer} may be anything");
    };
    spoil("/graphTooltip", value!("often"));
    spoil("/panels/1/gridPos/w", value!("4"));
    spoil("/panels/1/fieldConfig/defaults/thresholds/mode", value!("abs"));
    spoil("/panels/1/options/colorMode", value!("colourful"));
    spoil("/templating/list/0/type", value!("datasrc"));
    spoil("/panels/1/type", value!("pie"));
}
