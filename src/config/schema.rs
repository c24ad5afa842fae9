//! The JSON Schema of the files: derived from the types that decode them and from the one list of kinds.
//!
//! The same schema, made into shapes, is what files are held against; the published one adds the short forms of
//! secrets and both sorts of file side by side.

use std::borrow::Cow;
use std::sync::OnceLock;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value as Json, json};

use crate::config::files::{AuthorityFile, DefaultKeys, GlobalFile, ProbeKeys};
use crate::config::shape::{ShapeId, Shapes};
use crate::html::phrases::{OwnPhrases, PhraseKind};
use crate::model::text::Language;
use crate::probe::kind::KINDS;

/// Which sort of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    /// `emc.yaml`.
    Global,
    /// An authority's.
    Authority,
}

/// The shapes of one sort of file.
#[derive(Debug)]
pub(super) struct FileShapes {
    /// All of them.
    pub(super) shapes: Shapes,
    /// That of the whole file.
    pub(super) root: ShapeId,
}

/// What files of a sort are held against; made once.
pub(super) fn shapes(sort: Sort) -> &'static FileShapes {
    static GLOBAL: OnceLock<FileShapes> = OnceLock::new();
    static AUTHORITY: OnceLock<FileShapes> = OnceLock::new();
    let (cell, schema): (_, fn() -> Json) = match sort {
        Sort::Global => (&GLOBAL, global_schema),
        Sort::Authority => (&AUTHORITY, authority_schema),
    };
    cell.get_or_init(|| {
        let (shapes, root) = Shapes::compile(&schema());
        FileShapes { shapes, root }
    })
}

/// The keys a kind must have, defaults included.
pub(super) fn required_keys(kind: &str) -> &'static [String] {
    static REQUIRED: OnceLock<Vec<(&'static str, Vec<String>)>> = OnceLock::new();
    let all = REQUIRED.get_or_init(|| {
        let mut generator = generator();
        KINDS.iter().map(|kind| (kind.name, strings(&settings_schema(kind.schema, &mut generator)))).collect()
    });
    all.iter().find(|(name, _)| *name == kind).map_or(&[], |(_, keys)| keys)
}

fn strings(schema: &Map<String, Json>) -> Vec<String> {
    let listed = schema.get("required").and_then(Json::as_array);
    listed.into_iter().flatten().filter_map(Json::as_str).map(str::to_owned).collect()
}

/// The JSON Schema for editors: of `emc.yaml` and of authority files.
#[must_use]
pub fn schema() -> Json {
    let mut generator = generator();
    generator.subschema_for::<GlobalFile>();
    generator.subschema_for::<AuthorityFile>();
    let mut definitions = generator.take_definitions(true);
    drop_unused(&mut definitions);
    definitions.values_mut().for_each(add_short_forms);
    definitions.sort_keys();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "emc",
        "description": "emc.yaml, or the file of an authority",
        "if": {"anyOf": [{"required": ["authority"]}, {"required": ["portals"]}]},
        "then": {"$ref": "#/$defs/AuthorityFile"},
        "else": {"$ref": "#/$defs/GlobalFile"},
        "$defs": definitions,
    })
}

/// Kinds' settings stand there under two names; only one of them is referred to.
fn drop_unused(definitions: &mut Map<String, Json>) {
    let text = Json::Object(definitions.clone()).to_string();
    let used = |name: &str| text.contains(&format!("\"#/$defs/{name}\""));
    definitions.retain(|name, _| matches!(name.as_str(), "GlobalFile" | "AuthorityFile") || used(name));
}

fn generator() -> SchemaGenerator {
    SchemaSettings::draft2020_12().for_deserialize().into_generator()
}

fn global_schema() -> Json {
    generator().into_root_schema_for::<GlobalFile>().to_value()
}

fn authority_schema() -> Json {
    generator().into_root_schema_for::<AuthorityFile>().to_value()
}

/// A probe: what every probe has, and one key per kind.
pub(super) struct ProbeSchema;

impl JsonSchema for ProbeSchema {
    fn schema_name() -> Cow<'static, str> {
        "Probe".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = with_kinds(ProbeKeys::json_schema(generator), generator);
        schema.insert("description".to_owned(), json!("A periodic measurement of one kind."));
        let one: Vec<Json> = KINDS.iter().map(|kind| json!({"required": [kind.name]})).collect();
        if one.len() > 1 {
            schema.insert("oneOf".to_owned(), Json::Array(one));
        }
        schema
    }
}

/// Defaults: what probes share, and settings of kinds.
pub(super) struct DefaultsSchema;

impl JsonSchema for DefaultsSchema {
    fn schema_name() -> Cow<'static, str> {
        "Defaults".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = with_kinds(DefaultKeys::json_schema(generator), generator);
        schema.insert("description".to_owned(), json!("What probes have unless they say otherwise."));
        schema
    }
}

/// The operator's own phrases, per kind of phrase.
pub(super) struct PhrasesSchema;

impl JsonSchema for PhrasesSchema {
    fn schema_name() -> Cow<'static, str> {
        "Phrases".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let own = generator.subschema_for::<OwnPhrases>();
        let names = PhraseKind::ALL.iter().filter_map(|kind| serde_json::to_value(kind).ok());
        let keys: Map<String, Json> =
            names.filter_map(|name| Some((name.as_str()?.to_owned(), own.clone().to_value()))).collect();
        json_schema!({"type": "object", "properties": keys, "additionalProperties": false})
    }
}

/// Adds one property per kind. None of a kind's keys is required here: defaults may hold it.
fn with_kinds(mut schema: Schema, generator: &mut SchemaGenerator) -> Schema {
    schema.insert("additionalProperties".to_owned(), Json::Bool(false));
    for kind in KINDS {
        let name = format!("kind_{}", kind.name);
        let mut settings = settings_schema(kind.schema, generator);
        settings.remove("required");
        generator.definitions_mut().insert(name.clone(), Json::Object(settings));
        let summary = kind.summary.in_language(Language::En);
        let property = json!({"$ref": format!("#/$defs/{name}"), "description": summary});
        if let Some(Json::Object(properties)) = schema.get_mut("properties") {
            properties.insert(kind.name.to_owned(), property);
        }
    }
    schema
}

/// The schema of a kind's settings itself, not a reference to it.
fn settings_schema(
    schema: fn(&mut SchemaGenerator) -> Schema,
    generator: &mut SchemaGenerator,
) -> Map<String, Json> {
    let schema = schema(generator).to_value();
    let named = schema.get("$ref").and_then(Json::as_str).map(|name| name.trim_start_matches("#/$defs/"));
    let settings = match named {
        Some(name) => generator.definitions().get(name).cloned().unwrap_or_default(),
        None => schema,
    };
    if let Json::Object(settings) = settings { settings } else { Map::new() }
}

/// `password` may also be written `password_file`, `password_env` or `password_credential`.
fn add_short_forms(schema: &mut Json) {
    match schema {
        Json::Object(object) => {
            object.values_mut().for_each(add_short_forms);
            if object.get("additionalProperties").is_some_and(refers_to_secret) {
                let short = json!({"_(file|env|credential)$": {"type": "string"}});
                object.insert("patternProperties".to_owned(), short);
            }
            let Some(Json::Object(properties)) = object.get_mut("properties") else { return };
            let secrets: Vec<String> = properties
                .iter()
                .filter(|(_, property)| refers_to_secret(property))
                .map(|(name, _)| name.clone())
                .collect();
            for name in &secrets {
                for (source, what) in [
                    ("file", "a file that holds it"),
                    ("env", "the environment variable that holds it"),
                    ("credential", "the systemd credential that holds it"),
                ] {
                    let short =
                        json!({"type": "string", "description": format!("short for `{name}`: {what}")});
                    properties.insert(format!("{name}_{source}"), short);
                }
            }
            if let Some(Json::Array(required)) = object.get_mut("required") {
                required.retain(|name| !secrets.iter().any(|secret| name == secret));
            }
        }
        Json::Array(list) => list.iter_mut().for_each(add_short_forms),
        _ => {}
    }
}

fn refers_to_secret(property: &Json) -> bool {
    let is = |schema: &Json| schema.get("$ref").and_then(Json::as_str) == Some("#/$defs/SecretSource");
    let alternatives = ["anyOf", "oneOf"].iter().filter_map(|keyword| property.get(keyword)?.as_array());
    is(property) || alternatives.flatten().any(is)
}
