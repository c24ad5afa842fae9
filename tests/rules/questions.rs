//! Every query is `PromQL` and asks only for metrics and labels that exist: in the catalogue, or recorded above it.

use std::collections::BTreeSet;
use std::time::Duration;

use emc_monitor::metrics::catalogue::{self, MetricType};
use emc_monitor::model::id::Name;
use emc_monitor::rules::budget::{Indicator, Promise};
use emc_monitor::rules::file::Rule;
use emc_monitor::rules::{Settings, Watched, generate};
use promql_parser::parser::{self, Expr, VectorSelector};

/// Labels that every recorded series of ours has.
const RECORDED: [&str; 4] = ["authority", "portal", "location", "slo"];
/// The label that Prometheus gives to what it scrapes.
const FOREIGN: [&str; 2] = ["job", "instance"];

fn watched() -> Watched {
    let id = |portal: &str| {
        (Name::try_from("bo-vd".to_owned()).unwrap(), Name::try_from(portal.to_owned()).unwrap())
    };
    let promise = |portal: &str, slo: &str, indicator, minutes: u64| Promise {
        portal: Some(id(portal)),
        slo: slo.to_owned(),
        indicator,
        gap: Duration::from_secs(60 * minutes),
    };
    let promises = vec![
        Promise::of_any_portal(),
        promise("dvc", "availability", Indicator::Availability, 1),
        promise("dvc", "latency_2s", Indicator::Within("2.5".to_owned()), 1),
        promise("cham", "availability", Indicator::Availability, 30),
    ];
    Watched { promises, stand_ins: vec![(id("sso").1, id("sso"))] }
}

fn labels_of(name: &str) -> Option<BTreeSet<&'static str>> {
    let histogram = ["_bucket", "_sum", "_count"].iter().find_map(|suffix| {
        let family = catalogue::find(name.strip_suffix(suffix)?)?;
        (family.metric_type == MetricType::Histogram).then_some((family, *suffix == "_bucket"))
    });
    let (family, bucket) = match histogram {
        Some(found) => found,
        None => (catalogue::find(name).filter(|family| family.metric_type != MetricType::Histogram)?, false),
    };
    Some(family.labels().chain(FOREIGN).chain(bucket.then_some("le")).collect())
}

fn selectors<'e>(expression: &'e Expr, found: &mut Vec<&'e VectorSelector>) {
    match expression {
        Expr::Aggregate(aggregate) => selectors(&aggregate.expr, found),
        Expr::Binary(binary) => {
            [&binary.lhs, &binary.rhs].into_iter().for_each(|side| selectors(side, found));
        }
        Expr::Call(call) => call.args.args.iter().for_each(|argument| selectors(argument, found)),
        Expr::Unary(unary) => selectors(&unary.expr, found),
        Expr::Paren(paren) => selectors(&paren.expr, found),
        Expr::Subquery(subquery) => selectors(&subquery.expr, found),
        Expr::MatrixSelector(matrix) => found.push(&matrix.vs),
        Expr::VectorSelector(vector) => found.push(vector),
        Expr::NumberLiteral(_) | Expr::StringLiteral(_) => {}
        Expr::Extension(other) => panic!("{other:?} is not of Prometheus"),
    }
}

#[test]
fn every_query_asks_for_metrics_and_labels_that_exist() {
    let mut recorded: BTreeSet<String> = BTreeSet::new();
    for group in generate(&watched(), &Settings::default()) {
        for rule in group.rules {
            let (name, query) = match &rule {
                Rule::Record(record) => (record.name.clone(), &record.query),
                Rule::Alert(alert) => (alert.name.to_owned(), &alert.query),
            };
            let parsed = parser::parse(query).unwrap_or_else(|why| panic!("{name}: {why}: {query}"));
            let mut found = Vec::new();
            selectors(&parsed, &mut found);
            assert!(!found.is_empty(), "{name} asks for nothing");
            for vector in found {
                let metric = vector.name.as_deref().unwrap();
                let labels = if recorded.contains(metric) {
                    RECORDED.into()
                } else {
                    labels_of(metric).unwrap_or_else(|| panic!("{name}: no metric is called {metric}"))
                };
                for matcher in &vector.matchers.matchers {
                    assert!(
                        labels.contains(matcher.name.as_str()),
                        "{name}: {metric} has no {}",
                        matcher.name
                    );
                }
            }
            if let Rule::Record(_) = rule {
                recorded.insert(name);
            }
        }
    }
}

#[test]
fn promtool_accepts_the_rules_of_a_configuration_with_rare_probes_and_latencies() {
    let settings = Settings::default();
    let mut watched = watched();
    watched.promises.remove(0);
    let text = emc_monitor::rules::file::prometheus(&generate(&watched, &settings), &settings);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("emc.rules.yml");
    std::fs::write(&path, &text).unwrap();
    super::drift::content(
        "promtool",
        &["check", "rules", "--lint=all", "--lint-fatal", path.to_str().unwrap()],
    );
    assert!(text.contains("emc:slo_burn:rate2h"), "a probe every half hour has a short window of two hours");
}
