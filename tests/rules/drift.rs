//! What is checked in under `prometheus/` and `deploy/kubernetes/` is what the code writes, and the tools of Prometheus accept it.

use std::path::Path;
use std::process::Command;

use emc_monitor::app::rules::{Settings, Shape, defaults};

/// Runs a tool on files of the repository; it must be content.
pub(super) fn content(program: &str, arguments: &[&str]) -> String {
    let outcome = Command::new(program)
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap_or_else(|error| panic!("{program}: {error}; see tests/packages.txt"));
    let said = String::from_utf8_lossy(&outcome.stdout) + String::from_utf8_lossy(&outcome.stderr);
    assert!(outcome.status.success(), "{program} {arguments:?}:\n{said}");
    said.into_owned()
}

#[test]
fn the_rules_that_are_checked_in_are_what_the_code_writes() {
    for (shape, folder) in [(Shape::Prometheus, "prometheus"), (Shape::Kubernetes, "deploy/kubernetes")] {
        let written = defaults(shape, &Settings::default());
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder).join(written.name);
        if std::env::var_os("EMC_UPDATE").is_some() {
            std::fs::write(&path, &written.text).unwrap();
        }
        let there = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(there, written.text, "{} drifted: EMC_UPDATE=1 cargo test --test rules", written.name);
    }
}

#[test]
fn promtool_and_amtool_accept_what_is_checked_in() {
    let said =
        content("promtool", &["check", "rules", "--lint=all", "--lint-fatal", "prometheus/emc.rules.yml"]);
    assert!(said.contains("rules found"), "{said}");
    content("promtool", &["check", "config", "prometheus/prometheus.yml"]);
    content("amtool", &["check-config", "prometheus/alertmanager.yml"]);
}

#[test]
fn alertmanager_sends_each_severity_where_it_belongs() {
    for (labels, receiver) in [
        (["alertname=EmcPortalDown", "severity=warning"], "giam-sat"),
        (["alertname=EmcErrorBudgetBurnFast", "severity=critical"], "truc"),
        (["alertname=EmcDependentAffected", "severity=info"], "khong-gui"),
    ] {
        let verify = format!("--verify.receivers={receiver}");
        let file = "--config.file=prometheus/alertmanager.yml";
        content("amtool", &["config", "routes", "test", file, &verify, labels[0], labels[1]]);
    }
}
