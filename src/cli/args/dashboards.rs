//! The arguments of `emc dashboards`.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};

/// `emc dashboards`.
#[derive(Debug, Subcommand)]
pub enum DashboardsCommand {
    /// Write the dashboards and Grafana's provisioning files, in Vietnamese and English.
    Export(ExportArguments),
    /// Draw the dashboards as pages, with charts of what a Prometheus knows now; needs no Grafana.
    Preview(PreviewArguments),
}

/// `emc dashboards export`.
#[derive(Debug, clap::Args)]
pub struct ExportArguments {
    /// For whom: Grafana's own folders, or the sidecar of a Grafana that runs in Kubernetes.
    #[arg(long = "format", value_name = "grafana|kubernetes", default_value = "grafana")]
    pub shape: ExportShape,
    /// The folder to write to; files of these names are replaced.
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
}

/// For whom dashboards are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ExportShape {
    /// JSON and provisioning files.
    Grafana,
    /// One file of `ConfigMap`s.
    Kubernetes,
}

/// `emc dashboards preview`.
#[derive(Debug, clap::Args)]
pub struct PreviewArguments {
    /// Address of Prometheus.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:9090")]
    pub prometheus: String,
    /// How far back.
    #[arg(long, value_name = "DURATION", default_value = "6h")]
    pub range: String,
    /// Value of a variable, such as `portal=dvc` (repeatable).
    #[arg(long = "var", value_name = "NAME=VALUE")]
    pub variables: Vec<String>,
    /// Address of the monitor, for links to its runs.
    #[arg(long = "web.external-url", value_name = "URL", default_value = "http://127.0.0.1:9715")]
    pub monitor: String,
    /// A folder for a page per dashboard, or a file that ends in `.html` for all in one.
    #[arg(value_name = "DIR|FILE")]
    pub to: PathBuf,
}
