//! What a file holds, before anybody asks what it means: values, lists and mappings that know their places.
//!
//! Made by [`tree`](crate::config::tree), read by everything else in this room.

use crate::config::source::Span;
use crate::model::text::Text;

/// A value and its place.
#[derive(Clone, Debug)]
pub(super) struct Node {
    /// The value.
    pub(super) value: Value,
    /// Where it stands. Of a list or mapping: its first line.
    pub(super) span: Span,
    /// Whether something at or below it was wrong and taken out, so that what lacks is no news.
    pub(super) pruned: bool,
}

/// What can stand in YAML.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    /// Nothing, `~` or `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// Any other number.
    Float(f64),
    /// Text.
    Text(Box<str>),
    /// A list.
    List(Vec<Node>),
    /// Keys and values in the order of the file.
    Map(Vec<Entry>),
}

/// One key and its value.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    /// The key.
    pub(super) key: Box<str>,
    /// Where the key stands.
    pub(super) key_span: Span,
    /// The value.
    pub(super) value: Node,
}

impl Value {
    /// Whether it is neither nothing nor made of values.
    pub(super) const fn is_scalar(&self) -> bool {
        matches!(self, Self::Bool(_) | Self::Integer(_) | Self::Float(_) | Self::Text(_))
    }

    /// What it is, in a word or two.
    pub(super) const fn kind(&self) -> Text {
        match self {
            Self::Null => Text { vi: "giá trị trống", en: "nothing" },
            Self::Bool(_) => Text { vi: "true hoặc false", en: "true or false" },
            Self::Integer(_) => Text { vi: "số nguyên", en: "a whole number" },
            Self::Float(_) => Text { vi: "số", en: "a number" },
            Self::Text(_) => Text { vi: "văn bản", en: "text" },
            Self::List(_) => Text { vi: "danh sách", en: "a list" },
            Self::Map(_) => Text { vi: "các cặp khóa và giá trị", en: "a mapping" },
        }
    }
}

impl PartialEq for Node {
    /// Places do not count.
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl Node {
    /// A value at its place.
    pub(super) const fn new(value: Value, span: Span) -> Self {
        Self { value, span, pruned: false }
    }

    /// Nothing, at the same place and as pruned.
    pub(super) const fn shell(other: &Self) -> Self {
        Self { value: Value::Null, span: other.span, pruned: other.pruned }
    }

    /// The entries, if it is a mapping.
    pub(super) fn entries(&self) -> &[Entry] {
        if let Value::Map(entries) = &self.value { entries } else { &[] }
    }

    /// The items, if it is a list.
    pub(super) fn items(&self) -> &[Self] {
        if let Value::List(items) = &self.value { items } else { &[] }
    }

    /// The text, if it is one.
    pub(super) fn text(&self) -> Option<&str> {
        if let Value::Text(text) = &self.value { Some(text) } else { None }
    }

    /// The entry under a key.
    pub(super) fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| &*entry.key == key)
    }

    /// The value under a key.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The value at the end of some keys and list places.
    pub(super) fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |node, step| match &node.value {
            Value::List(items) => step.parse::<usize>().ok().and_then(|index| items.get(index)),
            _ => node.get(step),
        })
    }

    /// What it is, in a word or two.
    pub(super) const fn kind(&self) -> Text {
        self.value.kind()
    }
}
