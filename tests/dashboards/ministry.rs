//! The practice ministry with faults switched on, a monitor that watches it, and a Prometheus that asks the monitor.

use chrono::Utc;
use emc_monitor::sandbox::faults::{Fault, Params};
use emc_monitor::sandbox::portal::{self, Running, Settings};

use super::prometheus::Prometheus;
use crate::monitor::Monitor;

const WATCHED: &str = include_str!("../../probes/thuc-hanh.yaml");
/// Beside what the catalogue ships: a name that nobody knows, and a door of signing.
const MORE: &str = "
authority: {id: bo-vd, name: {vi: Bộ Ví dụ, en: Ministry of Examples}}
defaults: {every: 1s, timeout: 900ms}
portals:
  - id: ky-so
    name: {vi: Cổng ký số, en: Signing gateway}
    url: https://HTTPS
    slo: {availability: 99%}
    probes:
      - {name: ky-so-tsa, http: {path: /}}
      - {name: ky-so-chung-thu, tls: {warn_before: 30d}}
      - {name: ten-mien, dns: {name: khong-co.example, record: A}}
";

/// All three; they end with their owner.
pub(super) struct Scene {
    pub(super) prometheus: Prometheus,
    pub(super) monitor: Monitor,
    _ministry: Running,
    _runtime: tokio::runtime::Runtime,
}

impl Scene {
    /// Begins well, then things break: incidents have a before and an after.
    pub(super) fn of_incidents() -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let ministry = runtime.block_on(portal::start(Settings::free_ports(Utc::now()))).unwrap();
        let (http, https) = (ministry.http.to_string(), ministry.https.to_string());
        let watched = WATCHED
            .replace("127.0.0.1:9716", &http)
            .replace("127.0.0.1:9717", &https)
            .replace("every: 5s", "every: 1s")
            .replace("every: 10s", "every: 2s")
            .replace("every: 15s", "every: 2s")
            .replace("timeout: 3s", "timeout: 900ms")
            .replace("slow_after: 1s", "slow_after: 300ms");
        let files = [
            ("emc.yaml", "ca_files: [ca.pem]\npoliteness: {per_second: 200, burst: 200}\n"),
            ("ca.pem", ministry.ca_pem.as_str()),
            ("thuc-hanh.yaml", watched.as_str()),
            ("bo-vd.yaml", &MORE.replace("HTTPS", &https)),
        ];
        let monitor = Monitor::start(&files, &[]);
        let prometheus = Prometheus::over(monitor.address());
        prometheus.until("count(emc_probe_status{status=\"up\"} == 1) >= 9");
        break_things(&ministry);
        std::fs::write(monitor.file("sai.yaml"), "authority: {}\n").unwrap();
        assert_eq!(monitor.post("/-/reload").status, 500);
        Self { prometheus, monitor, _ministry: ministry, _runtime: runtime }
    }
}

impl Scene {
    /// Mends the configuration, after one that was refused.
    pub(super) fn reload_well(&self) {
        std::fs::remove_file(self.monitor.file("sai.yaml")).unwrap();
        assert_eq!(self.monitor.post("/-/reload").status, 200);
    }
}

fn break_things(ministry: &Running) {
    let at = |path: &str| Params { path: Some(path.to_owned()), ..Params::default() };
    let slow = Params { delay_ms: Some(400), ..at("/tim-kiem") };
    for (fault, params) in [
        (Fault::Maintenance, at("/thu-tuc")),
        (Fault::Slow, slow),
        (Fault::Captcha, at("/api")),
        (Fault::TlsExpiresSoon, Params::default()),
    ] {
        ministry.faults.on(fault, params).unwrap();
    }
}
