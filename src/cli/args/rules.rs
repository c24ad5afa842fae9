//! `emc rules`: its arguments.

use clap::{Subcommand, ValueEnum};

/// `emc rules`.
#[derive(Debug, Subcommand)]
pub enum RulesCommand {
    /// Write recording and alerting rules for what is configured, with windows that fit how often each portal is probed.
    Generate(GenerateArguments),
}

/// `emc rules generate`.
#[derive(Debug, clap::Args)]
pub struct GenerateArguments {
    /// Folder that takes the file, or - to print it.
    #[arg(long, short, value_name = "DIR|-", default_value = "-")]
    pub output: String,
    /// For whom: Prometheus, or the Prometheus operator of Kubernetes.
    #[arg(long = "format", value_name = "prometheus|kubernetes", default_value = "prometheus")]
    pub shape: RuleShape,
    /// Read no configuration: rules for any portal that is probed about once a minute, those in prometheus/.
    #[arg(long)]
    pub defaults: bool,
    /// Address where you keep docs/runbooks/, for links in alerts.
    #[arg(long = "runbooks.url", value_name = "URL", default_value = "https://emc.example/docs/runbooks")]
    pub runbooks: String,
    /// Address of Grafana, for links in alerts.
    #[arg(long = "grafana.url", value_name = "URL", default_value = "http://localhost:3000")]
    pub dashboards: String,
}

/// For whom rules are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RuleShape {
    /// A file for `rule_files`.
    Prometheus,
    /// A `PrometheusRule`.
    Kubernetes,
}
