//! The schema, version by version: each step takes a file from one version to the next and keeps what is in it.

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::history::sqlite::{rollup, told};
use crate::history::store::StoreError;

/// A step to the next version.
type Step = fn(&Transaction<'_>) -> rusqlite::Result<()>;

/// Step `n` makes version `n + 1`.
const STEPS: &[Step] = &[runs_and_evidence, sums_and_stretches];

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

/// What reports read: sums by minute, hour and day, and stretches in which a probe stood the same.
fn sums_and_stretches(change: &Transaction<'_>) -> rusqlite::Result<()> {
    for table in ["minutes", "hours", "days"] {
        change.execute_batch(&format!(
            "CREATE TABLE {table} (
                at INTEGER NOT NULL,
                series INTEGER NOT NULL,
                up INTEGER NOT NULL, degraded INTEGER NOT NULL, down INTEGER NOT NULL, unknown INTEGER NOT NULL,
                spent INTEGER NOT NULL,
                longest INTEGER NOT NULL,
                PRIMARY KEY (at, series)
            ) WITHOUT ROWID;"
        ))?;
    }
    change.execute_batch(
        "CREATE TABLE stretches (
            began INTEGER NOT NULL,
            series INTEGER NOT NULL,
            ended INTEGER NOT NULL,
            last INTEGER NOT NULL,
            status TEXT NOT NULL,
            reason TEXT NOT NULL,
            PRIMARY KEY (began, series)
        ) WITHOUT ROWID;",
    )?;
    rollup::from_runs(change)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_older_file_keeps_its_runs_and_gets_sums_and_stretches_of_them() {
        let mut connection = Connection::open_in_memory().unwrap();
        let change = connection.transaction().unwrap();
        runs_and_evidence(&change).unwrap();
        change.pragma_update(None, "user_version", 1).unwrap();
        change
            .execute_batch(
                "INSERT INTO series VALUES (7, 'local', 'a', 'b', 'c', 'http', 60000000, 10000000);",
            )
            .unwrap();
        for (minute, status) in [(0, "up"), (1, "down"), (2, "down"), (3, "up"), (100, "up")] {
            let at = minute * 60_000_000_i64;
            change
                .execute(
                    "INSERT INTO runs VALUES (?, ?, 7, ?, '', ?, '', 5, NULL, NULL, NULL, NULL, NULL)",
                    rusqlite::params![at, minute, status, status],
                )
                .unwrap();
        }
        change.commit().unwrap();

        to_latest(&mut connection).unwrap();
        let count = |what: &str| -> i64 { connection.query_row(what, [], |row| row.get(0)).unwrap() };
        assert_eq!(count("SELECT count(*) FROM runs"), 5);
        assert_eq!(count("SELECT count(*) FROM minutes"), 5);
        assert_eq!(count("SELECT sum(down) FROM hours"), 2);
        assert_eq!(count("SELECT count(*) FROM stretches"), 4);
        assert_eq!(count("SELECT ended - began FROM stretches WHERE status = 'down'"), 120_000_000);
        assert_eq!(version(&connection).unwrap(), 2);
    }

    #[test]
    fn a_later_file_is_left_alone() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.pragma_update(None, "user_version", 99).unwrap();
        assert_eq!(to_latest(&mut connection), Err(StoreError::Later { found: 99, known: 2 }));
    }
}
