//! What is summed up, for how long what is kept, and what happens when more comes than can be written.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::thread;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use emc_monitor::history::open;
use emc_monitor::history::settings::{Keep, Place, QUEUE, Server, Settings, Trust};
use emc_monitor::history::store::{RunQuery, Store};
use emc_monitor::history::stretch::Step;
use emc_monitor::history::writer::Writer;
use emc_monitor::model::status::Status;
use emc_monitor::slo::interval::Interval;

use crate::bed::{POLITE_ENOUGH, authority};
use crate::monitor::Monitor;
use crate::portal::Portal;
use crate::report::record;

const HOUR: Duration = Duration::from_secs(3600);

fn begin() -> DateTime<Utc> {
    "2025-10-07T16:30:00Z".parse().unwrap()
}

/// Two days of runs, one each 20 seconds, over midnight in Viet Nam (17:00 UTC); each seventh is down.
fn two_days(store: &mut dyn Store) -> Vec<(DateTime<Utc>, Status)> {
    let run = |number: i64| {
        let status = if number % 7 == 0 { Status::Down } else { Status::Up };
        (begin() + TimeDelta::seconds(number * 20), status)
    };
    let runs: Vec<_> = (0..2 * 24 * 180).map(run).collect();
    let records: Vec<_> =
        runs.iter().zip(0..).map(|((at, status), number)| record(number, *at, *status)).collect();
    // Cut so that minutes, hours and days lie in several batches.
    for batch in records.chunks(1_003) {
        store.commit(batch).unwrap();
    }
    runs
}

fn all_time() -> Interval {
    Interval::new(begin() - TimeDelta::days(10), begin() + TimeDelta::days(10)).unwrap()
}

/// Up and down by step, counted anew; days begin at midnight in Viet Nam.
fn counted(runs: &[(DateTime<Utc>, Status)], seconds: i64, ahead: i64) -> BTreeMap<i64, (u64, u64)> {
    let mut counts = BTreeMap::new();
    for (at, status) in runs {
        let begin = (at.timestamp() + ahead).div_euclid(seconds) * seconds - ahead;
        let (up, down) = counts.entry(begin).or_insert((0, 0));
        *(if *status == Status::Up { up } else { down }) += 1;
    }
    counts
}

#[test]
fn sums_by_minute_hour_and_day_are_those_of_the_runs() {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::Sqlite(folder.path().join("lich-su.sqlite"));
    let mut store = open::to_write(&Settings { place, keep: Keep::default(), queue: QUEUE }).unwrap();
    let runs = two_days(store.as_mut());
    for (step, seconds, ahead) in
        [(Step::Minute, 60, 0), (Step::Hour, 3600, 0), (Step::Day, 86_400, 7 * 3600)]
    {
        let totals = store.totals(step, &all_time()).unwrap();
        let kept: BTreeMap<i64, (u64, u64)> =
            totals.iter().map(|total| (total.at.timestamp(), (total.counts.up, total.counts.down))).collect();
        assert_eq!(kept, counted(&runs, seconds, ahead), "{step:?}");
        assert!(totals.iter().all(|total| total.longest_seconds == 0.02), "{step:?}");
    }
}

#[test]
fn each_sort_of_data_goes_when_its_time_is_over_and_not_before() {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::Sqlite(folder.path().join("lich-su.sqlite"));
    let keep = Keep { runs: HOUR, evidence: HOUR, minutes: 2 * HOUR, hours: 20 * HOUR, days: 30 * HOUR };
    let mut store = open::to_write(&Settings { place, keep, queue: QUEUE }).unwrap();
    let runs = two_days(store.as_mut());
    let now = begin() + TimeDelta::days(2);
    while store.trim(now).unwrap() {}
    let since = |kept: Duration| now - TimeDelta::from_std(kept).unwrap();
    let left = store.runs(&RunQuery { most: usize::MAX, ..RunQuery::default() }).unwrap();
    let expected = runs.iter().filter(|(at, _)| *at >= since(HOUR)).count();
    assert_eq!((left.len(), expected), (180, 180));
    assert!(left.iter().all(|run| run.started_at >= since(HOUR)));
    for (step, kept, number) in
        [(Step::Minute, 2 * HOUR, 120), (Step::Hour, 20 * HOUR, 20), (Step::Day, 30 * HOUR, 1)]
    {
        let begins: Vec<_> = store.totals(step, &all_time()).unwrap().iter().map(|total| total.at).collect();
        assert_eq!(begins.len(), number, "{step:?}: {begins:?}");
        assert!(begins.iter().all(|begin| *begin >= since(kept)), "{step:?}");
    }
    let stretches = store.stretches(&all_time()).unwrap();
    assert!(!stretches.is_empty());
    assert!(stretches.iter().all(|stretch| stretch.interval.from >= since(30 * HOUR)));
    // The sums of a day still tell of runs that are gone.
    let days = store.totals(Step::Day, &all_time()).unwrap();
    assert!(days.iter().map(|day| day.counts.up + day.counts.down).sum::<u64>() > 180);
}

/// A server that takes connections and never says a word.
fn silent() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

#[test]
fn a_full_queue_drops_what_comes_counts_it_and_holds_nobody_up() {
    let (_listener, port) = silent();
    let server = Server {
        host: "127.0.0.1".to_owned(),
        port,
        user: "emc".to_owned(),
        password: None,
        database: "emc".to_owned(),
        trust: Trust::Plain,
    };
    let settings = Settings { place: Place::Postgres(server), keep: Keep::default(), queue: 100 };
    let writer = Writer::start(settings, Utc::now).unwrap();
    let handing_in = Instant::now();
    for number in 0..5_000 {
        writer.put(record(number, begin(), Status::Up));
    }
    assert!(handing_in.elapsed() < Duration::from_secs(5), "nobody waits for a store");
    let figures = writer.figures();
    assert_eq!((figures.queued, figures.dropped, figures.committed), (100, 4_900, 0));
    let ending = Instant::now();
    assert_eq!(writer.finish(Duration::from_millis(100)), 100, "what is lost at the end is told");
    assert!(ending.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_store_that_never_answers_costs_results_and_not_probes() {
    let (_listener, port) = silent();
    let portal = Portal::open();
    let global = format!(
        "{POLITE_ENOUGH}history: {{queue: 100, postgres: {{url: 'postgres://emc@127.0.0.1:{port}/emc'}}}}\n"
    );
    let mut probes = authority(&portal.url(), "");
    for number in 0..60 {
        probes += &format!("      - {{name: do-{number}, every: 1s, timeout: 900ms, http: {{path: /}}}}\n");
    }
    let mut monitor = Monitor::start(&[("emc.yaml", &global), ("bo-vd.yaml", &probes)], &[]);
    monitor.wait_for("emc_history_dropped_total", |n| n >= 1.0);
    assert_eq!(monitor.value("emc_history_queued"), 100.0);
    let made = monitor.value("emc_probe_success_total");
    monitor.wait_for("emc_probe_success_total", |n| n >= made + 2.0);
    assert_eq!(monitor.get("/-/healthy").status, 200);
    let stopping = Instant::now();
    assert!(monitor.terminate().success());
    assert!(stopping.elapsed() < Duration::from_secs(20), "nor does it hold up the end");
    assert!(monitor.log().contains("results are lost"), "{}", monitor.log());
    // The listener lives until here.
    thread::yield_now();
}
