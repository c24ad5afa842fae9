//! Changes of the form: filling in fields, and signing.

use std::collections::BTreeSet;

use crate::model::told::{Told, told};
use crate::pki::verdict::Flaw;

use super::super::form::Field;
use super::super::objects::Loaded;
use super::super::text;
use super::super::value::{Dictionary, Value};
use super::Later;
use super::graph::Key;
use super::same::{alike, differing};

/// What filling in changes of a field.
const FILLED: &[&[u8]] = &[b"V", b"AP", b"AS", b"F", b"DA", b"Q", b"I", b"RV", b"M", b"Ff", b"Type", b"Kids"];

/// What signing changes of an empty field.
const SIGNED: &[&[u8]] =
    &[b"V", b"AP", b"AS", b"F", b"DA", b"Q", b"M", b"MK", b"Ff", b"Type", b"Kids", b"Lock"];

/// What writers touch even where a field stays as it is.
const TOUCHED: &[&[u8]] = &[b"Ff", b"Type", b"Kids"];

/// Text strings of a field that nobody fills in. Whoever saves it anew may choose another encoding for them: pyHanko
/// writes an empty `<FEFF>` as `()`.
const TEXTS: &[&[u8]] = &[b"DV", b"TU"];

/// What a new signature field may not bring: it would act by itself.
const ACTING: [&str; 3] = ["A", "AA", "PMD"];

/// What a signature field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Held {
    /// No signature.
    Nothing,
    /// A timestamp over the document.
    Timestamp,
    /// Any other signature.
    Signature,
}

impl Later<'_> {
    /// The form's dictionary.
    pub(super) fn form(&mut self, number: u32, old: &Loaded, new: &Loaded) -> Result<(), Flaw> {
        let objects = self.objects;
        let empty = Dictionary::default();
        let before = old.value.dictionary().unwrap_or(&empty);
        let is_new = matches!(old.value, Value::Null);
        let Some(after) = new.value.dictionary() else {
            self.refuse(number, told!("biểu mẫu bị bỏ đi", "the form was taken away"));
            return Ok(());
        };
        if after.ambiguous {
            self.refuse(number, told!("biểu mẫu có tên lặp lại", "the form has a name twice"));
        }
        for name in differing(before, after) {
            let [own, other] = [before, after].map(|form| form.raw(&name).unwrap_or(&Value::Null));
            if alike(objects, (own, self.old), (other, self.new), 0)? {
                continue;
            }
            let own = objects.resolve(own, self.old)?;
            let other = objects.resolve(other, self.new)?;
            let harmless = match name.as_slice() {
                b"Fields" => {
                    self.field_list(number, &own, &other)?;
                    true
                }
                b"SigFlags" => true,
                b"DR" => self.only_adds(&own, &other, 0)?,
                b"DA" | b"Q" => is_new,
                b"NeedAppearances" => !matches!(other, Value::Boolean(true)),
                _ => false,
            };
            if !harmless {
                let name = text::text(&name);
                self.refuse(
                    number,
                    told!(
                        "mục /{name} của biểu mẫu (AcroForm, đối tượng {number}) bị thay đổi",
                        "entry /{name} of the form (AcroForm, object {number}) was changed"
                    ),
                );
            }
        }
        Ok(())
    }

    /// Whether a dictionary of resources has all that it had, and nothing of it changed.
    fn only_adds(&self, old: &Value, new: &Value, depth: usize) -> Result<bool, Flaw> {
        let objects = self.objects;
        let (old, new) = (objects.resolve(old, self.old)?, objects.resolve(new, self.new)?);
        let (old, new) = match (&old, &new) {
            (Value::Null, _) => return Ok(true),
            (Value::Dictionary(old), Value::Dictionary(new)) => (old, new),
            _ => return Ok(false),
        };
        for name in differing(old, new) {
            let Some(before) = old.raw(&name) else { continue };
            let after = new.raw(&name).unwrap_or(&Value::Null);
            let same = alike(objects, (before, self.old), (after, self.new), 0)?;
            if !same && (depth > 1 || !self.only_adds(before, after, depth + 1)?) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The form's resources, where they are objects of their own.
    pub(super) fn form_resource(&mut self, number: u32, old: &Loaded, new: &Loaded) -> Result<(), Flaw> {
        let plain = old.stream.is_none() && new.stream.is_none();
        if plain && self.only_adds(&old.value, &new.value, 0)? {
            self.permit(number, told!("tài nguyên của biểu mẫu", "resources of the form"));
        } else {
            self.refuse(
                number,
                told!(
                    "tài nguyên của biểu mẫu (đối tượng {number}) bị thay đổi",
                    "the form's resources (object {number}) were changed"
                ),
            );
        }
        Ok(())
    }

    /// A list of fields: what was there stays; only signature fields may be added.
    pub(super) fn field_list(&mut self, number: u32, old: &Value, new: &Value) -> Result<(), Flaw> {
        let listed = |value: &Value| -> Vec<Option<u32>> {
            value.array().unwrap_or_default().iter().map(Value::reference).collect()
        };
        let (before, after) = (listed(old), listed(new));
        let kept: BTreeSet<_> = after.iter().collect();
        if before.iter().any(|field| !kept.contains(field)) || after.contains(&None) {
            self.refuse(
                number,
                told!(
                    "trường của biểu mẫu bị bỏ hoặc thay thế",
                    "fields of the form were removed or replaced"
                ),
            );
        }
        let before: BTreeSet<_> = before.into_iter().collect();
        for field in after.iter().filter(|field| !before.contains(field)).flatten() {
            self.new_field(*field)?;
        }
        Ok(())
    }

    /// A field that was not in the form.
    fn new_field(&mut self, number: u32) -> Result<(), Flaw> {
        let objects = self.objects;
        let field = self.new_fields.get(&number).cloned();
        let was_there = !matches!(objects.load(number, self.old)?.value, Value::Null);
        let Some(field) = field.filter(|field| field.kind == b"Sig" && !was_there) else {
            self.refuse(
                number,
                told!(
                    "trường mới (đối tượng {number}) được thêm vào biểu mẫu mà không phải là trường chữ ký",
                    "a new field (object {number}) was added to the form and is no signature field"
                ),
            );
            return Ok(());
        };
        let loaded = objects.load(number, self.new)?.value;
        let dictionary = loaded.dictionary().cloned().unwrap_or_default();
        if dictionary.ambiguous || ACTING.iter().any(|name| dictionary.get(name).is_some()) {
            let name = &field.name;
            self.refuse(
                number,
                told!(
                    "trường chữ ký mới \"{name}\" (đối tượng {number}) có kèm hành động",
                    "the new signature field \"{name}\" (object {number}) brings an action"
                ),
            );
        }
        self.signed(&field, &dictionary)
    }

    /// A field that a later revision signed, or that waits for a signature.
    fn signed(&mut self, field: &Field, dictionary: &Dictionary) -> Result<(), Flaw> {
        let (name, number) = (&field.name, field.number);
        let visible = self.is_visible(dictionary)?;
        let held = self.held(field)?;
        if held == Held::Nothing {
            if visible || !self.forms_may_change() {
                self.refuse(
                    number,
                    told!(
                        "trường chữ ký \"{name}\" (đối tượng {number}) được thêm vào mà không có chữ ký",
                        "the signature field \"{name}\" (object {number}) was added and holds no signature"
                    ),
                );
            } else {
                self.permit(number, told!("trường chữ ký \"{name}\"", "signature field \"{name}\""));
            }
            return Ok(());
        }
        if held == Held::Timestamp && !visible {
            self.permit(number, told!("dấu thời gian \"{name}\"", "timestamp \"{name}\""));
        } else if self.forms_may_change() && !self.is_locked(name) {
            self.permit(number, told!("chữ ký \"{name}\"", "signature \"{name}\""));
        } else {
            self.refuse(
                number,
                told!(
                    "chữ ký \"{name}\" (đối tượng {number}) được thêm vào tuy chữ ký trước không cho phép",
                    "the signature \"{name}\" (object {number}) was added, which an earlier one does not permit"
                ),
            );
        }
        Ok(())
    }

    /// What a field of the newest revision holds. Read once: the value is long, and each of many signatures asks.
    fn held(&self, field: &Field) -> Result<Held, Flaw> {
        if let Some(held) = self.held.borrow().get(&field.number) {
            return Ok(*held);
        }
        let value = match &field.value {
            Some(value) => self.objects.resolve(value, self.new)?,
            None => Value::Null,
        };
        let held = match value.dictionary() {
            None => Held::Nothing,
            Some(signature) if signature.names("Type", "DocTimeStamp") => Held::Timestamp,
            Some(_) => Held::Signature,
        };
        self.held.borrow_mut().insert(field.number, held);
        Ok(held)
    }

    /// Whether a widget shows anything: a rectangle with an area, not hidden (§12.5.3).
    fn is_visible(&self, widget: &Dictionary) -> Result<bool, Flaw> {
        if widget.get("Kids").is_some() {
            return Ok(true);
        }
        let hidden = self.objects.get(widget, "F", self.new)?.integer().unwrap_or(0) & (2 | 32) != 0;
        let rectangle = self.objects.get(widget, "Rect", self.new)?;
        let number = |value: &Value| match value {
            Value::Integer(number) => Some(number.to_string()),
            Value::Real(number) => Some(String::from_utf8_lossy(number).into_owned()),
            _ => None,
        };
        let sides: Vec<f64> = rectangle
            .array()
            .unwrap_or_default()
            .iter()
            .filter_map(|value| number(value).and_then(|number| number.parse().ok()))
            .collect();
        let flat = match sides.as_slice() {
            [left, bottom, right, top] => (left - right).abs() < 1e-6 || (top - bottom).abs() < 1e-6,
            _ => rectangle.array().is_none(),
        };
        Ok(!hidden && !flat)
    }

    /// A field or widget that was there.
    pub(super) fn field(&mut self, field: &Field, old: &Loaded, new: &Loaded) -> Result<(), Flaw> {
        let number = field.number;
        let (Some(before), Some(after)) = (old.value.dictionary(), new.value.dictionary()) else {
            self.refuse_field(field);
            return Ok(());
        };
        let now = self.new_fields.get(&number).cloned();
        let Some(now) = now.filter(|now| now.name == field.name && now.kind == field.kind) else {
            self.refuse_field(field);
            return Ok(());
        };
        let mut changed = Vec::new();
        for name in differing(before, after) {
            let [own, other] = [before, after].map(|field| field.raw(&name).unwrap_or(&Value::Null));
            let says_the_same = TEXTS.contains(&name.as_slice()) && self.says_the_same(own, other)?;
            if !says_the_same && !alike(self.objects, (own, self.old), (other, self.new), 0)? {
                changed.push(name);
            }
        }
        if changed.iter().any(|name| name == b"Kids") {
            let kids = self.objects.get(before, "Kids", self.old)?;
            let others = self.objects.get(after, "Kids", self.new)?;
            self.field_list(number, &kids, &others)?;
        }
        let only = |names: &[&[u8]]| changed.iter().all(|name| names.contains(&name.as_slice()));
        if after.ambiguous || after.get("AA").is_some() && before.get("AA").is_none() {
            self.refuse_field(field);
        } else if only(TOUCHED) {
            self.permit(number, filled(field));
        } else if field.kind == b"Sig" {
            let signed_now = field.value.is_none() && now.value.is_some();
            if signed_now && only(SIGNED) { self.signed(&now, after)? } else { self.refuse_field(field) }
        } else if only(FILLED) && self.forms_may_change() && !self.is_locked(&field.name) {
            self.permit(number, filled(field));
        } else {
            self.refuse_field(field);
        }
        Ok(())
    }

    fn says_the_same(&self, old: &Value, new: &Value) -> Result<bool, Flaw> {
        let old = self.objects.resolve(old, self.old)?;
        let new = self.objects.resolve(new, self.new)?;
        Ok(old.text().zip(new.text()).is_some_and(|(old, new)| text::same(old, new)))
    }

    fn refuse_field(&mut self, field: &Field) {
        let (name, number) = (&field.name, field.number);
        self.refuse(
            number,
            told!(
                "trường \"{name}\" (đối tượng {number}) bị thay đổi tuy không được phép",
                "the field \"{name}\" (object {number}) was changed, which is not permitted"
            ),
        );
    }

    /// Whether an object is the appearance of fields that may change, and nothing else.
    pub(super) fn is_appearance(&self, number: u32) -> Result<bool, Flaw> {
        Ok(self.forms_may_change() && self.drawn_by(number, 0)?)
    }

    fn drawn_by(&self, number: u32, depth: usize) -> Result<bool, Flaw> {
        let uses = self.uses(number)?;
        for edge in &uses {
            let fields = [&self.old_fields, &self.new_fields].map(|fields| fields.get(&edge.source));
            let drawn = match fields {
                [None, None] => edge.source != 0 && depth < 4 && self.drawn_by(edge.source, depth + 1)?,
                [before, now] => {
                    let was_signed =
                        before.is_some_and(|field| field.kind == b"Sig" && field.value.is_some());
                    let locked = before.or(now).is_some_and(|field| self.is_locked(&field.name));
                    edge.key == Key::Appearance && !was_signed && !locked
                }
            };
            if !drawn {
                return Ok(false);
            }
        }
        Ok(!uses.is_empty())
    }
}

fn filled(field: &Field) -> Told {
    let name = &field.name;
    told!("trường \"{name}\" được điền", "field \"{name}\" was filled in")
}
