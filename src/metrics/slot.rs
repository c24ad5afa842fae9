//! What is kept of one probe: its labels, written once, and the numbers that change.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::metrics::catalogue::label_problem;
use crate::metrics::histogram::Histogram;
use crate::metrics::text::push_label;
use crate::model::facts::TlsFacts;
use crate::model::id::{ProbeId, RunId};
use crate::model::phase::Phases;
use crate::model::reason::{Owner, Reason};
use crate::model::result::ProbeResult;
use crate::model::status::Status;
use crate::probe::settings::Span;
use crate::probe::spec::ProbeSpec;

/// What the last run left behind.
#[derive(Clone, Debug)]
pub(crate) struct LastRun {
    /// When the result came, by the monotonic clock: a stepped wall clock makes nobody stale.
    pub(crate) recorded: Instant,
    /// When it ended, in milliseconds of Unix time.
    pub(crate) ended_millis: i64,
    /// Which run.
    pub(crate) run_id: RunId,
    /// The status after confirmation.
    pub(crate) status: Status,
    /// The reason that goes with it.
    pub(crate) reason: Option<Reason>,
    /// How long it took.
    pub(crate) duration: Duration,
    /// Where the time went.
    pub(crate) phases: Phases,
    /// Earliest end of validity in the chain, in Unix seconds.
    pub(crate) not_after: Option<i64>,
    /// TLS version and whether the chain was accepted; the version comes from a closed list.
    pub(crate) tls: Option<(&'static str, bool)>,
    /// Size of the decoded body.
    pub(crate) body_bytes: Option<u64>,
    /// HTTP status code.
    pub(crate) status_code: Option<u16>,
}

impl LastRun {
    fn of(result: &ProbeResult, status: Status, reason: Option<Reason>) -> Self {
        let spent = i64::try_from(result.duration.as_millis()).unwrap_or(i64::MAX);
        let tls = result.facts.tls.as_ref();
        let http = result.facts.http.as_ref();
        Self {
            recorded: Instant::now(),
            ended_millis: result.started_at.timestamp_millis().saturating_add(spent),
            run_id: result.run_id,
            status,
            reason: reason.filter(|_| status != Status::Up),
            duration: result.duration,
            phases: result.phases,
            not_after: tls.and_then(TlsFacts::not_after).map(|end| end.timestamp()),
            tls: tls.filter(|tls| !tls.version.is_empty()).map(|tls| (tls.version, tls.verified)),
            body_bytes: http.filter(|http| http.status.is_some()).map(|http| http.body_bytes),
            status_code: http.and_then(|http| http.status),
        }
    }
}

/// The numbers of one probe.
#[derive(Debug)]
pub(crate) struct State {
    /// Runs that were up or degraded.
    pub(crate) success: u64,
    /// Runs that were down.
    pub(crate) failure: u64,
    /// Runs that say nothing.
    pub(crate) unknown: u64,
    /// Runs left out.
    pub(crate) missed: u64,
    /// How long runs took.
    pub(crate) duration: Histogram,
    /// Since when the first result is awaited.
    pub(crate) awaited_since: Instant,
    /// The last run, `None` before the first one.
    pub(crate) last: Option<LastRun>,
}

impl State {
    /// A probe that has not run.
    pub(crate) fn new(bounds: usize) -> Self {
        Self {
            success: 0,
            failure: 0,
            unknown: 0,
            missed: 0,
            duration: Histogram::new(bounds),
            awaited_since: Instant::now(),
            last: None,
        }
    }

    /// Takes in a run: raw counters by its own status, the current status as confirmed. One that
    /// falls into announced maintenance says nothing of the portal, whatever it found.
    pub(crate) fn record(
        &mut self,
        bounds: &[u64],
        result: &ProbeResult,
        (status, reason): (Status, Option<Reason>),
        announced: Announced,
    ) {
        let last = LastRun::of(result, status, reason);
        if announced == Announced::Yes {
            self.unknown += 1;
            self.last = Some(last);
            return;
        }
        let anothers_fault = result.reason().is_some_and(|reason| reason.owner() == Owner::Dependency);
        match result.status() {
            Status::Up | Status::Degraded => self.success += 1,
            Status::Down if anothers_fault => self.unknown += 1,
            Status::Down => self.failure += 1,
            Status::Unknown => self.unknown += 1,
        }
        self.duration.observe(bounds, result.duration, result.run_id, last.ended_millis);
        self.last = Some(last);
    }

    /// Forgets the last run but not the counters: the probe now asks something else.
    pub(crate) fn start_over(&mut self) {
        self.last = None;
        self.awaited_since = Instant::now();
    }
}

/// Whether a run falls into announced maintenance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Announced {
    /// It does.
    Yes,
    /// It does not.
    No,
}

/// Whether a portal is under announced maintenance just now: shared by the portal and its probes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Maintenance(Arc<AtomicBool>);

impl Maintenance {
    /// Whether it is.
    pub(crate) fn now(&self) -> Announced {
        if self.0.load(Ordering::Relaxed) { Announced::Yes } else { Announced::No }
    }

    /// It begins or ends.
    pub(crate) fn set(&self, under_way: bool) {
        self.0.store(under_way, Ordering::Relaxed);
    }
}

/// One probe among the series.
#[derive(Debug)]
pub(crate) struct Slot {
    /// Which probe.
    pub(crate) id: ProbeId,
    /// Its kind.
    pub(crate) kind: &'static str,
    /// What is asked, for people.
    pub(crate) target: Box<str>,
    /// How often.
    pub(crate) every: Duration,
    /// How long a run may last.
    timeout: Duration,
    /// Tells whether a reload changed what is asked.
    fingerprint: u64,
    /// `authority="…",portal="…",probe="…",kind="…",location="…"`.
    pub(crate) labels: Box<[u8]>,
    /// What the info series has beside: `,every="…",authority_vi="…",…`.
    pub(crate) info: Box<[u8]>,
    /// Whether the portal is under announced maintenance.
    pub(crate) maintenance: Maintenance,
    /// The numbers; they outlive a reload.
    state: Arc<Mutex<State>>,
}

impl Slot {
    /// A slot for a probe; `names` are the portal's name labels, `state` the numbers that a reload has left.
    pub(crate) fn new(
        spec: &ProbeSpec,
        location: &str,
        names: &[u8],
        maintenance: Maintenance,
        state: Arc<Mutex<State>>,
    ) -> Self {
        Self {
            id: spec.id.clone(),
            kind: spec.kind,
            target: spec.target.as_str().into(),
            every: spec.every,
            timeout: spec.timeout,
            fingerprint: spec.fingerprint,
            labels: probe_labels(spec, location),
            info: info_labels(spec, names),
            maintenance,
            state,
        }
    }

    /// The numbers for a new slot of the same id.
    pub(crate) fn hand_over(&self, spec: &ProbeSpec) -> Arc<Mutex<State>> {
        if self.fingerprint != spec.fingerprint || self.kind != spec.kind {
            self.state().start_over();
        }
        Arc::clone(&self.state)
    }

    /// The numbers; held for moments only, and never over a wait.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How the probe is shown after its last run. What was down before an announced maintenance began is not told of
    /// as down within it, however seldom the probe runs.
    pub(crate) fn shown(&self, last: &LastRun) -> (Status, Option<Reason>) {
        if last.status == Status::Down && self.maintenance.now() == Announced::Yes {
            return (Reason::Maintenance.status(), Some(Reason::Maintenance));
        }
        (last.status, last.reason)
    }

    /// Whether results stopped coming: none for two intervals and the timeout.
    pub(crate) fn is_stale(&self, state: &State, now: Instant) -> bool {
        let since = state.last.as_ref().map_or(state.awaited_since, |last| last.recorded);
        now.saturating_duration_since(since) > self.every * 2 + self.timeout
    }
}

fn probe_labels(spec: &ProbeSpec, location: &str) -> Box<[u8]> {
    let mut labels = Vec::with_capacity(128);
    let ProbeId { authority, portal, probe } = &spec.id;
    let pairs = [
        ("authority", authority.as_str()),
        ("portal", portal.as_str()),
        ("probe", probe.as_str()),
        ("kind", spec.kind),
        ("location", location),
    ];
    push_labels(&mut labels, pairs);
    labels.into()
}

fn info_labels(spec: &ProbeSpec, names: &[u8]) -> Box<[u8]> {
    let mut labels = Vec::with_capacity(names.len() + 32);
    labels.push(b',');
    push_label(&mut labels, "every", &Span(spec.every).to_string());
    if !names.is_empty() {
        labels.push(b',');
        labels.extend_from_slice(names);
    }
    for (name, value) in spec.labels.iter() {
        if label_problem(name).is_none() {
            labels.push(b',');
            push_label(&mut labels, name, value);
        }
    }
    labels.into()
}

/// Writes `name="value"` pairs with commas between them.
pub(crate) fn push_labels<'a>(out: &mut Vec<u8>, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) {
    for (index, (name, value)) in pairs.into_iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        push_label(out, name, value);
    }
}
