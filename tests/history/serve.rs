//! From a run to what `emc history` tells of it.

use std::fs;
use std::time::{Duration, Instant};

use chrono::{TimeDelta, Utc};
use emc_monitor::history::open;
use emc_monitor::model::status::Status;
use emc_monitor::web::chronicle::day_of;
use serde_json::Value;

use crate::bed::{POLITE_ENOUGH, authority, emc, listed};
use crate::monitor::Monitor;
use crate::portal::Portal;
use crate::report::{record, settings};

#[test]
fn every_result_is_listed_with_reason_phases_and_run_id_and_failures_leave_evidence() {
    let portal = Portal::open();
    let good = authority(&portal.url(), "");
    let bad = authority(&portal.url(), "expect: {contains: [không-có-chữ-này]}").replace("bo-vd", "bo-khac");
    let mut monitor =
        Monitor::start(&[("emc.yaml", POLITE_ENOUGH), ("bo-vd.yaml", &good), ("bo-khac.yaml", &bad)], &[]);
    monitor.wait_for("emc_history_committed_total", |n| n >= 4.0);
    let folder = monitor.file("");
    let while_it_runs = listed(&folder, &[]);
    assert!(while_it_runs.len() >= 4);
    assert!(monitor.terminate().success());

    let up = listed(&folder, &["--portal", "bo-vd/dvc"]);
    assert!(!up.is_empty());
    for run in &up {
        assert_eq!(
            (&run["status"], &run["reason"], &run["evidence"]),
            (&"up".into(), &"".into(), &false.into())
        );
        assert!(run["phases"]["processing"].as_f64().unwrap() > 0.0, "{run}");
        assert_eq!((&run["kind"], &run["location"]), (&"http".into(), &"local".into()));
    }
    let down = listed(&folder, &["--status", "down", "--since", "1h"]);
    assert!(down.iter().all(|run| run["reason"] == "content_missing" && run["authority"] == "bo-khac"));
    let first = down.last().unwrap();
    assert_eq!(first["evidence"], true);
    let (code, evidence, _) = emc(&folder, &["history", "show", first["run_id"].as_str().unwrap()]);
    let evidence: Value = serde_json::from_str(&evidence).unwrap();
    assert_eq!((code, &evidence["run_id"]), (0, &first["run_id"]));
    assert!(!evidence["timeline"].as_array().unwrap().is_empty());
    assert!(evidence["http"]["headers"].is_object());
    assert!(listed(&folder, &["--until", "2020-01-01"]).is_empty());
    assert!(listed(&folder, &["--probe", "khac"]).is_empty());
}

#[test]
fn what_was_committed_survives_a_restart_and_the_next_run_goes_on() {
    let portal = Portal::open();
    let files = [("emc.yaml", POLITE_ENOUGH), ("bo-vd.yaml", &authority(&portal.url(), ""))];
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kho/lich-su.sqlite");
    let global = format!("{POLITE_ENOUGH}history: {{path: {}}}\n", path.display());
    let files = [("emc.yaml", global.as_str()), files[1]];
    let mut counts = Vec::new();
    for _ in 0..2 {
        let mut monitor = Monitor::start(&files, &[]);
        monitor.wait_for("emc_history_committed_total", |n| n >= 2.0);
        assert!(monitor.terminate().success());
        counts.push(listed(&monitor.file(""), &[]).len());
    }
    assert!(counts[0] >= 2 && counts[1] >= counts[0] + 2, "{counts:?}");
}

#[test]
fn lists_are_written_for_people_programs_and_spreadsheets_and_a_copy_can_be_put_back() {
    let portal = Portal::open();
    let mut monitor =
        Monitor::start(&[("emc.yaml", POLITE_ENOUGH), ("bo-vd.yaml", &authority(&portal.url(), ""))], &[]);
    monitor.wait_for("emc_history_committed_total", |n| n >= 2.0);
    let folder = monitor.file("");
    let copy = folder.join("ban-sao.sqlite");
    let (code, told, wrong) = emc(&folder, &["history", "backup", copy.to_str().unwrap()]);
    assert_eq!(code, 0, "{wrong}");
    assert!(told.contains("ban-sao.sqlite"));
    assert_ne!(emc(&folder, &["history", "backup", copy.to_str().unwrap()]).0, 0, "no copy is overwritten");
    monitor.wait_for("emc_history_committed_total", |n| n >= 4.0);
    assert!(monitor.terminate().success());

    let all = listed(&folder, &[]);
    let (_, human, _) = emc(&folder, &["history"]);
    assert_eq!(human.lines().count(), all.len());
    assert!(human.lines().all(|line| line.contains("UP") && line.contains("bo-vd/dvc/trang-chu")));
    let (_, lines, _) = emc(&folder, &["history", "--output", "ndjson", "-n", "2"]);
    let objects: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(objects.len(), 2);
    let (_, table, _) = emc(&folder, &["history", "--output", "csv"]);
    assert!(table.starts_with("\u{feff}started_at,authority,portal,probe"));
    assert_eq!(table.lines().count(), all.len() + 1);

    assert_eq!(emc(&folder, &["history", "vacuum"]).0, 0);
    let (code, told, wrong) = emc(&folder, &["history", "restore", copy.to_str().unwrap()]);
    assert_eq!(code, 0, "{wrong}");
    assert!(told.contains("before-restore"), "{told}");
    let restored = listed(&folder, &[]);
    assert!(restored.len() >= 2 && restored.len() < all.len());
    assert!(restored.iter().all(|run| all.contains(run)));
    fs::write(&copy, "not a database at all, but long enough to be looked at as one").unwrap();
    assert_ne!(emc(&folder, &["history", "restore", copy.to_str().unwrap()]).0, 0);
    assert_eq!(listed(&folder, &[]), restored);
}

#[test]
fn without_history_nothing_is_kept_and_the_command_says_so() {
    let portal = Portal::open();
    let global = format!("{POLITE_ENOUGH}history: {{enabled: false}}\n");
    let monitor =
        Monitor::start(&[("emc.yaml", &global), ("bo-vd.yaml", &authority(&portal.url(), ""))], &[]);
    monitor.wait_for("emc_probe_success_total", |n| n >= 1.0);
    let (code, _, told) = emc(&monitor.file(""), &["history"]);
    assert_eq!(code, 3);
    assert!(told.contains("keeps no history"), "{told}");
    assert!(!monitor.file("emc-history.sqlite").exists());
}

#[test]
fn the_status_page_shows_the_days_before_the_start() {
    let portal = Portal::open();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lich-su.sqlite");
    let noon = (Utc::now() - TimeDelta::days(2)).date_naive().and_hms_opt(5, 0, 0).unwrap().and_utc();
    let records: Vec<_> = (0..60)
        .map(|minute| {
            let status = if minute < 15 { Status::Down } else { Status::Up };
            record(minute, noon + TimeDelta::minutes(minute.cast_signed()), status)
        })
        .collect();
    open::to_write(&settings(path.clone())).unwrap().commit(&records).unwrap();

    let global = format!("{POLITE_ENOUGH}history: {{path: {}}}\n", path.display());
    let monitor =
        Monitor::start(&[("emc.yaml", &global), ("bo-vd.yaml", &authority(&portal.url(), ""))], &[]);
    let date = day_of(noon).to_string();
    let end = Instant::now() + Duration::from_secs(30);
    let day = loop {
        let page: Value = serde_json::from_str(&monitor.get("/status.json").body).unwrap();
        let days = page["portals"][0]["days"].as_array().unwrap();
        if let Some(day) = days.iter().find(|day| day["date"] == date.as_str()) {
            break day.clone();
        }
        assert!(Instant::now() < end, "no {date} in {days:?}; log:\n{}", monitor.log());
        std::thread::park_timeout(Duration::from_millis(20));
    };
    assert_eq!((&day["up_seconds"], &day["down_seconds"]), (&2700.0.into(), &900.0.into()), "{day}");
}
