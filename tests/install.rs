//! What an operator installs: the service, the Debian package, the files for containers. Judged by systemd and lintian.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "install/compose.rs"]
mod compose;
#[path = "install/kubernetes.rs"]
mod kubernetes;
#[path = "install/package.rs"]
mod package;
#[path = "install/service.rs"]
mod service;

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// A file of `deploy/`.
fn deploy(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("deploy").join(path)
}

/// The documents of a YAML file.
fn documents(file: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    serde_saphyr::from_multiple(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// What a command writes; it must end well.
fn output_of(command: &mut Command) -> String {
    let program = command.get_program().to_owned();
    let output =
        command.output().unwrap_or_else(|error| panic!("{}: {error}; run make test", program.display()));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {said}{complaint}", program.display());
    said
}
