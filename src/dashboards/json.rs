//! A dashboard in Grafana's classic schema: frame, variables, annotations, links. Panels stand in `panels.rs`.

use serde_json::{Value, json};

use crate::dashboards::board::{Board, COLUMNS, Panel, Row, Variable, t};
use crate::dashboards::origin::origins;
use crate::dashboards::panels;
use crate::dashboards::promql::{foreign, of};
use crate::metrics::catalogue as c;
use crate::model::text::{Language, Text};

/// The classic schema that Grafana 10 to 13 read.
const SCHEMA_VERSION: u32 = 39;
/// What a variable means that lets everything through.
const ALL: &str = "$__all";
/// Where the monitor's own pages are, unless the reader says otherwise.
const MONITOR: &str = "http://127.0.0.1:9715";

/// The word for a language in names of files and uids.
#[must_use]
pub const fn code(language: Language) -> &'static str {
    match language {
        Language::Vi => "vi",
        Language::En => "en",
    }
}

/// The uid of a dashboard in a language: links and bookmarks hang on it.
#[must_use]
pub fn uid(id: &str, language: Language) -> String {
    format!("emc-{id}-{}", code(language))
}

/// A question in the language of the variant.
#[must_use]
pub fn spoken(expression: &str, language: Language) -> String {
    expression.replace("_LANG", &format!("_{}", code(language)))
}

/// The dashboard as Grafana reads it.
#[must_use]
pub fn dashboard(board: &Board, language: Language) -> Value {
    let say = |text: Text| text.in_language(language);
    json!({
        "uid": uid(board.id, language),
        "title": format!("emc · {}", say(board.title)),
        "description": say(board.purpose),
        "tags": ["emc", code(language)],
        "schemaVersion": SCHEMA_VERSION,
        "version": 1,
        "editable": false,
        "graphTooltip": 1,
        "timezone": "Asia/Ho_Chi_Minh",
        "weekStart": "monday",
        "refresh": "1m",
        "time": { "from": "now-6h", "to": "now" },
        "timepicker": {},
        "liveNow": false,
        "fiscalYearStartMonth": 0,
        "links": links(board, language),
        "annotations": { "list": annotations(language) },
        "templating": { "list": variables(board, language) },
        "panels": laid_out(board, language),
    })
}

/// The datasource that the reader chose.
pub(crate) fn datasource() -> Value {
    json!({ "type": "prometheus", "uid": "${datasource}" })
}

fn links(board: &Board, language: Language) -> Value {
    let other = match language {
        Language::Vi => (Language::En, "English"),
        Language::En => (Language::Vi, "Tiếng Việt"),
    };
    let link = |title: &str, kind: &str, url: String, tags: Value| {
        json!({
            "title": title, "type": kind, "icon": "external link", "tooltip": "", "url": url, "tags": tags,
            "asDropdown": kind == "dashboards", "includeVars": true, "keepTime": true, "targetBlank": false,
        })
    };
    let all = t("Bảng theo dõi của emc", "Dashboards of emc").in_language(language);
    json!([
        link(all, "dashboards", String::new(), json!(["emc", code(language)])),
        link(other.1, "link", format!("/d/{}", uid(board.id, other.0)), json!([])),
    ])
}

/// Marks on every panel: alerts that fire, announced maintenance, configurations that were loaded or refused.
#[must_use]
pub fn annotations(language: Language) -> Vec<Value> {
    let alerts = foreign("ALERTS").like("alertname", "Emc.*").is("alertstate", "firing");
    let maintenance = format!("max by (authority, portal) ({}) == 1", of(&c::PORTAL_MAINTENANCE));
    let loaded = format!("changes({}[1m]) > 0", of(&c::RELOAD_SUCCESS_TIME));
    let refused = format!("{} == 0", of(&c::RELOAD_SUCCESSFUL));
    let mark = |name: Text, colour: &str, expression: String, title: &str, words: &str| {
        json!({
            "name": name.in_language(language), "datasource": datasource(), "enable": true, "hide": false,
            "iconColor": colour, "expr": expression, "step": "60s", "titleFormat": title,
            "textFormat": words, "tagKeys": "", "useValueForTime": false,
        })
    };
    let planned = t("Bảo trì đã thông báo", "Announced maintenance");
    let reload = t("Nạp cấu hình", "Configuration loaded");
    let refusal = t("Từ chối cấu hình mới", "Configuration refused");
    vec![
        mark(
            t("Cảnh báo", "Alerts"),
            "red",
            alerts.to_string(),
            "{{alertname}}",
            "{{authority}} {{portal}} {{probe}}",
        ),
        mark(planned, "purple", maintenance, planned.in_language(language), "{{authority}} {{portal}}"),
        mark(reload, "blue", loaded, reload.in_language(language), "{{job}} {{instance}}"),
        mark(refusal, "orange", refused, refusal.in_language(language), "{{job}} {{instance}}"),
    ]
}

/// The variables of a dashboard, in the order in which they depend on each other.
fn variables(board: &Board, language: Language) -> Vec<Value> {
    let mut all = vec![json!({
        "type": "datasource", "name": "datasource", "query": "prometheus", "regex": "", "refresh": 1,
        "label": t("Nguồn dữ liệu", "Data source").in_language(language), "hide": 0, "skipUrlSync": false,
        "includeAll": false, "multi": false, "options": [],
        "current": { "selected": false, "text": "default", "value": "default" },
    })];
    for filter in filters(board) {
        all.push(chosen(&filter, language));
    }
    all.extend(board.variables.iter().map(|variable| given(variable, language)));
    all.push(given(
        &Variable { name: "emc_url", label: t("Địa chỉ emc", "Address of emc"), values: &[MONITOR] },
        language,
    ));
    all
}

/// A variable whose values Prometheus knows.
#[derive(Clone, Debug)]
pub struct Filter {
    /// The label it is about, which is also its name.
    pub label: &'static str,
    /// What the reader sees beside it.
    pub title: Text,
    /// Where its values come from: `label_values(metric, label)`.
    pub query: String,
    /// Whether exactly one value is chosen.
    pub single: bool,
}

/// The variables whose values Prometheus knows.
#[must_use]
pub fn filters(board: &Board) -> Vec<Filter> {
    let filter = |label, title, series: String, single| Filter {
        label,
        title,
        query: format!("label_values({series}, {label})"),
        single,
    };
    let job = |family: &c::Family| format!("{}{{job=~\"$job\"}}", family.name);
    let places = format!("{}{{job=~\"$job\",location=~\"$location\"}}", c::PORTAL_INFO.name);
    let of_authority =
        format!("{}{{job=~\"$job\",location=~\"$location\",authority=~\"$authority\"}}", c::PORTAL_INFO.name);
    let one = board.one_portal;
    vec![
        filter("job", t("Job", "Job"), c::BUILD_INFO.name.to_owned(), false),
        filter("location", t("Nơi đo", "Location"), job(&c::PORTAL_INFO), false),
        filter("authority", t("Cơ quan", "Authority"), places, one),
        filter("portal", t("Cổng", "Portal"), of_authority, one),
    ]
}

fn chosen(filter: &Filter, language: Language) -> Value {
    let current = if filter.single {
        json!({ "selected": false, "text": "", "value": "" })
    } else {
        json!({ "selected": true, "text": ["All"], "value": [ALL] })
    };
    let mut variable = json!({
        "type": "query", "name": filter.label, "label": filter.title.in_language(language),
        "datasource": datasource(),
        "query": { "query": filter.query, "refId": "PrometheusVariableQueryEditor-VariableQuery" },
        "regex": "", "refresh": 2, "sort": 1, "hide": 0, "skipUrlSync": false, "options": [],
        "multi": !filter.single, "includeAll": !filter.single, "current": current,
    });
    if !filter.single {
        variable["allValue"] = json!(".+");
    }
    variable
}

fn given(variable: &Variable, language: Language) -> Value {
    let first = variable.values[0];
    let option = |value: &&str| json!({ "selected": *value == first, "text": value, "value": value });
    let free = variable.values.len() == 1;
    json!({
        "type": if free { "textbox" } else { "custom" }, "name": variable.name,
        "label": variable.label.in_language(language), "query": variable.values.join(","), "hide": 0,
        "skipUrlSync": false, "current": option(&first),
        "options": variable.values.iter().map(option).collect::<Vec<_>>(),
    })
}

/// All panels with their places, headings between them.
fn laid_out(board: &Board, language: Language) -> Vec<Value> {
    let (mut made, mut y) = (Vec::new(), 0);
    for row in &board.rows {
        made.push(heading(row, y, made.len() + 1, language));
        y += 1;
        let (mut x, mut tallest) = (0, 0);
        for panel in &row.panels {
            if x + panel.width > COLUMNS {
                (x, y, tallest) = (0, y + tallest, 0);
            }
            let place = json!({ "x": x, "y": y, "w": panel.width, "h": panel.height });
            let mut drawn = panels::panel(panel, language);
            drawn["id"] = json!(made.len() + 1);
            drawn["gridPos"] = place;
            drawn["description"] = json!(described(panel, language));
            made.push(drawn);
            (x, tallest) = (x + panel.width, tallest.max(panel.height));
        }
        y += tallest;
    }
    made
}

fn heading(row: &Row, y: u32, id: usize, language: Language) -> Value {
    json!({
        "type": "row", "id": id, "title": row.title.in_language(language), "collapsed": false, "panels": [],
        "gridPos": { "x": 0, "y": y, "w": COLUMNS, "h": 1 },
    })
}

/// What a panel is for, and how its figures came about.
#[must_use]
pub fn described(panel: &Panel, language: Language) -> String {
    let purpose = panel.purpose.in_language(language);
    match origins(panel) {
        Some(origin) => format!("{purpose} {}", origin.in_language(language)),
        None => purpose.to_owned(),
    }
}
