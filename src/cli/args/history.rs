//! The arguments of `emc history`.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};

/// `emc history`.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct HistoryArguments {
    /// Only this authority.
    #[arg(long, value_name = "ID")]
    pub authority: Option<String>,
    /// Only this portal, by its id or as `authority/portal`.
    #[arg(long, value_name = "ID")]
    pub portal: Option<String>,
    /// Only this probe.
    #[arg(long, value_name = "ID")]
    pub probe: Option<String>,
    /// Only runs since then: a duration such as `2h`, a day such as `2026-10-01`, or `2026-10-01T08:00`.
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Only runs before then.
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// Only runs of this status.
    #[arg(long, value_name = "up|degraded|down|unknown")]
    pub status: Option<StatusWord>,
    /// The most runs.
    #[arg(long, short = 'n', value_name = "NUMBER", default_value = "100")]
    pub most: usize,
    /// Shape of the output.
    #[arg(long, short, value_name = "human|json|ndjson|csv", default_value = "human")]
    pub output: HistoryFormat,
    /// What else to do with history; without it, runs are listed, newest first.
    #[command(subcommand)]
    pub command: Option<HistoryCommand>,
}

/// A status on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[expect(missing_docs, reason = "the four words of a status")]
pub enum StatusWord {
    Up,
    Degraded,
    Down,
    Unknown,
}

/// Shape of a list of runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum HistoryFormat {
    /// For people.
    Human,
    /// One array.
    Json,
    /// One object a line.
    Ndjson,
    /// For spreadsheets.
    Csv,
}

/// `emc history ...`.
#[derive(Debug, Subcommand)]
pub enum HistoryCommand {
    /// Print the whole result of a run that was not up, as JSON.
    Show(HistoryShow),
    /// Copy history into a new file, while `emc serve` goes on writing.
    Backup(HistoryBackup),
    /// Put a copy in the place of history; `emc serve` must not run.
    Restore(HistoryRestore),
    /// Give unused room back to the system.
    Vacuum,
}

/// `emc history show`.
#[derive(Debug, clap::Args)]
pub struct HistoryShow {
    /// Id of the run.
    #[arg(value_name = "RUN")]
    pub run: String,
}

/// `emc history backup`.
#[derive(Debug, clap::Args)]
pub struct HistoryBackup {
    /// The file to make.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// `emc history restore`.
#[derive(Debug, clap::Args)]
pub struct HistoryRestore {
    /// The copy to put in place.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}
