//! Reading.

use std::collections::HashMap;
use std::time::Duration;

use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error, Row};

use crate::history::record::{StoredRun, micros, moment, seconds, status};
use crate::history::store::{RunQuery, StoredSeries, StoredStretch, Total};
use crate::history::stretch::{DAY, Step};
use crate::model::id::RunId;
use crate::model::phase::{Phase, Phases};
use crate::slo::availability::Counts;
use crate::slo::interval::Interval;

/// A value and where it goes.
type Value = Box<dyn ToSql + Sync>;

/// Runs, newest first.
pub(super) async fn runs(client: &Client, query: &RunQuery) -> Result<Vec<StoredRun>, Error> {
    let mut wanted: Vec<String> = Vec::new();
    let mut values: Vec<Value> = Vec::new();
    let mut want = |condition: &str, value: Value| {
        values.push(value);
        wanted.push(format!("{condition} ${}", values.len()));
    };
    let named = [("authority", &query.authority), ("portal", &query.portal), ("probe", &query.probe)];
    for (column, value) in named {
        if let Some(value) = value {
            want(&format!("series.{column} ="), Box::new(value.clone()));
        }
    }
    if let Some(run) = query.run {
        want("runs.run =", Box::new(run.number().cast_signed()));
    }
    if let Some(status) = query.status {
        want("runs.status =", Box::new(status.as_str()));
    }
    for (compare, moment) in [(">=", query.since), ("<", query.until)] {
        if let Some(moment) = moment {
            want(&format!("runs.at {compare}"), Box::new(micros(moment)));
        }
    }
    let condition = if wanted.is_empty() { "true".to_owned() } else { wanted.join(" AND ") };
    let most = i64::try_from(query.most).unwrap_or(i64::MAX);
    let text = format!(
        "SELECT runs.run, runs.at, location, authority, portal, probe, kind, status, reason, confirmed, duration, \
         resolve, connect, tls, processing, transfer, EXISTS (SELECT 1 FROM evidence WHERE evidence.run = runs.run) \
         FROM runs JOIN series ON series.id = runs.series WHERE {condition} \
         ORDER BY runs.at DESC, runs.run DESC LIMIT {most}"
    );
    let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(AsRef::as_ref).collect();
    Ok(client.query(&text, &values).await?.iter().map(run).collect())
}

fn run(row: &Row) -> StoredRun {
    let mut phases = Phases::default();
    for (index, phase) in Phase::ALL.into_iter().enumerate() {
        if let Some(spent) = row.get::<_, Option<i64>>(11 + index) {
            phases.add(phase, Duration::from_micros(spent.unsigned_abs()));
        }
    }
    StoredRun {
        run_id: RunId::new(row.get::<_, i64>(0).cast_unsigned()).to_string(),
        started_at: moment(row.get(1)),
        location: row.get(2),
        authority: row.get(3),
        portal: row.get(4),
        probe: row.get(5),
        kind: row.get(6),
        status: status(row.get(7)),
        reason: row.get(8),
        confirmed: status(row.get(9)),
        duration_seconds: seconds(row.get(10)),
        phases,
        evidence: row.get(16),
    }
}

/// The packed result of a run.
pub(super) async fn evidence(client: &Client, run: RunId) -> Result<Option<Vec<u8>>, Error> {
    let number = run.number().cast_signed();
    let row = client.query_opt("SELECT body FROM evidence WHERE run = $1", &[&number]).await?;
    Ok(row.map(|row| row.get(0)))
}

/// How each probe stood, by the beginning of each stretch.
pub(super) async fn stretches(client: &Client, within: &Interval) -> Result<Vec<StoredStretch>, Error> {
    let series = all_series(client).await?;
    let (from, until) = (micros(within.from), micros(within.until));
    let rows = client
        .query(
            "SELECT series, began, ended, status, reason FROM stretches \
             WHERE began >= $1 AND began < $2 AND ended > $3 ORDER BY began",
            &[&from.saturating_sub(2 * DAY), &until, &from],
        )
        .await?;
    let stretch = |row: &Row| {
        let interval = Interval::new(moment(row.get(1)), moment(row.get(2)))?.cut(within)?;
        let series = series.get(&row.get::<_, i64>(0))?.clone();
        Some(StoredStretch { series, interval, status: status(row.get(3)), reason: row.get(4) })
    };
    Ok(rows.iter().filter_map(stretch).collect())
}

/// Runs summed up, by time.
pub(super) async fn totals(client: &Client, step: Step, within: &Interval) -> Result<Vec<Total>, Error> {
    let series = all_series(client).await?;
    let text = format!(
        "SELECT series, at, up, degraded, down, unknown, spent, longest FROM {} \
         WHERE at >= $1 AND at < $2 ORDER BY at",
        step.table()
    );
    let rows = client.query(&text, &[&micros(within.from), &micros(within.until)]).await?;
    let total = |row: &Row| {
        let count = |index: usize| row.get::<_, i64>(index).unsigned_abs();
        Some(Total {
            series: series.get(&row.get::<_, i64>(0))?.clone(),
            at: moment(row.get(1)),
            counts: Counts { up: count(2), degraded: count(3), down: count(4), unknown: count(5) },
            spent_seconds: seconds(row.get(6)),
            longest_seconds: seconds(row.get(7)),
        })
    };
    Ok(rows.iter().filter_map(total).collect())
}

async fn all_series(client: &Client) -> Result<HashMap<i64, StoredSeries>, Error> {
    let rows = client.query("SELECT id, location, authority, portal, probe FROM series", &[]).await?;
    let series = |row: &Row| {
        let series = StoredSeries {
            location: row.get(1),
            authority: row.get(2),
            portal: row.get(3),
            probe: row.get(4),
        };
        (row.get(0), series)
    };
    Ok(rows.iter().map(series).collect())
}
