//! Files for Kubernetes. No cluster runs where the tests run: every object is held to the types and validations of
//! Kubernetes' own API and of the Prometheus operator's CRDs, and what is inside to the tools that read it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::{deploy, documents, output_of};

/// The most that an object may hold (etcd's limit), and that `kubectl apply` can keep a copy of in an annotation.
const OBJECT_MAX: usize = 1 << 20;
const APPLIED_MAX: usize = 256 << 10;

/// Every object that `kubectl apply -k` would apply.
fn objects() -> Vec<Value> {
    let list = documents(&deploy("kubernetes/kustomization.yaml")).remove(0);
    let files: Vec<&str> = list["resources"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let there: BTreeSet<String> = std::fs::read_dir(deploy("kubernetes"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "kustomization.yaml")
        .collect();
    assert_eq!(there.iter().map(String::as_str).collect::<BTreeSet<_>>(), files.iter().copied().collect());
    files.iter().flat_map(|file| documents(&deploy("kubernetes").join(file))).collect()
}

fn of<'a>(objects: &'a [Value], kind: &str) -> &'a Value {
    objects.iter().find(|object| object["kind"] == kind).unwrap_or_else(|| panic!("there is no {kind}"))
}

/// What the API's validations and types have to say.
fn wrong(objects: &[Value]) -> Vec<String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/node/kubernetes.mjs");
    let mut node = Command::new("node");
    let mut judge =
        node.arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    judge.stdin.take().unwrap().write_all(json!(objects).to_string().as_bytes()).unwrap();
    let judged = judge.wait_with_output().unwrap();
    let complaint = String::from_utf8_lossy(&judged.stderr).into_owned();
    assert!(judged.status.success(), "{complaint}; run tests/setup/node.sh");
    let said: Value = serde_json::from_slice(&judged.stdout).unwrap();
    let mut all: Vec<String> =
        said["errors"].as_array().unwrap().iter().map(|error| error.as_str().unwrap().to_owned()).collect();
    let schemas: BTreeMap<String, Value> = serde_json::from_value(said["schemas"].clone()).unwrap();
    let schemas: BTreeMap<_, _> = schemas
        .into_iter()
        .map(|(kind, schema)| (kind, jsonschema::validator_for(&schema).unwrap()))
        .collect();
    for object in objects {
        let Some(schema) = schemas.get(object["kind"].as_str().unwrap()) else { continue };
        let name = &object["metadata"]["name"];
        all.extend(
            schema.iter_errors(object).map(|error| format!("{name}{}: {error}", error.instance_path())),
        );
    }
    all
}

#[test]
fn every_object_is_what_the_api_and_the_operators_crds_ask_for() {
    let objects = objects();
    assert_eq!(wrong(&objects), Vec::<String>::new());
    let spoilt = |pointer: &str, kind: &str, with: Value| {
        let mut object = of(&objects, kind).clone();
        *object.pointer_mut(pointer).unwrap() = with;
        assert!(!wrong(&[object]).is_empty(), "{kind}: {pointer} may be anything");
    };
    spoilt("/spec/groups/0/interval", "PrometheusRule", json!("half a minute"));
    spoilt("/spec/groups/0/rules/0/labels", "PrometheusRule", json!({"slo": 1}));
    spoilt("/spec/groups/0", "PrometheusRule", json!({"name": "a", "rule": []}));
    spoilt("/data", "ConfigMap", json!({"a.json": {}}));
    spoilt("/apiVersion", "ServiceMonitor", json!("v1"));
}

#[test]
fn objects_belong_together() {
    let objects = objects();
    let of = |kind: &str| of(&objects, kind);
    let names: BTreeSet<_> =
        objects.iter().map(|object| format!("{} {}", object["kind"], object["metadata"]["name"])).collect();
    assert_eq!(names.len(), objects.len(), "one object replaces another");
    let label = "emc";
    let monitor = of("ServiceMonitor");
    assert_eq!(monitor["spec"]["selector"]["matchLabels"]["app.kubernetes.io/name"], label);
    assert_eq!(of("Service")["metadata"]["labels"]["app.kubernetes.io/name"], label);
    assert_eq!(monitor["spec"]["endpoints"][0]["port"], of("Service")["spec"]["ports"][0]["name"]);
    let pod = &of("Deployment")["spec"]["template"]["spec"];
    let container = &pod["containers"][0];
    assert_eq!(container["ports"][0]["name"], of("Service")["spec"]["ports"][0]["targetPort"]);
    assert_eq!(container["securityContext"]["readOnlyRootFilesystem"], true);
    assert_eq!(
        pod["volumes"][1]["persistentVolumeClaim"]["claimName"],
        of("PersistentVolumeClaim")["metadata"]["name"]
    );
    let image = std::fs::read_to_string(deploy("compose/Containerfile")).unwrap();
    let state =
        format!("ENV STATE_DIRECTORY={}\n", container["volumeMounts"][1]["mountPath"].as_str().unwrap());
    assert!(image.contains(&state), "the history would not be on the volume: {state}");
    accepted(of("ConfigMap")["data"]["emc.yaml"].as_str().unwrap());
}

/// Has `emc check` read a configuration.
fn accepted(settings: &str) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("emc.yaml"), settings).unwrap();
    output_of(Command::new(env!("CARGO_BIN_EXE_emc")).arg("check").arg(folder.path()));
}

#[test]
fn the_rules_are_those_of_prometheus_and_promtool_accepts_them() {
    let objects = objects();
    let spec = &of(&objects, "PrometheusRule")["spec"];
    assert_eq!(*spec, documents(&deploy("../prometheus/emc.rules.yml"))[0]);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("emc.rules.yml");
    std::fs::write(&file, spec.to_string()).unwrap();
    let mut promtool = Command::new("promtool");
    output_of(promtool.args(["check", "rules", "--lint=all", "--lint-fatal"]).arg(&file));
}

#[test]
fn each_dashboard_is_a_config_map_that_the_sidecar_picks_up_and_kubectl_can_apply() {
    let objects = objects();
    let maps = objects.iter().filter(|object| object["metadata"]["labels"]["grafana_dashboard"] == "1");
    let (mut found, mut keys) = (BTreeSet::new(), BTreeSet::new());
    for map in maps {
        assert!(
            map.to_string().len() < APPLIED_MAX.min(OBJECT_MAX),
            "{} is too large",
            map["metadata"]["name"]
        );
        let data = map["data"].as_object().unwrap();
        assert_eq!(data.len(), 1);
        let (key, content) = data.iter().next().unwrap();
        assert!(keys.insert(key.clone()), "the sidecar writes all files to one folder: {key}");
        let board: Value = serde_json::from_str(content.as_str().unwrap()).unwrap();
        assert_eq!(format!("{}.json", board["uid"].as_str().unwrap()), *key);
        let (id, language) =
            key.trim_start_matches("emc-").trim_end_matches(".json").rsplit_once('-').unwrap();
        let path = format!("../grafana/dashboards/{language}/{id}.json");
        let kept: Value = serde_json::from_str(&std::fs::read_to_string(deploy(&path)).unwrap()).unwrap();
        assert_eq!(board, kept, "{path}");
        found.insert(path);
    }
    assert_eq!(found.len(), 14, "{found:?}");
}
