//! The arguments of `emc probe`.

use std::path::PathBuf;

use clap::ValueEnum;

/// `emc probe`.
#[derive(Debug, clap::Args)]
pub struct ProbeArguments {
    /// A configured probe (`portal`, `portal/probe`, `authority/portal/probe` or a glob such as `bo-*/**`), a URL, or
    /// with --kind a host, host:port or domain name.
    #[arg(value_name = "NAME|URL", required_unless_present = "all")]
    pub targets: Vec<String>,
    /// Run every configured probe.
    #[arg(long, conflicts_with = "targets")]
    pub all: bool,
    /// Shape of the output.
    #[arg(long, short, value_name = "human|json|ndjson|nagios|junit|tap|prom", default_value = "human")]
    pub output: OutputFormat,
    /// Show more: the findings that passed and what happened when.
    #[arg(long, short)]
    pub verbose: bool,
    /// How many probes run at once.
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub concurrency: u16,
    /// What is measured at a bare target.
    #[command(flatten)]
    pub target: TargetArguments,
}

/// What is measured where the target is no configured probe.
#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "For a bare URL or host")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag that people type")]
pub struct TargetArguments {
    /// Kind of probe (see `emc kinds`); a URL means http, `tls://`, `tcp://` and `dns://` their own.
    #[arg(long, value_name = "KIND")]
    pub kind: Option<String>,
    /// The whole run must be over by then.
    #[arg(long, value_name = "DURATION", default_value = "10s")]
    pub timeout: String,
    /// Slower than this is degraded.
    #[arg(long, value_name = "DURATION")]
    pub slow_after: Option<String>,
    /// HTTP method; one that changes something needs --mutates.
    #[arg(long, value_name = "METHOD")]
    pub method: Option<String>,
    /// Allow a method that changes something on the server.
    #[arg(long)]
    pub mutates: bool,
    /// Header to send (repeatable).
    #[arg(long, value_name = "NAME: VALUE")]
    pub header: Vec<String>,
    /// Expected status codes (repeatable), such as 200 or 2xx.
    #[arg(long, value_name = "STATUS", value_delimiter = ',')]
    pub status: Vec<String>,
    /// Text that the page must contain (repeatable).
    #[arg(long, value_name = "TEXT")]
    pub contains: Vec<String>,
    /// Regular expression that the page must match (repeatable).
    #[arg(long, value_name = "REGEX")]
    pub regex: Vec<String>,
    /// CSS selector that must match (repeatable).
    #[arg(long, value_name = "SELECTOR")]
    pub selector: Vec<String>,
    /// JSON pointer and the value that must stand there (repeatable).
    #[arg(long, value_name = "POINTER=VALUE")]
    pub json_pointer: Vec<String>,
    /// Most bytes of the body, such as 500KB or 10MiB.
    #[arg(long, value_name = "SIZE")]
    pub max_body: Option<String>,
    /// Speak HTTP/1.1 only.
    #[arg(long, conflicts_with = "http2")]
    pub http1: bool,
    /// Speak HTTP/2 only.
    #[arg(long)]
    pub http2: bool,
    /// Use IPv4 only.
    #[arg(long, short = '4', conflicts_with = "ipv6")]
    pub ipv4: bool,
    /// Use IPv6 only.
    #[arg(long, short = '6')]
    pub ipv6: bool,
    /// Trust these roots too, a PEM file (repeatable).
    #[arg(long, value_name = "FILE")]
    pub ca_file: Vec<PathBuf>,
    /// Go through this HTTP proxy.
    #[arg(long, value_name = "URL")]
    pub proxy: Option<String>,
    /// A certificate that expires sooner is degraded, such as 30d.
    #[arg(long, value_name = "DURATION")]
    pub warn_before: Option<String>,
    /// dns: type of the record, such as A, AAAA, CAA, NS, SOA or TXT.
    #[arg(long, value_name = "TYPE")]
    pub record: Option<String>,
    /// Never connect to this network (repeatable).
    #[arg(long, value_name = "CIDR")]
    pub deny_network: Vec<String>,
    /// Ask this name server instead of the system's (repeatable).
    #[arg(long, value_name = "ADDRESS[:PORT]")]
    pub resolver: Vec<String>,
}

/// Shape of the output of `emc probe`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
    /// For people.
    Human,
    /// One object, or an array for several; see `emc schema result`.
    Json,
    /// One object a line, as the runs end.
    Ndjson,
    /// Output of a monitoring plugin.
    Nagios,
    /// `JUnit` XML.
    Junit,
    /// Test Anything Protocol 14.
    Tap,
    /// Prometheus text for the textfile collector.
    Prom,
}
