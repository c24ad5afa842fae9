//! Judges of pages that were not written here: axe-core in Chromium, and the Nu HTML checker.

use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;

/// A page that is honest about not being there: the browser logs its status.
pub(crate) const MISSING: &str = "/khong-co-trang-nay";

fn tools() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/node");
    assert!(folder.join("node_modules").exists(), "the Node tools are missing: run tests/setup/node.sh");
    folder
}

fn run(command: &mut Command) -> Output {
    let program = command.get_program().to_owned();
    command.output().unwrap_or_else(|error| panic!("{}: {error}; run make test", program.display()))
}

/// Has axe look at pages at two widths: nothing may be wrong, nothing undecided, nothing wider than the screen.
/// `--dark` is the one flag: as readers see them who prefer a dark screen.
pub(crate) fn judge_with_axe(urls: &[String], flags: &[&str]) {
    let mut axe = Command::new("node");
    axe.arg(tools().join("axe.mjs"));
    // For eyes: `EMC_SHOTS=folder cargo test …` leaves a picture of each page.
    if let Some(folder) = std::env::var_os("EMC_SHOTS") {
        axe.arg("--shots").arg(folder);
    }
    let output = run(axe.args(flags).args(urls));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(said.lines().count(), 2 * urls.len(), "{said}");
    for line in said.lines() {
        let verdict: Value = serde_json::from_str(line).unwrap();
        let errors = verdict["errors"].as_array().unwrap();
        let expected = usize::from(verdict["url"].as_str().unwrap().ends_with(MISSING));
        assert_eq!(errors.len(), expected, "the browser complains: {line}");
        assert_eq!(verdict["violations"].as_array().unwrap().len(), 0, "{line}");
        assert_eq!(verdict["undecided"].as_array().unwrap().len(), 0, "{line}");
        assert_eq!(verdict["overflow"], false, "wider than the screen: {line}");
        assert!(verdict["passed"].as_u64().unwrap() > 10, "axe hardly looked: {line}");
    }
}

/// Has the checker read files; it may have nothing to say, not even a hint.
pub(crate) fn judge_with_checker(files: &[PathBuf]) {
    let jar = tools().join("node_modules/vnu-jar/build/dist/vnu.jar");
    let check = ["--format", "json", "--also-check-css", "--also-check-svg"];
    let output = run(Command::new("java").arg("-jar").arg(jar).args(check).args(files));
    let said = String::from_utf8(output.stderr).unwrap();
    let report: Value = serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error}: {said}"));
    assert_eq!(report["messages"].as_array().unwrap().len(), 0, "{report:#}");
    assert!(output.status.success());
}
