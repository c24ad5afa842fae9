//! Timestamps (RFC 3161): what an authority says about when something existed.
//!
//! Whether the authority may be believed (its chain, its key usage, its revocation) is judged elsewhere.

use aws_lc_rs::digest::Digest;
use chrono::{DateTime, TimeDelta, Utc};

use crate::model::told::{Told, told};
use crate::pki::algorithm::Algorithm;
use crate::pki::ber::Reader;
use crate::pki::certificate::time;
use crate::pki::claim::{AlgorithmUse, Claim, StampedMessage, Use};
use crate::pki::cms::{self, Content, TST_INFO};
use crate::pki::der::{
    self, BOOLEAN, Element, GENERALIZED_TIME, INTEGER, OCTET_STRING, OID, SEQUENCE, implicit, magnitude,
};
use crate::pki::digests::DigestAlgorithm;
use crate::pki::names::hexadecimal;
use crate::pki::oid::dotted;
use crate::pki::verdict::{Flaw, SignatureReason, Verdict};

/// What a timestamp says, its signature and its imprint being right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// When the stamped bytes existed, with its fractions of a second.
    pub gen_time: DateTime<Utc>,
    /// How far from that it may have been, before or after; `None` where the authority does not say.
    pub accuracy: Option<TimeDelta>,
    /// Whether the authority's stamps can be ordered by their times alone.
    pub ordering: bool,
    /// The policy under which it was made, in dots.
    pub policy: String,
    /// Its number, in hexadecimal digits.
    pub serial: String,
    /// The nonce of the question (without leading zeros), if it had one.
    pub nonce: Option<Vec<u8>>,
    /// The authority's certificate, DER.
    pub authority: Vec<u8>,
    /// With what the stamped bytes were hashed.
    pub imprint: String,
    /// The token as the signature that it is. Without flaws, and its algorithms include that of the imprint.
    pub claim: Claim,
}

/// What stands in `TSTInfo`.
struct Info<'a> {
    policy: &'a [u8],
    hash: &'a [u8],
    imprint: &'a [u8],
    serial: &'a [u8],
    gen_time: DateTime<Utc>,
    accuracy: Option<TimeDelta>,
    ordering: bool,
    nonce: Option<&'a [u8]>,
}

fn wrong(told: Told) -> Flaw {
    Flaw::new(SignatureReason::TimestampWrong, told)
}

fn unreadable() -> Flaw {
    wrong(told!("không đọc được dấu thời gian", "the timestamp cannot be read"))
}

/// Opens a token and compares it with what it is said to stamp. `file` is what ranges are ranges of.
///
/// # Errors
/// `timestamp_wrong` where the token is damaged, stamps something else, is not signed rightly or does not name its
/// authority's certificate; `timestamp_unverified` where that could not be found out.
pub fn open(token: &[u8], message: &StampedMessage, file: &[u8]) -> Result<Stamp, Flaw> {
    let data = cms::read(token).map_err(|_| unreadable())?;
    if data.content_type != TST_INFO.as_bytes() {
        let told = told!("không phải dấu thời gian RFC 3161", "it is no timestamp of RFC 3161");
        return Err(wrong(told));
    }
    let content = data.content.map(|content| content.joined()).ok_or_else(unreadable)?;
    let info = Info::read(&content).ok_or_else(unreadable)?;
    let hash = DigestAlgorithm::of(info.hash);
    let imprint = hash.map_or_else(|| dotted(info.hash), |hash| hash.name.to_owned());
    if !fits(&info, hash, message, file).ok_or_else(|| unverified(unsupported(&imprint)))? {
        let told = told!(
            "dấu thời gian không phải của nội dung này",
            "the timestamp is not over what it is said to stamp"
        );
        return Err(wrong(told));
    }
    let claim = signed(token, &imprint)?;
    let authority = claim.signer.clone().ok_or_else(unreadable)?;
    Ok(Stamp {
        gen_time: info.gen_time,
        accuracy: info.accuracy,
        ordering: info.ordering,
        policy: dotted(info.policy),
        serial: hexadecimal(info.serial),
        nonce: info.nonce.map(<[u8]>::to_vec),
        authority,
        imprint,
        claim,
    })
}

fn unsupported(name: &str) -> Told {
    told!("không kiểm tra được thuật toán {name}", "the algorithm {name} cannot be checked here")
}

fn unverified(told: Told) -> Flaw {
    Flaw::new(SignatureReason::TimestampUnverified, told)
}

/// The token's own signature: exactly one, without a flaw, and bound to the authority's certificate (RFC 3161 §2.4.2).
fn signed(token: &[u8], imprint: &str) -> Result<Claim, Flaw> {
    let mut claims = cms::claims(token, Content::Attached).map_err(|flaw| wrong(flaw.told))?;
    let (Some(mut claim), true) = (claims.pop(), claims.is_empty()) else {
        let told =
            told!("dấu thời gian phải có đúng một người ký", "a timestamp must have exactly one signer");
        return Err(wrong(told));
    };
    if let Some(flaw) = claim.flaws.first() {
        let told = flaw.told.clone();
        return Err(if flaw.reason.verdict() == Verdict::Invalid { wrong(told) } else { unverified(told) });
    }
    if !claim.names_signer {
        let told = told!(
            "dấu thời gian không gắn với chứng thư của đơn vị cấp (thiếu signing-certificate)",
            "the timestamp does not name its authority's certificate (no signing-certificate)"
        );
        return Err(wrong(told));
    }
    let used = AlgorithmUse { r#use: Use::Digest, name: imprint.to_owned(), key: None };
    if !claim.algorithms.contains(&used) {
        claim.algorithms.push(used);
    }
    Ok(claim)
}

/// Whether the imprint is that of the message; `None` where its algorithm cannot be computed here.
fn fits(
    info: &Info<'_>,
    hash: Option<DigestAlgorithm>,
    message: &StampedMessage,
    file: &[u8],
) -> Option<bool> {
    let mut context = hash?.context()?;
    match message {
        StampedMessage::Bytes(bytes) => context.update(bytes),
        StampedMessage::Ranges(ranges) => {
            for range in ranges {
                let Some(piece) = file.get(range.clone()) else { return Some(false) };
                context.update(piece);
            }
        }
        StampedMessage::Digest { algorithm, value } => {
            let named = Some(algorithm.as_str()) == hash.map(|hash| hash.name);
            // An empty digest is one that could not be computed.
            return Some(named && !value.is_empty() && value == info.imprint);
        }
    }
    Some(context.finish().as_ref() == info.imprint)
}

/// The message of a token over content that lies in pieces: its digest by the algorithm that the token names. What
/// cannot be read or computed is an empty digest, which no token fits.
pub(super) fn digest_named(
    token: &[u8],
    digest: impl Fn(DigestAlgorithm) -> Option<Digest>,
) -> StampedMessage {
    let content = cms::read(token).ok().and_then(|data| data.content).map(|content| content.joined());
    let hash = content.as_deref().and_then(Info::read).and_then(|info| DigestAlgorithm::of(info.hash));
    let value = hash.and_then(digest).map(|digest| digest.as_ref().to_vec()).unwrap_or_default();
    StampedMessage::Digest { algorithm: hash.map_or("", |hash| hash.name).to_owned(), value }
}

/// The token in an authority's answer (`TimeStampResp`).
///
/// # Errors
/// The answer cannot be read, or the authority refused.
pub fn of_answer(answer: &[u8]) -> Result<&[u8], Told> {
    let unreadable = || told!("không đọc được trả lời", "the answer cannot be read");
    let mut reader = Reader::new(answer).enter(SEQUENCE).ok_or_else(unreadable)?;
    let mut status = reader.enter(SEQUENCE).ok_or_else(unreadable)?;
    let status = magnitude(status.expect(INTEGER).ok_or_else(unreadable)?.content);
    if !matches!(status, [] | [1]) {
        let status = hexadecimal(status.get(..8).unwrap_or(status));
        return Err(told!("đơn vị cấp từ chối (mã {status})", "the authority refused (status {status})"));
    }
    reader.expect(SEQUENCE).map(|token| token.whole).ok_or_else(unreadable)
}

impl<'a> Info<'a> {
    fn read(content: &'a [u8]) -> Option<Self> {
        let mut reader = der::Reader::new(content).enter(SEQUENCE)?;
        let version = reader.expect(INTEGER)?.content;
        let policy = reader.expect(OID)?.content;
        let mut message = reader.enter(SEQUENCE)?;
        let hash = Algorithm::parse(&mut message)?.oid;
        let imprint = message.expect(OCTET_STRING)?.content;
        let serial = magnitude(reader.expect(INTEGER)?.content);
        let gen_time = exact_time(reader.expect(GENERALIZED_TIME)?)?;
        let accuracy = match reader.enter(SEQUENCE) {
            Some(inside) => Some(accuracy(inside)?),
            None => None,
        };
        let ordering = reader.expect(BOOLEAN).is_some_and(|flag| flag.content != [0]);
        let nonce = reader.expect(INTEGER).map(|nonce| magnitude(nonce.content));
        (version == [1]).then_some(Self {
            policy,
            hash,
            imprint,
            serial,
            gen_time,
            accuracy,
            ordering,
            nonce,
        })
    }
}

/// With fractions, to the nanosecond: authorities write them and an order may depend on them.
fn exact_time(element: Element<'_>) -> Option<DateTime<Utc>> {
    let whole = time(element)?;
    let text = std::str::from_utf8(element.content).ok()?.strip_suffix('Z')?;
    let Some((_, fraction)) = text.split_once('.') else { return Some(whole) };
    if fraction.is_empty() || !fraction.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let nanoseconds: i64 = format!("{fraction:0<9}").get(..9)?.parse().ok()?;
    whole.checked_add_signed(TimeDelta::nanoseconds(nanoseconds))
}

/// Seconds, milliseconds and microseconds; each may be absent.
fn accuracy(mut reader: der::Reader<'_>) -> Option<TimeDelta> {
    let number = |element: Option<Element<'_>>| match element {
        None => Some(0),
        Some(element) if element.content.len() <= 5 => {
            let digits = magnitude(element.content).iter();
            Some(digits.fold(0_i64, |number, digit| number << 8 | i64::from(*digit)))
        }
        Some(_) => None,
    };
    let seconds = number(reader.expect(INTEGER))?;
    let milliseconds = number(reader.expect(implicit(0)))?;
    let microseconds = number(reader.expect(implicit(1)))?;
    TimeDelta::try_seconds(seconds)?
        .checked_add(&TimeDelta::try_milliseconds(milliseconds)?)?
        .checked_add(&TimeDelta::microseconds(microseconds))
}
