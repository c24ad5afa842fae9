//! The alerts that are not about a budget: what each asks, how long it must hold, and its words.
//!
//! To add one: a line in [`groups`], its [`Words`] in `words.rs`, a page in `docs/runbooks/` and its tests in
//! `tests/rules/`; `tests/rules.rs` says what is missing.

use std::time::Duration;

use crate::metrics::catalogue as c;
use crate::model::id::Name;
use crate::model::reason::Reason;
use crate::rules::Severity::{Critical, Info, Warning};
use crate::rules::file::{Alert, Group, Rule};
use crate::rules::query::{maintenance, quorum, series, unannounced};
use crate::rules::{Settings, Severity, Words, words};

const DAY: u64 = 86_400;
/// Certificates are renewed in working hours, and a ministry's take days to come.
const CERTIFICATE_SOON: u64 = 14 * DAY;
/// Over a long weekend nobody renews anything.
const CERTIFICATE_NOW: u64 = 3 * DAY;
/// The causes that mean that our own way to the network is gone.
const UPLINK: &str = "no_route|self_uplink";

const PORTAL: &str = "/d/emc-portal-vi?var-authority={{ $labels.authority }}&var-portal={{ $labels.portal }}";
const OVERVIEW: &str = "/d/emc-overview-vi";
const CERTIFICATES: &str =
    "/d/emc-tls-dns-vi?var-authority={{ $labels.authority }}&var-portal={{ $labels.portal }}";
const SELF: &str = "/d/emc-self-vi";

/// All groups, in the order of the file.
#[must_use]
pub fn groups(stand_ins: &[(Name, (Name, Name))], settings: &Settings) -> Vec<Group> {
    let group = |name: &str, alerts: Vec<Alert>| Group {
        name: name.to_owned(),
        every: Some(Duration::from_secs(30).mul_f64(settings.pace.0).max(Duration::from_secs(1))),
        rules: alerts.into_iter().map(|alert| Rule::Alert(Box::new(alert))).collect(),
    };
    vec![
        group(
            "emc-dependencies",
            [dependency_down(), dependent_affected()]
                .into_iter()
                .chain(stand_ins.iter().map(|(id, portal)| stand_in_down(id, portal)))
                .collect(),
        ),
        group("emc-portals", vec![under_maintenance(), portal_down(), certificate_soon(), certificate_now()]),
        group(
            "emc-monitor",
            vec![
                uplink_lost_everywhere(),
                uplink_lost(),
                monitor_silent(settings),
                probe_stale(),
                self_degraded(),
                reload_failed(),
                results_dropped(settings),
            ],
        ),
    ]
}

fn alert(
    name: &'static str,
    severity: Severity,
    query: String,
    (after, keep): (u64, u64),
    (words, dashboard): (Words, &'static str),
) -> Alert {
    let (after, keep) = (Duration::from_secs(after * 60), Duration::from_secs(keep * 60));
    Alert { name, severity, query, after, keep, labels: Vec::new(), words, dashboard }
}

/// Before the portals' own alerts, so that it is there to silence them.
fn dependency_down() -> Alert {
    let query = quorum(
        "dependency",
        &format!("{} == 1", series(&c::DEPENDENCY_STATUS, &["status=\"down\""])),
        &format!("{} == 1", series(&c::DEPENDENCY_STATUS, &["status!=\"unknown\""])),
    );
    alert("EmcDependencyDown", Critical, query, (1, 10), (words::DEPENDENCY_DOWN, OVERVIEW))
}

/// Tells nobody: Alertmanager holds back the other alerts of the portal while it fires.
fn dependent_affected() -> Alert {
    let query = format!(
        "max by (authority, portal) ({}) == 1",
        series(&c::PROBE_REASON, &[&format!("reason=\"{}\"", Reason::Dependency)])
    );
    alert("EmcDependentAffected", Info, query, (0, 30), (words::DEPENDENT_AFFECTED, PORTAL))
}

/// The portal that is watched in a dependency's stead is not told of beside the dependency itself.
fn stand_in_down(id: &Name, (authority, portal): &(Name, Name)) -> Alert {
    let matchers = [format!("dependency=\"{id}\""), "status=\"down\"".to_owned()];
    let down = series(&c::DEPENDENCY_STATUS, &[&matchers[0], &matchers[1]]);
    let query = format!("max by (dependency) ({down}) == 1");
    let told = (words::DEPENDENT_AFFECTED, PORTAL);
    let labels = vec![("authority", authority.to_string()), ("portal", portal.to_string())];
    Alert { labels, ..alert("EmcDependentAffected", Info, query, (0, 30), told) }
}

/// Tells nobody: the portal's own alerts do not begin while it fires, and Alertmanager holds back those that linger.
fn under_maintenance() -> Alert {
    alert("EmcMaintenance", Info, maintenance(), (0, 0), (words::MAINTENANCE, PORTAL))
}

/// For portals that nobody has promised anything of, and for probes so rare that no budget notices them.
fn portal_down() -> Alert {
    let any = |status: &str| {
        format!("max by (authority, portal, location) ({}) == 1", series(&c::PROBE_STATUS, &[status]))
    };
    let query =
        unannounced(&quorum("authority, portal", &any("status=\"down\""), &any("status!=\"unknown\"")));
    alert("EmcPortalDown", Warning, query, (5, 10), (words::PORTAL_DOWN, PORTAL))
}

fn certificate(less_than: u64) -> String {
    let end = c::TLS_NOT_AFTER.name;
    format!("min by (authority, portal) ({end}) - time() < {less_than}")
}

fn certificate_soon() -> Alert {
    let query = certificate(CERTIFICATE_SOON);
    alert("EmcCertificateExpiresSoon", Warning, query, (60, 0), (words::CERTIFICATE_SOON, CERTIFICATES))
}

fn certificate_now() -> Alert {
    let query = certificate(CERTIFICATE_NOW);
    alert("EmcCertificateExpiresNow", Critical, query, (15, 0), (words::CERTIFICATE_NOW, CERTIFICATES))
}

fn uplink() -> String {
    let causes = format!("cause=~\"{UPLINK}\"");
    format!("max by (location) ({}) == 1", series(&c::SELF_DEGRADED, &[&causes]))
}

fn uplink_lost() -> Alert {
    alert("EmcUplinkLost", Warning, uplink(), (1, 5), (words::UPLINK_LOST, SELF))
}

/// Nobody sees anything any more. Without labels, so that one rule of Alertmanager silences all the others.
fn uplink_lost_everywhere() -> Alert {
    let query = format!("count({}) == count(count by (location) ({}))", uplink(), c::RUNS_IN_FLIGHT.name);
    alert("EmcUplinkLostEverywhere", Critical, query, (1, 5), (words::UPLINK_LOST_EVERYWHERE, SELF))
}

/// No monitor at all, or one that was there half an hour ago and is not now.
fn monitor_silent(settings: &Settings) -> Alert {
    let flying = c::RUNS_IN_FLIGHT.name;
    let ago = settings.pace.of(Duration::from_secs(30 * 60));
    let query = format!(
        "absent({})\nor\n(\n  count by (location) ({flying} offset {ago})\n  unless count by (location) ({flying})\n)",
        c::BUILD_INFO.name
    );
    alert("EmcMonitorSilent", Critical, query, (5, 0), (words::MONITOR_SILENT, SELF))
}

fn probe_stale() -> Alert {
    let query = format!("max by (authority, portal, probe, location) ({}) == 1", c::PROBE_STALE.name);
    alert("EmcProbeStale", Warning, query, (5, 10), (words::PROBE_STALE, PORTAL))
}

fn self_degraded() -> Alert {
    let causes = format!("cause!~\"{UPLINK}\"");
    let query = format!("max by (location, cause) ({}) == 1", series(&c::SELF_DEGRADED, &[&causes]));
    alert("EmcSelfDegraded", Warning, query, (5, 10), (words::SELF_DEGRADED, SELF))
}

fn reload_failed() -> Alert {
    let query = format!("{} == 0", c::RELOAD_SUCCESSFUL.name);
    alert("EmcConfigReloadFailed", Warning, query, (5, 0), (words::RELOAD_FAILED, SELF))
}

fn results_dropped(settings: &Settings) -> Alert {
    let window = settings.pace.of(Duration::from_secs(10 * 60));
    let query = format!("sum by (location) (increase({}[{window}])) > 0", c::DROPPED.name);
    alert("EmcResultsDropped", Warning, query, (0, 10), (words::RESULTS_DROPPED, SELF))
}
