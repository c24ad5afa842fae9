//! Holds a tree against its shape and collects everything that does not fit.
//!
//! What is wrong is taken out of the tree, so that the rest can still be decoded and checked for more.
//! On the way it writes short forms out (`password_file: x` becomes `password: {file: x}`), makes paths absolute (they
//! are relative to the file that names them) and turns an empty value into an empty mapping where one belongs.

use std::path::Path;

use crate::config::node::{Entry, Node, Value};
use crate::config::problem::{GIVEN, Problems, first_given};
use crate::config::shape::{Bounds, Key, ShapeId, Shapes, What, Wording};
use crate::config::source::{Sources, Span};
use crate::config::words::{allowed_range, any_of, described, listed, suggestion, type_hint};
use crate::model::text::Text;
use crate::model::told::{Told, told};

/// The three places a secret may come from, as they end a key's short form.
const SECRET_SOURCES: [&str; 3] = ["file", "env", "credential"];

/// Walks trees of one schema.
pub(super) struct Walker<'a> {
    /// What may stand where.
    pub(super) shapes: &'a Shapes,
    /// The files, for their folders.
    pub(super) sources: &'a Sources,
    /// What was found.
    pub(super) problems: &'a mut Problems,
}

impl Walker<'_> {
    /// Holds a value against a shape. `name` is the key it stands under. Answers whether it may stay.
    pub(super) fn value(&mut self, node: &mut Node, id: ShapeId, name: &str) -> bool {
        let before = self.problems.errors();
        let mut stays = true;
        if node.value != Value::Null || !self.shapes.get(id).nullable {
            Self::fill_in(node, &self.shapes.get(id).what);
            stays = self.matched(node, id, name) && matches!(node.value, Value::Map(_) | Value::List(_));
        }
        node.pruned = self.problems.errors() > before;
        !node.pruned || stays
    }

    /// Answers whether the type fits.
    fn matched(&mut self, node: &mut Node, id: ShapeId, name: &str) -> bool {
        let shapes = self.shapes;
        let shape = shapes.get(id);
        if let What::Text(wording) = &shape.what {
            self.read_as_word(node, wording);
        }
        match (&shape.what, &node.value) {
            (What::Anything, _) | (What::Bool, Value::Bool(_)) => {}
            (What::Number(bounds), Value::Integer(_) | Value::Float(_)) => self.number(node, *bounds, name),
            (What::Text(wording), Value::Text(_)) => self.text(node, wording, name),
            (What::List { items, least, most }, Value::List(_)) => {
                self.list(node, (*items, *least, *most), name);
            }
            (What::Record { keys, rest }, Value::Map(_)) => self.record(node, keys, *rest, name),
            (What::Choice(choices), Value::Map(_)) => self.choice(node, choices, name),
            (What::Either(alternatives), _) => return self.either(node, alternatives, name),
            _ if shape.secret => {
                self.secret_in_file(node.span, name);
                return false;
            }
            _ => {
                self.wrong_type_of(node, &[id], name);
                return false;
            }
        }
        true
    }

    /// `min_version: 1.2` reads as a number, but means one of the words.
    fn read_as_word(&self, node: &mut Node, wording: &Wording) {
        // Asked first: finding what was written takes longer the longer the line is.
        if wording.words.is_empty() || matches!(node.value, Value::Text(_)) || !node.value.is_scalar() {
            return;
        }
        let written = self.sources.slice(node.span);
        if wording.words.iter().any(|word| word == written) {
            node.value = Value::Text(written.into());
        }
    }

    /// Writes three short forms out: `http:` with nothing after it means `http: {}`, `include: x` means
    /// `include: [x]`, and where a mapping must have just a `url`, an address alone means `{url: address}`.
    fn fill_in(node: &mut Node, what: &What) {
        let span = node.span;
        match (&mut node.value, what) {
            (value @ Value::Null, What::Record { keys, .. }) if required(keys).next().is_none() => {
                *value = Value::Map(Vec::new());
            }
            (value @ Value::Text(_), What::List { .. }) => {
                let only = Node::new(std::mem::replace(value, Value::Null), span);
                *value = Value::List(vec![only]);
            }
            (value @ Value::Text(_), What::Record { keys, .. }) if required(keys).eq(["url"]) => {
                let address = Node::new(std::mem::replace(value, Value::Null), span);
                *value = Value::Map(vec![Entry { key: "url".into(), key_span: span, value: address }]);
            }
            _ => {}
        }
    }

    /// A mapping with known keys.
    fn record(&mut self, node: &mut Node, keys: &[Key], rest: Option<ShapeId>, name: &str) {
        let span = node.span;
        let Value::Map(entries) = &mut node.value else { return };
        for entry in entries.iter_mut() {
            self.write_out_secret(entry, |name| find(keys, name).map(|key| key.shape), rest);
        }
        self.refuse_doubles(entries);
        for key in keys.iter().filter(|key| key.required) {
            if !entries.iter().any(|entry| *entry.key == *key.name) {
                self.missing_key(span, &key.name, name);
            }
        }
        entries.retain_mut(|entry| match (find(keys, &entry.key), rest) {
            (Some(key), _) => self.value(&mut entry.value, key.shape, &key.name),
            (None, Some(rest)) => self.value(&mut entry.value, rest, &entry.key),
            (None, None) => {
                self.unknown_key(entry, keys);
                false
            }
        });
    }

    /// A required key is not there.
    fn missing_key(&mut self, span: Span, key: &str, name: &str) {
        self.problems.error(span, key_missing(key, name), add_key(key));
    }

    fn unknown_key(&mut self, entry: &Entry, keys: &[Key]) {
        let names: Vec<&str> = keys.iter().map(|key| key.name.as_str()).collect();
        let help = suggestion(&entry.key, &names);
        self.problems.error(entry.key_span, key_unknown(&entry.key), help);
    }

    /// `password_file: x` -> `password: {file: x}`.
    fn write_out_secret(
        &self,
        entry: &mut Entry,
        known: impl Fn(&str) -> Option<ShapeId>,
        rest: Option<ShapeId>,
    ) {
        let Some((base, source)) = entry.key.rsplit_once('_') else { return };
        let meant = SECRET_SOURCES.contains(&source)
            && known(&entry.key).is_none()
            && entry.value.value.is_scalar()
            && known(base).or(rest).is_some_and(|shape| self.holds_secret(shape));
        if meant {
            let (base, source): (Box<str>, Box<str>) = (base.into(), source.into());
            let held = std::mem::replace(&mut entry.value, Node::new(Value::Null, entry.key_span));
            let inner = Entry { key: source, key_span: entry.key_span, value: held };
            entry.value.value = Value::Map(vec![inner]);
            entry.key = base;
        }
    }

    fn holds_secret(&self, id: ShapeId) -> bool {
        let shape = self.shapes.get(id);
        shape.secret
            || matches!(&shape.what, What::Either(of) if of.iter().any(|id| self.shapes.get(*id).secret))
    }

    /// Two short forms of the same key.
    fn refuse_doubles(&mut self, entries: &mut Vec<Entry>) {
        let mut index = 1;
        while index < entries.len() {
            let (before, after) = entries.split_at(index);
            let entry = &after[0];
            let written_out = entry.value.span == entry.key_span;
            let first = before
                .iter()
                .find(|first| first.key == entry.key && (written_out || first.value.span == first.key_span));
            if let Some(first) = first {
                let first = (first.key_span, first_given());
                self.problems.error_with(entry.key_span, given_twice(&entry.key), keep_one(), first);
                entries.remove(index);
            } else {
                index += 1;
            }
        }
    }

    /// A mapping that takes exactly one of some keys.
    fn choice(&mut self, node: &mut Node, choices: &[(String, ShapeId)], name: &str) {
        let span = node.span;
        let names: Vec<&str> = choices.iter().map(|(name, _)| name.as_str()).collect();
        let Value::Map(entries) = &mut node.value else { return };
        if entries.len() != 1 {
            let message = told!(
                "\"{name}\" chỉ nhận đúng một khóa, không phải {given}",
                "\"{name}\" takes exactly one key, not {given}",
                given = entries.len(),
            );
            let Told { vi, en } = listed(&names);
            let help = Told { vi: format!("giữ lại một trong {vi}"), en: format!("keep one of {en}") };
            self.problems.error(span, message, help);
        }
        let known = |name: &str| choices.iter().find(|(choice, _)| choice == name).map(|(_, shape)| *shape);
        for entry in entries.iter_mut() {
            self.write_out_secret(entry, known, None);
            if let Some((name, shape)) = choices.iter().find(|(name, _)| **name == *entry.key) {
                self.value(&mut entry.value, *shape, name);
            } else {
                let help = suggestion(&entry.key, &names);
                self.problems.error(entry.key_span, key_unknown(&entry.key), help);
            }
        }
    }

    /// One of several shapes: the one whose type fits; among several, the one that fits best.
    fn either(&mut self, node: &mut Node, alternatives: &[ShapeId], name: &str) -> bool {
        let shapes = self.shapes;
        let fitting: Vec<ShapeId> =
            alternatives.iter().copied().filter(|id| fits_type(shapes, *id, &node.value)).collect();
        match fitting.as_slice() {
            [] if alternatives.iter().any(|id| shapes.get(*id).secret) && node.value.is_scalar() => {
                self.secret_in_file(node.span, name);
            }
            [] => self.wrong_type_of(node, alternatives, name),
            [only] => {
                self.value(node, *only, name);
            }
            several => {
                let mut best: Option<(Node, Problems)> = None;
                for id in several {
                    let (mut tried, mut problems) = (node.clone(), Problems::default());
                    let mut walker = Walker { shapes, sources: self.sources, problems: &mut problems };
                    walker.value(&mut tried, *id, name);
                    if best.as_ref().is_none_or(|(_, least)| problems.errors() < least.errors()) {
                        best = Some((tried, problems));
                    }
                }
                if let Some((tried, problems)) = best {
                    *node = tried;
                    self.problems.append(problems);
                }
            }
        }
        !fitting.is_empty()
    }

    fn list(&mut self, node: &mut Node, (shape, least, most): (ShapeId, usize, usize), name: &str) {
        let span = node.span;
        let Value::List(items) = &mut node.value else { return };
        if items.len() < least || items.len() > most {
            let help = if most == usize::MAX {
                told!("phải có ít nhất {least}", "it takes at least {least}")
            } else {
                told!("phải có từ {least} đến {most}", "it takes {least} to {most}")
            };
            let given = items.len();
            let message = told!("\"{name}\" có {given} giá trị", "\"{name}\" holds {given} values");
            self.problems.error(span, message, help);
        }
        items.retain_mut(|item| self.value(item, shape, name));
    }

    fn number(&mut self, node: &Node, bounds: Bounds, name: &str) {
        #[expect(clippy::cast_precision_loss, reason = "bounds are far below 2^53")]
        let given = match node.value {
            Value::Integer(value) => value as f64,
            Value::Float(value) => value,
            _ => return,
        };
        if bounds.whole && matches!(node.value, Value::Float(_)) {
            let message = told!(
                "\"{name}\" chỉ nhận số nguyên, không phải {GIVEN}",
                "\"{name}\" takes a whole number, not {GIVEN}"
            );
            self.problems.error(node.span, message, allowed_range(bounds));
        } else if !(given >= bounds.least && given <= bounds.most) || bounds.above && given <= bounds.least {
            let message = told!("\"{name}\" không thể là {GIVEN}", "\"{name}\" cannot be {GIVEN}");
            self.problems.error(node.span, message, allowed_range(bounds));
        }
    }

    fn text(&mut self, node: &mut Node, wording: &Wording, name: &str) {
        let span = node.span;
        let Value::Text(text) = &mut node.value else { return };
        if !wording.words.is_empty() {
            if !wording.words.iter().any(|word| **word == **text) {
                let words: Vec<&str> = wording.words.iter().map(String::as_str).collect();
                self.problems.error(span, cannot_be(name), suggestion(text, &words));
            }
            return;
        }
        let length = text.chars().count();
        if length < wording.least || length > wording.most {
            let message = told!("\"{name}\" dài {length} ký tự", "\"{name}\" holds {length} characters");
            let help = match wording.least {
                _ if length > wording.most => {
                    told!("nhiều nhất là {most}", "it takes at most {most}", most = wording.most)
                }
                1 => told!("không được để trống", "it cannot be empty"),
                least => told!("ít nhất là {least}", "it takes at least {least}"),
            };
            self.problems.error(span, message, help);
        } else if wording.pattern.as_ref().is_some_and(|pattern| !pattern.is_match(text)) {
            self.malformed(span, wording, name);
        } else if wording.path && Path::new(&**text).is_relative() {
            let folder = &self.sources.get(span.file).folder;
            *text = folder.join(&**text).to_string_lossy().into();
        }
    }

    fn malformed(&mut self, span: Span, wording: &Wording, name: &str) {
        let help = match (wording.description.as_str(), &wording.pattern) {
            ("", None) => Told::nothing(),
            ("", Some(pattern)) => {
                told!("phải khớp {pattern}", "it must match {pattern}", pattern = pattern.as_str())
            }
            (description, _) => {
                let Told { vi, en } = described(description);
                Told { vi: format!("viết {vi}"), en: format!("write {en}") }
            }
        };
        self.problems.error(span, cannot_be(name), help);
    }

    /// A secret stands in the file itself.
    fn secret_in_file(&mut self, span: Span, name: &str) {
        let help = told!(
            "viết \"{name}_file: ĐƯỜNG-DẪN\", \"{name}_env: BIẾN\" hoặc \"{name}_credential: TÊN\", và thay thông tin mật này",
            "write \"{name}_file: PATH\", \"{name}_env: VARIABLE\" or \"{name}_credential: NAME\", and change the secret"
        );
        let message = told!(
            "\"{name}\" là thông tin mật, không được viết trong tệp này",
            "\"{name}\" is a secret and must not stand in this file"
        );
        self.problems.error(span, message, help);
    }

    fn wrong_type_of(&mut self, node: &Node, allowed: &[ShapeId], name: &str) {
        let Text { vi, en } = node.kind();
        let message = match node.value {
            Value::Null => told!("\"{name}\" chưa có giá trị", "\"{name}\" has no value"),
            _ if node.value.is_scalar() => Told {
                vi: format!("\"{name}\" không thể là {vi} ({GIVEN})"),
                en: format!("\"{name}\" cannot be {en} ({GIVEN})"),
            },
            _ => Told {
                vi: format!("\"{name}\" không thể là {vi}"),
                en: format!("\"{name}\" cannot be {en}"),
            },
        };
        let Told { vi, en } = any_of(self.shapes, allowed);
        let takes = Told { vi: format!("cần {vi}"), en: format!("it takes {en}") };
        let hint = allowed.iter().find_map(|id| type_hint(&node.value, &self.shapes.get(*id).what));
        let help = hint.map_or_else(|| takes.clone(), |hint| Told::joined(&[takes.clone(), hint], ": "));
        self.problems.error(node.span, message, help);
    }
}

/// A required key is not there. `whose` is the key above it, empty for the file itself.
pub(super) fn key_missing(key: &str, whose: &str) -> Told {
    if whose.is_empty() {
        return told!("còn thiếu khóa \"{key}\"", "the key \"{key}\" is missing");
    }
    told!("còn thiếu khóa \"{key}\" của \"{whose}\"", "the key \"{key}\" of \"{whose}\" is missing")
}

pub(super) fn add_key(key: &str) -> Told {
    told!("thêm \"{key}: ...\"", "add \"{key}: ...\"")
}

/// What a key cannot be, quoted.
fn cannot_be(name: &str) -> Told {
    told!("\"{name}\" không thể là \"{GIVEN}\"", "\"{name}\" cannot be \"{GIVEN}\"")
}

fn key_unknown(key: &str) -> Told {
    let key = shortened(key);
    told!("không có khóa nào tên là \"{key}\"", "unknown key \"{key}\"")
}

pub(super) fn given_twice(key: &str) -> Told {
    told!("\"{key}\" được viết hai lần", "\"{key}\" is given twice")
}

pub(super) fn keep_one() -> Told {
    told!("chỉ giữ lại một", "keep one of the two")
}

/// The names of the keys that must be there.
fn required(keys: &[Key]) -> impl Iterator<Item = &str> {
    keys.iter().filter(|key| key.required).map(|key| key.name.as_str())
}

fn find<'k>(keys: &'k [Key], name: &str) -> Option<&'k Key> {
    keys.binary_search_by(|key| key.name.as_str().cmp(name)).ok().map(|at| &keys[at])
}

/// Whether a value is of a shape's type, whatever it holds.
fn fits_type(shapes: &Shapes, id: ShapeId, value: &Value) -> bool {
    let shape = shapes.get(id);
    match (&shape.what, value) {
        (_, Value::Null) => shape.nullable,
        (What::Anything, _)
        | (What::Bool, Value::Bool(_))
        | (What::Text(_), Value::Text(_))
        | (What::List { .. }, Value::List(_))
        | (What::Record { .. } | What::Choice(_), Value::Map(_))
        | (What::Number(_), Value::Integer(_) | Value::Float(_)) => true,
        (What::Either(of), _) => of.iter().any(|id| fits_type(shapes, *id, value)),
        _ => false,
    }
}

/// A key cut to what fits into a message.
fn shortened(key: &str) -> String {
    crate::model::text::presentable(key, 60)
}
