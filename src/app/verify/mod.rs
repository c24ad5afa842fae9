//! `emc verify`: reads files and anchors, has them judged, fetches what is missing, and judges again.

mod fetch;
pub mod schema;
mod trusted;

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

use crate::app::variables::Variables;
use crate::app::verify::fetch::Fetcher;
use crate::config::diagnostic::Diagnostics;
use crate::model::secret::Secret;
use crate::model::told::{Told, told};
use crate::pki::evidence::{Evidence, Wanted};
use crate::pki::judge::checks::Reached;
use crate::pki::judge::file::verify as judge;
use crate::pki::judge::question::Question;
use crate::pki::judge::report::nothing_to_judge;
use crate::pki::verdict::{Flaw, SignatureReason};

pub use crate::pki::claim::Format;
pub use crate::pki::judge::checks::Check;
pub use crate::pki::judge::question::Revocation;
pub use crate::pki::judge::report::{FileReport, Member, Party, SignatureReport};
pub use crate::pki::policy::in_words;
pub use crate::pki::verdict::Verdict;
pub use crate::pki::xml::Coverage;

/// The largest file that is read, in bytes.
pub const FILE_MAX: u64 = 32 << 20;
/// How often is asked again with what was fetched: an issuer's certificate, then its revocation list, and so on.
const ROUNDS: usize = 6;
/// How long is fetched for one file, whatever its certificates name.
const FETCHING_MAX: Duration = Duration::from_secs(60);

/// What to verify and how.
#[derive(Debug)]
pub struct VerifyOptions {
    /// The files.
    pub files: Vec<PathBuf>,
    /// Folders or files with trusted roots; the configured sets where there are none.
    pub anchors: Vec<PathBuf>,
    /// The configuration, for its anchors and network settings.
    pub config_file: PathBuf,
    /// The time for which is asked.
    pub at: DateTime<Utc>,
    /// Nothing is fetched.
    pub offline: bool,
    /// How certificates are asked about.
    pub revocation: Revocation,
    /// Hosts that may be asked even for what no trusted authority names, or on a private network.
    pub fetch_hosts: Vec<String>,
    /// The content that a detached signature signs.
    pub detached: Option<PathBuf>,
    /// How much of an XML file each signature must cover.
    pub coverage: Coverage,
    /// The password of encrypted files.
    pub password_file: Option<PathBuf>,
}

/// Why nothing was verified.
#[derive(Debug)]
pub enum VerifyError {
    /// The configuration has errors.
    Configuration(Diagnostics),
    /// Something that was named cannot be used.
    Unusable(Told),
}

/// Tells how far a series of files has come.
pub trait Audience {
    /// So many files will come.
    fn begin(&mut self, total: usize);
    /// One is being looked at.
    fn looking_at(&mut self, file: &str);
    /// One is done.
    fn done(&mut self, report: &FileReport);
}

/// Verifies each file.
///
/// # Errors
/// [`VerifyError`], before any file is looked at. A file that cannot be judged is a report, not an error.
pub fn verify(
    options: &VerifyOptions,
    variables: &Variables,
    audience: &mut dyn Audience,
) -> Result<Vec<FileReport>, VerifyError> {
    let trusted = trusted::read(options, variables)?;
    let content = options.detached.as_deref().map(read_whole).transpose();
    let content = content.map_err(|flaw| VerifyError::Unusable(flaw.told))?;
    let password = options.password_file.as_deref().map(read_password).transpose()?;
    let mut fetcher = (!options.offline && options.revocation != Revocation::None)
        .then(|| Fetcher::new(&trusted.net, [trusted.fetch_hosts, options.fetch_hosts.clone()].concat()))
        .transpose()
        .map_err(VerifyError::Unusable)?;
    audience.begin(options.files.len());
    let mut reports = Vec::new();
    for path in &options.files {
        let name = path.display().to_string();
        audience.looking_at(&name);
        let report = match read_whole(path) {
            Err(flaw) => unjudged(&name, options.at, flaw),
            Ok(bytes) => {
                let question = Question {
                    file: &name,
                    bytes: &bytes,
                    detached: content.as_deref(),
                    password: password.as_ref().map(Secret::expose),
                    anchors: &trusted.anchors,
                    evidence: &Evidence::default(),
                    at: options.at,
                    revocation: options.revocation,
                    coverage: options.coverage,
                };
                judged(&question, fetcher.as_mut())
            }
        };
        audience.done(&report);
        reports.push(report);
    }
    Ok(reports)
}

/// Asks, fetches what is wanted, and asks again while that brings something new.
fn judged(question: &Question<'_>, fetcher: Option<&mut Fetcher>) -> FileReport {
    let Some(fetcher) = fetcher else { return judge(question).report };
    // What other files wanted may help this one, too.
    let mut answer = judge(&Question { evidence: fetcher.evidence(), ..*question });
    let mut wanted: Vec<Wanted> = Vec::new();
    let until = Instant::now() + FETCHING_MAX;
    for _ in 0..ROUNDS {
        let new = answer.wanted.iter().filter(|one| !wanted.contains(one)).cloned().collect::<Vec<_>>();
        wanted.extend(new);
        if answer.wanted.is_empty() || !fetcher.fetch(&answer.wanted, until) {
            break;
        }
        answer = judge(&Question { evidence: fetcher.evidence(), ..*question });
    }
    answer.report.fetches = fetcher.account(&wanted);
    answer.report
}

fn unjudged(name: &str, at: DateTime<Utc>, flaw: Flaw) -> FileReport {
    nothing_to_judge(name, at, flaw, Reached::default().table(&[]))
}

/// A file as a whole, up to the limit.
fn read_whole(path: &Path) -> Result<Vec<u8>, Flaw> {
    let shown = path.display();
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(FILE_MAX + 1).read_to_end(&mut bytes));
    read.map_err(|error| {
        let Told { vi, en } = what_hinders(&error);
        let told = Told {
            vi: format!("không đọc được \"{shown}\": {vi}"),
            en: format!("cannot read \"{shown}\": {en}"),
        };
        Flaw::new(SignatureReason::Unreadable, told)
    })?;
    if bytes.len() as u64 > FILE_MAX {
        let most = FILE_MAX >> 20;
        let told = told!(
            "\"{shown}\" lớn hơn {most} MiB, là giới hạn của việc kiểm tra",
            "\"{shown}\" is larger than {most} MiB, the most that is verified"
        );
        return Err(Flaw::new(SignatureReason::TooComplex, told));
    }
    Ok(bytes)
}

/// The usual obstacles in words, others as the system tells them.
fn what_hinders(error: &std::io::Error) -> Told {
    match error.kind() {
        ErrorKind::NotFound => told!("không có tệp này", "there is no such file"),
        ErrorKind::PermissionDenied => told!("không có quyền đọc", "no permission to read it"),
        ErrorKind::IsADirectory => told!("đây là thư mục, không phải tệp", "it is a folder, not a file"),
        _ => Told::same(error.to_string()),
    }
}

/// The first line of a file: editors put a line break behind a password.
fn read_password(path: &Path) -> Result<Secret, VerifyError> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        let (shown, Told { vi, en }) = (path.display(), what_hinders(&error));
        VerifyError::Unusable(Told {
            vi: format!("không đọc được tệp mật khẩu \"{shown}\": {vi}"),
            en: format!("cannot read the password file \"{shown}\": {en}"),
        })
    })?;
    Ok(Secret::new(text.lines().next().unwrap_or_default().to_owned()))
}
