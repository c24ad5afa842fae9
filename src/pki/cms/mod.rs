//! Signatures in CMS (RFC 5652) and CAdES (ETSI EN 319 122-1): what one says by itself, whoever may be trusted.
//!
//! Start with [`claims`]. [`read`] takes a CMS apart, [`pdf`] judges the one in a PDF's `/Contents`, [`certificates`]
//! takes the certificates out of a bag that nobody signed. Counter-signatures are counted ([`Signer`]), not judged;
//! archive timestamps are not judged.

mod attributes;
mod carried;
mod content;
mod ess;
mod names;
mod oids;
mod protection;
mod read;
mod shared;
mod signer;

use std::borrow::Cow;
use std::ops::Range;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::model::told::told;
use crate::pki::ber::Octets;
use crate::pki::claim::{AlgorithmUse, Claim, Use};
use crate::pki::der::SEQUENCE;
use crate::pki::digests::DigestAlgorithm;
use crate::pki::verdict::{Flaw, SignatureReason};

use content::Pieces;

pub use content::Content;
pub(in crate::pki) use oids::TST_INFO;
pub use read::{SIGNERS_MAX, SignedData, Signer, read};
pub use shared::SignedFile;

/// The most bytes that all signers together may carry along: each claim holds its own copy.
const COPIED_MAX: usize = 64 << 20;
/// What PEM calls a CMS (RFC 7468 §8, §9, and what came before).
const LABELS: [&str; 3] = ["CMS", "PKCS7", "PKCS #7 SIGNED DATA"];

/// The bytes of a CMS that may be written in PEM or bare base64; borrowed where they are not. Text around a block of PEM is
/// no part of it.
///
/// # Errors
/// A block of PEM that has no end or is no base64.
pub fn binary(bytes: &[u8]) -> Result<Cow<'_, [u8]>, Flaw> {
    // A CMS in BER or DER begins with the identifier of a SEQUENCE, which no text does that is read here.
    if bytes.first() == Some(&SEQUENCE) {
        return Ok(Cow::Borrowed(bytes));
    }
    let block = LABELS.into_iter().find_map(|label| {
        let mark = format!("-----BEGIN {label}-----");
        Some((find(bytes, mark.as_bytes())? + mark.len(), label))
    });
    let Some((begin, label)) = block else {
        let bare = decoded(bytes).filter(|decoded| decoded.first() == Some(&SEQUENCE));
        return Ok(bare.map_or(Cow::Borrowed(bytes), Cow::Owned));
    };
    let rest = bytes.get(begin..).unwrap_or_default();
    let end = find(rest, format!("-----END {label}-----").as_bytes());
    end.and_then(|end| decoded(rest.get(..end)?)).map(Cow::Owned).ok_or_else(|| {
        let told = told!("khối PEM bị hỏng hoặc bị cắt cụt", "the block of PEM is damaged or cut short");
        Flaw::new(SignatureReason::Malformed, told)
    })
}

/// What base64 says, white space aside.
fn decoded(text: &[u8]) -> Option<Vec<u8>> {
    let text: Vec<u8> = text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    STANDARD.decode(text).ok()
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

/// What each signer of a CMS (BER, DER or PEM) says, in order.
///
/// # Errors
/// It cannot be read, goes beyond the limits, or nobody signed it.
pub fn claims(bytes: &[u8], content: Content<'_>) -> Result<Vec<Claim>, Flaw> {
    let bytes = binary(bytes)?;
    claims_of(&read(&bytes)?, content)
}

fn claims_of(data: &SignedData<'_>, content: Content<'_>) -> Result<Vec<Claim>, Flaw> {
    if data.signers.is_empty() {
        return Err(nobody());
    }
    let copied = data.carried_bytes().saturating_mul(data.signers.len());
    if copied > COPIED_MAX && data.signers.len() > 1 {
        return Err(read::too_many(told!(
            "CMS có quá nhiều người ký với quá nhiều dữ liệu kèm theo",
            "the CMS has too many signers with too much carried along"
        )));
    }
    let pieces = Pieces::of(content, data.content);
    if let (Some(beside), Some(_), false) = (&pieces, data.content, matches!(content, Content::Attached)) {
        let inside = Pieces::of(Content::Attached, data.content);
        let digest =
            |pieces: &Pieces<'_>| pieces.digest(DigestAlgorithm::SHA256).map(|it| it.as_ref().to_vec());
        if inside.is_none_or(|inside| digest(&inside) != digest(beside)) {
            return Err(attributes::wrong(told!(
                "CMS mang theo nội dung khác với nội dung được đưa kèm",
                "the CMS carries content other than the one given beside it"
            )));
        }
    }
    let numbered = data.signers.iter().enumerate();
    numbered.map(|(place, signer)| signer::judge(data, signer, pieces.as_ref(), place + 1)).collect()
}

fn nobody() -> Flaw {
    let told = told!("CMS không có người ký nào", "nobody signed the CMS");
    Flaw::new(SignatureReason::NoSignature, told)
}

/// How a PDF says that its `/Contents` are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PdfProfile {
    /// `adbe.pkcs7.detached` and `ETSI.CAdES.detached`: the ranges are signed.
    Detached,
    /// `adbe.pkcs7.sha1`: the SHA-1 digest of the ranges is the content that is signed. Legacy.
    Sha1,
}

/// What the one signer of a PDF signature says. `contents` is `/Contents`, zeros behind the CMS included. Format and name
/// are for the caller to set.
///
/// # Errors
/// It cannot be read, has not exactly one signer, or carries content that it must not.
pub fn pdf(
    contents: &[u8],
    profile: PdfProfile,
    file: &SignedFile<'_>,
    ranges: &[Range<usize>],
) -> Result<Claim, Flaw> {
    let data = read(contents)?;
    if data.signers.len() > 1 {
        return Err(attributes::wrong(told!(
            "chữ ký trong PDF phải có đúng một người ký",
            "a signature in a PDF must have exactly one signer"
        )));
    }
    if data.content_type != oids::DATA.as_bytes() {
        return Err(attributes::wrong(told!(
            "chữ ký trong PDF phải ký dữ liệu loại id-data",
            "a signature in a PDF must be over content of type id-data"
        )));
    }
    match (profile, data.content) {
        (PdfProfile::Detached, None) => one(&data, Content::Ranges { file, ranges }),
        (PdfProfile::Sha1, Some(inside)) => {
            let mut claim = one(&data, Content::Attached)?;
            check_inner_digest(&mut claim, inside, Content::Ranges { file, ranges });
            Ok(claim)
        }
        (PdfProfile::Detached, Some(_)) => Err(attributes::wrong(told!(
            "chữ ký tách rời trong PDF lại mang theo nội dung",
            "the detached signature of a PDF carries content"
        ))),
        (PdfProfile::Sha1, None) => Err(attributes::wrong(told!(
            "chữ ký adbe.pkcs7.sha1 thiếu giá trị băm",
            "the signature adbe.pkcs7.sha1 lacks its digest"
        ))),
    }
}

fn one(data: &SignedData<'_>, content: Content<'_>) -> Result<Claim, Flaw> {
    let mut found = claims_of(data, content)?;
    found.pop().ok_or_else(nobody)
}

/// `adbe.pkcs7.sha1`: what is inside must be the SHA-1 digest of the ranges, and the signature rests on SHA-1.
fn check_inner_digest(claim: &mut Claim, inside: Octets<'_>, ranges: Content<'_>) {
    let sha1 = DigestAlgorithm::SHA1;
    let digest = Pieces::of(ranges, None).and_then(|ranges| ranges.digest(sha1));
    if digest.is_none_or(|digest| digest.as_ref() != inside.joined().as_ref()) {
        let told = told!(
            "nội dung không khớp với giá trị băm SHA-1 đã ký",
            "the content does not match the signed SHA-1 digest"
        );
        claim.flaws.insert(0, Flaw::new(SignatureReason::DigestMismatch, told));
    }
    let used = AlgorithmUse { r#use: Use::Digest, name: sha1.name.to_owned(), key: None };
    if !claim.algorithms.contains(&used) {
        claim.algorithms.push(used);
    }
}

/// The certificates of a bag (`certs-only` PKCS#7, as authorities publish their own), or of any other CMS.
///
/// # Errors
/// It cannot be read.
pub fn certificates(bytes: &[u8]) -> Result<Vec<Vec<u8>>, Flaw> {
    let bytes = binary(bytes)?;
    Ok(read(&bytes)?.carried.certificates)
}
