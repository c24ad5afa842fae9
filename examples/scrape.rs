//! Prints how long one scrape of many probes takes: ours, and the `prometheus` crate's gather and encode of as many
//! series with the same labels, in one run. Also the bytes, and the resident memory that each of the two holds.
//!
//! `cargo run --release --example scrape -- [PROBES]`

#![expect(clippy::unwrap_used, reason = "a measuring program that cannot go on ends")]

#[path = "../tests/support/never.rs"]
mod never;

use std::collections::BTreeMap;
use std::hint::black_box;
use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::DateTime;
use emc_monitor::metrics::Format;
use emc_monitor::metrics::settings::StoreSettings;
use emc_monitor::metrics::store::Store;
use emc_monitor::model::facts::{CertificateFacts, Facts, HttpFacts, PeerChain, TlsFacts};
use emc_monitor::model::finding::Assessment;
use emc_monitor::model::id::{Name, ProbeId, RunId};
use emc_monitor::model::phase::{Phase, Phases};
use emc_monitor::model::result::ProbeResult;
use emc_monitor::model::status::Status;
use emc_monitor::model::timeline::Timeline;
use emc_monitor::probe::spec::{Names, Portal, ProbeSpec};
use flate2::Compression;
use flate2::write::GzEncoder;
use never::Never;
use prometheus::{
    Encoder, GaugeVec, HistogramOpts, HistogramVec, IntCounterVec, Opts, Registry, TextEncoder,
};

const ROUNDS: usize = 5;

fn main() {
    let probes = std::env::args().nth(1).map_or(10_000, |number| number.parse().unwrap());
    let specs: Vec<ProbeSpec> = (0..probes).map(spec).collect();
    let before = resident_kib();
    let store = Arc::new(Store::new(&StoreSettings::default(), &[portal()], &specs));
    for spec in &specs {
        store.record(&result(spec), Status::Up, None);
    }
    let ours_kib = resident_kib().saturating_sub(before);
    let mut size = 0;
    let ours = best(|| size = scrape(&store, Format::Text, None));
    let openmetrics = best(|| size = scrape(&store, Format::OpenMetrics, None));
    let gzip =
        best(|| size = scrape(&store, Format::Text, Some(GzEncoder::new(Vec::new(), Compression::new(1)))));
    let bytes = scrape(&store, Format::Text, None);
    let before = resident_kib();
    let registry = crate_registry(&specs);
    let crate_kib = resident_kib().saturating_sub(before);
    let theirs = best(|| {
        let mut out = Vec::new();
        TextEncoder::new().encode(&registry.gather(), &mut out).unwrap();
        size = black_box(out).len();
    });
    println!(
        "{{\"probes\": {probes}, \"bytes\": {bytes}, \"ours_ms\": {:.1}, \"openmetrics_ms\": {:.1}, \"gzip_ms\": {:.1}, \
         \"crate_ms\": {:.1}, \"crate_bytes\": {size}, \"ratio\": {:.1}, \"ours_kib\": {ours_kib}, \"crate_kib\": {crate_kib}}}",
        millis(ours),
        millis(openmetrics),
        millis(gzip),
        millis(theirs),
        theirs.as_secs_f64() / ours.as_secs_f64(),
    );
}

fn millis(spent: Duration) -> f64 {
    spent.as_secs_f64() * 1000.0
}

fn best(mut work: impl FnMut()) -> Duration {
    let timed = (0..ROUNDS).map(|_| {
        let begun = Instant::now();
        work();
        begun.elapsed()
    });
    timed.min().unwrap()
}

/// A scrape in pieces, as the web server does it.
fn scrape(store: &Arc<Store>, format: Format, mut gzip: Option<GzEncoder<Vec<u8>>>) -> usize {
    let mut scrape = store.scrape(format, Instant::now());
    let (mut piece, mut bytes) = (Vec::new(), 0);
    while scrape.next_piece(&mut piece) {
        if let Some(gzip) = &mut gzip {
            gzip.write_all(&piece).unwrap();
            bytes += std::mem::take(gzip.get_mut()).len();
        } else {
            bytes += black_box(&piece).len();
        }
        piece.clear();
    }
    bytes
}

fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// The same families, labels and series in the crate's own storage.
fn crate_registry(specs: &[ProbeSpec]) -> Registry {
    const LABELS: [&str; 5] = ["authority", "portal", "probe", "kind", "location"];
    let registry = Registry::new();
    let gauges = [
        ("status", Status::ALL.map(Status::as_str).to_vec()),
        ("phase", Phase::ALL.map(Phase::as_str).to_vec()),
    ];
    let with = |extra: &[&'static str]| [&LABELS[..], extra].concat();
    let many = gauges.map(|(label, values)| {
        let name = format!("emc_probe_{label}");
        (GaugeVec::new(Opts::new(name, "help"), &with(&[label])).unwrap(), values)
    });
    let plain = ["last_run", "stale", "not_after", "tls_info", "bytes", "code", "info"]
        .map(|name| GaugeVec::new(Opts::new(format!("emc_probe_{name}"), "help"), &LABELS).unwrap());
    let counters = ["success", "failure", "unknown", "missed"].map(|name| {
        IntCounterVec::new(Opts::new(format!("emc_probe_{name}_total"), "help"), &LABELS).unwrap()
    });
    let options =
        HistogramOpts::new("emc_probe_duration_seconds", "help").buckets(StoreSettings::default().buckets);
    let histogram = HistogramVec::new(options, &LABELS).unwrap();
    for spec in specs {
        let ProbeId { authority, portal, probe } = &spec.id;
        let base = [authority.as_str(), portal.as_str(), probe.as_str(), spec.kind, "local"];
        for (family, values) in &many {
            for value in values {
                family.with_label_values(&[&base[..], &[value]].concat()).set(0.0123);
            }
        }
        plain.iter().for_each(|family| family.with_label_values(&base).set(1_790_000_000.25));
        counters.iter().for_each(|family| family.with_label_values(&base).inc());
        histogram.with_label_values(&base).observe(0.12);
    }
    many.into_iter().for_each(|(family, _)| registry.register(Box::new(family)).unwrap());
    plain.into_iter().for_each(|family| registry.register(Box::new(family)).unwrap());
    counters.into_iter().for_each(|family| registry.register(Box::new(family)).unwrap());
    registry.register(Box::new(histogram)).unwrap();
    registry
}

fn name(text: &str) -> Name {
    Name::try_from(text).unwrap()
}

fn portal() -> Portal {
    Portal {
        authority: name("bo-vi-du"),
        portal: name("dich-vu-cong"),
        authority_name: Names { vi: "Bộ Ví dụ".to_owned(), en: "Ministry of Examples".to_owned() },
        portal_name: Names { vi: "Cổng dịch vụ công".to_owned(), en: "Service portal".to_owned() },
        url: None,
        objectives: BTreeMap::new(),
        depends_on: Vec::new(),
    }
}

fn spec(number: usize) -> ProbeSpec {
    let id = ProbeId {
        authority: name("bo-vi-du"),
        portal: name("dich-vu-cong"),
        probe: name(&format!("trang-chu-{number:05}")),
    };
    ProbeSpec {
        id,
        kind: "http",
        every: Duration::from_secs(30),
        timeout: Duration::from_secs(10),
        confirm: 0,
        probe: Arc::new(Never),
        target: format!("https://dichvucong-{number}.bo-vd.example/"),
        host: None,
        labels: Arc::default(),
        fingerprint: 0,
    }
}

fn result(spec: &ProbeSpec) -> ProbeResult {
    let mut phases = Phases::default();
    for (phase, micros) in Phase::ALL.into_iter().zip([2_123, 10_456, 20_789, 80_012, 8_345]) {
        phases.add(phase, Duration::from_micros(micros));
    }
    let moment = DateTime::from_timestamp(1_790_000_000, 250_000_000).unwrap();
    let certificate = CertificateFacts {
        subject: String::new(),
        issuer: String::new(),
        serial: String::new(),
        not_before: moment,
        not_after: moment,
        names: Vec::new(),
        key: String::new(),
        key_bits: 0,
        signature: String::new(),
        is_ca: false,
        self_issued: false,
        fingerprint: String::new(),
    };
    let chain = PeerChain::new(Vec::new());
    chain.certificates.set(vec![certificate]).unwrap();
    let tls =
        TlsFacts { version: "1.3", verified: true, chain: Some(Arc::new(chain)), ..TlsFacts::default() };
    let http = HttpFacts { status: Some(200), body_bytes: 60_000, ..HttpFacts::default() };
    ProbeResult {
        id: spec.id.clone(),
        kind: spec.kind,
        target: spec.target.clone(),
        run_id: RunId::new(7),
        started_at: moment,
        duration: Duration::from_micros(121_725),
        phases,
        assessment: Assessment::of(Vec::new()),
        facts: Facts { tls: Some(tls), http: Some(http), ..Facts::default() },
        timeline: Timeline::default(),
    }
}
