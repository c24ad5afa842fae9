//! What every kind's settings are built with, the pieces of settings that several kinds share, and how errors are told.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::model::foreign;
use crate::model::secret::Secret;
use crate::model::told::{Told, told};
use crate::net::route::Proxy;
use crate::net::tls::{TlsPolicy, TlsSettings};

/// Where a probe stands: what its settings may refer to. Handed in by `config` (or the command line).
pub struct Context<'a> {
    /// Base of relative paths, `None` for probes without a portal address.
    pub portal_url: Option<&'a Url>,
    /// How long a run may last.
    pub timeout: Duration,
    /// Whether the probe says `mutates: true`.
    pub mutates: bool,
    /// Hosts on which mutating requests are allowed, in lower case (`host` or `host:port`).
    pub allow_mutations: &'a [String],
    /// Proxy of the whole configuration, `None` where none is set.
    pub proxy: Option<Arc<Proxy>>,
    /// Private roots of the whole configuration, in PEM.
    pub roots_pem: &'a [Vec<u8>],
    /// User-Agent to send.
    pub user_agent: &'a str,
    /// Phrases that tell a soft failure, those of the product and the operator's own together.
    pub phrases: Arc<crate::html::phrases::Phrases>,
    /// Announced maintenance, outside of which a maintenance page is `down`. Empty for now.
    pub resources: &'a dyn Resources,
}

/// What a probe's settings may ask for while it is built, so that kinds read no file or environment themselves.
pub trait Resources {
    /// Reads a file named in the settings, relative to the file that names it. At most 1 MiB.
    ///
    /// # Errors
    /// A sentence that names the file and the system's reason.
    fn file(&self, path: &Path) -> Result<Vec<u8>, Told>;

    /// Fetches a secret.
    ///
    /// # Errors
    /// A sentence that names the source, never the value.
    fn secret(&self, source: &SecretSource) -> Result<Secret, Told>;

    /// The TLS policy for these settings; equal settings share one.
    ///
    /// # Errors
    /// A sentence saying which PEM could not be read and why.
    fn tls(&self, settings: TlsSettings) -> Result<Arc<TlsPolicy>, Told>;
}

/// Where a secret comes from; never the secret itself. Exactly one of the three. In a file, `password_file: PATH` is
/// short for `password: {file: PATH}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum SecretSource {
    /// A file's content, without the line break at its end.
    File(#[schemars(with = "PathText")] std::path::PathBuf),
    /// An environment variable.
    Env(String),
    /// A systemd credential (`LoadCredential=`).
    Credential(String),
}

/// TLS settings as they stand in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TlsKeys {
    /// Further roots to trust, PEM files.
    #[schemars(with = "Vec<PathText>")]
    pub ca_files: Vec<std::path::PathBuf>,
    /// Trust only `ca_files`, not the system's roots.
    pub only_ca_files: bool,
    /// Name to ask for and to check, instead of the host's.
    pub server_name: Option<String>,
    /// Client certificate chain, a PEM file.
    #[schemars(with = "Option<PathText>")]
    pub client_certificate: Option<std::path::PathBuf>,
    /// Key of the client certificate, PEM.
    pub client_key: Option<SecretSource>,
}

/// How a path is written; `config` makes it absolute by the folder of the file that names it. For
/// `#[schemars(with = "PathText")]` on keys that are paths.
#[derive(Debug)]
pub struct PathText;

impl JsonSchema for PathText {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Path".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "format": "path",
            "minLength": 1,
            "description": "a file, relative to the one that names it",
        })
    }
}

/// A duration as people write it: `500ms`, `30s`, `1m30s`, `1h`, `30d`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span(pub Duration);

impl Span {
    /// How a duration is written, for error messages and the schema.
    pub const PATTERN: &str = r"^([0-9]+(\.[0-9]+)?(ms|s|m|h|d))+$";

    /// Reads a duration.
    ///
    /// # Errors
    /// A sentence that says what is allowed.
    pub fn parse(text: &str) -> Result<Self, Told> {
        let wrong = || {
            told!(
                "\"{text}\" không phải là khoảng thời gian: viết số kèm ms, s, m, h hoặc d, ví dụ 500ms, 30s hoặc 1m30s",
                "\"{text}\" is not a duration: write a number and ms, s, m, h or d, such as 500ms, 30s or 1m30s"
            )
        };
        let mut total = 0.0;
        let mut rest = text;
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or_else(wrong)?;
            let (number, after) = rest.split_at(digits);
            let letters = after.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(after.len());
            let (unit, next) = after.split_at(letters);
            total +=
                number.parse::<f64>().map_err(|_| wrong())? * Self::seconds_per(unit).ok_or_else(wrong)?;
            rest = next;
        }
        match Duration::try_from_secs_f64(total) {
            Ok(span) if !text.is_empty() => Ok(Self(span)),
            _ => Err(wrong()),
        }
    }

    fn seconds_per(unit: &str) -> Option<f64> {
        match unit {
            "ms" => Some(0.001),
            "s" => Some(1.0),
            "m" => Some(60.0),
            "h" => Some(3600.0),
            "d" => Some(86400.0),
            _ => None,
        }
    }
}

impl std::fmt::Display for Span {
    /// As it would be written: `1h30m`, `500ms`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (mut seconds, millis) = (self.0.as_secs(), self.0.subsec_millis());
        for (unit, size) in [("d", 86400), ("h", 3600), ("m", 60), ("s", 1)] {
            if seconds >= size {
                write!(f, "{}{unit}", seconds / size)?;
                seconds %= size;
            }
        }
        if millis > 0 || self.0.is_zero() { write!(f, "{millis}ms") } else { Ok(()) }
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

impl Serialize for Span {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl JsonSchema for Span {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Span".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "a duration such as 500ms, 30s, 1m30s, 1h or 30d",
            "pattern": Self::PATTERN,
        })
    }
}

/// One thing wrong with a kind's settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsError {
    /// Keys below the kind's own key, such as `expect.selector` or `headers.X-Token`.
    pub path: String,
    /// What is wrong: lower case, no full stop, values in quotes.
    pub message: Told,
    /// How to mend it; empty if the message says it.
    pub help: Told,
}

/// All that is wrong with a kind's settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SettingsErrors(pub Vec<SettingsError>);

impl SettingsErrors {
    /// Adds an error.
    pub fn add(&mut self, path: &str, message: Told, help: Told) {
        self.0.push(SettingsError { path: path.to_owned(), message, help });
    }

    /// `value` if nothing is wrong.
    ///
    /// # Errors
    /// Itself, if anything is.
    pub fn finish<T>(self, value: T) -> Result<T, Self> {
        if self.0.is_empty() { Ok(value) } else { Err(self) }
    }
}

/// What is said of a text that is no regular expression.
#[must_use]
pub fn no_regex(text: &str, error: &regex::Error) -> Told {
    let Told { vi, en } = foreign::regex(error);
    Told {
        vi: format!("\"{text}\" không phải là biểu thức chính quy: {vi}"),
        en: format!("\"{text}\" is not a regular expression: {en}"),
    }
}

/// What is said of a text that is neither a name nor an address.
#[must_use]
pub fn no_host(text: &str, error: url::ParseError) -> Told {
    let Told { vi, en } = foreign::url(error);
    Told {
        vi: format!("\"{text}\" không phải là máy chủ: {vi}"),
        en: format!("\"{text}\" is not a host: {en}"),
    }
}

/// What is said of two keys that exclude each other, and of how to mend it.
#[must_use]
pub fn only_one_of(first: &str, second: &str) -> (Told, Told) {
    let message = told!(
        "không thể dùng \"{first}\" cùng với \"{second}\"",
        "\"{first}\" and \"{second}\" exclude each other"
    );
    (message, told!("chỉ giữ lại một", "keep one of them"))
}

/// Labels and headers as they stand in a file, in alphabetical order.
pub type Pairs = BTreeMap<String, String>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_people_write_them() {
        for (text, millis) in
            [("500ms", 500), ("30s", 30_000), ("1m30s", 90_000), ("0.5h", 1_800_000), ("30d", 2_592_000_000)]
        {
            assert_eq!(Span::parse(text), Ok(Span(Duration::from_millis(millis))), "{text}");
        }
        for wrong in ["", "30", "s", "1x", "-5s", "1.2.3s", "99999999999999999999d"] {
            assert!(Span::parse(wrong).is_err(), "{wrong:?} passed");
        }
        assert_eq!(Span(Duration::from_millis(5_400_000)).to_string(), "1h30m");
    }
}
