//! `emc dashboards`: says what was written.

use std::path::PathBuf;

use crate::app::dashboards::{Shape, export};
use crate::app::preview::{PreviewOptions, preview};
use crate::cli::args::dashboards::{DashboardsCommand, ExportArguments, ExportShape, PreviewArguments};
use crate::cli::exit::{self, Exit};
use crate::cli::out::Out;
use crate::cli::surroundings::{Surroundings, world};

/// Runs the command.
pub(super) fn run(command: DashboardsCommand, surroundings: &Surroundings, out: &mut Out) -> Exit {
    let written = match command {
        DashboardsCommand::Export(arguments) => write(&arguments),
        DashboardsCommand::Preview(arguments) => preview(&options(arguments, surroundings)),
    };
    match written {
        Ok(written) => {
            for path in written {
                out.print(&format!("{}\n", path.display()));
            }
            exit::UP
        }
        Err(why) => {
            out.complain(&why);
            exit::UNKNOWN
        }
    }
}

fn write(arguments: &ExportArguments) -> Result<Vec<PathBuf>, String> {
    let shape = match arguments.shape {
        ExportShape::Grafana => Shape::Grafana,
        ExportShape::Kubernetes => Shape::Kubernetes,
    };
    export(shape, &arguments.folder).map_err(|(path, why)| format!("{}: {why}", path.display()))
}

fn options(arguments: PreviewArguments, surroundings: &Surroundings) -> PreviewOptions {
    let PreviewArguments { prometheus, range, variables, monitor, to } = arguments;
    let (language, now) = (surroundings.language, (world().clock)());
    PreviewOptions { prometheus, range, chosen: variables, monitor, to, language, now }
}
