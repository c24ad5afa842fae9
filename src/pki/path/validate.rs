//! Judges one way up by the rules of RFC 5280 §6.1, from the anchor down. All faults are told, not only the first.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use der::Decode;
use der::asn1::ObjectIdentifier;
use x509_cert::ext::pkix::PolicyConstraints;

use crate::model::told::{Told, told};
use crate::pki::claim::AlgorithmUse;
use crate::pki::der::{INTEGER, Reader};
use crate::pki::key::Proof;
use crate::pki::path::build::Route;
use crate::pki::path::card::{Card, natural};
use crate::pki::path::constraints::{Constraints, Refusal};
use crate::pki::path::oids;
use crate::pki::path::policy::{Graph, Inhibited, Mappings, mappings, policies};
use crate::pki::path::purpose::{Purpose, unfit};
use crate::pki::path::store::Store;
use crate::pki::path::{Fault, Moment, PolicyInputs};
use crate::pki::scheme::Scheme;
use crate::pki::verdict::{Flaw, SignatureReason};

/// Extensions that are understood here, so that they may be critical.
const UNDERSTOOD: &[ObjectIdentifier] = &[
    oids::BASIC_CONSTRAINTS,
    oids::KEY_USAGE,
    oids::EXTENDED_KEY_USAGE,
    oids::SUBJECT_ALT_NAME,
    oids::ISSUER_ALT_NAME,
    oids::NAME_CONSTRAINTS,
    oids::CERTIFICATE_POLICIES,
    oids::POLICY_MAPPINGS,
    oids::POLICY_CONSTRAINTS,
    oids::INHIBIT_ANY_POLICY,
    oids::CRL_DISTRIBUTION_POINTS,
    oids::FRESHEST_CRL,
    oids::AUTHORITY_KEY_IDENTIFIER,
    oids::SUBJECT_KEY_IDENTIFIER,
    oids::OCSP_NOCHECK,
];

/// By what a way is judged.
#[derive(Clone, Copy, Debug)]
pub(in crate::pki) struct Rule<'r> {
    /// The time at which it must hold.
    pub(in crate::pki) at: DateTime<Utc>,
    /// What the certificate is used for.
    pub(in crate::pki) purpose: Purpose,
    /// Which policies are asked for.
    pub(in crate::pki) policies: &'r PolicyInputs,
}

/// What came of it.
#[derive(Debug)]
pub(in crate::pki) struct Findings {
    /// What is wrong, from the anchor down.
    pub(in crate::pki) faults: Vec<Fault>,
    /// What the signatures of the path rest on, each once.
    pub(in crate::pki) algorithms: Vec<AlgorithmUse>,
    /// Policies that hold to the end, as the anchor's domain calls them.
    pub(in crate::pki) policies: BTreeSet<ObjectIdentifier>,
}

/// The state of §6.1.2.
struct State<'s> {
    graph: Graph,
    constraints: Constraints<'s>,
    explicit_policy: usize,
    inhibit_any: usize,
    policy_mapping: usize,
    path_length: usize,
    findings: Findings,
    policy_told: bool,
}

/// Judges a way.
pub(in crate::pki) fn validate<'s>(store: &'s Store<'s>, route: &Route<'s>, rule: Rule<'_>) -> Findings {
    let count = route.cards.len();
    let from = |inhibited: bool| if inhibited { 0 } else { count + 1 };
    let mut state = State {
        graph: Graph::start(),
        constraints: Constraints::default(),
        explicit_policy: from(rule.policies.explicit),
        inhibit_any: from(rule.policies.inhibit_any),
        policy_mapping: from(rule.policies.inhibit_mapping),
        path_length: count,
        findings: Findings { faults: Vec::new(), algorithms: Vec::new(), policies: BTreeSet::new() },
        policy_told: false,
    };
    for place in (0..count).rev() {
        let Some(card) = route.cards.get(place).copied() else { continue };
        if !route.is_root {
            state.check_signature(store, route, place);
        }
        state.check_dates(card, place, rule.at);
        state.check_build(card, place);
        state.process(card, place);
        if place > 0 {
            state.prepare_next(card, place);
        }
    }
    state.wrap_up(route, rule);
    state.findings
}

impl<'s> State<'s> {
    fn fault(&mut self, place: usize, reason: SignatureReason, told: Told) {
        self.findings.faults.push(Fault { flaw: Flaw::new(reason, told), place, moment: None });
    }

    fn broken(&mut self, place: usize, told: Told) {
        self.fault(place, SignatureReason::ChainWrong, told);
    }

    /// (a)(1). What builds ways drops forged ones; what it could not check is told here.
    fn check_signature(&mut self, store: &Store<'s>, route: &Route<'s>, place: usize) {
        let Some(card) = route.cards.get(place).copied() else { return };
        let issuer = route.issuer(place);
        let algorithm = Scheme::of(card.parts.algorithm, None).usage(&issuer.key);
        match store.proof(card, &issuer.key, issuer.key_digest) {
            Proof::Good => {}
            Proof::Bad => self.broken(
                place,
                told!(
                    "chữ ký trên chứng thư của \"{name}\" không phải do khóa của nơi cấp tạo ra",
                    "the signature on the certificate of \"{name}\" was not made with its issuer's key",
                    name = card.shown()
                ),
            ),
            Proof::Unchecked => self.fault(
                place,
                SignatureReason::UnsupportedAlgorithm,
                told!(
                    "chứng thư của \"{name}\" được ký bằng {algorithm}",
                    "the certificate of \"{name}\" is signed with {algorithm}",
                    name = card.shown(),
                    algorithm = algorithm.name
                ),
            ),
        }
        if !self.findings.algorithms.contains(&algorithm) {
            self.findings.algorithms.push(algorithm);
        }
    }

    /// (a)(2)
    fn check_dates(&mut self, card: &Card<'_>, place: usize, at: DateTime<Utc>) {
        let name = card.shown();
        let (reason, moment, told) = if at < card.not_before {
            let begin = card.not_before;
            let told = told!(
                "chứng thư của \"{name}\" có hiệu lực từ {begin}, thời điểm xét là {at}",
                "the certificate of \"{name}\" is valid from {begin}, and the time in question is {at}"
            );
            (SignatureReason::NotYetValid, Moment::ValidFrom(begin), told)
        } else if at > card.not_after {
            let end = card.not_after;
            let told = told!(
                "chứng thư của \"{name}\" hết hạn lúc {end}, thời điểm xét là {at}",
                "the certificate of \"{name}\" expired at {end}, and the time in question is {at}"
            );
            (SignatureReason::Expired, Moment::ValidUntil(end), told)
        } else {
            return;
        };
        self.findings.faults.push(Fault { flaw: Flaw::new(reason, told), place, moment: Some(moment) });
    }

    /// §4.1, and critical extensions that nobody here understands.
    fn check_build(&mut self, card: &Card<'_>, place: usize) {
        if let Some(told) = &card.misbuilt {
            self.broken(place, told.clone());
        }
        let strange = card.extensions.iter().find(|extension| {
            extension.critical && !UNDERSTOOD.iter().any(|known| known.as_bytes() == extension.oid)
        });
        if let Some(strange) = strange {
            self.broken(
                place,
                told!(
                    "chứng thư của \"{name}\" có phần mở rộng bắt buộc chưa được hỗ trợ {oid}",
                    "the certificate of \"{name}\" has the critical extension {oid}, which is not known here",
                    name = card.shown(),
                    oid = crate::pki::oid::dotted(strange.oid)
                ),
            );
        }
    }

    /// §6.1.3 (b) to (f)
    fn process(&mut self, card: &Card<'s>, place: usize) {
        let is_last = place == 0;
        if is_last || !card.is_self_issued() {
            match self.constraints.check(card) {
                Ok(()) => {}
                Err(refusal) => self.refuse(refusal, place),
            }
        }
        match policies(card) {
            Ok(policies) => {
                let any_counts = self.inhibit_any > 0 || (!is_last && card.is_self_issued());
                if !self.graph.is_null() {
                    self.graph.descend(policies.as_ref(), any_counts);
                }
            }
            Err(_) => self.broken(place, unreadable_policies(card)),
        }
        self.check_policy(card, place);
    }

    fn refuse(&mut self, refusal: Refusal, place: usize) {
        match refusal {
            Refusal::Broken(told) => self.broken(place, told),
            Refusal::TooMuch => {
                let told = told!("quá nhiều tên để đối chiếu", "there are too many names to compare");
                self.fault(place, SignatureReason::TooComplex, told);
            }
        }
    }

    /// (f): told once, where it shows first.
    fn check_policy(&mut self, card: &Card<'_>, place: usize) {
        if self.explicit_policy == 0 && self.graph.is_null() && !self.policy_told {
            self.policy_told = true;
            let name = card.shown();
            let told = told!(
                "đến \"{name}\" không còn chính sách chứng thực nào được chấp nhận",
                "at \"{name}\" no certificate policy is left that is accepted"
            );
            self.broken(place, told);
        }
    }

    /// §6.1.4
    fn prepare_next(&mut self, card: &Card<'s>, place: usize) {
        self.apply_mappings(card, place);
        if let Err(refusal) = self.constraints.add(card) {
            self.refuse(refusal, place);
        }
        if !card.is_self_issued() {
            self.count_down();
        }
        self.apply_policy_constraints(card, place);
        if let Some(value) = card.extension(&oids::INHIBIT_ANY_POLICY) {
            let skip = Reader::new(value).expect(INTEGER).and_then(|number| natural(number.content));
            self.inhibit_any = self.inhibit_any.min(skip.unwrap_or(0));
        }
        self.check_authority(card, place);
    }

    /// (a), (b)
    fn apply_mappings(&mut self, card: &Card<'_>, place: usize) {
        let Ok(mappings) = mappings(card) else {
            self.broken(place, unreadable_policies(card));
            return;
        };
        if maps_any(&mappings) {
            let told = told!(
                "chứng thư của \"{name}\" ánh xạ chính sách anyPolicy",
                "the certificate of \"{name}\" maps the policy anyPolicy",
                name = card.shown()
            );
            self.broken(place, told);
        }
        if !mappings.is_empty() {
            let inhibited = if self.policy_mapping == 0 { Inhibited::Yes } else { Inhibited::No };
            self.graph.map(&mappings, inhibited);
        }
    }

    /// (h)
    const fn count_down(&mut self) {
        self.explicit_policy = self.explicit_policy.saturating_sub(1);
        self.policy_mapping = self.policy_mapping.saturating_sub(1);
        self.inhibit_any = self.inhibit_any.saturating_sub(1);
    }

    /// (i)
    fn apply_policy_constraints(&mut self, card: &Card<'_>, place: usize) {
        let Some(value) = card.extension(&oids::POLICY_CONSTRAINTS) else { return };
        let Ok(limits) = PolicyConstraints::from_der(value) else {
            self.broken(place, unreadable_policies(card));
            return;
        };
        let count = |limit: Option<u32>| limit.and_then(|limit| usize::try_from(limit).ok());
        if let Some(limit) = count(limits.require_explicit_policy) {
            self.explicit_policy = self.explicit_policy.min(limit);
        }
        if let Some(limit) = count(limits.inhibit_policy_mapping) {
            self.policy_mapping = self.policy_mapping.min(limit);
        }
    }

    /// (k) to (n)
    fn check_authority(&mut self, card: &Card<'_>, place: usize) {
        let name = card.shown();
        let Some(authority) = card.authority() else {
            self.broken(
                place,
                told!(
                    "\"{name}\" không phải là tổ chức chứng thực (basicConstraints) nhưng đã cấp chứng thư",
                    "\"{name}\" is no certification authority (basicConstraints) but issued a certificate"
                ),
            );
            return;
        };
        if card.key_usage().is_some_and(|usage| !usage.key_cert_sign()) {
            self.broken(
                place,
                told!(
                    "khóa của \"{name}\" không được phép ký chứng thư (keyCertSign)",
                    "the key of \"{name}\" may not sign certificates (keyCertSign)"
                ),
            );
        }
        if !card.is_self_issued() {
            if self.path_length == 0 {
                self.broken(
                    place,
                    told!(
                        "đường dẫn qua \"{name}\" dài hơn mức cấp trên cho phép (pathLenConstraint)",
                        "the path through \"{name}\" is longer than allowed above (pathLenConstraint)"
                    ),
                );
            }
            self.path_length = self.path_length.saturating_sub(1);
        }
        if let Some(below) = authority.below {
            self.path_length = self.path_length.min(below);
        }
    }

    /// §6.1.5
    fn wrap_up(&mut self, route: &Route<'_>, rule: Rule<'_>) {
        let Some(card) = route.cards.first() else { return };
        self.explicit_policy = self.explicit_policy.saturating_sub(1);
        let limits = card.extension(&oids::POLICY_CONSTRAINTS).map(PolicyConstraints::from_der);
        match limits {
            Some(Ok(limits)) if limits.require_explicit_policy == Some(0) => self.explicit_policy = 0,
            Some(Err(_)) => self.broken(0, unreadable_policies(card)),
            _ => {}
        }
        self.findings.policies = self.graph.agreed(&rule.policies.acceptable);
        if self.explicit_policy == 0 && self.findings.policies.is_empty() && !self.policy_told {
            self.policy_told = true;
            let told = told!(
                "đường dẫn không thuộc chính sách chứng thực nào được chấp nhận",
                "the path holds under none of the certificate policies that are accepted"
            );
            self.broken(0, told);
        }
        if let Some(told) = unfit(card, rule.purpose) {
            self.fault(0, SignatureReason::KeyUsageWrong, told);
        }
    }
}

fn maps_any(mappings: &Mappings) -> bool {
    mappings.iter().any(|(from, to)| *from == oids::ANY_POLICY || to.contains(&oids::ANY_POLICY))
}

fn unreadable_policies(card: &Card<'_>) -> Told {
    told!(
        "không đọc được chính sách trong chứng thư của \"{name}\"",
        "the policies in the certificate of \"{name}\" cannot be read",
        name = card.shown()
    )
}
