//! One run of one probe, from its start to its result, and what its own panic or cancellation makes of it.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

use crate::model::facts::Facts;
use crate::model::fault::Fault;
use crate::model::finding::Assessment;
use crate::model::id::RunId;
use crate::model::phase::Phases;
use crate::model::reason::Reason;
use crate::model::result::ProbeResult;
use crate::model::timeline::Timeline;
use crate::net::deadline::Deadline;
use crate::net::run::Run;
use crate::probe::spec::ProbeSpec;
use crate::probe::{Measured, Tools};
use crate::schedule::health::{excuse, is_about_network};
use crate::schedule::uplink::Uplink;

/// How long past its deadline a run is waited for before it is given up as our own fault.
const GRACE: Duration = Duration::from_secs(2);

/// What tells the time of day; handed in, so that no room reads the wall clock by itself.
pub type Clock = fn() -> DateTime<Utc>;

/// What a run needs beside its probe.
#[derive(Clone, Debug)]
pub struct Bench {
    /// What probes measure with.
    pub tools: Tools,
    /// The time of day.
    pub clock: Clock,
}

/// Runs a probe once and judges it. This is the whole measuring path; `emc probe` uses it as it is.
pub async fn run_once(spec: &ProbeSpec, bench: &Bench) -> ProbeResult {
    let started_at = (bench.clock)();
    let mut run = Run::begin(spec.timeout);
    let patience = Deadline::after(spec.timeout + GRACE);
    let measured = patience.bound(spec.probe.run(&bench.tools, &mut run, bench.clock)).await;
    let duration = run.began.elapsed();
    let Measured { assessment, phases, facts } = measured.unwrap_or_else(|_| {
        let fault = Fault::new(Reason::SelfOverloaded, "run", "the run did not end at its deadline");
        let assessment = Assessment::of_fault(&fault);
        Measured { assessment, phases: Phases::default(), facts: Facts::default() }
    });
    ProbeResult {
        id: spec.id.clone(),
        kind: spec.kind,
        target: spec.target.clone(),
        run_id: draw_run_id(started_at),
        started_at,
        duration,
        phases,
        assessment,
        facts,
        timeline: run.timeline,
    }
}

/// As [`run_once`], for the schedule: a verdict that the network is to blame for stands only while our uplink works.
pub(super) async fn run_watched(
    spec: Arc<ProbeSpec>,
    bench: Bench,
    uplink: Uplink,
) -> (ProbeResult, Instant) {
    let began = Instant::now();
    let mut result = run_once(&spec, &bench).await;
    let ended = Instant::now();
    if result.reason().is_some_and(is_about_network) && uplink.is_lost_since(began).await {
        excuse(&mut result.assessment, Reason::SelfUplink, "none of our uplink anchors answers");
    }
    (result, ended)
}

/// The result of a run that did not come to an end of its own.
pub fn broken_off(spec: &ProbeSpec, clock: Clock, reason: Reason) -> ProbeResult {
    let words = match reason {
        Reason::SelfPanicked => "the program panicked while measuring; please report this",
        _ => "the run was cancelled because emc is shutting down",
    };
    let started_at = clock();
    ProbeResult {
        id: spec.id.clone(),
        kind: spec.kind,
        target: spec.target.clone(),
        run_id: draw_run_id(started_at),
        started_at,
        duration: Duration::ZERO,
        phases: Phases::default(),
        assessment: Assessment::of_fault(&Fault::new(reason, "run", words)),
        facts: Facts::default(),
        timeline: Timeline::default(),
    }
}

/// An id that no other run has: a count from a place of its own in each process, so that several that share one history
/// do not meet, strewn by an odd factor so that neighbours do not look alike.
fn draw_run_id(started_at: DateTime<Utc>) -> RunId {
    const STREWN: u64 = 0x9e37_79b9_7f4a_7c15;
    static NEXT: LazyLock<AtomicU64> =
        LazyLock::new(|| AtomicU64::new(RandomState::new().build_hasher().finish()));
    RunId::drawn(started_at, NEXT.fetch_add(1, Ordering::Relaxed).wrapping_mul(STREWN))
}
