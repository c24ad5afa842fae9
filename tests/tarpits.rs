//! Tarpits: servers that shake hands and never answer, very many at once beside healthy ones, through the real program.

#[path = "support/many.rs"]
mod many;
#[expect(dead_code, reason = "this test needs a part of what it offers")]
#[path = "serve/monitor.rs"]
mod monitor;
#[expect(dead_code, reason = "this test needs a part of what it offers")]
#[path = "own_faults/slow.rs"]
mod slow;
#[path = "support/soak.rs"]
mod soak;

use std::collections::VecDeque;
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use many::{GLOBAL, authority, samples, wait_for_sum};
use monitor::Monitor;
use slow::{SlowPortals, loopback};
use soak::pick;

/// The most memory that the monitor may take, in KiB. The tests' build is not optimised: it is given what it is larger by.
const MEMORY_MAX_KIB: u64 = if cfg!(debug_assertions) { 600 } else { 400 } << 10;
/// How much later than its timeout a verdict may come.
const GRACE: f64 = 1.0;

/// Takes every connection and holds it, longer than anybody waits for an answer; its port.
fn tarpit(held: Duration) -> u16 {
    let listener = TcpListener::bind("0.0.0.0:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        let mut stuck: VecDeque<(Instant, TcpStream)> = VecDeque::new();
        for connection in listener.incoming().flatten() {
            stuck.push_back((Instant::now(), connection));
            while stuck.front().is_some_and(|(since, _)| since.elapsed() > held) {
                stuck.pop_front();
            }
        }
    });
    port
}

fn number_of(labels: &str) -> usize {
    labels.split_once("portal=\"p").unwrap().1.split('"').next().unwrap().parse().unwrap()
}

#[test]
fn tarpits_are_told_in_time_and_keep_no_healthy_portal_from_its_turn() {
    let (tarpits, healthy, timeout) = (pick(300, 10_000), pick(20, 100), pick(1, 10));
    let port = tarpit(Duration::from_secs(timeout + 3));
    let well = SlowPortals::open(Duration::from_millis(50));
    let stuck =
        (0..tarpits).map(|n| (format!("http://{}:{port}", loopback(n)), "http: {path: /}".to_owned()));
    let timing = format!("every: {}s, timeout: {timeout}s", timeout + 1);
    let files = authority(stuck.chain(well.pages(healthy)), &timing);
    let monitor = Monitor::start(&[("emc.yaml", GLOBAL), ("bo-vd.yaml", &files)], &[]);
    let rounds = pick(1.0, 4.0);
    wait_for_sum(&monitor, "emc_probe_failure_total", f64::from(u32::try_from(tarpits).unwrap()) * rounds);

    let text = monitor.get("/metrics").body;
    for (labels, value) in samples(&text, "emc_probe_failure_total") {
        let is_tarpit = number_of(labels) < tarpits;
        assert!(is_tarpit || value == 0.0, "a healthy portal is blamed: {labels}");
        assert!(!is_tarpit || value >= 1.0, "a tarpit without verdict: {labels}");
    }
    let unknown: f64 = samples(&text, "emc_probe_unknown_total").map(|(_, value)| value).sum();
    assert_eq!(unknown, 0.0, "runs that could not be measured");
    let least = samples(&text, "emc_probe_success_total")
        .filter(|(labels, _)| number_of(labels) >= tarpits)
        .map(|(_, value)| value)
        .fold(f64::MAX, f64::min);
    assert!(least >= 1.0, "a healthy portal never had its turn");
    let counts = samples(&text, "emc_probe_duration_seconds_count");
    let sums = samples(&text, "emc_probe_duration_seconds_sum");
    let longest = counts.zip(sums).map(|((_, count), (_, sum))| sum / count.max(1.0)).fold(0.0, f64::max);
    let latest = f64::from(u32::try_from(timeout).unwrap()) + GRACE;
    assert!(longest > 0.0 && longest <= latest, "a verdict took {longest} s of {latest} s");
    let peak = monitor.memory_kib("VmHWM:");
    println!(
        "{tarpits} tarpits: longest mean run {longest:.3} s, peak {peak} KiB, healthy at least {least} times"
    );
    assert!(peak <= MEMORY_MAX_KIB, "{peak} KiB");
}
