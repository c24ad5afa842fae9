//! The arguments of `emc sandbox`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Subcommand;

use crate::cli::args::ListFormat;

/// `emc sandbox`.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct SandboxArguments {
    /// Where the pages are over HTTP; port 0 lets the system choose.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:9716")]
    pub http: SocketAddr,
    /// Where the pages are over HTTPS.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:9717")]
    pub https: SocketAddr,
    /// Where faults are switched: always on this machine.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:9718")]
    pub admin: SocketAddr,
    /// Another name for the certificate, beside localhost and thuc-hanh.example (repeatable).
    #[arg(long, value_name = "HOST")]
    pub name: Vec<String>,
    /// Folder in which the test CA is written as ca.pem.
    #[arg(long, value_name = "FOLDER", default_value = "emc-sandbox")]
    pub ca_folder: PathBuf,
    /// Allow pages on addresses that other machines reach.
    #[arg(long)]
    pub allow_remote: bool,
    /// What to do with a running one; without it, one is started.
    #[command(subcommand)]
    pub command: Option<SandboxCommand>,
}

/// `emc sandbox ...`.
#[derive(Debug, Subcommand)]
pub enum SandboxCommand {
    /// List or switch the faults of a running practice ministry.
    #[command(subcommand)]
    Fault(FaultCommand),
}

/// `emc sandbox fault ...`.
#[derive(Debug, Subcommand)]
pub enum FaultCommand {
    /// List the faults and which are on.
    List(FaultList),
    /// Switch a fault on.
    On(FaultOn),
    /// Switch a fault off.
    Off(FaultOff),
    /// Switch all faults off.
    Reset(SandboxAddress),
}

/// Where a practice ministry runs.
#[derive(Debug, clap::Args)]
pub struct SandboxAddress {
    /// Where the running practice ministry switches faults.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:9718")]
    pub admin: SocketAddr,
}

/// `emc sandbox fault list`.
#[derive(Debug, clap::Args)]
pub struct FaultList {
    /// Shape of the output.
    #[arg(long, short, value_name = "human|json", default_value = "human")]
    pub output: ListFormat,
    /// Where the practice ministry runs.
    #[command(flatten)]
    pub address: SandboxAddress,
}

/// `emc sandbox fault on`.
#[derive(Debug, clap::Args)]
pub struct FaultOn {
    /// Which fault, by its name in the list.
    pub fault: String,
    /// What the fault is told, such as `path=/tim-kiem` or `delay_ms=5000`.
    #[arg(value_name = "NAME=VALUE")]
    pub params: Vec<String>,
    /// Where the practice ministry runs.
    #[command(flatten)]
    pub address: SandboxAddress,
}

/// `emc sandbox fault off`.
#[derive(Debug, clap::Args)]
pub struct FaultOff {
    /// Which fault, by its name in the list.
    pub fault: String,
    /// Where the practice ministry runs.
    #[command(flatten)]
    pub address: SandboxAddress,
}
