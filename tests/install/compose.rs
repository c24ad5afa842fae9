//! Files for Docker Compose. No container runs where the tests run: Debian's docker-compose holds the file to the
//! specification; what it hands to Prometheus, Alertmanager and Grafana is laid out as the containers would see it and
//! judged by their own tools.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

use crate::{deploy, documents, output_of};

fn compose() -> Value {
    documents(&deploy("compose/compose.yaml")).remove(0)
}

fn strings(value: &Value) -> Vec<&str> {
    value.as_array().map(|all| all.iter().filter_map(Value::as_str).collect()).unwrap_or_default()
}

/// Where the files of a service come from, as Compose has it.
pub(crate) fn sources(service: &str) -> Vec<String> {
    let compose = compose();
    let volumes = strings(&compose["services"][service]["volumes"]).into_iter();
    let own = volumes.filter_map(|volume| volume.split(':').next()).filter(|from| from.starts_with('.'));
    own.map(str::to_owned).collect()
}

/// Where the files of a service come from and where it sees them; volumes of its own have no place here.
fn mounts(service: &str) -> Vec<(PathBuf, PathBuf)> {
    let compose = compose();
    let volumes = strings(&compose["services"][service]["volumes"]).into_iter();
    volumes
        .filter(|volume| volume.starts_with('.'))
        .map(|volume| {
            let parts: Vec<&str> = volume.split(':').collect();
            assert_eq!(parts[2..], ["ro"], "{service} may write to {volume}");
            let from = deploy("compose").join(parts[0]);
            assert!(from.exists(), "{service}: there is no {}", from.display());
            (from, PathBuf::from(parts[1]))
        })
        .collect()
}

/// A path of a service's file system, laid out in a folder as the mounts have it.
fn laid_out(service: &str, root: &Path, path: &str) -> PathBuf {
    for (from, to) in mounts(service) {
        let place = root.join(to.strip_prefix("/").unwrap());
        std::fs::create_dir_all(place.parent().unwrap()).unwrap();
        output_of(Command::new("cp").arg("-r").arg("--no-target-directory").arg(from).arg(place));
    }
    root.join(path.trim_start_matches('/'))
}

#[test]
fn docker_compose_accepts_the_file_and_refuses_a_spoilt_one() {
    let text = std::fs::read_to_string(deploy("compose/compose.yaml")).unwrap();
    // Debian 12's is older than this key of the specification.
    let text = text.replace("\nname: emc\n", "\n");
    let read = |text: &str| {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("compose.yaml");
        std::fs::write(&file, text).unwrap();
        let mut compose = Command::new("docker-compose");
        compose.args(["--project-name", "emc", "--project-directory"]).arg(deploy("compose"));
        compose
            .arg("--file")
            .arg(&file)
            .args(["config", "--quiet"])
            .output()
            .expect("docker-compose; run make test")
    };
    let said = |output: Output| String::from_utf8_lossy(&output.stderr).into_owned();
    let read_well = read(&text);
    assert!(read_well.status.success(), "{}", said(read_well));
    for (right, wrong, complaint) in [
        ("restart: unless-stopped", "restarts: always", "restarts"),
        ("depends_on: [prometheus]", "depends_on: [prometeus]", "prometeus"),
        ("emc-data:/var/lib/emc", "emc-history:/var/lib/emc", "emc-history"),
    ] {
        let spoilt = read(&text.replacen(right, wrong, 1));
        assert!(!spoilt.status.success() && said(spoilt).contains(complaint), "{wrong} is accepted");
    }
}

#[test]
fn every_door_is_on_this_machine_only_and_every_volume_is_declared() {
    let compose = compose();
    let services = compose["services"].as_object().unwrap();
    let names: BTreeSet<&str> = services.keys().map(String::as_str).collect();
    assert_eq!(names, BTreeSet::from(["alertmanager", "emc", "grafana", "prometheus"]));
    for (name, service) in services {
        for port in strings(&service["ports"]) {
            assert!(port.starts_with("127.0.0.1:"), "{name} is open to all: {port}");
        }
        for volume in strings(&service["volumes"]).into_iter().filter(|volume| !volume.starts_with('.')) {
            let own = volume.split(':').next().unwrap();
            assert!(compose["volumes"].get(own).is_some(), "{name}: {own} is not declared");
        }
    }
}

#[test]
fn emc_accepts_its_command_and_configuration_and_keeps_its_history_on_a_volume() {
    let compose = compose();
    let emc = &compose["services"]["emc"];
    // Flags are read from left to right: one that is not known ends this before the help is shown.
    let mut command = Command::new(env!("CARGO_BIN_EXE_emc"));
    output_of(command.args(strings(&emc["command"])).arg("--help"));
    let folder = tempfile::tempdir().unwrap();
    let configuration = laid_out("emc", folder.path(), "/etc/emc");
    output_of(Command::new(env!("CARGO_BIN_EXE_emc")).arg("check").arg(configuration));
    let image = std::fs::read_to_string(deploy("compose/Containerfile")).unwrap();
    let state = image.lines().find_map(|line| line.strip_prefix("ENV STATE_DIRECTORY=")).unwrap();
    assert!(strings(&emc["volumes"]).contains(&format!("emc-data:{state}").as_str()), "{state}");
}

#[test]
fn prometheus_finds_the_rules_that_are_mounted_and_scrapes_what_compose_runs() {
    let folder = tempfile::tempdir().unwrap();
    let file = laid_out("prometheus", folder.path(), "/etc/prometheus/prometheus.yml");
    let said = output_of(Command::new("promtool").args(["check", "config"]).arg(&file));
    assert!(said.contains("1 rule files found") && said.contains("rules found"), "{said}");
    let settings = documents(&file).remove(0);
    let (compose, targets) = (compose(), |list: &Value| strings(&list[0]["targets"]).join(","));
    for (address, service, door) in [
        (targets(&settings["scrape_configs"][0]["static_configs"]), "emc", "9715"),
        (targets(&settings["alerting"]["alertmanagers"][0]["static_configs"]), "alertmanager", "9093"),
    ] {
        assert_eq!(address, format!("{service}:{door}"));
        let ports = strings(&compose["services"][service]["ports"]).join(",");
        assert!(ports.ends_with(&format!(":{door}")), "{service}: {ports}");
    }
    let mut command = Command::new("prometheus");
    output_of(command.args(strings(&compose["services"]["prometheus"]["command"])).arg("--version"));
}

#[test]
fn alertmanager_holds_back_and_routes_as_the_example_does_and_tells_nobody_yet() {
    let folder = tempfile::tempdir().unwrap();
    let file = laid_out("alertmanager", folder.path(), "/etc/alertmanager/alertmanager.yml");
    output_of(Command::new("amtool").arg("check-config").arg(&file));
    let example = documents(&deploy("../prometheus/alertmanager.yml")).remove(0);
    let own = documents(&file).remove(0);
    for part in ["route", "inhibit_rules"] {
        assert_eq!(own[part], example[part], "{part}");
    }
    for receiver in own["receivers"].as_array().unwrap() {
        assert_eq!(receiver.as_object().unwrap().len(), 1, "{receiver}");
    }
    let command = &compose()["services"]["alertmanager"]["command"];
    output_of(Command::new("prometheus-alertmanager").args(strings(command)).arg("--version"));
}

#[test]
fn grafana_finds_its_dashboards_and_asks_the_internet_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let provisioning = laid_out("grafana", folder.path(), "/etc/grafana/provisioning");
    let boards = documents(&provisioning.join("dashboards/emc.yaml")).remove(0);
    for provider in boards["providers"].as_array().unwrap() {
        let path = provider["options"]["path"].as_str().unwrap().trim_start_matches('/');
        assert_eq!(std::fs::read_dir(folder.path().join(path)).unwrap().count(), 7, "{path}");
    }
    let compose = compose();
    let environment = compose["services"]["grafana"]["environment"].as_object().unwrap();
    let sources = std::fs::read_to_string(provisioning.join("datasources/emc.yaml")).unwrap();
    for name in sources.split("${").skip(1).filter_map(|rest| rest.split('}').next()) {
        let ours = name.starts_with("__") || environment.contains_key(name);
        assert!(ours, "Grafana is not told {name}");
    }
    for question in [
        "GF_ANALYTICS_REPORTING_ENABLED",
        "GF_ANALYTICS_CHECK_FOR_UPDATES",
        "GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES",
        "GF_NEWS_NEWS_FEED_ENABLED",
    ] {
        assert_eq!(environment[question], "false", "{question}");
    }
}
