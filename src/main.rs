//! `emc`: parse, run, exit code. Everything else is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    emc_monitor::cli::run(std::env::args_os())
}
