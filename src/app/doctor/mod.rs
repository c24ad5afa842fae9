//! `emc doctor`: can this machine measure, and measure well? One function per organ.

mod machine;
mod network;

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::Serialize;

use crate::model::text::Text;
use crate::net::{Net, NetSettings};

/// How an organ was found, from best to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// As it should be.
    Ok,
    /// It works, with less than could be.
    Warn,
    /// Measuring is impossible or wrong.
    Fail,
}

/// One line of the report.
#[derive(Clone, Debug)]
pub struct Line {
    /// What was looked at.
    pub subject: Text,
    /// How it was found.
    pub verdict: Verdict,
    /// What was found: figures and names, the same in every language.
    pub found: String,
    /// What to do, where something is to be done.
    pub advice: Option<Text>,
}

impl Line {
    pub(in crate::app::doctor) fn ok(subject: Text, found: impl Into<String>) -> Self {
        Self { subject, verdict: Verdict::Ok, found: found.into(), advice: None }
    }

    pub(in crate::app::doctor) fn warn(subject: Text, found: impl Into<String>, advice: Text) -> Self {
        Self { subject, verdict: Verdict::Warn, found: found.into(), advice: Some(advice) }
    }

    pub(in crate::app::doctor) fn fail(subject: Text, found: impl Into<String>, advice: Text) -> Self {
        Self { subject, verdict: Verdict::Fail, found: found.into(), advice: Some(advice) }
    }
}

/// What is examined.
#[derive(Clone, Debug)]
pub struct DoctorOptions {
    /// The configuration; where there is none, the machine is examined without it.
    pub config_file: PathBuf,
    /// Name servers, instead of the system's.
    pub resolvers: Vec<SocketAddr>,
    /// `host:port` of places that answer whenever our own network works.
    pub anchors: Vec<String>,
}

/// Examines the machine.
#[must_use]
pub fn doctor(options: &DoctorOptions) -> Vec<Line> {
    let mut lines = vec![
        machine::descriptors(),
        machine::clock(),
        machine::roots(),
        machine::configuration(&options.config_file),
    ];
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => lines.extend(runtime.block_on(examine_network(options))),
        Err(error) => lines.push(network::no_runtime(&error)),
    }
    lines
}

async fn examine_network(options: &DoctorOptions) -> Vec<Line> {
    let settings = NetSettings { resolvers: options.resolvers.clone(), ..NetSettings::default() };
    let net = match Net::new(&settings) {
        Ok(net) => net,
        Err(fault) => return vec![network::no_net(&fault)],
    };
    let mut lines = vec![network::resolver(&net).await, network::kernel_stamps(&net).await];
    lines.push(network::ipv6());
    lines.push(network::anchors(&net, &options.anchors).await);
    lines
}
