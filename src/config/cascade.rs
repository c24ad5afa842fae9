//! Defaults, from far to near: of everything, of the authority, of the portal. What stands nearer wins.
//!
//! `labels` are joined key by key, and so are the settings of a kind; a key that is given again replaces the farther
//! one whole, lists and mappings included.

use std::time::Duration;

use crate::config::decode::decode;
use crate::config::files::{DefaultKeys, ProbeKeys};
use crate::config::node::{Entry, Node, Value};
use crate::config::problem::Problems;
use crate::config::source::Span;
use crate::model::told::told;
use crate::probe::kind::KINDS;
use crate::probe::settings::Pairs;

/// How often, unless anybody says otherwise.
const EVERY: Duration = Duration::from_secs(60);
/// How long, unless anybody says otherwise.
const TIMEOUT: Duration = Duration::from_secs(10);
/// How many further runs must agree, unless anybody says otherwise.
const CONFIRM: u32 = 1;

/// What probes have unless they say otherwise.
#[derive(Clone, Debug)]
pub(super) struct Defaults {
    every: Duration,
    timeout: Duration,
    confirm: u32,
    /// Labels.
    pub(super) labels: Pairs,
    /// Settings per kind.
    kinds: Vec<(&'static str, Vec<Entry>)>,
}

impl Default for Defaults {
    fn default() -> Self {
        Self { every: EVERY, timeout: TIMEOUT, confirm: CONFIRM, labels: Pairs::new(), kinds: Vec::new() }
    }
}

/// When a probe runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Timing {
    /// How often.
    pub(super) every: Duration,
    /// How long.
    pub(super) timeout: Duration,
    /// How many further runs must agree.
    pub(super) confirm: u32,
}

impl Defaults {
    /// These, with nearer ones on top.
    pub(super) fn with(&self, node: Option<&Node>, problems: &mut Problems) -> Self {
        let mut joined = self.clone();
        let Some(node) = node.filter(|node| node.value != Value::Null) else { return joined };
        let keys: DefaultKeys = match decode(node) {
            Ok(keys) => keys,
            Err(error) => {
                problems.undecodable(node, error);
                return joined;
            }
        };
        if let Some(every) = keys.every {
            joined.every = every.0;
        }
        joined.timeout = keys.timeout.map_or(joined.timeout, |timeout| timeout.0).min(joined.every);
        joined.confirm = keys.confirm.unwrap_or(joined.confirm);
        joined.labels.extend(keys.labels);
        if keys.timeout.is_some_and(|timeout| timeout.0 > joined.every) {
            too_long(node, joined.every, problems);
        }
        for kind in KINDS {
            if let Some(entry) = node.entry(kind.name) {
                let merged = joined.settings(kind.name, entry.value.entries());
                joined.kinds.retain(|(name, _)| *name != kind.name);
                joined.kinds.push((kind.name, merged));
            }
        }
        joined
    }

    /// A kind's settings, with nearer ones on top.
    pub(super) fn settings(&self, kind: &str, nearer: &[Entry]) -> Vec<Entry> {
        let farther = self.kinds.iter().find(|(name, _)| *name == kind).map_or(&[][..], |(_, of)| of);
        let mut joined = nearer.to_vec();
        let absent = |entry: &&Entry| !nearer.iter().any(|near| near.key == entry.key);
        joined.extend(farther.iter().filter(absent).cloned());
        joined
    }

    /// When a probe runs: a timeout that it inherits is cut to how often it runs, its own must fit.
    pub(super) fn timing(&self, keys: &ProbeKeys, node: &Node, problems: &mut Problems) -> Timing {
        let every = keys.every.map_or(self.every, |every| every.0);
        let timeout = keys.timeout.map_or(self.timeout, |timeout| timeout.0);
        if keys.timeout.is_some() && timeout > every {
            too_long(node, every, problems);
        }
        Timing { every, timeout: timeout.min(every), confirm: keys.confirm.unwrap_or(self.confirm) }
    }
}

fn too_long(node: &Node, every: Duration, problems: &mut Problems) {
    if node.pruned {
        return;
    }
    let every = crate::probe::settings::Span(every);
    let span = node.get("timeout").map_or(node.span, |timeout| timeout.span);
    let message = told!(
        "thời hạn dài hơn khoảng {every} giữa hai lần đo",
        "the timeout is longer than the {every} between two runs"
    );
    let help = told!(
        "đặt nhiều nhất là {every}, hoặc tăng \"every\"",
        "make it at most {every}, or \"every\" longer"
    );
    problems.error(span, message, help);
}

/// The shortest and longest durations that make sense.
const EVERY_BOUNDS: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(31 * 86_400));
const TIMEOUT_BOUNDS: (Duration, Duration) = (Duration::from_millis(10), Duration::from_secs(600));

/// Holds `every` and `timeout` of a mapping against what makes sense.
pub(super) fn check_bounds(
    node: &Node,
    every: Option<Duration>,
    timeout: Option<Duration>,
    problems: &mut Problems,
) {
    let mut check = |key: &str, given: Option<Duration>, (least, most): (Duration, Duration)| {
        if let Some(given) = given.filter(|given| *given < least || *given > most) {
            let [given, least, most] = [given, least, most].map(crate::probe::settings::Span);
            let span: Span = node.get(key).map_or(node.span, |value| value.span);
            problems.error(
                span,
                told!("\"{key}\" không thể là {given}", "\"{key}\" cannot be {given}"),
                told!("phải từ {least} đến {most}", "it takes {least} to {most}"),
            );
        }
    };
    check("every", every, EVERY_BOUNDS);
    check("timeout", timeout, TIMEOUT_BOUNDS);
}
