//! The schema, version by version: each step takes a file from one version to the next and keeps what is in it.

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::history::sqlite::told;
use crate::history::store::StoreError;

/// A step to the next version.
type Step = fn(&Transaction<'_>) -> rusqlite::Result<()>;

/// Step `n` makes version `n + 1`.
const STEPS: &[Step] = &[runs_and_evidence];

/// Brings a file up to date, in one transaction.
pub(super) fn to_latest(connection: &mut Connection) -> Result<(), StoreError> {
    let known = i64::try_from(STEPS.len()).unwrap_or(i64::MAX);
    if version(connection).map_err(told)? == known {
        return Ok(());
    }
    let change = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(told)?;
    let found = version(&change).map_err(told)?;
    if found > known {
        return Err(StoreError::Later { found, known });
    }
    let done = usize::try_from(found).unwrap_or_default();
    for step in STEPS.iter().skip(done) {
        step(&change).map_err(told)?;
    }
    change.pragma_update(None, "user_version", known).map_err(told)?;
    change.commit().map_err(told)
}

fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Times are microseconds since the epoch; runs lie in the order of time, so that writing stays in one place.
fn runs_and_evidence(change: &Transaction<'_>) -> rusqlite::Result<()> {
    change.execute_batch(
        "CREATE TABLE series (
            id INTEGER PRIMARY KEY,
            location TEXT NOT NULL,
            authority TEXT NOT NULL,
            portal TEXT NOT NULL,
            probe TEXT NOT NULL,
            kind TEXT NOT NULL,
            every INTEGER NOT NULL,
            timeout INTEGER NOT NULL,
            UNIQUE (location, authority, portal, probe)
        );
        CREATE TABLE runs (
            at INTEGER NOT NULL,
            run INTEGER NOT NULL,
            series INTEGER NOT NULL,
            status TEXT NOT NULL,
            reason TEXT NOT NULL,
            confirmed TEXT NOT NULL,
            confirmed_reason TEXT NOT NULL,
            duration INTEGER NOT NULL,
            resolve INTEGER, connect INTEGER, tls INTEGER, processing INTEGER, transfer INTEGER,
            PRIMARY KEY (at, run)
        ) WITHOUT ROWID;
        CREATE INDEX runs_troubled ON runs (status, at) WHERE status <> 'up';
        CREATE TABLE evidence (
            run INTEGER PRIMARY KEY,
            at INTEGER NOT NULL,
            body BLOB NOT NULL
        );
        CREATE INDEX evidence_at ON evidence (at);",
    )
}
