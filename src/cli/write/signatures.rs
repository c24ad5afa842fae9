//! Verdicts on signed files: for people, for programs, for test tools.

use anstyle::{AnsiColor, Style};
use chrono::{DateTime, FixedOffset, Utc};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use crate::app::verify::{Check, FileReport, Format, Member, Party, SignatureReport, Verdict, in_words};
use crate::model::finding::Outcome;
use crate::model::text::{Language, Text, presentable};

/// The longest line of a name, in characters.
const NAME_MAX: usize = 300;
/// How wide the column of labels is.
const LABELS: usize = 16;

const SIGNER: Text = Text { vi: "người ký", en: "signer" };
const BODY: Text = Text { vi: "đơn vị", en: "organisation" };
const ISSUER: Text = Text { vi: "đơn vị cấp", en: "issued by" };
const SERIAL: Text = Text { vi: "số sê-ri", en: "serial" };
const VALIDITY: Text = Text { vi: "hiệu lực", en: "valid" };
const SIGNED: Text = Text { vi: "thời điểm ký", en: "signed" };
const PROVEN: Text = Text { vi: "có dấu thời gian", en: "by a timestamp" };
const CLAIMED: Text =
    Text { vi: "người ký tự khai, chưa được chứng minh", en: "the signer's claim, not proven" };
const UNKNOWN_TIME: Text = Text { vi: "không rõ", en: "not known" };
const TRUSTED: Text = Text { vi: "tin cậy theo", en: "trusted by" };
const REASON: Text = Text { vi: "lý do", en: "reason" };
const CHECKS: Text = Text { vi: "kiểm tra", en: "checks" };
const COVERS: Text = Text { vi: "chỉ ký phần", en: "covers only" };
const CHANGES: Text = Text { vi: "thay đổi sau", en: "later changes" };
const NOTES: Text = Text { vi: "ghi chú", en: "notes" };
const PATH: Text = Text { vi: "đường dẫn", en: "path" };
const RESTS_ON: Text = Text { vi: "thuật toán", en: "algorithms" };
const FETCHED: Text = Text { vi: "tra cứu", en: "fetched" };
const PARTS_ALONE: Text = Text {
    vi: "chỉ với những phần đã ký; phần còn lại của tệp không có chữ ký nào bảo vệ",
    en: "only for the parts that are signed; no signature protects the rest of the file",
};
const SIGNATURE: Text = Text { vi: "chữ ký", en: "signature" };
const FILES: Text = Text { vi: "tệp", en: "files" };

/// How people are spoken to.
#[derive(Clone, Copy, Debug)]
pub struct Manner {
    /// The language.
    pub language: Language,
    /// Paths, algorithms and fetches, too.
    pub verbose: bool,
    /// The zone in which times are told.
    pub zone: FixedOffset,
}

/// For people: of one file the verdict first, then who and when, then every check; several as a list with a sum below.
#[must_use]
pub fn human(reports: &[FileReport], manner: &Manner) -> String {
    if let [report] = reports {
        return file(report, manner);
    }
    let shown =
        |report: &FileReport| if manner.verbose { file(report, manner) } else { brief(report, manner) };
    reports.iter().map(shown).collect::<String>() + &sum(reports, manner)
}

/// A file on one line, with its signers; below it why it is not valid.
fn brief(report: &FileReport, manner: &Manner) -> String {
    let language = manner.language;
    let people = report.signatures.iter().filter(|signature| signature.format != Format::DocumentTimestamp);
    let names: Vec<&str> =
        people.filter_map(|signature| Some(signature.signer.as_ref()?.name.as_str())).collect();
    let names = presentable(&names.join(", "), NAME_MAX);
    let mut text =
        format!("{}  {}  {names}\n", word(report.verdict, language), presentable(&report.file, NAME_MAX));
    text += &parts_alone(report, language);
    if let Some(reason) = report.reason {
        text += &format!("  {} [{}]\n", reason.text().in_language(language), reason.as_str());
    }
    text
}

/// For programs: an object for one file, an array for several.
#[must_use]
pub fn json(reports: &[FileReport]) -> String {
    let text = match reports {
        [report] => serde_json::to_string_pretty(report),
        several => serde_json::to_string_pretty(several),
    };
    text.expect("a report has no map whose keys are no strings") + "\n"
}

/// For test tools: a suite per file, a case per check.
#[must_use]
pub fn junit(reports: &[FileReport], manner: &Manner) -> String {
    let mut junit = Report::new("emc verify");
    for report in reports {
        let mut suite = TestSuite::new(report.file.as_str());
        for check in &report.checks {
            let status = match check.outcome {
                Outcome::Passed => TestCaseStatus::success(),
                Outcome::Inapplicable => TestCaseStatus::skipped(),
                Outcome::Failed => TestCaseStatus::non_success(NonSuccessKind::Failure),
                Outcome::CannotTell => TestCaseStatus::non_success(NonSuccessKind::Error),
            };
            let mut case = TestCase::new(check.id.as_str(), status);
            case.set_classname(check.title.in_language(manner.language));
            if let TestCaseStatus::NonSuccess { .. } = case.status {
                case.status.set_message(check.detail.in_language(manner.language));
                case.status.set_type(report.reason.map_or("", |reason| reason.as_str()));
            }
            suite.add_test_case(case);
        }
        junit.add_test_suite(suite);
    }
    junit.to_string().expect("XML is written to memory") + "\n"
}

/// The colour of a verdict.
fn style(verdict: Verdict) -> Style {
    let colour = match verdict {
        Verdict::Valid => AnsiColor::Green,
        Verdict::Undetermined => AnsiColor::Magenta,
        Verdict::Invalid => AnsiColor::Red,
    };
    colour.on_default().bold()
}

fn word(verdict: Verdict, language: Language) -> String {
    let style = style(verdict);
    format!("{style}{}{style:#}", verdict.text().in_language(language))
}

fn file(report: &FileReport, manner: &Manner) -> String {
    let language = manner.language;
    let mut text = format!("{}  {}\n", word(report.verdict, language), presentable(&report.file, NAME_MAX));
    if let Some(reason) = report.reason {
        text += &format!("  {} [{}]\n", reason.text().in_language(language), reason.as_str());
        let detail = report.detail.in_language(language);
        if report.signatures.is_empty() && !detail.is_empty() && detail != reason.text().in_language(language)
        {
            text += &format!("  {detail}\n");
        }
    }
    text += &parts_alone(report, language);
    for (number, signature) in report.signatures.iter().enumerate() {
        text += &one(number + 1, signature, manner);
    }
    if manner.verbose || report.verdict == Verdict::Undetermined {
        for fetch in report.fetches.iter().filter(|fetch| manner.verbose || !fetch.fetched) {
            let told = fetch.detail.in_language(language);
            text +=
                &line(FETCHED, &format!("{} {}", fetch.url, if fetch.fetched { "✓" } else { told }), manner);
        }
    }
    text
}

/// A file is not valid beyond what its signatures cover: that stands beside the verdict.
fn parts_alone(report: &FileReport, language: Language) -> String {
    if report.verdict != Verdict::Valid
        || report.signatures.iter().any(|signature| signature.covers.is_none())
    {
        return String::new();
    }
    format!("  {}\n", PARTS_ALONE.in_language(language))
}

fn one(number: usize, signature: &SignatureReport, manner: &Manner) -> String {
    let language = manner.language;
    let name = presentable(&signature.name, NAME_MAX);
    let level = signature.level.map_or_else(String::new, |level| format!(" {level}"));
    let mut text = format!(
        "\n  {} {number} \"{name}\" · {}{level} · {}\n",
        SIGNATURE.in_language(language),
        form(signature.format),
        word(signature.verdict, language)
    );
    for flaw in &signature.flaws {
        let told = flaw.detail.in_language(language);
        text += &line(REASON, &format!("{told} [{}]", flaw.reason.as_str()), manner);
    }
    if let Some(party) = &signature.signer {
        text += &who(party, manner);
    }
    text += &line(SIGNED, &when(signature, manner), manner);
    if let Some(set) = &signature.anchor_set {
        let root = signature.path.last().map_or("", |member| member.party.subject.as_str());
        text += &line(TRUSTED, &format!("{set} ({})", presentable(root, NAME_MAX)), manner);
    }
    if let Some(parts) = &signature.covers {
        text += &line(COVERS, &presentable(parts, NAME_MAX), manner);
    }
    for change in &signature.later_changes {
        text += &line(CHANGES, change.in_language(language), manner);
    }
    for note in &signature.notes {
        text += &line(NOTES, note.in_language(language), manner);
    }
    if manner.verbose {
        text += &more(signature, manner);
    }
    text + &table(&signature.checks, language)
}

/// The checks, below what asks for them.
fn table(checks: &[Check], language: Language) -> String {
    let mut bases: Vec<&str> = Vec::new();
    for check in checks {
        if !bases.contains(&check.basis) {
            bases.push(check.basis);
        }
    }
    // The circular's checks come first: they are what people look for.
    bases.sort_by_key(|basis| checks.iter().all(|check| check.basis != *basis || check.item.is_empty()));
    let mut text = String::new();
    for basis in bases {
        let told = in_words(basis);
        text += &format!("    {} ({})\n", CHECKS.in_language(language), told.in_language(language));
        let rows = checks.iter().filter(|check| check.basis == basis);
        text += &rows.map(|check| row(check, language)).collect::<String>();
    }
    text
}

fn more(signature: &SignatureReport, manner: &Manner) -> String {
    let mut text = String::new();
    for Member { party, revocation, revocation_detail } in &signature.path {
        let told = revocation_detail.in_language(manner.language);
        let subject = presentable(&party.subject, NAME_MAX);
        text += &line(PATH, format!("{subject} [{revocation}] {told}").trim_end(), manner);
    }
    for algorithm in &signature.algorithms {
        let key = algorithm.key.as_deref().map_or_else(String::new, |key| format!(" ({key})"));
        text += &line(RESTS_ON, &format!("{}{key}", algorithm.name), manner);
    }
    text
}

fn who(party: &Party, manner: &Manner) -> String {
    let shown = |text: &str| presentable(text, NAME_MAX);
    let mut text = line(SIGNER, &shown(&party.name), manner);
    if !party.organisation.is_empty() {
        text += &line(BODY, &shown(&party.organisation), manner);
    }
    text += &line(ISSUER, &shown(&party.issuer), manner);
    text += &line(SERIAL, &party.serial, manner);
    let date = |moment: Option<DateTime<Utc>>| {
        moment.map_or_else(|| "?".to_owned(), |moment| told_at(moment, manner))
    };
    text + &line(VALIDITY, &format!("{} – {}", date(party.not_before), date(party.not_after)), manner)
}

/// The proven time, else the claimed one with its mark.
fn when(signature: &SignatureReport, manner: &Manner) -> String {
    let (moment, how) = match (signature.time.proven, signature.time.claimed) {
        (Some(proven), _) => (told_at(proven, manner), PROVEN),
        (None, Some(claimed)) => (told_at(claimed, manner), CLAIMED),
        (None, None) => return UNKNOWN_TIME.in_language(manner.language).to_owned(),
    };
    format!("{moment} ({})", how.in_language(manner.language))
}

fn told_at(moment: DateTime<Utc>, manner: &Manner) -> String {
    let local = moment.with_timezone(&manner.zone);
    let pattern = match manner.language {
        Language::Vi => "%d/%m/%Y %H:%M:%S %:z",
        Language::En => "%Y-%m-%d %H:%M:%S %:z",
    };
    local.format(pattern).to_string()
}

fn line(label: Text, value: &str, manner: &Manner) -> String {
    format!("    {:<LABELS$}{value}\n", label.in_language(manner.language))
}

const fn form(format: Format) -> &'static str {
    match format {
        Format::Pades => "PAdES",
        Format::Pdf => "PDF",
        Format::DocumentTimestamp => "RFC 3161",
        Format::Cades => "CAdES",
        Format::Cms => "CMS",
        Format::Xades => "XAdES",
        Format::Xmldsig => "XMLDSig",
    }
}

fn row(check: &Check, language: Language) -> String {
    let (sign, colour) = match check.outcome {
        Outcome::Passed => ("✓", AnsiColor::Green),
        Outcome::Failed => ("✗", AnsiColor::Red),
        Outcome::CannotTell => ("?", AnsiColor::Magenta),
        Outcome::Inapplicable => ("–", AnsiColor::BrightBlack),
    };
    let style = colour.on_default();
    let title = check.title.in_language(language);
    format!("      {style}{sign}{style:#} {:<4}{title}\n", check.item)
}

fn sum(reports: &[FileReport], manner: &Manner) -> String {
    let counts: Vec<String> = [Verdict::Valid, Verdict::Invalid, Verdict::Undetermined]
        .into_iter()
        .map(|verdict| (verdict, reports.iter().filter(|report| report.verdict == verdict).count()))
        .filter(|(_, count)| *count > 0)
        .map(|(verdict, count)| format!("{count} {}", word(verdict, manner.language)))
        .collect();
    format!("\n{} {}: {}\n", reports.len(), FILES.in_language(manner.language), counts.join(", "))
}
