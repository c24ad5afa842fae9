//! Rules for Prometheus, written from what is watched: how fast budgets are spent, and what deserves an alert.
//!
//! Knows metrics by the constants of their catalogue, so that a rule for a metric that does not exist does not compile;
//! labels and syntax are held by `tests/rules.rs`. Knows no configuration file: [`generate`] is handed promises. Start
//! with [`alerts`], the list of what is not about a budget, and [`budget`], the rules that each promise has.

pub mod alerts;
pub mod budget;
pub mod file;

mod query;
mod words;

use crate::model::id::Name;
use crate::model::text::Text;
use crate::rules::file::{Group, Rule};

pub use crate::rules::query::Pace;

/// Where links of alerts lead, and how fast everything goes.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Address below which the runbooks stand, `docs/runbooks/` of this repository.
    pub runbooks: String,
    /// Address of Grafana.
    pub dashboards: String,
    /// 1 as documented; tests make all windows and waits shorter.
    pub pace: Pace,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            runbooks: "https://emc.example/docs/runbooks".to_owned(),
            dashboards: "http://localhost:3000".to_owned(),
            pace: Pace::default(),
        }
    }
}

/// How urgent an alert is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Citizens are affected or nobody would know: wakes somebody.
    Critical,
    /// Somebody looks at it in working hours.
    Warning,
    /// Nobody is told; it silences others.
    Info,
}

impl Severity {
    /// The label's value.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }
}

/// What an alert says, in both languages; Prometheus' templates may stand in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    /// One sentence that is always the same.
    pub summary: Text,
    /// What broke, since when, who is affected, what to do first.
    pub description: Text,
}

/// What rules are written for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Watched {
    /// What is promised of portals.
    pub promises: Vec<budget::Promise>,
    /// Dependencies, with authority and portal of the one that is watched in their stead.
    pub stand_ins: Vec<(Name, (Name, Name))>,
}

impl Watched {
    /// What fits any configuration: availability, with probes that run about once a minute.
    #[must_use]
    pub fn anything() -> Self {
        Self { promises: vec![budget::Promise::of_any_portal()], stand_ins: Vec::new() }
    }
}

/// All rules, in the order in which Prometheus is to read them.
#[must_use]
pub fn generate(watched: &Watched, settings: &Settings) -> Vec<Group> {
    let budgets = watched.promises.iter().flat_map(|promise| budget::groups(promise, settings));
    let mut groups: Vec<Group> = budgets.collect();
    groups.extend(alerts::groups(&watched.stand_ins, settings));
    groups
}

/// The names of all alerts that can ever be written.
#[must_use]
pub fn alert_names() -> Vec<&'static str> {
    let alerts = generate(&Watched::anything(), &Settings::default());
    let mut names: Vec<&str> = alerts
        .iter()
        .flat_map(|group| &group.rules)
        .filter_map(|rule| match rule {
            Rule::Alert(alert) => Some(alert.name),
            Rule::Record(_) => None,
        })
        .collect();
    names.dedup();
    names
}
