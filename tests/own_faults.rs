//! What the monitor itself suffers from is never blamed on a portal: too few file descriptors, no resolver, no CPU.
//!
//! The real program runs as a child, so that limits and signals meet it alone. Failures are counted raw, before
//! `confirm` could hide one.

#[path = "support/many.rs"]
mod many;
#[expect(dead_code, reason = "this test needs a part of what it offers")]
#[path = "serve/monitor.rs"]
mod monitor;
#[path = "own_faults/slow.rs"]
mod slow;
#[path = "support/soak.rs"]
mod soak;

use std::net::{TcpListener, TcpStream, UdpSocket};
use std::process::{Child, Command};
use std::thread::park_timeout;
use std::time::{Duration, Instant};

use many::{GLOBAL, authority, sum, wait_for_sum};
use monitor::Monitor;
use slow::{SlowPortals, slow_resolver};
use soak::pick;

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
    wait_for_sum(&monitor, "emc_probe_success_total", pick(400.0, 6000.0));
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
    wait_for_sum(&monitor, "emc_probe_success_total", pick(400.0, 6000.0));
    assert_nobody_is_blamed(&monitor);
}

#[test]
fn with_256_descriptors_idle_web_clients_leave_the_probes_theirs() {
    let portals = SlowPortals::open(Duration::from_secs(1));
    let files = authority(portals.pages(150), "every: 3s, timeout: 3s");
    let launcher = ["prlimit", "--nofile=256"];
    let monitor = Monitor::start_under(&launcher, &[("emc.yaml", GLOBAL), ("bo-vd.yaml", &files)]);
    let clients: Vec<TcpStream> = (0..300).map(|_| monitor.knock()).collect();
    wait_for_sum(&monitor, "emc_probe_success_total", 300.0);
    assert_eq!(sum(&monitor, "emc_probe_unknown_total"), 0.0, "probes went without:\n{}", monitor.log());
    assert_nobody_is_blamed(&monitor);
    drop(clients);
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
    for _ in 0..pick(3, 30) {
        // A stopped process is what starvation looks like from inside, and needs no load on the machine.
        monitor.stop_for(Duration::from_secs(2));
        let so_far = sum(&monitor, "emc_probe_success_total");
        wait_for_sum(&monitor, "emc_probe_success_total", so_far + 50.0);
    }
    assert_nobody_is_blamed(&monitor);
    assert!(monitor.value("emc_self_degraded{cause=\"self_overloaded\"") > 0.0);
}

/// Programs that take all the CPU they are given.
struct Load(Vec<Child>);

impl Load {
    fn begin(programs: usize) -> Self {
        let spin = || Command::new("sh").args(["-c", "while :; do :; done"]).spawn().unwrap();
        Self((0..programs).map(|_| spin()).collect())
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        for child in &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

#[test]
fn beside_programs_that_take_the_cpu_nothing_is_down() {
    let portals = SlowPortals::open(Duration::from_millis(100));
    let files = authority(portals.pages(50), "every: 1s, timeout: 1s");
    // The monitor comes last, so that it starves and the portals, which stand in this process, do not.
    let monitor =
        Monitor::start_under(&["nice", "-n", "19"], &[("emc.yaml", GLOBAL), ("bo-vd.yaml", &files)]);
    wait_for_sum(&monitor, "emc_probe_success_total", 50.0);
    let load = Load::begin(4);
    let end = Instant::now() + pick(Duration::from_secs(2), Duration::from_secs(120));
    while let Some(left) = end.checked_duration_since(Instant::now()) {
        park_timeout(left);
    }
    drop(load);
    let so_far = sum(&monitor, "emc_probe_success_total");
    wait_for_sum(&monitor, "emc_probe_success_total", so_far + 50.0);
    assert_nobody_is_blamed(&monitor);
}
