//! Debian's Prometheus on a free port, with exemplars and one alerting rule.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// Far longer than it takes, for machines that are busy with other things.
const PATIENCE: Duration = Duration::from_secs(300);

/// The rules that are checked in, judged every second and without their patience: windows and names are theirs.
fn rules() -> String {
    let lines = include_str!("../../prometheus/emc.rules.yml").lines().map(|line| match line.trim_start() {
        interval if interval.starts_with("interval: ") => "  interval: 1s\n".to_owned(),
        wait if wait.starts_with("for: ") => String::new(),
        _ => format!("{line}\n"),
    });
    lines.collect()
}

/// Ends with its owner.
pub(super) struct Prometheus {
    process: Child,
    pub(super) address: String,
    _folder: tempfile::TempDir,
}

impl Prometheus {
    /// Scrapes a monitor, so often and with that much patience.
    pub(super) fn over(monitor: &str, every: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| folder.path().join(name).display().to_string();
        let config = format!(
            "global: {{scrape_interval: {every}, scrape_timeout: {every}}}\nrule_files: [{}]\nscrape_configs:\n\
             - {{job_name: emc, static_configs: [{{targets: ['{monitor}']}}]}}\n",
            file("rules.yml")
        );
        std::fs::write(file("rules.yml"), rules()).unwrap();
        std::fs::write(file("prometheus.yml"), config).unwrap();
        let mut process = Command::new("prometheus")
            .arg(format!("--config.file={}", file("prometheus.yml")))
            .arg(format!("--storage.tsdb.path={}", file("data")))
            .args(["--web.listen-address=127.0.0.1:0", "--enable-feature=exemplar-storage"])
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("prometheus comes with the Debian package of its name");
        let mut log = BufReader::new(process.stderr.take().unwrap()).lines();
        let told = log.by_ref().map_while(Result::ok).find(|line| line.contains("msg=\"Listening on\""));
        let address = told.unwrap().split("address=").last().unwrap().trim().to_owned();
        std::thread::spawn(move || log.for_each(drop));
        Self { process, address, _folder: folder }
    }

    /// An answer of the API, with the status beside it.
    pub(super) fn ask(&self, path: &str, parameters: &[(&str, &str)]) -> Value {
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
        let url = format!("http://{}/api/v1/{path}?{query}", self.address);
        let answer = Command::new("curl").args(["-sS", "--max-time", "30", &url]).output().unwrap();
        serde_json::from_slice(&answer.stdout).unwrap_or_default()
    }

    /// The series that a question gives now.
    pub(super) fn now(&self, query: &str) -> Vec<Value> {
        let answer = self.ask("query", &[("query", query)]);
        answer["data"]["result"].as_array().cloned().unwrap_or_default()
    }

    /// Asks until there is an answer.
    pub(super) fn until(&self, query: &str) {
        self.until_within(query, PATIENCE);
    }

    /// Asks until there is an answer, for so long.
    pub(super) fn until_within(&self, query: &str, patience: Duration) {
        let end = Instant::now() + patience;
        while self.now(query).is_empty() {
            assert!(Instant::now() < end, "{query} never came to be");
            std::thread::park_timeout(Duration::from_millis(200));
        }
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
