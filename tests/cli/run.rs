//! Running `emc` without the language, colours or configuration of whoever runs the tests.

use std::path::Path;
use std::process::{Command, Stdio};

/// What came of a run.
pub(crate) struct Ended {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_emc"));
    command.args(arguments).stdin(Stdio::null());
    for name in ["LC_ALL", "LC_MESSAGES", "LANG", "NO_COLOR", "CLICOLOR_FORCE", "COLUMNS", "http_proxy"] {
        command.env_remove(name);
    }
    command.env("TZ", "UTC");
    command
}

pub(crate) fn emc(arguments: &[&str]) -> Ended {
    finish(command(arguments))
}

/// In a folder, whose files are the configuration.
pub(crate) fn emc_in(folder: &Path, arguments: &[&str]) -> Ended {
    let mut command = command(arguments);
    command.current_dir(folder);
    finish(command)
}

pub(crate) fn finish(mut command: Command) -> Ended {
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ended { code: output.status.code().unwrap(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// The search path of the tests with a folder before it.
#[expect(clippy::disallowed_methods, reason = "the environment of the tests, not of the program")]
pub(crate) fn path_with(folder: &Path) -> String {
    format!("{}:{}", folder.display(), std::env::var("PATH").unwrap())
}
