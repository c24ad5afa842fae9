//! Every question is `PromQL`, asks for metrics and labels that exist, and treats counters as counters.

use std::collections::BTreeSet;
use std::time::Duration;

use emc_monitor::dashboards::board::Board;
use emc_monitor::dashboards::filling::Filling;
use emc_monitor::dashboards::promql::{FOREIGN, RECORDED_BURN};
use emc_monitor::dashboards::{boards, json};
use emc_monitor::metrics::catalogue::{self, MetricType};
use emc_monitor::model::text::Language;
use emc_monitor::rules::file::Rule;
use emc_monitor::rules::{self, Watched};
use promql_parser::parser::{self, Expr, LabelModifier, VectorSelector};

const LANGUAGES: [Language; 2] = [Language::Vi, Language::En];

/// A question and where it stands.
pub(super) struct Question {
    pub(super) place: String,
    pub(super) expression: String,
}

/// Every question of every panel and annotation, with variables filled in.
pub(super) fn questions(filling: &Filling, language: Language) -> Vec<Question> {
    let mut all = Vec::new();
    for board in boards::all() {
        for panel in board.panels() {
            for query in &panel.queries {
                let place = format!("{}: {}: {}", board.id, panel.title.en, query.legend.en);
                let expression = filling.fill(&board, &query.expression, language);
                all.push(Question { place, expression });
            }
        }
        for mark in json::annotations(language) {
            let expression = filling.fill(&board, mark["expr"].as_str().unwrap(), language);
            all.push(Question { place: format!("{}: annotation {}", board.id, mark["name"]), expression });
        }
    }
    all
}

fn filling() -> Filling {
    Filling::over(Duration::from_secs(3600))
}

/// The labels that a metric has, `le` included for buckets; `None` where nobody writes such a metric.
fn labels_of(name: &str) -> Option<BTreeSet<&'static str>> {
    if name.starts_with(RECORDED_BURN) {
        return recorded(name).then(|| ["authority", "portal", "location", "slo"].into());
    }
    let mut labels: BTreeSet<_> = ["job", "instance", "__name__"].into();
    if let Some((_, own)) = FOREIGN.iter().find(|(known, _)| *known == name) {
        labels.extend(*own);
        return Some(labels);
    }
    let histogram = ["_bucket", "_sum", "_count"].iter().find_map(|suffix| {
        let family = catalogue::find(name.strip_suffix(suffix)?)?;
        (family.metric_type == MetricType::Histogram).then_some((family, *suffix))
    });
    let family = match histogram {
        Some((family, suffix)) => {
            labels.extend((suffix == "_bucket").then_some("le"));
            family
        }
        None => catalogue::find(name).filter(|family| family.metric_type != MetricType::Histogram)?,
    };
    labels.extend(family.labels());
    Some(labels)
}

/// Whether the rules of `prometheus/` record a series of that name.
fn recorded(name: &str) -> bool {
    let groups = rules::generate(&Watched::anything(), &rules::Settings::default());
    let mut rules = groups.iter().flat_map(|group| &group.rules);
    rules.any(|rule| matches!(rule, Rule::Record(record) if record.name == name))
}

fn is_counter(name: &str) -> bool {
    name.ends_with("_total")
        || ["_bucket", "_sum", "_count"]
            .iter()
            .any(|suffix| name.strip_suffix(suffix).is_some_and(|family| catalogue::find(family).is_some()))
}

/// Walks an expression: every selector with the function that it is handed to, every label that groups or joins.
struct Walk<'a> {
    selector: &'a mut dyn FnMut(&VectorSelector, Option<&str>),
    label: &'a mut dyn FnMut(&str),
}

impl Walk<'_> {
    fn through(&mut self, expression: &Expr, function: Option<&str>) {
        match expression {
            Expr::Aggregate(aggregate) => {
                self.modifier(aggregate.modifier.as_ref());
                aggregate.param.iter().for_each(|param| self.through(param, None));
                self.through(&aggregate.expr, None);
            }
            Expr::Binary(binary) => {
                if let Some(modifier) = &binary.modifier {
                    self.modifier(modifier.matching.as_ref());
                    for label in modifier.card.labels().iter().flat_map(|labels| &labels.labels) {
                        (self.label)(label);
                    }
                }
                self.through(&binary.lhs, None);
                self.through(&binary.rhs, None);
            }
            Expr::Call(call) => {
                call.args.args.iter().for_each(|argument| self.through(argument, Some(call.func.name)));
            }
            Expr::Unary(unary) => self.through(&unary.expr, None),
            Expr::Paren(paren) => self.through(&paren.expr, function),
            Expr::Subquery(subquery) => self.through(&subquery.expr, None),
            Expr::MatrixSelector(matrix) => (self.selector)(&matrix.vs, function),
            Expr::VectorSelector(vector) => (self.selector)(vector, function),
            Expr::NumberLiteral(_) | Expr::StringLiteral(_) => {}
            Expr::Extension(other) => panic!("{other:?} is not of Prometheus"),
        }
    }

    fn modifier(&mut self, modifier: Option<&LabelModifier>) {
        if let Some(LabelModifier::Include(labels) | LabelModifier::Exclude(labels)) = modifier {
            labels.labels.iter().for_each(|label| (self.label)(label));
        }
    }
}

#[test]
fn every_question_asks_for_metrics_and_labels_that_exist() {
    for language in LANGUAGES {
        for Question { place, expression } in questions(&filling(), language) {
            assert!(!expression.contains(['$']) && !expression.contains("LANG"), "{place}: {expression}");
            let parsed =
                parser::parse(&expression).unwrap_or_else(|why| panic!("{place}: {why}: {expression}"));
            let (mut known, mut used) = (BTreeSet::from(["le"]), BTreeSet::new());
            let mut selector = |vector: &VectorSelector, function: Option<&str>| {
                let name =
                    vector.name.as_deref().unwrap_or_else(|| panic!("{place}: a selector without name"));
                let labels = labels_of(name).unwrap_or_else(|| panic!("{place}: no metric is called {name}"));
                for matcher in &vector.matchers.matchers {
                    let label = matcher.name.as_str();
                    assert!(labels.contains(label), "{place}: {name} has no label {label}");
                }
                let counted = matches!(function, Some("rate" | "increase"));
                assert_eq!(is_counter(name), counted, "{place}: {name} is handed to {function:?}");
                known.extend(labels);
            };
            let mut label = |label: &str| {
                used.insert(label.to_owned());
            };
            Walk { selector: &mut selector, label: &mut label }.through(&parsed, None);
            let unknown: Vec<_> = used.iter().filter(|label| !known.contains(label.as_str())).collect();
            assert!(unknown.is_empty(), "{place}: nothing here has the labels {unknown:?}");
        }
    }
}

/// Every family that is ours is looked at somewhere, or listed here with the reason.
#[test]
fn every_metric_is_looked_at_somewhere() {
    let asked: String =
        questions(&filling(), Language::Vi).into_iter().map(|question| question.expression + " ").collect();
    let blind: Vec<_> =
        catalogue::CATALOGUE.iter().map(|family| family.name).filter(|name| !asked.contains(*name)).collect();
    assert!(blind.is_empty(), "no dashboard shows {blind:?}");
}

#[test]
fn both_languages_ask_the_same() {
    let [vi, en] = LANGUAGES.map(|language| questions(&filling(), language));
    assert_eq!(vi.len(), en.len());
    for (vi, en) in vi.iter().zip(&en) {
        let same = vi.expression.replace("authority_vi", "authority_en").replace("portal_vi", "portal_en");
        assert_eq!(same, en.expression, "{}", vi.place);
    }
}

/// Legends and columns name labels that the question's answer carries.
#[test]
fn legends_and_columns_name_labels_that_come_back() {
    for board in boards::all() {
        legends(&board);
    }
}

fn legends(board: &Board) {
    for panel in board.panels() {
        for query in &panel.queries {
            for label in query.legend.vi.split("{{").skip(1).map(|rest| rest.split("}}").next().unwrap()) {
                let carried = query.expression.contains(&format!("({label}"))
                    || query.expression.contains(&format!("{label},"))
                    || query.expression.contains(&format!(" {label})"));
                assert!(carried, "{}: {}: nothing carries {label}", board.id, panel.title.en);
            }
        }
    }
}
