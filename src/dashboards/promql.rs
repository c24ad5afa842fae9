//! What is asked of Prometheus: selectors made from the catalogue, and the formulas that several panels share.
//!
//! A selector is made of a [`Family`], so a metric that does not exist does not compile; a label that the family does
//! not have is a panic in the tests, which build every dashboard. Every selector carries the variables that fit its
//! labels, so that no panel can forget a filter. `LANG` in a label stands for the language of the variant.

use std::fmt;

use crate::metrics::catalogue as c;
use crate::metrics::catalogue::{Family, MetricType};
use crate::model::status::Status;

/// Metrics that Prometheus writes about each scrape, about its alerts, and those of the `prometheus` crate about the
/// process; with their labels. The only ones beside our catalogue that a dashboard may ask for.
pub const FOREIGN: &[(&str, &[&str])] = &[
    ("up", &["job", "instance"]),
    ("scrape_duration_seconds", &["job", "instance"]),
    ("scrape_samples_scraped", &["job", "instance"]),
    ("ALERTS", &["alertname", "alertstate", "severity", "authority", "portal", "probe", "location"]),
    ("process_cpu_seconds_total", &["job", "instance"]),
    ("process_resident_memory_bytes", &["job", "instance"]),
    ("process_open_fds", &["job", "instance"]),
    ("process_max_fds", &["job", "instance"]),
    ("process_start_time_seconds", &["job", "instance"]),
];

/// Variables that narrow every dashboard, by the label that they are about.
pub const FILTERS: &[&str] = &["job", "location", "authority", "portal"];

/// A selector of one metric.
#[derive(Clone, Debug)]
pub struct Series {
    name: String,
    labels: Vec<&'static str>,
    matchers: Vec<String>,
}

/// The series of a family that the dashboard's variables let through.
#[must_use]
pub fn of(family: &'static Family) -> Series {
    let labels: Vec<_> = family.labels().collect();
    let matchers = FILTERS.iter().filter(|name| **name == "job" || labels.contains(*name));
    Series { name: family.name.to_owned(), matchers: matchers.map(|name| filter(name)).collect(), labels }
}

/// The series of a metric that is not ours; see [`FOREIGN`].
///
/// # Panics
/// Where the name is not in that list.
#[must_use]
pub fn foreign(name: &'static str) -> Series {
    let labels = FOREIGN.iter().find(|(known, _)| *known == name).map(|(_, labels)| labels.to_vec());
    let labels = labels.unwrap_or_else(|| panic!("{name} is not in the list of foreign metrics"));
    let matchers = labels.iter().filter(|label| **label == "job").map(|label| filter(label)).collect();
    Series { name: name.to_owned(), labels, matchers }
}

/// How the series begin that the rules record: the burn rate of each objective over a window, per location. A panel over
/// time asks for these and not for days of every probe's counters at each point.
pub const RECORDED_BURN: &str = "emc:slo_burn:rate";

/// The burn rate over a window as the alerts see it, of each objective, where it is worst; nothing where Prometheus has
/// not loaded the rules, or where they use longer windows because the portal is probed seldom.
#[must_use]
pub fn recorded_burn(window: &str) -> String {
    let narrowed: Vec<_> = FILTERS.iter().filter(|name| **name != "job").map(|name| filter(name)).collect();
    format!("max by (authority, portal, slo) ({RECORDED_BURN}{window}{{{}}})", narrowed.join(","))
}

fn filter(label: &str) -> String {
    format!("{label}=~\"${label}\"")
}

impl Series {
    fn matching(mut self, label: &'static str, operator: &str, value: &str) -> Self {
        assert!(self.labels.contains(&label), "{} has no label {label}", self.name);
        self.matchers.push(format!("{label}{operator}\"{value}\""));
        self
    }

    /// Only where a label has this value.
    #[must_use]
    pub fn is(self, label: &'static str, value: &str) -> Self {
        self.matching(label, "=", value)
    }

    /// Only where a label matches this expression.
    #[must_use]
    pub fn like(self, label: &'static str, pattern: &str) -> Self {
        self.matching(label, "=~", pattern)
    }

    /// Only buckets up to this bound.
    #[must_use]
    pub fn within(mut self, bound: &str) -> Self {
        self = self.suffixed("_bucket");
        self.matchers.push(format!("le=\"{bound}\""));
        self
    }

    /// The buckets of a histogram.
    #[must_use]
    pub fn buckets(self) -> Self {
        self.suffixed("_bucket")
    }

    /// The number of observations of a histogram.
    #[must_use]
    pub fn count(self) -> Self {
        self.suffixed("_count")
    }

    fn suffixed(mut self, suffix: &str) -> Self {
        let family = c::find(&self.name);
        let histogram = family.is_some_and(|family| family.metric_type == MetricType::Histogram);
        assert!(histogram, "{} is no histogram", self.name);
        self.name += suffix;
        self
    }
}

impl fmt::Display for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{{{}}}", self.name, self.matchers.join(","))
    }
}

/// Rank of a status as it is drawn: the worse, the higher; unknown is 0, for it says nothing.
#[must_use]
pub const fn rank(status: Status) -> u8 {
    match status {
        Status::Unknown => 0,
        Status::Up => 1,
        Status::Degraded => 2,
        Status::Down => 3,
    }
}

/// The worst status ([`rank`]) of each group; unknown only where nothing else is known.
#[must_use]
pub fn worst(series: &Series, by: &str) -> String {
    let one = |status: Status| {
        let rank = rank(status);
        format!("({} == 1) * {rank}", series.clone().is("status", status.as_str()))
    };
    let [up, degraded, down, unknown] = Status::ALL.map(one);
    format!("max by ({by}) ({down} or {degraded} or {up} or {unknown})")
}

/// The worst status of each probe, portal or authority.
#[must_use]
pub fn worst_status(by: &str) -> String {
    worst(&of(&c::PROBE_STATUS), by)
}

/// How many groups have a status: 0 where there are groups but none has it, nothing where there are no groups.
#[must_use]
pub fn counted(status: Status, by: &str, inner: &str) -> String {
    format!("sum{} ({} == bool {})", grouping(by), worst_status(inner), rank(status))
}

fn grouping(by: &str) -> String {
    if by.is_empty() { String::new() } else { format!(" by ({by})") }
}

/// The share of runs that worked, among those that could tell; nothing where none could.
#[must_use]
pub fn availability(by: &str, window: &str) -> String {
    availability_of(&of(&c::PROBE_SUCCESS), &of(&c::PROBE_FAILURE), by, window)
}

/// [`availability`] of some runs only.
#[must_use]
pub fn availability_of(success: &Series, failure: &Series, by: &str, window: &str) -> String {
    let by = grouping(by);
    let worked = format!("sum{by} (increase({success}[{window}]))");
    format!("{worked} / ({worked} + sum{by} (increase({failure}[{window}])) > 0)")
}

/// The share of runs that could tell anything, among all.
#[must_use]
pub fn coverage(by: &str, window: &str) -> String {
    let by = grouping(by);
    let sum = |family| format!("sum{by} (increase({}[{window}]))", of(family));
    let told = format!("{} + {}", sum(&c::PROBE_SUCCESS), sum(&c::PROBE_FAILURE));
    format!("({told}) / ({told} + {} > 0)", sum(&c::PROBE_UNKNOWN))
}

/// The availability that each portal is to have; the strictest where places of measuring differ.
#[must_use]
pub fn objective() -> String {
    format!("max by (authority, portal) ({})", of(&c::SLO_OBJECTIVE).is("slo", "availability"))
}

/// How much of the error budget of a window is left: 1 untouched, 0 used up, below 0 overspent.
#[must_use]
pub fn budget_left(window: &str) -> String {
    format!("1 - (1 - {}) / (1 - {})", availability("authority, portal", window), objective())
}

/// How fast the error budget burns, computed on the spot: 1 uses it up exactly at the end of its window.
#[must_use]
pub fn burn(window: &str) -> String {
    format!("(1 - {}) / (1 - {})", availability("authority, portal", window), objective())
}

/// A quantile of how long runs took.
#[must_use]
pub fn quantile(share: f64, series: &Series, by: &str, window: &str) -> String {
    let by = if by.is_empty() { "le".to_owned() } else { format!("{by}, le") };
    format!("histogram_quantile({share}, sum by ({by}) (rate({}[{window}])))", series.clone().buckets())
}

/// Adds the names of authority and portal to series that have both labels. `topk` takes one name where two monitors
/// call a portal differently; a join with two would be an error.
#[must_use]
pub fn named(expression: &str) -> String {
    let names = of(&c::PORTAL_INFO);
    format!(
        "({expression}) * on (authority, portal) group_left (authority_LANG, portal_LANG) \
         topk by (authority, portal) (1, {names})"
    )
}

/// Adds the name of the authority to series that have that label.
#[must_use]
pub fn named_authority(expression: &str) -> String {
    let names = of(&c::PORTAL_INFO);
    format!("({expression}) * on (authority) group_left (authority_LANG) topk by (authority) (1, {names})")
}

/// The reason of each probe that is not up, valued by the probe's status ([`rank`]).
#[must_use]
pub fn troubled(reasons: &Series, statuses: &Series) -> String {
    const PROBE: &str = "authority, portal, probe, kind, location";
    let reason = format!("max by ({PROBE}, reason) ({reasons})");
    format!("{reason} * on ({PROBE}) group_left () {}", worst(statuses, PROBE))
}

/// When each probe that is not up was last seen up within the range shown, in milliseconds as Grafana's dates want it.
#[must_use]
pub fn last_seen_up(reasons: &Series, statuses: &Series) -> String {
    const PROBE: &str = "authority, portal, probe, kind, location";
    let up = statuses.clone().is("status", Status::Up.as_str());
    format!(
        "1000 * max by ({PROBE}) (max_over_time(timestamp({up} == 1)[$__range:$__interval])) \
         and on ({PROBE}) {reasons}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selector_carries_the_variables_that_fit_its_labels() {
        assert_eq!(of(&c::BUILD_INFO).to_string(), "emc_build_info{job=~\"$job\"}");
        assert_eq!(
            of(&c::PROBE_DURATION).within("1.0").to_string(),
            "emc_probe_duration_seconds_bucket{job=~\"$job\",location=~\"$location\",authority=~\"$authority\",portal=~\"$portal\",le=\"1.0\"}"
        );
    }

    #[test]
    #[should_panic(expected = "emc_build_info has no label portal")]
    fn a_label_that_the_family_lacks_is_refused() {
        let _ = of(&c::BUILD_INFO).is("portal", "dvc");
    }
}
