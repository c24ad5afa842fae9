//! Name constraints (RFC 5280 §4.2.1.10): which names the authorities further up allow.

use crate::model::text::presentable;
use crate::model::told::{Told, told};
use crate::pki::der::{OID, Reader, SEQUENCE, SET, explicit};
use crate::pki::names::text;
use crate::pki::path::card::Card;
use crate::pki::path::general::{General, is_understood, sequence};
use crate::pki::path::oids::{EMAIL_ADDRESS, NAME_CONSTRAINTS, SUBJECT_ALT_NAME};

/// The most alternative names of a certificate, and subtrees of a constraint.
const NAMES_MAX: usize = 1024;
/// The most comparisons of one path: names times subtrees.
const COMPARISONS_MAX: usize = 200_000;
/// The longest name quoted, in characters.
const SHOWN_MAX: usize = 200;

/// What the authorities above allow, one entry each.
#[derive(Debug, Default)]
pub(in crate::pki) struct Constraints<'a> {
    levels: Vec<Level<'a>>,
    comparisons: usize,
}

#[derive(Debug, Default)]
struct Level<'a> {
    permitted: Vec<General<'a>>,
    excluded: Vec<General<'a>>,
}

/// Why names do not stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::pki) enum Refusal {
    /// A rule is broken.
    Broken(Told),
    /// There is more to compare than is done here.
    TooMuch,
}

impl<'a> Constraints<'a> {
    /// Adds what an authority demands of those below.
    pub(in crate::pki) fn add(&mut self, card: &Card<'a>) -> Result<(), Refusal> {
        let Some(value) = card.extension(&NAME_CONSTRAINTS) else { return Ok(()) };
        let level = read(value).ok_or_else(|| {
            Refusal::Broken(told!(
                "không đọc được ràng buộc tên của \"{name}\"",
                "the name constraints of \"{name}\" cannot be read",
                name = card.shown()
            ))
        })?;
        self.levels.push(level);
        Ok(())
    }

    /// Whether a certificate's names stand.
    pub(in crate::pki) fn check(&mut self, card: &Card<'a>) -> Result<(), Refusal> {
        if self.levels.is_empty() {
            return Ok(());
        }
        let unreadable = || {
            Refusal::Broken(told!(
                "không đọc được các tên của \"{name}\"",
                "the names of \"{name}\" cannot be read",
                name = card.shown()
            ))
        };
        let mails = mailboxes(card.parts.subject);
        let names = names(card, &mails).ok_or_else(unreadable)?;
        for level in &self.levels {
            let subtrees = level.permitted.len() + level.excluded.len();
            self.comparisons = self.comparisons.saturating_add(names.len().saturating_mul(subtrees));
            if self.comparisons > COMPARISONS_MAX {
                return Err(Refusal::TooMuch);
            }
            if let Some(name) = names.iter().find(|name| !level.allows(name)) {
                return Err(Refusal::Broken(told!(
                    "tên {named} của \"{subject}\" không được cấp trên cho phép",
                    "the name {named} of \"{subject}\" is not one that the authorities above allow",
                    named = shown(name, card),
                    subject = card.shown()
                )));
            }
        }
        Ok(())
    }
}

impl Level<'_> {
    fn allows(&self, name: &General<'_>) -> bool {
        let excluded = self.excluded.iter().any(|base| name.is_like(base) && !stands_outside(name, base));
        let mut permitted = self.permitted.iter().filter(|base| name.is_like(base)).peekable();
        !excluded && (permitted.peek().is_none() || permitted.any(|base| name.lies_in(base)))
    }
}

/// Whether a name is surely none of the excluded: what cannot be interpreted is not.
fn stands_outside(name: &General<'_>, base: &General<'_>) -> bool {
    is_understood(base) && !name.lies_in(base)
}

/// `NameConstraints`; `None` where it cannot be read or uses what RFC 5280 leaves out (minimum, maximum).
fn read(value: &[u8]) -> Option<Level<'_>> {
    let mut outer = sequence(value)?;
    let mut level = Level::default();
    if let Some(list) = outer.enter(explicit(0)) {
        level.permitted = subtrees(list)?;
    }
    if let Some(list) = outer.enter(explicit(1)) {
        level.excluded = subtrees(list)?;
    }
    outer.is_empty().then_some(level)
}

fn subtrees(mut list: Reader<'_>) -> Option<Vec<General<'_>>> {
    let mut read = Vec::new();
    for element in list.by_ref() {
        let mut subtree = Reader::new(element.content);
        let base = General::read(subtree.next()?)?;
        if element.tag != SEQUENCE || !subtree.is_empty() || read.len() == NAMES_MAX {
            return None;
        }
        read.push(base);
    }
    list.is_empty().then_some(read)
}

/// All names that constraints speak of: the subject, mail addresses in it, and the alternative names.
fn names<'a>(card: &Card<'a>, mails: &'a [String]) -> Option<Vec<General<'a>>> {
    let mut names = match card.extension(&SUBJECT_ALT_NAME) {
        Some(value) => General::list(sequence(value)?, NAMES_MAX)?,
        None => Vec::new(),
    };
    names.extend(mails.iter().map(|mail| General::Mail(mail)));
    if !card.subject.is_empty() {
        names.push(General::Directory(card.subject.clone()));
    }
    Some(names)
}

/// Mail addresses in a distinguished name, where old authorities put them (RFC 5280 §4.1.2.6).
fn mailboxes(subject: &[u8]) -> Vec<String> {
    let sets = Reader::new(subject).enter(SEQUENCE).into_iter().flatten();
    let pairs = sets.filter(|set| set.tag == SET).flat_map(|set| Reader::new(set.content));
    pairs
        .filter_map(|pair| {
            let mut pair = Reader::new(pair.content);
            let kind = pair.expect(OID)?;
            let value = pair.next()?;
            if kind.content == EMAIL_ADDRESS.as_bytes() { text(value.tag, value.content) } else { None }
        })
        .collect()
}

/// A name in words.
fn shown(name: &General<'_>, card: &Card<'_>) -> String {
    match name {
        General::Mail(name) | General::Host(name) | General::Uri(name) => {
            format!("\"{}\"", presentable(name, SHOWN_MAX))
        }
        General::Directory(_) => format!("\"{}\"", card.shown()),
        General::Ip(octets) => octets.iter().map(u8::to_string).collect::<Vec<_>>().join("."),
        General::Other(tag) => format!("[{tag}]"),
    }
}
