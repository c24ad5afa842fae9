//! The practice ministry with faults switched on, a monitor that watches it, and a Prometheus that asks the monitor.

use chrono::{TimeDelta, Utc};
use emc_monitor::sandbox::faults::{Fault, Params};
use emc_monitor::sandbox::portal::{self, Running, Settings};

use super::prometheus::Prometheus;
use crate::monitor::Monitor;

const WATCHED: &str = include_str!("../../probes/thuc-hanh.yaml");
const GLOBAL: &str = "
ca_files: [ca.pem]
politeness: {per_second: 200, burst: 200}
dependencies: [{id: ky-so-quoc-gia, name: {vi: Nền tảng ký số, en: Signing platform}, watched_by: bo-vd/ky-so}]
";
/// Beside what the catalogue ships: a name that nobody knows, a door of signing that others share, one of those, and announced
/// maintenance.
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
  - id: mot-cua
    name: {vi: Một cửa điện tử, en: One-stop shop}
    url: http://HTTP
    depends_on: [ky-so-quoc-gia]
    probes:
      - {name: ho-so, http: {path: /thu-tuc/9.000101}}
  - id: nang-cap
    name: {vi: Cổng đang nâng cấp, en: Portal being upgraded}
    url: http://HTTP
    maintenance: [{begins: BEGINS, ends: ENDS}]
    probes:
      - {name: trang-chu, http: {path: /}}
";

/// All three; they end with their owner.
pub(super) struct Scene {
    pub(super) prometheus: Prometheus,
    pub(super) monitor: Monitor,
    ministry: Running,
    _runtime: tokio::runtime::Runtime,
}

impl Scene {
    /// Begins well, then things break: incidents have a before and an after.
    pub(super) fn of_incidents() -> Self {
        let scene = Self::before_incidents("1s");
        scene.break_things();
        scene
    }

    /// All is well, but for a name that nobody knows. Prometheus asks so often.
    pub(super) fn before_incidents(scraped_every: &str) -> Self {
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
            ("emc.yaml", GLOBAL),
            ("ca.pem", ministry.ca_pem.as_str()),
            ("thuc-hanh.yaml", watched.as_str()),
            ("bo-vd.yaml", &more(&http, &https)),
        ];
        let monitor = Monitor::start(&files, &[]);
        let prometheus = Prometheus::over(monitor.address(), scraped_every);
        prometheus.until("count(emc_probe_status{status=\"up\"} == 1) >= 10");
        Self { prometheus, monitor, ministry, _runtime: runtime }
    }
}

impl Scene {
    /// Faults of the ministry, and a configuration that is refused.
    pub(super) fn break_things(&self) {
        break_things(&self.ministry);
        std::fs::write(self.monitor.file("sai.yaml"), "authority: {}\n").unwrap();
        assert_eq!(self.monitor.post("/-/reload").status, 500);
    }

    /// Mends the configuration, after one that was refused.
    pub(super) fn reload_well(&self) {
        std::fs::remove_file(self.monitor.file("sai.yaml")).unwrap();
        assert_eq!(self.monitor.post("/-/reload").status, 200);
    }
}

fn more(http: &str, https: &str) -> String {
    let at = |hours: i64| (Utc::now() + TimeDelta::hours(hours)).format("%Y-%m-%dT%H:%M:%SZ").to_string();
    let of_times = MORE.replace("BEGINS", &at(-1)).replace("ENDS", &at(1));
    of_times.replace("HTTPS", https).replace("HTTP", http)
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
