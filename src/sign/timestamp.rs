//! RFC 3161 from the asking side: the question to a timestamp authority, and what it answered. Sending is the caller's.
//!
//! Only whether the token answers this question is looked at here; whether it is to be believed is judged where signatures
//! are verified.

use crate::model::text::presentable;
use crate::model::told::{Told, told};
use crate::pki::der::{
    BIT_STRING, BOOLEAN, INTEGER, OCTET_STRING, OID, Reader, SEQUENCE, explicit, magnitude,
};
use crate::sign::cms::SIGNED_DATA;
use crate::sign::der::{element, octets, positive, sequence};
use crate::sign::fault::{Obstacle, SignFault};
use crate::sign::scheme::Digest;

/// The tag of `UTF8String`.
const UTF8: u8 = 0x0c;
/// The most octets of an authority's own words that are kept.
const WORDS_MAX: usize = 300;
/// `PKIFailureInfo` of RFC 3161 §2.4.2, by bit.
const FAILURES: &[(usize, &str)] = &[
    (0, "badAlg"),
    (2, "badRequest"),
    (5, "badDataFormat"),
    (14, "timeNotAvailable"),
    (15, "unacceptedPolicy"),
    (16, "unacceptedExtension"),
    (17, "addInfoNotAvailable"),
    (25, "systemFailure"),
];

/// A question to a timestamp authority.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimestampRequest {
    imprint: Vec<u8>,
    nonce: Vec<u8>,
}

impl TimestampRequest {
    /// A question about these bytes, digested with SHA-256.
    #[must_use]
    pub fn over(stamped: &[u8], nonce: u64) -> Self {
        let digest = Digest::Sha256;
        let imprint = sequence(&[&digest.identifier(), &octets(&digest.of(stamped))]);
        Self { imprint, nonce: positive(&nonce.to_be_bytes()) }
    }

    /// `TimeStampReq`, DER, asking for the authority's certificate. To be sent as `application/timestamp-query`.
    #[must_use]
    pub fn to_der(&self) -> Vec<u8> {
        sequence(&[&element(INTEGER, &[1]), &self.imprint, &self.nonce, &element(BOOLEAN, &[0xff])])
    }

    /// The token out of a `TimeStampResp`, if it was granted and answers this question.
    ///
    /// # Errors
    /// If the authority refused, with its words; if the answer cannot be read; if the token is over other bytes or carries
    /// another nonce.
    pub fn read(&self, response: &[u8]) -> Result<Vec<u8>, SignFault> {
        let mut outer = Reader::new(response).enter(SEQUENCE).ok_or_else(unreadable)?;
        let status = outer.enter(SEQUENCE).ok_or_else(unreadable)?;
        refusal(status).map_or(Ok(()), Err)?;
        let token = outer.expect(SEQUENCE).ok_or_else(unreadable)?.whole;
        let (imprint, nonce) = answered(token).ok_or_else(unreadable)?;
        if digest_of(imprint) != digest_of(&self.imprint) {
            return Err(fault(told!(
                "máy chủ cấp dấu thời gian trả về dấu của dữ liệu khác với dữ liệu đã gửi",
                "the timestamp authority returned a token over other data than was sent"
            )));
        }
        if nonce != Some(self.nonce.as_slice()) {
            return Err(fault(told!(
                "máy chủ cấp dấu thời gian trả về dấu không mang số nonce đã gửi",
                "the timestamp authority returned a token without the nonce that was sent"
            )));
        }
        Ok(token.to_vec())
    }
}

/// Algorithm and digest of a `MessageImprint`. Some authorities write the algorithm's absent parameters as `NULL`.
fn digest_of(imprint: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut inner = Reader::new(imprint).enter(SEQUENCE)?;
    Some((inner.enter(SEQUENCE)?.expect(OID)?.content, inner.expect(OCTET_STRING)?.content))
}

/// `MessageImprint` and nonce of the `TSTInfo` in a token.
fn answered(token: &[u8]) -> Option<(&[u8], Option<&[u8]>)> {
    let mut info = Reader::new(token).enter(SEQUENCE)?;
    info.expect(OID).filter(|found| found.content == SIGNED_DATA.as_bytes())?;
    let mut signed = info.enter(explicit(0))?.enter(SEQUENCE)?;
    let mut content = signed.nth(2).map(|content| Reader::new(content.content))?;
    let _kind = content.expect(OID)?;
    let mut stamp = Reader::new(content.enter(explicit(0))?.expect(OCTET_STRING)?.content).enter(SEQUENCE)?;
    let (_version, _policy) = (stamp.expect(INTEGER)?, stamp.expect(OID)?);
    let imprint = stamp.expect(SEQUENCE)?.whole;
    let (_serial, _time) = (stamp.expect(INTEGER)?, stamp.next()?);
    Some((imprint, stamp.find(|element| element.tag == INTEGER).map(|nonce| nonce.whole)))
}

/// What a `PKIStatusInfo` says, if it is not that the token was granted.
fn refusal(mut status: Reader<'_>) -> Option<SignFault> {
    let Some(number) = status.expect(INTEGER) else { return Some(unreadable()) };
    if matches!(magnitude(number.content), [] | [1]) {
        return None;
    }
    let words = status.enter(SEQUENCE).into_iter().flatten().filter(|word| word.tag == UTF8);
    let mut told: Vec<String> =
        words.map(|word| String::from_utf8_lossy(word.content).into_owned()).collect();
    told.extend(status.expect(BIT_STRING).map(|bits| failures(bits.content)));
    let said = presentable(&told.join("; "), WORDS_MAX);
    Some(fault(told!(
        "máy chủ cấp dấu thời gian từ chối: \"{said}\"",
        "the timestamp authority refused: \"{said}\""
    )))
}

/// The names of the failures that a bit string holds.
fn failures(bits: &[u8]) -> String {
    let set = |bit: usize| bits.get(1 + bit / 8).is_some_and(|octet| octet & (0x80 >> (bit % 8)) != 0);
    let named: Vec<&str> = FAILURES.iter().filter(|(bit, _)| set(*bit)).map(|(_, name)| *name).collect();
    named.join(", ")
}

fn unreadable() -> SignFault {
    fault(told!(
        "câu trả lời của máy chủ cấp dấu thời gian không đọc được: cần TimeStampResp dạng DER theo RFC 3161",
        "the timestamp authority's answer cannot be read: it must be a TimeStampResp of RFC 3161 in DER"
    ))
}

fn fault(told: Told) -> SignFault {
    SignFault::new(Obstacle::Timestamp, told)
}
