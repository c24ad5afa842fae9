//! One run: its verdict, what to do, where the time went, each finding, what was seen, and the log.

use askama::Template;
use axum::response::Response;
use http::StatusCode;

use crate::model::facts::{AddressFacts, CertificateFacts, Facts};
use crate::model::finding::{Finding, Outcome};
use crate::model::reason::Reason;
use crate::model::result::ProbeResult;
use crate::model::sayings;
use crate::web::pages::parts::{Badge, Moment, Stretch, bar, took};
use crate::web::pages::{Message, Reader, STYLE, answer, shown, words};
use crate::web::state::WebState;

/// Other runs of the same probe that are linked.
const OTHERS_MAX: usize = 20;
/// Lines of further facts that are shown; the JSON has all.
const FACT_LINES_MAX: usize = 400;

#[derive(Template)]
#[template(path = "web/pages/run.html")]
struct Run<'a> {
    reader: &'a Reader,
    id: String,
    name: String,
    kind: &'static str,
    target: String,
    badge: Badge,
    reason: Option<Reason>,
    began: Moment,
    took: String,
    bar: Vec<Stretch>,
    our_clock: bool,
    findings: Vec<Rule>,
    events: Vec<Line>,
    addresses: Vec<Line>,
    tls: Option<Tls>,
    http: Vec<(&'static str, String)>,
    headers: Vec<(String, String)>,
    more: Vec<(&'static str, String)>,
    others: Vec<Other>,
}

/// A finding in words.
struct Rule {
    name: &'static str,
    class: &'static str,
    outcome: &'static str,
    reason: &'static str,
    expected: String,
    found: String,
}

/// A line of a log: a number, a word of ours, particulars.
struct Line {
    number: String,
    word: String,
    detail: String,
}

/// What TLS showed.
struct Tls {
    summary: String,
    verdict: String,
    certificates: Vec<(String, String, Moment)>,
}

/// Another run of the same probe.
struct Other {
    address: String,
    badge: Badge,
    began: Moment,
    took: String,
}

/// Says that a run is not kept, or never was.
pub(crate) fn not_kept(reader: &Reader) -> Response {
    let page = Message { reader, title: words::NOT_KEPT, text: words::NOT_KEPT_TEXT };
    answer(StatusCode::NOT_FOUND, &page)
}

/// Writes the page.
pub(crate) fn page(state: &WebState, reader: &Reader, run: &ProbeResult) -> Response {
    let page = Run {
        reader,
        id: run.run_id.to_string(),
        name: run.id.to_string(),
        kind: run.kind,
        target: shown(&run.target),
        badge: Badge::new(run.status(), reader),
        reason: run.reason(),
        began: Moment::new(run.started_at, reader.language),
        took: took(run.duration, reader.language),
        bar: bar(&run.phases, reader),
        our_clock: run.facts.kernel_timed == Some(false),
        findings: run.assessment.findings.iter().map(|finding| rule(finding, reader)).collect(),
        events: events(run, reader),
        addresses: run.facts.addresses.iter().map(|facts| address(facts, reader)).collect(),
        tls: tls(&run.facts, reader),
        http: http(&run.facts),
        headers: headers(&run.facts),
        more: more(&run.facts),
        others: others(state, reader, run),
    };
    answer(StatusCode::OK, &page)
}

fn rule(finding: &Finding, reader: &Reader) -> Rule {
    Rule {
        name: finding.rule,
        class: match finding.outcome {
            Outcome::Passed => "up",
            Outcome::Failed => finding.reason.map_or("down", |reason| reason.status().as_str()),
            Outcome::CannotTell | Outcome::Inapplicable => "unknown",
        },
        outcome: reader.say(words::outcome(finding.outcome)),
        reason: finding.reason.map_or("", Reason::as_str),
        expected: shown(finding.expected.in_language(reader.language)),
        found: shown(finding.found.in_language(reader.language)),
    }
}

fn events(run: &ProbeResult, reader: &Reader) -> Vec<Line> {
    let line = |event: &crate::model::timeline::Event| Line {
        number: took(event.after, reader.language),
        word: event.what.to_owned(),
        detail: shown(&event.detail),
    };
    run.timeline.events().iter().map(line).collect()
}

fn address(facts: &AddressFacts, reader: &Reader) -> Line {
    let fault = facts.fault.as_ref().map(|fault| shown(fault.told().in_language(reader.language)));
    let used = facts.used.then(|| reader.say(words::USED).to_owned());
    Line {
        number: facts.connect.map_or_else(|| "–".to_owned(), |spent| took(spent, reader.language)),
        word: facts.address.to_string(),
        detail: fault.or(used).unwrap_or_default(),
    }
}

fn tls(facts: &Facts, reader: &Reader) -> Option<Tls> {
    let tls = facts.tls.as_ref()?;
    let parts = [tls.version, tls.cipher, tls.group, tls.alpn.as_str(), tls.server_name.as_str()];
    let verdict = reader.say(if tls.verified { &words::VERIFIED } else { &words::NOT_VERIFIED });
    let certificate = |facts: &CertificateFacts| {
        (shown(&facts.subject), shown(&facts.issuer), Moment::new(facts.not_after, reader.language))
    };
    Some(Tls {
        summary: shown(&parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")),
        verdict: shown(
            &[verdict, sayings::saying(&tls.detail).in_language(reader.language)]
                .into_iter()
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
                .join(": "),
        ),
        certificates: tls.certificates().iter().map(certificate).collect(),
    })
}

fn http(facts: &Facts) -> Vec<(&'static str, String)> {
    let Some(http) = &facts.http else { return Vec::new() };
    let rows = [
        ("status", http.status.map_or_else(String::new, |status| status.to_string())),
        ("version", http.version.to_owned()),
        ("final_url", shown(&http.final_url)),
        ("redirects", http.redirects.to_string()),
        ("body_bytes", http.body_bytes.to_string()),
        ("wire_bytes", http.wire_bytes.to_string()),
        ("charset", http.charset.to_owned()),
        ("title", shown(&http.title)),
    ];
    rows.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}

fn headers(facts: &Facts) -> Vec<(String, String)> {
    let headers = facts.http.iter().flat_map(|http| &http.headers);
    headers.map(|(name, value)| (shown(name), shown(value))).collect()
}

fn more(facts: &Facts) -> Vec<(&'static str, String)> {
    let pretty = |value: &serde_json::Value| {
        let text = serde_json::to_string_pretty(value).unwrap_or_default();
        text.lines().take(FACT_LINES_MAX).map(shown).collect::<Vec<_>>().join("\n")
    };
    facts.more.iter().map(|(name, value)| (*name, pretty(value))).collect()
}

fn others(state: &WebState, reader: &Reader, run: &ProbeResult) -> Vec<Other> {
    let runs = state.runs.of_probe(&run.id, OTHERS_MAX + 1);
    let other = |other: &std::sync::Arc<ProbeResult>| Other {
        address: format!("{}?lang={}", reader.at(&format!("/runs/{}", other.run_id)), reader.code()),
        badge: Badge::new(other.status(), reader),
        began: Moment::new(other.started_at, reader.language),
        took: took(other.duration, reader.language),
    };
    runs.iter().filter(|kept| kept.run_id != run.run_id).take(OTHERS_MAX).map(other).collect()
}
