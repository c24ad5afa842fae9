//! The revisions of a file: each is one save, appended behind the last, and ends with `%%EOF`.
//!
//! A section of the cross-reference belongs to the revision at whose end a `startxref` names it. Sections that no
//! `startxref` names, such as a linearized file's main one, belong to the revision whose section leads to them.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::model::told::told;
use crate::pki::verdict::Flaw;

use super::lexer::{Lexer, is_space};
use super::limits::{ENTRIES, Limits, malformed, too_complex, too_large};
use super::value::Dictionary;
use super::xref::{self, Place, Section, Unread};

/// One save of the file.
#[derive(Debug)]
pub(super) struct Revision {
    /// The offset behind its `%%EOF`.
    pub(super) end: usize,
    /// Its trailer.
    pub(super) trailer: Dictionary,
}

/// An object's place as one revision gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// The object.
    pub(super) number: u32,
    /// The revision, counted from 0.
    pub(super) revision: u32,
    /// Where it is.
    pub(super) place: Place,
}

/// All revisions and all places of all objects.
#[derive(Debug)]
pub(super) struct Revisions {
    /// Oldest first; never empty.
    pub(super) list: Vec<Revision>,
    /// By number, then by revision.
    pub(super) entries: Vec<Entry>,
    /// Whether every revision lies behind the one before it, as saving does.
    pub(super) in_order: bool,
    /// Where trailers stand.
    pub(super) trailers: Vec<Range<usize>>,
}

/// A `startxref` with its `%%EOF`.
struct Marker {
    at: usize,
    target: usize,
    end: usize,
}

/// Finds all revisions by following the chain from the end of the file.
pub(super) fn walk(bytes: &[u8], limits: &Limits) -> Result<Revisions, Flaw> {
    let markers = markers(bytes);
    let Some(last) = markers.last() else {
        return Err(malformed(told!(
            "tệp bị cắt cụt: không có \"startxref\" và \"%%EOF\" ở cuối",
            "the file is cut short: no \"startxref\" and \"%%EOF\" at its end"
        )));
    };
    let sections = chain(bytes, last.target, limits)?;
    let mut ends: BTreeMap<usize, Vec<&Marker>> = BTreeMap::new();
    for marker in &markers {
        ends.entry(marker.target).or_default().push(marker);
    }
    group(sections, last.end, &ends, limits)
}

/// Every place of a word.
pub(super) fn places<'a>(bytes: &'a [u8], word: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
    memchr::memmem::find_iter(bytes, word)
}

fn markers(bytes: &[u8]) -> Vec<Marker> {
    let marker = |at| {
        let mut lexer = Lexer::new(bytes, at);
        lexer.at += "startxref".len();
        let target = lexer.number()?;
        let rest = bytes.get(lexer.at..)?;
        let space = rest.iter().take(16).take_while(|byte| is_space(**byte)).count();
        rest.get(space..)?.starts_with(b"%%EOF").then(|| Marker { at, target, end: lexer.at + space + 5 })
    };
    places(bytes, b"startxref").filter_map(marker).collect()
}

/// One section, and those that its `XRefStm` adds, in the order in which they count.
type Linked = (Section, Option<Section>);

fn chain(bytes: &[u8], start: usize, limits: &Limits) -> Result<Vec<Linked>, Flaw> {
    let mut found: Vec<Linked> = Vec::new();
    let mut seen = BTreeSet::new();
    let mut next = Some(start);
    let mut entries = 0;
    while let Some(at) = next {
        if !seen.insert(at) {
            return Err(malformed(told!(
                "các bảng tham chiếu chéo (xref) trỏ vòng tròn",
                "the cross-reference sections lead in a circle"
            )));
        }
        // A linearized file has two sections in one revision.
        if seen.len() > limits.revisions.saturating_mul(2) {
            return Err(too_many(limits));
        }
        let mut read = |at| {
            let section = xref::section(bytes, at, ENTRIES - entries, limits.decoded);
            let section = section.map_err(|unread| unreadable(unread, at, limits))?;
            entries += section.entries.len();
            Ok(section)
        };
        let section = read(at)?;
        let hidden = offset(&section.trailer, "XRefStm").map(&mut read).transpose()?;
        next = offset(&section.trailer, "Prev");
        found.push((section, hidden));
    }
    Ok(found)
}

fn offset(trailer: &Dictionary, name: &str) -> Option<usize> {
    trailer.integer(name).and_then(|at| usize::try_from(at).ok())
}

fn too_many(limits: &Limits) -> Flaw {
    let limit = limits.revisions;
    too_complex(told!("tệp có hơn {limit} lần lưu (revision)", "the file has more than {limit} revisions"))
}

fn unreadable(unread: Unread, at: usize, limits: &Limits) -> Flaw {
    match unread {
        Unread::Malformed => malformed(told!(
            "không đọc được bảng tham chiếu chéo (xref) tại byte {at}",
            "the cross-reference section at byte {at} cannot be read"
        )),
        Unread::TooLarge => too_large(limits.decoded),
    }
}

/// Puts sections, newest first, into revisions, oldest first.
fn group(
    sections: Vec<Linked>,
    last: usize,
    ends: &BTreeMap<usize, Vec<&Marker>>,
    limits: &Limits,
) -> Result<Revisions, Flaw> {
    let mut groups: Vec<(usize, Vec<Linked>)> = Vec::new();
    for linked in sections {
        let at = linked.0.at;
        let named = ends.get(&at).and_then(|markers| markers.iter().find(|marker| marker.at > at));
        match (groups.last_mut(), named) {
            (None, _) => groups.push((last, vec![linked])),
            (Some(_), Some(marker)) => groups.push((marker.end, vec![linked])),
            (Some((_, group)), None) => group.push(linked),
        }
    }
    if groups.len() > limits.revisions {
        return Err(too_many(limits));
    }
    let in_order = groups.windows(2).all(|pair| matches!(pair, [newer, older] if newer.0 > older.0));
    groups.reverse();
    let mut list = Vec::new();
    let mut entries = Vec::new();
    let mut trailers = Vec::new();
    for (revision, (end, group)) in (0_u32..).zip(groups) {
        let mut trailer = None;
        for (section, hidden) in group {
            let in_use = |place: &Place| *place != Place::Free;
            let listed = section.entries.iter();
            // In a hybrid file the table calls free what only the stream tells of (§7.5.8.4).
            let ordered = listed
                .clone()
                .filter(|(_, place)| in_use(place))
                .chain(hidden.iter().flat_map(|hidden| &hidden.entries))
                .chain(listed.filter(|(_, place)| !in_use(place)));
            entries.extend(ordered.map(|&(number, place)| Entry { number, revision, place }));
            trailers.push(section.place);
            trailer.get_or_insert(section.trailer);
        }
        list.push(Revision { end, trailer: trailer.unwrap_or_default() });
    }
    entries.sort_by_key(|entry| (entry.number, entry.revision));
    entries.dedup_by_key(|entry| (entry.number, entry.revision));
    Ok(Revisions { list, entries, in_order, trailers })
}
