//! A history of many probes over months, for measuring what reports and disks make of it; `benches/history.py` runs it.
//!
//!     cargo run --release --example history_year -- seed history.sqlite --from 2025-11-01 --until 2026-11-01
//!     cargo run --release --example history_year -- read history.sqlite --from 2026-10-01 --until 2026-11-01
//!
//! `seed` writes runs by the store's own way of writing, an hour apart, and removes what is no longer kept on the
//! way; sums by hour and day and stretches are then as many as those of probes that run every minute. `read` asks what a
//! month's report asks. Both print one line of JSON.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use chrono::{DateTime, NaiveDate, TimeDelta, TimeZone, Utc};
use clap::{Parser, Subcommand};
use emc_monitor::history::open;
use emc_monitor::history::record::{Record, SeriesKey, Standing};
use emc_monitor::history::settings::{Keep, Place, QUEUE, Settings};
use emc_monitor::history::store::Store;
use emc_monitor::history::stretch::Step;
use emc_monitor::model::id::{Name, ProbeId, RunId};
use emc_monitor::model::phase::{Phase, Phases};
use emc_monitor::model::status::Status;
use emc_monitor::slo::calendar;
use emc_monitor::slo::interval::Interval;
use rusqlite::Connection;
use serde_json::json;

/// Probes of one portal.
const PER_PORTAL: usize = 5;
/// How often a probe runs.
const EVERY: Duration = Duration::from_secs(3600);
/// One run in so many finds trouble.
const TROUBLE_EVERY: u64 = 200;
/// Runs of one batch.
const BATCH: usize = 5_000;

#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Writes a history.
    Seed(Span),
    /// Asks it what a report asks.
    Read(Span),
}

#[derive(clap::Args)]
struct Span {
    file: PathBuf,
    #[arg(long)]
    from: NaiveDate,
    #[arg(long)]
    until: NaiveDate,
    #[arg(long, default_value_t = 1_000)]
    probes: usize,
}

fn main() -> Result<(), Box<dyn Error>> {
    let line = match Arguments::parse().what {
        What::Seed(span) => seed(&span)?,
        What::Read(span) => read(&span)?,
    };
    #[expect(clippy::print_stdout, reason = "the line that the caller reads")]
    {
        println!("{line}");
    }
    Ok(())
}

fn store(file: &Path) -> Result<Box<dyn Store>, Box<dyn Error>> {
    let place = Place::Sqlite(file.to_owned());
    Ok(open::to_write(&Settings { place, keep: Keep::default(), queue: QUEUE })?)
}

impl Span {
    fn interval(&self) -> Result<Interval, String> {
        let moment = |day: NaiveDate| {
            let midnight =
                day.and_hms_opt(0, 0, 0).and_then(|at| calendar::zone().from_local_datetime(&at).single());
            midnight.map(|at| at.with_timezone(&Utc))
        };
        let (from, until) = (moment(self.from), moment(self.until));
        from.zip(until).and_then(|(from, until)| Interval::new(from, until)).ok_or("no such time".to_owned())
    }
}

fn seed(span: &Span) -> Result<serde_json::Value, Box<dyn Error>> {
    let (mut store, interval) = (store(&span.file)?, span.interval()?);
    let probes: Vec<SeriesKey> = (0..span.probes).map(series).collect::<Result<_, _>>()?;
    let (began, mut at, mut number) = (Instant::now(), interval.from, 0_u64);
    let mut batch = Vec::with_capacity(BATCH);
    while at < interval.until {
        for (index, series) in probes.iter().enumerate() {
            // Spread over the hour, as the schedule does.
            let own =
                at + TimeDelta::milliseconds(i64::try_from(index)? * 3_600_000 / i64::try_from(span.probes)?);
            batch.push(record(series, own, number));
            number += 1;
            if batch.len() == BATCH {
                store.commit(&batch)?;
                batch.clear();
            }
        }
        at += TimeDelta::from_std(EVERY)?;
        // As `emc serve` does now and then: what is too old does not gather.
        store.trim(at)?;
    }
    store.commit(&batch)?;
    let seconds = began.elapsed().as_secs_f64();
    while store.trim(interval.until)? {}
    store.vacuum()?;
    drop(store);
    Ok(json!({"written": number, "seconds": seconds, "tables": weigh(&span.file)?}))
}

fn series(index: usize) -> Result<SeriesKey, Box<dyn Error>> {
    let name = |text: String| Name::try_from(text).map_err(|error| error.to_string());
    let id = ProbeId {
        authority: name("bo-0".to_owned())?,
        portal: name(format!("dvc-{}", index / PER_PORTAL))?,
        probe: name(format!("p{}", index % PER_PORTAL))?,
    };
    Ok(SeriesKey { location: "local".to_owned(), id })
}

fn record(series: &SeriesKey, at: DateTime<Utc>, number: u64) -> Record {
    // Strewn, so that troubles of all probes do not come at once.
    let strewn = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
    let (status, reason) = if strewn.is_multiple_of(TROUBLE_EVERY) {
        (Status::Down, "connect_timeout")
    } else {
        (Status::Up, "")
    };
    let standing = Standing { status, reason };
    let mut phases = Phases::default();
    for (phase, micros) in Phase::ALL.into_iter().zip([2_000, 9_000, 21_000, 80_000, 12_000]) {
        phases.add(phase, Duration::from_micros(micros + strewn % 1_000));
    }
    Record {
        series: series.clone(),
        kind: "http",
        every: EVERY,
        timeout: Duration::from_secs(10),
        run: RunId::drawn(at, strewn),
        at,
        duration: Duration::from_micros(120_000 + strewn % 10_000),
        phases,
        raw: standing,
        confirmed: standing,
        evidence: None,
    }
}

/// Rows and bytes of each table.
fn weigh(file: &Path) -> Result<serde_json::Value, Box<dyn Error>> {
    let connection = Connection::open(file)?;
    let mut tables = BTreeMap::new();
    for table in ["runs", "evidence", "minutes", "hours", "days", "stretches"] {
        let rows: i64 =
            connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))?;
        // With the indexes that belong to it.
        let bytes: i64 = connection.query_row(
            "SELECT coalesce(sum(pgsize), 0) FROM dbstat JOIN sqlite_master USING (name) WHERE tbl_name = ?",
            [table],
            |row| row.get(0),
        )?;
        tables.insert(table, json!({"rows": rows, "bytes": bytes}));
    }
    Ok(json!(tables))
}

fn read(span: &Span) -> Result<serde_json::Value, Box<dyn Error>> {
    let (mut store, interval) = (store(&span.file)?, span.interval()?);
    let mut best = f64::INFINITY;
    let mut found = (0, 0);
    for _ in 0..7 {
        let began = Instant::now();
        found = (store.stretches(&interval)?.len(), store.totals(Step::Day, &interval)?.len());
        best = best.min(began.elapsed().as_secs_f64());
    }
    Ok(json!({"best_seconds": best, "stretches": found.0, "days": found.1}))
}
