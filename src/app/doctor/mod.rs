//! `emc doctor`: can this machine measure, and measure well? One function per organ.

mod machine;
mod network;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::Utc;
use serde::Serialize;

use crate::app::variables::Variables;
use crate::config::global::Global;
use crate::model::text::Text;
use crate::net::Net;

/// How an organ was found, from best to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// As it should be.
    Ok,
    /// It cannot be known from here.
    NotChecked,
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

    pub(in crate::app::doctor) fn not_checked(subject: Text, found: impl Into<String>, advice: Text) -> Self {
        Self { subject, verdict: Verdict::NotChecked, found: found.into(), advice: Some(advice) }
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
    /// The environment, for secrets that the configuration names.
    pub variables: Arc<Variables>,
}

/// Examines the machine.
#[must_use]
pub fn doctor(options: &DoctorOptions) -> Vec<Line> {
    // Files with errors are told by `emc check`; here they only mean that the system's own settings are examined.
    let loaded = crate::config::load(&options.config_file, options.variables.as_ref()).ok();
    let global = loaded.map_or_else(Global::default, |loaded| loaded.global);
    let mut lines = vec![
        machine::descriptors(),
        machine::clock(Path::new("/"), Utc::now()),
        machine::roots(),
        machine::configuration(&options.config_file),
    ];
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => lines.extend(runtime.block_on(examine_network(&global))),
        Err(error) => lines.push(network::no_runtime(&error)),
    }
    lines
}

async fn examine_network(global: &Global) -> Vec<Line> {
    let net = match Net::new(&global.net) {
        Ok(net) => net,
        Err(fault) => return vec![network::no_net(&fault)],
    };
    let mut lines = vec![network::resolver(&net).await, network::kernel_stamps(&net).await];
    lines.push(network::ipv6());
    lines.push(network::anchors(&net, &global.schedule.anchors).await);
    lines
}
