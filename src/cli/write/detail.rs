//! What was measured in one run, for people.

use std::fmt::Write as _;

use crate::app::probe::ProbeRun;
use crate::cli::write::bars::bar;
use crate::cli::write::{Manner, numbers};
use crate::model::facts::{AddressFacts, HttpFacts, TlsFacts};
use crate::model::finding::{Finding, Outcome};
use crate::model::sayings;
use crate::model::text::{Text, presentable};

/// The longest piece of a server's words, in characters.
const WORDS_MAX: usize = 160;

const PHASES: Text = Text { vi: "Các giai đoạn", en: "Phases" };
const ANSWER: Text = Text { vi: "Trả lời", en: "Answer" };
const CERTIFICATE: Text = Text { vi: "Chứng thư", en: "Certificate" };
const ADDRESSES: Text = Text { vi: "Địa chỉ", en: "Addresses" };
const FINDINGS: Text = Text { vi: "Tiêu chí", en: "Findings" };
const FACTS: Text = Text { vi: "Chi tiết", en: "Details" };
const TIMELINE: Text = Text { vi: "Diễn biến", en: "Timeline" };
const RUN: Text = Text { vi: "Lần đo", en: "Run" };
const EXPIRES: Text = Text { vi: "hết hạn", en: "expires" };
const DAYS_LEFT: Text = Text { vi: "ngày nữa", en: "days left" };
const DAYS_AGO: Text = Text { vi: "ngày trước", en: "days ago" };
const ISSUED_BY: Text = Text { vi: "do", en: "issued by" };
const VERIFIED: Text = Text { vi: "đã xác minh", en: "verified" };
const NOT_VERIFIED: Text = Text { vi: "không được chấp nhận", en: "not accepted" };
const USED: Text = Text { vi: "đã dùng", en: "used" };
const UNUSED: Text = Text { vi: "không dùng đến", en: "not used" };
const WANTED: Text = Text { vi: "mong đợi", en: "expected" };
const FOUND: Text = Text { vi: "thực tế", en: "found" };
const REDIRECTS: Text = Text { vi: "lần chuyển hướng", en: "redirects" };

/// Everything below the verdict.
#[must_use]
pub fn detail(run: &ProbeRun, manner: &Manner) -> String {
    let result = &run.result;
    let mut page = Page { text: String::new(), manner };
    page.findings(&result.assessment.findings);
    page.phases(run);
    if let Some(http) = &result.facts.http {
        page.answer(http);
    }
    if let Some(tls) = &result.facts.tls {
        page.certificate(run, tls);
    }
    page.addresses(&result.facts.addresses);
    page.facts(run);
    if manner.verbose {
        page.timeline(run);
    }
    let started = numbers::moment(result.started_at, manner.zone, manner.language);
    page.heading(RUN);
    page.line(&format!("{}  {started}", result.run_id));
    page.text + "\n"
}

struct Page<'a> {
    text: String,
    manner: &'a Manner,
}

impl Page<'_> {
    fn say(&self, text: Text) -> &'static str {
        text.in_language(self.manner.language)
    }

    fn heading(&mut self, text: Text) {
        let bold = anstyle::Style::new().bold();
        let _ = writeln!(self.text, "\n  {bold}{}{bold:#}", self.say(text));
    }

    fn line(&mut self, text: &str) {
        let _ = writeln!(self.text, "    {text}");
    }

    fn duration(&self, spent: std::time::Duration) -> String {
        numbers::duration(spent, self.manner.language)
    }

    /// What failed or could not be told; what passed too, where everything is to be told.
    fn findings(&mut self, findings: &[Finding]) {
        let shown: Vec<&Finding> = findings
            .iter()
            .filter(|finding| {
                self.manner.verbose || matches!(finding.outcome, Outcome::Failed | Outcome::CannotTell)
            })
            .collect();
        if shown.is_empty() {
            return;
        }
        self.heading(FINDINGS);
        for finding in shown {
            let text = self.finding(finding);
            self.line(&text);
        }
    }

    fn finding(&self, finding: &Finding) -> String {
        let mark = match finding.outcome {
            Outcome::Passed => "✓",
            Outcome::Failed => "✗",
            Outcome::CannotTell => "?",
            Outcome::Inapplicable => "-",
        };
        let mut parts = Vec::new();
        if !finding.expected.is_empty() {
            let expected = finding.expected.in_language(self.manner.language);
            parts.push(format!("{} \"{}\"", self.say(WANTED), presentable(expected, WORDS_MAX)));
        }
        if !finding.found.is_empty() {
            let found = finding.found.in_language(self.manner.language);
            parts.push(format!("{} \"{}\"", self.say(FOUND), presentable(found, WORDS_MAX)));
        }
        format!("{mark} {}: {}", finding.rule, parts.join(", "))
    }

    fn phases(&mut self, run: &ProbeRun) {
        let phases: Vec<_> = run.result.phases.iter().collect();
        let Some(longest) = phases.iter().map(|(_, spent)| *spent).max() else { return };
        self.heading(PHASES);
        for (phase, spent) in phases {
            let name = self.say(phase.word());
            let line = format!("{name:<14} {:>9}  {}", self.duration(spent), bar(spent, longest));
            self.line(line.trim_end());
        }
    }

    fn answer(&mut self, http: &HttpFacts) {
        let Some(status) = http.status else { return };
        self.heading(ANSWER);
        let size = numbers::bytes(http.body_bytes, self.manner.language);
        let mut line = format!("{status} {}, {size}", http.version);
        if let Some(media) = http.headers.get("content-type") {
            let _ = write!(line, ", {}", presentable(media, WORDS_MAX));
        }
        self.line(&line);
        if !http.title.is_empty() {
            self.line(&format!("\"{}\"", presentable(&http.title, WORDS_MAX)));
        }
        if http.redirects > 0 {
            let words = self.say(REDIRECTS);
            self.line(&format!("{} {words} → {}", http.redirects, presentable(&http.final_url, WORDS_MAX)));
        }
    }

    fn certificate(&mut self, run: &ProbeRun, tls: &TlsFacts) {
        self.heading(CERTIFICATE);
        for certificate in tls.certificates().iter().take(if self.manner.verbose { 10 } else { 1 }) {
            let (zone, language) = (self.manner.zone, self.manner.language);
            let days = (certificate.not_after - run.result.started_at).num_days();
            let left = self.say(if days < 0 { DAYS_AGO } else { DAYS_LEFT });
            self.line(&presentable(&certificate.subject, WORDS_MAX));
            let by = presentable(&certificate.issuer, WORDS_MAX);
            self.line(&format!("{} {by}", self.say(ISSUED_BY)));
            let day = numbers::day(certificate.not_after, zone, language);
            self.line(&format!("{} {day} ({} {left}), {}", self.say(EXPIRES), days.abs(), certificate.key));
        }
        let handshake =
            [tls.cipher, tls.group, tls.alpn.as_str()].into_iter().filter(|word| !word.is_empty());
        let handshake: Vec<String> = handshake.map(|word| presentable(word, WORDS_MAX)).collect();
        let verdict = if tls.verified { self.say(VERIFIED) } else { self.say(NOT_VERIFIED) };
        let version = if tls.version.is_empty() { String::new() } else { format!("TLS {}, ", tls.version) };
        let mut line = format!("{version}{verdict}");
        if !tls.verified && !tls.detail.is_empty() {
            let _ = write!(
                line,
                ": {}",
                presentable(sayings::saying(&tls.detail).in_language(self.manner.language), WORDS_MAX)
            );
        }
        if self.manner.verbose && !handshake.is_empty() {
            let _ = write!(line, " ({})", handshake.join(", "));
        }
        self.line(&line);
    }

    fn addresses(&mut self, addresses: &[AddressFacts]) {
        if addresses.is_empty() {
            return;
        }
        self.heading(ADDRESSES);
        for facts in addresses {
            let outcome = match (&facts.fault, facts.connect) {
                (Some(fault), _) => {
                    let said = sayings::saying(&fault.detail);
                    let said = presentable(said.in_language(self.manner.language), WORDS_MAX);
                    format!("{}: {said}", fault.reason)
                }
                (None, Some(spent)) if facts.used => format!("{} ({})", self.say(USED), self.duration(spent)),
                (None, Some(spent)) => self.duration(spent),
                (None, None) if facts.used => self.say(USED).to_owned(),
                (None, None) => self.say(UNUSED).to_owned(),
            };
            self.line(&format!("{}  {outcome}", facts.address));
        }
    }

    /// What else a kind shows, as indented JSON.
    fn facts(&mut self, run: &ProbeRun) {
        if run.result.facts.more.is_empty() {
            return;
        }
        self.heading(FACTS);
        for (kind, facts) in &run.result.facts.more {
            let text = serde_json::to_string_pretty(facts).unwrap_or_default();
            self.line(kind);
            for line in text.lines().filter(|line| !matches!(line.trim(), "{" | "}")) {
                self.line(&presentable(line, WORDS_MAX));
            }
        }
    }

    fn timeline(&mut self, run: &ProbeRun) {
        if run.result.timeline.events().is_empty() {
            return;
        }
        self.heading(TIMELINE);
        for event in run.result.timeline.events() {
            let after = self.duration(event.after);
            let detail = presentable(&event.detail, WORDS_MAX);
            self.line(format!("{after:>9}  {:<10} {detail}", event.what).trim_end());
        }
    }
}
