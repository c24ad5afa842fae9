//! What revocation lists say of a certificate: complete ones, with the changes of delta lists, indirect and partial.

use std::collections::BTreeSet;

use crate::model::told::{Told, told};
use crate::pki::key::{Proof, PublicKey};
use crate::pki::path::build::Route;
use crate::pki::path::card::Card;
use crate::pki::path::purpose::{Purpose, unfit};
use crate::pki::revocation::crl::{List, Lookup};
use crate::pki::revocation::inquiry::{Inquiry, Subject};
use crate::pki::revocation::observation::{Hearing, Observation, Outcome, Span, Times};
use crate::pki::revocation::scope::Point;
use crate::pki::revocation::{By, RevocationReason};
use crate::pki::scheme::{Scheme, Signed};

/// Hears every list that is about the certificate.
pub(in crate::pki) fn hear<'s>(inquiry: &Inquiry<'s, '_>, subject: Subject<'_, 's>, hearing: &mut Hearing) {
    let Some(card) = subject.card() else { return };
    let mut heard = BTreeSet::new();
    for point in Point::of(card) {
        for issuer in point.list_issuers(card) {
            for list in inquiry.statements.lists_of(&issuer).filter(|list| list.base.is_none()) {
                let reasons = point.reasons_by(card, &list.issuer, list.scope.as_ref());
                if reasons == 0 || !heard.insert((list.digest, reasons)) {
                    continue;
                }
                match judge(inquiry, subject, list, reasons) {
                    Ok(observation) => hearing.observations.push(observation),
                    Err(cause) => hearing.discard(cause),
                }
            }
        }
    }
}

/// What a complete list says, with the changes that are known to it.
fn judge<'s>(
    inquiry: &Inquiry<'s, '_>,
    subject: Subject<'_, 's>,
    list: &List<'s>,
    reasons: u16,
) -> Result<Observation, Told> {
    let card = subject.card().ok_or_else(Told::nothing)?;
    let times = Times { at: subject.at, now: inquiry.now, expires: card.not_after };
    let mut found = read(inquiry, subject, list, times)?;
    let mut latest = list;
    if let Some((delta, changed)) = changes(inquiry, subject, list, times) {
        latest = delta;
        if changed != Lookup::Absent {
            found = changed;
        }
    }
    let span = Span {
        from: latest.this_update,
        until: latest.next_update,
        expired_since: latest.keeps_expired_since,
    };
    let outcome = match found {
        Lookup::Listed(revocation) if revocation.reason != RevocationReason::RemoveFromCrl => {
            if revocation.reason == RevocationReason::CertificateHold {
                span.speaks_for(times).map_err(|cause| about(list, &cause))?;
            }
            Outcome::Listed(revocation)
        }
        _ => {
            span.speaks_for(times).map_err(|cause| about(list, &cause))?;
            Outcome::Good { reasons }
        }
    };
    let source = latest.statement.source.clone();
    Ok(Observation { by: By::Crl, source, from: span.from, until: span.until, outcome })
}

/// The entry of a list that may speak.
fn read<'s>(
    inquiry: &Inquiry<'s, '_>,
    subject: Subject<'_, 's>,
    list: &List<'s>,
    times: Times,
) -> Result<Lookup, Told> {
    let card = subject.card().ok_or_else(Told::nothing)?;
    if let Some(cause) = &list.unusable {
        return Err(cause.clone());
    }
    let span = Span { from: list.this_update, until: list.next_update, expired_since: None };
    span.has_begun(times).map_err(|cause| about(list, &cause))?;
    authorise(inquiry, subject, list)?;
    if !inquiry.budget.take(list.steps()) {
        return Err(told!("đã hết giới hạn xử lý", "the limit of what is looked at was reached"));
    }
    match list.find(&card.issuer, card.serial) {
        Lookup::Unreadable(cause) => Err(cause),
        found => Ok(found),
    }
}

/// The newest list of changes that fits a complete one and is current (RFC 5280 §6.3.3 (c)).
fn changes<'i, 's>(
    inquiry: &'i Inquiry<'s, '_>,
    subject: Subject<'_, 's>,
    list: &List<'s>,
    times: Times,
) -> Option<(&'i List<'s>, Lookup)> {
    let number = list.number?;
    let fitting = inquiry.statements.lists_of(&list.issuer).filter(|delta| {
        let fits = |base: &[u8]| order(base, number).is_le();
        delta.base.is_some_and(fits)
            && delta.number.is_some_and(|own| order(own, number).is_gt())
            && delta.scope_der == list.scope_der
    });
    let mut fitting: Vec<&List<'s>> = fitting.collect();
    fitting.sort_by_key(|delta| std::cmp::Reverse(delta.this_update));
    fitting.into_iter().find_map(|delta| {
        let span = Span { from: delta.this_update, until: delta.next_update, expired_since: None };
        let is_current =
            times.at <= delta.this_update || delta.next_update.is_none_or(|until| times.at <= until);
        let found = read(inquiry, subject, delta, times).ok()?;
        // A revocation stays one, however old the news of it.
        let is_final = matches!(found, Lookup::Listed(revocation) if revocation.reason.is_final());
        ((is_current || is_final) && span.has_begun(times).is_ok()).then_some((delta, found))
    })
}

/// Numbers in their shortest form, none of them negative.
fn order(left: &[u8], right: &[u8]) -> std::cmp::Ordering {
    let magnitude = crate::pki::der::magnitude;
    let (left, right) = (magnitude(left), magnitude(right));
    left.len().cmp(&right.len()).then_with(|| left.cmp(right))
}

fn about(list: &List<'_>, cause: &Told) -> Told {
    let at = list.this_update;
    let front = told!("danh sách thu hồi ngày {at}", "the revocation list of {at}");
    Told::joined(&[front, cause.clone()], ": ")
}

/// Whether a list was signed by one who may: an authority on the route, its anchor, or another of the list's issuer
/// that leads to the same anchor and is itself in order.
fn authorise<'s>(inquiry: &Inquiry<'s, '_>, subject: Subject<'_, 's>, list: &List<'s>) -> Result<(), Told> {
    let Route { cards, root, .. } = subject.route;
    if root.name == list.issuer && proof(inquiry, list, &root.key, root.key_digest) == Proof::Good {
        inquiry.note(list.algorithm, &root.key);
        return Ok(());
    }
    let mut cause = None;
    let above = cards.iter().skip(subject.place + 1).copied();
    for signer in above.filter(|card| card.subject == list.issuer) {
        match signed(inquiry, list, signer) {
            Proof::Good => match unfit(signer, Purpose::CrlSigning) {
                None => return Ok(()),
                Some(told) => cause = Some(told),
            },
            Proof::Unchecked => cause = Some(unsupported(list)),
            Proof::Bad => {}
        }
    }
    for signer in inquiry.store.cards_of(&list.issuer) {
        if !inquiry.budget.take(1) {
            break;
        }
        match signed(inquiry, list, signer) {
            Proof::Good => match inquiry.vouch(signer, list.this_update, Purpose::CrlSigning, root) {
                Ok(()) => return Ok(()),
                Err(told) => cause = Some(told),
            },
            Proof::Unchecked => cause = Some(unsupported(list)),
            Proof::Bad => {}
        }
    }
    Err(cause.unwrap_or_else(|| {
        told!("danh sách thu hồi không phải do nơi cấp ký", "the revocation list is not signed by its issuer")
    }))
}

fn signed(inquiry: &Inquiry<'_, '_>, list: &List<'_>, signer: &Card<'_>) -> Proof {
    let proof = proof(inquiry, list, &signer.parts.key, signer.key_digest);
    if proof == Proof::Good {
        inquiry.note(list.algorithm, &signer.parts.key);
    }
    proof
}

fn proof(inquiry: &Inquiry<'_, '_>, list: &List<'_>, key: &PublicKey<'_>, key_digest: [u8; 32]) -> Proof {
    inquiry.store.proof_of(list.digest, key_digest, || {
        Scheme::of(list.algorithm, None).proves(key, Signed::Bytes(list.signed), list.signature)
    })
}

fn unsupported(list: &List<'_>) -> Told {
    told!(
        "danh sách thu hồi được ký bằng {name}, chưa được hỗ trợ",
        "the revocation list is signed with {name}, which is not known here",
        name = list.algorithm.signature_name()
    )
}
