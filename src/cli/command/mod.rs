//! One function per command: takes its arguments, calls its use case in `app`, prints, and says how to end.

mod sandbox;

use crate::cli::args::{Arguments, Command};
use crate::cli::exit::{self, Exit};
use crate::cli::out::Out;
use crate::cli::surroundings::Surroundings;

/// Runs the command that was asked for.
pub(in crate::cli) fn run(arguments: Arguments, surroundings: &Surroundings, out: &mut Out) -> Exit {
    match arguments.command {
        Command::Sandbox(sandbox) => sandbox::run(sandbox, surroundings.language, out),
        _ => exit::UNKNOWN,
    }
}
