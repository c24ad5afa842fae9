//! What is at hand for building paths: certificates and anchors by their names, and signatures once checked.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::sync::Arc;

use crate::pki::anchors::{Anchor, Anchors};
use crate::pki::certificate::Certificate;
use crate::pki::key::{Proof, PublicKey};
use crate::pki::path::card::{Card, key_digest};
use crate::pki::path::name::Name;
use crate::pki::scheme::{Scheme, Signed};

/// The most certificates that are looked at; the pool of a file that carries more is refused as too complex.
const CARDS_MAX: usize = 4096;

/// SHA-256 over something signed, or over a key.
type Digest = [u8; 32];

/// A trusted name and key.
#[derive(Clone, Debug)]
pub(in crate::pki) struct Root<'a> {
    /// The anchor that it was read from.
    pub(in crate::pki) anchor: &'a Anchor,
    /// Its name.
    pub(in crate::pki) name: Name,
    /// Its name as it is written.
    pub(in crate::pki) name_der: &'a [u8],
    /// Its key.
    pub(in crate::pki) key: PublicKey<'a>,
    /// What identifies its key.
    pub(in crate::pki) key_digest: [u8; 32],
    /// The identifier of its key, if its certificate tells.
    pub(in crate::pki) key_identifier: Option<&'a [u8]>,
}

impl<'a> Root<'a> {
    fn read(anchor: &'a Anchor) -> Option<Self> {
        let parts = Certificate::parse(&anchor.certificate)?;
        let card = Card::read(&anchor.certificate);
        Some(Self {
            anchor,
            name: Name::read(parts.subject)?,
            name_der: parts.subject,
            key_digest: key_digest(&parts.key),
            key: parts.key,
            key_identifier: card.and_then(|card| card.key_identifier()),
        })
    }

    /// The set that it belongs to.
    pub(in crate::pki) fn set(&self) -> &Arc<str> {
        &self.anchor.set
    }

    /// Whether a certificate speaks of this name and key.
    pub(in crate::pki) fn is(&self, card: &Card<'_>) -> bool {
        self.key_digest == card.key_digest && self.name == card.subject
    }
}

/// Certificates and anchors.
#[derive(Debug, Default)]
pub(in crate::pki) struct Store<'a> {
    cards: Vec<Card<'a>>,
    by_subject: HashMap<Name, Vec<usize>>,
    roots: Vec<Root<'a>>,
    by_name: HashMap<Name, Vec<usize>>,
    proofs: RefCell<HashMap<(Digest, Digest), Proof>>,
    /// Whether there were more certificates than are looked at.
    pub(in crate::pki) is_overfull: bool,
}

impl<'a> Store<'a> {
    /// Reads what can be read; what cannot be read is no material.
    pub(in crate::pki) fn new(anchors: &'a Anchors, certificates: &'a [Vec<u8>]) -> Self {
        let mut store = Self { is_overfull: certificates.len() > CARDS_MAX, ..Self::default() };
        let mut seen = std::collections::HashSet::new();
        for card in certificates.iter().take(CARDS_MAX).filter_map(|der| Card::read(der)) {
            if seen.insert(card.digest) {
                store.by_subject.entry(card.subject.clone()).or_default().push(store.cards.len());
                store.cards.push(card);
            }
        }
        for root in anchors.iter().filter_map(Root::read) {
            store.by_name.entry(root.name.clone()).or_default().push(store.roots.len());
            store.roots.push(root);
        }
        store
    }

    /// Certificates of this subject.
    pub(in crate::pki) fn cards_of(&self, subject: &Name) -> impl Iterator<Item = &Card<'a>> {
        self.by_subject.get(subject).into_iter().flatten().filter_map(|place| self.cards.get(*place))
    }

    /// Anchors of this name.
    pub(in crate::pki) fn roots_of(&self, name: &Name) -> impl Iterator<Item = &Root<'a>> {
        self.by_name.get(name).into_iter().flatten().filter_map(|place| self.roots.get(*place))
    }

    /// The anchor that a certificate speaks of, if it does of one.
    pub(in crate::pki) fn root_of(&self, card: &Card<'_>) -> Option<&Root<'a>> {
        self.roots_of(&card.subject).find(|root| root.is(card))
    }

    /// Whether nothing is trusted.
    pub(in crate::pki) const fn trusts_nothing(&self) -> bool {
        self.roots.is_empty()
    }

    /// Whether a certificate was signed with a key; looked at once.
    pub(in crate::pki) fn proof(&self, card: &Card<'_>, key: &PublicKey<'_>, key_digest: [u8; 32]) -> Proof {
        let parts = &card.parts;
        self.proof_of(card.digest, key_digest, || {
            Scheme::of(parts.algorithm, None).proves(key, Signed::Bytes(parts.signed), parts.signature)
        })
    }

    /// The outcome of checking something's signature against a key, by the digests of both.
    pub(in crate::pki) fn proof_of(
        &self,
        what: [u8; 32],
        key: [u8; 32],
        check: impl FnOnce() -> Proof,
    ) -> Proof {
        if let Some(known) = self.proofs.borrow().get(&(what, key)) {
            return *known;
        }
        let proof = check();
        self.proofs.borrow_mut().insert((what, key), proof);
        proof
    }
}

/// How much work one question may make: every candidate, signature and list that is looked at costs a step.
#[derive(Debug)]
pub(in crate::pki) struct Budget(Cell<usize>);

impl Budget {
    /// So many steps.
    pub(in crate::pki) const fn new(steps: usize) -> Self {
        Self(Cell::new(steps))
    }

    /// Takes steps; `false` where none are left.
    pub(in crate::pki) fn take(&self, steps: usize) -> bool {
        let left = self.0.get().checked_sub(steps);
        self.0.set(left.unwrap_or(0));
        left.is_some()
    }

    /// Whether all is spent.
    pub(in crate::pki) const fn is_spent(&self) -> bool {
        self.0.get() == 0
    }
}
