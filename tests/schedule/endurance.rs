//! The schedule for longer, with reload after reload: no beat is missed, none is lost, and memory stays where it is.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use emc_monitor::net::deadline::Deadline;
use emc_monitor::probe::spec::ProbeSpec;
use emc_monitor::schedule::engine::{Event, Handle};
use tokio::sync::mpsc::Receiver;

use crate::soak::pick;
use crate::{Act, begin, no_uplink, setup, spec};

const PROBES: usize = 200;
/// Long enough that a busy machine misses no beat.
const EVERY: Duration = Duration::from_secs(1);
const RELOAD_EVERY: Duration = Duration::from_millis(500);
/// How much the process may grow once it has settled, in KiB.
const GROWTH_MAX_KIB: u64 = 8 << 10;

/// What came of a time under watch.
#[derive(Default)]
struct Tally {
    missed: u64,
    reloads: usize,
    rss_kib: Vec<u64>,
}

/// Reloads over and over for so long; every other time a probe goes or comes back.
async fn reload_for(
    length: Duration,
    specs: &[ProbeSpec],
    handle: &Handle,
    events: &mut Receiver<Event>,
) -> Tally {
    let (end, mut tally) = (Instant::now() + length, Tally::default());
    let mut next = Deadline::after(RELOAD_EVERY);
    while Instant::now() < end {
        match next.bound(events.recv()).await {
            Ok(Some(Event::Missed { beats, .. })) => tally.missed += beats,
            Ok(Some(_)) => {}
            Ok(None) => panic!("the engine is gone"),
            Err(_) => {
                let kept = specs.len() - tally.reloads % 2;
                handle.replace(setup(no_uplink(), specs[..kept].to_vec())).await;
                tally.reloads += 1;
                tally.rss_kib.push(rss_kib());
                next = Deadline::after(RELOAD_EVERY);
            }
        }
    }
    tally
}

fn rss_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reloads_over_and_over_cost_no_beat_and_no_memory() {
    let length = pick(Duration::from_secs(2), Duration::from_secs(180));
    let (specs, runs): (Vec<ProbeSpec>, Vec<Arc<AtomicUsize>>) =
        (0..PROBES).map(|number| spec(&format!("p{number}"), Act::Up, EVERY)).unzip();
    let (handle, mut events) = begin(specs.clone());
    let tally = reload_for(length, &specs, &handle, &mut events).await;
    assert_eq!(tally.missed, 0, "beats missed in {} reloads", tally.reloads);
    // The last one comes and goes; whatever phase a beat has, one at each end may lie outside.
    let least = usize::try_from(length.as_secs() / EVERY.as_secs()).unwrap() - 1;
    for (number, runs) in runs[..PROBES - 1].iter().enumerate() {
        let ran = runs.load(Ordering::SeqCst);
        assert!(
            (least..=least + 2).contains(&ran),
            "probe {number} ran {ran} times, not {least} or one more"
        );
    }
    let settled = *tally.rss_kib[..tally.rss_kib.len() / 2].iter().max().unwrap();
    let last = *tally.rss_kib.last().unwrap();
    println!("{} reloads, memory {settled} KiB, then {last} KiB", tally.reloads);
    assert!(last <= settled + GROWTH_MAX_KIB, "it grows: {:?} KiB", tally.rss_kib);
}
