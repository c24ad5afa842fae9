//! `emc completions` and `emc man`: both derived from the arguments.

use clap_complete::Shell as CompleteShell;

use crate::cli::args::{CompletionsArguments, ManArguments, Shell};
use crate::cli::exit::{self, Exit};
use crate::cli::help;
use crate::cli::out::Out;
use crate::cli::surroundings::Surroundings;
use crate::model::text::Language;

/// Prints completions. Their hints are English: completion functions of shells know no languages.
pub(super) fn completions(arguments: &CompletionsArguments, out: &mut Out) -> Exit {
    let shell = match arguments.shell {
        Shell::Bash => CompleteShell::Bash,
        Shell::Zsh => CompleteShell::Zsh,
        Shell::Fish => CompleteShell::Fish,
    };
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut help::command(Language::En), "emc", &mut script);
    out.print(&String::from_utf8_lossy(&script));
    exit::UP
}

/// Prints a man page in troff.
pub(super) fn man(arguments: &ManArguments, surroundings: &Surroundings, out: &mut Out) -> Exit {
    let mut whole = help::command(surroundings.language);
    whole.build();
    let wanted = arguments.command.as_deref();
    let page = match wanted {
        None => Some(whole),
        Some(name) => whole.find_subcommand(name).cloned().map(|found| {
            let title = format!("emc-{name}");
            found.display_name(title)
        }),
    };
    let Some(page) = page else {
        out.complain(&format!("there is no command \"{}\"", wanted.unwrap_or_default()));
        return exit::UNKNOWN;
    };
    let mut text = Vec::new();
    if let Err(error) = clap_mangen::Man::new(page).render(&mut text) {
        out.complain(&error.to_string());
        return exit::UNKNOWN;
    }
    out.print(&String::from_utf8_lossy(&text));
    exit::UP
}
