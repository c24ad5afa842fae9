//! The kinds of probe. To add one: a file (or folder) here, a `mod` line, a line in [`kinds!`].
//!
//! A kind *observes* (touches the network, judges nothing) and *assesses* (judges, touches nothing). It knows nothing
//! of configuration files, schedules or metrics: it is handed its settings, its [`Tools`] and the time.

mod addresses;
pub mod dns;
pub mod http;

pub mod kind;
pub mod route;
pub mod settings;
pub mod size;
pub mod spec;
pub mod tcp;
pub mod tls;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::model::facts::Facts;
use crate::model::fault::Fault;
use crate::model::finding::Assessment;
use crate::model::phase::Phases;
use crate::model::status::Status;
use crate::net::Net;
use crate::net::run::Run;

/// What a probe measures with.
#[derive(Clone, Debug)]
pub struct Tools {
    /// The one way to the network.
    pub net: Net,
}

/// A kind of probe, configured for one target.
pub trait Probe: Send + Sync + 'static {
    /// The facts of one run, before any judgement.
    type Observation: Send + Sync;

    /// Measures. A portal that is down is an observation; an error means that we could not measure.
    ///
    /// # Errors
    /// A [`Fault`] of our own, or one that nobody can be blamed for.
    fn observe(
        &self,
        tools: &Tools,
        run: &mut Run,
    ) -> impl Future<Output = Result<Self::Observation, Fault>> + Send;

    /// Judges what was seen. Pure: the same observation and time give the same assessment.
    fn assess(&self, seen: &Self::Observation, now: DateTime<Utc>) -> Assessment;

    /// Time spent in each phase, for metrics.
    fn phases(&self, seen: &Self::Observation) -> Phases;

    /// The facts to show, for people and JSON; of a run that is not up they may be more.
    fn facts(&self, seen: Self::Observation, status: Status) -> Facts;

    /// What is asked, without userinfo and query values.
    fn target(&self) -> String;

    /// Every `host:port` that a run contacts by configuration; redirects and name servers aside. The first is the one
    /// whose politeness budget is charged.
    fn hosts(&self) -> Vec<String>;
}

/// What one run of any kind yields.
#[derive(Debug)]
pub struct Measured {
    /// The verdict.
    pub assessment: Assessment,
    /// Time spent in each phase.
    pub phases: Phases,
    /// What was seen.
    pub facts: Facts,
}

/// A [`Probe`] of whatever kind, for those who only want to run it.
pub trait AnyProbe: Send + Sync {
    /// Observes and assesses. `clock` tells the wall-clock time at the moment of judging.
    fn run<'a>(
        &'a self,
        tools: &'a Tools,
        run: &'a mut Run,
        clock: fn() -> DateTime<Utc>,
    ) -> Pin<Box<dyn Future<Output = Measured> + Send + 'a>>;

    /// See [`Probe::target`].
    fn target(&self) -> String;

    /// See [`Probe::hosts`].
    fn hosts(&self) -> Vec<String>;
}

impl<P: Probe> AnyProbe for P {
    fn run<'a>(
        &'a self,
        tools: &'a Tools,
        run: &'a mut Run,
        clock: fn() -> DateTime<Utc>,
    ) -> Pin<Box<dyn Future<Output = Measured> + Send + 'a>> {
        Box::pin(async move {
            match self.observe(tools, run).await {
                Ok(seen) => {
                    let assessment = self.assess(&seen, clock());
                    let phases = self.phases(&seen);
                    let facts = self.facts(seen, assessment.status);
                    Measured { assessment, phases, facts }
                }
                Err(fault) => Measured {
                    assessment: Assessment::of_fault(&fault),
                    phases: Phases::default(),
                    facts: Facts::default(),
                },
            }
        })
    }

    fn target(&self) -> String {
        Probe::target(self)
    }

    fn hosts(&self) -> Vec<String> {
        Probe::hosts(self)
    }
}

/// A probe that can be shared between the schedule and a running task.
pub type SharedProbe = Arc<dyn AnyProbe>;
