//! One signature dictionary: what it covers, what it says of itself, and what it permits afterwards (§12.8).

use std::ops::Range;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::model::told::{Told, told};
use crate::pki::verdict::{Flaw, SignatureReason};

use super::later::Change;
use super::objects::Objects;
use super::range::{self, Coverage};
use super::text;
use super::value::{Dictionary, Value};

/// What a certification lets later revisions do (`DocMDP`'s `P`, §12.8.2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// Nothing but evidence and timestamps (1).
    Nothing,
    /// Filling in forms and signing (2).
    Forms,
    /// Annotations as well (3).
    Annotations,
}

/// What a signature is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Somebody agrees.
    Approval,
    /// The author vouches for the file and says what may change.
    Certification {
        /// What.
        permission: Permission,
    },
    /// A timestamp over the file.
    DocumentTimestamp,
    /// Adobe's key that unlocks functions of its reader. It says nothing about the content and is to be ignored.
    UsageRights,
}

/// A signature as the file shows it. Nothing in it was checked against a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PdfSignature {
    /// The fully qualified name of its field, made presentable; `object 12` where it has none.
    pub name: String,
    /// The object of its dictionary; 0 where it has no number of its own.
    pub object: u32,
    /// `Filter`, made presentable.
    pub filter: String,
    /// `SubFilter`, made presentable: `ETSI.CAdES.detached`, `adbe.pkcs7.detached`, `ETSI.RFC3161` or what else.
    pub sub_filter: String,
    /// The two ranges of the file that are signed, in order. Empty where they are not sound.
    pub covered: Vec<Range<usize>>,
    /// CMS or timestamp token as it stands in the gap, the zeros behind it included.
    pub contents: Vec<u8>,
    /// The revision that it covers, counted from 1; 0 where it covers none.
    pub revision: usize,
    /// Whether it covers its revision from the first byte to the last.
    pub covers_whole_revision: bool,
    /// Whether it covers the file from the first byte to the last.
    pub covers_whole_file: bool,
    /// `M`: when the signer says that it was made. No proof of anything.
    pub claimed_time: Option<DateTime<Utc>>,
    /// `Name`, made presentable.
    pub signer_name: Option<String>,
    /// `Reason`, made presentable.
    pub given_reason: Option<String>,
    /// `Location`, made presentable.
    pub location: Option<String>,
    /// What it is there for.
    pub kind: Kind,
    /// What is wrong with its place in the file, and changes that it does not permit.
    pub flaws: Vec<Flaw>,
    /// What later revisions did, permitted or not.
    pub later_changes: Vec<Change>,
}

/// Fields that a signature locks (§12.8.2.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Locked {
    /// Every field.
    All,
    /// These, and those below them.
    Only(Vec<String>),
    /// All but these.
    AllBut(Vec<String>),
}

impl Locked {
    /// Whether a field may no longer change.
    pub(super) fn holds(&self, field: &str) -> bool {
        let named = |names: &[String]| {
            names.iter().any(|name| {
                field.strip_prefix(name.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            })
        };
        match self {
            Self::All => true,
            Self::Only(names) => named(names),
            Self::AllBut(names) => !named(names),
        }
    }
}

/// A signature with what only the reader of this room needs.
#[derive(Clone, Debug)]
pub(super) struct Examined {
    /// What is told.
    pub(super) signature: PdfSignature,
    /// What it covers.
    pub(super) coverage: Coverage,
    /// The revision that it covers, counted from 0.
    pub(super) revision: Option<u32>,
    /// What it says may change.
    pub(super) permission: Option<Permission>,
    /// The fields that it locks.
    pub(super) locks: Vec<Locked>,
}

/// Examines the signature dictionary of this number, as that revision sees it.
pub(super) fn examine(
    objects: &Objects<'_>,
    number: u32,
    name: String,
    seen_at: u32,
) -> Result<Examined, Flaw> {
    let loaded = objects.load(number, seen_at)?;
    let dictionary = loaded.value.dictionary().cloned().unwrap_or_default();
    let mut coverage = match &loaded.span {
        Some(span) if loaded.stream.is_none() => range::coverage(objects.bytes(), span.start),
        _ => Coverage {
            flaws: vec![structure(told!(
                "từ điển chữ ký (đối tượng {number}) không nằm trực tiếp trong tệp",
                "the signature dictionary (object {number}) does not stand in the file itself"
            ))],
            ..Coverage::default()
        },
    };
    let revisions = &objects.revisions.list;
    let revision = coverage.end().and_then(|end| range::revision_ending_at(objects.bytes(), revisions, end));
    if revision.is_none() && coverage.flaws.is_empty() {
        coverage.flaws.push(Flaw::new(
            SignatureReason::ByteRangeWrong,
            told!(
                "phần được ký không kết thúc ở cuối một lần lưu (revision) của tệp",
                "the signed range does not end at the end of a revision of the file"
            ),
        ));
    }
    let kept = revision.and_then(|revision| objects.entry(number, revision)).map(|entry| entry.place);
    if revision.is_some() && kept != objects.entry(number, seen_at).map(|entry| entry.place) {
        coverage.flaws.push(structure(told!(
            "từ điển chữ ký (đối tượng {number}) không thuộc phần mà chính nó ký",
            "the signature dictionary (object {number}) is not in the revision that it signs"
        )));
    }
    let (permission, locks) = transforms(objects, &dictionary, revision.unwrap_or(seen_at))?;
    let signature = told_of(objects, number, name, &dictionary, &coverage, revision)?;
    Ok(Examined { signature, coverage, revision, permission, locks })
}

/// A structural flaw.
pub(super) fn structure(told: Told) -> Flaw {
    Flaw::new(SignatureReason::StructureWrong, told)
}

fn told_of(
    objects: &Objects<'_>,
    number: u32,
    name: String,
    dictionary: &Dictionary,
    coverage: &Coverage,
    revision: Option<u32>,
) -> Result<PdfSignature, Flaw> {
    let view = objects.newest();
    let name_of = |key| -> Result<String, Flaw> {
        let value = objects.get(dictionary, key, view)?;
        Ok(value.name().map(text::text).unwrap_or_default())
    };
    let text_of = |key| -> Result<Option<String>, Flaw> {
        Ok(objects.get(dictionary, key, view)?.text().map(text::text).filter(|text| !text.is_empty()))
    };
    let sub_filter = name_of("SubFilter")?;
    let stamp = dictionary.names("Type", "DocTimeStamp") || sub_filter == "ETSI.RFC3161";
    Ok(PdfSignature {
        name,
        object: number,
        filter: name_of("Filter")?,
        sub_filter,
        covered: coverage.covered.clone(),
        contents: coverage.contents.clone(),
        revision: revision.map_or(0, |revision| usize::try_from(revision).unwrap_or(0) + 1),
        covers_whole_revision: coverage.flaws.is_empty() && revision.is_some(),
        covers_whole_file: coverage.flaws.is_empty() && coverage.end() == Some(objects.bytes().len()),
        claimed_time: objects.get(dictionary, "M", view)?.text().and_then(text::date),
        signer_name: text_of("Name")?,
        given_reason: text_of("Reason")?,
        location: text_of("Location")?,
        kind: if stamp { Kind::DocumentTimestamp } else { Kind::Approval },
        flaws: coverage.flaws.clone(),
        later_changes: Vec::new(),
    })
}

/// What the signature's `Reference` says of later changes.
fn transforms(
    objects: &Objects<'_>,
    dictionary: &Dictionary,
    revision: u32,
) -> Result<(Option<Permission>, Vec<Locked>), Flaw> {
    let mut permission = None;
    let mut locks = Vec::new();
    let references = objects.get(dictionary, "Reference", revision)?;
    for reference in references.array().unwrap_or_default().iter().take(16) {
        let Value::Dictionary(reference) = objects.resolve(reference, revision)? else { continue };
        let parameters = objects.get(&reference, "TransformParams", revision)?;
        let parameters = parameters.dictionary().cloned().unwrap_or_default();
        let method = objects.get(&reference, "TransformMethod", revision)?;
        match method.name() {
            Some(b"DocMDP") => {
                let level = objects.get(&parameters, "P", revision)?.integer();
                permission = permission.min_some(permitted(level));
            }
            Some(b"FieldMDP") => locks.push(locked(objects, &parameters, revision)?),
            _ => {}
        }
    }
    Ok((permission, locks))
}

/// The stricter of two.
trait Stricter: Sized {
    fn min_some(self, other: Permission) -> Self;
}

impl Stricter for Option<Permission> {
    fn min_some(self, other: Permission) -> Self {
        Some(self.map_or(other, |own| own.min(other)))
    }
}

const fn permitted(level: Option<i64>) -> Permission {
    match level {
        None | Some(2) => Permission::Forms,
        Some(3) => Permission::Annotations,
        Some(_) => Permission::Nothing,
    }
}

/// The fields that a lock names: `Action` and `Fields` of a lock or of `FieldMDP`'s parameters.
pub(super) fn locked(objects: &Objects<'_>, lock: &Dictionary, revision: u32) -> Result<Locked, Flaw> {
    let fields = objects.get(lock, "Fields", revision)?;
    let mut names = Vec::new();
    for field in fields.array().unwrap_or_default() {
        names.extend(objects.resolve(field, revision)?.text().map(text::text));
    }
    Ok(match objects.get(lock, "Action", revision)?.name() {
        Some(b"Include") => Locked::Only(names),
        Some(b"Exclude") => Locked::AllBut(names),
        _ => Locked::All,
    })
}
