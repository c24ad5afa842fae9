//! `emc doctor`: prints the report.

use anstyle::AnsiColor;

use crate::app::doctor::{DoctorOptions, Line, Verdict, doctor};
use crate::cli::args::Common;
use crate::cli::exit::{self, Exit};
use crate::cli::out::Out;
use crate::cli::surroundings::{Surroundings, world};
use crate::model::text::{Language, Text};

/// Runs the command.
pub(super) fn run(common: &Common, surroundings: &Surroundings, out: &mut Out) -> Exit {
    let options = DoctorOptions { config_file: common.config_file.clone(), variables: world().variables };
    let lines = doctor(&options);
    for line in &lines {
        out.print(&shown(line, surroundings.language));
    }
    match lines.iter().map(|line| line.verdict).max() {
        None | Some(Verdict::Ok | Verdict::NotChecked) => exit::UP,
        Some(Verdict::Warn) => exit::DEGRADED,
        Some(Verdict::Fail) => exit::UNKNOWN,
    }
}

fn shown(line: &Line, language: Language) -> String {
    let (word, colour) = match line.verdict {
        Verdict::Ok => (Text { vi: "tốt", en: "ok" }, AnsiColor::Green),
        Verdict::NotChecked => (Text { vi: "không xét", en: "not checked" }, AnsiColor::Cyan),
        Verdict::Warn => (Text { vi: "lưu ý", en: "warn" }, AnsiColor::Yellow),
        Verdict::Fail => (Text { vi: "hỏng", en: "fail" }, AnsiColor::Red),
    };
    let style = colour.on_default().bold();
    let word = word.in_language(language);
    let subject = line.subject.in_language(language);
    let mut text = format!("{style}{word:<11}{style:#}  {subject:<24} {}\n", line.found);
    if let Some(advice) = line.advice {
        text += &format!("             → {}\n", advice.in_language(language));
    }
    text
}
