//! What OCSP responses say of a certificate, and whether their signers may speak.

use crate::model::told::{Told, told};
use crate::pki::key::{Proof, PublicKey};
use crate::pki::path::PolicyInputs;
use crate::pki::path::build::{Issuer, Route};
use crate::pki::path::card::Card;
use crate::pki::path::name::Name;
use crate::pki::path::purpose::Purpose;
use crate::pki::path::validate::{Rule, validate};
use crate::pki::revocation::inquiry::{Inquiry, Subject};
use crate::pki::revocation::observation::{Hearing, Observation, Outcome, SKEW, Span, Times};
use crate::pki::revocation::response::{Basic, Single};
use crate::pki::revocation::scope::ALL_REASONS;
use crate::pki::revocation::{By, OcspStatus, RevocationReason};
use crate::pki::scheme::{Scheme, Signed};

/// Hears every response that is about the certificate.
pub(in crate::pki) fn hear<'s>(inquiry: &Inquiry<'s, '_>, subject: Subject<'_, 's>, hearing: &mut Hearing) {
    let Some(card) = subject.card() else { return };
    let issuer = subject.route.issuer(subject.place);
    for response in &inquiry.statements.responses {
        let basic = match response {
            Ok(basic) => basic,
            Err(cause) => {
                hearing.discard(cause.clone());
                continue;
            }
        };
        for single in basic.singles.iter().filter(|single| single.is_about(card, &issuer)) {
            match judge(inquiry, subject, basic, single) {
                Ok(observation) => hearing.observations.push(observation),
                Err(cause) => hearing.discard(cause),
            }
        }
    }
}

fn judge<'s>(
    inquiry: &Inquiry<'s, '_>,
    subject: Subject<'_, 's>,
    basic: &'s Basic<'s>,
    single: &Single<'s>,
) -> Result<Observation, Told> {
    let card = subject.card().ok_or_else(Told::nothing)?;
    if basic.is_stale() {
        return Err(told!(
            "phản hồi OCSP trả lời một câu hỏi khác (nonce không khớp)",
            "the OCSP response answers another question (its nonce is not ours)"
        ));
    }
    if let Some(strange) = basic.strange().or_else(|| single.strange()) {
        let oid = crate::pki::oid::dotted(strange);
        return Err(told!(
            "phản hồi OCSP có phần mở rộng bắt buộc chưa được hỗ trợ {oid}",
            "the OCSP response has the critical extension {oid}, which is not known here"
        ));
    }
    let times = Times { at: subject.at, now: inquiry.now, expires: card.not_after };
    let span =
        Span { from: single.this_update, until: single.next_update, expired_since: single.archive_cutoff() };
    span.has_begun(times).map_err(|cause| about(single, &cause))?;
    if basic.produced_at > times.now + SKEW || single.this_update > basic.produced_at + SKEW {
        return Err(told!(
            "các mốc thời gian trong phản hồi OCSP mâu thuẫn",
            "the OCSP response's times are at odds"
        ));
    }
    authorise(inquiry, subject, basic)?;
    let outcome = match single.status() {
        OcspStatus::Unknown => {
            return Err(told!(
                "máy chủ OCSP không biết chứng thư này",
                "the OCSP responder does not know the certificate (unknown)"
            ));
        }
        OcspStatus::Revoked(revocation) if revocation.reason != RevocationReason::CertificateHold => {
            Outcome::Listed(revocation)
        }
        status => {
            span.speaks_for(times).map_err(|cause| about(single, &cause))?;
            match status {
                OcspStatus::Revoked(revocation) => Outcome::Listed(revocation),
                _ => Outcome::Good { reasons: ALL_REASONS },
            }
        }
    };
    let source = basic.statement.source.clone();
    Ok(Observation { by: By::Ocsp, source, from: span.from, until: span.until, outcome })
}

fn about(single: &Single<'_>, cause: &Told) -> Told {
    let at = single.this_update;
    let front = told!("phản hồi OCSP ngày {at}", "the OCSP response of {at}");
    Told::joined(&[front, cause.clone()], ": ")
}

/// Whether the issuer signed, or one whom the issuer itself appointed (RFC 6960 §4.2.2.2).
fn authorise<'s>(
    inquiry: &Inquiry<'s, '_>,
    subject: Subject<'_, 's>,
    basic: &'s Basic<'s>,
) -> Result<(), Told> {
    let issuer = subject.route.issuer(subject.place);
    match proof(inquiry, basic, &issuer.key, issuer.key_digest) {
        Proof::Good => {
            inquiry.note(basic.algorithm, &issuer.key);
            return Ok(());
        }
        Proof::Unchecked
            if Name::read(issuer.name_der).is_some_and(|name| basic.is_by(&name, issuer.key.bits)) =>
        {
            return Err(told!(
                "phản hồi OCSP được ký bằng {name}, chưa được hỗ trợ",
                "the OCSP response is signed with {name}, which is not known here",
                name = basic.algorithm.signature_name()
            ));
        }
        _ => {}
    }
    let known = basic.responder_name().into_iter().flat_map(|name| inquiry.store.cards_of(name));
    let mut cause = told!(
        "phản hồi OCSP không phải do nơi cấp hoặc máy chủ được nơi cấp chỉ định ký",
        "the OCSP response is signed neither by the issuer nor by one whom it appointed"
    );
    for responder in basic.certificates.iter().chain(known) {
        if !inquiry.budget.take(1) {
            break;
        }
        let key = &responder.parts.key;
        if basic.is_by(&responder.subject, key.bits)
            && proof(inquiry, basic, key, responder.key_digest) == Proof::Good
        {
            match appointed(inquiry, subject, &issuer, responder, basic) {
                Ok(()) => {
                    inquiry.note(basic.algorithm, key);
                    return Ok(());
                }
                Err(told) => cause = told,
            }
        }
    }
    Err(cause)
}

/// Whether the issuer appointed a responder: it issued the certificate itself, for this purpose, and that is in order
/// at the time of the response.
fn appointed<'s>(
    inquiry: &Inquiry<'s, '_>,
    subject: Subject<'_, 's>,
    issuer: &Issuer<'s>,
    responder: &'s Card<'s>,
    basic: &Basic<'s>,
) -> Result<(), Told> {
    let target = subject.card().ok_or_else(Told::nothing)?;
    let is_issued = responder.issuer == target.issuer
        && inquiry.store.proof(responder, &issuer.key, issuer.key_digest) == Proof::Good;
    if !is_issued {
        return Err(told!(
            "chứng thư của máy chủ OCSP \"{name}\" không do nơi cấp trực tiếp cấp",
            "the certificate of the OCSP responder \"{name}\" was not issued by the issuer itself",
            name = responder.shown()
        ));
    }
    let mut cards = vec![responder];
    cards.extend(subject.route.cards.iter().skip(subject.place + 1).copied());
    let route = Route { cards, root: subject.route.root, is_root: false };
    let at = basic.produced_at;
    let policies = PolicyInputs::default();
    let rule = Rule { at, purpose: Purpose::OcspSigning, policies: &policies };
    let mut faults = validate(inquiry.store, &route, rule).faults.into_iter();
    if let Some(fault) = faults.find(|fault| fault.place == 0) {
        return Err(fault.flaw.told);
    }
    inquiry.delegate_in_order(Subject { route: &route, place: 0, at })
}

fn proof(inquiry: &Inquiry<'_, '_>, basic: &Basic<'_>, key: &PublicKey<'_>, key_digest: [u8; 32]) -> Proof {
    inquiry.store.proof_of(basic.digest, key_digest, || {
        Scheme::of(basic.algorithm, None).proves(key, Signed::Bytes(basic.signed), basic.signature)
    })
}
