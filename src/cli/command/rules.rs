//! `emc rules generate`: prints the rules, or puts them into a folder.

use std::path::Path;

use crate::app::check::styling;
use crate::app::rules::{Settings, Shape, Written, defaults, generate};
use crate::cli::args::Common;
use crate::cli::args::rules::{GenerateArguments, RuleShape, RulesCommand};
use crate::cli::exit::{self, Exit};
use crate::cli::out::Out;
use crate::cli::surroundings::{Surroundings, world};
use crate::model::foreign;
use crate::model::told::{Told, told};

/// Runs the command.
pub(super) fn run(
    command: &RulesCommand,
    common: &Common,
    surroundings: &Surroundings,
    out: &mut Out,
) -> Exit {
    let RulesCommand::Generate(arguments) = command;
    let shape = match arguments.shape {
        RuleShape::Prometheus => Shape::Prometheus,
        RuleShape::Kubernetes => Shape::Kubernetes,
    };
    let settings = Settings {
        runbooks: arguments.runbooks.clone(),
        dashboards: arguments.dashboards.clone(),
        ..Settings::default()
    };
    if arguments.defaults {
        return deliver(&defaults(shape, &settings), arguments, surroundings, out);
    }
    match generate(&common.config_file, &world(), shape, &settings) {
        Ok(written) => deliver(&written, arguments, surroundings, out),
        Err(diagnostics) => {
            out.warn(&diagnostics.render(styling(surroundings.colours_errors()), surroundings.language));
            exit::UNKNOWN
        }
    }
}

fn deliver(
    written: &Written,
    arguments: &GenerateArguments,
    surroundings: &Surroundings,
    out: &mut Out,
) -> Exit {
    for note in &written.notes {
        out.complain(note.in_language(surroundings.language));
    }
    if arguments.output == "-" {
        out.print(&written.text);
        return exit::UP;
    }
    match written.put_into(Path::new(&arguments.output)) {
        Ok(path) => {
            out.print(&format!("{}\n", path.display()));
            exit::UP
        }
        Err(error) => {
            let folder = &arguments.output;
            let wrong = told!("không ghi được vào \"{folder}\"", "cannot write to \"{folder}\"");
            let wrong = Told::joined(&[wrong, foreign::io(&error)], ": ");
            out.complain(wrong.in_language(surroundings.language));
            exit::UNKNOWN
        }
    }
}
