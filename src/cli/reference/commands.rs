//! Every command with its flags, out of the arguments.

use clap::{Arg, ArgAction, Command};

use crate::cli::help;
use crate::cli::reference::{head, row, table_head};
use crate::model::text::{Language, Text};

const COLUMNS: &[Text] = &[Text { vi: "Đối số", en: "Argument" }, Text { vi: "Ý nghĩa", en: "Meaning" }];
const EVERYWHERE: Text = Text { vi: "Dùng được với mọi lệnh", en: "With every command" };

/// The page.
pub(super) fn page(language: Language) -> String {
    let mut command = help::command(language);
    command.build();
    let mut page = head(Text { vi: "Các lệnh và cờ", en: "Commands and flags" }, language);
    page += &format!("## {}\n\n", EVERYWHERE.in_language(language));
    page += &arguments(command.get_arguments().filter(|argument| !argument.is_hide_set()), language);
    for below in command.get_subcommands() {
        section(below, "emc", language, &mut page);
    }
    page
}

fn section(command: &Command, path: &str, language: Language, page: &mut String) {
    let path = format!("{path} {}", command.get_name());
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    *page += &format!("\n## `{path}`\n\n{about}.\n");
    let own =
        command.get_arguments().filter(|argument| !argument.is_global_set() && argument.get_id() != "help");
    let table = arguments(own, language);
    if !table.is_empty() {
        *page += &format!("\n{table}");
    }
    for below in command.get_subcommands() {
        section(below, &path, language, page);
    }
}

fn arguments<'a>(all: impl Iterator<Item = &'a Arg>, language: Language) -> String {
    let rows: String =
        all.map(|argument| row(&[&format!("`{}`", written(argument)), &meaning(argument)])).collect();
    if rows.is_empty() { rows } else { table_head(COLUMNS, language) + &rows }
}

/// `-o, --output <human|json>` as it is typed.
fn written(argument: &Arg) -> String {
    let takes_value = matches!(argument.get_action(), ArgAction::Set | ArgAction::Append);
    let names = argument.get_value_names().unwrap_or_default();
    let value = names.first().map(ToString::to_string).unwrap_or_default();
    if argument.is_positional() {
        return value;
    }
    let short = argument.get_short().map_or_else(String::new, |short| format!("-{short}, "));
    let long = argument.get_long().unwrap_or_default();
    if takes_value { format!("{short}--{long} <{value}>") } else { format!("{short}--{long}") }
}

fn meaning(argument: &Arg) -> String {
    argument.get_help().map(ToString::to_string).unwrap_or_default()
}
