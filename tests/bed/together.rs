//! The bed at once: many cases interleaved in one process, again and again, as a monitor would meet them. Verdicts stay
//! right beside each other, and the process does not grow.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::Utc;
use emc_monitor::model::reason::Reason;
use emc_monitor::net::run::Run;
use emc_monitor::net::{Net, NetSettings};
use emc_monitor::probe::{SharedProbe, Tools};
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::case::Case;
use crate::child::{Order, status_kib};
use crate::kind::{Files, build, verdict};
use crate::process::{as_child, in_child};
use crate::soak::pick;

/// How many cases are under way at a time.
const AT_ONCE: usize = 8;
/// How much later than its timeout a run may end: beside bombs, in an unoptimised build, on a busy machine.
const GRACE: Duration = Duration::from_secs(3);
/// How much the process may grow once every case has been met, in KiB.
const GROWTH_MAX_KIB: u64 = 24 << 10;

/// A case as the child is told of it.
#[derive(Serialize, Deserialize)]
struct Told {
    name: String,
    order: Order,
    wanted: String,
}

/// What the child is to do.
#[derive(Serialize, Deserialize)]
struct Rounds {
    cases: Vec<Told>,
    rounds: usize,
}

/// What the child found.
#[derive(Serialize, Deserialize)]
struct Report {
    /// Verdicts that were not as they must be.
    wrong: Vec<String>,
    /// Memory after each round.
    rss_kib: Vec<u64>,
}

/// Runs cases interleaved in one child, and panics with everything that is wrong.
pub(crate) fn check(cases: &[Case]) {
    let cases = cases.iter().map(|case| Told {
        name: case.name.to_owned(),
        order: case.order.clone(),
        wanted: format!("{} {}", case.status, case.reason),
    });
    let orders = Rounds { cases: cases.collect(), rounds: pick(2, 12) };
    let report: Report = in_child("together::in_one_process", &orders);
    println!("memory after each round: {:?} KiB", report.rss_kib);
    assert!(report.wrong.is_empty(), "{} verdicts:\n{}", report.wrong.len(), report.wrong.join("\n"));
    // The allocator has what it needs once the first rounds have met every case beside every other.
    let settled = report.rss_kib[..report.rss_kib.len().div_ceil(3)].iter().max().unwrap();
    let last = report.rss_kib.last().unwrap();
    assert!(*last <= settled + GROWTH_MAX_KIB, "it grows: {:?} KiB", report.rss_kib);
}

#[test]
#[ignore = "is run by another test, which says on its standard input what to do"]
fn in_one_process() {
    as_child(run);
}

/// A case that is kept over the rounds, as a monitor keeps its probes.
struct Kept {
    name: String,
    wanted: String,
    timeout: Duration,
    probe: SharedProbe,
    tools: Tools,
}

impl Kept {
    fn of(told: Told) -> Self {
        let order = told.order;
        let files = order.files.iter().map(|(name, text)| (name.into(), text.clone().into_bytes())).collect();
        let deny_networks = order.deny.iter().map(|network| network.parse().unwrap()).collect();
        let settings = NetSettings { resolvers: order.resolvers, deny_networks, ..NetSettings::default() };
        Self {
            name: told.name,
            wanted: told.wanted,
            timeout: order.timeout,
            probe: build(order.settings, &Files(files)).unwrap(),
            tools: Tools { net: Net::new(&settings).unwrap() },
        }
    }

    /// What is wrong with this run.
    async fn fault(&self) -> Option<String> {
        let began = Instant::now();
        let measured = self.probe.run(&self.tools, &mut Run::begin(self.timeout), Utc::now).await;
        let spent = began.elapsed();
        let (status, _, told) = verdict(&measured);
        let found = format!("{status} {}", measured.assessment.reason.map_or("", Reason::as_str));
        if found != self.wanted {
            return Some(format!("{}: is {found} instead of {}\n{told}", self.name, self.wanted));
        }
        (spent > self.timeout + GRACE).then(|| format!("{}: took {spent:?} of {:?}", self.name, self.timeout))
    }
}

async fn run(orders: Rounds) -> Report {
    let cases: Vec<Arc<Kept>> = orders.cases.into_iter().map(|told| Arc::new(Kept::of(told))).collect();
    let room = Arc::new(Semaphore::new(AT_ONCE));
    let mut report = Report { wrong: Vec::new(), rss_kib: Vec::new() };
    for _ in 0..orders.rounds {
        let mut runs = JoinSet::new();
        for case in &cases {
            let (case, room) = (Arc::clone(case), Arc::clone(&room));
            runs.spawn(async move {
                let _permit = room.acquire().await.unwrap();
                case.fault().await
            });
        }
        report.wrong.extend(runs.join_all().await.into_iter().flatten());
        report.rss_kib.push(status_kib("VmRSS:"));
    }
    report
}
