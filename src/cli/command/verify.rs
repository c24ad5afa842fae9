//! `emc verify`: verifies, shows how far it has come, and writes the verdicts.

use chrono::{DateTime, Utc};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::app::check::styling;
use crate::app::verify::{Audience, Coverage, FileReport, Revocation, VerifyError, VerifyOptions, verify};
use crate::cli::args::Common;
use crate::cli::args::verify::{CoverageMode, RevocationMode, VerifyArguments, VerifyFormat};
use crate::cli::exit::{self, Exit};
use crate::cli::out::Out;
use crate::cli::surroundings::{Surroundings, world};
use crate::cli::write::signatures;
use crate::model::told::{Told, told};

/// Fewer files than this are done before a bar is worth looking at.
const BAR_FROM: usize = 3;

/// Runs the command.
pub(super) fn run(
    arguments: &VerifyArguments,
    common: &Common,
    surroundings: &Surroundings,
    out: &mut Out,
) -> Exit {
    let language = surroundings.language;
    let world = world();
    let at = match arguments.at.as_deref().map_or_else(|| Ok((world.clock)()), moment) {
        Ok(at) => at,
        Err(wrong) => {
            out.complain(wrong.in_language(language));
            return exit::UNKNOWN;
        }
    };
    let options = VerifyOptions {
        files: arguments.files.clone(),
        anchors: arguments.anchors.clone(),
        config_file: common.config_file.clone(),
        at,
        offline: arguments.offline,
        revocation: match arguments.revocation {
            RevocationMode::Require => Revocation::Require,
            RevocationMode::Prefer => Revocation::Prefer,
            RevocationMode::None => Revocation::None,
        },
        coverage: match arguments.coverage {
            CoverageMode::Whole => Coverage::Whole,
            CoverageMode::Parts => Coverage::Parts,
        },
        fetch_hosts: arguments.fetch_hosts.clone(),
        detached: arguments.detached.clone(),
        password_file: arguments.password_file.clone(),
    };
    let mut show = Show { watched: surroundings.watched, bar: None };
    let outcome = verify(&options, world.variables.as_ref(), &mut show);
    show.close();
    match outcome {
        Ok(reports) => {
            let manner = signatures::Manner { language, verbose: arguments.verbose, zone: surroundings.zone };
            out.print(&match arguments.output {
                VerifyFormat::Human => signatures::human(&reports, &manner),
                VerifyFormat::Json => signatures::json(&reports),
                VerifyFormat::Junit => signatures::junit(&reports, &manner),
            });
            Exit::of_verdicts(reports.iter().map(|report| report.verdict))
        }
        Err(VerifyError::Configuration(wrong)) => {
            out.warn(&wrong.render(styling(surroundings.colours_errors()), language));
            exit::UNKNOWN
        }
        Err(VerifyError::Unusable(wrong)) => {
            out.complain(wrong.in_language(language));
            exit::UNKNOWN
        }
    }
}

/// A moment as RFC 3339 writes it.
fn moment(text: &str) -> Result<DateTime<Utc>, Told> {
    DateTime::parse_from_rfc3339(text).map(|moment| moment.to_utc()).map_err(|_| {
        told!(
            "--at: \"{text}\" không phải là thời điểm; viết như 2026-11-24T09:00:00+07:00",
            "--at: \"{text}\" is no moment in time; write it as 2026-11-24T09:00:00+07:00"
        )
    })
}

/// A bar for whoever watches.
struct Show {
    watched: bool,
    bar: Option<ProgressBar>,
}

impl Show {
    fn close(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

impl Audience for Show {
    fn begin(&mut self, total: usize) {
        if self.watched && total >= BAR_FROM {
            let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {wide_msg}");
            let bar = ProgressBar::with_draw_target(Some(total as u64), ProgressDrawTarget::stderr());
            bar.set_style(style.expect("the template is well formed"));
            self.bar = Some(bar);
        }
    }

    fn looking_at(&mut self, file: &str) {
        if let Some(bar) = &self.bar {
            bar.set_message(file.to_owned());
        }
    }

    fn done(&mut self, _: &FileReport) {
        if let Some(bar) = &self.bar {
            bar.inc(1);
        }
    }
}
