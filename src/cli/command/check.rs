//! `emc check`: prints what is wrong with the files, or what they amount to.

use crate::app::check::{Checked, Diagnostics, check, styling};
use crate::cli::args::{CheckArguments, Common};
use crate::cli::exit::{self, Exit};
use crate::cli::out::Out;
use crate::cli::surroundings::{Surroundings, world};
use crate::model::text::{Language, Text};

const HOLDS: Text = Text { vi: "Cấu hình hợp lệ", en: "The configuration holds" };
const FILES: Text = Text { vi: "tệp đã đọc", en: "files read" };
const PORTALS: Text = Text { vi: "cổng được theo dõi", en: "portals watched" };
const PROBES: Text = Text { vi: "phép đo đang bật", en: "probes that run" };
const DISABLED: Text = Text { vi: "phép đo đang tắt", en: "probes switched off" };
const SERIES: Text = Text { vi: "chuỗi số liệu (tối đa)", en: "series (at most)" };
const PER_SECOND: Text = Text { vi: "phép đo mỗi giây", en: "probes per second" };
const MAINTENANCE: Text = Text {
    vi: "bảo trì đã thông báo, đang hoặc sắp tới",
    en: "announced maintenance, now or to come",
};
const HOSTS: Text = Text { vi: "máy chủ sẽ được liên hệ", en: "hosts that will be contacted" };
const A_SECOND: Text = Text { vi: "lần/giây", en: "a second" };
const CROWDED: Text = Text {
    vi: "bị hỏi dày hơn mức lịch sự cho phép: một số lượt đo sẽ bị bỏ lỡ",
    en: "is asked more often than politeness allows: some runs will be missed",
};

/// Runs the command. Warnings go to standard error, the figures to standard output.
pub(super) fn run(
    arguments: &CheckArguments,
    common: &Common,
    surroundings: &Surroundings,
    out: &mut Out,
) -> Exit {
    let path = arguments.path.as_ref().unwrap_or(&common.config_file);
    match check(path, &world()) {
        Ok(checked) => {
            out.warn(&checked.warnings.render(styling(surroundings.colours_errors()), surroundings.language));
            out.print(&shown(&checked, surroundings.language));
            exit::UP
        }
        Err(diagnostics) => {
            out.warn(&diagnostics.render(styling(surroundings.colours_errors()), surroundings.language));
            out.warn(&format!("\n{}\n", tally(&diagnostics, surroundings.language)));
            exit::DEGRADED
        }
    }
}

/// How much is wrong, behind a list that may have scrolled away.
fn tally(diagnostics: &Diagnostics, language: Language) -> String {
    let errors = diagnostics.errors();
    let warnings = diagnostics.0.len() - errors;
    let counted = |count, one: &str| format!("{count} {one}{}", if count == 1 { "" } else { "s" });
    match language {
        Language::Vi if warnings == 0 => format!("cấu hình chưa dùng được: {errors} lỗi"),
        Language::Vi => format!("cấu hình chưa dùng được: {errors} lỗi, {warnings} cảnh báo"),
        Language::En if warnings == 0 => {
            format!("the configuration cannot be used: {}", counted(errors, "error"))
        }
        Language::En => format!(
            "the configuration cannot be used: {}, {}",
            counted(errors, "error"),
            counted(warnings, "warning")
        ),
    }
}

fn shown(checked: &Checked, language: Language) -> String {
    let summary = &checked.summary;
    let mut text = format!("{}\n", HOLDS.in_language(language));
    let figures = [
        (FILES, checked.files.to_string()),
        (PORTALS, summary.portals.to_string()),
        (PROBES, summary.probes.to_string()),
        (DISABLED, summary.disabled.to_string()),
        (SERIES, summary.series.to_string()),
        (PER_SECOND, format!("{:.3}", summary.per_second)),
        (HOSTS, summary.hosts.len().to_string()),
    ];
    for (name, figure) in figures {
        text += &format!("  {:<32} {figure}\n", name.in_language(language));
    }
    for (host, rate) in &summary.hosts {
        text += &format!("    {host:<40} {rate:.3} {}\n", A_SECOND.in_language(language));
    }
    if !checked.maintenance.is_empty() {
        text += &format!("  {:<32} {}\n", MAINTENANCE.in_language(language), checked.maintenance.len());
    }
    for (portal, when) in &checked.maintenance {
        text += &format!("    {portal:<40} {when}\n");
    }
    for host in &summary.crowded {
        text += &format!("  ! {host} {}\n", CROWDED.in_language(language));
    }
    text
}
