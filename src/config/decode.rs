//! serde over the located tree: what the walk has accepted becomes the Rust types, and what a type still refuses is
//! told with the place of the innermost value.

use std::fmt;

use serde::de::value::StrDeserializer;
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, EnumAccess, Expected, IntoDeserializer, MapAccess, SeqAccess,
    Unexpected, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;
use serde_json::Value as Json;

use crate::config::node::{Entry, Node, Value};
use crate::config::source::Span;
use crate::config::walk::{given_twice, key_missing};
use crate::config::words::listed;
use crate::model::text::Text;
use crate::model::told::{Told, told};

/// Why a value does not fit, and where it stands.
#[derive(Clone, Debug)]
pub(super) struct DecodeError {
    /// The innermost value concerned.
    pub(super) span: Option<Span>,
    /// What the type said.
    pub(super) message: Told,
}

impl DecodeError {
    /// Gives it a place, if it has none yet.
    fn at(mut self, span: Span) -> Self {
        self.span.get_or_insert(span);
        self
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.message, f)
    }
}

impl std::error::Error for DecodeError {}

impl de::Error for DecodeError {
    /// A type's own refusal; ours carry both languages through `{:#}`.
    fn custom<T: fmt::Display>(message: T) -> Self {
        told_by_type(Told::of_both(&format!("{message:#}")))
    }

    fn invalid_type(given: Unexpected<'_>, wanted: &dyn Expected) -> Self {
        let given = unexpected(given);
        told_by_type(Told {
            vi: format!("không thể là {}", given.vi),
            en: format!("{} where {wanted} belongs", given.en),
        })
    }

    fn invalid_value(given: Unexpected<'_>, wanted: &dyn Expected) -> Self {
        Self::invalid_type(given, wanted)
    }

    fn invalid_length(given: usize, wanted: &dyn Expected) -> Self {
        told_by_type(Told {
            vi: format!("không thể có {given} phần"),
            en: format!("{given} parts where {wanted} belongs"),
        })
    }

    fn unknown_variant(given: &str, known: &'static [&'static str]) -> Self {
        let Told { vi, en } = listed(known);
        told_by_type(Told {
            vi: format!("không có lựa chọn \"{given}\": chỉ dùng được {vi}"),
            en: format!("\"{given}\" is not known: allowed are {en}"),
        })
    }

    fn unknown_field(given: &str, known: &'static [&'static str]) -> Self {
        let Told { vi, en } = listed(known);
        told_by_type(Told {
            vi: format!("không có khóa nào tên là \"{given}\": chỉ dùng được {vi}"),
            en: format!("unknown key \"{given}\": allowed are {en}"),
        })
    }

    fn missing_field(key: &'static str) -> Self {
        told_by_type(key_missing(key, ""))
    }

    fn duplicate_field(key: &'static str) -> Self {
        told_by_type(given_twice(key))
    }
}

const fn told_by_type(message: Told) -> DecodeError {
    DecodeError { span: None, message }
}

/// What stands there, in a word or two.
fn unexpected(given: Unexpected<'_>) -> Told {
    match given {
        Unexpected::Bool(value) => Told::same(value.to_string()),
        Unexpected::Unsigned(value) => told!("số {value}", "the number {value}"),
        Unexpected::Signed(value) => told!("số {value}", "the number {value}"),
        Unexpected::Float(value) => told!("số {value}", "the number {value}"),
        Unexpected::Char(value) => Told::same(format!("\"{value}\"")),
        Unexpected::Str(value) => Told::same(format!("\"{value}\"")),
        Unexpected::Unit | Unexpected::Option => kind_of(&Value::Null),
        Unexpected::Seq => kind_of(&Value::List(Vec::new())),
        Unexpected::Map => kind_of(&Value::Map(Vec::new())),
        _ => told!("giá trị này", "this value"),
    }
}

fn kind_of(value: &Value) -> Told {
    value.kind().into()
}

/// Makes a value of a tree.
///
/// # Errors
/// The first thing that does not fit.
pub(super) fn decode<T: DeserializeOwned>(node: &Node) -> Result<T, DecodeError> {
    T::deserialize(node).map_err(|error| error.at(node.span))
}

/// Makes an externally tagged enum of one entry: the key is the variant.
///
/// # Errors
/// The first thing that does not fit.
pub(super) fn decode_entry<T: DeserializeOwned>(entry: &Entry) -> Result<T, DecodeError> {
    T::deserialize(KeyedEntry(entry)).map_err(|error| error.at(entry.key_span))
}

/// Makes a value of JSON, for settings that stand in no file: what a type refuses is told as it would be of a file.
///
/// # Errors
/// The first thing that does not fit.
pub fn of_json<T: DeserializeOwned>(json: &Json) -> Result<T, Told> {
    decode(&node(json)).map_err(|error| error.message)
}

fn node(json: &Json) -> Node {
    let value = match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => match number.as_i64() {
            Some(whole) => Value::Integer(whole),
            None => Value::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        Json::String(text) => Value::Text(text.as_str().into()),
        Json::Array(items) => Value::List(items.iter().map(node).collect()),
        Json::Object(entries) => Value::Map(entries.iter().map(entry).collect()),
    };
    Node::new(value, Span::default())
}

fn entry((key, value): (&String, &Json)) -> Entry {
    Entry { key: key.as_str().into(), key_span: Span::default(), value: node(value) }
}

impl<'de> de::Deserializer<'de> for &'de Node {
    type Error = DecodeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match &self.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Integer(value) => visitor.visit_i64(*value),
            Value::Float(value) => visitor.visit_f64(*value),
            Value::Text(value) => visitor.visit_borrowed_str(value),
            Value::List(items) => visitor.visit_seq(Items(items.iter())),
            Value::Map(entries) => visitor.visit_map(Entries { rest: entries.iter(), value: None }),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        if self.value == Value::Null { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        match &self.value {
            Value::Text(word) => visitor.visit_enum(word.as_ref().into_deserializer()),
            Value::Map(entries) if entries.len() == 1 => {
                KeyedEntry(&entries[0]).deserialize_enum(name, variants, visitor)
            }
            _ => {
                let (Text { vi, en }, allowed) = (self.kind(), listed(variants));
                Err(told_by_type(Told {
                    vi: format!("{vi}, trong khi cần một trong {}", allowed.vi),
                    en: format!("{en} where one of {} belongs", allowed.en),
                }))
            }
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        unit unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

struct Items<'de>(std::slice::Iter<'de, Node>);

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = DecodeError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, DecodeError> {
        let Some(node) = self.0.next() else { return Ok(None) };
        seed.deserialize(node).map(Some).map_err(|error| error.at(node.span))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

struct Entries<'de> {
    rest: std::slice::Iter<'de, Entry>,
    value: Option<&'de Node>,
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = DecodeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, DecodeError> {
        let Some(entry) = self.rest.next() else { return Ok(None) };
        self.value = Some(&entry.value);
        let key: StrDeserializer<'_, DecodeError> = entry.key.as_ref().into_deserializer();
        seed.deserialize(key).map(Some).map_err(|error| error.at(entry.key_span))
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, DecodeError> {
        let node = self
            .value
            .take()
            .ok_or_else(|| told_by_type(told!("có giá trị mà không có khóa", "a value without a key")))?;
        seed.deserialize(node).map_err(|error| error.at(node.span))
    }
}

/// A key and its value, read as a variant and what it holds.
struct KeyedEntry<'de>(&'de Entry);

impl<'de> de::Deserializer<'de> for KeyedEntry<'de> {
    type Error = DecodeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_enum(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> EnumAccess<'de> for KeyedEntry<'de> {
    type Error = DecodeError;
    type Variant = &'de Node;

    fn variant_seed<S: DeserializeSeed<'de>>(
        self,
        seed: S,
    ) -> Result<(S::Value, Self::Variant), DecodeError> {
        let key: StrDeserializer<'_, DecodeError> = self.0.key.as_ref().into_deserializer();
        let variant = seed.deserialize(key).map_err(|error| error.at(self.0.key_span))?;
        Ok((variant, &self.0.value))
    }
}

impl<'de> VariantAccess<'de> for &'de Node {
    type Error = DecodeError;

    fn unit_variant(self) -> Result<(), DecodeError> {
        match self.value {
            Value::Null => Ok(()),
            _ => Err(DecodeError {
                span: Some(self.span),
                message: told!("không nhận giá trị nào", "takes no value"),
            }),
        }
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, DecodeError> {
        seed.deserialize(self).map_err(|error| error.at(self.span))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _length: usize, visitor: V) -> Result<V::Value, DecodeError> {
        de::Deserializer::deserialize_any(self, visitor).map_err(|error| error.at(self.span))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        de::Deserializer::deserialize_any(self, visitor).map_err(|error| error.at(self.span))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;
    use crate::config::tree;

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "snake_case")]
    enum Choice {
        Word,
        Held(u16),
    }

    #[derive(Debug, Deserialize, PartialEq)]
    struct Whole {
        ratio: f64,
        absent: Option<String>,
        list: Vec<u8>,
        one: Choice,
        two: Choice,
        map: BTreeMap<String, bool>,
    }

    #[test]
    fn a_tree_becomes_a_type() {
        let text = "ratio: 1\nabsent: ~\nlist: [1, 2]\none: word\ntwo: {held: 7}\nmap: {a: true}\n";
        let node = tree::parse(text, 0).root.unwrap();
        let whole: Whole = decode(&node).unwrap();
        assert_eq!(whole.list, [1, 2]);
        assert_eq!((whole.one, whole.two), (Choice::Word, Choice::Held(7)));
        assert_eq!((whole.ratio, whole.absent, whole.map["a"]), (1.0, None, true));
    }

    #[test]
    fn what_does_not_fit_is_told_with_its_place() {
        let node = tree::parse("a:\n  b: [1, 300]\n", 0).root.unwrap();
        let error = decode::<BTreeMap<String, BTreeMap<String, Vec<u8>>>>(&node).unwrap_err();
        let start = error.span.unwrap().start;
        assert_eq!((start.line, start.column), (2, 9));
    }
}
