//! How a handshake and a scan are judged: one function a rule, no network.

use std::time::Duration;

use chrono::{DateTime, Utc};
use rustls_pki_types::TrustAnchor;

use crate::model::facts::{CertificateFacts, PeerChain, TlsFacts};
use crate::model::fault::Fault;
use crate::model::finding::{Assessment, Finding, Outcome};
use crate::model::reason::Reason;
use crate::model::sayings;
use crate::model::status::Status;
use crate::model::told::{Told, told};
use crate::pki::chain::{Shape, Trust, is_for, trust};
use crate::pki::ocsp::{Stapled, judge};
use crate::pki::strength::{weak_key, weak_signature};
use crate::probe::addresses::partial;
use crate::probe::tls::Seen;
use crate::probe::tls::hello::Version;
use crate::probe::tls::scan::Scan;

/// What the settings ask for.
#[derive(Clone, Debug)]
pub(super) struct Rules {
    /// How long before the end of a certificate to warn.
    pub(super) warn_before: Duration,
    /// The oldest version that may be accepted.
    pub(super) least: Version,
    /// Text in the issuer's name.
    pub(super) issuer: Option<String>,
    /// Further names.
    pub(super) names: Vec<String>,
}

/// Judges what was seen. The order matters among equals: what ends a connection before what is wrong with a chain, and
/// dates before trust, as browsers tell it.
pub(super) fn assess(
    rules: &Rules,
    anchors: &[TrustAnchor<'_>],
    seen: &Seen,
    dead: &[Told],
    now: DateTime<Utc>,
) -> Assessment {
    let mut findings = Vec::new();
    if let Some(tls) = &seen.tls {
        if let Some(chain) = tls.chain.as_ref().filter(|chain| !chain.der.is_empty()) {
            Judging { rules, anchors, tls, chain, shape: Shape::of(&chain.der), now }.judge(&mut findings);
        }
        if !tls.version.is_empty() {
            findings.push(agreed_version(rules, tls));
        }
    }
    if let Some(scan) = &seen.scan {
        judge_scan(rules, scan, &mut findings);
    }
    let told =
        findings.iter().any(|finding| finding.reason.is_some_and(|reason| reason.status() == Status::Down));
    if let Some(fault) = seen.fault.as_ref().filter(|fault| !(told && is_of_the_chain(fault))) {
        findings.insert(0, Finding::of_fault(&named_by_scan(fault, seen.scan.as_deref())));
    } else if seen.tls.is_some() {
        findings.insert(0, Finding::passed("reachable", "", told!("có trả lời", "it answered")));
    }
    findings.extend(partial(dead));
    Assessment::of(findings)
}

/// Whether a fault is about the chain, which the rules tell more exactly.
const fn is_of_the_chain(fault: &Fault) -> bool {
    matches!(
        fault.reason,
        Reason::TlsExpired
            | Reason::TlsNotYetValid
            | Reason::TlsUntrusted
            | Reason::TlsIncompleteChain
            | Reason::TlsWrongHost
            | Reason::TlsRevoked
    )
}

/// A handshake that failed with a server that accepts only old versions failed for that reason.
fn named_by_scan(fault: &Fault, scan: Option<&Scan>) -> Fault {
    let newest = scan.and_then(|scan| scan.accepted().max());
    let too_old = newest.filter(|newest| *newest < Version::Tls12);
    let mut fault = fault.clone();
    if let Some(newest) = too_old.filter(|_| fault.reason != Reason::TimeoutTls) {
        fault.reason = Reason::TlsVersion;
        fault.detail = format!("the newest version accepted is {}: {}", newest.as_str(), fault.detail);
    }
    fault
}

/// The version that a client of today gets.
fn agreed_version(rules: &Rules, tls: &TlsFacts) -> Finding {
    let expected = told!("TLS {least} trở lên", "TLS {least} or newer", least = rules.least.as_str());
    let found = format!("TLS {}", tls.version);
    let agreed = Version::ALL.into_iter().find(|version| version.as_str() == tls.version);
    if agreed.is_some_and(|agreed| agreed >= rules.least) {
        Finding::passed("version", &expected, &found)
    } else {
        Finding::failed("version", Reason::TlsVersion, &expected, &found)
    }
}

/// What else the server accepts.
fn judge_scan(rules: &Rules, scan: &Scan, findings: &mut Vec<Finding>) {
    let expected =
        told!("chỉ TLS {least} trở lên", "TLS {least} or newer only", least = rules.least.as_str());
    let accepted: Vec<&str> = scan.accepted().map(Version::as_str).collect();
    let found = if accepted.is_empty() {
        told!("không nhận phiên bản nào", "accepts none")
    } else {
        told!("nhận {versions}", "accepts {versions}", versions = accepted.join(", "))
    };
    let no_weak = || told!("không có bộ mã yếu", "no weak suite");
    let asked = scan.versions.len() > 1;
    if scan.accepted().any(|version| version < rules.least) {
        findings.push(Finding::failed("versions", Reason::TlsWeak, &expected, &found));
    } else if Version::ALL.into_iter().filter(|version| *version < rules.least).all(|older| scan.knows(older))
    {
        findings.push(Finding::passed("versions", &expected, &found));
    } else if asked {
        findings.push(Finding::cannot_tell("versions", &expected, sayings::saying(&scan.gap)));
    }
    match &scan.weak {
        Some(weak) if weak.is_empty() => {
            findings.push(Finding::passed("suites", no_weak(), told!("không thấy bộ nào", "none found")));
        }
        Some(weak) => {
            let list: Vec<String> =
                weak.iter().map(|(class, suite)| format!("{} ({suite})", class.as_str())).collect();
            let found = told!("nhận {list}", "accepts {list}", list = list.join(", "));
            findings.push(Finding::failed("suites", Reason::TlsWeak, no_weak(), &found));
        }
        None if !scan.gap.is_empty() => {
            findings.push(Finding::cannot_tell("suites", no_weak(), sayings::saying(&scan.gap)));
        }
        None => {}
    }
    if let Some(suite) = scan.no_forward_secrecy {
        let found = told!(
            "còn nhận {suite}: ai có khóa sẽ đọc được dữ liệu đã ghi lại",
            "{suite} is accepted too: recorded traffic can be read once the key is known"
        );
        let expected = told!("chỉ các bộ mã có bảo mật chuyển tiếp", "only suites with forward secrecy");
        findings.push(remark("forward_secrecy", &expected, &found));
    }
}

/// A chain being judged.
struct Judging<'a> {
    rules: &'a Rules,
    anchors: &'a [TrustAnchor<'a>],
    tls: &'a TlsFacts,
    chain: &'a PeerChain,
    shape: Shape,
    now: DateTime<Utc>,
}

impl Judging<'_> {
    fn judge(&self, findings: &mut Vec<Finding>) {
        findings.extend([self.validity(), self.trust(), self.name(), self.revocation(), self.expiry()]);
        findings.extend([
            self.strength("key", weak_key),
            self.strength("signature", weak_signature),
            self.order(),
        ]);
        findings.extend(self.issuer());
        findings.extend(self.rules.names.iter().map(|name| self.also_for(name)));
    }

    fn certificates(&self) -> &[CertificateFacts] {
        self.tls.certificates()
    }

    /// Whether the path needs this certificate. A chain that was accepted may lead to a root by a shorter way.
    fn is_needed(&self, place: usize) -> bool {
        self.shape.path.contains(&place) && !(self.tls.verified && place > 0)
    }

    /// Every certificate of the path is valid now.
    fn validity(&self) -> Finding {
        let expected = told!("mọi chứng thư đang có hiệu lực", "every certificate is valid now");
        let wrong = self.certificates().iter().enumerate().filter_map(|(place, certificate)| {
            let reason = not_valid(certificate, self.now)?;
            let reason = if self.is_needed(place) { reason } else { Reason::TlsExpiresSoon };
            Some((reason, told(place, certificate)))
        });
        let worst = wrong.max_by_key(|(reason, _)| reason.status());
        worst.map_or_else(
            || Finding::passed("validity", &expected, told!("đúng vậy", "they are")),
            |(reason, found)| Finding::failed("validity", reason, &expected, &found),
        )
    }

    /// The chain leads to a root that is trusted.
    fn trust(&self) -> Finding {
        let expected = &told!("dẫn tới một CA gốc được tin cậy", "leads to a trusted root");
        if self.tls.verified {
            return Finding::passed("trust", expected, told!("đúng vậy", "it does"));
        }
        let trust = trust(&self.chain.der, self.anchors);
        let found = sayings::saying(&trust.to_string());
        match (&trust, trust.reason()) {
            // A top issuer that nobody could fetch is a stranger, no missing link: the handshake knows the policy.
            (Trust::Incomplete { .. }, _) if self.tls.reason == Some(Reason::TlsUntrusted) => {
                Finding::failed("trust", Reason::TlsUntrusted, expected, &found)
            }
            (_, Some(reason)) => Finding::failed("trust", reason, expected, &found),
            // Whoever shook hands saw something that this rule does not look at.
            (Trust::Trusted, None) if self.tls.reason == Some(Reason::TlsUntrusted) => {
                Finding::failed("trust", Reason::TlsUntrusted, expected, sayings::saying(&self.tls.detail))
            }
            (Trust::Trusted, None) => Finding::passed("trust", expected, told!("đúng vậy", "it does")),
            _ => Finding::cannot_tell("trust", expected, &found),
        }
    }

    /// The certificate is for the name that was asked for.
    fn name(&self) -> Finding {
        let asked = &self.tls.server_name;
        let expected = told!("chứng thư dành cho \"{asked}\"", "a certificate for \"{asked}\"");
        if self.tls.verified || self.is_for(&self.tls.server_name) {
            return Finding::passed("name", &expected, told!("đúng vậy", "it is"));
        }
        let names = self.certificates().first().map(|leaf| leaf.names.join(", ")).unwrap_or_default();
        let found = if names.is_empty() {
            told!("chứng thư không nêu tên máy chủ nào", "it names no host")
        } else {
            told!("chứng thư dành cho {names}", "it is for {names}")
        };
        Finding::failed("name", Reason::TlsWrongHost, &expected, &found)
    }

    fn is_for(&self, name: &str) -> bool {
        self.chain.der.first().is_some_and(|leaf| is_for(leaf, name))
    }

    fn also_for(&self, name: &str) -> Finding {
        let expected = told!("chứng thư cũng dành cho \"{name}\"", "a certificate for \"{name}\" too");
        if self.is_for(name) {
            return Finding::passed("names", &expected, told!("đúng vậy", "it is"));
        }
        Finding::failed("names", Reason::TlsWrongHost, &expected, told!("không phải", "it is not"))
    }

    /// The issuer is the one the operator expects.
    fn issuer(&self) -> Option<Finding> {
        let wanted = self.rules.issuer.as_ref()?;
        let expected = told!("nơi cấp có \"{wanted}\" trong tên", "an issuer with \"{wanted}\" in its name");
        let issuer = self.certificates().first().map(|leaf| leaf.issuer.as_str()).unwrap_or_default();
        Some(if issuer.to_lowercase().contains(&wanted.to_lowercase()) {
            Finding::passed("issuer", &expected, issuer)
        } else {
            Finding::failed("issuer", Reason::TlsUntrusted, &expected, issuer)
        })
    }

    /// What the stapled response says. That none is stapled is common and no fault; that one cannot be believed is told.
    fn revocation(&self) -> Finding {
        let expected = &told!("phản hồi OCSP đính kèm nói là còn tốt", "the stapled response says good");
        let Some(response) = &self.tls.ocsp else {
            return Finding::inapplicable(
                "revocation",
                expected,
                told!("không có phản hồi đính kèm", "no response was stapled"),
            );
        };
        match judge(response, &self.chain.der, self.anchors, self.now) {
            Stapled::Good { until } => {
                Finding::passed("revocation", expected, told!("còn tốt đến {until}", "good until {until}"))
            }
            Stapled::Revoked { since } => {
                let found = match since {
                    Some(since) => told!("đã bị thu hồi từ {since}", "revoked since {since}"),
                    None => told!("đã bị thu hồi", "revoked"),
                };
                Finding::failed("revocation", Reason::TlsRevoked, expected, found)
            }
            Stapled::CannotTell { because } => {
                Finding::cannot_tell("revocation", expected, sayings::saying(&because))
            }
        }
    }

    /// No certificate ends soon.
    fn expiry(&self) -> Finding {
        let warn_before =
            chrono::TimeDelta::from_std(self.rules.warn_before).unwrap_or(chrono::TimeDelta::MAX);
        let expected = told!(
            "mọi chứng thư còn hiệu lực thêm {days} ngày",
            "every certificate is valid for {days} days more",
            days = warn_before.num_days(),
        );
        let alive = self.certificates().iter().enumerate().filter(|(_, one)| one.not_after >= self.now);
        let Some((place, first)) = alive.min_by_key(|(_, one)| one.not_after) else {
            return Finding::inapplicable(
                "expiry",
                &expected,
                told!("không chứng thư nào có hiệu lực", "no certificate is valid"),
            );
        };
        let found = told(place, first);
        if first.not_after - self.now < warn_before {
            Finding::failed("expiry", Reason::TlsExpiresSoon, &expected, &found)
        } else {
            Finding::passed("expiry", &expected, &found)
        }
    }

    /// Nothing in the chain is weak. A root that we trust is trusted as it is, whatever it was made with.
    fn strength(&self, rule: &'static str, weakness: fn(&[u8]) -> Option<Told>) -> Finding {
        let expected = told!("ít nhất RSA 2048, EC 256 và SHA-256", "RSA 2048, EC 256 and SHA-256 at least");
        let chain = self.chain.der.iter().enumerate();
        let judged =
            chain.filter(|(place, der)| *place == 0 || !crate::pki::chain::is_anchor(der, self.anchors));
        let weak: Vec<Told> = judged
            .filter_map(|(place, der)| {
                weakness(der).map(|Told { vi, en }| Told {
                    vi: format!("chứng thư {}: {vi}", place + 1),
                    en: format!("certificate {}: {en}", place + 1),
                })
            })
            .collect();
        if weak.is_empty() {
            return Finding::passed(rule, expected, told!("đủ mạnh", "strong enough"));
        }
        Finding::failed(rule, Reason::TlsWeak, expected, Told::joined(&weak, "; "))
    }

    /// The order, and certificates nobody needs: browsers cope, so that this is a remark and never a fault.
    fn order(&self) -> Finding {
        let expected = &told!(
            "chứng thư máy chủ đứng đầu, rồi lần lượt đến nơi cấp",
            "leaf first, each followed by its issuer"
        );
        let mut remarks = Vec::new();
        if !self.shape.in_order {
            remarks.push(told!(
                "sai thứ tự: trình duyệt tự sửa được, phần mềm khác có thể không",
                "out of order, which browsers mend and other clients may not"
            ));
        }
        if !self.shape.superfluous.is_empty() {
            let places: Vec<String> =
                self.shape.superfluous.iter().map(|place| (place + 1).to_string()).collect();
            remarks.push(told!(
                "thừa: chứng thư {places}",
                "not needed: certificate {places}",
                places = places.join(", "),
            ));
        }
        if remarks.is_empty() {
            return Finding::passed("chain_order", expected, told!("đúng vậy", "it is so"));
        }
        remark("chain_order", expected, &Told::joined(&remarks, "; "))
    }
}

/// A rule that does not hold but does not make the server worse than up: it failed for no reason of the closed list.
fn remark(rule: &'static str, expected: &Told, found: &Told) -> Finding {
    Finding { outcome: Outcome::Failed, ..Finding::inapplicable(rule, expected, found) }
}

fn not_valid(certificate: &CertificateFacts, now: DateTime<Utc>) -> Option<Reason> {
    if certificate.not_after < now {
        return Some(Reason::TlsExpired);
    }
    (certificate.not_before > now).then_some(Reason::TlsNotYetValid)
}

/// Which certificate, and from when until when it is valid.
fn told(place: usize, certificate: &CertificateFacts) -> Told {
    let CertificateFacts { subject, not_before, not_after, .. } = certificate;
    if place == 0 {
        return told!(
            "chứng thư của máy chủ ({subject}) có hiệu lực từ {not_before} đến {not_after}",
            "the server's certificate ({subject}) is valid from {not_before} to {not_after}"
        );
    }
    told!(
        "chứng thư {number} ({subject}) có hiệu lực từ {not_before} đến {not_after}",
        "certificate {number} ({subject}) is valid from {not_before} to {not_after}",
        number = place + 1,
    )
}
