//! What a moment means for a signature whose time is known only in part.
//!
//! A timestamp proves that a signature existed by then; the signer's own word proves nothing, but tells against him.
//! Something that held before a moment and not after it (validity, no revocation, strength) is
//! - as it must be, where the signature provably existed before the moment;
//! - wrong, where even the signer says that he signed after it;
//! - unknown otherwise: nothing proves that the signature is older.

use chrono::{DateTime, Utc};

use crate::model::told::{Told, told};
use crate::pki::path::{Fault, Moment};
use crate::pki::verdict::{Flaw, SignatureReason};

/// What is known of when a signature was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Known {
    /// It existed by then: a timestamp says so, or it is there now.
    pub(super) by: DateTime<Utc>,
    /// Whether a timestamp says so.
    pub(super) proven: bool,
    /// It was made after that: the signer says so, or a timestamp that went into what was signed.
    pub(super) after: Option<DateTime<Utc>>,
}

impl Known {
    /// The flaw that a fault of the path is in the light of this; `None` where it is none.
    pub(super) fn judge(&self, fault: &Fault) -> Option<Flaw> {
        let words = &fault.flaw.told;
        match fault.moment {
            None => Some(fault.flaw.clone()),
            Some(Moment::ValidFrom(begin)) => {
                (self.by < begin).then(|| Flaw::new(SignatureReason::NotYetValid, words.clone()))
            }
            Some(Moment::ValidUntil(end)) => {
                let reasons = (SignatureReason::Expired, SignatureReason::ExpiredWithoutProofOfTime);
                self.since(end, reasons, words)
            }
            Some(Moment::RevokedSince(moment)) => {
                let reasons = (SignatureReason::Revoked, SignatureReason::RevokedWithoutProofOfTime);
                self.since(moment, reasons, words)
            }
        }
    }

    /// Something that no longer holds from a moment on.
    fn since(
        &self,
        moment: DateTime<Utc>,
        (wrong, unknown): (SignatureReason, SignatureReason),
        words: &Told,
    ) -> Option<Flaw> {
        if self.by < moment {
            return None;
        }
        if self.after.is_some_and(|after| after >= moment) {
            return Some(Flaw::new(wrong, words.clone()));
        }
        let because = if self.proven {
            told!(
                "dấu thời gian có sau thời điểm đó nên không chứng minh được chữ ký có trước",
                "the timestamp is later than that and does not prove that the signature is older"
            )
        } else {
            told!(
                "không có dấu thời gian nào chứng minh chữ ký có trước thời điểm đó",
                "no timestamp proves that the signature is older than that"
            )
        };
        Some(Flaw::new(unknown, Told::joined(&[words.clone(), because], "; ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(number: u32) -> DateTime<Utc> {
        format!("2026-11-{number:02}T00:00:00Z").parse().unwrap()
    }

    fn fault(moment: Moment) -> Fault {
        let reason = SignatureReason::ChainWrong;
        Fault { flaw: Flaw::new(reason, reason.text()), place: 0, moment: Some(moment) }
    }

    fn reason(known: Known, moment: Moment) -> Option<SignatureReason> {
        known.judge(&fault(moment)).map(|flaw| flaw.reason)
    }

    #[test]
    fn a_proof_from_before_settles_it_and_a_claim_settles_nothing_in_the_signers_favour() {
        let revoked = Moment::RevokedSince(day(10));
        let known = |by, proven, after| Known { by: day(by), proven, after: Some(day(after)) };
        assert_eq!(reason(known(9, true, 8), revoked), None);
        assert_eq!(reason(known(20, false, 8), revoked), Some(SignatureReason::RevokedWithoutProofOfTime));
        assert_eq!(reason(known(12, true, 8), revoked), Some(SignatureReason::RevokedWithoutProofOfTime));
        assert_eq!(reason(known(20, false, 11), revoked), Some(SignatureReason::Revoked));
        assert_eq!(reason(known(20, false, 11), Moment::ValidUntil(day(10))), Some(SignatureReason::Expired));
    }

    #[test]
    fn a_signature_that_existed_before_its_certificate_is_wrong() {
        let known = Known { by: day(5), proven: true, after: None };
        assert_eq!(reason(known, Moment::ValidFrom(day(6))), Some(SignatureReason::NotYetValid));
        assert_eq!(reason(known, Moment::ValidFrom(day(4))), None);
    }
}
