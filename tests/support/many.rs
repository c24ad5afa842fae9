//! Many portals at once, and what all their series say together.

use std::time::{Duration, Instant};

use crate::monitor::Monitor;
use crate::soak::pick;

/// No limit of politeness stands in the way of a test.
pub(crate) const GLOBAL: &str = "politeness: {per_second: 1000, burst: 1000, per_host_in_flight: 100}\n";

/// Many portals of one authority, each with its address and the one kind by which it is watched, so often.
pub(crate) fn authority(portals: impl Iterator<Item = (String, String)>, timing: &str) -> String {
    let head = "authority: {id: bo-vd, name: {vi: Bộ Ví dụ, en: Ministry of Examples}}\nportals:\n";
    let portals = portals.enumerate().map(|(number, (address, kind))| {
        format!(
            "  - id: p{number}\n    url: {address}\n    probes:\n      - {{name: do, {timing}, {kind}}}\n"
        )
    });
    head.to_owned() + &portals.collect::<String>()
}

/// All samples of this name: their labels as written, and the value.
pub(crate) fn samples<'a>(text: &'a str, name: &'a str) -> impl Iterator<Item = (&'a str, f64)> {
    text.lines().filter_map(move |line| {
        let (labels, value) = line.strip_prefix(name)?.strip_prefix('{')?.rsplit_once(' ')?;
        Some((labels, value.parse().ok()?))
    })
}

/// The sum of all series of this name.
pub(crate) fn sum(monitor: &Monitor, name: &str) -> f64 {
    samples(&monitor.get("/metrics").body, name).map(|(_, value)| value).sum()
}

/// Waits until so many probes have brought something to tell.
pub(crate) fn wait_for_sum(monitor: &Monitor, name: &str, least: f64) {
    let end = Instant::now() + Duration::from_secs(pick(90, 900));
    while sum(monitor, name) < least {
        assert!(Instant::now() < end, "{name} is {} of {least}:\n{}", sum(monitor, name), monitor.log());
        std::thread::park_timeout(Duration::from_millis(200));
    }
}
