//! `emc rules generate`: from what is configured to rules for Prometheus.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::app::wiring::World;
use crate::config::Loaded;
use crate::config::diagnostic::Diagnostics;
use crate::metrics::settings::StoreSettings;
use crate::model::told::{Told, told};
use crate::probe::settings::Span;
use crate::probe::spec::Portal;
use crate::rules::budget::{Indicator, Promise};
use crate::rules::file::{kubernetes, prometheus};
use crate::rules::{self, Watched};
use crate::slo::burn::mean_gap;

pub use crate::rules::{Pace, Settings};

/// What the file is called.
pub const FILE: &str = "emc.rules.yml";
/// The same for Kubernetes.
pub const KUBERNETES_FILE: &str = "emc.prometheusrule.yml";

/// For whom the rules are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// For `rule_files` of Prometheus.
    Prometheus,
    /// For the Prometheus operator: a `PrometheusRule`.
    Kubernetes,
}

/// Rules as text, and what should be known about them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// What the file is called.
    pub name: &'static str,
    /// What it holds.
    pub text: String,
    /// Objectives that could not be taken as they stand.
    pub notes: Vec<Told>,
}

impl Written {
    /// Puts the file into a folder, which is made where it is missing.
    ///
    /// # Errors
    /// The system's.
    pub fn put_into(&self, folder: &Path) -> std::io::Result<PathBuf> {
        std::fs::create_dir_all(folder)?;
        let path = folder.join(self.name);
        std::fs::write(&path, &self.text)?;
        Ok(path)
    }
}

/// Rules that fit any configuration whose probes run about once a minute: those in `prometheus/`.
#[must_use]
pub fn defaults(shape: Shape, settings: &Settings) -> Written {
    written(shape, &Watched::anything(), settings, Vec::new())
}

/// Rules for a configuration: each objective has windows that fit how often its portal is probed.
///
/// # Errors
/// Everything that is wrong with the configuration.
pub fn generate(
    path: &Path,
    world: &World,
    shape: Shape,
    settings: &Settings,
) -> Result<Written, Diagnostics> {
    let loaded = crate::config::load(path, world.variables.as_ref())?;
    let (promises, notes) = promises(&loaded);
    let stand_ins =
        loaded.global.dependencies.iter().filter_map(|one| Some((one.id.clone(), one.watched_by.clone()?)));
    let watched = Watched { promises, stand_ins: stand_ins.collect() };
    Ok(written(shape, &watched, settings, notes))
}

fn written(shape: Shape, watched: &Watched, settings: &Settings, notes: Vec<Told>) -> Written {
    let groups = rules::generate(watched, settings);
    let (name, text) = match shape {
        Shape::Prometheus => (FILE, prometheus(&groups, settings)),
        Shape::Kubernetes => (KUBERNETES_FILE, kubernetes(&groups, settings)),
    };
    Written { name, text, notes }
}

/// What is promised, in the order of the portals.
fn promises(loaded: &Loaded) -> (Vec<Promise>, Vec<Told>) {
    let mut notes = Vec::new();
    let mut promises = Vec::new();
    for portal in &loaded.portals {
        let own = loaded
            .specs
            .iter()
            .filter(|spec| spec.id.authority == portal.authority && spec.id.portal == portal.portal);
        let Some(gap) = mean_gap(own.map(|spec| spec.every)) else { continue };
        for slo in portal.objectives.keys() {
            let Some(indicator) = indicator(slo, portal, &loaded.global.store, &mut notes) else { continue };
            let id = (portal.authority.clone(), portal.portal.clone());
            promises.push(Promise { portal: Some(id), slo: slo.clone(), indicator, gap });
        }
    }
    (promises, notes)
}

/// What an objective counts. A latency is judged at a bucket's bound: the next longer one, so that nobody is blamed
/// for what was not promised.
fn indicator(slo: &str, portal: &Portal, store: &StoreSettings, notes: &mut Vec<Told>) -> Option<Indicator> {
    let Some(within) = slo.strip_prefix("latency_") else { return Some(Indicator::Availability) };
    let limit: Duration = Span::parse(within).ok()?.0;
    let name = format!("{}/{}", portal.authority, portal.portal);
    match store.bucket_for(limit) {
        Some((bound, le)) => {
            if (bound - limit.as_secs_f64()).abs() > 1e-9 {
                notes.push(told!(
                    "{name}: mục tiêu {within} được xét ở mốc {le} giây; thêm mốc đúng vào \"metrics: {{buckets}}\" để xét chính xác",
                    "{name}: the objective {within} is judged at the bucket of {le} seconds; add its own to \"metrics: {{buckets}}\" to judge it exactly"
                ));
            }
            Some(Indicator::Within(le))
        }
        None => {
            notes.push(told!(
                "{name}: không có quy tắc cho mục tiêu {within}, vì mọi mốc trong \"metrics: {{buckets}}\" đều ngắn hơn",
                "{name}: no rules for the objective {within}: every bucket of \"metrics: {{buckets}}\" is shorter"
            ));
            None
        }
    }
}
