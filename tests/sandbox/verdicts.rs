//! What `emc` says of each fault is what the list of faults says it should.

use assert_cmd::Command;
use emc_monitor::sandbox::faults::{Fault, Params};
use serde_json::Value;

use super::ministry::Ministry;

/// Faults over which a probe has to lose patience; the others answer at once.
const PATIENCE: &[Fault] = &[Fault::NoAnswer, Fault::TlsSilence, Fault::Drip];

/// Faults that HTTP/2 shows as its own sort of error.
const OVER_HTTP1: &[Fault] = &[Fault::HugeHeaders, Fault::Truncated];

/// As often as this machine itself may be too busy to measure.
const TRIES: usize = 5;

/// Probes until the verdict is one on the portal, not on this machine.
fn verdict(ministry: &Ministry, fault: Option<Fault>) -> Value {
    let ours = |verdict: &Value| verdict["reason"].as_str().is_some_and(|reason| reason.starts_with("self_"));
    let mut verdicts = (0..TRIES).map(|_| probe(ministry, fault));
    verdicts.find(|verdict| !ours(verdict)).expect("this machine is too busy to measure anything")
}

/// Runs `emc probe` as an operator would watch a home page.
fn probe(ministry: &Ministry, fault: Option<Fault>) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let ca = folder.path().join("ca.pem");
    std::fs::write(&ca, &ministry.running.ca_pem).unwrap();
    let port = ministry.running.https.port();
    let mut command = Command::new(env!("CARGO_BIN_EXE_emc"));
    command.args(["probe", "--output", "json", "--config.file"]).arg(folder.path()).arg("--ca-file").arg(&ca);
    if fault == Some(Fault::TlsExpiresSoon) {
        command.arg(format!("tls://127.0.0.1:{port}")).args(["--warn-before", "30d"]);
    } else {
        command.arg(format!("https://127.0.0.1:{port}/"));
        command.args(["--selector", "form[role=search]", "--contains", "Bộ Thực hành"]);
    }
    if fault.is_some_and(|fault| OVER_HTTP1.contains(&fault)) {
        command.arg("--http1");
    }
    let impatient = fault.is_some_and(|fault| PATIENCE.contains(&fault));
    command.args(["--timeout", if impatient { "5s" } else { "20s" }]);
    if fault == Some(Fault::Slow) {
        command.args(["--slow-after", "2s"]);
    }
    let output = command.output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{fault:?}: {error}: {output:?}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_healthy_ministry_is_up() {
    let verdict = verdict(&Ministry::open().await, None);
    assert_eq!(
        (verdict["status"].as_str(), verdict["reason"].as_str()),
        (Some("up"), Some("")),
        "{verdict:#}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fault_is_given_the_reason_it_stands_for() {
    let ministry = Ministry::open().await;
    let mut wrong = Vec::new();
    for fault in Fault::ALL {
        ministry.running.faults.reset();
        ministry.on(*fault, Params::default());
        let verdict = verdict(&ministry, Some(*fault));
        let expected = (fault.reason().status().as_str(), fault.reason().as_str());
        if (verdict["status"].as_str(), verdict["reason"].as_str()) != (Some(expected.0), Some(expected.1)) {
            wrong.push(format!("{fault}: {expected:?}, not {} {}", verdict["status"], verdict["reason"]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
