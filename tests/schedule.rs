//! The schedule at work on probes made for the test: beats, isolation, limits, reload, drain, own faults.

#[path = "schedule/endurance.rs"]
mod endurance;
#[path = "support/soak.rs"]
mod soak;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use emc_monitor::model::facts::Facts;
use emc_monitor::model::finding::{Assessment, Finding};
use emc_monitor::model::id::{Name, ProbeId};
use emc_monitor::model::phase::Phases;
use emc_monitor::model::reason::Reason;
use emc_monitor::model::status::Status;
use emc_monitor::net::route::{Endpoint, Family, Route};
use emc_monitor::net::run::Run;
use emc_monitor::net::tls::{TlsPolicy, TlsSettings};
use emc_monitor::net::{Net, NetSettings};
use emc_monitor::probe::spec::ProbeSpec;
use emc_monitor::probe::{AnyProbe, Measured, Tools};
use emc_monitor::schedule::engine::{Event, Finished, Handle, Setup, Workbench, start};
use emc_monitor::schedule::settings::ScheduleSettings;
use emc_monitor::schedule::uplink::Uplink;
use tokio::sync::mpsc::Receiver;

/// What a probe of the test does when it runs.
#[derive(Clone, Copy)]
enum Act {
    Up,
    Fail(Reason),
    Panic,
    Hang,
}

struct Scripted {
    act: Act,
    runs: Arc<AtomicUsize>,
}

impl AnyProbe for Scripted {
    fn run<'a>(
        &'a self,
        _tools: &'a Tools,
        _run: &'a mut Run,
        _clock: fn() -> DateTime<Utc>,
    ) -> Pin<Box<dyn Future<Output = Measured> + Send + 'a>> {
        self.runs.fetch_add(1, Ordering::SeqCst);
        let act = self.act;
        Box::pin(async move {
            let findings = match act {
                Act::Up => Vec::new(),
                Act::Fail(reason) => vec![Finding::failed("scripted", reason, "", "")],
                Act::Panic => panic!("this probe panics, as the test wants"),
                Act::Hang => std::future::pending().await,
            };
            Measured {
                assessment: Assessment::of(findings),
                phases: Phases::default(),
                facts: Facts::default(),
            }
        })
    }

    fn target(&self) -> String {
        "scripted".into()
    }

    fn hosts(&self) -> Vec<String> {
        Vec::new()
    }
}

fn spec(name: &str, act: Act, every: Duration) -> (ProbeSpec, Arc<AtomicUsize>) {
    let named = |text: &str| Name::try_from(text).unwrap();
    let runs = Arc::new(AtomicUsize::new(0));
    let spec = ProbeSpec {
        id: ProbeId { authority: named("bo-vd"), portal: named("dvc"), probe: named(name) },
        kind: "http",
        every,
        timeout: every,
        confirm: 0,
        probe: Arc::new(Scripted { act, runs: runs.clone() }),
        target: "scripted".into(),
        host: None,
        labels: Arc::default(),
        fingerprint: 1,
    };
    (spec, runs)
}

fn bench() -> Workbench {
    Workbench { tools: Tools { net: Net::new(&NetSettings::default()).unwrap() }, clock: Utc::now }
}

fn no_uplink() -> Uplink {
    Uplink::watch(bench().tools.net, route(), Vec::new(), Duration::from_secs(1))
}

fn route() -> Route {
    let tls = Arc::new(TlsPolicy::new(TlsSettings::default()).unwrap());
    Route { family: Family::Any, proxy: None, tls }
}

fn setup(uplink: Uplink, specs: Vec<ProbeSpec>) -> Setup {
    Setup { settings: ScheduleSettings::default(), bench: bench(), uplink, specs }
}

fn begin(specs: Vec<ProbeSpec>) -> (Handle, Receiver<Event>) {
    start(setup(no_uplink(), specs)).unwrap()
}

/// The next run that ends and fulfils a wish; fails after 20 seconds, which no healthy machine needs.
async fn finished(events: &mut Receiver<Event>, wish: impl Fn(&Finished) -> bool) -> Finished {
    let found = async {
        loop {
            match events.recv().await.expect("the engine lives") {
                Event::Finished(run) if wish(&run) => return *run,
                _ => {}
            }
        }
    };
    emc_monitor::net::deadline::Deadline::after(Duration::from_secs(20))
        .bound(found)
        .await
        .expect("no such run")
}

const QUICK: Duration = Duration::from_millis(40);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_panic_in_one_probe_is_that_ones_unknown_and_nobody_elses() {
    let (panics, _) = spec("panics", Act::Panic, QUICK);
    let (works, _) = spec("works", Act::Up, QUICK);
    let (_handle, mut events) = begin(vec![panics, works]);
    for _ in 0..3 {
        let run = finished(&mut events, |run| run.result.id.probe.as_str() == "panics").await;
        assert_eq!(run.result.reason(), Some(Reason::SelfPanicked));
        assert_eq!(run.confirmed.status, Status::Unknown);
        let run = finished(&mut events, |run| run.result.id.probe.as_str() == "works").await;
        assert_eq!(run.result.status(), Status::Up);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_hangs_is_given_up_as_our_own_fault_and_its_beats_are_counted() {
    let (hangs, runs) = spec("hangs", Act::Hang, QUICK);
    let (_handle, mut events) = begin(vec![hangs]);
    let mut missed = 0;
    let ended = async {
        loop {
            match events.recv().await.expect("the engine lives") {
                Event::Missed { beats, .. } => missed += beats,
                Event::Finished(run) => return run,
                Event::Own { .. } => {}
            }
        }
    };
    let run =
        emc_monitor::net::deadline::Deadline::after(Duration::from_secs(20)).bound(ended).await.unwrap();
    assert_eq!(run.result.reason(), Some(Reason::SelfOverloaded));
    assert!(missed >= 10, "{missed} missed");
    assert!(runs.load(Ordering::SeqCst) <= 2, "one run in flight per probe");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn confirm_retests_before_the_status_flips_and_the_raw_result_is_told_at_once() {
    let (mut fails, _) = spec("fails", Act::Fail(Reason::Status), Duration::from_secs(3));
    fails.confirm = 1;
    let (_handle, mut events) = begin(vec![fails]);
    let first = finished(&mut events, |_| true).await;
    assert_eq!((first.result.status(), first.confirmed.status), (Status::Down, Status::Unknown));
    let second = finished(&mut events, |_| true).await;
    assert_eq!((second.result.status(), second.confirmed.status), (Status::Down, Status::Down));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reload_keeps_unchanged_probes_and_lets_the_removed_go() {
    let every = Duration::from_millis(100);
    let (kept, _) = spec("kept", Act::Fail(Reason::Status), every);
    let (gone, gone_runs) = spec("gone", Act::Up, every);
    let (new, _) = spec("new", Act::Up, every);
    let (handle, mut events) = begin(vec![kept.clone(), gone]);
    finished(&mut events, |run| run.result.id.probe.as_str() == "kept").await;
    finished(&mut events, |run| run.result.id.probe.as_str() == "gone").await;
    handle.replace(setup(no_uplink(), vec![kept, new])).await;
    let ran = gone_runs.load(Ordering::SeqCst);
    for _ in 0..3 {
        finished(&mut events, |run| run.result.id.probe.as_str() == "new").await;
        finished(&mut events, |run| run.result.id.probe.as_str() == "kept").await;
    }
    assert_eq!(gone_runs.load(Ordering::SeqCst), ran);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn draining_ends_within_its_patience_and_calls_no_portal_down() {
    let (hangs, runs) = spec("hangs", Act::Hang, Duration::from_secs(3));
    let (handle, mut events) = begin(vec![hangs]);
    while runs.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    let began = Instant::now();
    handle.drain(Duration::from_millis(50)).await;
    assert!(began.elapsed() < Duration::from_secs(2));
    while let Some(event) = events.recv().await {
        if let Event::Finished(run) = event {
            assert_eq!(run.result.reason(), Some(Reason::SelfCancelled));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_the_uplink_lost_no_portal_is_down() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = closed.local_addr().unwrap().port();
    drop(closed);
    let anchor = Endpoint { host: url::Host::Ipv4([127, 0, 0, 1].into()), port };
    let uplink = Uplink::watch(bench().tools.net, route(), vec![anchor], Duration::from_secs(60));
    let (refused, _) = spec("refused", Act::Fail(Reason::ConnectRefused), QUICK);
    let (wrong, _) = spec("wrong", Act::Fail(Reason::Status), QUICK);
    let (_handle, mut events) = start(setup(uplink, vec![refused, wrong])).unwrap();
    let run = finished(&mut events, |run| run.result.id.probe.as_str() == "refused").await;
    assert_eq!((run.result.status(), run.result.reason()), (Status::Unknown, Some(Reason::SelfUplink)));
    let run = finished(&mut events, |run| run.result.id.probe.as_str() == "wrong").await;
    assert_eq!(run.result.status(), Status::Down, "an answer that came is the portal's, uplink or not");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_an_anchor_answering_a_refused_portal_is_down() {
    let anchor = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = anchor.local_addr().unwrap().port();
    let endpoint = Endpoint { host: url::Host::Ipv4([127, 0, 0, 1].into()), port };
    let uplink = Uplink::watch(bench().tools.net, route(), vec![endpoint], Duration::from_secs(60));
    let (refused, _) = spec("refused", Act::Fail(Reason::ConnectRefused), QUICK);
    let (_handle, mut events) = start(setup(uplink, vec![refused])).unwrap();
    let run = finished(&mut events, |_| true).await;
    assert_eq!(run.result.status(), Status::Down);
}
