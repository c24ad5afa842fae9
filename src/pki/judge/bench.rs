//! What all signatures of a file are judged with, and how one certificate or timestamp is.

use chrono::{DateTime, Utc};

use crate::model::told::{Told, told};
use crate::pki::claim::{AlgorithmUse, StampClaim};
use crate::pki::evidence::Wanted;
use crate::pki::judge::question::{Question, Revocation};
use crate::pki::judge::report::{Member, Party, StampReport};
use crate::pki::judge::time::Known;
use crate::pki::path::PolicyInputs;
use crate::pki::path::purpose::Purpose;
use crate::pki::policy;
use crate::pki::revocation::{By, Standing};
use crate::pki::stamp::open;
use crate::pki::trust::{self, RevocationRule, Trust};
use crate::pki::verdict::{Flaw, SignatureReason, Verdict};

/// The question, with everything read that may help to answer it.
pub(super) struct Bench<'a> {
    /// What is asked.
    pub(super) question: &'a Question<'a>,
    /// By what the file carries alone.
    pub(super) carried: Trust<'a>,
    /// By what was fetched as well; absent where nothing was.
    pub(super) all: Option<Trust<'a>>,
}

/// What became of a certificate.
pub(super) struct Judged {
    /// What is wrong or unknown.
    pub(super) flaws: Vec<Flaw>,
    /// The path.
    pub(super) path: Vec<Member>,
    /// The set of its anchor.
    pub(super) anchor_set: Option<String>,
    /// What the signatures along the path rest on.
    pub(super) algorithms: Vec<AlgorithmUse>,
    /// What would tell more.
    pub(super) wanted: Vec<Wanted>,
}

/// What became of a timestamp.
pub(super) struct Stamped {
    /// The report on it.
    pub(super) report: StampReport,
    /// The time that it proves, if it holds.
    pub(super) time: Option<DateTime<Utc>>,
    /// What is wrong with it, as a flaw of the signature that carries it.
    pub(super) flaw: Option<Flaw>,
    /// The path of its authority.
    pub(super) path: Vec<Member>,
    /// The set of its anchor.
    pub(super) anchor_set: Option<String>,
    /// What it rests on.
    pub(super) algorithms: Vec<AlgorithmUse>,
    /// What would tell more.
    pub(super) wanted: Vec<Wanted>,
}

impl Bench<'_> {
    /// Judges a certificate that was used for something at a time that is known in part.
    pub(super) fn certificate(&self, certificate: &[u8], purpose: Purpose, known: &Known) -> Judged {
        let question = trust::Question {
            certificate,
            purpose,
            at: known.by,
            now: self.question.at,
            revocation: match self.question.revocation {
                Revocation::None => RevocationRule::Skip,
                Revocation::Require | Revocation::Prefer => RevocationRule::Look,
            },
            policies: PolicyInputs::default(),
        };
        let flaws_of = |answer: &trust::Answer| -> Vec<Flaw> {
            answer.faults.iter().filter_map(|fault| known.judge(fault)).collect()
        };
        let first = self.carried.judge(&question);
        let mut flaws = flaws_of(&first);
        let mut answer = first;
        if let Some(all) = self.all.as_ref().filter(|_| !flaws.is_empty()) {
            let fuller = all.judge(&question);
            let fuller_flaws = flaws_of(&fuller);
            flaws = if self.question.revocation == Revocation::Prefer {
                only_against(flaws, fuller_flaws)
            } else {
                fuller_flaws
            };
            answer = fuller;
        }
        let mut algorithms = answer.algorithms;
        algorithms.extend(answer.statement_algorithms);
        Judged {
            flaws,
            path: answer.path.iter().map(member).collect(),
            anchor_set: answer.anchor.map(|set| set.to_string()),
            algorithms,
            wanted: answer.wanted,
        }
    }

    /// Judges a timestamp that must have been sound by `by`.
    pub(super) fn stamp(&self, claim: &StampClaim, by: DateTime<Utc>) -> Stamped {
        let stamp = match open(&claim.token, &claim.message, self.question.bytes) {
            Ok(stamp) => stamp,
            Err(flaw) => return failed(claim, flaw),
        };
        let known = Known { by, proven: by < self.question.at, after: Some(stamp.gen_time) };
        let judged = self.certificate(&stamp.authority, Purpose::TimeStamping, &known);
        let mut flaws = judged.flaws;
        let mut algorithms = stamp.claim.algorithms;
        algorithms.extend(judged.algorithms);
        flaws.extend(policy::judge(&algorithms, by, Some(stamp.gen_time)).flaws);
        if stamp.gen_time > by {
            flaws.push(Flaw::new(
                SignatureReason::TimestampWrong,
                told!(
                    "dấu thời gian ghi thời điểm còn ở tương lai",
                    "the timestamp tells a time that has not come yet"
                ),
            ));
        }
        let flaw = worst(flaws).map(of_stamp);
        let verdict = flaw.as_ref().map_or(Verdict::Valid, |flaw| flaw.reason.verdict());
        Stamped {
            report: StampReport {
                kind: claim.kind,
                time: Some(stamp.gen_time),
                authority: Some(Party::of(&stamp.authority)),
                verdict,
                reason: flaw.as_ref().map(|flaw| flaw.reason),
                detail: flaw.as_ref().map(|flaw| flaw.told.clone()).unwrap_or_default(),
            },
            time: flaw.is_none().then_some(stamp.gen_time),
            flaw,
            path: judged.path,
            anchor_set: judged.anchor_set,
            algorithms,
            wanted: judged.wanted,
        }
    }
}

/// What was fetched may only speak against a certificate.
fn only_against(mut by_the_file: Vec<Flaw>, by_all: Vec<Flaw>) -> Vec<Flaw> {
    by_the_file.extend(by_all.into_iter().filter(|flaw| flaw.reason.verdict() == Verdict::Invalid));
    by_the_file
}

fn worst(mut flaws: Vec<Flaw>) -> Option<Flaw> {
    flaws.sort_by_key(|flaw| (std::cmp::Reverse(flaw.reason.verdict()), flaw.reason));
    flaws.into_iter().next()
}

/// A flaw of a timestamp as one of the signature: wrong where it is known to be wrong, else unverified.
fn of_stamp(flaw: Flaw) -> Flaw {
    let reason = match flaw.reason.verdict() {
        Verdict::Invalid => SignatureReason::TimestampWrong,
        Verdict::Undetermined | Verdict::Valid => SignatureReason::TimestampUnverified,
    };
    Flaw { reason, told: flaw.told }
}

fn failed(claim: &StampClaim, flaw: Flaw) -> Stamped {
    Stamped {
        report: StampReport {
            kind: claim.kind,
            time: None,
            authority: None,
            verdict: flaw.reason.verdict(),
            reason: Some(flaw.reason),
            detail: flaw.told.clone(),
        },
        time: None,
        flaw: Some(flaw),
        path: Vec::new(),
        anchor_set: None,
        algorithms: Vec::new(),
        wanted: Vec::new(),
    }
}

fn member(member: &trust::Member) -> Member {
    let (revocation, revocation_detail) = standing(&member.standing);
    Member { party: Party::of(&member.certificate), revocation, revocation_detail }
}

const fn name(by: By) -> &'static str {
    match by {
        By::Crl => "CRL",
        By::Ocsp => "OCSP",
    }
}

/// How a certificate stands, as a word and in words.
fn standing(standing: &Standing) -> (&'static str, Told) {
    match standing {
        Standing::Anchor => ("anchor", Told::nothing()),
        Standing::NotAsked => ("not_asked", Told::nothing()),
        Standing::NotNeeded => {
            let told =
                told!("chứng thư không cần tra cứu thu hồi", "the certificate says that it is never revoked");
            ("good", told)
        }
        Standing::Good { by, told_at, .. } => {
            let (by, at) = (name(*by), told_at.format("%Y-%m-%dT%H:%M:%SZ"));
            ("good", told!("theo {by} lúc {at}", "by {by} of {at}"))
        }
        Standing::Revoked { revocation, by, .. } => {
            let (by, at) = (name(*by), revocation.at.format("%Y-%m-%dT%H:%M:%SZ"));
            let since = told!("từ {at} theo {by}", "since {at} by {by}");
            ("revoked", Told::joined(&[since, revocation.reason.text().into()], ": "))
        }
        Standing::Unknown { why } => ("unknown", why.clone()),
    }
}
