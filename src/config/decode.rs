//! serde over the located tree: what the walk has accepted becomes the Rust types, and what a type still refuses is
//! told with the place of the innermost value.

use std::fmt;

use serde::de::value::StrDeserializer;
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, EnumAccess, IntoDeserializer, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use crate::config::source::Span;
use crate::config::tree::{Entry, Node, Value};

/// Why a value does not fit, and where it stands.
#[derive(Debug)]
pub(super) struct DecodeError {
    /// The innermost value concerned.
    pub(super) span: Option<Span>,
    /// What the type said.
    pub(super) message: String,
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
        f.write_str(&self.message)
    }
}

impl std::error::Error for DecodeError {}

impl de::Error for DecodeError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self { span: None, message: message.to_string() }
    }
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
            _ => Err(de::Error::custom(format!(
                "{} where one of {} belongs",
                self.kind(),
                variants.join(", ")
            ))),
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
        let node = self.value.take().ok_or_else(|| de::Error::custom("a value without a key"))?;
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
            _ => Err(DecodeError { span: Some(self.span), message: "takes no value".to_owned() }),
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
