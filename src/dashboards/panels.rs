//! One panel in Grafana's classic schema. The panel's place, id and description are added by `json.rs`.

use serde_json::{Map, Value, json};

use crate::dashboards::board::{
    Cells, Colour, Column, Lines, Link, Meaning, Order, Panel, STATUSES, Scale, Unit, View, t,
};
use crate::dashboards::json::{datasource, spoken, uid};
use crate::model::reason::Reason;
use crate::model::text::Language;

/// Grafana's word for a unit.
#[must_use]
pub(super) const fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Count => "short",
        Unit::Share => "percentunit",
        Unit::Seconds => "s",
        Unit::Span => "dtdurations",
        Unit::Moment => "dateTimeAsIso",
        Unit::Bytes => "bytes",
        Unit::Code | Unit::Status => "none",
    }
}

const fn colour(colour: Colour) -> &'static str {
    match colour {
        Colour::Good => "green",
        Colour::Warn => "orange",
        Colour::Bad => "red",
        Colour::Unknown => "#7b8894",
        Colour::Plain => "text",
    }
}

/// A panel without its place.
pub(crate) fn panel(panel: &Panel, language: Language) -> Value {
    let drawn = drawn(panel, language);
    let mut defaults = json!({
        "unit": unit(panel.unit), "noValue": panel.nothing.in_language(language), "custom": drawn.custom,
        "color": { "mode": drawn.colours }, "thresholds": thresholds(drawn.scale), "links": [],
        "mappings": drawn.meaning.map_or_else(|| json!([]), |meaning| mappings(meaning, language)),
    });
    if panel.unit == Unit::Share {
        defaults["decimals"] = json!(2);
    }
    if let (View::Bars(_), Unit::Share) = (&panel.view, panel.unit) {
        (defaults["min"], defaults["max"]) = (json!(0), json!(1));
    }
    let mut made = json!({
        "type": drawn.kind,
        "title": panel.title.in_language(language),
        "datasource": datasource(),
        "fieldConfig": { "defaults": defaults, "overrides": overrides(panel, language) },
        "options": drawn.options,
        "targets": targets(panel, language),
    });
    if let View::Table { columns, .. } = &panel.view {
        made["transformations"] = transformations(columns, panel.queries.len(), language);
    }
    made
}

/// What differs between the ways of drawing.
struct Drawn {
    kind: &'static str,
    options: Value,
    custom: Value,
    colours: &'static str,
    scale: Option<Scale>,
    meaning: Option<Meaning>,
}

impl Drawn {
    fn new(kind: &'static str, options: Value, custom: Value) -> Self {
        Self { kind, options, custom, colours: "palette-classic", scale: None, meaning: None }
    }

    fn by_value(mut self, scale: Option<Scale>, meaning: Option<Meaning>) -> Self {
        (self.colours, self.scale, self.meaning) = ("thresholds", scale, meaning);
        self
    }
}

fn drawn(panel: &Panel, language: Language) -> Drawn {
    match &panel.view {
        View::Number(scale) => Drawn::new("stat", number_options(), json!({})).by_value(Some(*scale), None),
        View::Word(meaning) => Drawn::new("stat", number_options(), json!({})).by_value(None, Some(*meaning)),
        View::Lines(lines) => {
            let mut drawn = Drawn::new("timeseries", lines_options(), lines_custom(lines));
            drawn.scale = lines.limits;
            drawn
        }
        View::Timeline(meaning) => {
            Drawn::new("state-timeline", timeline_options(), json!({ "lineWidth": 0, "fillOpacity": 80 }))
                .by_value(None, Some(*meaning))
        }
        View::Table { columns, sort } => Drawn::new(
            "table",
            table_options(columns, *sort, language),
            json!({ "align": "auto", "inspect": false, "cellOptions": { "type": "auto" } }),
        )
        .by_value(None, None),
        View::Heat => Drawn::new("heatmap", heat_options(), json!({})),
        View::Bars(scale) => Drawn::new("bargauge", bars_options(), json!({})).by_value(Some(*scale), None),
        View::Words(content) => Drawn::new(
            "text",
            json!({ "mode": "markdown", "content": content.in_language(language) }),
            json!({}),
        ),
    }
}

fn reduce() -> Value {
    json!({ "calcs": ["lastNotNull"], "fields": "", "values": false })
}

fn number_options() -> Value {
    json!({
        "reduceOptions": reduce(), "orientation": "auto", "textMode": "value", "colorMode": "value",
        "graphMode": "none", "justifyMode": "auto", "wideLayout": true, "showPercentChange": false,
        "percentChangeColorMode": "standard",
    })
}

fn legend() -> Value {
    json!({ "displayMode": "list", "placement": "bottom", "showLegend": true, "calcs": [] })
}

fn lines_options() -> Value {
    json!({ "legend": legend(), "tooltip": { "mode": "multi", "sort": "desc" } })
}

fn lines_custom(lines: &Lines) -> Value {
    json!({
        "drawStyle": "line", "lineInterpolation": "linear", "lineWidth": 1, "showPoints": "auto",
        "fillOpacity": if lines.stacked { 60 } else { 8 }, "pointSize": 4, "axisSoftMin": 0, "spanNulls": false,
        "stacking": { "mode": if lines.stacked { "normal" } else { "none" }, "group": "A" },
        "thresholdsStyle": { "mode": if lines.limits.is_some() { "line" } else { "off" } },
    })
}

fn timeline_options() -> Value {
    json!({
        "alignValue": "left", "mergeValues": true, "rowHeight": 0.85, "showValue": "never",
        "legend": legend(), "tooltip": { "mode": "single", "sort": "none" },
    })
}

fn table_options(columns: &[Column], sort: (usize, Order), language: Language) -> Value {
    let by = columns.iter().find(|column| column.cells == Cells::Value(sort.0));
    let by = by.map(|column| column.title.in_language(language));
    json!({
        "frameIndex": 0, "showHeader": true, "cellHeight": "sm",
        "sortBy": [{ "displayName": by, "desc": sort.1 == Order::Falling }],
    })
}

fn heat_options() -> Value {
    json!({
        "calculate": false, "cellGap": 1, "showValue": "never", "rowsFrame": { "layout": "auto" },
        "color": { "mode": "scheme", "scheme": "Oranges", "fill": "dark-orange", "exponent": 0.5, "steps": 64,
            "reverse": false },
        "exemplars": { "color": "rgba(31,96,196,0.9)" }, "filterValues": { "le": 1e-9 },
        "legend": { "show": true }, "tooltip": { "mode": "single", "yHistogram": true },
        "yAxis": { "unit": "s", "axisPlacement": "left" },
    })
}

fn bars_options() -> Value {
    json!({
        "reduceOptions": reduce(), "orientation": "horizontal", "displayMode": "basic", "showUnfilled": true,
        "valueMode": "color", "namePlacement": "auto", "sizing": "auto", "minVizWidth": 8, "minVizHeight": 16,
        "maxVizHeight": 40, "legend": legend(),
    })
}

fn thresholds(scale: Option<Scale>) -> Value {
    let scale = scale.unwrap_or(Scale { lowest: Colour::Plain, steps: &[] });
    let mut steps = vec![json!({ "color": colour(scale.lowest), "value": null })];
    steps.extend(scale.steps.iter().map(|(from, step)| json!({ "color": colour(*step), "value": from })));
    json!({ "mode": "absolute", "steps": steps })
}

fn mappings(meaning: Meaning, language: Language) -> Value {
    let words = meaning.0.iter().enumerate().map(|(index, (value, word, shade))| {
        let shown = json!({ "text": word.in_language(language), "color": colour(*shade), "index": index });
        (value.to_string(), shown)
    });
    json!([{ "type": "value", "options": words.collect::<Map<_, _>>() }])
}

fn targets(panel: &Panel, language: Language) -> Vec<Value> {
    let now = matches!(panel.view, View::Number(_) | View::Word(_) | View::Table { .. } | View::Bars(_));
    let format = match panel.view {
        View::Table { .. } => "table",
        View::Heat => "heatmap",
        _ => "time_series",
    };
    let exemplars = match &panel.view {
        View::Lines(lines) => lines.exemplars,
        View::Heat => true,
        _ => false,
    };
    let target = |(index, query): (usize, &crate::dashboards::board::Query)| {
        json!({
            "refId": ref_id(index), "datasource": datasource(), "editorMode": "code", "format": format,
            "expr": spoken(&query.expression, language), "exemplar": exemplars, "instant": now, "range": !now,
            "legendFormat": spoken(query.legend.in_language(language), language),
        })
    };
    panel.queries.iter().enumerate().map(target).collect()
}

/// `A`, `B`, ...
fn ref_id(index: usize) -> String {
    char::from(b'A' + u8::try_from(index).unwrap_or(25)).to_string()
}

/// What Grafana calls a column's field.
fn field(cells: Cells, queries: usize, language: Language) -> String {
    match cells {
        Cells::Label(label) => spoken(label, language),
        Cells::Value(_) if queries == 1 => "Value".to_owned(),
        Cells::Value(query) => format!("Value #{}", ref_id(query)),
    }
}

/// Rows of all queries are put together, columns that nobody reads left out, the others put in order.
fn transformations(columns: &[Column], queries: usize, language: Language) -> Value {
    let names: Vec<String> = columns.iter().map(|column| field(column.cells, queries, language)).collect();
    let mut kept = names.clone();
    // A link needs the labels of its row even where no column shows them.
    kept.extend(["authority", "portal", "probe"].map(str::to_owned));
    kept.sort_unstable();
    kept.dedup();
    let order: Map<_, _> = names.iter().enumerate().map(|(at, name)| (name.clone(), json!(at))).collect();
    json!([
        { "id": "merge", "options": {} },
        { "id": "filterFieldsByName", "options": { "include": { "names": kept } } },
        { "id": "organize", "options": { "indexByName": order, "excludeByName": {}, "renameByName": {} } },
    ])
}

fn overrides(panel: &Panel, language: Language) -> Vec<Value> {
    let property = |id: &str, value: Value| json!({ "id": id, "value": value });
    if let View::Table { columns, .. } = &panel.view {
        let shown: Vec<String> =
            columns.iter().map(|column| field(column.cells, panel.queries.len(), language)).collect();
        let mut all: Vec<Value> = columns
            .iter()
            .zip(&shown)
            .map(|(column, name)| {
                json!({ "matcher": { "id": "byName", "options": name }, "properties": cells(column, language) })
            })
            .collect();
        let hidden =
            ["authority", "portal", "probe"].into_iter().filter(|label| !shown.iter().any(|s| s == label));
        all.extend(hidden.map(|label| {
            json!({ "matcher": { "id": "byName", "options": label },
                "properties": [property("custom.hidden", json!(true))] })
        }));
        return all;
    }
    let coloured = panel.queries.iter().enumerate().filter_map(|(index, query)| Some((index, query.colour?)));
    coloured
        .map(|(index, shade)| {
            let fixed = property("color", json!({ "mode": "fixed", "fixedColor": colour(shade) }));
            json!({ "matcher": { "id": "byFrameRefID", "options": ref_id(index) }, "properties": [fixed] })
        })
        .collect()
}

/// How the cells of a column are drawn.
fn cells(column: &Column, language: Language) -> Vec<Value> {
    let property = |id: &str, value: Value| json!({ "id": id, "value": value });
    let mut all = vec![property("displayName", json!(column.title.in_language(language)))];
    if let Cells::Value(_) = column.cells {
        all.push(property("unit", json!(unit(column.unit))));
    }
    if column.unit == Unit::Status {
        all.push(property("mappings", mappings(STATUSES, language)));
    }
    if column.cells == Cells::Label("reason") {
        all.push(property("mappings", reasons(language)));
    }
    if column.unit == Unit::Status || column.scale.is_some() {
        all.push(property("custom.cellOptions", json!({ "type": "color-text" })));
    }
    if let Some(scale) = column.scale {
        all.push(property("thresholds", thresholds(Some(scale))));
    }
    if let Some(link) = column.link {
        all.push(property("links", json!([data_link(link, language)])));
    }
    all
}

/// Reasons as sentences, their words beside them.
fn reasons(language: Language) -> Value {
    let sentences = Reason::ALL.iter().enumerate().map(|(index, reason)| {
        let sentence = explained(*reason, language);
        (reason.as_str().to_owned(), json!({ "text": sentence, "index": index }))
    });
    json!([{ "type": "value", "options": sentences.collect::<Map<_, _>>() }])
}

/// What a reason means, and its word.
pub(super) fn explained(reason: Reason, language: Language) -> String {
    format!("{} ({reason})", reason.text().meaning.in_language(language))
}

fn data_link(link: Link, language: Language) -> Value {
    const KEPT: &str =
        "${__url_time_range}&${datasource:queryparam}&${job:queryparam}&${location:queryparam}";
    let authority = "var-authority=${__data.fields.authority}";
    let (title, url) = match link {
        Link::Portal => (
            t("Mở bảng của cổng", "Open the portal's dashboard"),
            format!("/d/{}?{authority}&var-portal=${{__data.fields.portal}}&{KEPT}", uid("portal", language)),
        ),
        Link::Authority => (
            t("Chỉ xem cơ quan này", "Show this authority only"),
            format!("/d/{}?{authority}&{KEPT}", uid("overview", language)),
        ),
        Link::Runs => {
            (t("Các lần đo gần đây", "Recent runs"), "${emc_url}/?q=${__data.fields.probe}".to_owned())
        }
    };
    json!({ "title": title.in_language(language), "url": url, "targetBlank": link == Link::Runs })
}
