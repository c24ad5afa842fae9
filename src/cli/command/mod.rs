//! One function per command: takes its arguments, calls its use case in `app`, prints, and says how to end.

use crate::cli::args::Arguments;
use crate::cli::exit::{self, Exit};
use crate::cli::out::Out;
use crate::cli::surroundings::Surroundings;

/// Runs the command that was asked for.
pub(in crate::cli) fn run(_arguments: Arguments, _surroundings: &Surroundings, _out: &mut Out) -> Exit {
    exit::UNKNOWN
}
