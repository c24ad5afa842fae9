//! A file that is damaged.

use std::fs;

use crate::bed::{POLITE_ENOUGH, authority, listed};
use crate::monitor::Monitor;
use crate::portal::Portal;

fn aside(monitor: &Monitor) -> Vec<String> {
    let names = fs::read_dir(monitor.file("")).unwrap().map(|entry| entry.unwrap().file_name());
    names.filter_map(|name| name.into_string().ok()).filter(|name| name.contains(".corrupt-")).collect()
}

#[test]
fn a_damaged_file_is_moved_aside_named_and_a_new_one_begun() {
    let portal = Portal::open();
    let damaged = "this was a database once ".repeat(1000);
    let monitor = Monitor::start(
        &[
            ("emc.yaml", POLITE_ENOUGH),
            ("bo-vd.yaml", &authority(&portal.url(), "")),
            ("emc-history.sqlite", &damaged),
        ],
        &[],
    );
    monitor.wait_for("emc_history_corrupt_total", |n| n == 1.0);
    monitor.wait_for("emc_history_committed_total", |n| n >= 2.0);
    let names = aside(&monitor);
    let [name] = names.as_slice() else { panic!("moved aside: {names:?}") };
    assert_eq!(fs::read_to_string(monitor.file(name)).unwrap(), damaged, "it is kept as it was");
    assert!(monitor.log().contains(name.as_str()), "the log names it:\n{}", monitor.log());
    assert!(listed(&monitor.file(""), &[]).len() >= 2);
    assert_eq!(monitor.value("emc_history_corrupt_total"), 1.0, "and it does not happen again");
}

#[test]
fn damage_in_the_midst_of_a_file_is_met_at_the_next_start() {
    let portal = Portal::open();
    let files = [("emc.yaml", POLITE_ENOUGH), ("bo-vd.yaml", &*authority(&portal.url(), ""))];
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lich-su.sqlite");
    let global = format!("{POLITE_ENOUGH}history: {{path: {}}}\n", path.display());
    let files = [("emc.yaml", global.as_str()), files[1]];
    let mut monitor = Monitor::start(&files, &[]);
    monitor.wait_for("emc_history_committed_total", |n| n >= 1.0);
    assert!(monitor.terminate().success());
    let mut bytes = fs::read(&path).unwrap();
    assert!(bytes.len() > 3 * 4096, "the first page is left as it is");
    bytes[4096..].fill(0xa5);
    fs::write(&path, bytes).unwrap();

    let monitor = Monitor::start(&files, &[]);
    monitor.wait_for("emc_history_corrupt_total", |n| n == 1.0);
    monitor.wait_for("emc_history_committed_total", |n| n >= 2.0);
    assert_eq!(monitor.get("/-/healthy").status, 200);
    assert!(listed(&monitor.file(""), &[]).len() >= 2);
}

#[test]
fn with_the_disk_full_probing_and_metrics_go_on_and_history_recovers_by_itself() {
    let portal = Portal::open();
    let keys = "expect: {contains: [không-có-chữ-này]}";
    // No file may grow beyond 128 KiB, and the signal that says so is not heeded: writes fail, as on a full disk.
    let limited = "trap '' XFSZ; ulimit -S -f 128; exec \"$0\" \"$@\"";
    let monitor = Monitor::start_under(
        &["bash", "-c", limited],
        &[("emc.yaml", POLITE_ENOUGH), ("bo-vd.yaml", &authority(&portal.url(), keys))],
    );
    monitor.wait_for("emc_history_write_errors_total", |n| n >= 1.0);
    let (made, written) =
        (monitor.value("emc_probe_failure_total"), monitor.value("emc_history_committed_total"));
    monitor.wait_for("emc_probe_failure_total", |n| n >= made + 3.0);
    assert_eq!(monitor.get("/-/healthy").status, 200);
    assert!(monitor.value("emc_history_queued") >= 1.0);
    assert!(monitor.log().contains("history cannot be written"), "{}", monitor.log());

    let raised = std::process::Command::new("prlimit")
        .args(["--pid", &monitor.id().to_string(), "--fsize=unlimited"])
        .status()
        .unwrap();
    assert!(raised.success());
    monitor.wait_for("emc_history_committed_total", |n| n >= written + 4.0);
    assert_eq!(monitor.value("emc_history_dropped_total"), 0.0, "what waited was written");
    assert!(monitor.log().contains("history is written again"), "{}", monitor.log());
}
