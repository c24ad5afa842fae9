//! Changes at the top: trailer, catalog, metadata, and the store of evidence.

use crate::model::told::told;
use crate::pki::verdict::Flaw;

use super::super::objects::Loaded;
use super::super::text;
use super::super::value::{Dictionary, Value};
use super::Later;
use super::same::{alike, differing};

/// What a store of evidence consists of (ETSI EN 319 142-1 §5.4.2).
const STORE: &[&[u8]] =
    &[b"Type", b"VRI", b"Certs", b"CRLs", b"OCSPs", b"Cert", b"CRL", b"OCSP", b"TU", b"TS"];

impl Later<'_> {
    /// The catalog, the encryption, and what else trailers name.
    pub(super) fn trailer(&mut self) -> Result<(), Flaw> {
        let objects = self.objects;
        let (Some(old), Some(new)) = (objects.trailer(self.old), objects.trailer(self.new)) else {
            return Ok(());
        };
        let [before, after] = [old, new].map(|trailer| trailer.get("Encrypt").unwrap_or(&Value::Null));
        if !alike(objects, (before, self.old), (after, self.new), 0)? {
            self.refuse(0, told!("mã hóa của tệp bị thay đổi", "the encryption of the file was changed"));
        }
        match (objects.catalog(self.old)?, objects.catalog(self.new)?) {
            (Some((_, before)), Some((number, after))) => self.catalog(number, &before, &after),
            _ => {
                self.refuse(0, told!("danh mục gốc của tệp bị mất", "the catalog of the file is gone"));
                Ok(())
            }
        }
    }

    /// Whether an object is the catalog, before or now.
    pub(super) fn is_catalog(&self, number: u32) -> bool {
        let root = |view| self.objects.trailer(view).and_then(|trailer| trailer.reference("Root"));
        root(self.old) == Some(number) || root(self.new) == Some(number)
    }

    fn catalog(&mut self, number: u32, old: &Dictionary, new: &Dictionary) -> Result<(), Flaw> {
        let objects = self.objects;
        if new.ambiguous && !old.ambiguous {
            self.refuse(number, told!("danh mục gốc có tên lặp lại", "the catalog has a name twice"));
        }
        for name in differing(old, new) {
            let [before, after] = [old, new].map(|catalog| catalog.raw(&name).unwrap_or(&Value::Null));
            if alike(objects, (before, self.old), (after, self.new), 0)? {
                continue;
            }
            let target = after.reference().unwrap_or(number);
            let loaded = match after {
                Value::Reference(number) => objects.load(*number, self.new)?,
                value => Loaded::direct(value.clone()),
            };
            match name.as_slice() {
                b"AcroForm" => {
                    let before = Loaded::direct(objects.resolve(before, self.old)?);
                    self.form(target, &before, &loaded)?;
                }
                b"StructTreeRoot"
                    if self.tagged(
                        target,
                        &Loaded::direct(objects.resolve(before, self.old)?),
                        &loaded,
                    )? => {}
                b"DSS" => self.whole_store(target, &loaded)?,
                b"Metadata" => self.metadata(target, &Loaded::direct(Value::Null), &loaded),
                b"Extensions" | b"Version" | b"MarkInfo" => self.permit(
                    number,
                    told!("phiên bản và phần mở rộng của tệp", "version and extensions of the file"),
                ),
                name => {
                    let name = text::text(name);
                    self.refuse(
                        number,
                        told!(
                            "mục /{name} của danh mục gốc (đối tượng {number}) bị thay đổi",
                            "entry /{name} of the catalog (object {number}) was changed"
                        ),
                    );
                }
            }
        }
        Ok(())
    }

    pub(super) fn metadata(&mut self, number: u32, old: &Loaded, new: &Loaded) {
        let is_metadata = |loaded: &Loaded| match loaded.value.dictionary() {
            Some(dictionary) => loaded.stream.is_some() && dictionary.names("Subtype", "XML"),
            None => matches!(loaded.value, Value::Null),
        };
        if is_metadata(old) && is_metadata(new) {
            self.permit(number, told!("siêu dữ liệu (Metadata)", "metadata"));
        } else {
            self.refuse(
                number,
                told!(
                    "siêu dữ liệu (đối tượng {number}) được thay bằng thứ khác",
                    "the metadata (object {number}) was replaced by something else"
                ),
            );
        }
    }

    /// The store as a whole, with all that it refers to.
    fn whole_store(&mut self, number: u32, store: &Loaded) -> Result<(), Flaw> {
        self.store(number, store);
        let Some(store) = store.value.dictionary() else { return Ok(()) };
        for (_, value) in store.iter() {
            let value = self.objects.resolve(value, self.new)?;
            let (Value::Dictionary(related), false) = (&value, matches!(value, Value::Null)) else {
                continue;
            };
            for (_, value) in related.iter() {
                if let Value::Dictionary(related) = self.objects.resolve(value, self.new)? {
                    self.store(number, &Loaded::direct(Value::Dictionary(related)));
                }
            }
        }
        Ok(())
    }

    /// A part of the store: a stream, a list, or a dictionary of what a store consists of.
    pub(super) fn store(&mut self, number: u32, new: &Loaded) {
        let known = |name: &[u8]| {
            STORE.contains(&name) || (name.len() == 40 && name.iter().all(u8::is_ascii_hexdigit))
        };
        let good = match &new.value {
            Value::Dictionary(dictionary) => {
                new.stream.is_some() || dictionary.iter().all(|(name, _)| known(name))
            }
            Value::Array(values) => values.iter().all(|value| value.reference().is_some()),
            Value::Null => true,
            _ => false,
        };
        if good {
            self.permit(number, told!("bằng chứng xác thực (DSS)", "evidence for validation (DSS)"));
        } else {
            self.refuse(
                number,
                told!(
                    "kho bằng chứng (DSS, đối tượng {number}) chứa thứ không thuộc về nó",
                    "the store of evidence (DSS, object {number}) holds what does not belong there"
                ),
            );
        }
    }
}
