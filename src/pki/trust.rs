//! The one door to certificates: is this one to be trusted for this purpose at this time, and if not, why not.
//!
//! Pure: what is missing comes back as [`Wanted`]; whoever asks may fetch it, put it into the evidence and ask again.
//! Times are data: a fault that hangs on a moment carries it, so that whoever knows more of when the signature was made
//! can judge anew. What was not looked at is a fault, never silence.

use std::ops::ControlFlow;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use der::asn1::ObjectIdentifier;

use crate::model::told::{Told, told};
use crate::pki::anchors::Anchors;
use crate::pki::claim::AlgorithmUse;
use crate::pki::evidence::{Evidence, Wanted};
use crate::pki::path::build::{DeadEnds, Forged, Route, Search};
use crate::pki::path::card::Card;
use crate::pki::path::purpose::Purpose;
use crate::pki::path::store::{Budget, Store};
use crate::pki::path::validate::{Rule, validate};
use crate::pki::path::{Fault, Moment, PolicyInputs};
use crate::pki::revocation::Standing;
use crate::pki::revocation::inquiry::{Inquiry, Statements, Subject};
use crate::pki::verdict::{Flaw, SignatureReason};

/// How much work one question may make, in candidates and statements looked at.
const STEPS_MAX: usize = 1_000;

/// How often one question may look everything up in all lists: long ones cost more steps.
const LOOK_UPS_MAX: usize = 8;

/// Whether revocation is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RevocationRule {
    /// Every certificate below the anchor must be known not to be revoked; what stays unknown is a fault.
    Look,
    /// The same, and only what the file carries can say that a certificate is good: what was fetched can only tell that
    /// one was revoked.
    Prefer,
    /// It is not looked at, and that is a fault.
    Skip,
}

/// What is asked.
#[derive(Clone, Debug)]
pub struct Question<'q> {
    /// The certificate, DER.
    pub certificate: &'q [u8],
    /// What it was used for.
    pub purpose: Purpose,
    /// The time at which it must have been good.
    pub at: DateTime<Utc>,
    /// Now: nothing may come from a later time.
    pub now: DateTime<Utc>,
    /// Whether revocation is looked at.
    pub revocation: RevocationRule,
    /// Which certificate policies are asked for.
    pub policies: PolicyInputs,
}

/// One certificate of the path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The certificate, DER.
    pub certificate: Vec<u8>,
    /// How it stands.
    pub standing: Standing,
}

/// The answer. Without faults the certificate is to be trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The path, the certificate in question first, the anchor last; without an anchor where none was reached.
    pub path: Vec<Member>,
    /// The set of the anchor that the path leads to.
    pub anchor: Option<Arc<str>>,
    /// What is wrong or unknown, weightiest first.
    pub faults: Vec<Fault>,
    /// What could be fetched to know more.
    pub wanted: Vec<Wanted>,
    /// What the signatures on the certificates of the path rest on.
    pub algorithms: Vec<AlgorithmUse>,
    /// What the signatures on the lists and responses that counted rest on.
    pub statement_algorithms: Vec<AlgorithmUse>,
    /// Policies that hold along the path, as the anchor's domain calls them.
    pub policies: Vec<ObjectIdentifier>,
}

impl Answer {
    /// Whether everything was looked at and is as it must be.
    #[must_use]
    pub fn is_trusted(&self) -> bool {
        self.faults.is_empty() && self.anchor.is_some()
    }

    /// The flaws alone, weightiest first.
    pub fn flaws(&self) -> impl Iterator<Item = &Flaw> {
        self.faults.iter().map(|fault| &fault.flaw)
    }
}

/// What is at hand, read once for any number of questions.
#[derive(Debug)]
pub struct Trust<'a> {
    store: Store<'a>,
    statements: Statements<'a>,
}

impl<'a> Trust<'a> {
    /// Reads anchors, certificates and statements. What cannot be read does not help.
    #[must_use]
    pub fn new(anchors: &'a Anchors, evidence: &'a Evidence) -> Self {
        Self { store: Store::new(anchors, &evidence.certificates), statements: Statements::new(evidence) }
    }

    /// Answers one question.
    #[must_use]
    pub fn judge(&self, question: &Question<'_>) -> Answer {
        let Some(card) = Card::read(question.certificate) else {
            let told = told!("không đọc được chứng thư", "the certificate cannot be read");
            return refused(SignatureReason::Malformed, told);
        };
        if self.store.trusts_nothing() {
            let text = SignatureReason::NoAnchors.text();
            return Answer { path: vec![alone(&card)], ..refused(SignatureReason::NoAnchors, text.into()) };
        }
        if self.store.is_overfull || self.statements.is_overfull {
            return refused(
                SignatureReason::TooComplex,
                told!(
                    "quá nhiều chứng thư hoặc thông tin thu hồi kèm theo",
                    "there are too many certificates or statements of revocation"
                ),
            );
        }
        search(&self.store, &self.statements, &card, question)
    }
}

/// Tries one way up after another and keeps the best.
fn search<'s>(
    store: &'s Store<'s>,
    statements: &'s Statements<'s>,
    card: &'s Card<'s>,
    question: &Question<'_>,
) -> Answer {
    let budget = Budget::new(STEPS_MAX + LOOK_UPS_MAX * statements.steps());
    let fetched_counts = question.revocation != RevocationRule::Prefer;
    let inquiry = Inquiry::new(store, statements, &budget, question.now).counting_fetched(fetched_counts);
    let mut best: Option<Answer> = None;
    let dead_ends = Search::run(store, &budget, question.at, card, &mut |route| {
        let answer = follow(&inquiry, route, question);
        let is_trusted = answer.is_trusted();
        if best.as_ref().is_none_or(|best| rank(&answer) > rank(best)) {
            best = Some(answer);
        }
        if is_trusted { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    let mut answer = best.unwrap_or_else(|| no_way(&inquiry, card, &dead_ends, &budget));
    let (wanted, algorithms) = inquiry.into_gathered();
    answer.statement_algorithms = algorithms;
    if !answer.is_trusted() {
        answer.wanted = wanted;
    }
    answer
}

/// The better of two answers is the one whose weightiest fault weighs less.
fn rank(answer: &Answer) -> (usize, std::cmp::Reverse<usize>) {
    let weight = |fault: &Fault| SignatureReason::ALL.iter().position(|reason| *reason == fault.flaw.reason);
    let least = answer.faults.iter().filter_map(weight).min();
    (least.unwrap_or(usize::MAX), std::cmp::Reverse(answer.faults.len()))
}

/// Judges one way up.
fn follow<'s>(inquiry: &Inquiry<'s, '_>, route: &Route<'s>, question: &Question<'_>) -> Answer {
    let rule = Rule { at: question.at, purpose: question.purpose, policies: &question.policies };
    let findings = validate(inquiry.store, route, rule);
    let mut faults = findings.faults;
    let mut path = Vec::new();
    for (place, card) in route.cards.iter().enumerate() {
        let subject = Subject { route, place, at: question.at };
        let standing = match question.revocation {
            RevocationRule::Skip if route.is_root => Standing::Anchor,
            RevocationRule::Skip => Standing::NotAsked,
            RevocationRule::Look | RevocationRule::Prefer => inquiry.standing(subject),
        };
        faults.extend(revocation_fault(&standing, card, place, question.at));
        path.push(Member { certificate: card.der.to_vec(), standing });
    }
    if !route.is_root {
        let certificate = route.root.anchor.certificate.clone();
        path.push(Member { certificate, standing: Standing::Anchor });
    }
    faults.sort_by_key(|fault| fault.flaw.reason);
    Answer {
        path,
        anchor: Some(Arc::clone(route.root.set())),
        faults,
        algorithms: findings.algorithms,
        policies: findings.policies.into_iter().collect(),
        ..Answer::default()
    }
}

/// What is wrong with how a certificate stands at a time.
fn revocation_fault(standing: &Standing, card: &Card<'_>, place: usize, at: DateTime<Utc>) -> Option<Fault> {
    let name = card.shown();
    let (reason, told, moment) = match standing {
        Standing::Anchor | Standing::Good { .. } | Standing::NotNeeded => return None,
        Standing::Revoked { revocation, .. } if revocation.at > at => return None,
        Standing::Revoked { revocation, .. } => {
            let since = revocation.at;
            let why = revocation.reason.text();
            let told = Told {
                vi: format!("chứng thư của \"{name}\" bị thu hồi từ {since} ({})", why.vi),
                en: format!("the certificate of \"{name}\" is revoked since {since} ({})", why.en),
            };
            (SignatureReason::Revoked, told, Some(Moment::RevokedSince(since)))
        }
        Standing::Unknown { why } => {
            let told = told!(
                "không rõ chứng thư của \"{name}\" có bị thu hồi không",
                "whether the certificate of \"{name}\" was revoked is not known"
            );
            let told = if why.is_empty() { told } else { Told::joined(&[told, why.clone()], ": ") };
            (SignatureReason::RevocationUnknown, told, None)
        }
        Standing::NotAsked => {
            (SignatureReason::RevocationNotAsked, SignatureReason::RevocationNotAsked.text().into(), None)
        }
    };
    Some(Fault { flaw: Flaw::new(reason, told), place, moment })
}

/// Why no way leads up.
fn no_way<'s>(
    inquiry: &Inquiry<'s, '_>,
    card: &Card<'_>,
    dead_ends: &DeadEnds<'s>,
    budget: &Budget,
) -> Answer {
    let is_spent = budget.is_spent();
    let forged = dead_ends.forged.as_ref().filter(|forged| leads_up(inquiry, forged, budget));
    let (reason, told) = if let Some(forged) = forged {
        (SignatureReason::ChainWrong, forged.told.clone())
    } else if is_spent {
        let told = told!("quá nhiều đường dẫn chứng thực để thử", "there are too many paths to try");
        (SignatureReason::TooComplex, told)
    } else if dead_ends.too_long {
        let told = told!("đường dẫn chứng thực quá dài", "the certification path is too long");
        (SignatureReason::TooComplex, told)
    } else {
        (SignatureReason::Untrusted, missing(dead_ends))
    };
    for (_, der) in &dead_ends.missing {
        if let Some(last) = Card::read(der) {
            inquiry.want_issuer(&last);
        }
    }
    Answer { path: vec![alone(card)], ..refused(reason, told) }
}

/// Whether the issuer beside which a certificate is forged is itself one that leads to an anchor.
fn leads_up<'s>(inquiry: &Inquiry<'s, '_>, forged: &Forged<'s>, budget: &Budget) -> bool {
    let Some(issuer) = forged.issuer else { return true };
    let mut leads = false;
    let _dead_ends = Search::run(inquiry.store, budget, inquiry.now, issuer, &mut |_| {
        leads = true;
        ControlFlow::Break(())
    });
    leads
}

fn missing(dead_ends: &DeadEnds<'_>) -> Told {
    let Some((issuer, _)) = dead_ends.missing.first() else {
        return SignatureReason::Untrusted.text().into();
    };
    told!(
        "không có chứng thư tin cậy của nơi cấp \"{issuer}\"",
        "no trusted certificate of the issuer \"{issuer}\" is at hand"
    )
}

fn alone(card: &Card<'_>) -> Member {
    Member { certificate: card.der.to_vec(), standing: Standing::NotAsked }
}

fn refused(reason: SignatureReason, told: Told) -> Answer {
    let fault = Fault { flaw: Flaw::new(reason, told), place: 0, moment: None };
    Answer { faults: vec![fault], ..Answer::default() }
}
