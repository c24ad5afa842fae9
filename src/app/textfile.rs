//! Runs as Prometheus text, for `node_exporter`'s textfile collector: the names of `/metrics`, as far as they are about
//! single probes and make sense in one run. Counters would begin anew each time, so there are none.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

use crate::app::probe::ProbeRun;
use crate::metrics::Format;
use crate::metrics::catalogue::{CATALOGUE, MetricType, Scope};
use crate::metrics::settings::StoreSettings;
use crate::metrics::store::Store;
use crate::probe::spec::ProbeSpec;

/// What `emc probe --output prom` prints.
#[must_use]
pub fn textfile(specs: &[Arc<ProbeSpec>], settings: &StoreSettings, runs: &[ProbeRun]) -> String {
    let specs: Vec<ProbeSpec> = specs.iter().map(|spec| spec.as_ref().clone()).collect();
    let store = Arc::new(Store::new(settings, &[], &specs));
    for run in runs {
        store.record(&run.result, run.result.status(), run.result.reason());
    }
    let all = String::from_utf8_lossy(&store.render(Format::Text, Instant::now())).into_owned();
    about_probes(&all)
}

/// Keeps the families that are about probes.
fn about_probes(all: &str) -> String {
    let wanted: BTreeSet<&str> = CATALOGUE
        .iter()
        .filter(|family| family.scope == Scope::Probe)
        .filter(|family| matches!(family.metric_type, MetricType::Gauge | MetricType::Info))
        .map(|family| family.name)
        .collect();
    let name_of = |line: &str| {
        let rest = line.strip_prefix("# HELP ").or(line.strip_prefix("# TYPE ")).unwrap_or(line);
        rest.split([' ', '{']).next().unwrap_or_default().to_owned()
    };
    all.lines()
        .filter(|line| wanted.contains(name_of(line).as_str()))
        .fold(String::new(), |text, line| text + line + "\n")
}
