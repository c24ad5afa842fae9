//! The arguments of `emc verify`.

use std::path::PathBuf;

use clap::ValueEnum;

/// `emc verify`.
#[derive(Debug, clap::Args)]
pub struct VerifyArguments {
    /// Signed files: PDF, CMS (`.p7m`, `.p7s`) or XML.
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// Trusted roots: a folder or file of PEM or DER certificates (repeatable); the configured sets otherwise.
    #[arg(long, value_name = "PATH")]
    pub anchors: Vec<PathBuf>,
    /// The time for which is asked, such as 2026-11-24T09:00:00+07:00; now otherwise.
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
    /// Fetch nothing: only what the file carries is evidence.
    #[arg(long)]
    pub offline: bool,
    /// Whether certificates must be known not to be revoked. Only `require` lets what was fetched make a file valid.
    #[arg(long, value_name = "require|prefer|none", default_value = "require")]
    pub revocation: RevocationMode,
    /// Host that may be asked for certificates, and on private networks, too (repeatable).
    #[arg(long = "fetch-host", value_name = "HOST")]
    pub fetch_hosts: Vec<String>,
    /// The content that a detached signature signs.
    #[arg(long, value_name = "CONTENT")]
    pub detached: Option<PathBuf>,
    /// Whether an XML signature must cover the whole document, or may cover a part as in electronic invoices: then trust
    /// only the parts that the report names.
    #[arg(long, value_name = "whole|parts", default_value = "whole")]
    pub coverage: CoverageMode,
    /// File with the password of an encrypted PDF, on its first line.
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    /// Shape of the output.
    #[arg(long, short, value_name = "human|json|junit", default_value = "human")]
    pub output: VerifyFormat,
    /// Show more: certification paths, algorithms, what was fetched.
    #[arg(long, short)]
    pub verbose: bool,
}

/// How certificates are asked about revocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RevocationMode {
    /// Each must be known not to be revoked.
    Require,
    /// What the file carries decides; what was fetched can only speak against it.
    Prefer,
    /// Nobody is asked; the answer is never valid.
    None,
}

/// How much of an XML file each signature must cover.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CoverageMode {
    /// All that a reader would take for signed.
    Whole,
    /// At least one element, which the report names.
    Parts,
}

/// Shape of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum VerifyFormat {
    /// For people.
    Human,
    /// For programs: an object for one file, an array for several.
    Json,
    /// For test tools.
    Junit,
}
