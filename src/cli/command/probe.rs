//! `emc probe`: runs, shows how far it has come, and writes the results.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::app::bare::{self, FlagError};
use crate::app::check::styling;
use crate::app::probe::{Audience, ProbeError, ProbeOptions, ProbeRun, Report, Selection, probe};
use crate::cli::args::Common;
use crate::cli::args::probe::{OutputFormat, ProbeArguments};
use crate::cli::exit::{self, Exit};
use crate::cli::log::without_credentials;
use crate::cli::out::Out;
use crate::cli::surroundings::{Surroundings, world};
use crate::cli::write::{Asked, Manner, human, json, junit, nagios, tap};
use crate::model::text::{Language, Text};

/// Fewer runs than this are over before a bar is worth looking at.
const BAR_FROM: usize = 3;

const NOT_FOUND: Text =
    Text { vi: "không có phép đo nào tên là", en: "no configured probe is called" };
const NEAREST: Text = Text { vi: "có phải ý bạn là", en: "did you mean" };
const NOT_BARE: Text = Text {
    vi: "muốn đo một địa chỉ chưa cấu hình, hãy viết cả https://",
    en: "to measure an address that is not configured, write it with https://",
};
const MIXED: Text = Text {
    vi: "không thể vừa đo phép đo đã cấu hình vừa đo URL trong một lệnh",
    en: "configured probes and URLs cannot be measured by one command",
};
const HELP: Text = Text { vi: "cách sửa", en: "help" };

/// Runs the command.
pub(super) fn run(
    arguments: &ProbeArguments,
    common: &Common,
    surroundings: &Surroundings,
    out: &mut Out,
) -> Exit {
    let Some(selection) = selection(arguments) else {
        out.complain(MIXED.in_language(surroundings.language));
        return exit::UNKNOWN;
    };
    let options = ProbeOptions {
        config_file: common.config_file.clone(),
        selection,
        concurrency: usize::from(arguments.concurrency),
        variables: world().variables,
    };
    let mut show = Show { format: arguments.output, watched: surroundings.watched, bar: None, out };
    let outcome = probe(&options, &mut show);
    show.close();
    match outcome {
        Ok(report) => {
            let manner = Manner {
                language: surroundings.language,
                verbose: arguments.verbose,
                zone: surroundings.zone,
            };
            out.print(&write(&report, arguments, &manner));
            Exit::of_all(report.runs.iter().map(|run| run.result.status()))
        }
        Err(error) => {
            out.warn(&explain(&error, surroundings.language));
            exit::UNKNOWN
        }
    }
}

/// `None` where names and bare targets are mixed.
fn selection(arguments: &ProbeArguments) -> Option<Selection> {
    let kind = arguments.target.kind.as_deref();
    if arguments.all {
        return Some(Selection::All);
    }
    let bare = arguments.targets.iter().filter(|target| bare::is_bare(target, kind)).count();
    if bare == 0 {
        return Some(Selection::Named(arguments.targets.clone()));
    }
    (bare == arguments.targets.len()).then(|| {
        Selection::Bare(arguments.targets.iter().map(|target| arguments.target.aimed_at(target)).collect())
    })
}

fn asked(arguments: &ProbeArguments) -> Asked {
    match arguments.targets.as_slice() {
        [target] if !target.contains(['*', '?', '[']) || target.contains("://") => Asked::One,
        _ => Asked::Several,
    }
}

fn write(report: &Report, arguments: &ProbeArguments, manner: &Manner) -> String {
    let (runs, asked) = (report.runs.as_slice(), asked(arguments));
    match arguments.output {
        OutputFormat::Human => human::human(runs, asked, manner),
        OutputFormat::Json => json::json(runs, asked),
        // Written while the runs ended.
        OutputFormat::Ndjson => String::new(),
        OutputFormat::Nagios => nagios::nagios(runs, manner.language),
        OutputFormat::Junit => junit::junit(runs, manner),
        OutputFormat::Tap => tap::tap(runs, manner.language),
        OutputFormat::Prom => report.textfile(),
    }
}

/// Shows runs while they come: a bar for whoever watches, lines for whoever reads a stream.
struct Show<'a> {
    format: OutputFormat,
    watched: bool,
    bar: Option<ProgressBar>,
    out: &'a mut Out,
}

impl Show<'_> {
    fn close(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

impl Audience for Show<'_> {
    fn begin(&mut self, total: usize) {
        if self.watched && total >= BAR_FROM {
            let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {wide_msg}");
            let bar = ProgressBar::with_draw_target(Some(total as u64), ProgressDrawTarget::stderr());
            self.bar = Some(bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())));
        }
    }

    fn ended(&mut self, run: &ProbeRun) {
        if let Some(bar) = &self.bar {
            bar.inc(1);
            bar.set_message(run.result.id.to_string());
        }
        if self.format == OutputFormat::Ndjson {
            self.out.print(&json::ndjson(run));
        }
    }
}

/// What was typed may hold a password, and messages end up in logs.
fn explain(error: &ProbeError, language: Language) -> String {
    let text = match error {
        ProbeError::Unknown { given, nearest } => {
            let mut text = format!("emc: {} \"{given}\"\n", NOT_FOUND.in_language(language));
            if let Some(nearest) = nearest {
                text += &format!("  {} \"{nearest}\"?\n", NEAREST.in_language(language));
            }
            if given.contains('.') {
                text += &format!("  {}\n", NOT_BARE.in_language(language));
            }
            text
        }
        ProbeError::Flags(errors) => errors.iter().map(|error| explain_flag(error, language)).collect(),
        ProbeError::Configuration(wrong) => {
            format!("{}\n", wrong.render(styling(true), language).trim_end())
        }
        ProbeError::Own(why) => format!("emc: {why}\n"),
    };
    without_credentials(&text)
}

fn explain_flag(error: &FlagError, language: Language) -> String {
    let mut text = format!("emc: {}: {}\n", error.flag, error.message.in_language(language));
    if !error.help.is_empty() {
        text += &format!("  {}: {}\n", HELP.in_language(language), error.help.in_language(language));
    }
    text
}
