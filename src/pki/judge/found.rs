//! What is in a file: its form, its signatures as their readers see them, and the evidence that it carries.

use std::sync::LazyLock;

use crate::model::told::{Told, told};
use crate::pki::claim::{Claim, Format, StampClaim, StampKind};
use crate::pki::cms::{self, Content, PdfProfile, SignedFile};
use crate::pki::evidence::Evidence;
use crate::pki::judge::question::Question;
use crate::pki::pdf::{self, Kind, PdfFile, PdfSignature};
use crate::pki::stamp::digest_named;
use crate::pki::verdict::{Flaw, SignatureReason};
use crate::pki::xml;

/// How far from the beginning a PDF may say that it is one.
const PDF_HEADER: usize = 1_024;
/// The mark of a PDF.
static PDF_MARK: LazyLock<memchr::memmem::Finder<'static>> =
    LazyLock::new(|| memchr::memmem::Finder::new(b"%PDF-"));

/// One signature, as far as its reader goes.
pub(super) struct Found {
    /// What the reader says. Of a document timestamp only name, format and flaws of its place.
    pub(super) claim: Claim,
    /// The timestamp that it is, for one over the document.
    pub(super) stamp: Option<StampClaim>,
    /// What later revisions did.
    pub(super) later_changes: Vec<Told>,
}

/// A file with its signatures, in the order in which they cover it.
pub(super) struct Contents {
    /// The signatures.
    pub(super) found: Vec<Found>,
    /// What the file carries beside them.
    pub(super) carried: Evidence,
}

/// Reads a file of whatever form.
pub(super) fn read(question: &Question<'_>) -> Result<Contents, Flaw> {
    let bytes = question.bytes;
    let head = bytes.get(..PDF_HEADER.min(bytes.len())).unwrap_or_default();
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    if PDF_MARK.find(head).is_some() {
        return pdf_contents(question);
    }
    if text.starts_with(b"<") || bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return xml::claims_covering(bytes, question.detached, question.coverage).map(plain);
    }
    if bytes.first() == Some(&0x30) || text.starts_with(b"-----BEGIN") {
        let content = question.detached.map_or(Content::Attached, Content::Detached);
        return cms::claims(bytes, content).map(plain);
    }
    Err(Flaw::new(
        SignatureReason::Malformed,
        if bytes.is_empty() {
            told!("tệp rỗng", "the file is empty")
        } else {
            told!("tệp không phải là PDF, CMS hay XML", "the file is no PDF, CMS or XML")
        },
    ))
}

fn plain(claims: Vec<Claim>) -> Contents {
    let found =
        claims.into_iter().map(|claim| Found { claim, stamp: None, later_changes: Vec::new() }).collect();
    Contents { found, carried: Evidence::default() }
}

fn pdf_contents(question: &Question<'_>) -> Result<Contents, Flaw> {
    let PdfFile { signatures, dss, .. } = pdf::read(question.bytes, question.password)?;
    let signatures = signatures.into_iter().filter(|signature| signature.kind != Kind::UsageRights);
    let file = SignedFile::new(question.bytes);
    let found = signatures.map(|signature| in_pdf(signature, &file)).collect();
    Ok(Contents { found, carried: dss })
}

/// What the PDF says of a signature, and what its CMS says, together.
fn in_pdf(signature: PdfSignature, file: &SignedFile<'_>) -> Found {
    let later_changes = signature.later_changes.iter().map(|change| change.told.clone()).collect();
    if signature.kind == Kind::DocumentTimestamp {
        let token = signature.contents.clone();
        let message = digest_named(&token, |algorithm| file.digest(algorithm, &signature.covered));
        let stamp = Some(StampClaim { token, message, kind: StampKind::Document });
        let claim = Claim { flaws: signature.flaws.clone(), ..empty(&signature, Format::DocumentTimestamp) };
        return Found { claim, stamp, later_changes };
    }
    let (format, profile) = match signature.sub_filter.as_str() {
        "ETSI.CAdES.detached" => (Format::Pades, Some(PdfProfile::Detached)),
        "adbe.pkcs7.detached" => (Format::Pdf, Some(PdfProfile::Detached)),
        "adbe.pkcs7.sha1" => (Format::Pdf, Some(PdfProfile::Sha1)),
        _ => (Format::Pdf, None),
    };
    let read = match profile {
        // Without sound ranges there is nothing that could be hashed.
        Some(_) if signature.covered.is_empty() => Ok(empty(&signature, format)),
        Some(profile) => cms::pdf(&signature.contents, profile, file, &signature.covered),
        None => Err(unknown_form(&signature.sub_filter)),
    };
    let mut claim = read.unwrap_or_else(|flaw| Claim { flaws: vec![flaw], ..empty(&signature, format) });
    claim.format = format;
    claim.name.clone_from(&signature.name);
    claim.claimed_time = claim.claimed_time.or(signature.claimed_time);
    claim.flaws.splice(0..0, signature.flaws.iter().cloned());
    claim.notes.extend(notes(&signature));
    Found { claim, stamp: None, later_changes }
}

fn unknown_form(sub_filter: &str) -> Flaw {
    Flaw::new(
        SignatureReason::UnsupportedAlgorithm,
        told!(
            "dạng chữ ký \"{sub_filter}\" không được hỗ trợ",
            "signatures of the form \"{sub_filter}\" are not read here"
        ),
    )
}

/// What the signer wrote into the PDF beside the signature.
fn notes(signature: &PdfSignature) -> Vec<Told> {
    let mut notes = Vec::new();
    if let Some(reason) = &signature.given_reason {
        notes.push(told!("lý do ký ghi trong tệp: {reason}", "reason given in the file: {reason}"));
    }
    if let Some(location) = &signature.location {
        notes.push(told!("nơi ký ghi trong tệp: {location}", "place given in the file: {location}"));
    }
    if let Kind::Certification { .. } = signature.kind {
        notes.push(told!("là chữ ký chứng nhận (DocMDP)", "it is a certifying signature (DocMDP)"));
    }
    notes
}

/// A claim of which nothing is known yet.
fn empty(signature: &PdfSignature, format: Format) -> Claim {
    Claim {
        format,
        name: signature.name.clone(),
        flaws: Vec::new(),
        signer: None,
        names_signer: false,
        algorithms: Vec::new(),
        claimed_time: signature.claimed_time,
        stamps: Vec::new(),
        carried: Evidence::default(),
        covers: None,
        notes: Vec::new(),
    }
}
