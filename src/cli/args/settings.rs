//! Which setting each flag of `emc probe` stands for: the one place where the command line meets the kinds' keys.

use serde_json::{Map, Value, json};

use crate::app::bare::{Bare, Given};
use crate::cli::args::probe::TargetArguments;

impl TargetArguments {
    /// A bare target with everything that was asked for.
    #[must_use]
    pub fn aimed_at(&self, target: &str) -> Bare {
        Bare {
            target: target.to_owned(),
            kind: self.kind.clone(),
            timeout: self.timeout.clone(),
            mutates: self.mutates,
            given: self.given(),
            deny_networks: self.deny_network.clone(),
            resolvers: self.resolver.clone(),
        }
    }

    /// The flags that were used, as settings.
    fn given(&self) -> Vec<Given> {
        let mut given = Vec::new();
        let mut add = |flag, path, value: Option<Value>| {
            given.extend(value.map(|value| Given { flag, path, value }));
        };
        let text = |text: &Option<String>| text.as_ref().map(|text| json!(text));
        let list = |texts: &[String]| (!texts.is_empty()).then(|| json!(texts));
        add("--slow-after", "slow_after", text(&self.slow_after));
        add("--method", "method", text(&self.method));
        add("--header", "headers", pairs(&self.header, ':', |value| json!(value.trim())));
        add("--status", "expect.status", list(&self.status));
        add("--contains", "expect.contains", list(&self.contains));
        add("--regex", "expect.regex", list(&self.regex));
        add("--selector", "expect.selector", list(&self.selector));
        add("--json-pointer", "expect.json", pairs(&self.json_pointer, '=', value_or_text));
        add("--max-body", "max_body", text(&self.max_body));
        add("--http1", "protocol", self.http1.then(|| json!("http1")));
        add("--http2", "protocol", self.http2.then(|| json!("http2")));
        add("--ipv4", "family", self.ipv4.then(|| json!("ipv4")));
        add("--ipv6", "family", self.ipv6.then(|| json!("ipv6")));
        add("--ca-file", "tls.ca_files", (!self.ca_file.is_empty()).then(|| json!(self.ca_file)));
        add("--proxy", "proxy", text(&self.proxy));
        add("--warn-before", "warn_before", text(&self.warn_before));
        add("--record", "record", text(&self.record));
        given
    }
}

/// `NAME<separator>VALUE` pairs as an object; one without a separator has an empty value and is refused by the kind.
fn pairs(texts: &[String], separator: char, value: impl Fn(&str) -> Value) -> Option<Value> {
    let split = |text: &String| {
        let (name, rest) = text.split_once(separator).unwrap_or((text, ""));
        (name.trim().to_owned(), value(rest))
    };
    let object: Map<String, Value> = texts.iter().map(split).collect();
    (!object.is_empty()).then_some(Value::Object(object))
}

/// A JSON value where the text is one, else the text.
fn value_or_text(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| json!(text))
}
