//! `emc probe`: runs probes once, now; configured ones or one that is put together from flags.

use std::collections::HashMap;
use std::future::pending;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::Utc;
use tokio::sync::Semaphore;
use tokio::task::{Id, JoinError, JoinSet};

use crate::app::bare::{self, Bare, FlagError};
use crate::app::select::{means, nearest};
use crate::app::textfile::textfile;
use crate::app::variables::Variables;
use crate::config;
use crate::config::diagnostic::Diagnostics;
use crate::metrics::settings::StoreSettings;
use crate::model::reason::Reason;
use crate::model::result::ProbeResult;
use crate::net::deadline::Deadline;
use crate::net::politeness::{Politeness, PolitenessSettings};
use crate::net::{Net, NetSettings};
use crate::probe::Tools;
use crate::probe::spec::ProbeSpec;
use crate::schedule::engine::{Workbench, broken_off, run_once};

/// The longest that a run waits for its turn at a host.
const PATIENCE: Duration = Duration::from_secs(3600);

/// One run and what it was allowed.
#[derive(Clone, Debug)]
pub struct ProbeRun {
    /// What came of it.
    pub result: ProbeResult,
    /// Whether the probe stands in the configuration; else it was given on the command line.
    pub configured: bool,
    /// How long it might have lasted.
    pub timeout: Duration,
    /// From when on it would have been slow, where that was asked for.
    pub slow_after: Option<Duration>,
}

/// Which probes to run.
#[derive(Clone, Debug)]
pub enum Selection {
    /// Every configured one.
    All,
    /// Those that these names or patterns fit.
    Named(Vec<String>),
    /// Targets that need no configuration.
    Bare(Vec<Bare>),
}

/// What to run and how.
#[derive(Clone, Debug)]
pub struct ProbeOptions {
    /// The configuration, for configured probes.
    pub config_file: PathBuf,
    /// Which probes.
    pub selection: Selection,
    /// How many at once.
    pub concurrency: usize,
    /// The environment, for secrets of configured probes.
    pub variables: Arc<Variables>,
}

/// What came of it.
pub struct Report {
    /// Every run, in the order of the configuration.
    pub runs: Vec<ProbeRun>,
    specs: Vec<Arc<ProbeSpec>>,
    store: StoreSettings,
}

impl Report {
    /// The runs as Prometheus text for the textfile collector.
    #[must_use]
    pub fn textfile(&self) -> String {
        textfile(&self.specs, &self.store, &self.runs)
    }
}

/// Why nothing was run.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// The configuration has errors.
    #[error("{0}")]
    Configuration(Diagnostics),
    /// No configured probe has this name.
    #[error("no configured probe is called \"{given}\"")]
    Unknown {
        /// What was asked for.
        given: String,
        /// The name that is most like it.
        nearest: Option<String>,
    },
    /// Flags that cannot be.
    #[error("some flags cannot be used like this")]
    Flags(Vec<FlagError>),
    /// Our own network set-up, or runtime, does not work.
    #[error("{0}")]
    Own(String),
}

/// What is about to run, and with what.
pub(in crate::app) struct Prepared {
    /// The probes.
    pub specs: Vec<Arc<ProbeSpec>>,
    /// From when on one is slow, where flags say so.
    pub slow_after: Option<Duration>,
    /// Whether they stand in the configuration.
    pub configured: bool,
    /// What the operator sets about the network.
    pub net: NetSettings,
    /// How often one host may be asked.
    pub politeness: PolitenessSettings,
    /// How metrics are written.
    pub store: StoreSettings,
}

/// Tells how far a series of runs has come.
pub trait Audience {
    /// So many runs will come.
    fn begin(&mut self, total: usize);
    /// One has ended.
    fn ended(&mut self, run: &ProbeRun);
}

/// Runs what was asked for and answers all runs in the order of the configuration.
///
/// # Errors
/// [`ProbeError`]; nothing has been contacted then.
pub fn probe(options: &ProbeOptions, audience: &mut dyn Audience) -> Result<Report, ProbeError> {
    let prepared = match &options.selection {
        Selection::Bare(targets) => bare::prepare(targets)?,
        Selection::All => configured(options, &[])?,
        Selection::Named(names) => configured(options, names)?,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| ProbeError::Own(error.to_string()))?;
    let _entered = runtime.enter();
    let net = Net::new(&prepared.net).map_err(|fault| ProbeError::Own(fault.to_string()))?;
    let bench = Workbench { tools: Tools { net }, clock: Utc::now };
    audience.begin(prepared.specs.len());
    let runs = runtime.block_on(run_all(&prepared, &bench, options.concurrency, audience));
    Ok(Report { runs, specs: prepared.specs, store: prepared.store })
}

/// The probes of the configuration that are meant; all of them where no name is given. One that is switched off runs
/// where its name, not a pattern, was typed.
fn configured(options: &ProbeOptions, names: &[String]) -> Result<Prepared, ProbeError> {
    let loaded =
        config::load(&options.config_file, options.variables.as_ref()).map_err(ProbeError::Configuration)?;
    for name in names {
        let all = || loaded.specs.iter().chain(&loaded.disabled);
        if !all().any(|spec| means(name, &spec.id)) {
            return Err(ProbeError::Unknown { given: name.clone(), nearest: nearest(name, all()) });
        }
    }
    let plain: Vec<&String> = names.iter().filter(|name| !name.contains(['*', '?'])).collect();
    let wanted = |spec: &ProbeSpec| names.is_empty() || names.iter().any(|name| means(name, &spec.id));
    let by_name = |spec: &ProbeSpec| plain.iter().any(|name| means(name, &spec.id));
    let specs = loaded.specs.into_iter().filter(wanted);
    let disabled = loaded.disabled.into_iter().filter(by_name);
    Ok(Prepared {
        specs: specs.chain(disabled).map(Arc::new).collect(),
        slow_after: None,
        configured: true,
        net: loaded.global.net,
        politeness: loaded.global.schedule.politeness,
        store: loaded.global.store,
    })
}

async fn run_all(
    prepared: &Prepared,
    bench: &Workbench,
    concurrency: usize,
    audience: &mut dyn Audience,
) -> Vec<ProbeRun> {
    let places = Arc::new(Semaphore::new(concurrency.max(1)));
    let mut politeness = Politeness::new(prepared.politeness);
    let mut running = JoinSet::new();
    let mut seats: HashMap<Id, usize> = HashMap::new();
    for (seat, spec) in prepared.specs.iter().enumerate() {
        let host = spec.host.as_deref().unwrap_or_default();
        let wait = politeness.reserve(host, Instant::now(), PATIENCE).unwrap_or(PATIENCE);
        let task = in_turn(Arc::clone(spec), bench.clone(), Arc::clone(&places), wait);
        seats.insert(running.spawn(task).id(), seat);
    }
    let mut runs: Vec<Option<ProbeRun>> = vec![None; prepared.specs.len()];
    while let Some(ended) = running.join_next_with_id().await {
        let (id, result) = match ended {
            Ok((id, result)) => (id, Ok(result)),
            Err(error) => (error.id(), Err(error)),
        };
        let Some(seat) = seats.get(&id).copied() else { continue };
        let spec = &prepared.specs[seat];
        let run = ProbeRun {
            result: result.unwrap_or_else(|error| after(&error, spec)),
            configured: prepared.configured,
            timeout: spec.timeout,
            slow_after: prepared.slow_after,
        };
        audience.ended(&run);
        runs[seat] = Some(run);
    }
    runs.into_iter().flatten().collect()
}

/// A probe that panicked is an unknown result of that one.
fn after(error: &JoinError, spec: &ProbeSpec) -> ProbeResult {
    let reason = if error.is_panic() { Reason::SelfPanicked } else { Reason::SelfCancelled };
    broken_off(spec, Utc::now, reason)
}

/// Waits for the host's budget, then for a place among those that run at once.
async fn in_turn(
    spec: Arc<ProbeSpec>,
    bench: Workbench,
    places: Arc<Semaphore>,
    wait: Duration,
) -> ProbeResult {
    if !wait.is_zero() {
        let _ = Deadline::after(wait).bound(pending::<()>()).await;
    }
    let _place = places.acquire().await;
    run_once(&spec, &bench).await
}
