//! From a file to its verdict: timestamps over the document from the newest to the oldest, each sliding the time by which
//! what it covers provably existed (EN 319 102-1 §5.5), then every signature at its time.

use chrono::{DateTime, Utc};

use crate::model::told::told;
use crate::pki::claim::{Format, StampKind};
use crate::pki::evidence::{Evidence, Wanted};
use crate::pki::judge::bench::Bench;
use crate::pki::judge::checks::{CheckId, Reached};
use crate::pki::judge::found::{Contents, Found, read};
use crate::pki::judge::question::{Answer, Question};
use crate::pki::judge::report::{SignatureReport, nothing_to_judge, of_signatures};
use crate::pki::judge::signature;
use crate::pki::trust::Trust;
use crate::pki::verdict::{Flaw, SignatureReason};

/// Judges a file.
#[must_use]
pub fn verify(question: &Question<'_>) -> Answer {
    match read(question) {
        Ok(contents) if contents.found.iter().any(|found| found.stamp.is_none()) => {
            judged(question, &contents)
        }
        Ok(contents) => nothing(question, none_signed(&contents)),
        Err(flaw) => nothing(question, flaw),
    }
}

fn nothing(question: &Question<'_>, flaw: Flaw) -> Answer {
    let mut reached = Reached::default();
    reached.examined(&[CheckId::Structure]);
    let table = reached.table(std::slice::from_ref(&flaw));
    Answer { report: nothing_to_judge(question.file, question.at, flaw, table), wanted: Vec::new() }
}

fn none_signed(contents: &Contents) -> Flaw {
    let told = if contents.found.is_empty() {
        SignatureReason::NoSignature.text().into()
    } else {
        told!("tệp chỉ có dấu thời gian, không ai ký", "the file carries a timestamp only; nobody signed it")
    };
    Flaw::new(SignatureReason::NoSignature, told)
}

fn judged(question: &Question<'_>, contents: &Contents) -> Answer {
    let carried = carried(contents);
    let all = (question.evidence != &Evidence::default()).then(|| together(&carried, question.evidence));
    let bench = Bench {
        question,
        carried: Trust::new(question.anchors, &carried),
        all: all.as_ref().map(|all| Trust::new(question.anchors, all)),
    };
    let mut by = question.at;
    let mut reports: Vec<SignatureReport> = Vec::new();
    let mut wanted: Vec<Wanted> = Vec::new();
    let mut archived = false;
    for found in contents.found.iter().rev() {
        let opinion = signature::judge(&bench, found, by, level(found, contents, archived));
        by = opinion.proves.map_or(by, |proven: DateTime<Utc>| by.min(proven));
        archived |= found.stamp.is_some();
        wanted.extend(opinion.wanted.into_iter().filter(|one| !wanted.contains(one)).collect::<Vec<_>>());
        reports.push(opinion.report);
    }
    reports.reverse();
    Answer { report: of_signatures(question.file, question.at, reports), wanted }
}

/// How far a signature goes by what is there; whether it holds is another question.
fn level(found: &Found, contents: &Contents, archived: bool) -> Option<&'static str> {
    let claim = &found.claim;
    if !matches!(claim.format, Format::Pades | Format::Cades | Format::Xades) {
        return None;
    }
    let stamped = claim.stamps.iter().any(|stamp| stamp.kind != StampKind::Content);
    let told = |evidence: &Evidence| !evidence.crls.is_empty() || !evidence.ocsps.is_empty();
    let vouched = told(&claim.carried) || told(&contents.carried);
    Some(match (stamped || archived, vouched, archived) {
        (_, true, true) => "B-LTA",
        (true, true, false) => "B-LT",
        (true, false, _) => "B-T",
        _ => "B-B",
    })
}

/// All evidence that the file carries, in its store and in its signatures and timestamps.
fn carried(contents: &Contents) -> Evidence {
    let mut all = contents.carried.clone();
    for found in &contents.found {
        add(&mut all, &found.claim.carried);
        for stamp in found.claim.stamps.iter().chain(&found.stamp) {
            if let Ok(certificates) = crate::pki::cms::certificates(&stamp.token) {
                add(&mut all, &Evidence { certificates, ..Evidence::default() });
            }
        }
    }
    all
}

fn together(carried: &Evidence, fetched: &Evidence) -> Evidence {
    let mut all = carried.clone();
    add(&mut all, fetched);
    all
}

fn add(all: &mut Evidence, more: &Evidence) {
    let new = |certificate: &&Vec<u8>| !all.certificates.contains(certificate);
    let certificates: Vec<Vec<u8>> = more.certificates.iter().filter(new).cloned().collect();
    all.certificates.extend(certificates);
    all.crls.extend(more.crls.iter().cloned());
    all.ocsps.extend(more.ocsps.iter().cloned());
}
