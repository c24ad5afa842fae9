//! The structure tree of a tagged document (ISO 32000-2 §14.7). Who signs one adds an element for the new signature field,
//! and the way back from the field to it; nothing else there may change: what programs read aloud, copy and search hangs
//! on it.

use std::collections::BTreeMap;

use crate::model::told::told;
use crate::pki::verdict::Flaw;

use super::super::objects::Loaded;
use super::super::value::{Dictionary, Value};
use super::same::{alike, differing, same};
use super::{Key, Later};

/// What an element for a signature field consists of. Text that is read in its place (`ActualText`, `Alt`, `E`) is not
/// among it.
const ELEMENT: [&[u8]; 5] = [b"Type", b"S", b"P", b"Pg", b"K"];

/// What refers from an element to the field's widget.
const SHOWN: [&[u8]; 3] = [b"Type", b"Obj", b"Pg"];

/// How deep the tree of the way back may be.
const DEPTH: usize = 8;

impl Later<'_> {
    /// Whether the change of an object is what signing adds to the structure tree; told as permitted if so.
    pub(super) fn tagged(&mut self, number: u32, old: &Loaded, new: &Loaded) -> Result<bool, Flaw> {
        if old.stream.is_some() || new.stream.is_some() || !self.forms_may_change() {
            return Ok(false);
        }
        let good = match (&old.value, &new.value) {
            (Value::Dictionary(before), Value::Dictionary(after)) if !after.ambiguous => {
                if before.names("Type", "StructTreeRoot") || is_element(before) {
                    self.element(before, after)?
                } else {
                    self.used_only_as(number, Key::WayBack, 0)? && self.way_back(before, after, 0)?
                }
            }
            (Value::Array(before), Value::Array(after)) => {
                let uses = self.uses(number)?;
                if uses.iter().all(|edge| edge.key == Key::Elements) {
                    self.kids(before, after)?
                } else {
                    self.used_only_as(number, Key::WayBack, 0)? && self.pairs(before, after)?
                }
            }
            _ => false,
        };
        if good {
            self.permit(
                number,
                told!("thẻ cấu trúc của trường chữ ký", "structure tag of a signature field"),
            );
        }
        Ok(good)
    }

    /// An element, or the root of the tree.
    fn element(&self, old: &Dictionary, new: &Dictionary) -> Result<bool, Flaw> {
        let is_root = old.names("Type", "StructTreeRoot");
        for name in differing(old, new) {
            let [before, after] = [old, new].map(|element| element.raw(&name).unwrap_or(&Value::Null));
            if alike(self.objects, (before, self.old), (after, self.new), 0)? {
                continue;
            }
            let good = match name.as_slice() {
                b"K" => self.kids(&self.listed(before, self.old)?, &self.listed(after, self.new)?)?,
                b"ParentTreeNextKey" if is_root => {
                    matches!((before, after), (Value::Integer(before), Value::Integer(after)) if before <= after)
                }
                b"ParentTree" if is_root => {
                    let before = self.objects.resolve(before, self.old)?;
                    let after = self.objects.resolve(after, self.new)?;
                    match (&before, &after) {
                        (Value::Dictionary(before), Value::Dictionary(after)) => {
                            self.way_back(before, after, 0)?
                        }
                        _ => false,
                    }
                }
                _ => false,
            };
            if !good {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// What lies below an element: one thing, or a list of them that may be an object of its own.
    fn listed(&self, value: &Value, view: u32) -> Result<Vec<Value>, Flaw> {
        Ok(match (value, self.objects.resolve(value, view)?) {
            (_, Value::Array(values)) => values,
            (_, Value::Null) => Vec::new(),
            (value, _) => vec![value.clone()],
        })
    }

    /// Whether all that was there still is, in its order, and the rest are elements of new signature fields.
    fn kids(&self, old: &[Value], new: &[Value]) -> Result<bool, Flaw> {
        let mut kept = old.iter().peekable();
        for kid in new {
            if kept.next_if(|before| same(before, kid)).is_none() && !self.is_tag(kid)? {
                return Ok(false);
            }
        }
        Ok(kept.next().is_none())
    }

    /// Whether a value refers to an element that came after signing and is of a new signature field alone.
    fn is_tag(&self, value: &Value) -> Result<bool, Flaw> {
        let Some(number) = value.reference() else { return Ok(false) };
        if !matches!(self.objects.load(number, self.old)?.value, Value::Null) {
            return Ok(false);
        }
        let Value::Dictionary(element) = self.objects.load(number, self.new)?.value else { return Ok(false) };
        let plain = !element.ambiguous && element.iter().all(|(name, _)| ELEMENT.contains(&name));
        let below = self.listed(element.get("K").unwrap_or(&Value::Null), self.new)?;
        let [shown] = below.as_slice() else { return Ok(false) };
        Ok(plain && self.is_new_widget(&self.objects.resolve(shown, self.new)?)?)
    }

    /// Whether it refers to the widget of a signature field that came after signing.
    fn is_new_widget(&self, shown: &Value) -> Result<bool, Flaw> {
        let Value::Dictionary(shown) = shown else { return Ok(false) };
        let plain = shown.names("Type", "OBJR") && shown.iter().all(|(name, _)| SHOWN.contains(&name));
        let Some(widget) = shown.reference("Obj").filter(|_| plain && !shown.ambiguous) else {
            return Ok(false);
        };
        let is_signature = self.new_fields.get(&widget).is_some_and(|field| field.kind == b"Sig");
        Ok(is_signature && matches!(self.objects.load(widget, self.old)?.value, Value::Null))
    }

    /// A node of the number tree that leads from fields and pages back to elements.
    fn way_back(&self, old: &Dictionary, new: &Dictionary, depth: usize) -> Result<bool, Flaw> {
        for name in differing(old, new) {
            let [before, after] = [old, new].map(|node| node.raw(&name).unwrap_or(&Value::Null));
            let before = self.objects.resolve(before, self.old)?;
            let after = self.objects.resolve(after, self.new)?;
            let [own, other] = [&before, &after].map(|value| value.array().unwrap_or_default());
            let good = match name.as_slice() {
                b"Limits" => true,
                b"Nums" => self.pairs(own, other)?,
                b"Kids" => self.nodes(own, other, depth)?,
                _ => false,
            };
            if !good {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether all nodes that were there still are, in their order, and the rest are new and lead to new elements only.
    fn nodes(&self, old: &[Value], new: &[Value], depth: usize) -> Result<bool, Flaw> {
        let mut kept = old.iter().peekable();
        for node in new {
            if kept.next_if(|before| same(before, node)).is_some() {
                continue;
            }
            let Some(number) = node.reference().filter(|_| depth < DEPTH) else { return Ok(false) };
            let was = self.objects.load(number, self.old)?.value;
            let is = self.objects.load(number, self.new)?.value;
            let (Value::Null, Value::Dictionary(is)) = (was, is) else { return Ok(false) };
            if !self.way_back(&Dictionary::default(), &is, depth + 1)? {
                return Ok(false);
            }
        }
        Ok(kept.next().is_none())
    }

    /// Whether every number leads where it led, and numbers that led nowhere lead to new elements.
    fn pairs(&self, old: &[Value], new: &[Value]) -> Result<bool, Flaw> {
        let (Some(old), Some(new)) = (by_number(old), by_number(new)) else { return Ok(false) };
        for (number, before) in &old {
            let after = new.get(number).copied().unwrap_or(&Value::Null);
            if !alike(self.objects, (before, self.old), (after, self.new), 0)? {
                return Ok(false);
            }
        }
        for (_, element) in new.iter().filter(|(number, _)| !old.contains_key(*number)) {
            if !self.is_tag(element)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// Whether it is an element: the type may be left out, the kind and what it lies below may not.
fn is_element(dictionary: &Dictionary) -> bool {
    let is_typed = dictionary.get("Type").is_none() || dictionary.names("Type", "StructElem");
    is_typed && dictionary.get("S").and_then(Value::name).is_some() && dictionary.reference("P").is_some()
}

/// Numbers with what they lead to; `None` where it is no such list, or a number stands there twice.
fn by_number(values: &[Value]) -> Option<BTreeMap<i64, &Value>> {
    let mut found = BTreeMap::new();
    for pair in values.chunks(2) {
        let [Value::Integer(number), value] = pair else { return None };
        if found.insert(*number, value).is_some() {
            return None;
        }
    }
    Some(found)
}
