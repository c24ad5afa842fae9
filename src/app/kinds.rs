//! `emc kinds`: what can be measured.

use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde_json::Value;

use crate::model::text::{Language, Text};
use crate::probe::kind::{KINDS, KindInfo};

/// One kind, for people and programs.
#[derive(Clone, Debug, Serialize)]
pub struct KindEntry {
    /// The key in probe files.
    pub name: &'static str,
    /// What it measures.
    pub summary: &'static str,
    /// JSON Schema of its settings.
    pub schema: Value,
}

/// Every kind, in the order of the reference.
#[must_use]
pub fn kinds(language: Language) -> Vec<KindEntry> {
    let entry = |kind: &KindInfo| KindEntry {
        name: kind.name,
        summary: kind.summary.in_language(language),
        schema: settings_schema(kind),
    };
    KINDS.iter().map(entry).collect()
}

/// What one kind measures, in both languages.
#[must_use]
pub fn summary(name: &str) -> Option<Text> {
    KINDS.iter().find(|kind| kind.name == name).map(|kind| kind.summary)
}

/// The schema of a kind's settings, complete in itself.
pub(in crate::app) fn settings_schema(kind: &KindInfo) -> Value {
    let settings = SchemaSettings::default().with(|settings| settings.inline_subschemas = true);
    (kind.schema)(&mut settings.into_generator()).to_value()
}
