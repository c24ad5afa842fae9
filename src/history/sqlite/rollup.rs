//! Sums by minute, hour and day, and stretches: kept up with each batch, in the batch's own transaction.

use std::collections::HashMap;

use rusqlite::{Connection, Transaction, params};

use crate::history::changes::Changes;
use crate::history::stretch::{DAY, Seen, Step, Stretch};

/// Writes everything.
pub(super) fn write(changes: Changes, change: &Transaction<'_>) -> rusqlite::Result<()> {
    for ((step, at, series), sums) in changes.sums {
        let table = step.table();
        let mut add = change.prepare_cached(&format!(
            "INSERT INTO {table} (at, series, up, degraded, down, unknown, spent, longest) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (at, series) DO UPDATE SET up = up + excluded.up, \
             degraded = degraded + excluded.degraded, down = down + excluded.down, \
             unknown = unknown + excluded.unknown, spent = spent + excluded.spent, \
             longest = max(longest, excluded.longest)"
        ))?;
        let [up, degraded, down, unknown] = sums.counts;
        add.execute(params![at, series, up, degraded, down, unknown, sums.spent, sums.longest])?;
    }
    let mut put = change.prepare_cached(
        "INSERT INTO stretches (began, series, ended, last, status, reason) VALUES (?, ?, ?, ?, ?, ?) \
         ON CONFLICT (began, series) DO UPDATE SET ended = excluded.ended, last = excluded.last",
    )?;
    for ((began, series), stretch) in changes.stretches {
        let Stretch { ended, last, status, reason, .. } = stretch;
        put.execute(params![began, series, ended, last, status, reason])?;
    }
    Ok(())
}

/// The newest stretch of each series, as far back as one can matter.
pub(super) fn newest(connection: &Connection) -> rusqlite::Result<HashMap<i64, Stretch>> {
    let mut statement = connection.prepare(
        "SELECT series, began, ended, last, status, reason FROM stretches \
         WHERE began >= (SELECT coalesce(max(began), 0) FROM stretches) - ? ORDER BY began",
    )?;
    let mut newest = HashMap::new();
    let mut rows = statement.query(params![3 * DAY])?;
    while let Some(row) = rows.next()? {
        let stretch = Stretch {
            began: row.get(1)?,
            ended: row.get(2)?,
            last: row.get(3)?,
            status: row.get(4)?,
            reason: row.get(5)?,
        };
        newest.insert(row.get(0)?, stretch);
    }
    Ok(newest)
}

/// Makes sums and stretches of the runs of an older file, in which there were none.
pub(super) fn from_runs(change: &Transaction<'_>) -> rusqlite::Result<()> {
    for step in Step::ALL {
        let floor = match step {
            Step::Minute => "at - at % 60000000",
            Step::Hour => "at - at % 3600000000",
            Step::Day => "at - (at + 25200000000) % 86400000000",
        };
        change.execute_batch(&format!(
            "INSERT INTO {} SELECT {floor} AS step, series, sum(status = 'up'), sum(status = 'degraded'), \
             sum(status = 'down'), sum(status = 'unknown'), sum(duration), max(duration) FROM runs \
             GROUP BY step, series",
            step.table()
        ))?;
    }
    let mut statement = change.prepare(
        "SELECT runs.series, at, every, timeout, confirmed, confirmed_reason FROM runs \
         JOIN series ON series.id = runs.series ORDER BY at",
    )?;
    let (mut changes, mut newest) = (Changes::default(), HashMap::new());
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (status, reason): (String, String) = (row.get(4)?, row.get(5)?);
        let seen = Seen {
            at: row.get(1)?,
            every: row.get(2)?,
            timeout: row.get(3)?,
            status: &status,
            reason: &reason,
        };
        changes.see(&mut newest, row.get(0)?, &seen);
    }
    write(changes, change)
}
