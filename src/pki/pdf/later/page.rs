//! Changes of pages and annotations, and everything that no rule lets pass.

use std::collections::BTreeSet;

use crate::model::told::{Told, told};
use crate::pki::verdict::Flaw;

use super::super::objects::Loaded;
use super::super::signature::Permission;
use super::super::text;
use super::super::value::{Dictionary, Value};
use super::Later;
use super::graph::{Edge, Key};
use super::same::{alike, differing};

/// Annotations that a certification with `P` 3 lets people add. Those that can cover a page with text or pictures of
/// their own (`FreeText`, `Stamp`, `Redact`) are left out: with them certified contracts were forged (Mainka, Mladenov,
/// Rohlmann: "Breaking the Specification: PDF Certification", IEEE S&P 2021).
const REMARKS: &[&[u8]] = &[
    b"Text",
    b"Highlight",
    b"Underline",
    b"StrikeOut",
    b"Squiggly",
    b"Ink",
    b"Line",
    b"Square",
    b"Circle",
    b"Polygon",
    b"PolyLine",
    b"Caret",
    b"Popup",
];

impl Later<'_> {
    /// A list of annotations: what was there stays; the widgets of new signatures may be added, remarks where permitted.
    pub(super) fn annotation_list(&mut self, number: u32, old: &Value, new: &Value) -> Result<(), Flaw> {
        let before = old.array().unwrap_or_default();
        let after = new.array().unwrap_or_default();
        let kept: BTreeSet<_> = after.iter().filter_map(Value::reference).collect();
        let had: BTreeSet<_> = before.iter().filter_map(Value::reference).collect();
        let direct = |values: &[Value]| values.iter().filter(|value| value.reference().is_none()).count();
        if direct(before) != direct(after) {
            self.refuse(
                number,
                told!("chú thích trên trang bị thay đổi", "annotations of a page were changed"),
            );
        }
        for gone in had.difference(&kept) {
            let remark = self.remark(*gone, self.old)?;
            self.annotation(*gone, remark, told!("chú thích bị xóa", "an annotation was removed"));
        }
        for added in kept.difference(&had) {
            let is_widget = self.new_fields.get(added).is_some_and(|field| field.kind == b"Sig")
                && matches!(self.objects.load(*added, self.old)?.value, Value::Null);
            if !is_widget && !self.old_fields.contains_key(added) {
                let remark = self.remark(*added, self.new)?;
                self.annotation(*added, remark, told!("chú thích được thêm", "an annotation was added"));
            }
        }
        Ok(())
    }

    /// Whether an object is an annotation that people may add where annotations are permitted.
    fn remark(&self, number: u32, view: u32) -> Result<bool, Flaw> {
        let value = self.objects.load(number, view)?.value;
        let Some(annotation) = value.dictionary() else { return Ok(false) };
        let subtype = annotation.get("Subtype").and_then(Value::name).unwrap_or_default();
        let acts = annotation.get("A").is_some() || annotation.get("AA").is_some() || annotation.ambiguous;
        Ok(REMARKS.contains(&subtype) && !acts)
    }

    fn annotation(&mut self, number: u32, remark: bool, what: Told) {
        if remark && self.permission == Permission::Annotations {
            self.permit(number, what);
        } else {
            self.refuse(
                number,
                Told {
                    vi: format!("{} (đối tượng {number}) tuy không được phép", what.vi),
                    en: format!("{} (object {number}), which is not permitted", what.en),
                },
            );
        }
    }

    /// A page, an annotation, or whatever else no rule speaks of.
    pub(super) fn page_or_other(
        &mut self,
        number: u32,
        old: &Loaded,
        new: &Loaded,
        uses: &[Edge],
    ) -> Result<(), Flaw> {
        if let (Some(before), Some(after)) = (old.value.dictionary(), new.value.dictionary()) {
            let plain = old.stream.is_none() && new.stream.is_none() && !after.ambiguous;
            if plain && before.names("Type", "Page") {
                return self.page(number, before, after);
            }
            let is_annotation = uses.iter().any(|edge| edge.key == Key::Annotations);
            if plain && is_annotation && self.remark(number, self.old)? {
                let remark = self.remark(number, self.new)?;
                self.annotation(number, remark, told!("chú thích bị sửa", "an annotation was changed"));
                return Ok(());
            }
        }
        let what = used_as(uses).map_or_else(|| self.what(number, self.old), Ok)?;
        self.refuse(number, changed(number, &what));
        Ok(())
    }

    fn page(&mut self, number: u32, old: &Dictionary, new: &Dictionary) -> Result<(), Flaw> {
        for name in differing(old, new) {
            let [before, after] = [old, new].map(|page| page.raw(&name).unwrap_or(&Value::Null));
            if alike(self.objects, (before, self.old), (after, self.new), 0)? {
                continue;
            }
            if name == b"Annots" {
                let before = self.objects.resolve(before, self.old)?;
                let after = self.objects.resolve(after, self.new)?;
                self.annotation_list(number, &before, &after)?;
                continue;
            }
            let name = text::text(&name);
            self.refuse(
                number,
                told!(
                    "mục /{name} của trang (đối tượng {number}) bị thay đổi",
                    "entry /{name} of a page (object {number}) was changed"
                ),
            );
        }
        Ok(())
    }

    /// What an object is, by its type.
    pub(super) fn what(&self, number: u32, view: u32) -> Result<Told, Flaw> {
        let loaded = self.objects.load(number, view)?;
        let kind = |name| {
            let value = loaded.value.dictionary().and_then(|dictionary| dictionary.get(name));
            value.and_then(Value::name).map(text::text)
        };
        Ok(match kind("Type").as_deref() {
            Some("Pages") => told!("cây trang", "page tree"),
            Some("Page") => told!("trang", "page"),
            Some("Font" | "FontDescriptor") => told!("phông chữ", "font"),
            Some("ObjStm") => told!("luồng đối tượng", "object stream"),
            Some(kind) => Told::same(kind),
            None => match kind("Subtype") {
                Some(kind) => Told::same(kind),
                None if loaded.stream.is_some() => told!("luồng dữ liệu", "stream"),
                None => told!("giá trị", "value"),
            },
        })
    }
}

/// What an object is, by what it is used for.
fn used_as(uses: &[Edge]) -> Option<Told> {
    uses.iter().find_map(|edge| match edge.key {
        Key::Contents => Some(told!("nội dung trang", "page content")),
        Key::Font => Some(told!("phông chữ", "font")),
        Key::Appearance => Some(told!("hình hiển thị", "appearance")),
        Key::Container => Some(told!("luồng đối tượng", "object stream")),
        _ => None,
    })
}

fn changed(number: u32, what: &Told) -> Told {
    Told {
        vi: format!("đối tượng {number} ({}) bị thay đổi sau khi ký", what.vi),
        en: format!("object {number} ({}) was changed after signing", what.en),
    }
}
