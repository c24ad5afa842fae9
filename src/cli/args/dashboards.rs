//! The arguments of `emc dashboards`.

use std::path::PathBuf;

use clap::Subcommand;

/// `emc dashboards`.
#[derive(Debug, Subcommand)]
pub enum DashboardsCommand {
    /// Write the dashboards and Grafana's provisioning files, in Vietnamese and English.
    Export(ExportArguments),
}

/// `emc dashboards export`.
#[derive(Debug, clap::Args)]
pub struct ExportArguments {
    /// The folder to write to; files of these names are replaced.
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
}
