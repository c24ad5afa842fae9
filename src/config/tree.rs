//! YAML, parsed once into a tree in which every key and value knows its place.
//!
//! Aliases are copied within a budget, merge keys (`<<`) applied, duplicate keys refused; nothing here knows what the
//! keys mean. Next: [`walk`](crate::config::walk).

use std::collections::HashMap;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, StrInput, Tag};

use crate::config::node::{Entry, Node, Value};
use crate::config::scalar;
use crate::config::source::{Mark, Span};
use crate::config::syntax;
use crate::config::walk::{given_twice, keep_one};
use crate::model::told::{Told, told};

/// The deepest nesting allowed.
pub(super) const DEPTH_MAX: usize = 48;
/// The most values that aliases of one file may copy.
pub(super) const ALIAS_MAX: usize = 100_000;
/// The most values one file may hold, aliases included: room for some 20,000 probes.
const VALUES_MAX: usize = 1_000_000;
/// The longest key, in bytes.
const KEY_MAX: usize = 256;

/// Something wrong with the YAML itself.
#[derive(Debug)]
pub(super) struct TreeError {
    /// Where.
    pub(super) span: Span,
    /// What.
    pub(super) message: Told,
    /// How to mend it.
    pub(super) help: Told,
    /// The first of two, for duplicates.
    pub(super) other: Option<Span>,
}

/// What a file holds: a tree as far as there is one, and what is wrong with it.
#[derive(Debug)]
pub(super) struct Parsed {
    /// The document; `None` where the text is no YAML.
    pub(super) root: Option<Node>,
    /// Duplicate keys and the like, or the one error that ended the parsing.
    pub(super) errors: Vec<TreeError>,
}

/// Parses one file.
pub(super) fn parse(text: &str, file: u16) -> Parsed {
    build(text, file, Doubles::Refused)
}

/// Everything that stands in a file, the second of two equal keys included: to see what must not be shown.
pub(super) fn parse_all(text: &str, file: u16) -> Option<Node> {
    build(text, file, Doubles::Kept).root
}

/// What becomes of the second of two equal keys.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Doubles {
    Refused,
    Kept,
}

fn build(text: &str, file: u16, doubles: Doubles) -> Parsed {
    let mut builder = Builder {
        doubles,
        parser: Parser::new_from_str(text),
        file,
        anchors: HashMap::new(),
        budget: ALIAS_MAX,
        anchored: ALIAS_MAX,
        values: 0,
        errors: Vec::new(),
    };
    let root = match builder.document() {
        Ok(root) => Some(root),
        Err(error) => {
            builder.errors.push(*error);
            None
        }
    };
    Parsed { root, errors: builder.errors }
}

type Built<T> = Result<T, Box<TreeError>>;

struct Builder<'s> {
    doubles: Doubles,
    parser: Parser<'s, StrInput<'s>>,
    file: u16,
    /// What an anchor stands for, and how many values that is.
    anchors: HashMap<usize, (Node, usize)>,
    /// How many values aliases may still copy.
    budget: usize,
    /// How many values the anchors may still hold.
    anchored: usize,
    /// How many values were read.
    values: usize,
    errors: Vec<TreeError>,
}

impl<'s> Builder<'s> {
    fn document(&mut self) -> Built<Node> {
        let mut root = None;
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::DocumentStart(_) if root.is_some() => {
                    let help = told!(
                        "tách thành nhiều tệp và bỏ dòng \"---\"",
                        "split it into several files and remove the \"---\""
                    );
                    let message =
                        told!("có tài liệu thứ hai trong cùng một tệp", "a second document in one file");
                    return Err(self.error(span, message, help));
                }
                Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd | Event::Nothing => {}
                Event::StreamEnd => {
                    let nothing = Node::new(Value::Null, Span::top(self.file));
                    return Ok(root.unwrap_or(nothing));
                }
                event => root = Some(self.node(event, span, 0)?),
            }
        }
    }

    fn next(&mut self) -> Built<(Event<'s>, Span)> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => {
                Ok((event, Span { file: self.file, start: mark(span.start), end: mark(span.end) }))
            }
            Some(Err(error)) => {
                let start = mark(*error.marker());
                let span = Span { file: self.file, start, end: Mark { column: start.column + 1, ..start } };
                Err(self.error(span, syntax::message(error.info()), syntax::help(error.info())))
            }
            None => Ok((Event::StreamEnd, Span::top(self.file))),
        }
    }

    fn node(&mut self, event: Event<'s>, span: Span, depth: usize) -> Built<Node> {
        if depth > DEPTH_MAX {
            let message = told!("lồng nhau quá {DEPTH_MAX} cấp", "nested deeper than {DEPTH_MAX} levels");
            let help = told!("không thiết lập nào lồng sâu như vậy", "no setting nests this deep");
            return Err(self.error(span, message, help));
        }
        self.values += 1;
        if self.values > VALUES_MAX {
            let message =
                told!("quá {VALUES_MAX} giá trị trong một tệp", "more than {VALUES_MAX} values in one file");
            return Err(self.error(span, message, split()));
        }
        let (anchor, node) = match event {
            Event::Alias(id) => return self.alias(id, span),
            Event::Scalar(text, style, anchor, tag) => {
                (anchor, Node::new(self.scalar(&text, style, tag.as_deref(), span), span))
            }
            Event::SequenceStart(anchor, tag) => {
                self.refuse_tag(tag.as_deref(), span);
                (anchor, self.list(span, depth)?)
            }
            Event::MappingStart(anchor, tag) => {
                self.refuse_tag(tag.as_deref(), span);
                (anchor, self.mapping(span, depth)?)
            }
            _ => {
                let message = told!("không phải YAML: còn thiếu giá trị", "not YAML: a value is missing");
                return Err(self.error(span, message, Told::nothing()));
            }
        };
        if anchor > 0 { self.anchor(anchor, node) } else { Ok(node) }
    }

    /// Keeps a copy for the aliases to come.
    fn anchor(&mut self, id: usize, node: Node) -> Built<Node> {
        let values = count(&node);
        if values > self.anchored {
            let message = told!(
                "các mỏ neo (&) chứa quá {ALIAS_MAX} giá trị",
                "anchors stand for more than {ALIAS_MAX} values"
            );
            return Err(self.error(node.span, message, write_out()));
        }
        self.anchored -= values;
        self.anchors.insert(id, (node.clone(), values));
        Ok(node)
    }

    fn alias(&mut self, id: usize, span: Span) -> Built<Node> {
        let Some((node, values)) = self.anchors.get(&id) else {
            let message = told!(
                "bí danh (*) trỏ tới một đoạn còn chưa viết xong",
                "an alias of something that is not complete yet"
            );
            return Err(self.error(span, message, Told::nothing()));
        };
        if *values > self.budget {
            let message = told!(
                "các bí danh (*) chép ra quá {ALIAS_MAX} giá trị",
                "aliases copy more than {ALIAS_MAX} values"
            );
            return Err(self.error(span, message, write_out()));
        }
        self.budget -= values;
        self.values += values;
        Ok(node.clone())
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, tag: Option<&Tag>, span: Span) -> Value {
        let core = tag.filter(|tag| tag.is_yaml_core_schema()).map(|tag| tag.suffix.as_str());
        match core {
            Some("str") => Value::Text(text.into()),
            Some("int" | "float" | "bool" | "null") => scalar::typed(text),
            _ => {
                self.refuse_tag(tag, span);
                if style == ScalarStyle::Plain { scalar::typed(text) } else { Value::Text(text.into()) }
            }
        }
    }

    fn refuse_tag(&mut self, tag: Option<&Tag>, span: Span) {
        let known = |tag: &Tag| tag.is_yaml_core_schema() && matches!(tag.suffix.as_str(), "map" | "seq");
        if let Some(tag) = tag.filter(|tag| !known(tag)) {
            let message = told!("không có thẻ nào tên là \"{tag}\"", "the tag \"{tag}\" is not known");
            let error = self.error(span, message, told!("bỏ nó đi", "remove it"));
            self.errors.push(*error);
        }
    }

    fn list(&mut self, span: Span, depth: usize) -> Built<Node> {
        let mut items: Vec<Node> = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => break,
                (event, at) => items.push(self.node(event, at, depth + 1)?),
            }
        }
        let span = items.first().map_or(span, |first| Span { end: first.span.end.max(span.end), ..span });
        Ok(Node::new(Value::List(items), span))
    }

    fn mapping(&mut self, span: Span, depth: usize) -> Built<Node> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut merged: Vec<Entry> = Vec::new();
        let mut seen = Keys::default();
        loop {
            let (event, key_span) = self.next()?;
            if matches!(event, Event::MappingEnd) {
                break;
            }
            let key = self.key(event, key_span)?;
            let (event, at) = self.next()?;
            let value = self.node(event, at, depth + 1)?;
            if self.doubles == Doubles::Kept {
                entries.push(Entry { key, key_span, value });
            } else if &*key == "<<" {
                self.merge(value, &mut merged);
            } else if let Some(first) = seen.position(&entries, &key) {
                self.duplicate(&key, key_span, entries[first].key_span);
            } else {
                seen.insert(&key, entries.len());
                entries.push(Entry { key, key_span, value });
            }
        }
        for entry in merged {
            if seen.position(&entries, &entry.key).is_none() {
                seen.insert(&entry.key, entries.len());
                entries.push(entry);
            }
        }
        let span = entries.first().map_or(span, |first| Span { end: first.key_span.end, ..first.key_span });
        Ok(Node::new(Value::Map(entries), span))
    }

    fn key(&mut self, event: Event<'s>, span: Span) -> Built<Box<str>> {
        match event {
            Event::Scalar(text, ..) if text.len() <= KEY_MAX => Ok(text.as_ref().into()),
            Event::Scalar(..) => Err(self.error(
                span,
                told!("khóa dài quá {KEY_MAX} byte", "a key longer than {KEY_MAX} bytes"),
                told!("có thiếu dấu xuống dòng không?", "is a line break missing?"),
            )),
            Event::MappingEnd | Event::SequenceEnd => {
                let message = told!("không phải YAML: còn thiếu khóa", "not YAML: a key is missing");
                Err(self.error(span, message, Told::nothing()))
            }
            _ => Err(self.error(
                span,
                told!("khóa phải là một từ", "a key must be a word"),
                told!(
                    "đặt khóa trong dấu ngoặc kép nếu nó bắt đầu bằng [, {{, * hoặc &",
                    "quote it if it begins with [, {{, * or &"
                ),
            )),
        }
    }

    /// Takes over the entries of `<<`: a mapping or a list of mappings, the first of which wins.
    fn merge(&mut self, value: Node, merged: &mut Vec<Entry>) {
        match value.value {
            Value::Map(entries) => merged.extend(entries),
            Value::List(items) if items.iter().all(|item| matches!(item.value, Value::Map(_))) => {
                for item in items {
                    self.merge(item, merged);
                }
            }
            _ => {
                let help = told!(
                    "viết \"<<: *ten\", với \"&ten\" đứng trước các khóa cần chép",
                    "write \"<<: *name\", where \"&name\" stands before a mapping"
                );
                let message = told!("\"<<\" chỉ nhận các cặp khóa và giá trị", "\"<<\" takes a mapping");
                let error = self.error(value.span, message, help);
                self.errors.push(*error);
            }
        }
    }

    fn duplicate(&mut self, key: &str, span: Span, first: Span) {
        let mut error = self.error(span, given_twice(key), keep_one());
        error.other = Some(first);
        self.errors.push(*error);
    }

    #[expect(clippy::unused_self, reason = "reads as one of the builder's words")]
    fn error(&self, span: Span, message: Told, help: Told) -> Box<TreeError> {
        Box::new(TreeError { span, message, help, other: None })
    }
}

fn split() -> Told {
    told!("tách thành nhiều tệp", "split it into several files")
}

fn write_out() -> Told {
    told!("viết thẳng các giá trị ra, hoặc dùng \"defaults\"", "write the values out, or use \"defaults\"")
}

/// Where a mapping's keys are: small mappings are searched, large ones get an index.
#[derive(Default)]
struct Keys(HashMap<Box<str>, usize>);

impl Keys {
    const SMALL: usize = 24;

    fn position(&self, entries: &[Entry], key: &str) -> Option<usize> {
        if entries.len() < Self::SMALL {
            return entries.iter().position(|entry| &*entry.key == key);
        }
        let late = self.0.get(key).copied();
        late.or_else(|| entries[..Self::SMALL].iter().position(|entry| &*entry.key == key))
    }

    fn insert(&mut self, key: &str, at: usize) {
        if at >= Self::SMALL {
            self.0.insert(key.into(), at);
        }
    }
}

fn mark(marker: Marker) -> Mark {
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    Mark { line: number(marker.line()), column: number(marker.col()) }
}

/// How many values a node holds, itself included.
fn count(node: &Node) -> usize {
    1 + match &node.value {
        Value::List(items) => items.iter().map(count).sum(),
        Value::Map(entries) => entries.iter().map(|entry| count(&entry.value)).sum(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(text: &str) -> Node {
        let parsed = parse(text, 0);
        assert!(parsed.errors.is_empty(), "{:?}", parsed.errors);
        parsed.root.unwrap()
    }

    fn first_error(text: &str) -> (String, u32, u32) {
        let error = parse(text, 0).errors.into_iter().next().unwrap();
        (error.message.en, error.span.start.line, error.span.start.column)
    }

    #[test]
    fn every_value_knows_its_place() {
        let root = tree("a: 1\nb:\n  - {c: \"đ x\", d: e}\n");
        let d = root.at(&["b", "0", "d"]).unwrap();
        assert_eq!(d.text(), Some("e"));
        assert_eq!((d.span.start.line, d.span.start.column), (3, 18));
        let c = root.at(&["b", "0", "c"]).unwrap();
        assert_eq!((c.span.start.column, c.span.end.column), (8, 13));
    }

    #[test]
    fn merge_keys_yield_to_what_is_written() {
        let root = tree("base: &base {a: 1, b: 2}\nx: {<<: *base, b: 3}\ny: {b: 4, <<: [*base]}\n");
        assert_eq!(root.at(&["x", "b"]).unwrap().value, Value::Integer(3));
        assert_eq!(root.at(&["x", "a"]).unwrap().value, Value::Integer(1));
        assert_eq!(root.at(&["y", "b"]).unwrap().value, Value::Integer(4));
    }

    #[test]
    fn duplicates_second_documents_and_depth_are_refused() {
        assert_eq!(first_error("a: 1\nb: 2\na: 3\n"), ("\"a\" is given twice".to_owned(), 3, 0));
        assert_eq!(first_error("a: 1\n---\nb: 2\n").1, 2);
        let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
        assert!(first_error(&deep).0.contains("nested deeper"), "{:?}", first_error(&deep));
        assert!(!parse(&"[".repeat(5000), 0).errors.is_empty());
        let many: String = (0..60).map(|n| format!("k{n}: 1\n")).chain(["k50: 2\n".to_owned()]).collect();
        assert_eq!(first_error(&many).0, "\"k50\" is given twice");
    }

    #[test]
    fn an_alias_bomb_ends_at_the_budget() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..10 {
            let alias = format!("*a{}", level - 1);
            text.push_str(&format!("a{level}: &a{level} [{}]\n", vec![alias; 10].join(", ")));
        }
        assert!(first_error(&text).0.contains("aliases copy more than"));
        assert!(parse("a: &a [*a]\n", 0).errors[0].message.en.contains("not complete"));
    }
}
