//! How a handshake and a scan are judged: one function a rule, no network.

use std::time::Duration;

use chrono::{DateTime, Utc};
use rustls_pki_types::TrustAnchor;

use crate::model::facts::{CertificateFacts, PeerChain, TlsFacts};
use crate::model::fault::Fault;
use crate::model::finding::{Assessment, Finding, Outcome};
use crate::model::reason::Reason;
use crate::model::status::Status;
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
    dead: &[String],
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
        findings.insert(0, Finding::passed("reachable", "", "it answered"));
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
    let expected = format!("TLS {} or newer", rules.least.as_str());
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
    let expected = format!("TLS {} or newer only", rules.least.as_str());
    let accepted: Vec<&str> = scan.accepted().map(Version::as_str).collect();
    let found =
        format!("accepts {}", if accepted.is_empty() { "none".to_owned() } else { accepted.join(", ") });
    let asked = scan.versions.len() > 1;
    if scan.accepted().any(|version| version < rules.least) {
        findings.push(Finding::failed("versions", Reason::TlsWeak, &expected, &found));
    } else if Version::ALL.into_iter().filter(|version| *version < rules.least).all(|older| scan.knows(older))
    {
        findings.push(Finding::passed("versions", &expected, &found));
    } else if asked {
        findings.push(Finding::cannot_tell("versions", &expected, &scan.gap));
    }
    match &scan.weak {
        Some(weak) if weak.is_empty() => {
            findings.push(Finding::passed("suites", "no weak suite", "none found"));
        }
        Some(weak) => {
            let list: Vec<String> =
                weak.iter().map(|(class, suite)| format!("{} ({suite})", class.as_str())).collect();
            let found = format!("accepts {}", list.join(", "));
            findings.push(Finding::failed("suites", Reason::TlsWeak, "no weak suite", &found));
        }
        None if !scan.gap.is_empty() => {
            findings.push(Finding::cannot_tell("suites", "no weak suite", &scan.gap));
        }
        None => {}
    }
    if let Some(suite) = scan.no_forward_secrecy {
        let found = format!("{suite} is accepted too: recorded traffic can be read once the key is known");
        findings.push(remark("forward_secrecy", "only suites with forward secrecy", &found));
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
        let expected = "every certificate is valid now";
        let wrong = self.certificates().iter().enumerate().filter_map(|(place, certificate)| {
            let reason = not_valid(certificate, self.now)?;
            let reason = if self.is_needed(place) { reason } else { Reason::TlsExpiresSoon };
            Some((reason, told(place, certificate)))
        });
        let worst = wrong.max_by_key(|(reason, _)| reason.status());
        worst.map_or_else(
            || Finding::passed("validity", expected, "they are"),
            |(reason, found)| Finding::failed("validity", reason, expected, &found),
        )
    }

    /// The chain leads to a root that is trusted.
    fn trust(&self) -> Finding {
        let expected = "leads to a trusted root";
        if self.tls.verified {
            return Finding::passed("trust", expected, "it does");
        }
        let trust = trust(&self.chain.der, self.anchors);
        match (&trust, trust.reason()) {
            // A top issuer that nobody could fetch is a stranger, no missing link: the handshake knows the policy.
            (Trust::Incomplete { .. }, _) if self.tls.reason == Some(Reason::TlsUntrusted) => {
                Finding::failed("trust", Reason::TlsUntrusted, expected, &trust.to_string())
            }
            (_, Some(reason)) => Finding::failed("trust", reason, expected, &trust.to_string()),
            // Whoever shook hands saw something that this rule does not look at.
            (Trust::Trusted, None) if self.tls.reason == Some(Reason::TlsUntrusted) => {
                Finding::failed("trust", Reason::TlsUntrusted, expected, &self.tls.detail)
            }
            (Trust::Trusted, None) => Finding::passed("trust", expected, "it does"),
            _ => Finding::cannot_tell("trust", expected, &trust.to_string()),
        }
    }

    /// The certificate is for the name that was asked for.
    fn name(&self) -> Finding {
        let expected = format!("a certificate for \"{}\"", self.tls.server_name);
        if self.tls.verified || self.is_for(&self.tls.server_name) {
            return Finding::passed("name", &expected, "it is");
        }
        let names = self.certificates().first().map(|leaf| leaf.names.join(", ")).unwrap_or_default();
        let found =
            if names.is_empty() { "it names no host".to_owned() } else { format!("it is for {names}") };
        Finding::failed("name", Reason::TlsWrongHost, &expected, &found)
    }

    fn is_for(&self, name: &str) -> bool {
        self.chain.der.first().is_some_and(|leaf| is_for(leaf, name))
    }

    fn also_for(&self, name: &str) -> Finding {
        let expected = format!("a certificate for \"{name}\" too");
        if self.is_for(name) {
            return Finding::passed("names", &expected, "it is");
        }
        Finding::failed("names", Reason::TlsWrongHost, &expected, "it is not")
    }

    /// The issuer is the one the operator expects.
    fn issuer(&self) -> Option<Finding> {
        let wanted = self.rules.issuer.as_ref()?;
        let expected = format!("an issuer with \"{wanted}\" in its name");
        let issuer = self.certificates().first().map(|leaf| leaf.issuer.as_str()).unwrap_or_default();
        Some(if issuer.to_lowercase().contains(&wanted.to_lowercase()) {
            Finding::passed("issuer", &expected, issuer)
        } else {
            Finding::failed("issuer", Reason::TlsUntrusted, &expected, issuer)
        })
    }

    /// What the stapled response says. That none is stapled is common and no fault; that one cannot be believed is told.
    fn revocation(&self) -> Finding {
        let expected = "the stapled response says good";
        let Some(response) = &self.tls.ocsp else {
            return Finding::inapplicable("revocation", expected, "no response was stapled");
        };
        match judge(response, &self.chain.der, self.anchors, self.now) {
            Stapled::Good { until } => {
                Finding::passed("revocation", expected, &format!("good until {until}"))
            }
            Stapled::Revoked { since } => {
                let since = since.map(|since| format!(" since {since}")).unwrap_or_default();
                Finding::failed("revocation", Reason::TlsRevoked, expected, &format!("revoked{since}"))
            }
            Stapled::CannotTell { because } => Finding::cannot_tell("revocation", expected, &because),
        }
    }

    /// No certificate ends soon.
    fn expiry(&self) -> Finding {
        let warn_before =
            chrono::TimeDelta::from_std(self.rules.warn_before).unwrap_or(chrono::TimeDelta::MAX);
        let expected = format!("every certificate is valid for {} days more", warn_before.num_days());
        let alive = self.certificates().iter().enumerate().filter(|(_, one)| one.not_after >= self.now);
        let Some((place, first)) = alive.min_by_key(|(_, one)| one.not_after) else {
            return Finding::inapplicable("expiry", &expected, "no certificate is valid");
        };
        let found = told(place, first);
        if first.not_after - self.now < warn_before {
            Finding::failed("expiry", Reason::TlsExpiresSoon, &expected, &found)
        } else {
            Finding::passed("expiry", &expected, &found)
        }
    }

    /// Nothing in the chain is weak. A root that we trust is trusted as it is, whatever it was made with.
    fn strength(&self, rule: &'static str, weakness: fn(&[u8]) -> Option<String>) -> Finding {
        let expected = "RSA 2048, EC 256 and SHA-256 at least";
        let chain = self.chain.der.iter().enumerate();
        let judged =
            chain.filter(|(place, der)| *place == 0 || !crate::pki::chain::is_anchor(der, self.anchors));
        let weak: Vec<String> = judged
            .filter_map(|(place, der)| {
                weakness(der).map(|words| format!("certificate {}: {words}", place + 1))
            })
            .collect();
        if weak.is_empty() {
            return Finding::passed(rule, expected, "strong enough");
        }
        Finding::failed(rule, Reason::TlsWeak, expected, &weak.join("; "))
    }

    /// The order, and certificates nobody needs: browsers cope, so that this is a remark and never a fault.
    fn order(&self) -> Finding {
        let expected = "leaf first, each followed by its issuer";
        let mut remarks = Vec::new();
        if !self.shape.in_order {
            remarks.push("out of order, which browsers mend and other clients may not".to_owned());
        }
        if !self.shape.superfluous.is_empty() {
            let places: Vec<String> =
                self.shape.superfluous.iter().map(|place| (place + 1).to_string()).collect();
            remarks.push(format!("not needed: certificate {}", places.join(", ")));
        }
        if remarks.is_empty() {
            return Finding::passed("chain_order", expected, "it is so");
        }
        let found = remarks.join("; ");
        remark("chain_order", expected, &found)
    }
}

/// A rule that does not hold but does not make the server worse than up: it failed for no reason of the closed list.
fn remark(rule: &'static str, expected: &str, found: &str) -> Finding {
    Finding { outcome: Outcome::Failed, ..Finding::inapplicable(rule, expected, found) }
}

fn not_valid(certificate: &CertificateFacts, now: DateTime<Utc>) -> Option<Reason> {
    if certificate.not_after < now {
        return Some(Reason::TlsExpired);
    }
    (certificate.not_before > now).then_some(Reason::TlsNotYetValid)
}

/// Which certificate, and from when until when it is valid.
fn told(place: usize, certificate: &CertificateFacts) -> String {
    let role =
        if place == 0 { "the server's certificate".to_owned() } else { format!("certificate {}", place + 1) };
    format!(
        "{role} ({}) is valid from {} to {}",
        certificate.subject, certificate.not_before, certificate.not_after
    )
}
