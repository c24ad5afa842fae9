//! `emc report`: makes a report and writes it to a file or standard output.

use crate::app::report::{self, Form, ReportOptions};
use crate::cli::args::Common;
use crate::cli::args::report::{AvailabilityArguments, ReportCommand, ReportFormat};
use crate::cli::command::history::explain;
use crate::cli::exit::{self, Exit};
use crate::cli::out::Out;
use crate::cli::surroundings::{Surroundings, world};

/// Runs the command.
pub(super) fn run(
    command: ReportCommand,
    common: &Common,
    surroundings: &Surroundings,
    out: &mut Out,
) -> Exit {
    let ReportCommand::Availability(arguments) = command;
    let AvailabilityArguments { month, authority, calendar, output, file } = arguments;
    let options = ReportOptions { month, calendar, authority };
    let report = match report::availability(&common.config_file, &world(), &options) {
        Ok(report) => report,
        Err(error) => {
            explain(&error, surroundings, out);
            return exit::UNKNOWN;
        }
    };
    let form = match output {
        ReportFormat::Html => Form::Html,
        ReportFormat::Csv => Form::Csv,
        ReportFormat::Xlsx => Form::Xlsx,
        ReportFormat::Json => Form::Json,
    };
    let done = report::written(&report, form, surroundings.language).and_then(|bytes| match &file {
        Some(file) => std::fs::write(file, bytes).map_err(|error| format!("{}: {error}", file.display())),
        None => {
            out.print_bytes(&bytes);
            Ok(())
        }
    });
    match done {
        Ok(()) => exit::UP,
        Err(wrong) => {
            out.complain(&wrong);
            exit::UNKNOWN
        }
    }
}
