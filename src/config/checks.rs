//! What of a portal can only be judged once it is decoded: its address, labels, dependencies and objectives.

use std::collections::BTreeMap;

use url::Url;

use crate::config::assemble::Assembler;
use crate::config::files::SloKeys;
use crate::config::problem::GIVEN;
use crate::config::tree::Node;
use crate::config::words::suggestion;
use crate::metrics::catalogue::label_problem;
use crate::model::id::Name;
use crate::probe::settings::Pairs;

/// The most labels a probe can have, and the longest value of one in characters.
const LABELS_MAX: (usize, usize) = (10, 200);
/// Labels of our other series: a join by `group_left` would mix them up.
const OURS: &[&str] =
    &["status", "reason", "phase", "quantile", "slo", "version", "verified", "dependency", "cause"];

impl Assembler<'_> {
    /// A portal's address.
    pub(super) fn url(&mut self, text: &str, node: &Node) -> Option<Url> {
        let span = node.get("url").map_or(node.span, |node| node.span);
        let url = match Url::parse(text) {
            Ok(url) if matches!(url.scheme(), "http" | "https") && url.host().is_some() => url,
            Ok(_) => {
                let help =
                    "write http:// or https:// and a host, such as \"https://dichvucong.bo-vd.example\"";
                self.problems.error(span, format!("\"{GIVEN}\" is no web address"), help);
                return None;
            }
            Err(error) => {
                let help = "write it whole, such as \"https://dichvucong.bo-vd.example\"";
                self.problems.error(span, format!("\"{GIVEN}\" is no web address: {error}"), help);
                return None;
            }
        };
        if !url.username().is_empty() || url.password().is_some() {
            let help = "remove them and change the password; a probe's settings take secrets from files";
            self.problems.error(span, "the portal's address holds credentials", help);
            return None;
        }
        Some(url)
    }

    /// Label names that are free, and not too many of them.
    pub(super) fn check_labels(&mut self, node: &Node, labels: &Pairs) {
        let entries = node.get("labels").map(Node::entries).unwrap_or_default();
        let (count, length) = LABELS_MAX;
        if entries.len() > count {
            let help = format!("a probe can have {count}");
            self.problems.error(entries[count].key_span, format!("{} labels", entries.len()), help);
        }
        for entry in entries {
            let taken =
                OURS.contains(&&*entry.key).then_some("this label is already used by other series of ours");
            if let Some(reason) = label_problem(&entry.key).or(taken) {
                let message = format!("\"{}\" cannot be a label", entry.key);
                self.problems.error(entry.key_span, message, reason);
            }
            if labels.get(&*entry.key).is_some_and(|value| value.chars().count() > length) {
                let help = format!("it takes at most {length} characters");
                self.problems.error(
                    entry.value.span,
                    format!("the label \"{}\" is too long", entry.key),
                    help,
                );
            }
        }
    }

    /// Only dependencies that `emc.yaml` describes.
    pub(super) fn check_dependencies(&mut self, node: &Node, ids: &[Name]) {
        let mut known: Vec<&str> = self.global.dependencies.iter().map(|known| known.id.as_str()).collect();
        known.dedup();
        for (index, id) in ids.iter().enumerate() {
            if !known.contains(&id.as_str()) {
                let span = node.at(&["depends_on", &index.to_string()]).map_or(node.span, |node| node.span);
                let help = match known.as_slice() {
                    [] => "describe it under \"dependencies\" in emc.yaml".to_owned(),
                    known => suggestion(id.as_str(), known),
                };
                self.problems.error(span, format!("the dependency \"{id}\" is not known"), help);
            }
        }
    }

    /// Objectives as shares: `availability`, and `latency_2s` for the share of runs within two seconds.
    pub(super) fn objectives(&mut self, slo: &SloKeys, node: &Node) -> BTreeMap<String, f64> {
        let mut objectives = BTreeMap::new();
        if let Some(availability) = slo.availability {
            objectives.insert("availability".to_owned(), availability.0);
        }
        for (percentile, within) in &slo.latency {
            let share = percentile.strip_prefix('p').and_then(|digits| digits.parse::<f64>().ok());
            if let Some(share) = share.filter(|share| (50.0..=99.99).contains(share)) {
                objectives.insert(format!("latency_{within}"), share / 100.0);
            } else {
                let place = node.at(&["slo", "latency"]).and_then(|node| node.entry(percentile));
                let span = place.map_or(node.span, |entry| entry.key_span);
                let help = "write p50 to p99.99, such as \"p95: 2s\"";
                self.problems.error(span, format!("\"{percentile}\" is no percentile"), help);
            }
        }
        objectives
    }
}
