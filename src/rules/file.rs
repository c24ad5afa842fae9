//! A rule file as Prometheus reads it, and the same wrapped as an object of Kubernetes.

use std::time::Duration;

use crate::model::text::Text;
use crate::rules::query::{Pace, duration, indented};
use crate::rules::{Settings, Severity, Words};

/// Rules that are evaluated one after the other.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Its name, once in a file.
    pub name: String,
    /// How often; Prometheus' own interval otherwise.
    pub every: Option<Duration>,
    /// The rules.
    pub rules: Vec<Rule>,
}

/// One rule.
#[derive(Clone, Debug, PartialEq)]
pub enum Rule {
    /// Keeps the outcome of a query as a series.
    Record(Record),
    /// Tells of something.
    Alert(Box<Alert>),
}

/// A recording rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Name of the series: `level:metric:operation`.
    pub name: String,
    /// Labels beside those of the outcome.
    pub labels: Vec<(&'static str, String)>,
    /// The query.
    pub query: String,
}

/// An alerting rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
    /// Its name, also that of its runbook.
    pub name: &'static str,
    /// How urgent.
    pub severity: Severity,
    /// The query; every series of its outcome is an alert.
    pub query: String,
    /// How long it must hold.
    pub after: Duration,
    /// How long it stays once it does not hold any more.
    pub keep: Duration,
    /// Labels beside those of the outcome.
    pub labels: Vec<(&'static str, String)>,
    /// What it says.
    pub words: Words,
    /// Where in Grafana it is seen: a path.
    pub dashboard: &'static str,
}

/// Says of a file whose it is.
const HEAD: &str =
    "# Do `emc rules generate` viết ra: đừng sửa tay. / Written by `emc rules generate`: do not edit.\n";

/// A file for `rule_files` of Prometheus.
#[must_use]
pub fn prometheus(groups: &[Group], settings: &Settings) -> String {
    format!("{HEAD}{}", body(groups, settings))
}

/// A `PrometheusRule` for the Prometheus operator of Kubernetes.
#[must_use]
pub fn kubernetes(groups: &[Group], settings: &Settings) -> String {
    let body = body(groups, settings);
    format!(
        "{HEAD}apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata:\n  name: emc\n  labels:\n    \
         app.kubernetes.io/name: emc\nspec:\n{}\n",
        indented(body.trim_end())
    )
}

fn body(groups: &[Group], settings: &Settings) -> String {
    let mut text = "groups:\n".to_owned();
    for group in groups {
        text += &format!("- name: {}\n", quoted(&group.name));
        if let Some(every) = group.every {
            text += &format!("  interval: {}\n", duration(every));
        }
        text += "  rules:\n";
        for rule in &group.rules {
            text += &match rule {
                Rule::Record(rule) => record(rule),
                Rule::Alert(rule) => alert(rule, settings),
            };
        }
    }
    text
}

fn record(rule: &Record) -> String {
    format!("  - record: {}\n{}{}", rule.name, expression(&rule.query), labels(&rule.labels))
}

fn alert(rule: &Alert, settings: &Settings) -> String {
    let mut text = format!("  - alert: {}\n{}", rule.name, expression(&rule.query));
    text += &wait("for", rule.after, settings.pace);
    text += &wait("keep_firing_for", rule.keep, settings.pace);
    let severity = ("severity", rule.severity.as_str().to_owned());
    text += &labels(&[vec![severity], rule.labels.clone()].concat());
    text + "    annotations:\n" + &annotations(rule, settings)
}

fn annotations(rule: &Alert, settings: &Settings) -> String {
    let Settings { runbooks, dashboards, .. } = settings;
    let Words { summary, description } = rule.words;
    let links = [
        ("runbook_url", format!("{}/{}.md", runbooks.trim_end_matches('/'), rule.name)),
        ("dashboard_url", format!("{}{}", dashboards.trim_end_matches('/'), rule.dashboard)),
    ];
    let both = |name: &str, text: Text| {
        format!("      {name}: {}\n      {name}_en: {}\n", quoted(text.vi), quoted(text.en))
    };
    let mut text = both("summary", summary) + &both("description", description);
    for (name, link) in links {
        text += &format!("      {name}: {}\n", quoted(&link));
    }
    text
}

fn expression(query: &str) -> String {
    if query.contains('\n') {
        format!("    expr: |-\n{}\n", indented(&indented(&indented(query))))
    } else {
        format!("    expr: {}\n", quoted(query))
    }
}

fn wait(key: &str, span: Duration, pace: Pace) -> String {
    if span.is_zero() { String::new() } else { format!("    {key}: {}\n", pace.of(span)) }
}

fn labels(labels: &[(&'static str, String)]) -> String {
    if labels.is_empty() {
        return String::new();
    }
    let lines: Vec<String> =
        labels.iter().map(|(name, value)| format!("      {name}: {}\n", quoted(value))).collect();
    format!("    labels:\n{}", lines.concat())
}

/// A scalar that every reader of YAML takes for this very text: between single quotes only a quote is special.
fn quoted(text: &str) -> String {
    debug_assert!(!text.contains('\n'), "a line of its own is needed for {text:?}");
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn text_is_quoted_so_that_nothing_in_it_is_special() {
        assert_eq!(quoted("it's: {{ $labels.portal }} # \\"), "'it''s: {{ $labels.portal }} # \\'");
    }
}
