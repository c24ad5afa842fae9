//! The arguments of `emc report`.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};

/// `emc report ...`.
#[derive(Debug, Subcommand)]
pub enum ReportCommand {
    /// Availability of a month by authority and portal, around the clock and in office hours, with outages.
    Availability(AvailabilityArguments),
}

/// `emc report availability`.
#[derive(Debug, clap::Args)]
pub struct AvailabilityArguments {
    /// The month, such as `2026-10`.
    #[arg(long, value_name = "YEAR-MONTH")]
    pub month: String,
    /// Only this authority.
    #[arg(long, value_name = "ID")]
    pub authority: Option<String>,
    /// The calendar of office hours, by its id in `calendars`; the first one otherwise.
    #[arg(long, value_name = "ID")]
    pub calendar: Option<String>,
    /// Shape of the output.
    #[arg(long, short, value_name = "html|csv|xlsx|json", default_value = "html")]
    pub output: ReportFormat,
    /// The file to write; standard output otherwise.
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,
}

/// Shape of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// A page, printable.
    Html,
    /// For spreadsheets, one table.
    Csv,
    /// For spreadsheets, a workbook.
    Xlsx,
    /// For programs.
    Json,
}
