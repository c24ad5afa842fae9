//! The arguments. English stands here, beside each flag; Vietnamese in `vietnamese.rs`, which a test holds complete.

pub mod dashboards;
pub mod history;
pub mod probe;
pub mod report;
pub mod rules;
pub mod sandbox;
pub mod verify;

mod settings;

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

use crate::cli::args::dashboards::DashboardsCommand;
use crate::cli::args::history::HistoryArguments;
use crate::cli::args::probe::ProbeArguments;
use crate::cli::args::report::ReportCommand;
use crate::cli::args::rules::RulesCommand;
use crate::cli::args::sandbox::SandboxArguments;
use crate::cli::args::verify::VerifyArguments;
use crate::model::text::Language;
use crate::model::told::{Told, told};

/// Watches online public services from the outside, honestly, and exports what it finds to Prometheus.
#[derive(Debug, Parser)]
#[command(name = "emc", version, disable_help_subcommand = true, arg_required_else_help = true)]
pub struct Arguments {
    /// What every command takes.
    #[command(flatten)]
    pub common: Common,
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// What every command takes.
#[derive(Debug, clap::Args)]
pub struct Common {
    /// Configuration: a file, or a folder with `emc.yaml` and further `*.yaml`.
    #[arg(long = "config.file", global = true, value_name = "PATH", default_value = ".")]
    pub config_file: PathBuf,
    /// Language of help and output.
    #[arg(long, global = true, value_name = "vi|en", value_parser = parse_language)]
    pub lang: Option<Language>,
    /// Log events of this level and worse, on standard error; `serve` begins at info, everything else at warn.
    #[arg(long = "log.level", global = true, value_name = "trace|debug|info|warn|error")]
    pub log_level: Option<LogLevel>,
    /// Shape of log lines.
    #[arg(long = "log.format", global = true, value_name = "logfmt|json", default_value = "logfmt")]
    pub log_format: LogFormat,
}

/// How much is logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[expect(missing_docs, reason = "the names of tracing's own levels")]
pub enum LogLevel {
    Trace,
    Debug,
    Info,
    Warn,
    Error,
}

/// Shape of log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// `key=value` pairs.
    Logfmt,
    /// One object a line.
    Json,
}

/// The commands, in the order in which a newcomer meets them.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start the practice ministry and a monitor that watches it.
    Demo(DemoArguments),
    /// Run probes once, now, and explain the verdict.
    Probe(Box<ProbeArguments>),
    /// Watch everything that is configured and export metrics.
    Serve(ServeArguments),
    /// Validate the configuration: every error at once, with its place.
    Check(CheckArguments),
    /// Is this signature valid? Who signed, for which body, when, and every check that the law asks for.
    Verify(Box<VerifyArguments>),
    /// What happened: runs out of history, and care of it.
    History(Box<HistoryArguments>),
    /// Reports out of history.
    #[command(subcommand)]
    Report(ReportCommand),
    /// List the kinds of probe.
    Kinds(KindsArguments),
    /// About the configuration.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Rules and alerts for Prometheus.
    #[command(subcommand)]
    Rules(RulesCommand),
    /// Schemas of what emc writes.
    #[command(subcommand)]
    Schema(SchemaCommand),
    /// The dashboards for Grafana.
    #[command(subcommand)]
    Dashboards(DashboardsCommand),
    /// The practice ministry: a portal on loopback whose faults can be switched.
    Sandbox(SandboxArguments),
    /// Examine this machine: can it measure, and measure well?
    Doctor,
    /// Ask a running monitor whether it is healthy.
    Healthcheck(HealthcheckArguments),
    /// Print completions for a shell.
    Completions(CompletionsArguments),
    /// Print a man page.
    Man(ManArguments),
}

/// `emc demo`.
#[derive(Debug, clap::Args)]
pub struct DemoArguments {
    /// Address of the monitor.
    #[arg(long = "web.listen-address", value_name = "HOST:PORT", default_value = "127.0.0.1:9715")]
    pub listen: String,
}

/// `emc serve`.
#[derive(Debug, clap::Args)]
pub struct ServeArguments {
    /// Address of metrics and pages (repeatable); instead of `listen` in the configuration.
    #[arg(long = "web.listen-address", value_name = "HOST:PORT")]
    pub listen: Vec<String>,
    /// Address that gives the status page alone, for all to see (repeatable).
    #[arg(long = "web.status-only", value_name = "HOST:PORT")]
    pub status_only: Vec<String>,
    /// TLS and passwords of metrics and pages, a file in the format of Prometheus' exporter-toolkit.
    #[arg(long = "web.config.file", value_name = "FILE")]
    pub web_config: Option<PathBuf>,
    /// Address by which people reach the monitor, for links.
    #[arg(long = "web.external-url", value_name = "URL")]
    pub external_url: Option<String>,
    /// Reload when a configuration file changes.
    #[arg(long)]
    pub watch: bool,
}

/// `emc check`.
#[derive(Debug, clap::Args)]
pub struct CheckArguments {
    /// The file or folder to validate, instead of --config.file.
    #[arg(value_name = "PATH")]
    pub path: Option<PathBuf>,
}

/// `emc kinds`.
#[derive(Debug, clap::Args)]
pub struct KindsArguments {
    /// Shape of the output.
    #[arg(long, short, value_name = "human|json", default_value = "human")]
    pub output: ListFormat,
}

/// Shape of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// For people.
    Human,
    /// For programs.
    Json,
}

/// `emc config`.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Print the JSON Schema of the configuration, for editors.
    Schema,
}

/// `emc schema`.
#[derive(Debug, Subcommand)]
pub enum SchemaCommand {
    /// Print the JSON Schema of one result, as `emc probe --output json` writes it.
    Result,
    /// Print the JSON Schema of the report on one file, as `emc verify --output json` writes it.
    Verification,
}

/// `emc healthcheck`.
#[derive(Debug, clap::Args)]
pub struct HealthcheckArguments {
    /// Address of the running monitor.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:9715")]
    pub url: String,
    /// Also trust the roots in this PEM file (repeatable).
    #[arg(long, value_name = "FILE")]
    pub ca_file: Vec<PathBuf>,
    /// Name on the monitor's certificate, where it is not the host of the address.
    #[arg(long, value_name = "NAME")]
    pub server_name: Option<String>,
    /// User, where the monitor wants one.
    #[arg(long, value_name = "USER", requires = "password_file")]
    pub username: Option<String>,
    /// File with the user's password; a line end at its end does not count.
    #[arg(long, value_name = "FILE", requires = "username")]
    pub password_file: Option<PathBuf>,
    /// How long to wait.
    #[arg(long, value_name = "DURATION", default_value = "5s")]
    pub timeout: String,
}

/// `emc completions`.
#[derive(Debug, clap::Args)]
pub struct CompletionsArguments {
    /// The shell.
    #[arg(value_name = "bash|zsh|fish")]
    pub shell: Shell,
}

/// Shells with completions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[expect(missing_docs, reason = "the shells' own names")]
pub enum Shell {
    Bash,
    Zsh,
    Fish,
}

/// `emc man`.
#[derive(Debug, clap::Args)]
pub struct ManArguments {
    /// Page of one command, such as `probe`; without it, that of emc.
    #[arg(value_name = "COMMAND")]
    pub command: Option<String>,
}

fn parse_language(text: &str) -> Result<Language, Told> {
    match text {
        "vi" => Ok(Language::Vi),
        "en" => Ok(Language::En),
        _ => Err(told!("viết \"vi\" hoặc \"en\"", "\"vi\" or \"en\"")),
    }
}
