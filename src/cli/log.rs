//! Logging: one event, one line, on standard error; logfmt or JSON. What a server said cannot break a line, and what
//! stands before the `@` or behind the `?` of an address is never written.

use std::fmt::{self, Write as _};

use chrono::{SecondsFormat, Utc};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;

use crate::cli::args::{Arguments, Command, LogFormat, LogLevel};

/// Sets up logging for this command. A second call changes nothing.
pub fn install(arguments: &Arguments) {
    let level = arguments.common.log_level.map_or_else(|| usual(&arguments.command), level_of);
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_writer(std::io::stderr)
        .event_format(Lines { format: arguments.common.log_format });
    let _ = tracing_subscriber::registry().with(filter(level)).with(lines).try_init();
}

fn usual(command: &Command) -> Level {
    match command {
        Command::Serve(_) | Command::Demo(_) => Level::INFO,
        _ => Level::WARN,
    }
}

const fn level_of(level: LogLevel) -> Level {
    match level {
        LogLevel::Trace => Level::TRACE,
        LogLevel::Debug => Level::DEBUG,
        LogLevel::Info => Level::INFO,
        LogLevel::Warn => Level::WARN,
        LogLevel::Error => Level::ERROR,
    }
}

/// Libraries are heard from `warn` on, whatever is asked for: their traces show headers, and headers hold secrets.
fn filter(level: Level) -> Targets {
    Targets::new().with_default(level.min(Level::WARN)).with_target("emc_monitor", level)
}

/// Writes an event as one line.
struct Lines {
    format: LogFormat,
}

impl<S, N> FormatEvent<S, N> for Lines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let time = Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true);
        let mut pairs = Pairs(vec![
            ("ts".to_owned(), time),
            ("level".to_owned(), event.metadata().level().as_str().to_ascii_lowercase()),
        ]);
        event.record(&mut pairs);
        writer.write_str(&line(&pairs.0, self.format))
    }
}

/// The fields of an event in order.
struct Pairs(Vec<(String, String)>);

impl Visit for Pairs {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.add(field, &format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field, value);
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        self.add(field, &value.to_string());
    }
}

impl Pairs {
    fn add(&mut self, field: &Field, value: &str) {
        let value = without_credentials(value);
        match field.name() {
            "message" => self.0.insert(2, ("msg".to_owned(), value)),
            name => self.0.push((name.to_owned(), value)),
        }
    }
}

/// One line of the log, with its line break.
fn line(pairs: &[(String, String)], format: LogFormat) -> String {
    match format {
        LogFormat::Json => {
            let object: serde_json::Map<String, serde_json::Value> =
                pairs.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect();
            let text = serde_json::Value::Object(object).to_string();
            text.chars().map(escaped_for_json).collect::<String>() + "\n"
        }
        LogFormat::Logfmt => {
            let words: Vec<String> =
                pairs.iter().map(|(name, value)| format!("{name}={}", quoted(value))).collect();
            words.join(" ") + "\n"
        }
    }
}

/// A logfmt value: bare where that is unmistakable, else quoted with everything escaped that could move a cursor,
/// break the line or turn the reading direction.
fn quoted(value: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || "-_./:+@%,<>".contains(c);
    if !value.is_empty() && value.chars().all(bare) {
        return value.to_owned();
    }
    let mut text = String::from("\"");
    for character in value.chars() {
        match character {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            _ if character.is_control() || is_direction_mark(character) => {
                let _ = write!(text, "\\u{{{:x}}}", u32::from(character));
            }
            _ => text.push(character),
        }
    }
    text.push('"');
    text
}

/// `serde_json` leaves the C1 controls and direction marks as they are; both are within 16 bits.
fn escaped_for_json(character: char) -> String {
    if character.is_control() || is_direction_mark(character) {
        format!("\\u{:04x}", u32::from(character))
    } else {
        character.to_string()
    }
}

const fn is_direction_mark(character: char) -> bool {
    matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Blots out userinfo and query of every address in a text.
pub(in crate::cli) fn without_credentials(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, address) = rest.split_at(at + 3);
        let end = address.find(|c: char| c.is_whitespace() || "\"'<>)".contains(c)).unwrap_or(address.len());
        let (address, after) = address.split_at(end);
        let host_end = address.find(['/', '?', '#']).unwrap_or(address.len());
        let host_begin = address[..host_end].rfind('@').map_or(0, |at| at + 1);
        shown.push_str(before);
        match address.find('?') {
            Some(query) => {
                shown.push_str(&address[host_begin..=query]);
                shown.push('…');
            }
            None => shown.push_str(&address[host_begin..]),
        }
        rest = after;
    }
    shown + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_cannot_break_a_line_or_forge_a_field() {
        let pairs = [("detail".to_owned(), "x\nlevel=error \"\u{1b}[2J\u{202e}".to_owned())];
        assert_eq!(line(&pairs, LogFormat::Logfmt), "detail=\"x\\nlevel=error \\\"\\u{1b}[2J\\u{202e}\"\n");
        let json = line(&pairs, LogFormat::Json);
        assert_eq!(json.lines().count(), 1);
        assert!(!json.trim_end().chars().any(|c| c.is_control() || c == '\u{202e}'), "{json}");
    }

    #[test]
    fn credentials_in_addresses_are_blotted_out() {
        assert_eq!(
            without_credentials("to http://u:p@a.example/x?token=1 and https://b.example?x=y, z://c@d"),
            "to http://a.example/x?… and https://b.example?… z://d"
        );
    }

    #[test]
    fn libraries_stay_quiet_at_trace() {
        let filter = filter(Level::TRACE);
        assert!(filter.would_enable("emc_monitor::net", &Level::TRACE));
        assert!(!filter.would_enable("h2::codec", &Level::DEBUG));
        assert!(filter.would_enable("h2", &Level::WARN));
    }
}
