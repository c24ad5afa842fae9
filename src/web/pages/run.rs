//! One run: its verdict, what to do, where the time went, each finding, what was seen, and the log.

use askama::Template;
use axum::response::Response;
use http::StatusCode;

use crate::model::facts::{AddressFacts, CertificateFacts, Facts};
use crate::model::finding::{Finding, Outcome};
use crate::model::id::{ProbeId, RunId};
use crate::model::reason::Reason;
use crate::model::result::ProbeResult;
use crate::model::sayings;
use crate::model::text::Text;
use crate::web::pages::parts::{Badge, Moment, Stretch, bar, took};
use crate::web::pages::{Message, Reader, STYLE, answer, shown, words};
use crate::web::state::WebState;

/// Other runs of the same probe that are linked.
const OTHERS_MAX: usize = 20;
/// Lines of further facts that are shown; the JSON has all.
const FACT_LINES_MAX: usize = 400;

#[derive(Template)]
#[template(path = "web/pages/run.html")]
pub(super) struct Run<'a> {
    pub(super) reader: &'a Reader,
    pub(super) id: String,
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) target: String,
    pub(super) badge: Badge,
    pub(super) reason: Option<Reason>,
    pub(super) began: Moment,
    pub(super) took: String,
    pub(super) bar: Vec<Stretch>,
    pub(super) our_clock: bool,
    /// What is said of a run that comes out of history.
    pub(super) past: Option<Text>,
    /// Whether more than its head is known.
    pub(super) whole: bool,
    pub(super) findings: Vec<Rule>,
    pub(super) events: Vec<Line>,
    pub(super) addresses: Vec<Line>,
    pub(super) tls: Option<Tls>,
    pub(super) http: Vec<(&'static str, String)>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) excerpt: String,
    pub(super) more: Vec<(String, String)>,
    pub(super) others: Vec<Other>,
}

/// A finding in words.
pub(super) struct Rule {
    pub(super) name: String,
    pub(super) class: &'static str,
    pub(super) outcome: &'static str,
    pub(super) reason: &'static str,
    pub(super) expected: String,
    pub(super) found: String,
}

/// A line of a log: a number, a word of ours, particulars.
pub(super) struct Line {
    pub(super) number: String,
    pub(super) word: String,
    pub(super) detail: String,
}

/// What TLS showed.
pub(super) struct Tls {
    pub(super) summary: String,
    pub(super) verdict: String,
    pub(super) certificates: Vec<(String, String, Moment)>,
}

/// Another run of the same probe.
pub(super) struct Other {
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

/// Says that history cannot be asked now.
pub(crate) fn not_now(reader: &Reader) -> Response {
    let page = Message { reader, title: words::NOT_NOW, text: words::NOT_NOW_TEXT };
    answer(StatusCode::SERVICE_UNAVAILABLE, &page)
}

/// Writes the page.
pub(crate) fn page(state: &WebState, reader: &Reader, run: &ProbeResult) -> Response {
    let page = Run {
        reader,
        id: run.run_id.to_string(),
        name: run.id.to_string(),
        kind: run.kind.to_owned(),
        target: shown(&run.target),
        badge: Badge::new(run.status(), reader),
        reason: run.reason(),
        began: Moment::new(run.started_at, reader.language),
        took: took(run.duration, reader.language),
        bar: bar(&run.phases, reader),
        our_clock: run.facts.kernel_timed == Some(false),
        past: None,
        whole: true,
        findings: run.assessment.findings.iter().map(|finding| rule(finding, reader)).collect(),
        events: events(run, reader),
        addresses: run.facts.addresses.iter().map(|facts| address(facts, reader)).collect(),
        tls: tls(&run.facts, reader),
        http: http(&run.facts),
        headers: headers(&run.facts),
        excerpt: run.facts.http.as_ref().map(|http| shown(&http.excerpt)).unwrap_or_default(),
        more: more(&run.facts),
        others: others(state, reader, &run.id, run.run_id),
    };
    answer(StatusCode::OK, &page)
}

fn rule(finding: &Finding, reader: &Reader) -> Rule {
    Rule {
        name: finding.rule.to_owned(),
        class: class_of(finding.outcome, finding.reason),
        outcome: reader.say(words::outcome(finding.outcome)),
        reason: finding.reason.map_or("", Reason::as_str),
        expected: shown(finding.expected.in_language(reader.language)),
        found: shown(finding.found.in_language(reader.language)),
    }
}

/// The class that colours an outcome.
pub(super) fn class_of(outcome: Outcome, reason: Option<Reason>) -> &'static str {
    match outcome {
        Outcome::Passed => "up",
        Outcome::Failed => reason.map_or("down", |reason| reason.status().as_str()),
        Outcome::CannotTell | Outcome::Inapplicable => "unknown",
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
    let certificate = |facts: &CertificateFacts| {
        (shown(&facts.subject), shown(&facts.issuer), Moment::new(facts.not_after, reader.language))
    };
    Some(Tls {
        summary: shown(&parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")),
        verdict: verdict(tls.verified, &tls.detail, reader),
        certificates: tls.certificates().iter().map(certificate).collect(),
    })
}

/// Whether a chain was accepted, and what the check said.
pub(super) fn verdict(verified: bool, detail: &str, reader: &Reader) -> String {
    let verdict = reader.say(if verified { &words::VERIFIED } else { &words::NOT_VERIFIED });
    let said = sayings::saying(detail);
    let parts = [verdict, said.in_language(reader.language)];
    shown(&parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(": "))
}

/// What is shown of an HTTP answer, by its names in the JSON.
pub(super) const HTTP_ROWS: [&str; 8] =
    ["status", "version", "final_url", "redirects", "body_bytes", "wire_bytes", "charset", "title"];

fn http(facts: &Facts) -> Vec<(&'static str, String)> {
    let Some(http) = &facts.http else { return Vec::new() };
    let values = [
        http.status.map_or_else(String::new, |status| status.to_string()),
        http.version.to_owned(),
        shown(&http.final_url),
        http.redirects.to_string(),
        http.body_bytes.to_string(),
        http.wire_bytes.to_string(),
        http.charset.to_owned(),
        shown(&http.title),
    ];
    HTTP_ROWS.into_iter().zip(values).filter(|(_, value)| !value.is_empty()).collect()
}

fn headers(facts: &Facts) -> Vec<(String, String)> {
    let headers = facts.http.iter().flat_map(|http| &http.headers);
    headers.map(|(name, value)| (shown(name), shown(value))).collect()
}

fn more(facts: &Facts) -> Vec<(String, String)> {
    facts.more.iter().map(|(name, value)| ((*name).to_owned(), pretty(value))).collect()
}

/// Facts without a shape of their own, line by line.
pub(super) fn pretty(value: &serde_json::Value) -> String {
    let text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.lines().take(FACT_LINES_MAX).map(shown).collect::<Vec<_>>().join("\n")
}

/// Other runs of a probe that are in memory.
pub(super) fn others(state: &WebState, reader: &Reader, probe: &ProbeId, run: RunId) -> Vec<Other> {
    let runs = state.runs.of_probe(probe, OTHERS_MAX + 1);
    let other = |other: &std::sync::Arc<ProbeResult>| Other {
        address: format!("{}?lang={}", reader.at(&format!("/runs/{}", other.run_id)), reader.code()),
        badge: Badge::new(other.status(), reader),
        began: Moment::new(other.started_at, reader.language),
        took: took(other.duration, reader.language),
    };
    runs.iter().filter(|kept| kept.run_id != run).take(OTHERS_MAX).map(other).collect()
}
