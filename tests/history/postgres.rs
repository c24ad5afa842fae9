//! Several monitors, one history.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use crate::bed::{POLITE_ENOUGH, authority, emc, listed};
use crate::monitor::Monitor;
use crate::portal::Portal;
use crate::server::{PASSWORD, Server};

fn monitor(server: &Server, location: &str, portal: &Portal) -> Monitor {
    let global = format!(
        "{POLITE_ENOUGH}location: {location}\n\
         history: {{postgres: {{url: 'postgres://emc@127.0.0.1:{}/postgres', password_file: kho.matkhau}}}}\n",
        server.port
    );
    let keys = if location == "ha-noi" { "" } else { "expect: {contains: [không-có-chữ-này]}" };
    let files =
        [("emc.yaml", &*global), ("bo-vd.yaml", &*authority(&portal.url(), keys)), ("kho.matkhau", PASSWORD)];
    Monitor::start(&files, &[])
}

fn ids(runs: &[Value]) -> BTreeSet<String> {
    runs.iter().map(|run| run["run_id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn several_places_share_one_history_and_a_server_that_was_away_costs_nothing_committed() {
    let (server, portal) = (Server::start(), Portal::open());
    let mut all = [monitor(&server, "ha-noi", &portal), monitor(&server, "da-nang", &portal)];
    for one in &all {
        one.wait_for("emc_history_committed_total", |n| n >= 2.0);
    }
    let folder = all[0].file("");
    let before = listed(&folder, &[]);
    let places: BTreeSet<&str> = before.iter().map(|run| run["location"].as_str().unwrap()).collect();
    assert_eq!(places, BTreeSet::from(["da-nang", "ha-noi"]));

    server.down();
    for one in &all {
        one.wait_for("emc_history_write_errors_total", |n| n >= 1.0);
        let made = one.value("emc_first_byte_stamped_total");
        assert!(!made.is_nan() && one.get("/-/healthy").status == 200);
    }
    server.up();
    for one in &all {
        let done = one.value("emc_history_committed_total");
        one.wait_for("emc_history_committed_total", |n| n >= done + 3.0);
        assert_eq!(one.value("emc_history_dropped_total"), 0.0);
    }
    for one in &mut all {
        assert!(one.terminate().success());
        assert!(!one.log().contains(PASSWORD));
    }
    let after = listed(&folder, &[]);
    assert!(ids(&before).is_subset(&ids(&after)), "what was committed is there");
    let (runs, sums) = (
        server.number("SELECT count(*) FROM emc.runs"),
        server.number("SELECT sum(up + degraded + down + unknown)::bigint FROM emc.days"),
    );
    assert_eq!((runs, sums), (i64::try_from(after.len()).unwrap(), i64::try_from(after.len()).unwrap()));

    let down = listed(&folder, &["--status", "down", "--portal", "bo-vd/dvc"]);
    assert!(!down.is_empty() && down.iter().all(|run| run["location"] == "da-nang"));
    let (code, evidence, _) =
        emc(&folder, &["history", "show", down.last().unwrap()["run_id"].as_str().unwrap()]);
    assert_eq!(code, 0);
    assert_eq!(serde_json::from_str::<Value>(&evidence).unwrap()["reason"], "content_missing");
    let month = &after[0]["started_at"].as_str().unwrap()[..7];
    let (code, report, wrong) =
        emc(&folder, &["report", "availability", "--month", month, "--output", "json"]);
    assert_eq!(code, 0, "{wrong}");
    let report: Value = serde_json::from_str(&report).unwrap();
    assert!(report["authorities"][0]["portals"][0]["runs"].as_u64().unwrap() > 0);
    assert_eq!(emc(&folder, &["history", "vacuum"]).0, 0);
    let (code, _, told) = emc(&folder, &["history", "backup", "x"]);
    assert_eq!(code, 3);
    assert!(told.contains("pg_dump"), "{told}");
    assert!(!all[0].log().contains("panicked"));
}

#[test]
fn a_password_in_the_address_is_refused_and_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    let global = "history: {postgres: {url: 'postgres://emc:rat-bi-mat@db.example/emc'}}\n";
    fs::write(folder.path().join("emc.yaml"), global).unwrap();
    let (code, out, told) = emc(folder.path(), &["check"]);
    assert_eq!(code, 1);
    assert!(told.contains("holds a password") && told.contains("emc.yaml:1:"), "{told}");
    assert!(!told.contains("rat-bi-mat") && !out.contains("rat-bi-mat"), "{told}");
}
