//! SIGKILL at any moment: no file is damaged, and what was committed stays.

use std::collections::BTreeSet;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags};

use crate::bed::{POLITE_ENOUGH, authority};
use crate::monitor::Monitor;
use crate::portal::Portal;
use crate::soak::pick;

/// The ids of all runs that are committed now; none while there is no file.
fn committed(path: &Path) -> BTreeSet<i64> {
    let Ok(reader) = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY) else {
        return BTreeSet::new();
    };
    let Ok(mut statement) = reader.prepare("SELECT run FROM runs") else { return BTreeSet::new() };
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.map_while(Result::ok).collect()
}

/// The next of a sequence of numbers that look random, from a seed.
fn next(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

/// Starts and kills monitors of one history, one after the other. Answers how many runs were committed in all.
fn lane(seed: u64, rounds: usize) -> usize {
    let mut random = seed;
    let portal = Portal::open();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lich-su.sqlite");
    let global = format!("{POLITE_ENOUGH}history: {{path: {}}}\n", path.display());
    let mut probes = authority(&portal.url(), "");
    for number in 0..20 {
        probes += &format!(
            "      - {{name: do-{number}, every: 1s, timeout: 900ms, confirm: 0, http: {{path: /, expect: {{status: [{}]}}}}}}\n",
            if number % 2 == 0 { 200 } else { 204 }
        );
    }
    let mut known = BTreeSet::new();
    for round in 0..rounds {
        let monitor = Monitor::start(&[("emc.yaml", &global), ("bo-vd.yaml", &probes)], &[]);
        let end = Instant::now() + Duration::from_millis(next(&mut random) % 2_500);
        while let Some(left) = end.checked_duration_since(Instant::now()) {
            thread::park_timeout(left);
        }
        let before = committed(&path);
        // Dropping it is a SIGKILL.
        drop(monitor);
        let after = committed(&path);
        assert!(before.is_subset(&after), "seed {seed:#x} round {round}: committed runs are gone");
        assert!(known.is_subset(&after), "seed {seed:#x} round {round}: older runs are gone");
        known = after;
    }
    let reader = Connection::open(&path).unwrap();
    let verdict: String = reader.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(verdict, "ok", "seed {seed:#x}");
    let sums: i64 = reader
        .query_row("SELECT sum(up + degraded + down + unknown) FROM days", [], |row| row.get(0))
        .unwrap();
    assert_eq!(usize::try_from(sums).unwrap(), known.len(), "sums and runs are of one transaction");
    known.len()
}

#[test]
fn killed_at_any_moment_nothing_committed_is_lost_and_nothing_is_damaged() {
    // Lanes beside each other, each with a history of its own: a monitor mostly waits for its second of results.
    let (lanes, rounds) = pick((3, 10), (8, 125));
    let runs: usize = thread::scope(|scope| {
        let lane_of = |number: u64| scope.spawn(move || lane(0x5eed_2026 + number, rounds));
        let all: Vec<_> = (0..lanes).map(lane_of).collect();
        all.into_iter().map(|lane| lane.join().unwrap()).sum()
    });
    assert!(runs > 100, "only {runs} runs were written");
}
