//! Runs that are no longer in memory, on their pages.

use serde_json::Value;

use crate::bed::{POLITE_ENOUGH, authority, emc, listed};
use crate::monitor::Monitor;
use crate::portal::Portal;

#[test]
fn after_a_restart_a_run_is_shown_out_of_history() {
    let portal = Portal::open();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lich-su.sqlite");
    let global = format!("{POLITE_ENOUGH}history: {{path: {}}}\n", path.display());
    let good = authority(&portal.url(), "");
    let bad = authority(&portal.url(), "expect: {contains: [không-có-chữ-này]}").replace("bo-vd", "bo-khac");
    let files = [("emc.yaml", &*global), ("bo-vd.yaml", &*good), ("bo-khac.yaml", &*bad)];
    let mut monitor = Monitor::start(&files, &[]);
    monitor.wait_for("emc_history_committed_total", |n| n >= 4.0);
    assert!(monitor.terminate().success());

    let monitor = Monitor::start(&files, &[]);
    let runs = listed(&monitor.file(""), &[]);
    let first = |status: &str| runs.iter().rfind(|run| run["status"] == status).unwrap().clone();
    let (up, down) = (first("up"), first("down"));
    let (good, bad) = (up["run_id"].as_str().unwrap(), down["run_id"].as_str().unwrap());

    let whole: Value = serde_json::from_str(&monitor.get(&format!("/runs/{bad}.json")).body).unwrap();
    let shown = emc(&monitor.file(""), &["history", "show", bad]).1;
    assert_eq!(whole, serde_json::from_str::<Value>(&shown).unwrap());
    let page = monitor.get(&format!("/runs/{bad}?lang=vi"));
    assert_eq!(page.status, 200);
    for words in [
        "được lấy từ lịch sử",
        "bo-khac/dvc/trang-chu",
        "content_missing",
        "không-có-chữ-này",
        "Nhật ký",
        "Cổng dịch vụ công",
        "không tìm thấy",
    ] {
        assert!(page.body.contains(words), "{words} in\n{}", page.body);
    }
    let english = monitor.get(&format!("/runs/{bad}?lang=en")).body;
    assert!(english.contains("comes out of history") && english.contains("not found"), "{english}");

    let head: Value = serde_json::from_str(&monitor.get(&format!("/runs/{good}.json")).body).unwrap();
    assert_eq!(head, up, "what is kept of a run that was up");
    let page = monitor.get(&format!("/runs/{good}?lang=en"));
    assert_eq!(page.status, 200);
    assert!(
        page.body.contains("no more is left than this") && page.body.contains("processing"),
        "{}",
        page.body
    );
    for nowhere in ["0123456789abcdef", "ffffffffffffffff", "khong-phai"] {
        assert_eq!(monitor.get(&format!("/runs/{nowhere}")).status, 404, "{nowhere}");
    }
}
