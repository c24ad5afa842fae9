//! What the program finds around it: language, colours, terminal. Read once, here, and handed down.

use std::ffi::OsStr;
use std::io::{IsTerminal, stderr, stdout};
use std::sync::Arc;

use anstream::{AutoStream, ColorChoice};
use chrono::{FixedOffset, Local};

use crate::app::variables::Variables;
use crate::app::wiring::World;
use crate::model::text::Language;

/// The terminal and the language of whoever runs `emc`.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings {
    /// The language to speak.
    pub language: Language,
    /// Whether and how standard output takes colours: only a terminal, and not where `NO_COLOR` is set.
    pub stdout_colours: ColorChoice,
    /// The same for standard error.
    pub stderr_colours: ColorChoice,
    /// Whether somebody watches standard error, so that a progress bar makes sense.
    pub watched: bool,
    /// The time zone of this machine.
    pub zone: FixedOffset,
}

impl Surroundings {
    /// Looks around.
    #[must_use]
    pub fn look() -> Self {
        Self {
            language: language_of(&locale()),
            stdout_colours: AutoStream::choice(&stdout()),
            stderr_colours: AutoStream::choice(&stderr()),
            watched: stderr().is_terminal(),
            zone: *Local::now().offset(),
        }
    }
}

impl Surroundings {
    /// Whether standard error takes colours.
    #[must_use]
    pub fn colours_errors(&self) -> bool {
        self.stderr_colours != ColorChoice::Never
    }
}

/// What the rest of the program may know of the outside: the clock, and variables that the configuration names.
#[must_use]
pub fn world() -> World {
    World { clock: chrono::Utc::now, variables: Arc::new(Variables::new(std::env::vars_os())) }
}

/// The locale of messages as POSIX ranks it: `LC_ALL`, then `LC_MESSAGES`, then `LANG`; the first that is not empty.
fn locale() -> String {
    ["LC_ALL", "LC_MESSAGES", "LANG"]
        .iter()
        .filter_map(std::env::var_os)
        .find(|value| value.as_os_str() != OsStr::new(""))
        .map_or_else(String::new, |value| value.to_string_lossy().into_owned())
}

/// Vietnamese where the locale says so or says nothing; the `C` and `POSIX` locales name no language either.
fn language_of(locale: &str) -> Language {
    let language = locale.split(['_', '.', '@']).next().unwrap_or_default();
    match language {
        "" | "C" | "POSIX" | "vi" => Language::Vi,
        _ => Language::En,
    }
}

/// The language named by `--lang` among the arguments, before they are parsed: help and usage errors need it.
#[must_use]
pub fn language_asked(arguments: &[std::ffi::OsString]) -> Option<Language> {
    let mut arguments = arguments.iter().map(|argument| argument.to_string_lossy());
    while let Some(argument) = arguments.next() {
        let value = match argument.as_ref() {
            "--" => return None,
            "--lang" => arguments.next()?.into_owned(),
            other => match other.strip_prefix("--lang=") {
                Some(value) => value.to_owned(),
                None => continue,
            },
        };
        return match value.as_str() {
            "vi" => Some(Language::Vi),
            "en" => Some(Language::En),
            _ => None,
        };
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locale_names_the_language() {
        for (locale, language) in [
            ("vi_VN.UTF-8", Language::Vi),
            ("C.UTF-8", Language::Vi),
            ("", Language::Vi),
            ("en_US.UTF-8", Language::En),
            ("fr_FR@euro", Language::En),
        ] {
            assert_eq!(language_of(locale), language, "{locale:?}");
        }
    }

    #[test]
    fn a_flag_is_seen_before_parsing() {
        let asked = |line: &str| language_asked(&line.split(' ').map(Into::into).collect::<Vec<_>>());
        assert_eq!(asked("emc --lang en --help"), Some(Language::En));
        assert_eq!(asked("emc probe --lang=vi"), Some(Language::Vi));
        assert_eq!(asked("emc probe -- --lang=en"), None);
        assert_eq!(asked("emc --lang"), None);
    }
}
