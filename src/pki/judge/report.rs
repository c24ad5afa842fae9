//! What is said of a file and of each signature in it: the shape of `emc verify --output json`.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::model::told::Told;
use crate::pki::claim::{Format, StampKind, Use};
use crate::pki::judge::checks::{Check, merged};
use crate::pki::verdict::{Flaw, Indication, SignatureReason, Verdict};

/// The form of this report; a change that breaks readers raises it.
pub const SCHEMA_VERSION: u32 = 1;

/// All that is said of one file.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FileReport {
    /// [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// The file, as it was named.
    pub file: String,
    /// Over all signatures: invalid if one is, valid only if each is.
    pub verdict: Verdict,
    /// Why it is not valid, of the closed list.
    pub reason: Option<SignatureReason>,
    /// ETSI's indication of the signature that decides.
    pub indication: Indication,
    /// ETSI's sub-indication; absent where all passed.
    pub sub_indication: Option<&'static str>,
    /// The time for which the question was asked.
    pub at: DateTime<Utc>,
    /// Why, in words.
    pub detail: Told,
    /// Each signature, in the order of the file.
    pub signatures: Vec<SignatureReport>,
    /// Of each check the worst over all signatures.
    pub checks: Vec<Check>,
    /// What was fetched to know more, or could not be.
    pub fetches: Vec<FetchReport>,
}

/// Something that was fetched, or could not be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FetchReport {
    /// From where.
    pub url: String,
    /// Whether it came.
    pub fetched: bool,
    /// Why not.
    pub detail: Told,
}

/// All that is said of one signature.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SignatureReport {
    /// What it goes by in the file.
    pub name: String,
    /// Its form.
    pub format: Format,
    /// How far it goes: `B-B`, `B-T`, `B-LT`, `B-LTA`; absent where it is of no such profile.
    pub level: Option<&'static str>,
    /// The verdict.
    pub verdict: Verdict,
    /// Why it is not valid.
    pub reason: Option<SignatureReason>,
    /// ETSI's indication.
    pub indication: Indication,
    /// ETSI's sub-indication.
    pub sub_indication: Option<&'static str>,
    /// All that is wrong or unknown, weightiest first.
    pub flaws: Vec<FlawReport>,
    /// Who signed, by the certificate; absent where none was found.
    pub signer: Option<Party>,
    /// When.
    pub time: TimeReport,
    /// The certification path from the signer to the root, as far as it leads.
    pub path: Vec<Member>,
    /// The set of the anchor that it ends in.
    pub anchor_set: Option<String>,
    /// Timestamps that it carries.
    pub timestamps: Vec<StampReport>,
    /// What it rests on.
    pub algorithms: Vec<AlgorithmReport>,
    /// What came later in the file, each with whether it was allowed.
    pub later_changes: Vec<Told>,
    /// What of an XML file it covers, where that is not the whole of it.
    pub covers: Option<String>,
    /// What is worth knowing and changes nothing.
    pub notes: Vec<Told>,
    /// The table of checks.
    pub checks: Vec<Check>,
}

/// One thing wrong or unknown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FlawReport {
    /// Of the closed list.
    pub reason: SignatureReason,
    /// Particulars.
    pub detail: Told,
}

/// A certificate's owner, as the certificate says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Party {
    /// The person or thing (CN).
    pub name: String,
    /// The body (O, then OU).
    pub organisation: String,
    /// The whole name (RFC 4514).
    pub subject: String,
    /// Who issued it, the whole name.
    pub issuer: String,
    /// Serial number, hexadecimal.
    pub serial: String,
    /// Begin of validity.
    pub not_before: Option<DateTime<Utc>>,
    /// End of validity.
    pub not_after: Option<DateTime<Utc>>,
    /// SHA-256 over the certificate, hexadecimal.
    pub sha256: String,
}

/// When it was signed, and how that is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TimeReport {
    /// What the signer claims. No proof.
    pub claimed: Option<DateTime<Utc>>,
    /// By then it existed, proven by a timestamp.
    pub proven: Option<DateTime<Utc>>,
    /// The time at which certificates were judged: the proven one, else the one that was asked for.
    pub judged_at: Option<DateTime<Utc>>,
}

/// One certificate of a path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Member {
    /// Whose.
    #[serde(flatten)]
    pub party: Party,
    /// Whether it was revoked: `good`, `revoked`, `unknown`, `not_asked`; `anchor` for the root.
    pub revocation: &'static str,
    /// From what that is known, or why it is not.
    pub revocation_detail: Told,
}

/// One timestamp.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StampReport {
    /// Over what.
    pub kind: StampKind,
    /// The time it says.
    pub time: Option<DateTime<Utc>>,
    /// Who says so.
    pub authority: Option<Party>,
    /// Whether it holds.
    pub verdict: Verdict,
    /// Why not.
    pub reason: Option<SignatureReason>,
    /// Particulars.
    pub detail: Told,
}

/// One algorithm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AlgorithmReport {
    /// What for.
    pub r#use: Use,
    /// Its name.
    pub name: String,
    /// The key, such as `RSA 2048`.
    pub key: Option<String>,
}

/// What is said of one thing when all its flaws are known: the weightiest decides.
#[must_use]
pub fn conclude(flaws: &mut [Flaw]) -> (Verdict, Option<SignatureReason>, Indication) {
    // The order of the list of reasons is the order in which one goes before another.
    flaws.sort_by_key(|flaw| (std::cmp::Reverse(flaw.reason.verdict()), flaw.reason));
    match flaws.first() {
        None => (Verdict::Valid, None, Indication::TotalPassed),
        Some(flaw) => (flaw.reason.verdict(), Some(flaw.reason), flaw.reason.indication()),
    }
}

/// A report on a file that holds nothing to judge, for the reason given.
#[must_use]
pub fn nothing_to_judge(file: &str, at: DateTime<Utc>, flaw: Flaw, checks: Vec<Check>) -> FileReport {
    FileReport {
        schema_version: SCHEMA_VERSION,
        file: file.to_owned(),
        verdict: flaw.reason.verdict(),
        reason: Some(flaw.reason),
        indication: flaw.reason.indication(),
        sub_indication: Some(flaw.reason.sub_indication()),
        at,
        detail: flaw.told,
        signatures: Vec::new(),
        checks,
        fetches: Vec::new(),
    }
}

/// The report on a file with signatures.
#[must_use]
pub fn of_signatures(file: &str, at: DateTime<Utc>, signatures: Vec<SignatureReport>) -> FileReport {
    // The first of the worst decides.
    let mut deciding = signatures.first();
    for signature in &signatures {
        if deciding.is_some_and(|known| signature.verdict > known.verdict) {
            deciding = Some(signature);
        }
    }
    let detail = deciding.and_then(|signature| signature.flaws.first()).map(|flaw| flaw.detail.clone());
    FileReport {
        schema_version: SCHEMA_VERSION,
        file: file.to_owned(),
        verdict: deciding.map_or(Verdict::Undetermined, |signature| signature.verdict),
        reason: deciding.map_or(Some(SignatureReason::NoSignature), |signature| signature.reason),
        indication: deciding.map_or(Indication::Indeterminate, |signature| signature.indication),
        sub_indication: deciding.and_then(|signature| signature.sub_indication),
        at,
        detail: detail.unwrap_or_default(),
        checks: merged(signatures.iter().map(|signature| signature.checks.as_slice())),
        signatures,
        fetches: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_outweighs_what_is_unknown() {
        let flaw = |reason: SignatureReason| Flaw::new(reason, reason.text());
        let mut flaws = vec![
            flaw(SignatureReason::RevocationUnknown),
            flaw(SignatureReason::WeakAlgorithm),
            flaw(SignatureReason::DigestMismatch),
        ];
        let (verdict, reason, indication) = conclude(&mut flaws);
        assert_eq!((verdict, reason), (Verdict::Invalid, Some(SignatureReason::DigestMismatch)));
        assert_eq!(indication, Indication::TotalFailed);
        assert_eq!(conclude(&mut []).0, Verdict::Valid);
        assert_eq!(of_signatures("a.pdf", DateTime::UNIX_EPOCH, Vec::new()).verdict, Verdict::Undetermined);
    }
}
