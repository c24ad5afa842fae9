//! What of a portal can only be judged once it is decoded: its address, labels, dependencies and objectives.

use std::collections::BTreeMap;

use url::Url;

use crate::config::assemble::Assembler;
use crate::config::files::SloKeys;
use crate::config::node::Node;
use crate::config::problem::GIVEN;
use crate::config::words::suggestion;
use crate::metrics::catalogue::label_problem;
use crate::model::foreign;
use crate::model::id::Name;
use crate::model::text::Text;
use crate::model::told::{Told, told};
use crate::probe::settings::Pairs;

/// The most labels a probe can have, and the longest value of one in characters.
const LABELS_MAX: (usize, usize) = (10, 200);
const TAKEN: Text = Text {
    vi: "nhãn này đã có trong các chuỗi số liệu khác của chương trình",
    en: "this label is already used by other series of ours",
};
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
                let help = told!(
                    "viết http:// hoặc https:// rồi đến tên máy chủ, ví dụ \"https://dichvucong.bo-vd.example\"",
                    "write http:// or https:// and a host, such as \"https://dichvucong.bo-vd.example\""
                );
                let message =
                    told!("\"{GIVEN}\" không phải là địa chỉ trang web", "\"{GIVEN}\" is no web address");
                self.problems.error(span, message, help);
                return None;
            }
            Err(error) => {
                let help = told!(
                    "viết đầy đủ, ví dụ \"https://dichvucong.bo-vd.example\"",
                    "write it whole, such as \"https://dichvucong.bo-vd.example\""
                );
                let Told { vi, en } = foreign::url(error);
                let message = Told {
                    vi: format!("\"{GIVEN}\" không phải là địa chỉ trang web: {vi}"),
                    en: format!("\"{GIVEN}\" is no web address: {en}"),
                };
                self.problems.error(span, message, help);
                return None;
            }
        };
        if !url.username().is_empty() || url.password().is_some() {
            let help = told!(
                "bỏ chúng đi và đổi mật khẩu; phép đo lấy thông tin mật từ tệp riêng",
                "remove them and change the password; a probe's settings take secrets from files"
            );
            let message = told!(
                "địa chỉ của cổng chứa tên người dùng hoặc mật khẩu",
                "the portal's address holds credentials"
            );
            self.problems.error(span, message, help);
            return None;
        }
        Some(url)
    }

    /// Label names that are free, and not too many of them.
    pub(super) fn check_labels(&mut self, node: &Node, labels: &Pairs) {
        let entries = node.get("labels").map(Node::entries).unwrap_or_default();
        let (count, length) = LABELS_MAX;
        if entries.len() > count {
            let help = told!("một phép đo có nhiều nhất {count} nhãn", "a probe can have {count}");
            let message = told!("có tới {given} nhãn", "{given} labels", given = entries.len());
            self.problems.error(entries[count].key_span, message, help);
        }
        for entry in entries {
            let taken = OURS.contains(&&*entry.key).then_some(TAKEN);
            if let Some(reason) = label_problem(&entry.key).or(taken) {
                let message =
                    told!("\"{key}\" không thể làm nhãn", "\"{key}\" cannot be a label", key = entry.key);
                self.problems.error(entry.key_span, message, reason.into());
            }
            if labels.get(&*entry.key).is_some_and(|value| value.chars().count() > length) {
                let help = told!("nhiều nhất {length} ký tự", "it takes at most {length} characters");
                let message =
                    told!("nhãn \"{key}\" quá dài", "the label \"{key}\" is too long", key = entry.key);
                self.problems.error(entry.value.span, message, help);
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
                    [] => told!(
                        "khai báo nó ở mục \"dependencies\" trong emc.yaml",
                        "describe it under \"dependencies\" in emc.yaml"
                    ),
                    known => suggestion(id.as_str(), known),
                };
                let message = told!(
                    "không có hệ thống phụ thuộc nào tên là \"{id}\"",
                    "the dependency \"{id}\" is not known"
                );
                self.problems.error(span, message, help);
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
                let help = told!(
                    "viết từ p50 đến p99.99, ví dụ \"p95: 2s\"",
                    "write p50 to p99.99, such as \"p95: 2s\""
                );
                let message =
                    told!("\"{percentile}\" không phải là phân vị", "\"{percentile}\" is no percentile");
                self.problems.error(span, message, help);
            }
        }
        objectives
    }
}
