//! The command line: arguments, languages, output, exit codes. The only room that prints, and the only one that reads
//! the environment and the terminal. Start with [`run`].

pub mod args;
pub mod exit;
pub mod help;
pub mod log;
pub mod out;
pub mod panic;
pub mod reference;
pub mod surroundings;
pub mod usage;
pub mod vietnamese;
pub mod write;

mod command;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::FromArgMatches;
use clap::error::ErrorKind;

use crate::app::limits::keep_freed_memory;
use crate::cli::args::Arguments;
use crate::cli::exit::Exit;
use crate::cli::out::Out;
use crate::cli::surroundings::{Surroundings, language_asked};

/// Runs `emc` with these arguments, the program's own name first.
#[must_use]
pub fn run(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    panic::install();
    keep_freed_memory();
    let arguments: Vec<OsString> = arguments.collect();
    let mut surroundings = Surroundings::look();
    surroundings.language = language_asked(&arguments).unwrap_or(surroundings.language);
    let mut out = Out::new(&surroundings);
    let exit = match parse(&arguments, &surroundings) {
        Ok(parsed) => {
            log::install(&parsed);
            panic::contain(|| command::run(parsed, &surroundings, &mut out)).unwrap_or(exit::UNKNOWN)
        }
        Err(error) => refuse(&error, &surroundings, &mut out),
    };
    match out.lost() {
        Some(error) => {
            out.complain(&format!("standard output could not be written: {error}"));
            exit::UNKNOWN.into()
        }
        None => exit.into(),
    }
}

fn parse(arguments: &[OsString], surroundings: &Surroundings) -> Result<Arguments, clap::Error> {
    let matches = help::command(surroundings.language).try_get_matches_from(arguments)?;
    Arguments::from_arg_matches(&matches)
}

/// Help and version are answers; everything else is misuse. clap's own exit code 2 would read as "down".
fn refuse(error: &clap::Error, surroundings: &Surroundings, out: &mut Out) -> Exit {
    let language = surroundings.language;
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            out.print(&help::usage_words(&error.render().ansi().to_string(), language));
            exit::UP
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            out.warn(&help::usage_words(&error.render().ansi().to_string(), language));
            exit::UNKNOWN
        }
        _ => {
            out.warn(&usage::explain(error, language));
            exit::UNKNOWN
        }
    }
}
