//! Files for Docker Compose and Kubernetes. Neither runs where the tests run: they are read, and held to what is known
//! of their shape and to what they name of ours.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

use crate::{deploy, output_of};

/// Keys of a service that we use, from the Compose specification.
const SERVICE_KEYS: &[&str] = &[
    "build",
    "cap_drop",
    "command",
    "depends_on",
    "environment",
    "healthcheck",
    "image",
    "ports",
    "read_only",
    "restart",
    "security_opt",
    "ulimits",
    "volumes",
];

fn documents(path: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(deploy(path)).unwrap();
    serde_saphyr::from_multiple(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn compose() -> Value {
    documents("compose/compose.yaml").remove(0)
}

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn compose_names_only_what_is_there() {
    let compose = compose();
    assert_eq!(keys(&compose), BTreeSet::from(["name", "services", "volumes"]));
    let services = keys(&compose["services"]);
    assert_eq!(services, BTreeSet::from(["alertmanager", "emc", "grafana", "prometheus"]));
    for (name, service) in compose["services"].as_object().unwrap() {
        let strange: Vec<_> = keys(service).into_iter().filter(|key| !SERVICE_KEYS.contains(key)).collect();
        assert!(strange.is_empty(), "{name}: {strange:?}");
        for volume in service["volumes"].as_array().unwrap() {
            let from = volume.as_str().unwrap().split(':').next().unwrap();
            let there = if from.starts_with('.') {
                // The rules come with the room that generates them.
                from == "../../prometheus" || deploy("compose").join(from).exists()
            } else {
                compose["volumes"].get(from).is_some()
            };
            assert!(there, "{name}: {volume}");
        }
        for port in service["ports"].as_array().unwrap() {
            assert!(port.as_str().unwrap().starts_with("127.0.0.1:"), "{name} is open to all: {port}");
        }
    }
}

#[test]
fn prometheus_accepts_its_configuration_and_scrapes_what_compose_runs() {
    let file = deploy("compose/prometheus.yml");
    output_of(Command::new("promtool").args(["check", "config", "--syntax-only"]).arg(&file));
    let settings = documents("compose/prometheus.yml").remove(0);
    assert_eq!(settings["scrape_configs"][0]["static_configs"][0]["targets"][0], "emc:9715");
    let alertmanager = &settings["alerting"]["alertmanagers"][0]["static_configs"][0]["targets"][0];
    assert_eq!(alertmanager, "alertmanager:9093");
}

#[test]
fn kubernetes_objects_belong_together() {
    let list = documents("kubernetes/kustomization.yaml").remove(0);
    let mut objects = Vec::new();
    for file in list["resources"].as_array().unwrap() {
        objects.extend(documents(&format!("kubernetes/{}", file.as_str().unwrap())));
    }
    let of = |kind: &str| objects.iter().find(|object| object["kind"] == kind).unwrap();
    let label = "emc";
    let monitor = of("ServiceMonitor");
    assert_eq!(monitor["spec"]["selector"]["matchLabels"]["app.kubernetes.io/name"], label);
    assert_eq!(of("Service")["metadata"]["labels"]["app.kubernetes.io/name"], label);
    assert_eq!(monitor["spec"]["endpoints"][0]["port"], of("Service")["spec"]["ports"][0]["name"]);
    let container = &of("Deployment")["spec"]["template"]["spec"]["containers"][0];
    assert_eq!(container["ports"][0]["name"], of("Service")["spec"]["ports"][0]["targetPort"]);
    assert_eq!(container["securityContext"]["readOnlyRootFilesystem"], true);
    let settings = of("ConfigMap")["data"]["emc.yaml"].as_str().unwrap();
    accepted(settings);
}

/// Has `emc check` read a configuration.
fn accepted(settings: &str) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("emc.yaml"), settings).unwrap();
    output_of(Command::new(env!("CARGO_BIN_EXE_emc")).arg("check").arg(folder.path()));
}
