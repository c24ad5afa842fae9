//! Judges what was seen: status first, then the way there, headers, body, soft failures, speed. Pure.

use chrono::{DateTime, TimeDelta, Utc};

use crate::html::phrases::PhraseKind;
use crate::model::facts::TlsFacts;
use crate::model::finding::Finding;
use crate::model::reason::Reason;
use crate::model::told::{Told, told};
use crate::net::exchange::Head;
use crate::probe::addresses::partial;
use crate::probe::http::address::shown;
use crate::probe::http::build::Plan;
use crate::probe::http::expect::Expectations;
use crate::probe::http::observe::Observation;
use crate::probe::http::reading::Reading;
use crate::probe::http::settings::VersionKey;
use crate::probe::http::{soft, status};

/// What the rules find.
pub(super) fn findings(plan: &Plan, seen: &Observation, now: DateTime<Utc>) -> Vec<Finding> {
    let mut findings = Vec::new();
    match (&seen.refusal, &seen.head) {
        (Some(refusal), _) => {
            findings.push(Finding::failed("redirects", refusal.reason, &refusal.expected, &refusal.found));
        }
        (None, Some(head)) => judge_answer(plan, seen, head, &mut findings),
        (None, None) => {}
    }
    if let Some(fault) = &seen.fault {
        findings.push(Finding::of_fault(fault));
    }
    if let Some(to) = &seen.downgrade {
        findings.push(Finding::failed(
            "redirects",
            Reason::InsecureRedirect,
            told!("giữ nguyên https", "https after https"),
            to,
        ));
    }
    findings.extend(speed(plan, seen));
    findings.extend(partial(&seen.dead));
    findings.extend(seen.tls.as_ref().and_then(|tls| expiry(plan, tls, now)));
    for finding in &mut findings {
        finding.found = finding.found.map(|found| plan.request.redact(found));
    }
    findings
}

fn judge_answer(plan: &Plan, seen: &Observation, head: &Head, findings: &mut Vec<Finding>) {
    let (expect, code) = (&plan.expect, head.status.as_u16());
    let as_expected = expect.status.iter().any(|range| range.has(code));
    let signs = seen.reading.as_ref().map_or(&[][..], |reading| &reading.signs);
    let soft = soft::findings(signs, head, plan.soft, as_expected);
    let (wanted, found) = (status::shown(&expect.status), code.to_string());
    if as_expected {
        findings.push(Finding::passed("status", &wanted, &found));
        judge_head(expect, seen, head, findings);
    } else if code == 429 {
        findings.push(Finding::failed("status", Reason::RateLimited, &wanted, &found));
    } else if !soft.iter().any(|finding| finding.reason == Some(Reason::MaintenancePage)) {
        findings.push(Finding::failed("status", Reason::Status, &wanted, &found));
    }
    let soft_failure = !soft.is_empty();
    findings.extend(soft);
    match &seen.reading {
        // What a page must say is not asked of one that says that it is another.
        Some(reading) if as_expected && seen.fault.is_none() && !soft_failure => {
            judge_size(expect, seen, reading, findings);
            judge_body(expect, reading, findings);
        }
        _ => {}
    }
}

fn judge_head(expect: &Expectations, seen: &Observation, head: &Head, findings: &mut Vec<Finding>) {
    if let Some(wanted) = expect.version {
        let (word, holds) = match wanted {
            VersionKey::Http1 => ("HTTP/1.1", seen.version().starts_with("HTTP/1")),
            VersionKey::Http2 => ("HTTP/2", seen.version() == "HTTP/2"),
        };
        findings.push(rule("protocol", holds, Reason::WrongProtocol, word, seen.version()));
    }
    if let Some(wanted) = &expect.final_host {
        let host = seen.url.host_str().unwrap_or_default();
        let with_port = seen.url.port().map(|port| format!("{host}:{port}"));
        let holds = host == wanted || with_port.as_ref() == Some(wanted);
        findings.push(rule("final_host", holds, Reason::WrongFinalHost, wanted, shown(&seen.url)));
    }
    for (name, pattern) in &expect.headers {
        let values =
            || head.headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
        let holds = values().any(|value| pattern.is_match(&value));
        // The value stays out: a header that an operator asks about may be a cookie or a token.
        let found = if values().next().is_some() {
            told!("giá trị khác", "another value")
        } else {
            told!("không có header này", "no such header")
        };
        let found = if holds { told!("đúng như mong đợi", "as expected") } else { found };
        let wanted = format!("{name}: /{pattern}/");
        findings.push(rule("headers", holds, Reason::ResponseMismatch, &wanted, found));
    }
}

fn judge_size(expect: &Expectations, seen: &Observation, reading: &Reading, findings: &mut Vec<Finding>) {
    let size = seen.body_bytes;
    let found = told!("{size} byte", "{size} bytes");
    match expect.min_size {
        Some(min) => {
            let wanted = told!("ít nhất {least} byte", "at least {least} bytes", least = min.0);
            findings.push(rule("min_size", size >= min.0, Reason::TooSmall, &wanted, &found));
        }
        // Nobody means to serve an empty page; an empty answer that is no page may be all that was asked for.
        None if size == 0 && reading.is_html && seen.answers_with_a_body() => {
            findings.push(Finding::failed(
                "min_size",
                Reason::TooSmall,
                told!("một trang", "a page"),
                &found,
            ));
        }
        None => {}
    }
    if let Some(max) = expect.max_size {
        let wanted = told!("nhiều nhất {most} byte", "at most {most} bytes", most = max.0);
        findings.push(rule("max_size", size <= max.0, Reason::BodyTooLarge, &wanted, &found));
    }
}

fn judge_body(expect: &Expectations, reading: &Reading, findings: &mut Vec<Finding>) {
    let mut missing = |name: &'static str, wanted: &str, there: bool| {
        let found = if there { told!("tìm thấy", "found") } else { none() };
        findings.push(rule(name, there, Reason::ContentMissing, wanted, found));
    };
    for (words, there) in expect.contains.iter().zip(&reading.contains) {
        missing("contains", words, *there);
    }
    for (pattern, there) in expect.regex.iter().zip(&reading.regex) {
        missing("regex", pattern.as_str(), *there);
    }
    for (pattern, there) in expect.source_regex.iter().zip(&reading.source_regex) {
        missing("source_regex", pattern.as_str(), *there);
    }
    for (selector, there) in expect.selectors.iter().zip(&reading.selectors) {
        missing("selector", selector, *there);
    }
    for (forbidden, found) in expect.forbidden.iter().zip(&reading.forbidden) {
        let wanted = told!("không có {what}", "no {what}", what = forbidden.shown());
        let shown = found.as_deref().map_or_else(none, Told::same);
        findings.push(rule("forbidden", found.is_none(), Reason::ContentForbidden, &wanted, shown));
    }
    if let Some(wanted) = expect.login_page {
        findings.push(login_page(wanted, reading));
    }
    judge_json(expect, reading, findings);
}

fn login_page(wanted: bool, reading: &Reading) -> Finding {
    let found = reading.signs.iter().find(|sign| sign.kind == PhraseKind::LoginPage);
    let shown = found.map_or_else(
        || told!("không thấy trang đăng nhập", "no login page"),
        |sign| Told::same(format!("\"{}\"", sign.phrase)),
    );
    let (reason, text) = if wanted {
        (Reason::ContentMissing, told!("trang đăng nhập", "a login page"))
    } else {
        (Reason::ContentForbidden, told!("không phải trang đăng nhập", "no login page"))
    };
    rule("login_page", found.is_some() == wanted, reason, text, &shown)
}

fn judge_json(expect: &Expectations, reading: &Reading, findings: &mut Vec<Finding>) {
    let values = match &reading.json {
        Ok(values) => values,
        Err(why) => {
            findings.push(Finding::failed(
                "json",
                Reason::MalformedContent,
                told!("tài liệu JSON", "a JSON document"),
                why,
            ));
            return;
        }
    };
    for ((pointer, wanted), found) in expect.json.iter().zip(values) {
        let text = format!("{}: {wanted}", pointer.as_str());
        findings.push(match found {
            None => Finding::failed(
                "json",
                Reason::ContentMissing,
                &text,
                told!("không có giá trị này", "no such value"),
            ),
            Some(value) => {
                rule("json", equal(value, wanted), Reason::ResponseMismatch, &text, value.to_string())
            }
        });
    }
}

/// Whether two values are equal; `1` and `1.0` are.
fn equal(one: &serde_json::Value, other: &serde_json::Value) -> bool {
    one == other
        || matches!((one.as_f64(), other.as_f64()), (Some(one), Some(other)) if one.total_cmp(&other).is_eq())
}

fn speed(plan: &Plan, seen: &Observation) -> Option<Finding> {
    let limit = plan.slow_after.filter(|_| seen.head.is_some())?;
    let spent = seen.spent();
    let (wanted, found) =
        (told!("nhiều nhất {limit}", "at most {limit}"), format!("{:.3}s", spent.as_secs_f64()));
    Some(rule("slow_after", spent <= limit.0, Reason::Slow, &wanted, &found))
}

fn expiry(plan: &Plan, tls: &TlsFacts, now: DateTime<Utc>) -> Option<Finding> {
    let (warn_before, not_after) = (plan.warn_before?, tls.not_after()?);
    let margin = TimeDelta::from_std(warn_before.0).unwrap_or(TimeDelta::MAX);
    let wanted = told!("còn hiệu lực ít nhất {warn_before}", "valid for {warn_before} or longer");
    let found =
        told!("có hiệu lực đến {end}", "valid until {end}", end = not_after.format("%Y-%m-%d %H:%M UTC"),);
    Some(rule("warn_before", not_after - now >= margin, Reason::TlsExpiresSoon, &wanted, &found))
}

fn none() -> Told {
    told!("không tìm thấy", "not found")
}

/// A rule that holds or fails with its reason.
fn rule(
    name: &'static str,
    holds: bool,
    reason: Reason,
    expected: impl Into<Told>,
    found: impl Into<Told>,
) -> Finding {
    if holds {
        Finding::passed(name, expected, found)
    } else {
        Finding::failed(name, reason, expected, found)
    }
}
