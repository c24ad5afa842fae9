//! A whole file: from its bytes to its signatures.

use std::collections::BTreeSet;

use crate::model::told::told;
use crate::pki::evidence::Evidence;
use crate::pki::verdict::{Flaw, Verdict};

use super::cipher::Cipher;
use super::evidence;
use super::form;
use super::hidden;
use super::later;
use super::limits::{Limits, malformed, too_complex};
use super::objects::Objects;
use super::revision;
use super::signature::{self, Examined, Kind, PdfSignature, Permission, structure};
use super::value::{Dictionary, Value};

/// How far from the beginning `%PDF-` may stand, as readers allow.
const HEADER: usize = 1_024;

/// A PDF file with its signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PdfFile {
    /// The signatures, in the order in which they cover the file. Empty where there is none.
    pub signatures: Vec<PdfSignature>,
    /// The evidence that the file carries beside its signatures, inflated.
    pub dss: Evidence,
    /// How often the file was saved.
    pub revisions: usize,
}

/// Reads a file within the usual limits; see [`read_within`].
///
/// # Errors
/// As [`read_within`].
pub fn read(bytes: &[u8], password: Option<&str>) -> Result<PdfFile, Flaw> {
    read_within(bytes, password, &Limits::default())
}

/// Reads a file. A file without signatures is no error.
///
/// # Errors
/// `malformed` where the bytes are no PDF or are damaged, `password_needed`, or `too_complex` beyond a limit.
pub fn read_within(bytes: &[u8], password: Option<&str>, limits: &Limits) -> Result<PdfFile, Flaw> {
    let objects = open(bytes, password, limits)?;
    let (mut found, unreadable) = signatures(&objects, limits)?;
    found.extend(hidden::signatures(&objects, &found, limits)?);
    if found.is_empty() && is_cut_short(&objects) {
        return Err(malformed(told!(
            "tệp bị cắt cụt giữa lần lưu cuối, có thể mất chữ ký ở đó",
            "the file ends in the middle of its last revision, and a signature may be lost with it"
        )));
    }
    find_overlaps(&mut found);
    later::judge(&objects, &mut found)?;
    let is_wrong = |examined: &Examined| {
        examined.signature.flaws.iter().any(|flaw| flaw.reason.verdict() == Verdict::Invalid)
    };
    if let Some(number) = unreadable.filter(|_| !found.iter().any(is_wrong)) {
        return Err(malformed(told!(
            "không đọc được đối tượng {number}, nơi đáng lẽ là một trường hay chữ ký",
            "object {number}, which should be a field or a signature, cannot be read"
        )));
    }
    found.sort_by_key(|examined| examined.coverage.end().unwrap_or(usize::MAX));
    Ok(PdfFile {
        signatures: found.into_iter().map(|examined| examined.signature).collect(),
        dss: evidence::store(&objects)?,
        revisions: objects.revisions.list.len(),
    })
}

/// Whether a revision begins behind the last whole one. Other rubbish there is no sign of a loss.
fn is_cut_short(objects: &Objects<'_>) -> bool {
    let end = objects.revisions.list.last().map_or(0, |revision| revision.end);
    let rest = objects.bytes().get(end..).unwrap_or_default().trim_ascii_start();
    let mut words = rest.split(u8::is_ascii_whitespace).take(3);
    let mut numbers = words.by_ref().take(2);
    numbers.all(|word| !word.is_empty() && word.iter().all(u8::is_ascii_digit))
        && words.next().is_some_and(|word| word.starts_with(b"obj"))
}

fn open<'a>(bytes: &'a [u8], password: Option<&str>, limits: &Limits) -> Result<Objects<'a>, Flaw> {
    if bytes.len() > limits.bytes {
        let limit = limits.bytes >> 20;
        return Err(too_complex(told!("tệp lớn hơn {limit} MiB", "the file is larger than {limit} MiB")));
    }
    let head = bytes.get(..HEADER.min(bytes.len())).unwrap_or_default();
    if revision::places(head, b"%PDF-").next().is_none() {
        return Err(malformed(told!("tệp không phải là PDF", "the file is no PDF")));
    }
    let mut objects = Objects::new(bytes, revision::walk(bytes, limits)?, *limits);
    let trailer = objects.trailer(objects.newest()).cloned().unwrap_or_default();
    if trailer.get("Encrypt").is_some() {
        objects.unlock(cipher(&objects, &trailer, password)?);
    }
    if objects.catalog(objects.newest())?.is_none() {
        return Err(malformed(told!("tệp không có danh mục gốc (/Root)", "the file has no catalog (/Root)")));
    }
    Ok(objects)
}

fn cipher(objects: &Objects<'_>, trailer: &Dictionary, password: Option<&str>) -> Result<Cipher, Flaw> {
    let view = objects.newest();
    let Value::Dictionary(dictionary) = objects.get(trailer, "Encrypt", view)? else {
        return Err(malformed(told!(
            "tệp được mã hóa nhưng thiếu từ điển mã hóa",
            "the file is encrypted and its encryption dictionary is missing"
        )));
    };
    let identity = objects.get(trailer, "ID", view)?;
    let first = identity.array().and_then(<[Value]>::first).and_then(Value::text);
    Cipher::open(&dictionary, first.unwrap_or_default(), password)
}

/// All signatures of the newest revision: those of fields, and those that only the catalog's permissions name. With them
/// an object that may be one and cannot be read.
fn signatures(objects: &Objects<'_>, limits: &Limits) -> Result<(Vec<Examined>, Option<u32>), Flaw> {
    let view = objects.newest();
    let mut found = Vec::new();
    let mut unreadable = None;
    let mut seen = BTreeSet::new();
    let (certifying, usage_rights) = permissions(objects)?;
    for field in form::fields(objects, view)? {
        let is_broken = matches!(field.value, Some(Value::Broken));
        if is_broken || field.kind != b"Sig" {
            unreadable = unreadable.or(is_broken.then_some(field.number));
            continue;
        }
        let Some(value) = field.value else { continue };
        let number = value.reference().unwrap_or(0);
        if number != 0 && !seen.insert(number) {
            continue;
        }
        if found.len() >= limits.signatures {
            let limit = limits.signatures;
            return Err(too_complex(told!(
                "tệp có hơn {limit} chữ ký",
                "the file has more than {limit} signatures"
            )));
        }
        let signature = objects.resolve(&value, view)?;
        if matches!(signature, Value::Broken) {
            unreadable = unreadable.or(Some(number));
        }
        if signature.dictionary().is_some() {
            let mut examined = signature::examine(objects, number, field.name, view)?;
            if certifying == Some(number) && examined.signature.kind == Kind::Approval {
                let permission = examined.permission.unwrap_or(Permission::Forms);
                examined.signature.kind = Kind::Certification { permission };
            }
            found.push(examined);
        }
    }
    for (number, usage) in certifying
        .map(|number| (number, false))
        .into_iter()
        .chain(usage_rights.into_iter().map(|number| (number, true)))
    {
        if !seen.insert(number) {
            continue;
        }
        let mut examined = signature::examine(objects, number, format!("object {number}"), view)?;
        if usage {
            examined.signature.kind = Kind::UsageRights;
            examined.signature.flaws.clear();
        } else {
            examined.signature.flaws.push(structure(told!(
                "chữ ký chứng nhận (đối tượng {number}) không thuộc trường nào của biểu mẫu",
                "the certifying signature (object {number}) belongs to no field of the form"
            )));
        }
        found.push(examined);
    }
    Ok((found, unreadable))
}

/// The certifying signature and those that grant usage rights, by the catalog's `Perms` (§12.8.6).
fn permissions(objects: &Objects<'_>) -> Result<(Option<u32>, Vec<u32>), Flaw> {
    let view = objects.newest();
    let Some((_, catalog)) = objects.catalog(view)? else { return Ok((None, Vec::new())) };
    let Value::Dictionary(permissions) = objects.get(&catalog, "Perms", view)? else {
        return Ok((None, Vec::new()));
    };
    let usage = ["UR3", "UR"].into_iter().filter_map(|name| permissions.reference(name)).collect();
    Ok((permissions.reference("DocMDP"), usage))
}

/// Two signatures that leave the same bytes out, or parts of each other's, are not both what they seem.
fn find_overlaps(found: &mut [Examined]) {
    let gaps: Vec<_> = found.iter().map(|examined| examined.coverage.gap()).collect();
    for (index, examined) in found.iter_mut().enumerate() {
        let Some(Some(own)) = gaps.get(index) else { continue };
        let overlaps = gaps.iter().enumerate().any(|(other, gap)| {
            other != index && gap.as_ref().is_some_and(|gap| gap.start < own.end && own.start < gap.end)
        });
        if overlaps {
            examined.signature.flaws.push(structure(told!(
                "chữ ký chồng lên một chữ ký khác",
                "the signature overlaps another one"
            )));
        }
    }
}
