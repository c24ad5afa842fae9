//! Where history is kept, and for how long.

use std::path::PathBuf;
use std::time::Duration;

use crate::model::secret::Secret;

/// A day.
const DAY: Duration = Duration::from_secs(86_400);

/// Name of the `SQLite` file where none is given.
pub const FILE_NAME: &str = "emc-history.sqlite";

/// Where history is kept.
#[derive(Clone, Debug, PartialEq)]
pub enum Place {
    /// In a file of ours.
    Sqlite(PathBuf),
    /// On a PostgreSQL server.
    Postgres(Server),
}

/// A PostgreSQL server.
#[derive(Clone, Debug, PartialEq)]
pub struct Server {
    /// Its host.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Whom it knows us as.
    pub user: String,
    /// The password, where it wants one.
    pub password: Option<Secret>,
    /// The database.
    pub database: String,
    /// Whether the connection is encrypted, and whom it trusts.
    pub trust: Trust,
}

/// How a connection to a server is protected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trust {
    /// Not at all: `sslmode: disable`.
    Plain,
    /// Encrypted, whoever answers: `sslmode: require`.
    Anyone,
    /// Encrypted, and the certificate must be for the host and lead to these certificates in PEM, or to the system's
    /// where none are given: `sslmode: verify-full`.
    Anchors(Option<Vec<u8>>),
}

/// How long each sort of data is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    /// Single runs.
    pub runs: Duration,
    /// Evidence of failures.
    pub evidence: Duration,
    /// Sums by minute.
    pub minutes: Duration,
    /// Sums by hour.
    pub hours: Duration,
    /// Sums by day, and how each probe stood.
    pub days: Duration,
}

impl Default for Keep {
    fn default() -> Self {
        Self { runs: 14 * DAY, evidence: 90 * DAY, minutes: 14 * DAY, hours: 400 * DAY, days: 1830 * DAY }
    }
}

/// How history is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Where.
    pub place: Place,
    /// For how long.
    pub keep: Keep,
    /// How many results may wait to be written.
    pub queue: usize,
}

/// How many results may wait unless told otherwise: a minute of 333 a second.
pub const QUEUE: usize = 20_000;
