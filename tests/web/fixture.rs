//! Portals, probes and results made by hand, for tests that need no network.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::DateTime;
use emc_monitor::model::facts::{CertificateFacts, Facts, HttpFacts, PeerChain, TlsFacts};
use emc_monitor::model::finding::{Assessment, Finding};
use emc_monitor::model::id::{Name, ProbeId, RunId};
use emc_monitor::model::phase::{Phase, Phases};
use emc_monitor::model::reason::Reason;
use emc_monitor::model::result::ProbeResult;
use emc_monitor::model::timeline::Timeline;
use emc_monitor::probe::spec::{Names, Portal, ProbeSpec};

use crate::never::Never;

pub(crate) fn name(text: &str) -> Name {
    Name::try_from(text).unwrap()
}

pub(crate) fn id(probe: &str) -> ProbeId {
    ProbeId { authority: name("bo-vd"), portal: name("dvc"), probe: name(probe) }
}

pub(crate) fn portal() -> Portal {
    Portal {
        authority: name("bo-vd"),
        portal: name("dvc"),
        authority_name: Names { vi: "Bộ Ví dụ".to_owned(), en: "Ministry of Examples".to_owned() },
        portal_name: Names { vi: "Cổng dịch vụ công".to_owned(), en: "Service portal".to_owned() },
        url: Some("https://user:secret@dichvucong.bo-vd.example/?token=secret".parse().unwrap()),
        objectives: BTreeMap::from([("availability".to_owned(), 0.995)]),
        depends_on: Vec::new(),
    }
}

pub(crate) fn spec(probe: &str) -> ProbeSpec {
    ProbeSpec {
        id: id(probe),
        kind: "http",
        every: Duration::from_secs(30),
        timeout: Duration::from_secs(10),
        confirm: 0,
        probe: Arc::new(Never),
        target: "https://dichvucong.bo-vd.example/".to_owned(),
        host: Some("dichvucong.bo-vd.example:443".to_owned()),
        labels: Arc::default(),
        fingerprint: 1,
    }
}

/// A run over HTTPS, by name, with all facts there are; `reason` decides the status.
pub(crate) fn result(probe: &str, reason: Option<Reason>) -> ProbeResult {
    let findings = reason.map(|reason| Finding::failed("status", reason, "200", "503")).into_iter().collect();
    ProbeResult {
        id: id(probe),
        kind: "http",
        target: "https://dichvucong.bo-vd.example/".to_owned(),
        run_id: RunId::new(0x0123_4567_89ab_cdef),
        started_at: DateTime::from_timestamp(1_790_000_000, 250_000_000).unwrap(),
        duration: Duration::from_micros(120_500),
        phases: phases(),
        assessment: Assessment::of(findings),
        facts: facts(),
        timeline: timeline(),
    }
}

/// A run whose server said such a thing wherever it could.
pub(crate) fn result_with((reason, words): (Option<Reason>, String)) -> ProbeResult {
    let mut run = result("trang-chu", reason);
    run.assessment = Assessment::of(vec![Finding::failed("content", Reason::ContentMissing, "x", &words)]);
    let http = run.facts.http.get_or_insert_default();
    http.title.clone_from(&words);
    http.final_url.clone_from(&words);
    http.headers.insert("server".to_owned(), words.clone());
    run.facts.more.insert("dns", serde_json::json!({ "records": [words], words.as_str(): 1 }));
    let chain = PeerChain::new(vec![vec![0]]);
    let subject = CertificateFacts { subject: words.clone(), issuer: words, ..certificate() };
    chain.certificates.set(vec![subject]).unwrap();
    run.facts.tls.get_or_insert_default().chain = Some(Arc::new(chain));
    run
}

fn phases() -> Phases {
    let mut phases = Phases::default();
    for (phase, millis) in Phase::ALL.into_iter().zip([2, 10, 20, 80, 8]) {
        phases.add(phase, Duration::from_millis(millis));
    }
    phases
}

fn timeline() -> Timeline {
    let mut timeline = Timeline::default();
    timeline.note(Duration::from_millis(2), "resolved", "192.0.2.1");
    timeline.note(Duration::from_millis(12), "connected", "192.0.2.1:443");
    timeline
}

fn facts() -> Facts {
    let chain = PeerChain::new(vec![vec![0]]);
    chain.certificates.set(vec![certificate()]).unwrap();
    let tls = TlsFacts {
        version: "1.3",
        verified: true,
        chain: Some(Arc::new(chain)),
        server_name: "dichvucong.bo-vd.example".to_owned(),
        ..TlsFacts::default()
    };
    let http = HttpFacts {
        status: Some(200),
        version: "HTTP/1.1",
        body_bytes: 60_000,
        title: "Trang chủ".to_owned(),
        ..HttpFacts::default()
    };
    Facts { tls: Some(tls), http: Some(http), kernel_timed: Some(true), ..Facts::default() }
}

fn certificate() -> CertificateFacts {
    CertificateFacts {
        subject: "CN=dichvucong.bo-vd.example".to_owned(),
        issuer: "CN=CA Ví dụ".to_owned(),
        serial: "01".to_owned(),
        not_before: DateTime::from_timestamp(1_780_000_000, 0).unwrap(),
        not_after: DateTime::from_timestamp(1_800_000_000, 0).unwrap(),
        names: vec!["dichvucong.bo-vd.example".to_owned()],
        key: "EC P-256".to_owned(),
        key_bits: 256,
        signature: "ecdsa-with-SHA256".to_owned(),
        is_ca: false,
        self_issued: false,
        fingerprint: "00".repeat(32),
    }
}
