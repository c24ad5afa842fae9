//! The command line as clap sees it, in one of the two languages.

use clap::builder::StyledStr;
use clap::{Arg, ArgAction, Command, CommandFactory};

use crate::cli::args::Arguments;
use crate::cli::vietnamese;
use crate::model::text::{Language, Text};

const HELP_FLAG: Text = Text { vi: "In phần trợ giúp này", en: "Print this help" };
const VERSION_FLAG: Text = Text { vi: "In số phiên bản", en: "Print the version" };
const USAGE: Text = Text { vi: "Cách dùng:", en: "Usage:" };
const COMMANDS: Text = Text { vi: "Lệnh", en: "Commands" };
const ARGUMENTS: Text = Text { vi: "Đối số", en: "Arguments" };
const OPTIONS: Text = Text { vi: "Tùy chọn", en: "Options" };
const DEFAULT: Text = Text { vi: "mặc định:", en: "default:" };
/// Headings of groups of flags, as they stand in `args`.
const HEADINGS: &[Text] =
    &[Text { vi: "Khi đo một URL hoặc máy chưa cấu hình", en: "For a bare URL or host" }];

/// What stands below the help of `emc` itself.
const AFTER: Text = Text {
    vi: "\
Mã kết thúc: 0 hoạt động · 1 suy giảm · 2 gián đoạn · 3 không xác định hoặc dùng sai lệnh

Bắt đầu:
  emc demo                             bộ thực hành và trình giám sát trên máy này
  emc probe https://cong.bo-vd.example đo một trang ngay bây giờ
  emc check probes/                    kiểm tra cấu hình
  emc serve --config.file probes/      theo dõi liên tục",
    en: "\
Exit codes: 0 up · 1 degraded · 2 down · 3 unknown or misuse

To begin:
  emc demo                               a practice ministry and its monitor, on this machine
  emc probe https://portal.bo-vd.example measure a page now
  emc check probes/                      validate the configuration
  emc serve --config.file probes/        watch continuously",
};

/// What stands below the help of `emc probe`.
const AFTER_PROBE: Text = Text {
    vi: "\
Ví dụ:
  emc probe https://cong.bo-vd.example --contains \"Dịch vụ công\" --slow-after 2s
  emc probe tls://cong.bo-vd.example:443 --warn-before 30d
  emc probe dns://bo-vd.example --record NS
  emc probe --all --output junit > ket-qua.xml

Nhiều kết quả: gián đoạn nặng hơn không xác định, rồi đến suy giảm, rồi hoạt động.",
    en: "\
Examples:
  emc probe https://portal.bo-vd.example --contains \"Dịch vụ công\" --slow-after 2s
  emc probe tls://portal.bo-vd.example:443 --warn-before 30d
  emc probe dns://bo-vd.example --record NS
  emc probe --all --output junit > results.xml

Of several results the worst decides: down, then unknown, then degraded, then up.",
};

/// How clap's own words in a usage line read in a language; clap has no other way to change them.
#[must_use]
pub fn usage_words(rendered: &str, language: Language) -> String {
    match language {
        Language::Vi => rendered.replace("[OPTIONS]", "[TÙY CHỌN]"),
        Language::En => rendered.to_owned(),
    }
}

/// The whole command line, in a language.
#[must_use]
pub fn command(language: Language) -> Command {
    let version = Arg::new("version")
        .short('V')
        .long("version")
        .action(ArgAction::Version)
        .help(VERSION_FLAG.in_language(language))
        .help_heading(OPTIONS.in_language(language));
    localise(Arguments::command(), "", language)
        .disable_version_flag(true)
        .arg(version)
        .after_help(AFTER.in_language(language))
        .mut_subcommand("probe", |probe| probe.after_help(AFTER_PROBE.in_language(language)))
}

/// Puts one command and everything below it into a language.
fn localise(command: Command, path: &str, language: Language) -> Command {
    let names: Vec<String> = command.get_subcommands().map(|below| below.get_name().to_owned()).collect();
    let about = command.get_about().cloned();
    let mut command = command
        .disable_help_flag(true)
        .mut_args(|argument| localise_argument(argument, path, language))
        .arg(help_flag(language))
        .subcommand_help_heading(COMMANDS.in_language(language))
        .subcommand_value_name(if language == Language::Vi { "LỆNH" } else { "COMMAND" })
        .help_template(template(language));
    if let Some(about) = sentence(path, about, language) {
        command = command.about(about.clone()).long_about(about);
    }
    for name in names {
        let below = if path.is_empty() { name.clone() } else { format!("{path} {name}") };
        command = command.mut_subcommand(name, |subcommand| localise(subcommand, &below, language));
    }
    command
}

fn template(language: Language) -> String {
    format!("{{about-with-newline}}\n{} {{usage}}\n\n{{all-args}}{{after-help}}", USAGE.in_language(language))
}

fn help_flag(language: Language) -> Arg {
    Arg::new("help")
        .short('h')
        .long("help")
        .action(ArgAction::HelpShort)
        .help(HELP_FLAG.in_language(language))
        .help_heading(OPTIONS.in_language(language))
}

fn localise_argument(argument: Arg, path: &str, language: Language) -> Arg {
    let key = format!("{path}.{}", argument.get_id());
    let mut words = sentence(&key, argument.get_help().cloned(), language)
        .map_or_else(String::new, |help| help.to_string());
    let defaults: Vec<String> =
        argument.get_default_values().iter().map(|value| value.to_string_lossy().into_owned()).collect();
    let takes_value = matches!(argument.get_action(), ArgAction::Set | ArgAction::Append);
    if !defaults.is_empty() && takes_value {
        words = format!("{words} [{} {}]", DEFAULT.in_language(language), defaults.join(" "));
    }
    let heading = heading_of(&argument, language);
    argument
        .help(words)
        .help_heading(heading)
        .hide_possible_values(takes_value)
        .hide_default_value(takes_value)
}

fn heading_of(argument: &Arg, language: Language) -> &'static str {
    let known =
        argument.get_help_heading().and_then(|heading| HEADINGS.iter().find(|text| text.en == heading));
    match known {
        Some(text) => text.in_language(language),
        None if argument.is_positional() => ARGUMENTS.in_language(language),
        None => OPTIONS.in_language(language),
    }
}

fn sentence(key: &str, english: Option<StyledStr>, language: Language) -> Option<StyledStr> {
    match language {
        Language::En => english,
        Language::Vi => vietnamese::help(key).map(StyledStr::from).or(english),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn keys(command: &Command, path: &str, found: &mut BTreeSet<String>) {
        found.insert(path.to_owned());
        for argument in command.get_arguments() {
            found.insert(format!("{path}.{}", argument.get_id()));
        }
        for below in command.get_subcommands() {
            let path = if path.is_empty() {
                below.get_name().to_owned()
            } else {
                format!("{path} {}", below.get_name())
            };
            keys(below, &path, found);
        }
    }

    #[test]
    fn every_command_and_flag_speaks_vietnamese_and_nothing_else_is_translated() {
        let mut wanted = BTreeSet::new();
        keys(&Arguments::command(), "", &mut wanted);
        let given: BTreeSet<String> = vietnamese::HELP.iter().map(|(key, _)| (*key).to_owned()).collect();
        assert_eq!(given, wanted);
    }

    #[test]
    fn every_flag_has_help_in_both_languages() {
        for language in [Language::Vi, Language::En] {
            command(language).debug_assert();
        }
    }
}
