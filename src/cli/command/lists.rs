//! `emc kinds`, `emc schema result`, `emc config schema`: lists that the code keeps about itself.

use serde_json::Value;

use crate::app;
use crate::cli::args::{KindsArguments, ListFormat};
use crate::cli::exit::{self, Exit};
use crate::cli::out::Out;
use crate::cli::surroundings::Surroundings;

/// Prints the kinds.
pub(super) fn kinds(arguments: &KindsArguments, surroundings: &Surroundings, out: &mut Out) -> Exit {
    let kinds = app::kinds::kinds(surroundings.language);
    match arguments.output {
        ListFormat::Json => print_json(&serde_json::to_value(kinds).unwrap_or_default(), out),
        ListFormat::Human => {
            let width = kinds.iter().map(|kind| kind.name.len()).max().unwrap_or(0);
            for kind in kinds {
                out.print(&format!("{:<width$}  {}\n", kind.name, kind.summary));
            }
        }
    }
    exit::UP
}

/// Prints the schema of one result.
pub(super) fn result_schema(out: &mut Out) -> Exit {
    print_json(&app::schema::result(), out);
    exit::UP
}

/// `emc schema verification`.
pub(super) fn verification_schema(out: &mut Out) -> Exit {
    print_json(&app::verify::schema::verification(), out);
    exit::UP
}

/// Prints the schema of the configuration.
pub(super) fn config_schema(out: &mut Out) -> Exit {
    print_json(&app::schema::configuration(), out);
    exit::UP
}

fn print_json(value: &Value, out: &mut Out) {
    out.print(&format!("{value:#}\n"));
}
