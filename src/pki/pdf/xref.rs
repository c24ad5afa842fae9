//! Cross-reference sections: tables and streams, as one update of a file writes them (§7.5.4, §7.5.8).

use std::ops::Range;

use super::filter::{self, Undecoded};
use super::lexer::Lexer;
use super::value::{Dictionary, Value};

/// Where an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Nowhere: the number is free.
    Free,
    /// At this offset.
    At(usize),
    /// Within an object stream.
    In {
        /// The stream's number.
        container: u32,
        /// Which of its objects.
        index: u32,
    },
}

/// One section with what stands beside it.
#[derive(Debug)]
pub(super) struct Section {
    /// Where it begins.
    pub(super) at: usize,
    /// Numbers and places, as they are listed.
    pub(super) entries: Vec<(u32, Place)>,
    /// The trailer; for a stream its dictionary.
    pub(super) trailer: Dictionary,
    /// Where the trailer stands; for a stream all of it.
    pub(super) place: Range<usize>,
}

/// Why a section was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unread {
    /// There is no section.
    Malformed,
    /// It lists more than is allowed, or inflates to more.
    TooLarge,
}

/// Reads the section at an offset; at most so many entries and decoded bytes.
pub(super) fn section(bytes: &[u8], at: usize, limit: usize, decoded: usize) -> Result<Section, Unread> {
    let mut lexer = Lexer::new(bytes, at);
    if at >= bytes.len() {
        return Err(Unread::Malformed);
    }
    if lexer.word("xref") {
        return table(&mut lexer, at, limit);
    }
    let (dictionary, raw) = stream(bytes, at).ok_or(Unread::Malformed)?;
    if !dictionary.names("Type", "XRef") {
        return Err(Unread::Malformed);
    }
    let place = at..raw.end;
    let raw = bytes.get(raw).ok_or(Unread::Malformed)?;
    let data = filter::decode(&dictionary, raw, decoded).map_err(|undecoded| match undecoded {
        Undecoded::Unreadable => Unread::Malformed,
        Undecoded::TooLarge => Unread::TooLarge,
    })?;
    let entries = packed(&dictionary, &data, limit)?;
    Ok(Section { at, entries, trailer: dictionary, place })
}

fn table(lexer: &mut Lexer<'_>, at: usize, limit: usize) -> Result<Section, Unread> {
    let mut entries = Vec::new();
    while !lexer.word("trailer") {
        let first = lexer.number().ok_or(Unread::Malformed)?;
        let count = lexer.number().ok_or(Unread::Malformed)?;
        for index in 0..count {
            let offset = lexer.number().ok_or(Unread::Malformed)?;
            lexer.number().ok_or(Unread::Malformed)?;
            let number = first.checked_add(index).and_then(|number| u32::try_from(number).ok());
            let number = number.ok_or(Unread::Malformed)?;
            // Some writers list unused numbers as in use at offset 0, where no object can be.
            let place = match (lexer.word("n"), offset) {
                (true, 0) => Place::Free,
                (true, offset) => Place::At(offset),
                (false, _) if lexer.word("f") => Place::Free,
                (false, _) => return Err(Unread::Malformed),
            };
            if entries.len() >= limit {
                return Err(Unread::TooLarge);
            }
            entries.push((number, place));
        }
    }
    let begin = lexer.at;
    match lexer.value() {
        Some(Value::Dictionary(trailer)) => Ok(Section { at, entries, trailer, place: begin..lexer.at }),
        _ => Err(Unread::Malformed),
    }
}

/// The stream at an offset whose length stands in its dictionary itself, as it must for cross-reference streams.
fn stream(bytes: &[u8], at: usize) -> Option<(Dictionary, Range<usize>)> {
    let mut lexer = Lexer::new(bytes, at);
    lexer.number()?;
    lexer.number()?;
    if !lexer.word("obj") {
        return None;
    }
    let Value::Dictionary(dictionary) = lexer.value()? else { return None };
    let length = usize::try_from(dictionary.integer("Length")?).ok()?;
    let begin = data_begin(bytes, &mut lexer)?;
    let end = begin.checked_add(length).filter(|end| *end <= bytes.len())?;
    Some((dictionary, begin..end))
}

/// Where the data behind `stream` begins; `None` where no such word follows.
pub(super) fn data_begin(bytes: &[u8], lexer: &mut Lexer<'_>) -> Option<usize> {
    if !lexer.word("stream") {
        return None;
    }
    let rest = bytes.get(lexer.at..)?;
    let end_of_line = if rest.starts_with(b"\r\n") { 2 } else { usize::from(rest.starts_with(b"\n")) };
    Some(lexer.at + end_of_line)
}

/// Entries as a cross-reference stream packs them: three fields of given widths each.
fn packed(dictionary: &Dictionary, data: &[u8], limit: usize) -> Result<Vec<(u32, Place)>, Unread> {
    let widths = dictionary.get("W").and_then(Value::array).unwrap_or_default();
    let widths: Vec<usize> =
        widths.iter().filter_map(Value::integer).filter_map(|width| usize::try_from(width).ok()).collect();
    let &[kind, second, third] = widths.as_slice() else { return Err(Unread::Malformed) };
    let total = kind.saturating_add(second).saturating_add(third);
    if !(1..=24).contains(&total) || kind.max(second).max(third) > 8 {
        return Err(Unread::Malformed);
    }
    let size = dictionary.integer("Size").ok_or(Unread::Malformed)?;
    let whole = [Value::Integer(0), Value::Integer(size)];
    let ranges = dictionary.get("Index").and_then(Value::array).unwrap_or(&whole);
    let mut rows = data.chunks_exact(total);
    let mut entries = Vec::new();
    for range in ranges.chunks_exact(2) {
        let [Some(first), Some(count)] = [0, 1].map(|at| range.get(at).and_then(Value::integer)) else {
            return Err(Unread::Malformed);
        };
        for (index, row) in (0..count).zip(rows.by_ref()) {
            let number = first.checked_add(index).and_then(|number| u32::try_from(number).ok());
            let number = number.ok_or(Unread::Malformed)?;
            if entries.len() >= limit {
                return Err(Unread::TooLarge);
            }
            entries.push((number, unpacked(row, kind, second).unwrap_or(Place::Free)));
        }
    }
    Ok(entries)
}

/// One row; `None` for kinds that are not known, which count as `null` (§7.5.8.3).
fn unpacked(row: &[u8], kind: usize, second: usize) -> Option<Place> {
    let number = |bytes: &[u8]| bytes.iter().fold(0_u64, |number, &byte| number << 8 | u64::from(byte));
    let (first, rest) = row.split_at_checked(kind)?;
    let (second, third) = rest.split_at_checked(second)?;
    match if kind == 0 { 1 } else { number(first) } {
        0 => Some(Place::Free),
        1 => Some(Place::At(usize::try_from(number(second)).ok()?)),
        2 => Some(Place::In {
            container: u32::try_from(number(second)).ok()?,
            index: u32::try_from(number(third)).ok()?,
        }),
        _ => None,
    }
}
