//! From a fault in the practice ministry to a notification: `emc`, Debian's Prometheus, Debian's Alertmanager with the
//! example configuration, a webhook. A minute of the rules is a second here.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use chrono::Utc;
use emc_monitor::app::rules::{Pace, Settings, Shape, generate};
use emc_monitor::app::variables::Variables;
use emc_monitor::app::wiring::World;
use emc_monitor::sandbox::faults::{Fault, Params};
use emc_monitor::sandbox::portal::{self, Running};

use super::tools::{Server, alertmanager, prometheus};
use super::webhook::{Told, Webhook};
use crate::monitor::Monitor;

/// Far longer than it takes, for machines that are busy with other tests.
const PATIENCE: Duration = Duration::from_secs(180);
const DEPENDENTS: usize = 20;
const GLOBAL: &str = "
politeness: {per_second: 500, burst: 500, per_host_in_flight: 100}
dependencies: [{id: sso, name: {vi: Xác thực, en: Sign-on}, watched_by: dung-chung/sso}]
";
const SHARED: &str = "
authority: {id: dung-chung}
defaults: {every: 1s, timeout: 900ms}
portals: [{id: sso, url: 'http://SHARED', probes: [{name: trang-chu, http: {path: /}}]}]
";

/// Everything from the ministry to the webhook.
struct Scene {
    ministry: Running,
    shared: Running,
    monitor: Monitor,
    webhook: Webhook,
    _servers: [Server; 2],
    _folder: tempfile::TempDir,
}

impl Scene {
    async fn open() -> Self {
        let ministry = portal::start(portal::Settings::free_ports(Utc::now())).await.unwrap();
        let shared = portal::start(portal::Settings::free_ports(Utc::now())).await.unwrap();
        let monitor = Monitor::start(
            &[
                ("emc.yaml", GLOBAL),
                ("dung-chung.yaml", &SHARED.replace("SHARED", &shared.http.to_string())),
                ("bo-vd.yaml", &watched(&ministry.http.to_string())),
            ],
            &[],
        );
        let folder = tempfile::tempdir().unwrap();
        let webhook = Webhook::default();
        let told_to = alertmanager(folder.path(), &webhook.listen().await);
        let asking = prometheus(folder.path(), &rules(&monitor), monitor.address(), &told_to.address);
        let servers = [told_to, asking];
        let scene = Self { ministry, shared, monitor, webhook, _servers: servers, _folder: folder };
        scene.until("everything is up", || scene.all_up()).await;
        scene
    }

    fn all_up(&self) -> bool {
        let page = self.monitor.get("/metrics").body;
        let up = page.lines().filter(|line| line.starts_with("emc_probe_status") && line.contains("\"up\""));
        let up: Vec<&str> = up.collect();
        up.len() == DEPENDENTS + 2 && up.iter().all(|line| line.ends_with(" 1"))
    }

    async fn until(&self, what: &str, wish: impl Fn() -> bool) {
        let (end, mut beat) = (Instant::now() + PATIENCE, tokio::time::interval(Duration::from_millis(100)));
        while !wish() {
            assert!(Instant::now() < end, "{what} never came to be; told: {:#?}", self.webhook.all());
            beat.tick().await;
        }
    }

    async fn until_told(&self, name: &str, status: &str) -> Told {
        let find = || self.webhook.all().into_iter().find(|one| one.name == name && one.status == status);
        self.until(&format!("{name} {status}"), || find().is_some()).await;
        find().unwrap()
    }

    /// What fires, by name and portal, as far as anybody was told. Left out is what a busy machine says of itself.
    fn firing(&self) -> BTreeSet<(String, String)> {
        let all = self.webhook.all().into_iter().filter(|one| one.status == "firing");
        all.filter(|one| !one.portal.is_empty() || one.name == "EmcDependencyDown")
            .filter(|one| one.name != "EmcProbeStale")
            .map(|one| (one.name, one.portal))
            .collect()
    }
}

/// One portal by itself, and twenty that cannot work without the sign-on.
fn watched(address: &str) -> String {
    let mut text = "authority: {id: bo-vd}\ndefaults: {every: 1s, timeout: 900ms}\nportals:\n".to_owned();
    let mut portal = |id: &str, needs: &str, path: &str| {
        text += &format!(
            "- {{id: {id}, url: 'http://{address}', slo: {{availability: 99%}}, depends_on: [{needs}], \
             probes: [{{name: trang, http: {{path: {path}}}}}]}}\n"
        );
    };
    portal("dvc", "", "/tim-kiem");
    for number in 1..=DEPENDENTS {
        portal(&format!("can-{number}"), "sso", "/thu-tuc/9.000101");
    }
    text
}

fn rules(monitor: &Monitor) -> String {
    let world =
        World { clock: Utc::now, variables: std::sync::Arc::new(Variables::new(std::env::vars_os())) };
    let settings = Settings { pace: Pace(1.0 / 60.0), ..Settings::default() };
    let folder = monitor.file("emc.yaml").parent().unwrap().to_owned();
    generate(&folder, &world, Shape::Prometheus, &settings).unwrap().text
}

fn at(path: &str) -> Params {
    Params { path: Some(path.to_owned()), ..Params::default() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fault_is_told_and_its_end_too_and_a_shared_one_once_and_not_twenty_times() {
    let scene = Scene::open().await;
    assert_eq!(scene.firing(), BTreeSet::new(), "nothing is wrong yet");

    scene.ministry.faults.on(Fault::Status500, at("/tim-kiem")).unwrap();
    let told = scene.until_told("EmcErrorBudgetBurnFast", "firing").await;
    assert_eq!((told.receiver.as_str(), told.portal.as_str()), ("truc", "dvc"));
    assert!(told.summary.contains("ngân sách lỗi"), "{told:?}");
    scene.ministry.faults.reset();
    let told = scene.until_told("EmcErrorBudgetBurnFast", "resolved").await;
    assert_eq!(told.portal, "dvc");
    scene.until("every budget is well again", || scene.all_up()).await;
    assert!(scene.firing().iter().all(|(_, portal)| portal == "dvc"), "{:?}", scene.firing());

    scene.webhook.forget();
    scene.shared.faults.on(Fault::Status503, Params::default()).unwrap();
    scene.ministry.faults.on(Fault::Status500, at("/thu-tuc")).unwrap();
    let told = scene.until_told("EmcDependencyDown", "firing").await;
    assert_eq!(told.receiver, "truc");
    // Longer than any of the twenty would need for an alert of its own.
    let later = Instant::now() + Duration::from_secs(20);
    scene.until("twenty seconds have passed", || Instant::now() > later).await;
    let attributed = || {
        let page = scene.monitor.get("/metrics").body;
        page.lines().filter(|line| line.contains("reason=\"dependency\"")).count()
    };
    scene.until("each says whose fault it is", || attributed() == DEPENDENTS).await;
    let shared: BTreeSet<_> = scene.firing().into_iter().filter(|(_, portal)| portal != "dvc").collect();
    assert_eq!(shared, BTreeSet::from([("EmcDependencyDown".to_owned(), String::new())]));

    scene.shared.faults.reset();
    scene.ministry.faults.reset();
    scene.until_told("EmcDependencyDown", "resolved").await;
}
