//! Certificate policies: the tree of RFC 5280 §6.1, kept as the graph of RFC 9618, which says the same without growing
//! exponentially.

use std::collections::{BTreeMap, BTreeSet};

use der::Decode;
use der::asn1::ObjectIdentifier;
use x509_cert::ext::pkix::PolicyMappings;

use crate::pki::der::{OID, Reader, SEQUENCE};
use crate::pki::path::card::Card;
use crate::pki::path::oids::{ANY_POLICY, CERTIFICATE_POLICIES, POLICY_MAPPINGS};

/// The most policies, and mappings, of one certificate.
const POLICIES_MAX: usize = 128;

/// A policy that holds at some depth.
#[derive(Clone, Debug, Default)]
struct Node {
    /// What the next certificate may call it.
    expected: BTreeSet<ObjectIdentifier>,
    /// Policies one level up that it comes from.
    parents: BTreeSet<ObjectIdentifier>,
}

type Level = BTreeMap<ObjectIdentifier, Node>;

/// The policies that hold along a path, level by level from the anchor. Empty where none does any more.
#[derive(Clone, Debug)]
pub(in crate::pki) struct Graph(Vec<Level>);

/// Policies of a certificate could not be read, or are too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::pki) struct Unreadable;

/// How a policy of the issuer is called further down.
pub(in crate::pki) type Mappings = BTreeMap<ObjectIdentifier, BTreeSet<ObjectIdentifier>>;

impl Graph {
    /// At the anchor every policy holds.
    pub(in crate::pki) fn start() -> Self {
        let root = Node { expected: [ANY_POLICY].into(), parents: BTreeSet::new() };
        Self(vec![BTreeMap::from([(ANY_POLICY, root)])])
    }

    /// Whether no policy holds.
    pub(in crate::pki) const fn is_null(&self) -> bool {
        self.0.is_empty()
    }

    /// §6.1.3 (d), (e): one certificate further. `any_counts` says whether "any policy" may be taken at its word.
    pub(in crate::pki) fn descend(
        &mut self,
        policies: Option<&BTreeSet<ObjectIdentifier>>,
        any_counts: bool,
    ) {
        let (Some(policies), Some(above)) = (policies, self.0.last()) else {
            self.0.clear();
            return;
        };
        let mut level = Level::new();
        for policy in policies.iter().filter(|policy| **policy != ANY_POLICY) {
            let mut parents = expecting(above, policy);
            if parents.is_empty() && above.contains_key(&ANY_POLICY) {
                parents.insert(ANY_POLICY);
            }
            if !parents.is_empty() {
                level.insert(*policy, Node { expected: [*policy].into(), parents });
            }
        }
        if any_counts && policies.contains(&ANY_POLICY) {
            let hoped: BTreeSet<_> = above.values().flat_map(|node| &node.expected).copied().collect();
            for policy in hoped {
                level.entry(policy).or_insert_with(|| Node {
                    expected: [policy].into(),
                    parents: expecting(above, &policy),
                });
            }
        }
        self.0.push(level);
        self.prune();
    }

    /// §6.1.4 (b): the issuer's policies go by other names further down, or end where mapping is inhibited.
    pub(in crate::pki) fn map(&mut self, mappings: &Mappings, inhibited: Inhibited) {
        let Some(level) = self.0.last_mut() else { return };
        for (policy, called) in mappings {
            if inhibited == Inhibited::Yes {
                level.remove(policy);
            } else if let Some(node) = level.get_mut(policy) {
                node.expected.clone_from(called);
            } else if level.contains_key(&ANY_POLICY) {
                let node = Node { expected: called.clone(), parents: [ANY_POLICY].into() };
                level.insert(*policy, node);
            }
        }
        self.prune();
    }

    /// Drops what leads nowhere, from the last level up.
    fn prune(&mut self) {
        let mut used: BTreeSet<ObjectIdentifier> = match self.0.last() {
            Some(level) => level.values().flat_map(|node| node.parents.clone()).collect(),
            None => return,
        };
        if self.0.last().is_some_and(BTreeMap::is_empty) {
            self.0.clear();
            return;
        }
        for level in self.0.iter_mut().rev().skip(1) {
            level.retain(|policy, _| used.contains(policy));
            used = level.values().flat_map(|node| node.parents.clone()).collect();
        }
    }

    /// §6.1.5 (g): the policies, as the anchor's domain calls them, that hold to the end and that the user asks for.
    /// An empty `asked` asks for any.
    pub(in crate::pki) fn agreed(&self, asked: &BTreeSet<ObjectIdentifier>) -> BTreeSet<ObjectIdentifier> {
        let below_any = self
            .0
            .iter()
            .flat_map(|level| level.iter())
            .filter(|(policy, node)| **policy != ANY_POLICY && node.parents.contains(&ANY_POLICY));
        let mut held: BTreeSet<ObjectIdentifier> = below_any.map(|(policy, _)| *policy).collect();
        let any = self.0.last().is_some_and(|level| level.contains_key(&ANY_POLICY));
        if asked.is_empty() || asked.contains(&ANY_POLICY) {
            if any {
                held.insert(ANY_POLICY);
            }
            return held;
        }
        if any { asked.clone() } else { held.intersection(asked).copied().collect() }
    }
}

/// Whether mapping is inhibited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::pki) enum Inhibited {
    /// Mapped policies end here.
    Yes,
    /// They go on under their other names.
    No,
}

/// The nodes of a level that expect a policy.
fn expecting(level: &Level, policy: &ObjectIdentifier) -> BTreeSet<ObjectIdentifier> {
    level.iter().filter(|(_, node)| node.expected.contains(policy)).map(|(name, _)| *name).collect()
}

/// The policies of a certificate; `None` where it has none. One whose identifier has arcs too long for
/// [`ObjectIdentifier`] can be asked for by nobody and is left out.
pub(in crate::pki) fn policies(card: &Card<'_>) -> Result<Option<BTreeSet<ObjectIdentifier>>, Unreadable> {
    let Some(value) = card.extension(&CERTIFICATE_POLICIES) else { return Ok(None) };
    let mut list = Reader::new(value).enter(SEQUENCE).ok_or(Unreadable)?;
    let mut named = BTreeSet::new();
    for (count, policy) in list.by_ref().enumerate() {
        let identifier = Reader::new(policy.content).expect(OID).ok_or(Unreadable)?.content;
        if count == POLICIES_MAX {
            return Err(Unreadable);
        }
        named.extend(ObjectIdentifier::from_bytes(identifier));
    }
    if list.is_empty() { Ok(Some(named)) } else { Err(Unreadable) }
}

/// The mappings of a certificate.
pub(in crate::pki) fn mappings(card: &Card<'_>) -> Result<Mappings, Unreadable> {
    let Some(value) = card.extension(&POLICY_MAPPINGS) else { return Ok(Mappings::new()) };
    let list = PolicyMappings::from_der(value).map_err(|_| Unreadable)?.0;
    if list.len() > POLICIES_MAX {
        return Err(Unreadable);
    }
    let mut read = Mappings::new();
    for mapping in list {
        read.entry(mapping.issuer_domain_policy).or_default().insert(mapping.subject_domain_policy);
    }
    Ok(read)
}
