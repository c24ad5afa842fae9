//! Runs one probe in a process of its own: this very test program, asked for [`in_a_process_of_its_own`].

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use chrono::Utc;
use emc_monitor::model::reason::Reason;
use emc_monitor::net::run::Run;
use emc_monitor::net::{Net, NetSettings};
use emc_monitor::probe::Tools;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::kind::{Files, build, verdict};

/// What stands before the report in the child's output.
const MARK: &str = "REPORT ";

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
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child::in_a_process_of_its_own", "--ignored", "--nocapture", "--test-threads=1"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&serde_json::to_vec(order).unwrap()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let report = text.lines().find_map(|line| line.split_once(MARK)).map(|(_, report)| report);
    let report =
        report.unwrap_or_else(|| panic!("no report:\n{text}\n{}", String::from_utf8_lossy(&output.stderr)));
    serde_json::from_str(report).unwrap()
}

#[test]
#[ignore = "is run by the other tests, which say on its standard input what to do"]
fn in_a_process_of_its_own() {
    let mut order = String::new();
    std::io::stdin().read_to_string(&mut order).unwrap();
    let Ok(order) = serde_json::from_str::<Order>(&order) else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    println!("{MARK}{}", serde_json::to_string(&runtime.block_on(run(order))).unwrap());
    // A runtime waits for its blocking threads; the report is out, so nobody else needs to.
    std::process::exit(0);
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
