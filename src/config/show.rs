//! The configuration as text for `/config`: the source of a secret is shown, never a value; comments are left out.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::config::node::{Node, Value};
use crate::config::secrets;
use crate::config::source::Sources;
use crate::model::secret::REDACTED;

/// Every file as YAML.
pub(super) fn text(sources: &Sources, trees: &BTreeMap<u16, Node>) -> String {
    let mut out = String::new();
    for (file, root) in trees {
        let separator = if out.is_empty() { "" } else { "\n" };
        let _ = writeln!(out, "{separator}# {}", sources.get(*file).path.display());
        block(root, 0, false, &mut out);
    }
    out
}

fn block(node: &Node, depth: usize, hidden: bool, out: &mut String) {
    match &node.value {
        Value::Map(entries) => {
            for entry in entries {
                indent(depth, out);
                let hidden = secrets::hides(&entry.key, hidden);
                let _ = write!(out, "{}:", quoted(&entry.key));
                below(&entry.value, depth, hidden, out);
            }
        }
        Value::List(items) => {
            for item in items {
                indent(depth, out);
                out.push('-');
                below(item, depth, hidden, out);
            }
        }
        _ => scalar(node, hidden, out),
    }
}

/// What stands after `key:` or `-`.
fn below(node: &Node, depth: usize, hidden: bool, out: &mut String) {
    match &node.value {
        Value::Map(entries) if entries.is_empty() => out.push_str(" {}\n"),
        Value::List(items) if items.is_empty() => out.push_str(" []\n"),
        Value::Map(_) | Value::List(_) => {
            out.push('\n');
            block(node, depth + 1, hidden, out);
        }
        _ => {
            out.push(' ');
            scalar(node, hidden, out);
            out.push('\n');
        }
    }
}

fn scalar(node: &Node, hidden: bool, out: &mut String) {
    let _ = match &node.value {
        Value::Null => write!(out, "null"),
        Value::Bool(value) => write!(out, "{value}"),
        _ if hidden => write!(out, "{REDACTED:?}"),
        Value::Integer(value) => write!(out, "{value}"),
        Value::Float(value) => write!(out, "{value}"),
        Value::Text(text) => write!(out, "{}", quoted(&secrets::redacted(text))),
        Value::List(_) | Value::Map(_) => Ok(()),
    };
}

fn indent(depth: usize, out: &mut String) {
    for _ in 0..depth {
        out.push_str("  ");
    }
}

/// A text as YAML; quoted as in JSON unless it is a plain word.
fn quoted(text: &str) -> String {
    let mut bytes = text.bytes();
    let begins_well = bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'/');
    let plain = bytes.all(|byte| byte.is_ascii_alphanumeric() || b"_-./".contains(&byte));
    let is_text = matches!(crate::config::scalar::typed(text), Value::Text(_));
    if begins_well && plain && is_text { text.to_owned() } else { serde_json::Value::from(text).to_string() }
}
