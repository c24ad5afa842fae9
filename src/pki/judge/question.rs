//! What a verification is asked with, and what it answers.

use chrono::{DateTime, Utc};

use crate::pki::anchors::Anchors;
use crate::pki::evidence::{Evidence, Wanted};
use crate::pki::judge::report::FileReport;
use crate::pki::xml::Coverage;

/// How certificates are asked about revocation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Revocation {
    /// Each certificate must be known not to be revoked, by what the file carries or by what was fetched.
    #[default]
    Require,
    /// What the file carries decides; what was fetched can only tell that one is revoked.
    Prefer,
    /// Nobody is asked: the answer is never valid.
    None,
}

/// One file to judge.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// What the file is called.
    pub file: &'a str,
    /// What is in it.
    pub bytes: &'a [u8],
    /// The content that a detached signature signs.
    pub detached: Option<&'a [u8]>,
    /// The password of an encrypted file.
    pub password: Option<&'a str>,
    /// Whom to trust.
    pub anchors: &'a Anchors,
    /// What was fetched so far.
    pub evidence: &'a Evidence,
    /// The time for which is asked.
    pub at: DateTime<Utc>,
    /// How certificates are asked about.
    pub revocation: Revocation,
    /// How much of an XML file each signature must cover.
    pub coverage: Coverage,
}

/// What is known now, and what would tell more.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The report.
    pub report: FileReport,
    /// What could be fetched before asking again; empty where nothing would change.
    pub wanted: Vec<Wanted>,
}
