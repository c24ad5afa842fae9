//! A portal that shows a page of maintenance: while that is announced it is no outage, and afterwards it is one.

use std::fs;
use std::time::{Duration, Instant};

use chrono::{TimeDelta, Utc};
use serde_json::Value;

use crate::monitor::Monitor;
use crate::portal::Portal;
use crate::{POLITE_ENOUGH, authority};

/// The portal of the tests with a window that began an hour ago and ends so many minutes from now.
fn announced(portal: &Portal, minutes: i64) -> String {
    let moment =
        |minutes| (Utc::now() + TimeDelta::minutes(minutes)).format("%Y-%m-%dT%H:%M:%SZ").to_string();
    let (begins, ends) = (moment(-60), moment(minutes));
    authority(&portal.url(), "")
        + &format!(
            "    slo: {{availability: 99.5%}}\n    maintenance:\n      \
         - {{begins: '{begins}', ends: '{ends}', what: {{vi: Nâng cấp cơ sở dữ liệu, en: Database upgrade}}}}\n"
        )
}

fn of_probe(name: &str, more: &str) -> String {
    format!(
        "{name}{{authority=\"bo-vd\",portal=\"dvc\",probe=\"trang-chu\",kind=\"http\",location=\"local\"{more}}}"
    )
}

/// A page that is made anew every few seconds, once it says so.
fn until(monitor: &Monitor, path: &str, wish: impl Fn(&str) -> bool) -> String {
    let end = Instant::now() + Duration::from_secs(30);
    loop {
        let page = monitor.get(path).body;
        if wish(&page) {
            return page;
        }
        assert!(Instant::now() < end, "{path}: {page}");
        std::thread::park_timeout(Duration::from_millis(50));
    }
}

const UNDER_WAY: &str = "emc_portal_maintenance{authority=\"bo-vd\",portal=\"dvc\",location=\"local\"}";

#[test]
fn announced_maintenance_is_no_outage_and_what_goes_on_after_it_is() {
    let portal = Portal::under_maintenance();
    let monitor =
        Monitor::start(&[("emc.yaml", POLITE_ENOUGH), ("bo-vd.yaml", &announced(&portal, 60))], &[]);
    monitor.wait_for(UNDER_WAY, |n| n == 1.0);
    monitor.wait_for(&of_probe("emc_probe_unknown_total", ""), |n| n >= 3.0);
    monitor.wait_for(&of_probe("emc_probe_reason_info", ",reason=\"maintenance\""), |n| n == 1.0);
    assert_eq!(monitor.value(&of_probe("emc_probe_status", ",status=\"down\"")), 0.0);
    assert_eq!(monitor.value(&of_probe("emc_probe_status", ",status=\"up\"")), 0.0, "nor is it up");
    for counter in ["emc_probe_failure_total", "emc_probe_success_total", "emc_probe_duration_seconds_count"]
    {
        assert_eq!(monitor.value(&of_probe(counter, "")), 0.0, "{counter}");
    }
    let page = until(&monitor, "/status?lang=vi", |page| page.contains("Có cổng đang bảo trì"));
    for words in [
        "⚙ Bảo trì theo kế hoạch",
        "Có cổng đang bảo trì theo kế hoạch",
        "⚙ Đang bảo trì",
        "Nâng cấp cơ sở dữ liệu",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("✕ Gián đoạn"), "{page}");
    let run = monitor.run_ids().pop().unwrap();
    let run = monitor.get(&format!("/runs/{run}?lang=en")).body;
    assert!(run.contains("maintenance announced from") && run.contains("maintenance_page"), "{run}");

    // The window is over, and the page is still the same.
    fs::write(monitor.file("bo-vd.yaml"), announced(&portal, -1)).unwrap();
    assert_eq!(monitor.post("/-/reload").status, 200);
    assert_eq!(monitor.value(UNDER_WAY), 0.0);
    monitor.wait_for(&of_probe("emc_probe_status", ",status=\"down\""), |n| n == 1.0);
    monitor.wait_for(&of_probe("emc_probe_failure_total", ""), |n| n >= 1.0);
    let broken = until(&monitor, "/status.json", |page| page.contains("\"status\":\"down\""));
    let json: Value = serde_json::from_str(&broken).unwrap();
    assert_eq!(json["maintenance"].as_array().unwrap().len(), 0);
    assert_eq!(json["portals"][0]["planned_maintenance"], false);
}
