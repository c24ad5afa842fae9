//! A run out of history, made of its published JSON: the same page as of a run in memory, as far as it was kept.

use std::time::Duration;

use axum::response::Response;
use chrono::{DateTime, Utc};
use http::StatusCode;
use serde_json::Value;

use crate::model::id::{Name, ProbeId, RunId};
use crate::model::phase::{Phase, Phases};
use crate::model::reason::Reason;
use crate::model::sayings;
use crate::model::status::Status;
use crate::model::text::Language;
use crate::web::archive::Kept;
use crate::web::pages::parts::{Badge, Moment, bar, took};
use crate::web::pages::run::{HTTP_ROWS, Line, Rule, Run, Tls, class_of, others, pretty, verdict};
use crate::web::pages::{Reader, answer, shown, words};
use crate::web::state::WebState;

/// What has a place of its own on the page, or stands in its head; all else is shown as it is.
const PLACED: &[&str] = &[
    "schema_version",
    "name",
    "authority",
    "portal",
    "probe",
    "kind",
    "target",
    "status",
    "reason",
    "findings",
    "phases",
    "duration_seconds",
    "addresses",
    "tls",
    "http",
    "kernel_timed",
    "started_at",
    "run_id",
    "timeline",
    "location",
    "confirmed",
    "evidence",
];

/// Writes the page; `None` where what was kept cannot be read.
pub(crate) fn page(state: &WebState, reader: &Reader, run: RunId, kept: &Kept) -> Option<Response> {
    let json: Value = serde_json::from_str(&kept.json).ok()?;
    let name = ["authority", "portal", "probe"].map(|key| text(&json[key]));
    let began: DateTime<Utc> = json["started_at"].as_str()?.parse().ok()?;
    let whole = json["findings"].is_array();
    let page = Run {
        reader,
        id: run.to_string(),
        name: shown(&name.join("/")),
        kind: shown(text(&json["kind"])),
        target: shown(text(&json["target"])),
        badge: Badge::new(status(&json["status"]), reader),
        reason: Reason::parse(text(&json["reason"])),
        began: Moment::new(began, reader.language),
        took: seconds(&json["duration_seconds"], reader),
        bar: bar(&phases(&json["phases"]), reader),
        our_clock: json["kernel_timed"] == false,
        past: Some(if whole { words::PAST } else { words::PAST_HEAD }),
        whole,
        findings: findings(&json["findings"], kept, reader),
        events: each(&json["timeline"]).map(|event| event_of(event, reader)).collect(),
        addresses: each(&json["addresses"]).map(|address| address_of(address, reader)).collect(),
        tls: tls(&json["tls"], reader),
        http: http(&json["http"]),
        headers: headers(&json["http"]["headers"]),
        excerpt: shown(text(&json["http"]["excerpt"])),
        more: more(&json),
        others: probe(name).map(|probe| others(state, reader, &probe, run)).unwrap_or_default(),
    };
    Some(answer(StatusCode::OK, &page))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn each(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn status(value: &Value) -> Status {
    Status::ALL.into_iter().find(|status| status.as_str() == text(value)).unwrap_or(Status::Unknown)
}

fn span(value: &Value) -> Option<Duration> {
    value.as_f64().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
}

fn seconds(value: &Value, reader: &Reader) -> String {
    span(value).map_or_else(|| "–".to_owned(), |spent| took(spent, reader.language))
}

fn phases(value: &Value) -> Phases {
    let mut phases = Phases::default();
    for phase in Phase::ALL {
        if let Some(spent) = span(&value[phase.as_str()]) {
            phases.add(phase, spent);
        }
    }
    phases
}

fn probe([authority, portal, probe]: [&str; 3]) -> Option<ProbeId> {
    let name = |text: &str| Name::try_from(text).ok();
    Some(ProbeId { authority: name(authority)?, portal: name(portal)?, probe: name(probe)? })
}

fn findings(value: &Value, kept: &Kept, reader: &Reader) -> Vec<Rule> {
    let nothing = (String::new(), String::new());
    let vietnamese = kept.vietnamese.iter().chain(std::iter::repeat(&nothing));
    let own = |vi: &str, en: &Value| {
        let vietnamese = reader.language == Language::Vi && !vi.is_empty();
        shown(if vietnamese { vi } else { text(en) })
    };
    let rule = |(finding, (expected, found)): (&Value, &(String, String))| {
        let reason = Reason::parse(text(&finding["reason"]));
        let outcome = words::outcome_named(text(&finding["outcome"]));
        Rule {
            name: shown(text(&finding["rule"])),
            class: class_of(outcome, reason),
            outcome: reader.say(words::outcome(outcome)),
            reason: reason.map_or("", Reason::as_str),
            expected: own(expected, &finding["expected"]),
            found: own(found, &finding["found"]),
        }
    };
    each(value).zip(vietnamese).map(rule).collect()
}

fn event_of(event: &Value, reader: &Reader) -> Line {
    Line {
        number: seconds(&event["after_seconds"], reader),
        word: shown(text(&event["what"])),
        detail: shown(text(&event["detail"])),
    }
}

fn address_of(address: &Value, reader: &Reader) -> Line {
    let fault = &address["fault"];
    let said = |part: &str| sayings::saying(part).in_language(reader.language).to_owned();
    let operation = |part: &str| sayings::operation(part).in_language(reader.language).to_owned();
    let detail = match () {
        () if fault.is_object() => {
            format!("{}: {}", operation(text(&fault["operation"])), said(text(&fault["detail"])))
        }
        () if address["used"] == true => reader.say(words::USED).to_owned(),
        () => String::new(),
    };
    Line {
        number: seconds(&address["connect_seconds"], reader),
        word: shown(text(&address["address"])),
        detail: shown(&detail),
    }
}

fn tls(value: &Value, reader: &Reader) -> Option<Tls> {
    let parts = ["version", "cipher", "group", "alpn", "server_name"].map(|key| text(&value[key]));
    let end =
        |certificate: &Value| text(&certificate["not_after"]).parse::<DateTime<Utc>>().unwrap_or_default();
    let certificate = |certificate: &Value| {
        let end = Moment::new(end(certificate), reader.language);
        (shown(text(&certificate["subject"])), shown(text(&certificate["issuer"])), end)
    };
    value.is_object().then(|| Tls {
        summary: shown(&parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")),
        verdict: verdict(value["verified"] == true, text(&value["detail"]), reader),
        certificates: each(&value["chain"]).map(certificate).collect(),
    })
}

fn http(value: &Value) -> Vec<(&'static str, String)> {
    let row = |name: &'static str| match &value[name] {
        Value::String(text) if !text.is_empty() => Some((name, shown(text))),
        Value::Number(number) => Some((name, number.to_string())),
        _ => None,
    };
    HTTP_ROWS.iter().filter_map(|name| row(name)).collect()
}

fn headers(value: &Value) -> Vec<(String, String)> {
    let headers = value.as_object().into_iter().flatten();
    headers.map(|(name, value)| (shown(name), shown(text(value)))).collect()
}

fn more(json: &Value) -> Vec<(String, String)> {
    let all = json.as_object().into_iter().flatten();
    all.filter(|(name, _)| !PLACED.contains(&name.as_str()))
        .map(|(name, value)| (shown(name), pretty(value)))
        .collect()
}
