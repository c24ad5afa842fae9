//! Defaults, includes, secrets: what a configuration becomes when it is right.

use std::time::Duration;

use crate::bed::{Bed, authority};

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

#[test]
fn what_stands_nearer_wins() {
    let bed = Bed::new(&[
        ("emc.yaml", "defaults: {every: 5m, timeout: 20s, labels: {tier: a, unit: x}}\n"),
        (
            "bo-vd.yaml",
            "authority: {id: bo-vd, name: {vi: Bộ Ví dụ}}\n\
             defaults: {confirm: 3}\n\
             portals:\n\
             \x20 - id: dvc\n\
             \x20   url: https://127.0.0.1:8443\n\
             \x20   defaults: {every: 30s, labels: {tier: b}}\n\
             \x20   labels: {unit: y}\n\
             \x20   probes:\n\
             \x20     - {name: one, tls: {}}\n\
             \x20     - {name: two, every: 10s, confirm: 0, labels: {tier: c}, tls: {warn_before: 10d}}\n",
        ),
    ]);
    let loaded = bed.right();
    let [one, two] = &loaded.specs[..] else { panic!("{:?}", loaded.specs) };
    assert_eq!((one.every, one.timeout, one.confirm), (seconds(30), seconds(20), 3));
    assert_eq!((one.labels["tier"].as_str(), one.labels["unit"].as_str()), ("b", "y"));
    assert_eq!((two.every, two.timeout, two.confirm), (seconds(10), seconds(10), 0));
    assert_eq!(two.labels["tier"], "c");
    assert_eq!(one.id.to_string(), "bo-vd/dvc/one");
    assert_eq!(loaded.portals[0].authority_name.en, "Bộ Ví dụ");
}

#[test]
fn a_single_file_and_includes_are_understood() {
    let bed = Bed::new(&[
        ("emc.yaml", "include: [units/*.yaml, more/b?.yaml]\n"),
        ("units/a.yaml", &authority("      - {name: p, tls: {}}\n")),
        ("more/b1.yaml", &authority("      - {name: p, tls: {}}\n").replace("bo-vd", "bo-hai")),
    ]);
    assert_eq!(bed.right().specs.len(), 2);
    let single = emc_monitor::config::load(&bed.path().join("units/a.yaml"), &bed.variables).unwrap();
    assert_eq!(single.specs.len(), 1);
    assert_eq!(single.global.listen.to_string(), "127.0.0.1:9715");
}

#[test]
fn a_fingerprint_changes_with_what_makes_the_probe() {
    let prints = |global: &str, probe: &str| {
        let bed = Bed::new(&[("emc.yaml", global), ("a.yaml", &authority(probe))]);
        bed.right().specs[0].fingerprint
    };
    let plain = prints("{}", "      - {name: p, tls: {}}\n");
    assert_eq!(plain, prints("{listen: '127.0.0.1:1'}", "      # moved\n      - name: p\n        tls:\n"));
    assert_ne!(plain, prints("{}", "      - {name: p, tls: {warn_before: 9d}}\n"));
    assert_ne!(plain, prints("{}", "      - {name: p, every: 7s, tls: {}}\n"));
    assert_ne!(plain, prints("{defaults: {tls: {warn_before: 9d}}}", "      - {name: p, tls: {}}\n"));
}

#[test]
fn switched_off_is_switched_off_at_every_level() {
    for (authority_off, portal_off, probe_off) in
        [("enabled: false", "", ""), ("", "enabled: false", ""), ("", "", "enabled: false")]
    {
        let text = format!(
            "authority: {{id: a, {authority_off}}}\nportals:\n  - {{id: p, {portal_off}, url: 'http://a.example',\n     \
             probes: [{{name: x, {probe_off}, tls: {{}}}}]}}\n"
        )
        .replace("{id: a, }", "{id: a}")
        .replace(", ,", ",");
        let loaded = Bed::new(&[("a.yaml", &text)]).right();
        assert_eq!((loaded.specs.len(), loaded.disabled.len(), loaded.portals.len()), (0, 1, 0), "{text}");
    }
}
