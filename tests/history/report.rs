//! A month's report, of runs that were written for it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, Utc};
use emc_monitor::history::open;
use emc_monitor::history::record::{Record, SeriesKey, Standing};
use emc_monitor::history::settings::{Keep, Place, QUEUE, Settings};
use emc_monitor::model::id::{Name, ProbeId, RunId};
use emc_monitor::model::phase::Phases;
use emc_monitor::model::status::Status;
use serde_json::Value;

use crate::bed::emc;

pub(crate) fn settings(path: PathBuf) -> Settings {
    Settings { place: Place::Sqlite(path), keep: Keep::default(), queue: QUEUE }
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// A run of `dvc` every minute; its number is its id.
pub(crate) fn record(number: u64, moment: DateTime<Utc>, status: Status) -> Record {
    let name = |text: &str| Name::try_from(text).unwrap();
    let id = ProbeId { authority: name("bo-vd"), portal: name("dvc"), probe: name("trang-chu") };
    let reason = if status == Status::Up { "" } else { "connect_refused" };
    let standing = Standing { status, reason };
    Record {
        series: SeriesKey { location: "local".to_owned(), id },
        kind: "http",
        every: Duration::from_secs(60),
        timeout: Duration::from_secs(10),
        run: RunId::new(number),
        at: moment,
        duration: Duration::from_millis(20),
        phases: Phases::default(),
        raw: standing,
        confirmed: standing,
        evidence: None,
    }
}

/// October 2025 in Viet Nam: a run each minute, an outage of an hour on a Wednesday morning and one at night, and three
/// days of silence at the end.
pub(crate) fn october(path: &Path) {
    let mut store = open::to_write(&settings(path.to_owned())).unwrap();
    let begin = at("2025-09-30T17:00:00Z");
    let down = |moment: DateTime<Utc>| {
        let within = |from: &str, until: &str| moment >= at(from) && moment < at(until);
        within("2025-10-08T02:00:00Z", "2025-10-08T03:00:00Z")
            || within("2025-10-08T18:00:00Z", "2025-10-08T18:30:00Z")
    };
    let minutes = 28 * 24 * 60;
    let all: Vec<Record> = (0..minutes)
        .map(|minute| {
            let moment = begin + chrono::TimeDelta::minutes(minute);
            let status = if down(moment) { Status::Down } else { Status::Up };
            record(u64::try_from(minute).unwrap(), moment, status)
        })
        .collect();
    for batch in all.chunks(5_000) {
        store.commit(batch).unwrap();
        store.commit(batch).unwrap();
    }
}

pub(crate) fn configured(folder: &Path) {
    let authority = "authority: {id: bo-vd, name: {vi: Bộ Ví dụ, en: Ministry of Examples}}\nportals:\n  - id: dvc\n    \
         url: https://dvc.bo-vd.example\n    name: {vi: Cổng dịch vụ công, en: Service portal}\n    slo: {availability: 99.5%}\n    \
         probes: [{name: trang-chu, http: {path: /}}]\n  - id: moi\n    url: https://moi.bo-vd.example\n    \
         probes: [{name: trang-chu, http: {path: /}}]\n";
    std::fs::write(folder.join("bo-vd.yaml"), authority).unwrap();
    std::fs::write(folder.join("emc.yaml"), "history: {keep: {days: 36500d}}\n").unwrap();
}

#[test]
fn a_month_is_told_by_both_clocks_with_outages_and_what_nobody_saw() {
    let folder = tempfile::tempdir().unwrap();
    configured(folder.path());
    october(&folder.path().join("emc-history.sqlite"));
    let month = ["report", "availability", "--month", "2025-10"];
    let (code, json, wrong) = emc(folder.path(), &[&month[..], &["--output", "json"]].concat());
    assert_eq!(code, 0, "{wrong}");
    let report: Value = serde_json::from_str(&json).unwrap();
    let portals = report["authorities"][0]["portals"].as_array().unwrap();
    let (dvc, silent) = (&portals[0], &portals[1]);
    assert_eq!((&dvc["id"], &silent["id"]), (&"dvc".into(), &"moi".into()));
    assert_eq!(dvc["always"]["broken_seconds"], 90 * 60);
    assert_eq!(dvc["always"]["working_seconds"], 28 * 86_400 - 90 * 60);
    assert_eq!(dvc["always"]["unseen_seconds"], 3 * 86_400);
    assert_eq!(dvc["office"]["broken_seconds"], 60 * 60, "the one at night was not in office hours");
    assert_eq!(dvc["office"]["unseen_seconds"], 3 * 8 * 3600, "Wednesday to Friday");
    assert_eq!((&dvc["runs"], &dvc["objective"]), (&(28 * 24 * 60).into(), &0.995.into()));
    let outages = dvc["outages"].as_array().unwrap();
    assert_eq!(outages.len(), 2);
    assert_eq!(outages[0]["from"], "2025-10-08T02:00:00Z");
    assert_eq!(outages[0]["until"], "2025-10-08T03:00:00Z");
    assert_eq!((&outages[0]["reason"], &outages[0]["seconds"]), (&"connect_refused".into(), &3600.into()));
    assert_eq!((&silent["always"]["ratio"], &silent["always"]["coverage"]), (&Value::Null, &0.0.into()));

    let (_, page, _) = emc(folder.path(), &[&month[..], &["--lang", "vi"]].concat());
    for words in
        ["Cổng dịch vụ công", "99,77 %", "90,32 %", "không đủ dữ liệu", "08/10/2025 09:00:00", "1:00:00"]
    {
        assert!(page.contains(words), "{words} in\n{page}");
    }
    let (_, table, _) = emc(folder.path(), &[&month[..], &["--output", "csv"]].concat());
    assert_eq!(table.lines().count(), 1 + 2 + 2);
    assert!(table.contains("portal,bo-vd,moi,,,0.000000"), "{table}");
    let book = folder.path().join("thang-10.xlsx");
    let file = ["--output", "xlsx", "--file", book.to_str().unwrap()];
    assert_eq!(emc(folder.path(), &[&month[..], &file].concat()).0, 0);
    assert!(std::fs::read(&book).unwrap().starts_with(b"PK\x03\x04"));
    let (code, _, told) = emc(folder.path(), &["report", "availability", "--month", "2025-13"]);
    assert_eq!(code, 3);
    assert!(told.contains("2025-13"), "{told}");
}

/// A day of which an hour was recorded as announced maintenance, and another as an outage that the configuration calls
/// maintenance afterwards.
#[test]
fn announced_maintenance_counts_neither_way_unless_it_was_announced_afterwards() {
    let folder = tempfile::tempdir().unwrap();
    configured(folder.path());
    let windows = "    maintenance:\n      - {begins: 2025-10-08T09:00, ends: 2025-10-08T10:00}\n      \
                   - {begins: 2025-10-08T14:00, ends: 2025-10-08T15:00}\n      \
                   - {begins: 2025-10-08T20:00, ends: 2025-10-08T20:30}\n";
    let file = folder.path().join("bo-vd.yaml");
    let authority = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, authority.replacen("    probes:", &format!("{windows}    probes:"), 1)).unwrap();

    let begin = at("2025-10-07T17:00:00Z");
    let records: Vec<Record> = (0..24 * 60)
        .map(|minute| {
            let number = u64::try_from(minute).unwrap();
            let (status, reason) = match minute / 60 {
                9 => (Status::Unknown, "maintenance"),
                14 => (Status::Down, "connect_refused"),
                _ => (Status::Up, ""),
            };
            let standing = Standing { status, reason };
            let moment = begin + chrono::TimeDelta::minutes(minute);
            Record { raw: standing, confirmed: standing, ..record(number, moment, status) }
        })
        .collect();
    open::to_write(&settings(folder.path().join("emc-history.sqlite"))).unwrap().commit(&records).unwrap();

    let month = ["report", "availability", "--month", "2025-10"];
    let (code, json, wrong) = emc(folder.path(), &[&month[..], &["--output", "json"]].concat());
    assert_eq!(code, 0, "{wrong}");
    let report: Value = serde_json::from_str(&json).unwrap();
    let authority = &report["authorities"][0];
    let dvc = &authority["portals"][0];
    assert_eq!(dvc["always"]["maintenance_seconds"], 90 * 60, "what was announced, the portal up or not");
    assert_eq!(dvc["office"]["maintenance_seconds"], 60 * 60);
    assert_eq!(dvc["always"]["broken_seconds"], 60 * 60, "announced afterwards");
    assert_eq!(dvc["always"]["working_seconds"], 86_400 - 150 * 60);
    assert_eq!(dvc["always"]["unseen_seconds"], 30 * 86_400, "no second of maintenance is unseen");
    assert_eq!(authority["always"]["maintenance_seconds"], 90 * 60);
    assert_eq!(dvc["outages"].as_array().unwrap().len(), 1);

    let (_, page, _) = emc(folder.path(), &[&month[..], &["--lang", "vi"]].concat());
    assert!(page.contains("Bảo trì đã thông báo") && page.contains(">1:30:00<"), "{page}");
    let (_, table, _) = emc(folder.path(), &[&month[..], &["--output", "csv"]].concat());
    assert!(table.lines().next().unwrap().ends_with(",probe,maintenance_seconds"), "{table}");
    assert!(table.lines().nth(1).unwrap().ends_with(",5400"), "{table}");
}
