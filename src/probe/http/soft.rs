//! Soft failures: pages that answer as if all were well, or that hide why they do not.

use crate::html::phrases::PhraseKind;
use crate::html::signs::{Place, Sign};
use crate::model::finding::Finding;
use crate::model::reason::Reason;
use crate::model::told::{Told, told};
use crate::net::exchange::Head;
use crate::probe::http::settings::SoftKeys;

/// What a soft failure means.
struct SoftFailure {
    kind: PhraseKind,
    rule: &'static str,
    reason: Reason,
}

/// In the order in which they decide: who is kept out cannot say anything about the rest.
const SOFT_FAILURES: [SoftFailure; 4] = [
    SoftFailure { kind: PhraseKind::Captcha, rule: "captcha", reason: Reason::Captcha },
    SoftFailure { kind: PhraseKind::Blocked, rule: "blocked", reason: Reason::Blocked },
    SoftFailure {
        kind: PhraseKind::MaintenancePage,
        rule: "maintenance_page",
        reason: Reason::MaintenancePage,
    },
    SoftFailure { kind: PhraseKind::Soft404, rule: "soft_404", reason: Reason::Soft404 },
];

/// Judges what a page gives away. `as_expected`: the status is one of those that were expected.
pub(super) fn findings(signs: &[Sign], head: &Head, keys: SoftKeys, as_expected: bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    for failure in SOFT_FAILURES.iter().filter(|failure| is_looked_for(failure.kind, keys)) {
        if !applies(failure.kind, head, as_expected) {
            continue;
        }
        if let Some(found) = found(failure.kind, signs, head) {
            findings.push(Finding::failed(failure.rule, failure.reason, "", &found));
        }
    }
    findings
}

const fn is_looked_for(kind: PhraseKind, keys: SoftKeys) -> bool {
    match kind {
        PhraseKind::MaintenancePage => keys.maintenance_page,
        PhraseKind::Soft404 => keys.soft_404,
        PhraseKind::Blocked => keys.blocked,
        PhraseKind::Captcha => keys.captcha,
        PhraseKind::LoginPage => false,
    }
}

/// A firewall answers with any status; a portal that says 404 with 404 is honest, and a status of its own.
fn applies(kind: PhraseKind, head: &Head, as_expected: bool) -> bool {
    let code = head.status.as_u16();
    match kind {
        PhraseKind::Captcha => as_expected || matches!(code, 401 | 403 | 405 | 406 | 429 | 503),
        PhraseKind::Blocked => as_expected || matches!(code, 403 | 405 | 406 | 429 | 501 | 503),
        PhraseKind::MaintenancePage => as_expected || code >= 500,
        PhraseKind::Soft404 => as_expected && code < 300,
        PhraseKind::LoginPage => false,
    }
}

fn found(kind: PhraseKind, signs: &[Sign], head: &Head) -> Option<Told> {
    // Cloudflare says in a header that it asks for proof instead of showing the page.
    let challenged = head.headers.get("cf-mitigated").is_some_and(|value| value == "challenge");
    if kind == PhraseKind::Captcha && challenged {
        return Some(Told::same("cf-mitigated: challenge"));
    }
    // A bare "403 Forbidden" is a portal's own refusal; only words of a firewall are a firewall's.
    let is_bare = |sign: &Sign| head.status.as_u16() == 403 && is_bare_refusal(&sign.phrase);
    let sign = signs.iter().find(|sign| sign.kind == kind && !is_bare(sign))?;
    Some(match sign.place {
        Place::Title => {
            told!("\"{phrase}\" trong tiêu đề", "\"{phrase}\" in the title", phrase = sign.phrase)
        }
        Place::Heading => {
            told!("\"{phrase}\" trong đề mục", "\"{phrase}\" in the heading", phrase = sign.phrase)
        }
        Place::Text => told!("\"{phrase}\" trong nội dung", "\"{phrase}\" in the text", phrase = sign.phrase),
    })
}

fn is_bare_refusal(phrase: &str) -> bool {
    ["forbidden", "403", "403 forbidden", "access forbidden"].contains(&phrase)
}
