//! The key `history`: where results are kept, and for how long.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::decode::decode;
use crate::config::node::Node;
use crate::config::problem::{GIVEN, Problems};
use crate::config::resources::Files;
use crate::history::settings::{FILE_NAME, Keep, Place, QUEUE, Server, Settings, Trust};
use crate::model::told::{Told, told};
use crate::probe::settings::{PathText, Resources as _, SecretSource, Span};

/// The shortest time that anything is kept.
const KEEP_MIN: Duration = Duration::from_secs(3600);

/// What happened: results, evidence and how each probe stood.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct HistoryKeys {
    /// `false` keeps nothing beyond recent runs in memory.
    pub(super) enabled: bool,
    /// The `SQLite` file, relative to this file. `emc-history.sqlite` by default: in the state folder of the service
    /// (`StateDirectory=` of systemd), else beside this file.
    #[schemars(with = "Option<PathText>")]
    pub(super) path: Option<PathBuf>,
    /// A PostgreSQL server that several `emc` share, instead of a file.
    pub(super) postgres: Option<PostgresKeys>,
    /// How long each sort of data is kept.
    pub(super) keep: KeepKeys,
    /// How many results may wait to be written; further ones are dropped and counted. 20000 by default.
    #[schemars(range(min = 100, max = 1_000_000))]
    pub(super) queue: Option<u32>,
}

impl Default for HistoryKeys {
    fn default() -> Self {
        Self { enabled: true, path: None, postgres: None, keep: KeepKeys::default(), queue: None }
    }
}

/// A PostgreSQL server.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PostgresKeys {
    /// Host, port, user and database: `postgres://emc@db.example:5432/emc`. Our tables are in the schema `emc`.
    pub(super) url: String,
    /// The user's password, where the server wants one.
    #[serde(default)]
    pub(super) password: Option<SecretSource>,
    /// Whether the connection is encrypted: `verify-full` (the certificate must be for the host and trusted), `require`
    /// (whoever answers) or `disable`. `disable` by default on the loopback address, `verify-full` elsewhere.
    #[serde(default)]
    pub(super) sslmode: Option<SslModeKey>,
    /// Certificates in PEM that `verify-full` trusts instead of the system's.
    #[serde(default)]
    #[schemars(with = "Option<PathText>")]
    pub(super) ca_file: Option<PathBuf>,
}

/// How a connection is protected, in libpq's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum SslModeKey {
    /// Not at all.
    Disable,
    /// Encrypted, whoever answers.
    Require,
    /// Encrypted, and the certificate is checked.
    VerifyFull,
}

/// How long each sort of data is kept.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct KeepKeys {
    /// Single runs. 14d by default.
    pub(super) runs: Option<Span>,
    /// Whole results of runs that were not up. 90d by default.
    pub(super) evidence: Option<Span>,
    /// Sums by minute. 14d by default.
    pub(super) minutes: Option<Span>,
    /// Sums by hour. 400d by default.
    pub(super) hours: Option<Span>,
    /// Sums by day and how each probe stood, which reports read. 1830d by default.
    pub(super) days: Option<Span>,
}

/// What may be asked for beside the key itself.
pub(super) struct Around<'a> {
    /// The folder of the configuration.
    pub(super) folder: &'a Path,
    /// Gives secrets.
    pub(super) files: &'a Files<'a>,
    /// Where systemd lets the service keep its state.
    pub(super) state_folder: Option<String>,
}

/// Reads the key; without it, history is kept as by default.
pub(super) fn read(node: Option<&Node>, around: &Around<'_>, problems: &mut Problems) -> Option<Settings> {
    let keys = match node.map(decode::<HistoryKeys>).transpose() {
        Ok(keys) => keys.unwrap_or_default(),
        Err(error) => {
            node.into_iter().for_each(|node| problems.undecodable(node, error.clone()));
            return None;
        }
    };
    let normal = Keep::default();
    let mut kept = |key: &str, given: Option<Span>, normal: Duration| {
        let span = given.map_or(normal, |span| span.0);
        if span < KEEP_MIN {
            let place = node.and_then(|node| node.at(&["keep", key]));
            let message = told!("\"{key}\" được giữ quá ngắn", "\"{key}\" is kept too short");
            let help = told!("ít nhất 1h", "at least 1h");
            place.into_iter().for_each(|place| problems.error(place.span, message.clone(), help.clone()));
        }
        span
    };
    let keep = Keep {
        runs: kept("runs", keys.keep.runs, normal.runs),
        evidence: kept("evidence", keys.keep.evidence, normal.evidence),
        minutes: kept("minutes", keys.keep.minutes, normal.minutes),
        hours: kept("hours", keys.keep.hours, normal.hours),
        days: kept("days", keys.keep.days, normal.days),
    };
    let queue = keys.queue.map_or(QUEUE, |queue| queue as usize);
    if let (Some(keys), Some(node)) = (keys.postgres.as_ref().filter(|_| keys.enabled), node) {
        let place = Place::Postgres(server(keys, node, around, problems)?);
        return Some(Settings { place, keep, queue });
    }
    let path = match (&keys.path, &around.state_folder) {
        (Some(path), _) => around.folder.join(path),
        // systemd gives several folders divided by colons; the first is ours.
        (None, Some(folders)) => Path::new(folders.split(':').next().unwrap_or(folders)).join(FILE_NAME),
        (None, None) => around.folder.join(FILE_NAME),
    };
    keys.enabled.then_some(Settings { place: Place::Sqlite(path), keep, queue })
}

/// Reads where the server is; a password has no business in the address.
fn server(keys: &PostgresKeys, node: &Node, around: &Around<'_>, problems: &mut Problems) -> Option<Server> {
    let span = |key: &str| node.at(&["postgres", key]).map_or(node.span, |node| node.span);
    let url = url::Url::parse(&keys.url).ok().filter(|url| matches!(url.scheme(), "postgres" | "postgresql"));
    let host = url.as_ref().and_then(url::Url::host_str).filter(|host| !host.is_empty());
    let (Some(url), Some(host)) = (&url, host) else {
        let message = told!(
            "\"{GIVEN}\" không phải là địa chỉ PostgreSQL",
            "\"{GIVEN}\" is no address of a PostgreSQL server"
        );
        let help = told!(
            "viết người dùng, máy chủ và cơ sở dữ liệu, ví dụ \"postgres://emc@db.example:5432/emc\"",
            "write user, host and database, such as \"postgres://emc@db.example:5432/emc\""
        );
        problems.error(span("url"), message, help);
        return None;
    };
    if url.password().is_some() {
        let message = told!("địa chỉ PostgreSQL chứa mật khẩu", "the server's address holds a password");
        let help =
            told!("dùng \"password_file\" và đổi mật khẩu", "use \"password_file\", and change the password");
        problems.error(span("url"), message, help);
        return None;
    }
    if url.query().is_some() {
        let message = told!("địa chỉ PostgreSQL có tham số", "the server's address has parameters");
        let help =
            told!("dùng các khóa \"sslmode\" và \"ca_file\"", "use the keys \"sslmode\" and \"ca_file\"");
        problems.error(span("url"), message, help);
        return None;
    }
    let trust = trust(keys, host, around, |key, message, help| problems.error(span(key), message, help))?;
    let password = match keys.password.as_ref().map(|source| around.files.secret(source)).transpose() {
        Ok(password) => password,
        Err(reason) => {
            problems.error(span("password"), reason, Told::nothing());
            return None;
        }
    };
    let or_emc = |text: &str| if text.is_empty() { "emc".to_owned() } else { text.to_owned() };
    Some(Server {
        host: host.trim_matches(['[', ']']).to_owned(),
        port: url.port().unwrap_or(5432),
        user: or_emc(url.username()),
        password,
        database: or_emc(url.path().trim_matches('/')),
        trust,
    })
}

/// How the connection is protected. What goes no further than this machine need not be.
fn trust(
    keys: &PostgresKeys,
    host: &str,
    around: &Around<'_>,
    mut wrong: impl FnMut(&str, Told, Told),
) -> Option<Trust> {
    let is_here = host == "localhost"
        || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    let usual = if is_here && keys.ca_file.is_none() { SslModeKey::Disable } else { SslModeKey::VerifyFull };
    match (keys.sslmode.unwrap_or(usual), &keys.ca_file) {
        (SslModeKey::VerifyFull, None) => Some(Trust::Anchors(None)),
        (SslModeKey::VerifyFull, Some(path)) => match around.files.file(&around.folder.join(path)) {
            Ok(pem) => Some(Trust::Anchors(Some(pem))),
            Err(reason) => {
                wrong("ca_file", reason, Told::nothing());
                None
            }
        },
        (_, Some(_)) => {
            let message = told!(
                "\"ca_file\" chỉ được dùng với \"sslmode: verify-full\"",
                "\"ca_file\" is of use with \"sslmode: verify-full\" only"
            );
            wrong("ca_file", message, told!("bỏ một trong hai khóa", "leave one of the two keys out"));
            None
        }
        (SslModeKey::Require, None) => Some(Trust::Anyone),
        (SslModeKey::Disable, None) => Some(Trust::Plain),
    }
}
