//! One signature: its timestamps, then its certificate at the time that they prove, then what it all rests on.

use chrono::{DateTime, Utc};

use crate::model::told::{Told, told};
use crate::pki::claim::{AlgorithmUse, Claim, Format, StampKind};
use crate::pki::evidence::Wanted;
use crate::pki::judge::bench::{Bench, Stamped};
use crate::pki::judge::checks::{CheckId, Reached};
use crate::pki::judge::found::Found;
use crate::pki::judge::report::{
    AlgorithmReport, FlawReport, Party, SignatureReport, StampReport, TimeReport, conclude,
};
use crate::pki::judge::time::Known;
use crate::pki::path::purpose::Purpose;
use crate::pki::policy;
use crate::pki::verdict::{Flaw, SignatureReason, Verdict};

/// What is said of one signature, and what would tell more.
pub(super) struct Opinion {
    /// The report.
    pub(super) report: SignatureReport,
    /// What could be fetched.
    pub(super) wanted: Vec<Wanted>,
    /// For a timestamp over the document: the time that it proves for all that it covers.
    pub(super) proves: Option<DateTime<Utc>>,
}

/// All that is gathered while a signature is judged.
#[derive(Default)]
struct Gathered {
    flaws: Vec<Flaw>,
    reached: Reached,
    stamps: Vec<StampReport>,
    algorithms: Vec<AlgorithmUse>,
    notes: Vec<Told>,
    wanted: Vec<Wanted>,
}

/// Judges a signature that existed by `by`, as far as timestamps over the document tell (`level` is what they make it).
pub(super) fn judge(
    bench: &Bench<'_>,
    found: &Found,
    by: DateTime<Utc>,
    level: Option<&'static str>,
) -> Opinion {
    match &found.stamp {
        Some(stamp) => over_document(bench, found, bench.stamp(stamp, by)),
        None => of_person(bench, found, by, level),
    }
}

/// A timestamp over the document, as a signature of its own.
fn over_document(bench: &Bench<'_>, found: &Found, stamped: Stamped) -> Opinion {
    let mut gathered = Gathered { flaws: found.claim.flaws.clone(), ..Gathered::default() };
    let sound = gathered.flaws.is_empty();
    gathered.flaws.extend(stamped.flaw);
    gathered.reached.examined(&[CheckId::Structure, CheckId::Coverage, CheckId::Timestamp]);
    for check in CheckId::ALL {
        gathered.reached.inapplicable(*check);
    }
    gathered.algorithms = stamped.algorithms;
    gathered.wanted = stamped.wanted;
    let time = TimeReport {
        claimed: None,
        proven: stamped.time.filter(|_| sound),
        judged_at: Some(bench.question.at),
    };
    let signer = stamped.report.authority.clone();
    gathered.stamps.push(stamped.report);
    let proves = stamped.time.filter(|_| sound);
    let mut told = finish(gathered, found, None, time);
    told.report.signer = signer;
    told.report.path = stamped.path;
    told.report.anchor_set = stamped.anchor_set;
    told.proves = proves;
    told
}

/// Somebody's signature.
fn of_person(bench: &Bench<'_>, found: &Found, by: DateTime<Utc>, level: Option<&'static str>) -> Opinion {
    let claim = &found.claim;
    let mut gathered =
        Gathered { flaws: claim.flaws.clone(), notes: claim.notes.clone(), ..Gathered::default() };
    reach(&mut gathered.reached, claim);
    let (proven, content_time) = stamps(bench, claim, by, &mut gathered);
    let is_proven = proven < bench.question.at;
    let known = Known {
        by: proven,
        proven: is_proven,
        after: claim.claimed_time.into_iter().chain(content_time).max(),
    };
    gathered.algorithms.splice(0..0, claim.algorithms.iter().cloned());
    let mut path = Vec::new();
    let mut anchor_set = None;
    if let Some(signer) = &claim.signer {
        let judged = bench.certificate(signer, Purpose::DocumentSigning, &known);
        if judged.anchor_set.is_some() {
            gathered.reached.examined(&[CheckId::ValidWhenSigned, CheckId::Usage]);
            let about_revocation = [CheckId::NotRevoked, CheckId::RevocationInformation];
            if judged.path.len() > 1 {
                gathered.reached.examined(&about_revocation);
            } else {
                // The signer is a trusted root itself: nobody speaks about its revocation, and nobody was asked.
                about_revocation.into_iter().for_each(|check| gathered.reached.inapplicable(check));
            }
        }
        gathered.reached.examined(&[CheckId::Trust]);
        gathered.flaws.extend(judged.flaws);
        gathered.algorithms.extend(judged.algorithms);
        gathered.wanted.extend(judged.wanted);
        (path, anchor_set) = (judged.path, judged.anchor_set);
    } else if gathered.flaws.is_empty() {
        let reason = SignatureReason::SignerMissing;
        gathered.flaws.push(Flaw::new(reason, reason.text()));
    }
    rests_on(&mut gathered, &known, claim);
    claimed_time_is_odd(&mut gathered, claim, &known);
    let time = TimeReport {
        claimed: claim.claimed_time,
        proven: is_proven.then_some(proven),
        judged_at: Some(proven),
    };
    let mut told = finish(gathered, found, level, time);
    told.report.signer = claim.signer.as_deref().map(Party::of);
    told.report.path = path;
    told.report.anchor_set = anchor_set;
    told
}

/// Which checks the reader of the format has already made.
fn reach(reached: &mut Reached, claim: &Claim) {
    reached.examined(&[CheckId::Structure]);
    if claim.covers.is_some() {
        // Whoever allows it to cover parts did not ask for the whole.
        reached.inapplicable(CheckId::Coverage);
    } else {
        reached.examined(&[CheckId::Coverage]);
    }
    if claim.signer.is_some() {
        reached.examined(&[CheckId::SignerIdentified]);
    }
    let not_looked = claim.flaws.iter().any(|flaw| {
        let unknown = flaw.reason.verdict() == Verdict::Undetermined;
        unknown || matches!(flaw.reason, SignatureReason::StructureWrong | SignatureReason::ByteRangeWrong)
    });
    // What the reader did not get to is not passed: the first thing wrong may have ended its reading.
    if !not_looked && claim.signer.is_some() {
        reached.examined(&[CheckId::Integrity, CheckId::SignedWithKey]);
    }
    if claim.stamps.is_empty() {
        reached.inapplicable(CheckId::Timestamp);
    } else {
        reached.examined(&[CheckId::Timestamp]);
    }
}

/// Judges the timestamps that the signature carries: by when it existed, and after when it was made.
fn stamps(
    bench: &Bench<'_>,
    claim: &Claim,
    by: DateTime<Utc>,
    gathered: &mut Gathered,
) -> (DateTime<Utc>, Option<DateTime<Utc>>) {
    let (mut proven, mut content_time) = (by, None);
    for stamp in &claim.stamps {
        let stamped = bench.stamp(stamp, by);
        match stamp.kind {
            StampKind::Content => content_time = content_time.max(stamped.time),
            StampKind::Signature | StampKind::Document => {
                proven = stamped.time.map_or(proven, |time| proven.min(time));
            }
        }
        gathered.flaws.extend(stamped.flaw);
        gathered.algorithms.extend(stamped.algorithms);
        gathered.wanted.extend(stamped.wanted);
        gathered.stamps.push(stamped.report);
    }
    if content_time.is_some_and(|content| content > proven) {
        let told = told!(
            "dấu thời gian của nội dung có sau dấu thời gian của chữ ký",
            "the timestamp of the content is later than that of the signature"
        );
        gathered.flaws.push(Flaw::new(SignatureReason::TimestampWrong, told));
    }
    (proven, content_time)
}

/// Judges everything that the signature rests on by the policy.
fn rests_on(gathered: &mut Gathered, known: &Known, claim: &Claim) {
    let mut once: Vec<AlgorithmUse> = Vec::new();
    for algorithm in gathered.algorithms.drain(..) {
        if !once.contains(&algorithm) {
            once.push(algorithm);
        }
    }
    gathered.algorithms = once;
    if !claim.algorithms.is_empty() {
        gathered.reached.examined(&[CheckId::Algorithms]);
    }
    let judged = policy::judge(&gathered.algorithms, known.by, known.after);
    gathered.flaws.extend(judged.flaws);
    gathered.notes.extend(judged.notes);
}

/// A claimed time after the proven one cannot be true; it proves nothing either way, but people should know.
fn claimed_time_is_odd(gathered: &mut Gathered, claim: &Claim, known: &Known) {
    if claim.claimed_time.is_some_and(|claimed| claimed > known.by) {
        gathered.notes.push(told!(
            "thời điểm ký do người ký tự khai có sau thời điểm đã được chứng minh",
            "the signer claims a time later than the one that is proven"
        ));
    }
}

fn finish(mut gathered: Gathered, found: &Found, level: Option<&'static str>, time: TimeReport) -> Opinion {
    let mut flaws: Vec<Flaw> = Vec::new();
    for flaw in gathered.flaws.drain(..) {
        if !flaws.contains(&flaw) {
            flaws.push(flaw);
        }
    }
    let (verdict, reason, indication) = conclude(&mut flaws);
    let mut wanted: Vec<Wanted> = Vec::new();
    for one in gathered.wanted {
        if !wanted.contains(&one) {
            wanted.push(one);
        }
    }
    let report = SignatureReport {
        name: found.claim.name.clone(),
        format: found.claim.format,
        level: level.filter(|_| found.claim.format != Format::Pdf),
        verdict,
        reason,
        indication,
        sub_indication: reason.map(SignatureReason::sub_indication),
        checks: gathered.reached.table(&flaws),
        flaws: flaws.into_iter().map(|flaw| FlawReport { reason: flaw.reason, detail: flaw.told }).collect(),
        signer: None,
        time,
        path: Vec::new(),
        anchor_set: None,
        timestamps: gathered.stamps,
        algorithms: gathered.algorithms.iter().map(algorithm).collect(),
        later_changes: found.later_changes.clone(),
        covers: found.claim.covers.clone(),
        notes: gathered.notes,
    };
    Opinion { report, wanted, proves: None }
}

fn algorithm(used: &AlgorithmUse) -> AlgorithmReport {
    let key = used.key.as_ref().map(|(name, bits)| format!("{name} {bits}"));
    AlgorithmReport { r#use: used.r#use, name: used.name.clone(), key }
}
