//! What one statement says of a certificate, and what all of them say together.

use chrono::{DateTime, TimeDelta, Utc};

use crate::model::told::{Told, told};
use crate::pki::evidence::Source;
use crate::pki::revocation::scope::{ALL_REASONS, HOLD};
use crate::pki::revocation::{By, Revocation, RevocationReason, Standing};

/// How far another clock may be ahead of ours.
pub(in crate::pki) const SKEW: TimeDelta = TimeDelta::minutes(5);
/// How long a statement without an end is current.
const AGE_MAX: TimeDelta = TimeDelta::days(1);
/// The most causes that are told.
const CAUSES_MAX: usize = 3;

/// When a statement speaks.
#[derive(Clone, Copy, Debug)]
pub(in crate::pki) struct Span {
    /// When it was made.
    pub(in crate::pki) from: DateTime<Utc>,
    /// Until when it is current.
    pub(in crate::pki) until: Option<DateTime<Utc>>,
    /// Since when it also speaks of certificates that expired.
    pub(in crate::pki) expired_since: Option<DateTime<Utc>>,
}

/// The times that matter for one certificate.
#[derive(Clone, Copy, Debug)]
pub(in crate::pki) struct Times {
    /// The time in question.
    pub(in crate::pki) at: DateTime<Utc>,
    /// Now.
    pub(in crate::pki) now: DateTime<Utc>,
    /// When the certificate expires.
    pub(in crate::pki) expires: DateTime<Utc>,
}

impl Span {
    /// Whether the statement is of now or of the past.
    pub(in crate::pki) fn has_begun(&self, times: Times) -> Result<(), Told> {
        if self.from > times.now + SKEW {
            let from = self.from;
            return Err(told!(
                "thông tin ghi ngày trong tương lai ({from})",
                "it is dated in the future ({from})"
            ));
        }
        Ok(())
    }

    /// Whether silence, or "good", says anything of the time in question.
    pub(in crate::pki) fn speaks_for(&self, times: Times) -> Result<(), Told> {
        let (from, expires, at) = (self.from, times.expires, times.at);
        if from > expires && self.expired_since.is_none_or(|since| since > expires) {
            return Err(told!(
                "thông tin ngày {from} có sau khi chứng thư hết hạn ({expires})",
                "it is of {from}, when the certificate had expired already ({expires})"
            ));
        }
        let until = self.until.unwrap_or(from + AGE_MAX);
        if at > from && at > until {
            return Err(told!(
                "thông tin chỉ có giá trị đến {until}, trước thời điểm xét ({at})",
                "it was current until {until}, before the time in question ({at})"
            ));
        }
        Ok(())
    }
}

/// What a statement says.
#[derive(Clone, Debug)]
pub(in crate::pki) enum Outcome {
    /// Not revoked for some reasons (all, with OCSP), and it speaks for the time in question.
    Good {
        /// Which.
        reasons: u16,
    },
    /// Revoked, suspended, or no longer suspended.
    Listed(Revocation),
}

/// One statement about one certificate, by one who may speak.
#[derive(Clone, Debug)]
pub(in crate::pki) struct Observation {
    /// Who told.
    pub(in crate::pki) by: By,
    /// Where it came from.
    pub(in crate::pki) source: Source,
    /// When it was told.
    pub(in crate::pki) from: DateTime<Utc>,
    /// Until when it is current.
    pub(in crate::pki) until: Option<DateTime<Utc>>,
    /// What was told.
    pub(in crate::pki) outcome: Outcome,
}

impl Observation {
    /// Whether it tells of a revocation.
    pub(in crate::pki) const fn is_listed(&self) -> bool {
        matches!(self.outcome, Outcome::Listed(_))
    }
}

/// Everything that was told of one certificate.
#[derive(Debug, Default)]
pub(in crate::pki) struct Hearing {
    /// By those who may speak.
    pub(in crate::pki) observations: Vec<Observation>,
    /// Why other statements do not count.
    pub(in crate::pki) causes: Vec<Told>,
}

impl Hearing {
    /// Notes why a statement does not count.
    pub(in crate::pki) fn discard(&mut self, cause: Told) {
        if self.causes.len() < CAUSES_MAX && !self.causes.contains(&cause) {
            self.causes.push(cause);
        }
    }

    /// A revocation is final whoever tells of it; only a suspension can be lifted again, by a later statement. Good is
    /// what is good for every reason.
    pub(in crate::pki) fn conclude(self) -> Standing {
        let listed = |wanted: fn(RevocationReason) -> bool| {
            let listed = self.observations.iter().filter_map(move |told| match told.outcome {
                Outcome::Listed(revocation) if wanted(revocation.reason) => Some((told, revocation)),
                _ => None,
            });
            listed.min_by_key(|(_, revocation)| revocation.at)
        };
        let held = || {
            let held = listed(|reason| reason == RevocationReason::CertificateHold);
            held.filter(|(told, _)| !self.is_lifted_after(told.from))
        };
        if let Some((told, revocation)) = listed(RevocationReason::is_final).or_else(held) {
            return Standing::Revoked { revocation, by: told.by, source: told.source.clone() };
        }
        self.good().unwrap_or_else(|| Standing::Unknown { why: Told::joined(&self.causes, "; ") })
    }

    fn good_for(told: &Observation) -> u16 {
        match told.outcome {
            Outcome::Good { reasons } => reasons,
            Outcome::Listed(_) => 0,
        }
    }

    fn is_lifted_after(&self, held: DateTime<Utc>) -> bool {
        self.observations.iter().any(|told| told.from > held && Self::good_for(told) & HOLD != 0)
    }

    fn good(&self) -> Option<Standing> {
        let covered = self.observations.iter().fold(0, |covered, told| covered | Self::good_for(told));
        let good = self.observations.iter().filter(|told| Self::good_for(told) != 0);
        let latest = good.max_by_key(|told| told.from)?;
        (covered & ALL_REASONS == ALL_REASONS).then(|| Standing::Good {
            by: latest.by,
            source: latest.source.clone(),
            told_at: latest.from,
            until: latest.until,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: u32) -> DateTime<Utc> {
        chrono::NaiveDate::from_ymd_opt(2026, 1, day).unwrap().and_hms_opt(0, 0, 0).unwrap().and_utc()
    }

    fn times(at: u32, expires: u32) -> Times {
        Times { at: day(at), now: day(31), expires: day(expires) }
    }

    #[test]
    fn a_statement_speaks_for_its_days_and_for_all_before_until_the_certificate_expires() {
        let span = Span { from: day(10), until: Some(day(15)), expired_since: None };
        for (at, expires, speaks) in
            [(12, 30, true), (15, 30, true), (16, 30, false), (3, 30, true), (3, 9, false), (9, 10, true)]
        {
            assert_eq!(span.speaks_for(times(at, expires)).is_ok(), speaks, "at {at}, expires {expires}");
        }
        let keeps = Span { expired_since: Some(day(5)), ..span };
        assert!(keeps.speaks_for(times(3, 9)).is_ok() && keeps.speaks_for(times(3, 4)).is_err());
        let endless = Span { until: None, ..span };
        assert!(endless.speaks_for(times(11, 30)).is_ok() && endless.speaks_for(times(12, 30)).is_err());
        assert!(Span { from: day(31) + SKEW * 2, ..span }.has_begun(times(1, 30)).is_err());
    }

    fn told(from: u32, outcome: Outcome) -> Observation {
        Observation { by: By::Crl, source: Source::Embedded, from: day(from), until: None, outcome }
    }

    fn listed(from: u32, reason: RevocationReason) -> Observation {
        told(from, Outcome::Listed(Revocation { at: day(from), reason }))
    }

    fn good(from: u32, reasons: u16) -> Observation {
        told(from, Outcome::Good { reasons })
    }

    fn concluded(observations: Vec<Observation>) -> &'static str {
        match (Hearing { observations, causes: Vec::new() }).conclude() {
            Standing::Good { .. } => "good",
            Standing::Revoked { .. } => "revoked",
            _ => "unknown",
        }
    }

    #[test]
    fn a_revocation_stays_and_a_suspension_may_be_lifted() {
        use RevocationReason::{CertificateHold, KeyCompromise};
        for (observations, expected) in [
            (vec![listed(1, KeyCompromise), good(5, ALL_REASONS)], "revoked"),
            (vec![listed(1, CertificateHold), good(5, ALL_REASONS)], "good"),
            (vec![listed(5, CertificateHold), good(1, ALL_REASONS)], "revoked"),
            (vec![listed(1, CertificateHold), good(5, ALL_REASONS & !HOLD)], "revoked"),
            (vec![good(1, 0b110), good(2, ALL_REASONS & !0b110)], "good"),
            (vec![good(1, 0b110)], "unknown"),
            (vec![], "unknown"),
        ] {
            assert_eq!(concluded(observations), expected);
        }
    }
}
