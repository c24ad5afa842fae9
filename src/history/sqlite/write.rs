//! Writing: a batch is one transaction; what is too old goes in portions.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use crate::history::changes::Changes;
use crate::history::record::{Record, SeriesKey, micros, span_micros};
use crate::history::settings::Keep;
use crate::history::sqlite::rollup;
use crate::history::sqlite::told;
use crate::history::store::StoreError;
use crate::history::stretch::Stretch;
use crate::model::id::RunId;
use crate::model::phase::Phase;

/// How many rows of one table go at a time, so that no commit waits long.
const PORTION: i64 = 5_000;

/// What the writer remembers of the file; forgotten when a batch did not come about.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Rows of `series`, as far as they were needed.
    series: HashMap<SeriesKey, i64>,
    /// The newest stretch of each series.
    newest: HashMap<i64, Stretch>,
    /// Whether the stretches have been read.
    read: bool,
}

/// Writes a batch as a whole.
pub(super) fn commit(
    connection: &mut Connection,
    known: &mut Known,
    batch: &[Record],
) -> Result<(), StoreError> {
    let change = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(told)?;
    insert(&change, known, batch).map_err(told)?;
    change.commit().map_err(told)
}

fn insert(change: &Transaction<'_>, known: &mut Known, batch: &[Record]) -> rusqlite::Result<()> {
    let mut run = change.prepare_cached(
        "INSERT OR IGNORE INTO runs (at, run, series, status, reason, confirmed, confirmed_reason, duration, \
         resolve, connect, tls, processing, transfer) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
    )?;
    let mut evidence =
        change.prepare_cached("INSERT OR IGNORE INTO evidence (run, at, body) VALUES (?, ?, ?)")?;
    if !known.read {
        known.newest = rollup::newest(change)?;
        known.read = true;
    }
    let mut changes = Changes::default();
    for record in batch {
        let id = series_id(change, &mut known.series, record)?;
        let phase = |phase| record.phases.get(phase).map(span_micros);
        let [resolve, connect, tls, processing, transfer] = Phase::ALL.map(phase);
        let inserted = run.execute(params![
            micros(record.at),
            run_number(record.run),
            id,
            record.raw.status.as_str(),
            record.raw.reason,
            record.confirmed.status.as_str(),
            record.confirmed.reason,
            span_micros(record.duration),
            resolve,
            connect,
            tls,
            processing,
            transfer,
        ])?;
        if let Some(body) = &record.evidence {
            evidence.execute(params![run_number(record.run), micros(record.at), body])?;
        }
        if inserted > 0 {
            changes.add(&mut known.newest, id, record);
        }
    }
    rollup::write(changes, change)
}

/// The row of a series; made, or brought up to date, the first time it is needed.
fn series_id(
    change: &Transaction<'_>,
    known: &mut HashMap<SeriesKey, i64>,
    record: &Record,
) -> rusqlite::Result<i64> {
    if let Some(id) = known.get(&record.series) {
        return Ok(*id);
    }
    let SeriesKey { location, id } = &record.series;
    let row = change
        .query_row(
            "INSERT INTO series (location, authority, portal, probe, kind, every, timeout) \
             VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (location, authority, portal, probe) DO UPDATE \
             SET kind = excluded.kind, every = excluded.every, timeout = excluded.timeout RETURNING id",
            params![
                location,
                id.authority.as_str(),
                id.portal.as_str(),
                id.probe.as_str(),
                record.kind,
                span_micros(record.every),
                span_micros(record.timeout)
            ],
            |row| row.get(0),
        )
        .optional()?;
    let row = row.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
    known.insert(record.series.clone(), row);
    Ok(row)
}

/// A run's id as `SQLite` can hold it: the same 64 bits, signed.
pub(super) fn run_number(run: RunId) -> i64 {
    run.number().cast_signed()
}

/// Removes a portion of what is too old.
pub(super) fn trim(connection: &Connection, keep: &Keep, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let before = |kept: std::time::Duration| micros(now).saturating_sub(span_micros(kept));
    let mut more = false;
    for (table, column, kept) in [
        ("minutes", "at", keep.minutes),
        ("hours", "at", keep.hours),
        ("days", "at", keep.days),
        ("stretches", "began", keep.days),
    ] {
        let statement = format!(
            "DELETE FROM {table} WHERE ({column}, series) IN \
             (SELECT {column}, series FROM {table} WHERE {column} < ? ORDER BY {column} LIMIT ?)"
        );
        let gone = connection.execute(&statement, params![before(kept), PORTION]).map_err(told)?;
        more |= i64::try_from(gone).is_ok_and(|gone| gone == PORTION);
    }
    for (statement, kept) in [
        (
            "DELETE FROM runs WHERE (at, run) IN (SELECT at, run FROM runs WHERE at < ? ORDER BY at LIMIT ?)",
            keep.runs,
        ),
        (
            "DELETE FROM evidence WHERE run IN (SELECT run FROM evidence WHERE at < ? ORDER BY at LIMIT ?)",
            keep.evidence,
        ),
    ] {
        let gone = connection.execute(statement, params![before(kept), PORTION]).map_err(told)?;
        more |= i64::try_from(gone).is_ok_and(|gone| gone == PORTION);
    }
    Ok(more)
}
