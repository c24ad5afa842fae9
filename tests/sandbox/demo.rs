//! `emc demo` from nothing to a ministry that is watched, broken, mended and closed.

use std::process::Stdio;
use std::time::{Duration, Instant};

use emc_monitor::sandbox::client::Client;
use emc_monitor::sandbox::faults::{Fault, Params};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

/// Far longer than it takes, for machines that are busy with other tests.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running demonstration; it ends with its owner.
pub(super) struct Demo {
    process: Child,
    pub(super) monitor: String,
    admin: std::net::SocketAddr,
    scratch: tempfile::TempDir,
}

impl Demo {
    pub(super) async fn start() -> Self {
        let scratch = tempfile::tempdir().unwrap();
        let mut process = Command::new(env!("CARGO_BIN_EXE_emc"))
            .args(["demo", "--lang", "en", "--web.listen-address", "127.0.0.1:0"])
            .env("TMPDIR", scratch.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let metrics = line_with(&mut lines, "/metrics").await;
        let monitor = metrics.split_whitespace().last().unwrap().trim_end_matches("/metrics").to_owned();
        let list = line_with(&mut lines, "sandbox fault list").await;
        let admin = list.rsplit_once("--admin ").map_or("127.0.0.1:9718", |(_, address)| address);
        Self { process, monitor, admin: admin.parse().unwrap(), scratch }
    }

    /// Waits until the metrics show what is wanted.
    pub(super) async fn until(&self, wanted: impl Fn(&str) -> bool) -> String {
        let client = super::ministry::plain_client();
        let mut beat = tokio::time::interval(Duration::from_millis(200));
        let began = Instant::now();
        loop {
            beat.tick().await;
            let metrics = client.get(format!("{}/metrics", self.monitor)).send().await.unwrap();
            let metrics = metrics.text().await.unwrap();
            if wanted(&metrics) {
                return metrics;
            }
            assert!(began.elapsed() < PATIENCE, "{metrics}");
        }
    }
}

async fn line_with(lines: &mut Lines<BufReader<ChildStdout>>, part: &str) -> String {
    while let Some(line) = lines.next_line().await.unwrap() {
        if line.contains(part) {
            return line;
        }
    }
    panic!("the demonstration ended before it said \"{part}\"");
}

/// Whether every probe has run and found the ministry up.
pub(super) fn all_up(metrics: &str) -> bool {
    let up = metrics.lines().filter(|line| line.starts_with("emc_probe_status") && line.contains("\"up\""));
    let up: Vec<&str> = up.collect();
    up.len() >= 7 && up.iter().all(|line| line.ends_with(" 1"))
}

fn is_maintenance(line: &&str) -> bool {
    line.starts_with("emc_probe_reason_info") && line.contains("reason=\"maintenance_page\"")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demonstration_shows_a_ministry_up_then_broken_then_mended_and_ends_when_told() {
    let mut demo = Demo::start().await;
    let all_up = |metrics: &str| {
        let up =
            metrics.lines().filter(|line| line.starts_with("emc_probe_status") && line.contains("\"up\""));
        let up: Vec<&str> = up.collect();
        up.len() >= 7 && up.iter().all(|line| line.ends_with(" 1"))
    };
    demo.until(all_up).await;
    let client = Client::new(demo.admin);
    client.on(Fault::Maintenance, Params::default()).await.unwrap();
    demo.until(|metrics| metrics.lines().any(|line| is_maintenance(&line))).await;
    client.reset().await.unwrap();
    demo.until(|metrics| all_up(metrics) && !metrics.lines().any(|line| is_maintenance(&line))).await;

    let told = Instant::now();
    kill(Pid::from_raw(i32::try_from(demo.process.id().unwrap()).unwrap()), Signal::SIGTERM).unwrap();
    assert!(demo.process.wait().await.unwrap().success());
    assert!(told.elapsed() < Duration::from_secs(10), "{:?}", told.elapsed());
    assert_eq!(std::fs::read_dir(demo.scratch.path()).unwrap().count(), 0, "files were left behind");
}
