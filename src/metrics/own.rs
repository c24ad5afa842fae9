//! What is about ourselves: kept in the `prometheus` crate's registry, with names and help from the catalogue.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use prometheus::core::Collector;
use prometheus::{
    Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry,
};

use crate::metrics::catalogue as c;
use crate::metrics::catalogue::Family;
use crate::model::phase::{Phase, Phases};
use crate::model::reason::{Owner, Reason};
use crate::model::status::Status;

/// Bounds of the phases, in seconds: a phase is shorter than a run.
const PHASE_BUCKETS: [f64; 11] = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0];
/// Bounds of the lateness, in seconds: 0.1 ms is an idle machine, 1 s is a machine in need.
const LATENESS_BUCKETS: [f64; 9] = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0];

/// Why our web server turned somebody away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Too many connections.
    Connections,
    /// Too many answers being written.
    Busy,
    /// Wrong or missing credentials.
    Unauthorized,
    /// The TLS handshake failed.
    Tls,
}

impl Refusal {
    /// Every cause.
    pub const ALL: [Self; 4] = [Self::Connections, Self::Busy, Self::Unauthorized, Self::Tls];

    /// The word used in labels.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Connections => "connections",
            Self::Busy => "busy",
            Self::Unauthorized => "unauthorized",
            Self::Tls => "tls",
        }
    }
}

/// What became of results on their way into history.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HistoryFigures {
    /// Results that wait.
    pub queued: usize,
    /// Results committed.
    pub committed: u64,
    /// Results lost.
    pub dropped: u64,
    /// Attempts that failed.
    pub errors: u64,
    /// Damaged histories moved aside.
    pub corrupt: u64,
}

/// The series about history.
#[derive(Debug)]
struct HistorySeries {
    queued: IntGauge,
    committed: IntCounter,
    dropped: IntCounter,
    errors: IntCounter,
    corrupt: IntCounter,
}

impl HistorySeries {
    fn new(location: &str) -> Result<Self, prometheus::Error> {
        let counter = |family| IntCounter::with_opts(at(family, location));
        Ok(Self {
            queued: IntGauge::with_opts(at(&c::HISTORY_QUEUED, location))?,
            committed: counter(&c::HISTORY_COMMITTED)?,
            dropped: counter(&c::HISTORY_DROPPED)?,
            errors: counter(&c::HISTORY_ERRORS)?,
            corrupt: counter(&c::HISTORY_CORRUPT)?,
        })
    }

    fn register(&self, registry: &Registry) -> Result<(), prometheus::Error> {
        registry.register(Box::new(self.queued.clone()))?;
        let counters = [&self.committed, &self.dropped, &self.errors, &self.corrupt];
        counters.into_iter().try_for_each(|counter| registry.register(Box::new(counter.clone())))
    }

    fn set(&self, figures: HistoryFigures) {
        self.queued.set(i64::try_from(figures.queued).unwrap_or(i64::MAX));
        for (counter, in_all) in [
            (&self.committed, figures.committed),
            (&self.dropped, figures.dropped),
            (&self.errors, figures.errors),
            (&self.corrupt, figures.corrupt),
        ] {
            counter.inc_by(in_all.saturating_sub(counter.get()));
        }
    }
}

/// The families that are not per probe or portal.
#[derive(Debug)]
pub(crate) struct Own {
    registry: Registry,
    location: String,
    kind_phase: HistogramVec,
    lateness: Histogram,
    clock: IntCounterVec,
    in_flight: IntGauge,
    self_degraded: IntGaugeVec,
    dropped: IntCounter,
    history: HistorySeries,
    reload_successful: IntGauge,
    reload_time: IntGauge,
    web_connections: IntGauge,
    web_refused: IntCounterVec,
    dependencies: Mutex<BTreeMap<String, Status>>,
}

impl Own {
    /// Registers all families and starts each series at 0.
    ///
    /// # Errors
    /// [`prometheus::Error`] if a name or label of the catalogue is not allowed; a test walks them all.
    pub(crate) fn new(location: &str) -> Result<Self, prometheus::Error> {
        let registry = Registry::new();
        let own = Self {
            kind_phase: HistogramVec::new(
                histogram(&c::KIND_PHASE, &PHASE_BUCKETS),
                &["kind", "location", "phase"],
            )?,
            lateness: Histogram::with_opts(
                histogram(&c::SCHEDULE_LATENESS, &LATENESS_BUCKETS).const_label("location", location),
            )?,
            clock: IntCounterVec::new(at(&c::FIRST_BYTE_CLOCK, location), &["clock"])?,
            in_flight: IntGauge::with_opts(at(&c::RUNS_IN_FLIGHT, location))?,
            self_degraded: IntGaugeVec::new(at(&c::SELF_DEGRADED, location), &["cause"])?,
            dropped: IntCounter::with_opts(at(&c::DROPPED, location))?,
            history: HistorySeries::new(location)?,
            reload_successful: IntGauge::with_opts(opts(&c::RELOAD_SUCCESSFUL))?,
            reload_time: IntGauge::with_opts(opts(&c::RELOAD_SUCCESS_TIME))?,
            web_connections: IntGauge::with_opts(opts(&c::WEB_CONNECTIONS))?,
            web_refused: IntCounterVec::new(opts(&c::WEB_REFUSED), &["cause"])?,
            dependencies: Mutex::default(),
            location: location.to_owned(),
            registry,
        };
        own.register()?;
        own.start_at_zero();
        Ok(own)
    }

    fn register(&self) -> Result<(), prometheus::Error> {
        let build =
            IntGauge::with_opts(opts(&c::BUILD_INFO).const_label("version", env!("CARGO_PKG_VERSION")))?;
        build.set(1);
        let families: [Box<dyn Collector>; 12] = [
            Box::new(self.kind_phase.clone()),
            Box::new(self.lateness.clone()),
            Box::new(self.clock.clone()),
            Box::new(self.in_flight.clone()),
            Box::new(self.self_degraded.clone()),
            Box::new(self.dropped.clone()),
            Box::new(self.reload_successful.clone()),
            Box::new(self.reload_time.clone()),
            Box::new(self.web_connections.clone()),
            Box::new(self.web_refused.clone()),
            Box::new(build),
            Box::new(prometheus::process_collector::ProcessCollector::for_self()),
        ];
        self.history.register(&self.registry)?;
        families.into_iter().try_for_each(|family| self.registry.register(family))
    }

    fn start_at_zero(&self) {
        for clock in ["kernel", "user"] {
            self.clock.with_label_values(&[clock]);
        }
        self.own_faults(&[]);
        for refusal in Refusal::ALL {
            self.web_refused.with_label_values(&[refusal.as_str()]);
        }
    }

    /// Starts the histograms of a kind at 0.
    pub(crate) fn expect_kind(&self, kind: &str) {
        for phase in Phase::ALL {
            self.kind_phase.with_label_values(&[kind, &self.location, phase.as_str()]);
        }
    }

    /// Adds a run's phases to those of its kind, and notes by which clock its first byte was timed.
    pub(crate) fn observe(&self, kind: &str, phases: &Phases, kernel_timed: Option<bool>) {
        for (phase, spent) in phases.iter() {
            let series = self.kind_phase.with_label_values(&[kind, &self.location, phase.as_str()]);
            series.observe(spent.as_secs_f64());
        }
        if let Some(by_kernel) = kernel_timed {
            self.clock.with_label_values(&[if by_kernel { "kernel" } else { "user" }]).inc();
        }
    }

    pub(crate) fn lateness(&self, late: Duration) {
        self.lateness.observe(late.as_secs_f64());
    }

    pub(crate) fn in_flight(&self, runs: usize) {
        self.in_flight.set(i64::try_from(runs).unwrap_or(i64::MAX));
    }

    pub(crate) fn own_faults(&self, present: &[Reason]) {
        for cause in own_reasons() {
            self.self_degraded.with_label_values(&[cause.as_str()]).set(i64::from(present.contains(&cause)));
        }
    }

    pub(crate) fn dropped(&self, in_all: u64) {
        self.dropped.inc_by(in_all.saturating_sub(self.dropped.get()));
    }

    pub(crate) fn history(&self, figures: HistoryFigures) {
        self.history.set(figures);
    }

    pub(crate) fn reloaded(&self, succeeded_at: Option<DateTime<Utc>>) {
        self.reload_successful.set(i64::from(succeeded_at.is_some()));
        if let Some(moment) = succeeded_at {
            self.reload_time.set(moment.timestamp());
        }
    }

    pub(crate) fn web_connections(&self, open: i64) {
        self.web_connections.set(open);
    }

    pub(crate) fn web_refused(&self, cause: Refusal) {
        self.web_refused.with_label_values(&[cause.as_str()]).inc();
    }

    pub(crate) fn set_dependencies(&self, all: impl IntoIterator<Item = (String, Status)>) {
        *self.dependencies.lock().unwrap_or_else(PoisonError::into_inner) = all.into_iter().collect();
    }

    pub(crate) fn dependencies(&self) -> BTreeMap<String, Status> {
        self.dependencies.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// All families of the registry as they are now.
    pub(crate) fn gather(&self) -> Vec<prometheus::proto::MetricFamily> {
        self.registry.gather()
    }
}

fn own_reasons() -> impl Iterator<Item = Reason> {
    Reason::ALL.iter().copied().filter(|reason| reason.owner() == Owner::Ours)
}

fn opts(family: &Family) -> Opts {
    Opts::new(family.name, family.help.en)
}

fn at(family: &Family, location: &str) -> Opts {
    opts(family).const_label("location", location)
}

fn histogram(family: &Family, buckets: &[f64]) -> HistogramOpts {
    HistogramOpts::new(family.name, family.help.en).buckets(buckets.to_vec())
}
