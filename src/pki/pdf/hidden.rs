//! Signatures that stand in the bytes and that the form does not show: hidden, replaced or removed ones.

use std::collections::BTreeSet;

use crate::model::told::told;
use crate::pki::verdict::Flaw;

use super::limits::{Limits, too_complex};
use super::objects::Objects;
use super::revision::{Entry, places};
use super::signature::{self, Examined, structure};
use super::xref::Place;

/// Every signature dictionary of the raw bytes that is none of these. What lies within the data of a stream is no object
/// of this file, such as an attachment that is signed itself.
pub(super) fn signatures(
    objects: &Objects<'_>,
    known: &[Examined],
    limits: &Limits,
) -> Result<Vec<Examined>, Flaw> {
    let keys: BTreeSet<usize> = known.iter().filter_map(|examined| examined.coverage.key).collect();
    let mut unknown: Vec<usize> =
        places(objects.bytes(), b"/ByteRange").filter(|at| !keys.contains(at)).collect();
    // The code that protects an encrypted file (ISO/TS 32004) stands in the trailer and has a range as well.
    let trailers: Vec<_> = objects
        .revisions
        .trailers
        .iter()
        .map(|place| (place.start, place.end))
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    unknown.retain(|at| {
        let before = trailers.partition_point(|(begin, _)| begin <= at).checked_sub(1);
        before.and_then(|before| trailers.get(before)).is_none_or(|(_, end)| at >= end)
    });
    if unknown.is_empty() {
        return Ok(Vec::new());
    }
    let mut placed: Vec<(usize, &Entry)> = objects
        .revisions
        .entries
        .iter()
        .filter_map(|entry| if let Place::At(at) = entry.place { Some((at, entry)) } else { None })
        .collect();
    placed.sort_by_key(|(at, _)| *at);
    let mut found: Vec<Examined> = Vec::new();
    let mut seen = BTreeSet::new();
    for at in unknown {
        let before = placed.partition_point(|(begin, _)| *begin <= at).checked_sub(1);
        let Some((begin, entry)) = before.and_then(|before| placed.get(before)) else { continue };
        let loaded = objects.load(entry.number, entry.revision)?;
        let within = |range: &std::ops::Range<usize>| range.contains(&at);
        if loaded.stream.as_ref().is_some_and(within) || !seen.insert(*begin) {
            continue;
        }
        if known.len() + found.len() >= limits.signatures {
            let limit = limits.signatures;
            return Err(too_complex(told!(
                "tệp có hơn {limit} chữ ký",
                "the file has more than {limit} signatures"
            )));
        }
        let number = entry.number;
        let mut examined = signature::examine(objects, number, format!("object {number}"), entry.revision)?;
        examined.signature.flaws.push(structure(told!(
            "tại byte {at} có một chữ ký bị ẩn, bị thay thế hoặc đã bị gỡ khỏi biểu mẫu (đối tượng {number})",
            "at byte {at} stands a signature that is hidden, replaced or removed from the form (object {number})"
        )));
        found.push(examined);
    }
    Ok(found)
}
