//! Runs one probe in a process of its own: this very test program, asked for [`in_a_process_of_its_own`].

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use chrono::Utc;
use emc_monitor::model::reason::Reason;
use emc_monitor::net::run::Run;
use emc_monitor::net::{Net, NetSettings};
use emc_monitor::probe::Tools;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::kind::{Files, build, verdict};
use crate::process::{as_child, in_child};

/// What a child is to run.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct Order {
    /// `{"kind": {settings}}`
    pub(crate) settings: Value,
    /// Name servers to ask.
    pub(crate) resolvers: Vec<SocketAddr>,
    /// Networks that are never connected to.
    pub(crate) deny: Vec<String>,
    /// Files that the settings name.
    pub(crate) files: BTreeMap<String, String>,
    /// How long the run may last.
    pub(crate) timeout: Duration,
}

/// What a child found, and what it took.
#[derive(Serialize, Deserialize)]
pub(crate) struct Report {
    pub(crate) status: String,
    pub(crate) reason: String,
    /// Findings and facts as text.
    pub(crate) told: String,
    pub(crate) spent: Duration,
    pub(crate) cpu: Duration,
    pub(crate) memory_kib: u64,
}

/// Runs an order in a child.
pub(crate) fn run_in_child(order: &Order) -> Report {
    in_child("child::in_a_process_of_its_own", order)
}

#[test]
#[ignore = "is run by the other tests, which say on its standard input what to do"]
fn in_a_process_of_its_own() {
    as_child(run);
}

async fn run(order: Order) -> Report {
    let files = order.files.iter().map(|(name, text)| (name.into(), text.clone().into_bytes())).collect();
    let probe = build(order.settings, &Files(files)).unwrap();
    let deny_networks = order.deny.iter().map(|network| network.parse().unwrap()).collect();
    let settings = NetSettings { resolvers: order.resolvers, deny_networks, ..NetSettings::default() };
    let tools = Tools { net: Net::new(&settings).unwrap() };
    let (memory_before, cpu_before) = (status_kib("VmRSS:"), cpu_time());
    let began = Instant::now();
    let measured = probe.run(&tools, &mut Run::begin(order.timeout), Utc::now).await;
    let spent = began.elapsed();
    let cpu = cpu_time().saturating_sub(cpu_before);
    let memory_kib = status_kib("VmHWM:").saturating_sub(memory_before);
    let (status, _, told) = verdict(&measured);
    Report {
        status: status.to_string(),
        reason: measured.assessment.reason.map_or("", Reason::as_str).to_owned(),
        told: format!("{told}\n{:?}\n{:?}", measured.facts.http, measured.facts.tls.map(|tls| tls.detail)),
        spent,
        cpu,
        memory_kib,
    }
}

/// A figure of `/proc/self/status` in KiB.
pub(crate) fn status_kib(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// CPU time of the process, user and system.
fn cpu_time() -> Duration {
    let usage = nix::sys::resource::getrusage(nix::sys::resource::UsageWho::RUSAGE_SELF).unwrap();
    let span = |time: nix::sys::time::TimeVal| {
        Duration::new(time.tv_sec().try_into().unwrap(), u32::try_from(time.tv_usec()).unwrap() * 1000)
    };
    span(usage.user_time()) + span(usage.system_time())
}
