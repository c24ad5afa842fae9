//! Stapled OCSP responses (RFC 6960), judged fail-closed: what could not be checked is never passed.

use aws_lc_rs::digest::{self, digest};
use chrono::{DateTime, TimeDelta, Utc};
use rustls_pki_types::TrustAnchor;

use crate::pki::algorithm::Algorithm;
use crate::pki::certificate::{Certificate, time};
use crate::pki::chain::issuer_key;
use crate::pki::der::{
    BIT_STRING, ENUMERATED, Element, GENERALIZED_TIME, INTEGER, OCTET_STRING, OID, Reader, SEQUENCE,
    explicit, implicit, magnitude, octets_of_bits,
};
use crate::pki::key::{Proof, PublicKey};
use crate::pki::oid::{EXTENDED_KEY_USAGE, OCSP_BASIC, OCSP_SIGNING, SHA1, SHA256, SHA384, SHA512};

/// How far the responder's clock may be ahead of ours.
const SKEW: TimeDelta = TimeDelta::minutes(5);
/// How long a response without an end is believed: the longest that the CA/Browser Forum's baseline (§4.9.10) allows.
const AGE_MAX: TimeDelta = TimeDelta::days(10);
/// The most single responses and certificates of one response that are looked at.
const ENTRIES_MAX: usize = 32;
/// Reason `certificateHold`: the one revocation that can be lifted again.
const CERTIFICATE_HOLD: u8 = 6;

/// What a stapled response says of the leaf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stapled {
    /// Not revoked, said by one who may, recently.
    Good {
        /// Until when it is to be believed.
        until: DateTime<Utc>,
    },
    /// Revoked, said by one who may.
    Revoked {
        /// Since when; `None` where unreadable.
        since: Option<DateTime<Utc>>,
    },
    /// Says nothing that can be relied on.
    CannotTell {
        /// Why not, in words.
        because: String,
    },
}

fn cannot_tell(because: impl Into<String>) -> Stapled {
    Stapled::CannotTell { because: because.into() }
}

/// Judges a stapled response about the first certificate of `chain`.
#[must_use]
pub fn judge(response: &[u8], chain: &[Vec<u8>], anchors: &[TrustAnchor<'_>], now: DateTime<Utc>) -> Stapled {
    let Some(leaf) = chain.first().and_then(|der| Certificate::parse(der)) else {
        return cannot_tell("the certificate cannot be read");
    };
    let Some(issuer) = issuer_key(&leaf, chain, anchors) else {
        return cannot_tell("the issuer's certificate is not at hand");
    };
    match basic_response(response) {
        Err(because) => cannot_tell(because),
        Ok(basic) => basic.judge(&leaf, issuer, now),
    }
}

/// The one type of response there is, taken apart.
struct Basic<'a> {
    signed: Element<'a>,
    algorithm: Algorithm<'a>,
    signature: &'a [u8],
    certificates: Vec<Certificate<'a>>,
}

/// What is said of one certificate.
struct Single<'a> {
    hash: &'a [u8],
    name_hash: &'a [u8],
    key_hash: &'a [u8],
    serial: &'a [u8],
    status: Element<'a>,
    this_update: DateTime<Utc>,
    next_update: Option<DateTime<Utc>>,
}

fn basic_response(response: &[u8]) -> Result<Basic<'_>, String> {
    let unreadable = || "the response cannot be read".to_owned();
    let mut outer = Reader::new(response).enter(SEQUENCE).ok_or_else(unreadable)?;
    let status = outer.expect(ENUMERATED).ok_or_else(unreadable)?.content;
    if status != [0] {
        return Err(format!("the responder answered \"{}\"", status_word(status)));
    }
    let bytes = outer.enter(explicit(0)).and_then(|mut inner| inner.enter(SEQUENCE));
    let mut bytes = bytes.ok_or_else(unreadable)?;
    let kind = bytes.expect(OID).ok_or_else(unreadable)?.content;
    if kind != OCSP_BASIC.as_bytes() {
        return Err("the response is of an unknown type".to_owned());
    }
    let content = bytes.expect(OCTET_STRING).ok_or_else(unreadable)?.content;
    Basic::parse(content).ok_or_else(unreadable)
}

/// RFC 6960 §4.2.1.
fn status_word(status: &[u8]) -> &'static str {
    match status {
        [1] => "malformedRequest",
        [2] => "internalError",
        [3] => "tryLater",
        [5] => "sigRequired",
        [6] => "unauthorized",
        _ => "an unknown status",
    }
}

impl<'a> Basic<'a> {
    fn parse(content: &'a [u8]) -> Option<Self> {
        let mut reader = Reader::new(content).enter(SEQUENCE)?;
        let signed = reader.expect(SEQUENCE)?;
        let algorithm = Algorithm::parse(&mut reader)?;
        let signature = octets_of_bits(reader.expect(BIT_STRING)?.content)?;
        let list = reader.enter(explicit(0)).and_then(|mut inner| inner.enter(SEQUENCE));
        let list = list.into_iter().flatten().take(ENTRIES_MAX);
        let certificates = list.filter_map(|element| Certificate::parse(element.whole)).collect();
        Some(Self { signed, algorithm, signature, certificates })
    }

    fn judge(&self, leaf: &Certificate<'_>, issuer: PublicKey<'_>, now: DateTime<Utc>) -> Stapled {
        if let Err(because) = self.check_signature(leaf, issuer, now) {
            return cannot_tell(because);
        }
        let Some(single) = self.singles().into_iter().find(|single| single.is_about(leaf, issuer)) else {
            return cannot_tell("the response is about another certificate");
        };
        single.judge(now)
    }

    /// Whether the issuer signed, or one whom the issuer allows to (RFC 6960 §4.2.2.2).
    fn check_signature(
        &self,
        leaf: &Certificate<'_>,
        issuer: PublicKey<'_>,
        now: DateTime<Utc>,
    ) -> Result<(), String> {
        let made_by = |key: PublicKey<'_>| key.verify(self.algorithm, self.signed.whole, self.signature);
        if made_by(issuer) == Proof::Good {
            return Ok(());
        }
        let signer = self.certificates.iter().find(|signer| made_by(signer.key) == Proof::Good);
        let Some(signer) = signer else {
            return Err(match made_by(issuer) {
                Proof::Unchecked => {
                    format!("the response is signed with {}", self.algorithm.signature_name())
                }
                _ => "the response's signature is not the issuer's".to_owned(),
            });
        };
        let named = signer.issuer == leaf.issuer
            && issuer.verify(signer.algorithm, signer.signed, signer.signature) == Proof::Good;
        if !named || !may_sign_responses(signer) {
            return Err("the response is signed by one whom the issuer did not appoint".to_owned());
        }
        if signer.not_before.is_none_or(|begin| begin > now + SKEW)
            || signer.not_after.is_none_or(|end| end < now)
        {
            return Err("the responder's certificate is not valid now".to_owned());
        }
        Ok(())
    }

    fn singles(&self) -> Vec<Single<'a>> {
        let mut data = Reader::new(self.signed.content);
        let _version = data.expect(explicit(0));
        let _responder = data.next();
        let _produced_at = data.expect(GENERALIZED_TIME);
        let list = data.enter(SEQUENCE).into_iter().flatten().take(ENTRIES_MAX);
        list.filter_map(|element| Single::parse(element.content)).collect()
    }
}

/// Whether a certificate says that it is for signing responses.
fn may_sign_responses(signer: &Certificate<'_>) -> bool {
    let usages =
        signer.extension(EXTENDED_KEY_USAGE.as_bytes()).and_then(|value| Reader::new(value).enter(SEQUENCE));
    usages.into_iter().flatten().any(|usage| usage.content == OCSP_SIGNING.as_bytes())
}

impl<'a> Single<'a> {
    fn parse(content: &'a [u8]) -> Option<Self> {
        let mut reader = Reader::new(content);
        let mut id = reader.enter(SEQUENCE)?;
        let hash = Algorithm::parse(&mut id)?.oid;
        let name_hash = id.expect(OCTET_STRING)?.content;
        let key_hash = id.expect(OCTET_STRING)?.content;
        let serial = magnitude(id.expect(INTEGER)?.content);
        let status = reader.next()?;
        let this_update = reader.expect(GENERALIZED_TIME).and_then(time)?;
        let next_update = reader.enter(explicit(0)).and_then(|mut inner| inner.next()).map(time);
        // An end that stands there but cannot be read must not pass for one that is absent.
        let next_update = match next_update {
            Some(None) => return None,
            Some(end) => end,
            None => None,
        };
        Some(Self { hash, name_hash, key_hash, serial, status, this_update, next_update })
    }

    fn is_about(&self, leaf: &Certificate<'_>, issuer: PublicKey<'_>) -> bool {
        let algorithm = match self.hash {
            oid if oid == SHA1.as_bytes() => &digest::SHA1_FOR_LEGACY_USE_ONLY,
            oid if oid == SHA256.as_bytes() => &digest::SHA256,
            oid if oid == SHA384.as_bytes() => &digest::SHA384,
            oid if oid == SHA512.as_bytes() => &digest::SHA512,
            _ => return false,
        };
        self.serial == leaf.serial
            && self.name_hash == digest(algorithm, leaf.issuer).as_ref()
            && self.key_hash == digest(algorithm, issuer.bits).as_ref()
    }

    fn judge(&self, now: DateTime<Utc>) -> Stapled {
        if self.this_update > now + SKEW {
            return cannot_tell(format!("the response is from the future ({})", self.this_update));
        }
        let until = self.next_update.unwrap_or(self.this_update + AGE_MAX);
        let stale = until < now;
        let revoked = self.status.tag == explicit(1);
        if revoked && !(stale && self.is_on_hold()) {
            return Stapled::Revoked { since: Reader::new(self.status.content).next().and_then(time) };
        }
        if stale {
            return cannot_tell(format!("the response is stale since {until}"));
        }
        if self.status.tag == implicit(0) {
            return Stapled::Good { until };
        }
        cannot_tell("the responder does not know the certificate")
    }

    /// Whether the revocation may have been lifted since.
    fn is_on_hold(&self) -> bool {
        let mut inside = Reader::new(self.status.content);
        let _since = inside.next();
        inside
            .enter(explicit(0))
            .and_then(|mut reason| reason.expect(ENUMERATED))
            .is_some_and(|reason| reason.content == [CERTIFICATE_HOLD])
    }
}
