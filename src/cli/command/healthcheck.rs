//! `emc healthcheck`: says nothing when all is well, as container engines expect.

use crate::app::healthcheck::{HealthcheckOptions, Unhealthy, healthcheck};
use crate::cli::args::HealthcheckArguments;
use crate::cli::exit::{self, Exit};
use crate::cli::out::Out;
use crate::cli::surroundings::Surroundings;
use crate::model::text::Text;

const UNHEALTHY: Text = Text { vi: "trình giám sát không khỏe", en: "the monitor is not healthy" };

/// Runs the command.
pub(super) fn run(arguments: &HealthcheckArguments, surroundings: &Surroundings, out: &mut Out) -> Exit {
    let options = HealthcheckOptions {
        url: arguments.url.clone(),
        timeout: arguments.timeout.clone(),
        ca_files: arguments.ca_file.clone(),
        server_name: arguments.server_name.clone(),
        login: arguments.username.clone().zip(arguments.password_file.clone()),
    };
    let language = surroundings.language;
    match healthcheck(&options) {
        Ok(()) => exit::UP,
        Err(Unhealthy::Misuse(why)) => {
            out.complain(why.in_language(language));
            exit::UNKNOWN
        }
        Err(Unhealthy::Answer(why)) => {
            out.complain(&format!("{}: {}", UNHEALTHY.in_language(language), why.in_language(language)));
            exit::DEGRADED
        }
    }
}
