//! What a connection and a dialogue say of the portal. Pure.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::model::facts::TlsFacts;
use crate::model::finding::{Assessment, Finding};
use crate::model::reason::Reason;
use crate::model::told::told;
use crate::probe::addresses::{dead_beside_live, partial};
use crate::probe::tcp::Seen;
use crate::probe::tcp::dialogue::Heard;
use crate::probe::tcp::settings::Plan;

/// Judges one run.
#[must_use]
pub fn assess(plan: &Plan, seen: &Seen, now: DateTime<Utc>) -> Assessment {
    let mut findings = Vec::new();
    match &seen.fault {
        Some(fault) => findings.push(Finding::of_fault(fault)),
        None => findings.push(Finding::passed("reachable", "", told!("đã kết nối", "connected"))),
    }
    findings.extend(seen.heard.iter().map(expectation));
    findings.extend(partial(&dead_beside_live(&plan.endpoint.host, &seen.addresses)));
    if let (Some(margin), Some(tls)) = (plan.warn_before, &seen.tls) {
        findings.extend(expiry(margin, tls, now));
    }
    if let (Some(limit), None) = (plan.slow_after, &seen.fault) {
        findings.push(slow(limit, seen));
    }
    Assessment::of(findings)
}

fn expectation(heard: &Heard) -> Finding {
    if heard.fits {
        Finding::passed("expect", &heard.expected, &heard.found)
    } else {
        Finding::failed("expect", Reason::ResponseMismatch, &heard.expected, &heard.found)
    }
}

fn expiry(margin: Duration, tls: &TlsFacts, now: DateTime<Utc>) -> Option<Finding> {
    let ends = tls.not_after()?;
    let wanted = told!(
        "còn hiệu lực thêm {days} ngày",
        "valid for another {days} days",
        days = margin.as_secs() / 86_400,
    );
    let found = told!("đến {end}", "until {end}", end = ends.format("%Y-%m-%d %H:%M UTC"));
    let lasts = ends - now >= TimeDelta::from_std(margin).unwrap_or(TimeDelta::MAX);
    Some(if lasts {
        Finding::passed("warn_before", &wanted, &found)
    } else {
        Finding::failed("warn_before", Reason::TlsExpiresSoon, &wanted, &found)
    })
}

fn slow(limit: Duration, seen: &Seen) -> Finding {
    let spent: Duration = seen.phases.iter().map(|(_, spent)| spent).sum();
    let (wanted, found) = (told!("trong vòng {limit:?}", "within {limit:?}"), format!("{spent:.1?}"));
    if spent <= limit {
        Finding::passed("slow_after", &wanted, &found)
    } else {
        Finding::failed("slow_after", Reason::Slow, &wanted, &found)
    }
}
