//! What Grafana's dashboard-linter asks of a dashboard, in our own words, and rules of ours.
//!
//! Left out on purpose: a variable for the instance, since authority, portal and location are how these series are
//! told apart; and `$__rate_interval` everywhere, since a probe that runs every five minutes needs windows of minutes.

use std::collections::BTreeSet;

use emc_monitor::dashboards::promql::RECORDED_BURN;
use emc_monitor::dashboards::{boards, json};
use emc_monitor::model::text::Language;
use serde_json::Value;

/// Grafana's words for units, of those that we use.
const UNITS: &[&str] = &["short", "percentunit", "s", "dtdurations", "dateTimeAsIso", "bytes", "none"];
/// What stands between brackets, beside windows that are named in a panel's text.
const WINDOWS: &[&str] = &["$__rate_interval", "$__range", "$window", "$slo_window", "$__range:$__interval"];

struct Made {
    name: String,
    language: Language,
    dashboard: Value,
}

fn made() -> Vec<Made> {
    let mut all = Vec::new();
    for language in [Language::Vi, Language::En] {
        for board in boards::all() {
            let name = format!("{}-{}", board.id, json::code(language));
            all.push(Made { name, language, dashboard: json::dashboard(&board, language) });
        }
    }
    all
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

fn panels(dashboard: &Value) -> impl Iterator<Item = &Value> {
    list(dashboard, "panels").iter().filter(|panel| panel["type"] != "row")
}

fn said<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

#[test]
fn uids_and_titles_are_stable_and_unique() {
    let all = made();
    let uids: BTreeSet<_> = all.iter().map(|made| said(&made.dashboard, "uid")).collect();
    let titles: BTreeSet<_> =
        all.iter().map(|made| (json::code(made.language), said(&made.dashboard, "title"))).collect();
    assert_eq!((uids.len(), titles.len()), (all.len(), all.len()));
    let expected = ["overview", "portal", "slo", "signing", "ux", "tls-dns", "self"];
    let named: BTreeSet<String> =
        expected.iter().flat_map(|id| ["vi", "en"].map(|language| format!("emc-{id}-{language}"))).collect();
    assert_eq!(uids, named.iter().map(String::as_str).collect(), "bookmarks hang on uids: never rename one");
    assert!(uids.iter().all(|uid| uid.len() <= 40));
}

#[test]
fn a_dashboard_says_whose_question_it_answers_and_cannot_be_edited_in_the_browser() {
    for Made { name, dashboard, .. } in made() {
        assert!(said(&dashboard, "description").len() > 40, "{name}");
        assert_eq!(dashboard["editable"], false, "{name}");
        assert!(list(&dashboard, "tags").contains(&"emc".into()), "{name}");
        assert_eq!(list(&dashboard, "links").len(), 2, "{name}: to the others, and to the other language");
        assert_eq!(list(&dashboard["annotations"], "list").len(), 4, "{name}");
    }
}

#[test]
fn the_datasource_is_a_variable_everywhere() {
    for Made { name, dashboard, .. } in made() {
        let variables = list(&dashboard["templating"], "list");
        let sources: Vec<_> = variables.iter().filter(|variable| variable["type"] == "datasource").collect();
        assert_eq!(sources.len(), 1, "{name}");
        assert_eq!(sources[0]["name"], "datasource", "{name}");
        let mut used = 0;
        walk(&dashboard, &mut |key, value| {
            if key == "datasource" {
                assert_eq!(value["uid"], "${datasource}", "{name}");
                used += 1;
            }
        });
        assert!(used > 20, "{name}");
    }
}

fn walk(value: &Value, visit: &mut dyn FnMut(&str, &Value)) {
    match value {
        Value::Object(members) => members.iter().for_each(|(key, member)| {
            visit(key, member);
            walk(member, visit);
        }),
        Value::Array(all) => all.iter().for_each(|each| walk(each, visit)),
        _ => {}
    }
}

#[test]
fn variables_refresh_with_the_time_range_and_let_several_values_through() {
    for Made { name, dashboard, .. } in made() {
        let variables = list(&dashboard["templating"], "list");
        let names: Vec<_> = variables.iter().map(|variable| said(variable, "name")).collect();
        assert!(["datasource", "job", "location", "authority", "portal"] == names[..5], "{name}: {names:?}");
        assert_eq!(names.last(), Some(&"emc_url"), "{name}");
        for variable in variables.iter().filter(|variable| variable["type"] == "query") {
            assert_eq!(variable["refresh"], 2, "{name}: {}", variable["name"]);
            let single =
                name.starts_with("portal") && ["authority", "portal"].contains(&said(variable, "name"));
            assert_eq!(variable["multi"], !single, "{name}: {}", variable["name"]);
            assert_eq!(variable["includeAll"], !single, "{name}: {}", variable["name"]);
        }
    }
}

#[test]
fn every_panel_says_what_it_is_for_and_in_which_unit() {
    for Made { name, dashboard, .. } in made() {
        for panel in panels(&dashboard) {
            let place = format!("{name}: {}", panel["title"]);
            assert!(!said(panel, "title").is_empty(), "{place}");
            let purpose = said(panel, "description");
            assert!(
                purpose.len() > 20
                    && purpose.contains(". ") | purpose.ends_with('.') | purpose.contains(".["),
                "{place}: {purpose}"
            );
            let defaults = &panel["fieldConfig"]["defaults"];
            assert!(UNITS.contains(&said(defaults, "unit")), "{place}");
            assert!(!said(defaults, "noValue").is_empty(), "{place}: nothing is not 0");
            let asks = panel["type"] != "text";
            assert_eq!(!list(panel, "targets").is_empty(), asks, "{place}");
            assert_eq!(purpose.ends_with(']'), asks, "{place}: says how its figures came about");
            let gaps = &defaults["custom"]["spanNulls"];
            assert!(gaps.is_null() || gaps == false, "{place}: a gap is not bridged");
        }
    }
}

#[test]
fn panels_have_their_own_place_and_id() {
    for Made { name, dashboard, .. } in made() {
        let (mut ids, mut taken) = (BTreeSet::new(), BTreeSet::new());
        for panel in list(&dashboard, "panels") {
            assert!(ids.insert(panel["id"].as_u64().unwrap()), "{name}: {}", panel["title"]);
            let place = |key: &str| panel["gridPos"][key].as_u64().unwrap();
            assert!(place("x") + place("w") <= 24, "{name}: {}", panel["title"]);
            for x in place("x")..place("x") + place("w") {
                for y in place("y")..place("y") + place("h") {
                    assert!(taken.insert((x, y)), "{name}: {} lies on another", panel["title"]);
                }
            }
        }
    }
}

#[test]
fn questions_are_narrowed_by_job_and_never_turn_nothing_into_a_figure() {
    for Made { name, dashboard, .. } in made() {
        for panel in panels(&dashboard) {
            for target in list(panel, "targets") {
                let (asked, place) = (said(target, "expr"), format!("{name}: {}", panel["title"]));
                // What rules record is a sum over jobs.
                let selectors = asked.matches('{').count() - asked.matches(RECORDED_BURN).count();
                assert!(
                    asked.contains('{') && asked.matches("job=~\"$job\"").count() == selectors,
                    "{place}: {asked}"
                );
                for never in ["vector(", "absent(", "or on", "irate("] {
                    assert!(!asked.contains(never), "{place}: {asked}");
                }
                for window in asked.split('[').skip(1).map(|rest| rest.split(']').next().unwrap()) {
                    let fixed = window.ends_with(['m', 'h', 'd']) && !window.contains('$');
                    assert!(WINDOWS.contains(&window) || fixed, "{place}: [{window}]");
                }
                let now = ["stat", "table", "bargauge"].contains(&said(panel, "type"));
                assert_eq!(target["instant"], now, "{place}");
                assert_ne!(target["instant"], target["range"], "{place}");
            }
        }
    }
}

#[test]
fn links_lead_to_dashboards_that_exist() {
    let all = made();
    let uids: BTreeSet<_> = all.iter().map(|made| said(&made.dashboard, "uid")).collect();
    for Made { name, language, dashboard } in &all {
        let mut seen = 0;
        walk(dashboard, &mut |key, value| {
            let Some(target) =
                value.as_str().filter(|_| key == "url").and_then(|url| url.strip_prefix("/d/"))
            else {
                return;
            };
            let uid = target.split('?').next().unwrap();
            assert!(uids.contains(uid), "{name}: {target}");
            assert!(uid.ends_with(json::code(*language)) || !target.contains('?'), "{name}: {target}");
            seen += 1;
        });
        assert!(seen > 0, "{name}");
    }
}
