//! What the monitor itself suffers from is never blamed on a portal: too few file descriptors, no resolver, no CPU.
//!
//! The real program runs as a child, so that limits and signals meet it alone. Failures are counted raw, before
//! `confirm` could hide one.

#[expect(dead_code, reason = "this test needs a part of what it offers")]
#[path = "serve/monitor.rs"]
mod monitor;
#[path = "own_faults/slow.rs"]
mod slow;

use std::net::{TcpListener, UdpSocket};
use std::time::{Duration, Instant};

use monitor::Monitor;
use slow::{SlowPortals, slow_resolver};

const GLOBAL: &str = "politeness: {per_second: 1000, burst: 1000, per_host_in_flight: 100}\n";

/// Many portals of one authority, each with its address and the one kind by which it is watched, so often.
fn authority(portals: impl Iterator<Item = (String, String)>, timing: &str) -> String {
    let head = "authority: {id: bo-vd, name: {vi: Bộ Ví dụ, en: Ministry of Examples}}\nportals:\n";
    let portals = portals.enumerate().map(|(number, (address, kind))| {
        format!(
            "  - id: p{number}\n    url: {address}\n    probes:\n      - {{name: do, {timing}, {kind}}}\n"
        )
    });
    head.to_owned() + &portals.collect::<String>()
}

/// The sum of all series of this name.
fn sum(monitor: &Monitor, name: &str) -> f64 {
    let text = monitor.get("/metrics").body;
    let samples = text.lines().filter(|line| line.starts_with(&format!("{name}{{")));
    samples.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum()
}

/// Waits until so many probes have brought something to tell.
fn wait_for_sum(monitor: &Monitor, name: &str, least: f64) {
    let end = Instant::now() + Duration::from_secs(90);
    while sum(monitor, name) < least {
        assert!(Instant::now() < end, "{name} is {} of {least}:\n{}", sum(monitor, name), monitor.log());
        std::thread::park_timeout(Duration::from_millis(200));
    }
}

fn assert_nobody_is_blamed(monitor: &Monitor) {
    let text = monitor.get("/metrics").body;
    let blamed: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("emc_probe_failure_total{") && !line.ends_with(" 0"))
        .chain(text.lines().filter(|line| line.contains("status=\"down\"") && line.ends_with(" 1")))
        .collect();
    assert!(
        blamed.is_empty(),
        "{} series blame a healthy portal: {:?}\n{}",
        blamed.len(),
        blamed.first(),
        monitor.log()
    );
}

#[test]
fn with_256_descriptors_and_300_slow_portals_none_is_down() {
    let portals = SlowPortals::open(Duration::from_secs(3));
    let files = authority(portals.pages(300), "every: 5s, timeout: 5s");
    let launcher = ["prlimit", "--nofile=256"];
    let monitor = Monitor::start_under(&launcher, &[("emc.yaml", GLOBAL), ("bo-vd.yaml", &files)]);
    wait_for_sum(&monitor, "emc_probe_success_total", 400.0);
    assert_nobody_is_blamed(&monitor);
    // Every portal had its turn: what waits for room is late, and not left out.
    let text = monitor.get("/metrics").body;
    let starved =
        text.lines().filter(|line| line.starts_with("emc_probe_success_total{") && line.ends_with(" 0"));
    assert_eq!(starved.count(), 0, "some portals were never asked");
    assert!(portals.most_at_once() <= 256);
}

#[test]
fn with_256_descriptors_and_a_slow_resolver_besides_none_is_down() {
    let portals = SlowPortals::open(Duration::from_secs(1));
    let resolver = slow_resolver(Duration::from_secs(1));
    let global = format!("{GLOBAL}resolver: [\"{resolver}\"]\n");
    let files = authority(portals.named_pages(300), "every: 5s, timeout: 5s");
    let launcher = ["prlimit", "--nofile=256"];
    let monitor = Monitor::start_under(&launcher, &[("emc.yaml", &global), ("bo-vd.yaml", &files)]);
    wait_for_sum(&monitor, "emc_probe_success_total", 400.0);
    assert_nobody_is_blamed(&monitor);
}

#[test]
fn with_a_dead_resolver_nothing_is_down() {
    let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for resolver in [silent.local_addr().unwrap(), closed] {
        let global = format!("{GLOBAL}resolver: [\"{resolver}\"]\n");
        let kinds = ["http: {path: /}", "tls: {}", "tcp: {}", "dns: {}"];
        let portals = kinds.map(|kind| ("https://dvc.bo-vd.example".to_owned(), kind.to_owned()));
        let files = authority(portals.into_iter(), "every: 2s, timeout: 2s, confirm: 0");
        let monitor = Monitor::start(&[("emc.yaml", &global), ("bo-vd.yaml", &files)], &[]);
        for number in 0..kinds.len() {
            monitor.wait_for(
                &format!("emc_probe_unknown_total{{authority=\"bo-vd\",portal=\"p{number}\""),
                |n| n >= 1.0,
            );
        }
        assert_nobody_is_blamed(&monitor);
        let text = monitor.get("/metrics").body;
        let told =
            text.lines().filter(|line| line.contains("reason=\"self_resolver\"") && line.ends_with(" 1"));
        assert_eq!(told.count(), kinds.len(), "resolver {resolver}");
        monitor.wait_for("emc_self_degraded{cause=\"self_resolver\"", |n| n > 0.0);
    }
}

#[test]
fn without_cpu_for_longer_than_the_timeout_nothing_is_down() {
    let portals = SlowPortals::open(Duration::from_millis(300));
    let files = authority(portals.pages(50), "every: 1s, timeout: 1s");
    let monitor = Monitor::start(&[("emc.yaml", GLOBAL), ("bo-vd.yaml", &files)], &[]);
    wait_for_sum(&monitor, "emc_probe_success_total", 50.0);
    for _ in 0..3 {
        // A stopped process is what starvation looks like from inside, and needs no load on the machine.
        monitor.stop_for(Duration::from_secs(2));
        let so_far = sum(&monitor, "emc_probe_success_total");
        wait_for_sum(&monitor, "emc_probe_success_total", so_far + 50.0);
    }
    assert_nobody_is_blamed(&monitor);
    assert!(monitor.value("emc_self_degraded{cause=\"self_overloaded\"") > 0.0);
}
