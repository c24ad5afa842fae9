//! Values in a JSON document by their pointers (RFC 6901), found while reading: no tree of the document is built, so
//! that 8 MiB of brackets cost no memory.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::model::told::{Told, told};

/// A pointer such as `/data/0/name`; empty for the whole document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pointer {
    text: String,
    parts: Vec<String>,
}

impl Pointer {
    /// Reads a pointer.
    pub(super) fn parse(text: &str) -> Result<Self, Told> {
        let unescape = |part: &str| part.replace("~1", "/").replace("~0", "~");
        let parts = match text.strip_prefix('/') {
            Some(path) => path.split('/').map(unescape).collect(),
            None if text.is_empty() => Vec::new(),
            None => {
                return Err(told!(
                    "\"{text}\" không phải là con trỏ JSON: con trỏ bắt đầu bằng \"/\"",
                    "\"{text}\" is not a JSON pointer: it begins with \"/\""
                ));
            }
        };
        Ok(Self { text: text.to_owned(), parts })
    }

    /// The pointer as written.
    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// The value it points to, `None` if there is none.
    ///
    /// # Errors
    /// What is wrong with the document.
    pub(super) fn find(&self, document: &str) -> Result<Option<Value>, String> {
        let mut reader = serde_json::Deserializer::from_str(document);
        let found = Seek(&self.parts).deserialize(&mut reader).map_err(|why| why.to_string())?;
        reader.end().map_err(|why| why.to_string())?;
        Ok(found)
    }
}

/// Reads one value and looks in it for what the parts point to.
struct Seek<'a>(&'a [String]);

impl<'de> DeserializeSeed<'de> for Seek<'_> {
    type Value = Option<Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<Value>, D::Error> {
        if self.0.is_empty() {
            return serde::Deserialize::deserialize(deserializer).map(Some);
        }
        deserializer.deserialize_any(self)
    }
}

/// A scalar holds nothing that a pointer could lead on to.
macro_rules! holds_nothing {
    ($($visit:ident $given:ty;)*) => {
        $(fn $visit<E: serde::de::Error>(self, _: $given) -> Result<Option<Value>, E> { Ok(None) })*
    };
}

impl<'de> Visitor<'de> for Seek<'_> {
    type Value = Option<Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    holds_nothing! { visit_bool bool; visit_i64 i64; visit_u64 u64; visit_f64 f64; visit_str &str; }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Option<Value>, E> {
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Option<Value>, A::Error> {
        let Some((first, rest)) = self.0.split_first() else { return Ok(None) };
        let mut found = None;
        while let Some(key) = map.next_key::<String>()? {
            if key == *first {
                found = map.next_value_seed(Seek(rest))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Option<Value>, A::Error> {
        let Some((first, rest)) = self.0.split_first() else { return Ok(None) };
        let wanted: Option<usize> = first.parse().ok();
        let (mut at, mut found) = (0, None);
        loop {
            let more = if wanted == Some(at) {
                list.next_element_seed(Seek(rest))?.map(|value| found = value).is_some()
            } else {
                list.next_element::<IgnoredAny>()?.is_some()
            };
            if !more {
                return Ok(found);
            }
            at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn find(pointer: &str, document: &str) -> Result<Option<Value>, String> {
        Pointer::parse(pointer).unwrap().find(document)
    }

    #[test]
    fn pointers_find_what_serde_json_finds() {
        let document = r#"{"a": [1, {"b/c": "x", "": null}], "~": true, "0": {"0": [2.5]}}"#;
        let tree: Value = serde_json::from_str(document).unwrap();
        for pointer in ["", "/a/0", "/a/1/b~1c", "/a/1/", "/~0", "/0/0/0", "/a/2", "/a/x", "/b", "/a/0/1"] {
            assert_eq!(find(pointer, document).unwrap(), tree.pointer(pointer).cloned(), "{pointer}");
        }
        assert!(Pointer::parse("a").is_err());
    }

    #[test]
    fn what_is_no_json_is_an_error_wherever_it_breaks() {
        for document in ["", "<html>", r#"{"a": 1"#, r#"{"a": 1} x"#, r#"{"a": 1, "b": tru}"#] {
            assert!(find("/a", document).is_err(), "{document}");
        }
        assert_eq!(
            find("/a", &format!(r#"{{"b": {}{}, "a": 1}}"#, "[".repeat(99), "]".repeat(99))),
            Ok(Some(json!(1)))
        );
        assert!(find("/a", &"[".repeat(1_000_000)).is_err());
    }
}
