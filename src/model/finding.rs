//! What a rule found, and what all rules together say.

use serde::Serialize;

use crate::model::reason::Reason;
use crate::model::status::Status;
use crate::model::text::presentable;
use crate::model::told::Told;

/// The longest `expected` or `found`, in characters.
const TEXT_MAX: usize = 300;

/// What became of one rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Looked at and as it should be.
    Passed,
    /// Looked at and not as it should be.
    Failed,
    /// Could not be looked at; never counts as passed.
    CannotTell,
    /// Does not apply to this target.
    Inapplicable,
}

/// One rule's verdict on one run. JSON has the English of what was wanted and found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Which rule: a word of the configuration or of the kind, such as `status` or `tls_expiry`.
    pub rule: &'static str,
    /// What became of it.
    pub outcome: Outcome,
    /// Why, when it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// What the rule wanted.
    pub expected: Told,
    /// What there was; may hold a server's words, made presentable.
    pub found: Told,
}

impl Finding {
    /// A rule that holds.
    #[must_use]
    pub fn passed(rule: &'static str, expected: impl Into<Told>, found: impl Into<Told>) -> Self {
        Self::new(rule, Outcome::Passed, None, expected, found)
    }

    /// A rule that does not hold, and the reason it stands for.
    #[must_use]
    pub fn failed(
        rule: &'static str,
        reason: Reason,
        expected: impl Into<Told>,
        found: impl Into<Told>,
    ) -> Self {
        Self::new(rule, Outcome::Failed, Some(reason), expected, found)
    }

    /// A rule that could not be looked at.
    #[must_use]
    pub fn cannot_tell(rule: &'static str, expected: impl Into<Told>, found: impl Into<Told>) -> Self {
        Self::new(rule, Outcome::CannotTell, None, expected, found)
    }

    /// A rule that does not apply here.
    #[must_use]
    pub fn inapplicable(rule: &'static str, expected: impl Into<Told>, found: impl Into<Told>) -> Self {
        Self::new(rule, Outcome::Inapplicable, None, expected, found)
    }

    fn new(
        rule: &'static str,
        outcome: Outcome,
        reason: Option<Reason>,
        expected: impl Into<Told>,
        found: impl Into<Told>,
    ) -> Self {
        let shown = |told: Told| told.map(|text| presentable(text, TEXT_MAX));
        let (expected, found) = (shown(expected.into()), shown(found.into()));
        Self { rule, outcome, reason, expected, found }
    }
}

/// What all rules of one run say together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Assessment {
    /// The worst of the findings.
    pub status: Status,
    /// The reason that decided, `None` when up.
    pub reason: Option<Reason>,
    /// Every rule that was looked at, in the order of looking.
    pub findings: Vec<Finding>,
}

impl Assessment {
    /// Judges by the findings: a portal's own `down` outweighs a `degraded`; where a finding says that we were
    /// kept out or could not measure, the run is unknown, whatever else was seen. Among equals the first decides.
    #[must_use]
    pub fn of(findings: Vec<Finding>) -> Self {
        let worst = findings.iter().filter_map(|finding| finding.reason).fold(None, worse_of);
        let status = worst.map_or(Status::Up, Reason::status);
        Self { status, reason: worst, findings }
    }
}

/// Keeps the first of two equally bad reasons.
fn worse_of(kept: Option<Reason>, next: Reason) -> Option<Reason> {
    match kept {
        Some(reason) if reason.status() >= next.status() => kept,
        _ => Some(next),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::text::Language;

    fn failed(reason: Reason) -> Finding {
        Finding::failed("rule", reason, "", "")
    }

    #[test]
    fn the_worst_finding_decides_and_the_first_of_equals() {
        let assessed =
            Assessment::of(vec![failed(Reason::Slow), failed(Reason::Status), failed(Reason::Soft404)]);
        assert_eq!((assessed.status, assessed.reason), (Status::Down, Some(Reason::Status)));
    }

    #[test]
    fn being_kept_out_is_unknown_and_nothing_wrong_is_up() {
        assert_eq!(
            Assessment::of(vec![failed(Reason::Status), failed(Reason::Blocked)]).status,
            Status::Unknown
        );
        assert_eq!(Assessment::of(vec![Finding::passed("status", "200", "200")]).status, Status::Up);
    }

    #[test]
    fn programs_read_english_and_people_their_language() {
        let found = Told { vi: "không tìm thấy".to_owned(), en: "not found".to_owned() };
        let finding = Finding::failed("contains", Reason::ContentMissing, "Tra cứu", found);
        let json = serde_json::to_value(&finding).unwrap();
        assert_eq!((&json["expected"], &json["found"]), (&"Tra cứu".into(), &"not found".into()));
        assert_eq!(finding.found.in_language(Language::Vi), "không tìm thấy");
    }
}
