//! What the manual's reference parts are made of: settings, out of the schemas that files are held against; metrics,
//! out of the catalogue.

use serde_json::Value;

use crate::metrics::catalogue::CATALOGUE;
use crate::model::text::Text;
use crate::probe::kind::KINDS;

/// A setting nested deeper than this is not described.
const DEPTH_MAX: usize = 6;

/// One setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Its path, such as `expect.contains` or `portals[].url`.
    pub path: String,
    /// What it takes.
    pub takes: Takes,
    /// What holds where nothing is said; empty where nothing does.
    pub default: String,
    /// What it means, in English, as the code says it.
    pub description: String,
}

/// What a setting takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Takes {
    /// A text.
    Text,
    /// A number.
    Number,
    /// `true` or `false`.
    Switch,
    /// A duration such as `30s`.
    Duration,
    /// A number of bytes such as `8MiB`.
    Size,
    /// A list.
    List,
    /// Keys and values.
    Map,
    /// One of these words.
    Words(Vec<String>),
}

/// The settings of one kind, or of one sort of file.
#[derive(Clone, Debug)]
pub struct Section {
    /// The kind's name, or the file's.
    pub name: &'static str,
    /// What it is.
    pub summary: Text,
    /// Its settings in order.
    pub settings: Vec<Setting>,
}

/// One metric family.
#[derive(Clone, Debug)]
pub struct Metric {
    /// The name as it is queried.
    pub name: &'static str,
    /// How it counts.
    pub metric_type: &'static str,
    /// All labels.
    pub labels: Vec<&'static str>,
    /// What it says.
    pub help: Text,
}

/// The settings of every kind.
#[must_use]
pub fn kinds() -> Vec<Section> {
    let section = |kind: &crate::probe::kind::KindInfo| Section {
        name: kind.name,
        summary: kind.summary,
        settings: settings_of(&crate::app::kinds::settings_schema(kind)),
    };
    KINDS.iter().map(section).collect()
}

/// The settings of the configuration's two sorts of file, without those of the kinds.
#[must_use]
pub fn files() -> Vec<Section> {
    let schema = crate::config::schema();
    let section = |name, definition: &str, summary| {
        let mut settings = Vec::new();
        walk(&schema["$defs"][definition], &schema, "", 0, &mut settings);
        Section { name, summary, settings }
    };
    vec![
        section(
            "emc.yaml",
            "GlobalFile",
            Text { vi: "cấu hình chung cho mọi phép đo", en: "what holds for everything" },
        ),
        section(
            "*.yaml",
            "AuthorityFile",
            Text {
                vi: "một cơ quan, các cổng và các phép đo",
                en: "an authority, its portals and their probes",
            },
        ),
    ]
}

/// Every metric of ours.
#[must_use]
pub fn metrics() -> Vec<Metric> {
    let metric = |family: &&'static crate::metrics::catalogue::Family| Metric {
        name: family.name,
        metric_type: family.metric_type.as_str(),
        labels: family.labels().collect(),
        help: family.help,
    };
    CATALOGUE.iter().map(metric).collect()
}

fn settings_of(schema: &Value) -> Vec<Setting> {
    let mut settings = Vec::new();
    walk(schema, schema, "", 0, &mut settings);
    settings
}

/// Adds the properties of a schema, and of what lies in them.
fn walk(schema: &Value, root: &Value, prefix: &str, depth: usize, settings: &mut Vec<Setting>) {
    // A value that has exactly one of several keys lists them as choices.
    let choices = schema.get("oneOf").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let own = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    let chosen = choices.iter().filter_map(|choice| Some((choice, choice.get("properties")?.as_object()?)));
    let chosen =
        chosen.flat_map(|(choice, keys)| keys.iter().map(move |(key, property)| (key, property, choice)));
    for (key, property, told_by) in own.map(|(key, property)| (key, property, property)).chain(chosen) {
        if is_a_kind(key, property) || is_short_form(property) || depth == DEPTH_MAX {
            continue;
        }
        let path = format!("{prefix}{key}");
        let resolved = resolve(property, root);
        settings.push(Setting {
            path: path.clone(),
            takes: takes(resolved, root),
            default: default(property, resolved),
            description: description(told_by, resolved),
        });
        if key == "defaults" && depth > 0 || is_secret(resolved) {
            continue;
        }
        if let Some(items) = resolved.get("items") {
            walk(resolve(items, root), root, &format!("{path}[]."), depth + 1, settings);
        } else {
            walk(resolved, root, &format!("{path}."), depth + 1, settings);
        }
    }
}

/// The kinds have a page of their own.
fn is_a_kind(key: &str, property: &Value) -> bool {
    let reference = property.get("$ref").and_then(Value::as_str).unwrap_or_default();
    KINDS.iter().any(|kind| kind.name == key) && reference.starts_with("#/$defs/kind_")
}

/// `password_file` and its like are explained once, in the manual.
fn is_short_form(property: &Value) -> bool {
    property.get("description").and_then(Value::as_str).is_some_and(|words| words.starts_with("short for "))
}

fn is_secret(schema: &Value) -> bool {
    let names_one =
        |part: &Value| part.get("properties").is_some_and(|keys| keys.get("credential").is_some());
    names_one(schema)
        || schema.get("oneOf").and_then(Value::as_array).is_some_and(|all| all.iter().any(names_one))
}

/// Follows references and looks through "or null".
fn resolve<'a>(schema: &'a Value, root: &'a Value) -> &'a Value {
    if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
        let pointer = name.trim_start_matches('#');
        return root.pointer(pointer).map_or(schema, |found| resolve(found, root));
    }
    let choices = schema.get("anyOf").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    match choices {
        [one, null] | [null, one] if null.get("type") == Some(&Value::from("null")) => resolve(one, root),
        _ => schema,
    }
}

fn takes(schema: &Value, root: &Value) -> Takes {
    let words = words(schema);
    if !words.is_empty() {
        return Takes::Words(words);
    }
    let pattern = schema.get("pattern").and_then(Value::as_str).unwrap_or_default();
    if pattern == crate::probe::settings::Span::PATTERN {
        return Takes::Duration;
    }
    if pattern == crate::probe::size::Size::PATTERN {
        return Takes::Size;
    }
    let sort = match schema.get("type") {
        Some(Value::Array(sorts)) => sorts.iter().filter_map(Value::as_str).find(|sort| *sort != "null"),
        Some(sort) => sort.as_str(),
        None if schema.get("properties").is_some() || schema.get("oneOf").is_some() => Some("object"),
        None => schema
            .get("anyOf")
            .and_then(|all| all.get(0))
            .map(|one| resolve(one, root))
            .and_then(|one| one["type"].as_str()),
    };
    match sort {
        Some("boolean") => Takes::Switch,
        Some("integer" | "number") => Takes::Number,
        Some("array") => Takes::List,
        Some("object") => Takes::Map,
        _ => Takes::Text,
    }
}

/// The words of an enumeration.
fn words(schema: &Value) -> Vec<String> {
    let of = |value: &Value| value.as_str().map(str::to_owned);
    if let Some(all) = schema.get("enum").and_then(Value::as_array) {
        return all.iter().filter_map(of).collect();
    }
    let choices = schema.get("oneOf").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let constants = choices.iter().filter_map(|choice| choice.get("const")).filter_map(of);
    let lists = choices.iter().filter_map(|choice| choice.get("enum")?.as_array()).flatten().filter_map(of);
    lists.chain(constants).collect()
}

fn default(property: &Value, resolved: &Value) -> String {
    match property.get("default").or(resolved.get("default")) {
        None | Some(Value::Null | Value::Object(_)) => String::new(),
        Some(Value::Array(all)) if all.is_empty() => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
    }
}

fn description(property: &Value, resolved: &Value) -> String {
    let words = property.get("description").or(resolved.get("description")).and_then(Value::as_str);
    words.unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
}
