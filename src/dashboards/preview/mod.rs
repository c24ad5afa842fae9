//! A dashboard as a page of its own: what it asked and what Prometheus answered, drawn by a script within the page.
//!
//! Nothing is loaded: style, script and uPlot (MIT, see `uplot/LICENSE`) are part of the page. Answers stand in it as
//! JSON, and the script writes them as text only, so that no label can become markup. It is not Grafana; it draws the
//! same questions from the same types.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::dashboards::board::{
    Board, Cells, Colour, Column, Link, Meaning, NOTHING, Order, Panel, STATUSES, Scale, Unit, View,
};
use crate::dashboards::filling::Filling;
use crate::dashboards::json::{code, described, spoken};
use crate::dashboards::panels::explained;
use crate::model::reason::Reason;
use crate::model::text::{Language, Text};

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");
const CHARTS: &str = include_str!("uplot/uPlot.iife.min.js");
const CHARTS_LICENCE: &str = include_str!("uplot/LICENSE");
const CHARTS_STYLE: &str = include_str!("uplot/uPlot.min.css");

/// A question of a panel, ready to be asked.
#[derive(Clone, Debug)]
pub struct Asked {
    /// In PromQL.
    pub expression: String,
    /// Whether only the present counts.
    pub now: bool,
    /// Whether exemplars are wanted too.
    pub exemplars: bool,
}

/// What came back: Prometheus' own lists of series and of exemplars, or why there are none.
#[derive(Clone, Debug)]
pub struct Answer {
    /// `data.result` of the answer.
    pub series: Result<Value, String>,
    /// `data` of the answer about exemplars; null where they were not asked for.
    pub exemplars: Value,
}

/// When and in which language the page is drawn.
#[derive(Clone, Debug)]
pub struct Drawing {
    /// The reader's language.
    pub language: Language,
    /// The present, in Unix seconds.
    pub now: i64,
    /// Where the monitor's own pages are.
    pub monitor: String,
    /// All pages, for the menu: address and title.
    pub others: Vec<(String, Text)>,
}

/// What a dashboard asks, panel by panel.
#[must_use]
pub fn questions(board: &Board, filling: &Filling, language: Language) -> Vec<Asked> {
    let asked = |panel: &Panel| -> Vec<Asked> {
        let now = is_now(&panel.view);
        let exemplars = matches!(&panel.view, View::Lines(lines) if lines.exemplars);
        let fill = |query: &crate::dashboards::board::Query| filling.fill(board, &query.expression, language);
        panel.queries.iter().map(|query| Asked { expression: fill(query), now, exemplars }).collect()
    };
    board.panels().flat_map(asked).collect()
}

const fn is_now(view: &View) -> bool {
    matches!(view, View::Number(_) | View::Word(_) | View::Table { .. } | View::Bars(_))
}

/// A dashboard with its answers, for [`page`].
#[must_use]
pub fn drawn(board: &Board, filling: &Filling, drawing: &Drawing, answers: &[Answer]) -> Value {
    let say = |text: Text| text.in_language(drawing.language);
    let mut answers = answers.iter();
    let rows: Vec<Value> = board
        .rows
        .iter()
        .map(|row| {
            let panels: Vec<Value> = row
                .panels
                .iter()
                .map(|panel| {
                    let own: Vec<&Answer> = answers.by_ref().take(panel.queries.len()).collect();
                    drawn_panel(panel, &own, drawing.language)
                })
                .collect();
            json!({ "title": say(row.title), "panels": panels })
        })
        .collect();
    let chosen: Vec<String> = filling
        .values(board)
        .iter()
        .filter(|(_, value)| value != ".+")
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    json!({
        "id": board.id, "title": say(board.title), "purpose": say(board.purpose), "chosen": chosen, "rows": rows,
        "range": filling.range.as_secs(), "step": filling.step.as_secs(),
    })
}

fn drawn_panel(panel: &Panel, answers: &[&Answer], language: Language) -> Value {
    let queries: Vec<Value> = panel
        .queries
        .iter()
        .zip(answers)
        .map(|(query, answer)| {
            let (series, error) = match &answer.series {
                Ok(series) => (series.clone(), Value::Null),
                Err(why) => (json!([]), json!(why)),
            };
            json!({
                "legend": spoken(query.legend.in_language(language), language), "series": series, "error": error,
                "exemplars": answer.exemplars, "colour": query.colour.map(colour),
            })
        })
        .collect();
    json!({
        "title": panel.title.in_language(language), "purpose": described(panel, language), "width": panel.width,
        "height": panel.height, "nothing": panel.nothing.in_language(language), "unit": unit(panel.unit), "queries": queries, "view": view(&panel.view, language),
    })
}

fn view(view: &View, language: Language) -> Value {
    match view {
        View::Number(scale) => json!({ "kind": "number", "scale": colours(scale) }),
        View::Word(means) => json!({ "kind": "word", "meaning": meaning(*means, language) }),
        View::Lines(lines) => {
            json!({ "kind": "lines", "stacked": lines.stacked, "limits": lines.limits.as_ref().map(colours) })
        }
        View::Timeline(means) => json!({ "kind": "timeline", "meaning": meaning(*means, language) }),
        View::Table { columns, sort } => json!({
            "kind": "table", "sort": sort.0, "falling": sort.1 == Order::Falling,
            "columns": columns.iter().map(|each| column(each, language)).collect::<Vec<_>>(),
        }),
        View::Heat => json!({ "kind": "heat" }),
        View::Bars(scale) => json!({ "kind": "bars", "scale": colours(scale) }),
        View::Words(content) => json!({ "kind": "words", "content": content.in_language(language) }),
    }
}

fn column(column: &Column, language: Language) -> Value {
    let (label, value) = match column.cells {
        Cells::Label(label) => (Some(spoken(label, language)), None),
        Cells::Value(query) => (None, Some(query)),
    };
    let means = (column.unit == Unit::Status).then(|| meaning(STATUSES, language));
    json!({
        "title": column.title.in_language(language), "label": label, "value": value, "unit": unit(column.unit),
        "scale": column.scale.as_ref().map(colours), "meaning": means, "runs": column.link == Some(Link::Runs),
    })
}

fn colours(scale: &Scale) -> Value {
    let steps: Vec<_> = scale.steps.iter().map(|(from, step)| json!([from, colour(*step)])).collect();
    json!({ "lowest": colour(scale.lowest), "steps": steps })
}

fn meaning(meaning: Meaning, language: Language) -> Vec<Value> {
    meaning
        .0
        .iter()
        .map(|(value, word, shade)| json!([value, word.in_language(language), colour(*shade)]))
        .collect()
}

const fn colour(colour: Colour) -> &'static str {
    match colour {
        Colour::Good => "good",
        Colour::Warn => "warn",
        Colour::Bad => "bad",
        Colour::Unknown => "unknown",
        Colour::Plain => "plain",
    }
}

const fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Count => "count",
        Unit::Share => "share",
        Unit::Seconds => "seconds",
        Unit::Span => "span",
        Unit::Moment => "moment",
        Unit::Bytes => "bytes",
        Unit::Code => "code",
        Unit::Status => "status",
    }
}

/// One page with one dashboard or several.
#[must_use]
pub fn page(boards: &[Value], drawing: &Drawing) -> String {
    let language = drawing.language;
    let others: Vec<_> =
        drawing.others.iter().map(|(address, title)| json!([address, title.in_language(language)])).collect();
    let sentence = |reason: &Reason| (reason.as_str(), explained(*reason, language));
    let reasons: BTreeMap<_, _> = Reason::ALL.iter().map(sentence).collect();
    let data = json!({
        "language": code(language), "nothing": NOTHING.in_language(language), "now": drawing.now,
        "monitor": drawing.monitor, "others": others, "reasons": reasons, "boards": boards,
    });
    // Within a script element only "<" could end what must not end.
    let data = data.to_string().replace('<', "\\u003c");
    let title = boards.first().and_then(|board| board["title"].as_str()).unwrap_or_default();
    format!(
        "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>emc · {title}</title>\n\
         <style>{CHARTS_STYLE}\n{STYLE}</style>\n</head>\n<body>\n<header id=\"head\"></header>\n<main id=\"boards\"></main>\n\
         <script id=\"data\" type=\"application/json\">{data}</script>\n<!-- uPlot:\n{CHARTS_LICENCE}-->\n<script>{CHARTS}</script>\n\
         <script>{SCRIPT}</script>\n</body>\n</html>\n",
        code(language)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_label_says_cannot_end_the_script() {
        let drawing = Drawing { language: Language::Vi, now: 0, monitor: String::new(), others: vec![] };
        let evil = json!({ "title": "a", "rows": [{ "title": "</script><script>alert(1)</script>" }] });
        let page = page(&[evil], &drawing);
        assert_eq!(page.matches("</script>").count(), 3, "the page's own three");
    }
}
