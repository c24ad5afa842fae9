//! Variables of a dashboard given their values, as Grafana does it before it asks: for the preview and the tests.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::dashboards::board::Board;
use crate::dashboards::json::{filters, spoken};
use crate::model::text::Language;

/// What a filter lets through where the reader chose nothing.
const EVERYTHING: &str = ".+";

/// What is looked at.
#[derive(Clone, Debug)]
pub struct Filling {
    /// How far back.
    pub range: Duration,
    /// The distance between two points.
    pub step: Duration,
    /// How often Prometheus asks the monitor.
    pub scrape: Duration,
    /// Values of variables, where they are not the usual ones.
    pub chosen: BTreeMap<String, String>,
}

impl Filling {
    /// A range in some 250 points.
    #[must_use]
    pub fn over(range: Duration) -> Self {
        let step = Duration::from_secs((range.as_secs() / 250).max(1));
        Self { range, step, scrape: Duration::from_secs(15), chosen: BTreeMap::new() }
    }

    /// A question as Prometheus takes it.
    #[must_use]
    pub fn fill(&self, board: &Board, expression: &str, language: Language) -> String {
        let rate = (self.scrape * 4).max(self.step + self.scrape);
        let spans = [("$__rate_interval", rate), ("$__range", self.range), ("$__interval", self.step)];
        let mut filled = spoken(expression, language);
        for (name, span) in spans {
            filled = filled.replace(name, &format!("{}s", span.as_secs().max(1)));
        }
        for (name, value) in self.values(board) {
            filled = filled.replace(&format!("${name}"), &value);
        }
        filled
    }

    /// Every variable that stands in questions, with its value; the longer names first, for one may begin another.
    #[must_use]
    pub fn values(&self, board: &Board) -> Vec<(&'static str, String)> {
        let chosen = |name: &str, usual: &str| self.chosen.get(name).map_or(usual, String::as_str).to_owned();
        let mut all: Vec<_> = filters(board)
            .iter()
            .map(|filter| (filter.label, chosen(filter.label, EVERYTHING)))
            .chain(board.variables.iter().map(|given| (given.name, chosen(given.name, given.values[0]))))
            .collect();
        all.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        all
    }
}
