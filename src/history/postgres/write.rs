//! Writing: a batch is one transaction. A commit whose answer was lost may have come about: what is there already is
//! not counted again.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, Utc};
use tokio_postgres::{Client, Transaction};

use crate::history::changes::Changes;
use crate::history::postgres::told;
use crate::history::record::{Record, SeriesKey, micros, span_micros};
use crate::history::settings::Keep;
use crate::history::store::StoreError;
use crate::history::stretch::{DAY, Stretch, Sums};
use crate::model::phase::Phase;

/// How many rows of one table go at a time.
const PORTION: i64 = 5_000;

/// What the writer remembers of the server; forgotten when a batch did not come about.
#[derive(Debug, Default)]
pub(super) struct Known {
    series: HashMap<SeriesKey, i64>,
    newest: HashMap<i64, Stretch>,
    read: bool,
}

/// Writes a batch as a whole.
pub(super) async fn commit(
    client: &mut Client,
    known: &mut Known,
    batch: &[Record],
) -> Result<(), StoreError> {
    let change = client.transaction().await.map_err(told)?;
    write(&change, known, batch).await.map_err(told)?;
    change.commit().await.map_err(told)
}

async fn write(
    change: &Transaction<'_>,
    known: &mut Known,
    batch: &[Record],
) -> Result<(), tokio_postgres::Error> {
    if !known.read {
        known.newest = newest(change).await?;
        known.read = true;
    }
    let mut series = Vec::with_capacity(batch.len());
    for record in batch {
        series.push(series_id(change, &mut known.series, record).await?);
    }
    let fresh = insert(change, batch, &series).await?;
    let mut changes = Changes::default();
    let mut taken = HashSet::new();
    for (record, series) in batch.iter().zip(series) {
        let run = record.run.number().cast_signed();
        if fresh.contains(&run) && taken.insert(run) {
            changes.add(&mut known.newest, series, record);
        }
    }
    put_sums(change, &changes).await?;
    put_stretches(change, &changes).await
}

async fn series_id(
    change: &Transaction<'_>,
    known: &mut HashMap<SeriesKey, i64>,
    record: &Record,
) -> Result<i64, tokio_postgres::Error> {
    if let Some(id) = known.get(&record.series) {
        return Ok(*id);
    }
    let SeriesKey { location, id } = &record.series;
    let row = change
        .query_one(
            "INSERT INTO series (location, authority, portal, probe, kind, every, timeout) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (location, authority, portal, probe) DO UPDATE \
             SET kind = excluded.kind, every = excluded.every, timeout = excluded.timeout RETURNING id",
            &[
                location,
                &id.authority.as_str(),
                &id.portal.as_str(),
                &id.probe.as_str(),
                &record.kind,
                &span_micros(record.every),
                &span_micros(record.timeout),
            ],
        )
        .await?;
    let id = row.get(0);
    known.insert(record.series.clone(), id);
    Ok(id)
}

/// Inserts all runs at once; answers which of them were not there yet.
async fn insert(
    change: &Transaction<'_>,
    batch: &[Record],
    series: &[i64],
) -> Result<HashSet<i64>, tokio_postgres::Error> {
    let number = |record: &Record| record.run.number().cast_signed();
    let at: Vec<i64> = batch.iter().map(|record| micros(record.at)).collect();
    let runs: Vec<i64> = batch.iter().map(number).collect();
    let status: Vec<&str> = batch.iter().map(|record| record.raw.status.as_str()).collect();
    let reason: Vec<&str> = batch.iter().map(|record| record.raw.reason).collect();
    let confirmed: Vec<&str> = batch.iter().map(|record| record.confirmed.status.as_str()).collect();
    let confirmed_reason: Vec<&str> = batch.iter().map(|record| record.confirmed.reason).collect();
    let duration: Vec<i64> = batch.iter().map(|record| span_micros(record.duration)).collect();
    let phases: [Vec<Option<i64>>; 5] = Phase::ALL
        .map(|phase| batch.iter().map(|record| record.phases.get(phase).map(span_micros)).collect());
    let [resolve, connect, tls, processing, transfer] = &phases;
    let rows = change
        .query(
            "INSERT INTO runs SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], \
             $6::text[], $7::text[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[], \
             $13::bigint[]) ON CONFLICT DO NOTHING RETURNING run",
            &[
                &at,
                &runs,
                &series,
                &status,
                &reason,
                &confirmed,
                &confirmed_reason,
                &duration,
                resolve,
                connect,
                tls,
                processing,
                transfer,
            ],
        )
        .await?;
    for record in batch {
        if let Some(body) = &record.evidence {
            let put = "INSERT INTO evidence (run, at, body) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
            change.execute(put, &[&number(record), &micros(record.at), body]).await?;
        }
    }
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// Adds sums, in the order of time and series: writers that meet wait for each other and never in a circle.
async fn put_sums(change: &Transaction<'_>, changes: &Changes) -> Result<(), tokio_postgres::Error> {
    let mut tables: BTreeMap<&str, Vec<(i64, i64, Sums)>> = BTreeMap::new();
    for ((step, at, series), sums) in &changes.sums {
        tables.entry(step.table()).or_default().push((*at, *series, *sums));
    }
    for (table, rows) in tables {
        let column = |value: fn(&Sums) -> i64| -> Vec<i64> { rows.iter().map(|row| value(&row.2)).collect() };
        let at: Vec<i64> = rows.iter().map(|row| row.0).collect();
        let series: Vec<i64> = rows.iter().map(|row| row.1).collect();
        let counts: [Vec<i64>; 4] = [
            column(|sums| sums.counts[0]),
            column(|sums| sums.counts[1]),
            column(|sums| sums.counts[2]),
            column(|sums| sums.counts[3]),
        ];
        let [up, degraded, down, unknown] = &counts;
        let (spent, longest) = (column(|sums| sums.spent), column(|sums| sums.longest));
        let add = format!(
            "INSERT INTO {table} AS old (at, series, up, degraded, down, unknown, spent, longest) \
             SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], \
             $6::bigint[], $7::bigint[], $8::bigint[]) ON CONFLICT (at, series) DO UPDATE SET \
             up = old.up + excluded.up, degraded = old.degraded + excluded.degraded, down = old.down + excluded.down, \
             unknown = old.unknown + excluded.unknown, spent = old.spent + excluded.spent, \
             longest = greatest(old.longest, excluded.longest)"
        );
        change.execute(&add, &[&at, &series, up, degraded, down, unknown, &spent, &longest]).await?;
    }
    Ok(())
}

async fn put_stretches(change: &Transaction<'_>, changes: &Changes) -> Result<(), tokio_postgres::Error> {
    let all = &changes.stretches;
    let began: Vec<i64> = all.keys().map(|key| key.0).collect();
    let series: Vec<i64> = all.keys().map(|key| key.1).collect();
    let ended: Vec<i64> = all.values().map(|stretch| stretch.ended).collect();
    let last: Vec<i64> = all.values().map(|stretch| stretch.last).collect();
    let status: Vec<&str> = all.values().map(|stretch| stretch.status.as_str()).collect();
    let reason: Vec<&str> = all.values().map(|stretch| stretch.reason.as_str()).collect();
    let put = "INSERT INTO stretches (began, series, ended, last, status, reason) \
               SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::text[]) \
               ON CONFLICT (began, series) DO UPDATE SET ended = excluded.ended, last = excluded.last";
    change.execute(put, &[&began, &series, &ended, &last, &status, &reason]).await?;
    Ok(())
}

/// The newest stretch of each series, as far back as one can matter.
async fn newest(change: &Transaction<'_>) -> Result<HashMap<i64, Stretch>, tokio_postgres::Error> {
    let rows = change
        .query(
            "SELECT series, began, ended, last, status, reason FROM stretches \
             WHERE began >= (SELECT coalesce(max(began), 0) FROM stretches) - $1 ORDER BY began",
            &[&(3 * DAY)],
        )
        .await?;
    let stretch = |row: &tokio_postgres::Row| {
        let stretch = Stretch {
            began: row.get(1),
            ended: row.get(2),
            last: row.get(3),
            status: row.get(4),
            reason: row.get(5),
        };
        (row.get(0), stretch)
    };
    Ok(rows.iter().map(stretch).collect())
}

/// Removes a portion of what is too old.
pub(super) async fn trim(
    client: &Client,
    keep: &Keep,
    now: DateTime<Utc>,
) -> Result<bool, tokio_postgres::Error> {
    let mut more = false;
    for (table, column, kept) in [
        ("runs", "at", keep.runs),
        ("evidence", "at", keep.evidence),
        ("minutes", "at", keep.minutes),
        ("hours", "at", keep.hours),
        ("days", "at", keep.days),
        ("stretches", "began", keep.days),
    ] {
        let before = micros(now).saturating_sub(span_micros(kept));
        let remove = format!(
            "DELETE FROM {table} WHERE ctid IN (SELECT ctid FROM {table} WHERE {column} < $1 ORDER BY {column} LIMIT $2)"
        );
        let gone = client.execute(&remove, &[&before, &PORTION]).await?;
        more |= i64::try_from(gone).is_ok_and(|gone| gone == PORTION);
    }
    Ok(more)
}
