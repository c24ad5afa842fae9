//! `emc dashboards`: says what was written.

use crate::app::dashboards::export;
use crate::cli::args::dashboards::{DashboardsCommand, ExportArguments};
use crate::cli::exit::{self, Exit};
use crate::cli::out::Out;

/// Runs the command.
pub(super) fn run(command: &DashboardsCommand, out: &mut Out) -> Exit {
    match command {
        DashboardsCommand::Export(arguments) => write(arguments, out),
    }
}

fn write(arguments: &ExportArguments, out: &mut Out) -> Exit {
    match export(&arguments.folder) {
        Ok(written) => {
            for path in written {
                out.print(&format!("{}\n", path.display()));
            }
            exit::UP
        }
        Err((path, why)) => {
            out.complain(&format!("{}: {why}", path.display()));
            exit::UNKNOWN
        }
    }
}
