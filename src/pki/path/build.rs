//! Finds ways from a certificate up to an anchor: depth first, the likeliest issuer first, within a budget.

use std::ops::ControlFlow;

use chrono::{DateTime, Utc};

use crate::model::told::{Told, told};
use crate::pki::key::{Proof, PublicKey};
use crate::pki::names::distinguished;
use crate::pki::path::card::Card;
use crate::pki::path::store::{Budget, Root, Store};

/// The most authorities between a certificate and its anchor.
const HOPS_MAX: usize = 8;
/// The most issuers tried for one certificate.
const CANDIDATES_MAX: usize = 64;

/// A way up: each certificate is signed with the key of the next, the last with that of the anchor.
#[derive(Clone, Debug)]
pub(in crate::pki) struct Route<'s> {
    /// The certificate in question first.
    pub(in crate::pki) cards: Vec<&'s Card<'s>>,
    /// Where it ends.
    pub(in crate::pki) root: &'s Root<'s>,
    /// Whether the certificate in question is the anchor itself.
    pub(in crate::pki) is_root: bool,
}

/// The issuer of a certificate on a route.
#[derive(Clone, Copy, Debug)]
pub(in crate::pki) struct Issuer<'s> {
    /// Its key.
    pub(in crate::pki) key: PublicKey<'s>,
    /// What identifies its key.
    pub(in crate::pki) key_digest: [u8; 32],
    /// Its name as it is written.
    pub(in crate::pki) name_der: &'s [u8],
}

impl<'s> Route<'s> {
    /// Who issued the certificate at a place.
    pub(in crate::pki) fn issuer(&self, place: usize) -> Issuer<'s> {
        match self.cards.get(place + 1) {
            Some(card) => {
                Issuer { key: card.parts.key, key_digest: card.key_digest, name_der: card.parts.subject }
            }
            None => {
                Issuer { key: self.root.key, key_digest: self.root.key_digest, name_der: self.root.name_der }
            }
        }
    }
}

/// A signature that is not the issuer's, though name and key identifier are.
#[derive(Clone, Debug)]
pub(in crate::pki) struct Forged<'s> {
    /// In words.
    pub(in crate::pki) told: Told,
    /// The issuer; `None` for an anchor. One that leads to no anchor may itself be the forgery.
    pub(in crate::pki) issuer: Option<&'s Card<'s>>,
}

/// Why no way led up, as far as it was seen.
#[derive(Debug, Default)]
pub(in crate::pki) struct DeadEnds<'s> {
    /// A certificate whose signature does not come from the issuer that it means.
    pub(in crate::pki) forged: Option<Forged<'s>>,
    /// Issuers whose certificates are not at hand, and the certificates that name them.
    pub(in crate::pki) missing: Vec<(String, Vec<u8>)>,
    /// Whether a way was longer than may be.
    pub(in crate::pki) too_long: bool,
}

/// Whose key may have signed a certificate.
#[derive(Clone, Copy, Debug)]
struct Candidate<'s> {
    key: PublicKey<'s>,
    key_digest: [u8; 32],
    identifier: Option<&'s [u8]>,
    card: Option<&'s Card<'s>>,
}

impl<'s> Candidate<'s> {
    const fn of_root(root: &Root<'s>) -> Self {
        let Root { key, key_digest, key_identifier, .. } = *root;
        Self { key, key_digest, identifier: key_identifier, card: None }
    }

    fn of_card(card: &'s Card<'s>) -> Self {
        let (key, key_digest) = (card.parts.key, card.key_digest);
        Self { key, key_digest, identifier: card.key_identifier(), card: Some(card) }
    }
}

/// One search.
pub(in crate::pki) struct Search<'s, 'v> {
    store: &'s Store<'s>,
    budget: &'v Budget,
    at: DateTime<Utc>,
    visit: &'v mut dyn FnMut(&Route<'s>) -> ControlFlow<()>,
    /// What stood in the way.
    pub(in crate::pki) dead_ends: DeadEnds<'s>,
}

impl<'s, 'v> Search<'s, 'v> {
    /// Gives each way up to `visit`, the likeliest first, until it has enough.
    pub(in crate::pki) fn run(
        store: &'s Store<'s>,
        budget: &'v Budget,
        at: DateTime<Utc>,
        card: &'s Card<'s>,
        visit: &'v mut dyn FnMut(&Route<'s>) -> ControlFlow<()>,
    ) -> DeadEnds<'s> {
        let mut search = Self { store, budget, at, visit, dead_ends: DeadEnds::default() };
        // Byte for byte: whoever has the anchor's key could still write another certificate around it.
        let declared = store.root_of(card).filter(|root| root.anchor.certificate == card.der);
        let flow = match declared {
            Some(root) => (search.visit)(&Route { cards: vec![card], root, is_root: true }),
            None => ControlFlow::Continue(()),
        };
        if flow.is_continue() {
            let _enough = search.extend(&mut vec![card]);
        }
        search.dead_ends
    }

    fn extend(&mut self, way: &mut Vec<&'s Card<'s>>) -> ControlFlow<()> {
        let Some(&last) = way.last() else { return ControlFlow::Continue(()) };
        let mut found = false;
        for root in self.store.roots_of(&last.issuer) {
            if self.leads(last, Candidate::of_root(root))? {
                found = true;
                (self.visit)(&Route { cards: way.clone(), root, is_root: false })?;
            }
        }
        for candidate in self.candidates(last) {
            let looped = way
                .iter()
                .any(|card| card.key_digest == candidate.key_digest && card.subject == candidate.subject);
            if looped || self.store.root_of(candidate).is_some() {
                continue;
            }
            if self.leads(last, Candidate::of_card(candidate))? {
                found = true;
                if way.len() > HOPS_MAX {
                    self.dead_ends.too_long = true;
                    continue;
                }
                way.push(candidate);
                let flow = self.extend(way);
                way.pop();
                flow?;
            }
        }
        if !found {
            self.dead_ends.missing.push((distinguished(last.parts.issuer), last.der.to_vec()));
        }
        ControlFlow::Continue(())
    }

    /// Whether the certificate may have been signed with this key. An algorithm that nobody here can check is followed:
    /// the route is judged later.
    fn leads(&mut self, card: &Card<'_>, candidate: Candidate<'s>) -> ControlFlow<(), bool> {
        if !self.budget.take(1) {
            return ControlFlow::Break(());
        }
        if self.store.proof(card, &candidate.key, candidate.key_digest) != Proof::Bad {
            return ControlFlow::Continue(true);
        }
        let meant = card.issuer_key_identifier();
        if meant.is_some() && meant == candidate.identifier {
            let told = told!(
                "chữ ký trên chứng thư của \"{name}\" không phải do khóa của nơi cấp tạo ra",
                "the signature on the certificate of \"{name}\" was not made with its issuer's key",
                name = card.shown()
            );
            self.dead_ends.forged = Some(Forged { told, issuer: candidate.card });
        }
        ControlFlow::Continue(false)
    }

    /// Issuers by name, those first whose key is the one meant and that are valid at the time.
    fn candidates(&self, card: &Card<'_>) -> Vec<&'s Card<'s>> {
        let meant = card.issuer_key_identifier();
        let mut candidates: Vec<&'s Card<'s>> = self.store.cards_of(&card.issuer).collect();
        candidates.sort_by_cached_key(|candidate| {
            let fits = match (meant, candidate.key_identifier()) {
                (Some(meant), Some(own)) if meant == own => 0,
                (Some(_), Some(_)) => 2,
                _ => 1,
            };
            let is_valid = (candidate.not_before..=candidate.not_after).contains(&self.at);
            (
                fits,
                !is_valid,
                candidate.is_self_issued(),
                std::cmp::Reverse(candidate.not_after),
                candidate.digest,
            )
        });
        candidates.truncate(CANDIDATES_MAX);
        candidates
    }
}
