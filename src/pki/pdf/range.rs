//! Whether the signed range of a signature is sound: everything but the signature's own digits, up to the end of a
//! revision. Looked at in the bytes themselves, because what a reader makes of them may be something else.

use std::ops::Range;

use crate::model::told::{Told, told};
use crate::pki::verdict::{Flaw, SignatureReason};

use super::lexer::{Lexer, Placed};
use super::revision::Revision;
use super::value::Value;

/// What a signature covers.
#[derive(Clone, Debug, Default)]
pub(super) struct Coverage {
    /// The two ranges; empty where they cannot be made out.
    pub(super) covered: Vec<Range<usize>>,
    /// The signature, out of the gap between the two.
    pub(super) contents: Vec<u8>,
    /// Where `/ByteRange` stands.
    pub(super) key: Option<usize>,
    /// What is wrong.
    pub(super) flaws: Vec<Flaw>,
}

impl Coverage {
    /// The gap between the ranges.
    pub(super) fn gap(&self) -> Option<Range<usize>> {
        match self.covered.as_slice() {
            [before, after] => Some(before.end..after.start),
            _ => None,
        }
    }

    /// Where the covered part ends.
    pub(super) fn end(&self) -> Option<usize> {
        self.covered.last().map(|range| range.end)
    }
}

fn wrong(told: Told) -> Flaw {
    Flaw::new(SignatureReason::ByteRangeWrong, told)
}

/// Reads the coverage of the signature dictionary that begins there.
pub(super) fn coverage(bytes: &[u8], at: usize) -> Coverage {
    let mut coverage = Coverage::default();
    let Some(entries) = Lexer::new(bytes, at).placed() else {
        coverage.flaws.push(wrong(told!(
            "không đọc được từ điển chữ ký tại byte {at}",
            "the signature dictionary at byte {at} cannot be read"
        )));
        return coverage;
    };
    match (only(&entries, "ByteRange", bytes), only(&entries, "Contents", bytes)) {
        (Ok(range), Ok(contents)) => {
            coverage.key = Some(range.key.start);
            if let Err(told) = read(bytes, range, contents, &mut coverage) {
                coverage.flaws.push(wrong(told));
            }
        }
        (range, contents) => {
            coverage.key = range.as_ref().ok().map(|range| range.key.start);
            let flaws = [range.err(), contents.err()];
            coverage.flaws.extend(flaws.into_iter().flatten().map(wrong));
        }
    }
    coverage
}

/// The one entry of a name, written plainly: readers differ on which of two counts, and escapes hide a name from a search.
fn only<'a>(entries: &'a [Placed], name: &str, bytes: &[u8]) -> Result<&'a Placed, Told> {
    let mut named = entries.iter().filter(|entry| entry.name == name.as_bytes());
    match (named.next(), named.next()) {
        (None, _) => Err(told!("từ điển chữ ký thiếu /{name}", "the signature dictionary has no /{name}")),
        (Some(_), Some(_)) => {
            Err(told!("từ điển chữ ký có hai /{name}", "the signature dictionary has /{name} twice"))
        }
        (Some(entry), None) => {
            let written = bytes.get(entry.key.clone()).unwrap_or_default();
            if written.get(1..) == Some(name.as_bytes()) {
                return Ok(entry);
            }
            Err(told!(
                "tên /{name} trong từ điển chữ ký được viết bằng mã thoát",
                "the name /{name} of the signature dictionary is written with escapes"
            ))
        }
    }
}

fn read(bytes: &[u8], range: &Placed, contents: &Placed, coverage: &mut Coverage) -> Result<(), Told> {
    let numbers: Option<Vec<usize>> = range.value.array().and_then(|values| {
        values.iter().map(|value| value.integer().and_then(|number| usize::try_from(number).ok())).collect()
    });
    let Some(&[0, before, after, length]) = numbers.as_deref() else {
        return Err(told!(
            "/ByteRange phải gồm bốn số nguyên không âm và bắt đầu từ 0",
            "/ByteRange must be four whole numbers, none negative, the first 0"
        ));
    };
    let end = after.checked_add(length).filter(|end| *end <= bytes.len());
    let Some(end) = end.filter(|end| before <= after && after <= *end) else {
        return Err(told!(
            "/ByteRange [0 {before} {after} {length}] vượt ra ngoài tệp hoặc chồng lên nhau",
            "/ByteRange [0 {before} {after} {length}] goes beyond the file or overlaps itself"
        ));
    };
    coverage.covered = vec![0..before, after..end];
    if contents.span != (before..after) {
        let (begin, finish) = (contents.span.start, contents.span.end);
        return Err(told!(
            "phần không được ký (byte {before} đến {after}) không trùng với /Contents (byte {begin} đến {finish})",
            "what is left unsigned (bytes {before} to {after}) is not exactly /Contents (bytes {begin} to {finish})"
        ));
    }
    let token = bytes.get(before..after).unwrap_or_default();
    let digits = token.strip_prefix(b"<").and_then(|token| token.strip_suffix(b">")).unwrap_or_default();
    let plain = !digits.is_empty() && digits.len() % 2 == 0 && digits.iter().all(u8::is_ascii_hexdigit);
    match (&contents.value, plain) {
        (Value::Text(contents), true) => coverage.contents.clone_from(contents),
        _ => {
            return Err(told!(
                "/Contents phải chỉ gồm các chữ số thập lục phân trong dấu < >",
                "/Contents must be hexadecimal digits between < and > and nothing else"
            ));
        }
    }
    Ok(())
}

/// The revision at whose end an offset is, with or without the end of its last line; the newest one at the end of the
/// file.
pub(super) fn revision_ending_at(bytes: &[u8], revisions: &[Revision], end: usize) -> Option<u32> {
    let found = revisions.iter().position(|revision| {
        let behind = bytes.get(revision.end..end.max(revision.end)).unwrap_or_default();
        revision.end <= end && is_end_of_line(behind)
    });
    let newest = revisions.len().checked_sub(1).filter(|_| end == bytes.len());
    found.or(newest).and_then(|index| u32::try_from(index).ok())
}

/// Whether nothing stands there, or the end of one line.
pub(super) fn is_end_of_line(bytes: &[u8]) -> bool {
    matches!(bytes, b"" | b"\n" | b"\r" | b"\r\n")
}
