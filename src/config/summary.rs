//! What a configuration amounts to, for `emc check`: series, load, hosts.

use std::collections::BTreeMap;

use crate::config::load::Loaded;
use crate::probe::spec::ProbeSpec;

/// Figures of a configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// Portals with a probe that runs.
    pub portals: usize,
    /// Probes that run.
    pub probes: usize,
    /// Probes that are switched off.
    pub disabled: usize,
    /// The most series that `/metrics` will have for them.
    pub series: usize,
    /// Runs a second over all probes.
    pub per_second: f64,
    /// Every `host:port` that will be contacted, and how often a second.
    pub hosts: BTreeMap<String, f64>,
    /// Hosts that are asked more often than politeness allows, so that some runs will be missed.
    pub crowded: Vec<String>,
}

impl Loaded {
    /// What this configuration amounts to.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let mut hosts: BTreeMap<String, f64> = BTreeMap::new();
        let mut per_second = 0.0;
        for spec in &self.specs {
            let rate = 1.0 / spec.every.as_secs_f64();
            per_second += rate;
            for host in spec.probe.hosts() {
                *hosts.entry(host).or_default() += rate;
            }
        }
        let allowed = self.global.schedule.politeness.per_second;
        Summary {
            portals: self.portals.len(),
            probes: self.specs.len(),
            disabled: self.disabled.len(),
            series: self.global.store.series(&self.portals, &self.specs),
            per_second,
            crowded: crowded(&self.specs, allowed).into_keys().map(str::to_owned).collect(),
            hosts,
        }
    }
}

/// Hosts whose probes ask more often than politeness allows, and how often a second.
pub(super) fn crowded(specs: &[ProbeSpec], allowed: f64) -> BTreeMap<&str, f64> {
    let mut charged: BTreeMap<&str, f64> = BTreeMap::new();
    for spec in specs {
        if let Some(host) = &spec.host {
            *charged.entry(host).or_default() += 1.0 / spec.every.as_secs_f64();
        }
    }
    charged.retain(|_, rate| *rate > allowed * 1.001);
    charged
}
