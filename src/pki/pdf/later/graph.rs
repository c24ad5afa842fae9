//! Who refers to whom, over all versions of all objects: what an object is used for says whether it may change.

use std::collections::BTreeSet;

use crate::pki::verdict::Flaw;

use super::super::objects::Objects;
use super::super::value::{Dictionary, Value};
use super::super::xref::Place;

/// How an object refers to another: the name under which it does, where that name matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) enum Key {
    /// Anywhere below `AP` of a dictionary.
    Appearance,
    /// Anywhere below `DSS`.
    Store,
    /// Anywhere below `DR`.
    FormResource,
    /// `AcroForm`.
    Form,
    /// `Fields`.
    Fields,
    /// `Kids`.
    Kids,
    /// `Annots`.
    Annotations,
    /// `Metadata`.
    Metadata,
    /// `Info`.
    Info,
    /// `Contents`.
    Contents,
    /// `Font`, `FontFile`, `DescendantFonts` and the like.
    Font,
    /// `K`, as elements of a structure tree list what lies below them.
    Elements,
    /// `ParentTree`, the way back from fields and pages to elements.
    WayBack,
    /// As the object stream in which an object lies.
    Container,
    /// Any other.
    Other,
}

impl Key {
    /// The key below this one.
    fn below(self, name: &[u8]) -> Self {
        match (self, name) {
            (Self::Appearance | Self::Store | Self::FormResource, _) => self,
            (_, b"AP") => Self::Appearance,
            (_, b"DSS") => Self::Store,
            (_, b"DR") => Self::FormResource,
            (_, b"AcroForm") => Self::Form,
            (_, b"Fields") => Self::Fields,
            (_, b"Kids") => Self::Kids,
            (_, b"Annots") => Self::Annotations,
            (_, b"Metadata") => Self::Metadata,
            (_, b"Info") => Self::Info,
            (_, b"K") => Self::Elements,
            (_, b"ParentTree") => Self::WayBack,
            (_, b"Contents") => Self::Contents,
            (
                _,
                b"Font" | b"FontFile" | b"FontFile2" | b"FontFile3" | b"FontDescriptor" | b"DescendantFonts",
            ) => Self::Font,
            _ => Self::Other,
        }
    }
}

/// One reference in one version of an object.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Edge {
    /// What is referred to.
    target: u32,
    /// What refers; 0 for a trailer and for the cross-reference itself.
    pub(in super::super) source: u32,
    /// The revision that wrote this version of it.
    revision: u32,
    /// How.
    pub(in super::super) key: Key,
}

/// All references.
#[derive(Debug)]
pub(in super::super) struct Graph {
    /// By target.
    edges: Vec<Edge>,
}

impl Graph {
    /// Reads every version of every object once.
    pub(in super::super) fn new(objects: &Objects<'_>) -> Result<Self, Flaw> {
        let mut edges = Vec::new();
        // A cross-reference stream is an object, and what it refers to the trailer does already.
        let trailers: BTreeSet<usize> = objects.revisions.trailers.iter().map(|place| place.start).collect();
        for entry in &objects.revisions.entries {
            if matches!(entry.place, Place::At(at) if trailers.contains(&at)) {
                continue;
            }
            if let Place::In { container, .. } = entry.place {
                edges.push(Edge {
                    target: container,
                    source: 0,
                    revision: entry.revision,
                    key: Key::Container,
                });
            }
            let value = objects.load(entry.number, entry.revision)?.value;
            collect(&value, entry.number, entry.revision, Key::Other, &mut edges);
        }
        for revision in 0..=objects.newest() {
            for (name, value) in objects.trailer(revision).into_iter().flat_map(Dictionary::iter) {
                collect(value, 0, revision, Key::Other.below(name), &mut edges);
            }
        }
        edges.sort_by_key(|edge| (edge.target, edge.source, edge.revision, edge.key));
        edges.dedup_by_key(|edge| (edge.target, edge.source, edge.revision, edge.key));
        Ok(Self { edges })
    }

    /// References to an object out of objects as that revision sees them.
    pub(in super::super) fn to(
        &self,
        objects: &Objects<'_>,
        target: u32,
        view: u32,
    ) -> Result<Vec<Edge>, Flaw> {
        let from = self.edges.partition_point(|edge| edge.target < target);
        let edges = self.edges.get(from..).unwrap_or_default();
        let count = edges.partition_point(|edge| edge.target == target);
        objects.pay(32 + 16 * count)?;
        let is_live = |edge: &&Edge| match (edge.source, edge.key) {
            (0, Key::Container) => edge.revision <= view,
            (0, _) => edge.revision == view,
            (source, _) => objects.entry(source, view).is_some_and(|entry| entry.revision == edge.revision),
        };
        Ok(edges.get(..count).unwrap_or_default().iter().filter(is_live).copied().collect())
    }
}

fn collect(value: &Value, source: u32, revision: u32, key: Key, edges: &mut Vec<Edge>) {
    match value {
        Value::Reference(target) => edges.push(Edge { target: *target, source, revision, key }),
        Value::Array(values) => values.iter().for_each(|value| collect(value, source, revision, key, edges)),
        Value::Dictionary(dictionary) => {
            for (name, value) in dictionary.iter() {
                collect(value, source, revision, key.below(name), edges);
            }
        }
        _ => {}
    }
}
