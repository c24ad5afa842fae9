//! The JSON Schema that schemars derives from the Rust types, made quick to walk.
//!
//! Only what schemars writes for serde types (and for the few hand-written schemas of this crate) is understood; an
//! unknown keyword restricts nothing here, and serde still judges at the end.

use std::collections::HashMap;

use regex::Regex;
use serde_json::{Map, Value as Json};

/// Name of the definition whose values may also be written as `X_file`, `X_env` and `X_credential`.
const SECRET: &str = "SecretSource";

/// Index of a shape among [`Shapes`].
pub(super) type ShapeId = usize;

/// What may stand in a place.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    /// Whether nothing may stand there, too.
    pub(super) nullable: bool,
    /// Whether it is the source of a secret, whose value must not stand in the file.
    pub(super) secret: bool,
    /// What else may.
    pub(super) what: What,
}

/// What may stand in a place, null aside.
#[derive(Clone, Debug)]
pub(super) enum What {
    /// Anything.
    Anything,
    /// `true` or `false`.
    Bool,
    /// A number within bounds.
    Number(Bounds),
    /// Text.
    Text(Wording),
    /// A list.
    List {
        /// Of what.
        items: ShapeId,
        /// The fewest items.
        least: usize,
        /// The most items.
        most: usize,
    },
    /// A mapping with known keys.
    Record {
        /// The known keys, sorted by name.
        keys: Vec<Key>,
        /// What other keys may hold; `None` forbids them.
        rest: Option<ShapeId>,
    },
    /// A mapping with exactly one of these keys.
    Choice(Vec<(String, ShapeId)>),
    /// Any of these.
    Either(Vec<ShapeId>),
}

/// A known key of a mapping.
#[derive(Clone, Debug)]
pub(super) struct Key {
    /// Its name.
    pub(super) name: String,
    /// What it holds.
    pub(super) shape: ShapeId,
    /// Whether it must be there.
    pub(super) required: bool,
}

/// Which numbers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// Only whole ones.
    pub(super) whole: bool,
    /// From this.
    pub(super) least: f64,
    /// To this.
    pub(super) most: f64,
    /// Whether `least` itself is excluded.
    pub(super) above: bool,
}

/// Which texts.
#[derive(Clone, Debug, Default)]
pub(super) struct Wording {
    /// Only these words, unless empty.
    pub(super) words: Vec<String>,
    /// Only what matches.
    pub(super) pattern: Option<Regex>,
    /// What it is, for error messages.
    pub(super) description: String,
    /// The fewest characters.
    pub(super) least: usize,
    /// The most characters.
    pub(super) most: usize,
    /// Whether it is a path, which is relative to the file it stands in.
    pub(super) path: bool,
}

/// All shapes of one schema.
#[derive(Debug)]
pub(super) struct Shapes(Vec<Shape>);

impl Shapes {
    /// Makes shapes of a root schema with `$defs`; the second is the root.
    pub(super) fn compile(schema: &Json) -> (Self, ShapeId) {
        let none = Map::new();
        let definitions = schema.get("$defs").and_then(Json::as_object).unwrap_or(&none);
        let mut compiler = Compiler { definitions, shapes: Vec::new(), named: HashMap::new() };
        let root = compiler.shape(schema);
        (Self(compiler.shapes), root)
    }

    /// A shape by its index.
    pub(super) fn get(&self, id: ShapeId) -> &Shape {
        &self.0[id]
    }
}

struct Compiler<'s> {
    definitions: &'s Map<String, Json>,
    shapes: Vec<Shape>,
    named: HashMap<String, ShapeId>,
}

impl Compiler<'_> {
    fn add(&mut self, shape: Shape) -> ShapeId {
        self.shapes.push(shape);
        self.shapes.len() - 1
    }

    fn shape(&mut self, schema: &Json) -> ShapeId {
        if let Some(reference) = schema.get("$ref").and_then(Json::as_str) {
            return self.named(reference.trim_start_matches("#/$defs/"));
        }
        let mut shape = self.unnamed(schema);
        let own = schema.get("type").is_some();
        if let (What::Text(wording), true) = (&mut shape.what, own) {
            // The description of a key says what it is for, not how it is written; that of a named type does.
            wording.description.clear();
        }
        self.add(shape)
    }

    fn named(&mut self, name: &str) -> ShapeId {
        if let Some(&id) = self.named.get(name) {
            return id;
        }
        let id = self.add(plain(What::Anything));
        self.named.insert(name.to_owned(), id);
        if let Some(schema) = self.definitions.get(name) {
            let mut shape = match schema.get("$ref").and_then(Json::as_str) {
                Some(other) => {
                    let other = self.named(other.trim_start_matches("#/$defs/"));
                    self.shapes[other].clone()
                }
                None => self.unnamed(schema),
            };
            shape.secret |= name == SECRET;
            self.shapes[id] = shape;
        }
        id
    }

    fn unnamed(&mut self, schema: &Json) -> Shape {
        if schema.get("properties").is_some() {
            return plain(self.record(schema));
        }
        if let Some(all) = schema.get("allOf").and_then(Json::as_array).filter(|all| all.len() == 1) {
            let id = self.shape(&all[0]);
            return self.shapes[id].clone();
        }
        for keyword in ["oneOf", "anyOf"] {
            if let Some(alternatives) = schema.get(keyword).and_then(Json::as_array) {
                return self.alternatives(alternatives, schema);
            }
        }
        if schema.get("enum").is_some() || schema.get("const").is_some() {
            return plain(What::Text(Wording { words: words(schema), ..wording(schema) }));
        }
        let types: Vec<&str> = match schema.get("type") {
            Some(Json::String(one)) => vec![one],
            Some(Json::Array(several)) => several.iter().filter_map(Json::as_str).collect(),
            _ => return plain(What::Anything),
        };
        self.of_types(schema, &types)
    }

    fn of_types(&mut self, schema: &Json, types: &[&str]) -> Shape {
        let nullable = types.contains(&"null");
        let mut shapes: Vec<What> = Vec::new();
        for name in types.iter().filter(|name| **name != "null") {
            shapes.push(self.of_type(schema, name));
        }
        let what = match shapes.len() {
            0 => What::Anything,
            1 => shapes.remove(0),
            _ => What::Either(shapes.into_iter().map(|what| self.add(plain(what))).collect()),
        };
        Shape { nullable, secret: false, what }
    }

    fn of_type(&mut self, schema: &Json, name: &str) -> What {
        match name {
            "boolean" => What::Bool,
            "integer" => What::Number(bounds(schema, true)),
            "number" => What::Number(bounds(schema, false)),
            "string" => What::Text(wording(schema)),
            "array" => self.list(schema),
            "object" => self.record(schema),
            _ => What::Anything,
        }
    }

    fn list(&mut self, schema: &Json) -> What {
        let items = match schema.get("items") {
            Some(items) => self.shape(items),
            None => self.add(plain(What::Anything)),
        };
        What::List { items, least: size(schema, "minItems", 0), most: size(schema, "maxItems", usize::MAX) }
    }

    fn record(&mut self, schema: &Json) -> What {
        let required: Vec<&str> = strings(schema, "required");
        let mut keys = Vec::new();
        if let Some(properties) = schema.get("properties").and_then(Json::as_object) {
            for (name, property) in properties {
                let shape = self.shape(property);
                keys.push(Key { name: name.clone(), shape, required: required.contains(&name.as_str()) });
            }
        }
        keys.sort_by(|a, b| a.name.cmp(&b.name));
        let rest = match schema.get("additionalProperties") {
            Some(Json::Bool(false)) => None,
            Some(other @ Json::Object(_)) => Some(self.shape(other)),
            _ => Some(self.add(plain(What::Anything))),
        };
        What::Record { keys, rest }
    }

    /// `oneOf` and `anyOf`: words of an enum, keyed variants, null, and whatever else.
    fn alternatives(&mut self, alternatives: &[Json], schema: &Json) -> Shape {
        let (mut nullable, mut allowed, mut keyed, mut others) = (false, Vec::new(), Vec::new(), Vec::new());
        for alternative in alternatives {
            if alternative.get("type").and_then(Json::as_str) == Some("null") {
                nullable = true;
            } else if alternative.get("enum").is_some() || alternative.get("const").is_some() {
                allowed.extend(words(alternative));
            } else if let Some((key, held)) = only_key(alternative) {
                let shape = self.shape(held);
                keyed.push((key.to_owned(), shape));
            } else {
                others.push(self.shape(alternative));
            }
        }
        if !allowed.is_empty() {
            let what = What::Text(Wording { words: allowed, ..wording(schema) });
            others.push(self.add(plain(what)));
        }
        if !keyed.is_empty() {
            others.push(self.add(plain(What::Choice(keyed))));
        }
        match others.as_slice() {
            [only] => {
                let only = self.shapes[*only].clone();
                Shape { nullable: nullable || only.nullable, ..only }
            }
            _ => Shape { nullable, secret: false, what: What::Either(others) },
        }
    }
}

const fn plain(what: What) -> Shape {
    Shape { nullable: false, secret: false, what }
}

/// A mapping that must hold exactly one key: a variant of an externally tagged enum.
fn only_key(schema: &Json) -> Option<(&str, &Json)> {
    let properties = schema.get("properties")?.as_object()?;
    let closed = schema.get("additionalProperties") == Some(&Json::Bool(false));
    let required = strings(schema, "required");
    match (properties.iter().next(), required.as_slice()) {
        (Some((key, held)), [only]) if properties.len() == 1 && closed && key == only => Some((key, held)),
        _ => None,
    }
}

fn words(schema: &Json) -> Vec<String> {
    let one = schema.get("const").and_then(Json::as_str).map(str::to_owned);
    one.into_iter().chain(strings(schema, "enum").into_iter().map(str::to_owned)).collect()
}

fn strings<'j>(schema: &'j Json, keyword: &str) -> Vec<&'j str> {
    let listed = schema.get(keyword).and_then(Json::as_array);
    listed.map(|values| values.iter().filter_map(Json::as_str).collect()).unwrap_or_default()
}

fn size(schema: &Json, keyword: &str, otherwise: usize) -> usize {
    let given = schema.get(keyword).and_then(Json::as_u64);
    given.map_or(otherwise, |given| usize::try_from(given).unwrap_or(usize::MAX))
}

fn bounds(schema: &Json, whole: bool) -> Bounds {
    let number = |keyword| schema.get(keyword).and_then(Json::as_f64);
    let above = number("exclusiveMinimum");
    let least = above.or_else(|| number("minimum")).unwrap_or(f64::NEG_INFINITY);
    Bounds { whole, least, most: number("maximum").unwrap_or(f64::INFINITY), above: above.is_some() }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().trim_end_matches('.').to_owned()
}

fn wording(schema: &Json) -> Wording {
    let text = |keyword| schema.get(keyword).and_then(Json::as_str);
    Wording {
        words: Vec::new(),
        pattern: text("pattern").and_then(|pattern| Regex::new(pattern).ok()),
        description: first_line(text("description").unwrap_or_default()),
        least: size(schema, "minLength", 0),
        most: size(schema, "maxLength", usize::MAX),
        path: text("format") == Some("path"),
    }
}
