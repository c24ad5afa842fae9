//! Reading.

use std::collections::HashMap;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};

use crate::history::record::{StoredRun, micros, moment, seconds, status};
use crate::history::sqlite::write::run_number;
use crate::history::store::{RunQuery, StoredSeries, StoredStretch, Total};
use crate::history::stretch::{DAY, Step};
use crate::model::id::RunId;
use crate::model::phase::{Phase, Phases};
use crate::slo::availability::Counts;
use crate::slo::interval::Interval;

/// Runs, newest first.
pub(super) fn runs(connection: &Connection, query: &RunQuery) -> rusqlite::Result<Vec<StoredRun>> {
    let mut wanted = Vec::new();
    let mut values: Vec<rusqlite::types::Value> = Vec::new();
    let named = [("authority", &query.authority), ("portal", &query.portal), ("probe", &query.probe)];
    for (column, value) in named {
        if let Some(value) = value {
            wanted.push(format!("series.{column} = ?"));
            values.push(value.clone().into());
        }
    }
    if let Some(run) = query.run {
        wanted.push("runs.run = ?".to_owned());
        values.push(run_number(run).into());
    }
    if let Some(status) = query.status {
        wanted.push("runs.status = ?".to_owned());
        values.push(status.as_str().to_owned().into());
        if status != crate::model::status::Status::Up {
            // The index of what is not up is only used where the query says so.
            wanted.push("runs.status <> 'up'".to_owned());
        }
    }
    for (compare, moment) in [(">=", query.since), ("<", query.until)] {
        if let Some(moment) = moment {
            wanted.push(format!("runs.at {compare} ?"));
            values.push(micros(moment).into());
        }
    }
    let condition = if wanted.is_empty() { "1".to_owned() } else { wanted.join(" AND ") };
    let most = i64::try_from(query.most).unwrap_or(i64::MAX);
    values.push(most.into());
    let mut statement = connection.prepare(&format!(
        "SELECT runs.run, runs.at, location, authority, portal, probe, kind, status, reason, confirmed, duration, \
         resolve, connect, tls, processing, transfer, EXISTS (SELECT 1 FROM evidence WHERE evidence.run = runs.run) \
         FROM runs CROSS JOIN series ON series.id = runs.series WHERE {condition} \
         ORDER BY runs.at DESC, runs.run DESC LIMIT ?"
    ))?;
    let rows = statement.query_map(params_from_iter(values), run)?;
    rows.collect()
}

fn run(row: &Row<'_>) -> rusqlite::Result<StoredRun> {
    let number: i64 = row.get(0)?;
    let word: String = row.get(7)?;
    let confirmed: String = row.get(9)?;
    let mut phases = Phases::default();
    for (index, phase) in Phase::ALL.into_iter().enumerate() {
        if let Some(spent) = row.get::<_, Option<i64>>(11 + index)? {
            phases.add(phase, Duration::from_micros(spent.unsigned_abs()));
        }
    }
    Ok(StoredRun {
        run_id: RunId::new(number.cast_unsigned()).to_string(),
        started_at: moment(row.get(1)?),
        location: row.get(2)?,
        authority: row.get(3)?,
        portal: row.get(4)?,
        probe: row.get(5)?,
        kind: row.get(6)?,
        status: status(&word),
        reason: row.get(8)?,
        confirmed: status(&confirmed),
        duration_seconds: seconds(row.get(10)?),
        phases,
        evidence: row.get(16)?,
    })
}

/// The packed result of a run.
pub(super) fn evidence(connection: &Connection, run: RunId) -> rusqlite::Result<Option<Vec<u8>>> {
    let mut statement = connection.prepare("SELECT body FROM evidence WHERE run = ?")?;
    statement.query_row(params![run_number(run)], |row| row.get(0)).optional()
}

/// How each probe stood, by the beginning of each stretch. No stretch is longer than a day and an interval.
pub(super) fn stretches(connection: &Connection, within: &Interval) -> rusqlite::Result<Vec<StoredStretch>> {
    let series = all_series(connection)?;
    let mut statement = connection.prepare(
        "SELECT series, began, ended, status, reason FROM stretches WHERE began >= ? AND began < ? AND ended > ? \
         ORDER BY began",
    )?;
    let (from, until) = (micros(within.from), micros(within.until));
    let mut rows = statement.query(params![from.saturating_sub(2 * DAY), until, from])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let whose = series.get(&row.get::<_, i64>(0)?);
        let interval = Interval::new(moment(row.get(1)?), moment(row.get(2)?));
        let interval = interval.and_then(|interval| interval.cut(within));
        if let (Some(whose), Some(interval)) = (whose, interval) {
            let status = status(&row.get::<_, String>(3)?);
            found.push(StoredStretch { series: whose.clone(), interval, status, reason: row.get(4)? });
        }
    }
    Ok(found)
}

/// Runs summed up, by time.
pub(super) fn totals(connection: &Connection, step: Step, within: &Interval) -> rusqlite::Result<Vec<Total>> {
    let series = all_series(connection)?;
    let mut statement = connection.prepare(&format!(
        "SELECT series, at, up, degraded, down, unknown, spent, longest FROM {} WHERE at >= ? AND at < ? ORDER BY at",
        step.table()
    ))?;
    let mut rows = statement.query(params![micros(within.from), micros(within.until)])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let Some(whose) = series.get(&row.get::<_, i64>(0)?) else { continue };
        let count = |index| row.get::<_, i64>(index).map(i64::unsigned_abs);
        found.push(Total {
            series: whose.clone(),
            at: moment(row.get(1)?),
            counts: Counts { up: count(2)?, degraded: count(3)?, down: count(4)?, unknown: count(5)? },
            spent_seconds: seconds(row.get(6)?),
            longest_seconds: seconds(row.get(7)?),
        });
    }
    Ok(found)
}

fn all_series(connection: &Connection) -> rusqlite::Result<HashMap<i64, StoredSeries>> {
    let mut statement = connection.prepare("SELECT id, location, authority, portal, probe FROM series")?;
    let rows = statement.query_map([], |row| {
        let series = StoredSeries {
            location: row.get(1)?,
            authority: row.get(2)?,
            portal: row.get(3)?,
            probe: row.get(4)?,
        };
        Ok((row.get(0)?, series))
    })?;
    rows.collect()
}
