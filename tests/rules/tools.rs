//! Debian's Prometheus and Alertmanager on free ports.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A server that says on standard error where it listens. It ends with its owner.
pub(super) struct Server {
    process: Child,
    pub(super) address: String,
}

impl Server {
    fn start(program: &str, arguments: &[String]) -> Self {
        let mut process = Command::new(program)
            .args(arguments)
            .arg("--web.listen-address=127.0.0.1:0")
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{program}: {error}; see tests/packages.txt"));
        let mut log = BufReader::new(process.stderr.take().unwrap()).lines();
        let told = log.by_ref().map_while(Result::ok).find(|line| line.contains("msg=\"Listening on\""));
        let told = told.unwrap_or_else(|| panic!("{program} did not say where it listens"));
        let address = told.split("address=").last().unwrap().trim().to_owned();
        std::thread::spawn(move || log.for_each(drop));
        Self { process, address }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The example configuration, with our webhook and without its patience.
pub(super) fn alertmanager(folder: &Path, webhook: &str) -> Server {
    let config = include_str!("../../prometheus/alertmanager.yml")
        .replace("127.0.0.1:8080", webhook)
        .replace("group_wait: 30s", "group_wait: 2s")
        .replace("group_interval: 5m", "group_interval: 1s");
    let file = folder.join("alertmanager.yml");
    std::fs::write(&file, config).unwrap();
    let arguments = [
        format!("--config.file={}", file.display()),
        format!("--storage.path={}", folder.join("alertmanager").display()),
        "--cluster.listen-address=".to_owned(),
    ];
    Server::start("prometheus-alertmanager", &arguments)
}

/// Asks the monitor and evaluates the rules every second.
pub(super) fn prometheus(folder: &Path, rules: &str, monitor: &str, alertmanager: &str) -> Server {
    std::fs::write(folder.join("emc.rules.yml"), rules).unwrap();
    let config = format!(
        "global: {{scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}}\nrule_files: [emc.rules.yml]\n\
         alerting: {{alertmanagers: [{{static_configs: [{{targets: ['{alertmanager}']}}]}}]}}\n\
         scrape_configs: [{{job_name: emc, static_configs: [{{targets: ['{monitor}']}}]}}]\n"
    );
    let file = folder.join("prometheus.yml");
    std::fs::write(&file, config).unwrap();
    let arguments = [
        format!("--config.file={}", file.display()),
        format!("--storage.tsdb.path={}", folder.join("prometheus").display()),
    ];
    Server::start("prometheus", &arguments)
}
