//! `emc history`: lists runs, and takes care of the store.

use std::path::Path;

use crate::app::check::styling;
use crate::app::history::{self, HistoryError, RunQuery};
use crate::app::wiring::World;
use crate::cli::args::Common;
use crate::cli::args::history::{HistoryArguments, HistoryCommand, HistoryFormat, StatusWord};
use crate::cli::exit::{self, Exit};
use crate::cli::out::Out;
use crate::cli::surroundings::{Surroundings, world};
use crate::cli::write::{Manner, history as write};
use crate::model::status::Status;
use crate::model::text::{Language, Text};

const BACKED_UP: Text = Text { vi: "Đã sao lịch sử ra", en: "History was copied to" };
const RESTORED: Text =
    Text { vi: "Đã đặt bản sao vào chỗ của lịch sử", en: "The copy is in place" };
const BEFORE: Text = Text { vi: "lịch sử trước đó nằm ở", en: "the history before is at" };
const VACUUMED: Text =
    Text { vi: "Đã dọn kho lịch sử", en: "History takes no more room than it needs" };

/// Runs the command.
pub(super) fn run(
    arguments: HistoryArguments,
    common: &Common,
    surroundings: &Surroundings,
    out: &mut Out,
) -> Exit {
    let (world, language) = (world(), surroundings.language);
    let done = match &arguments.command {
        Some(command) => care(command, &common.config_file, &world, language),
        None => list(&arguments, &common.config_file, &world, surroundings),
    };
    match done {
        Ok(text) => {
            out.print(&text);
            exit::UP
        }
        Err(error) => {
            explain(&error, surroundings, out);
            exit::UNKNOWN
        }
    }
}

/// Tells why there is nothing to tell.
pub(super) fn explain(error: &HistoryError, surroundings: &Surroundings, out: &mut Out) {
    let language = surroundings.language;
    match error {
        HistoryError::Configuration(wrong) => {
            out.warn(&wrong.render(styling(surroundings.colours_errors()), language));
        }
        other => out.complain(other.told().in_language(language)),
    }
}

fn care(
    command: &HistoryCommand,
    config: &Path,
    world: &World,
    language: Language,
) -> Result<String, HistoryError> {
    Ok(match command {
        HistoryCommand::Show(show) => history::evidence(config, world, &show.run)? + "\n",
        HistoryCommand::Backup(backup) => {
            history::backup(config, world, &backup.file)?;
            format!("{} {}\n", BACKED_UP.in_language(language), backup.file.display())
        }
        HistoryCommand::Restore(restore) => {
            let before = history::restore(config, world, &restore.file)?;
            let place = history::place(config, world)?;
            let told = before.map_or_else(String::new, |before| {
                format!("; {} {}", BEFORE.in_language(language), before.display())
            });
            format!("{} {place}{told}\n", RESTORED.in_language(language))
        }
        HistoryCommand::Vacuum => {
            history::vacuum(config, world)?;
            format!("{}\n", VACUUMED.in_language(language))
        }
    })
}

fn list(
    arguments: &HistoryArguments,
    config: &Path,
    world: &World,
    surroundings: &Surroundings,
) -> Result<String, HistoryError> {
    let runs = history::runs(config, world, &query(arguments, world, surroundings)?)?;
    let manner = Manner { language: surroundings.language, verbose: false, zone: surroundings.zone };
    Ok(match arguments.output {
        HistoryFormat::Human => write::human(&runs, &manner),
        HistoryFormat::Json => write::json(&runs),
        HistoryFormat::Ndjson => write::ndjson(&runs),
        HistoryFormat::Csv => write::csv(&runs).expect("memory takes what is written to it"),
    })
}

fn query(
    arguments: &HistoryArguments,
    world: &World,
    surroundings: &Surroundings,
) -> Result<RunQuery, HistoryError> {
    let now = (world.clock)();
    let moment = |given: &Option<String>| {
        given.as_deref().map(|text| history::moment(text, now, surroundings.zone)).transpose()
    };
    let (authority, portal) = match arguments.portal.as_deref().and_then(|given| given.split_once('/')) {
        Some((authority, portal)) => (Some(authority.to_owned()), Some(portal.to_owned())),
        None => (arguments.authority.clone(), arguments.portal.clone()),
    };
    Ok(RunQuery {
        run: None,
        authority,
        portal,
        probe: arguments.probe.clone(),
        since: moment(&arguments.since)?,
        until: moment(&arguments.until)?,
        status: arguments.status.map(status),
        most: arguments.most,
    })
}

const fn status(word: StatusWord) -> Status {
    match word {
        StatusWord::Up => Status::Up,
        StatusWord::Degraded => Status::Degraded,
        StatusWord::Down => Status::Down,
        StatusWord::Unknown => Status::Unknown,
    }
}
