//! What an operator installs: the service, the Debian package, the files for containers. Judged by systemd and lintian.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "install/containers.rs"]
mod containers;
#[path = "install/package.rs"]
mod package;
#[path = "install/service.rs"]
mod service;

use std::path::PathBuf;
use std::process::Command;

/// A file of `deploy/`.
fn deploy(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("deploy").join(path)
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
