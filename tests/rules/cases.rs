//! `promtool test rules`: each alert fires, does not fire, and resolves, in made-up series.

use std::fs;

use emc_monitor::rules::alert_names;

use super::drift::content;

const FILES: [&str; 2] = ["tests/rules/alerts.yml", "tests/rules/budgets.yml"];

#[test]
fn every_case_holds() {
    for file in FILES {
        content("promtool", &["test", "rules", file]);
    }
}

/// A case that expects no alert of a name reads `or vector(0)` and 0, one that expects some reads 1.
#[test]
fn every_alert_has_a_case_in_which_it_fires_and_one_in_which_it_does_not() {
    let cases: String = FILES
        .map(|file| fs::read_to_string(format!("{}/{file}", env!("CARGO_MANIFEST_DIR"))).unwrap())
        .concat();
    let lines: Vec<&str> = cases.lines().filter(|line| line.contains("alertstate=\"firing\"")).collect();
    for name in alert_names() {
        let of_it = |line: &&&str| {
            line.contains(&format!("alertname=\"{name}\""))
                || line.contains("alertname=~\"EmcCertificate.*\"") && name.starts_with("EmcCertificate")
                || line.contains("alertname=~\"EmcUplinkLost.*\"") && name.starts_with("EmcUplinkLost")
        };
        let fires = lines.iter().filter(of_it).any(|line| line.contains("value: 1}"));
        let rests = lines.iter().filter(of_it).filter(|line| line.contains("value: 0}")).count();
        assert!(fires, "no case in which {name} fires");
        assert!(rests >= 2, "{name} needs a case before it fires and one after: {rests}");
    }
}
