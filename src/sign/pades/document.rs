//! The document that is to be signed: where its objects lie, what they are as written, and whether it may be signed.

use lopdf::xref::XrefEntry;
use lopdf::{Dictionary, Document, Object, ObjectId};

use crate::model::told::{Told, told};
use crate::sign::fault::{Obstacle, SignFault};
use crate::sign::pades::syntax::{Entries, space, value_end};

/// The most octets that an object stream may grow to.
const STREAM_MAX: usize = 64 * 1024 * 1024;
/// The most fields looked at, and how deep they nest.
const FIELDS_MAX: usize = 10_000;
const DEPTH_MAX: usize = 32;

/// A document, by its bytes and as lopdf understands them.
#[derive(Debug)]
pub(super) struct Source<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) view: Document,
    /// Where the newest cross-reference section begins.
    pub(super) xref: usize,
    /// Whether that section is a stream.
    pub(super) streamed: bool,
}

/// A signature field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Field {
    /// Its full name.
    pub(super) name: String,
    pub(super) id: ObjectId,
    /// Whether it is signed.
    pub(super) signed: bool,
}

impl<'a> Source<'a> {
    /// Reads a document; refuses what cannot be signed without guessing.
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, SignFault> {
        if !bytes.starts_with(b"%PDF-") {
            return Err(document(told!(
                "tệp không phải PDF: tệp phải bắt đầu bằng \"%PDF-\"",
                "the file is no PDF: it must begin with \"%PDF-\""
            )));
        }
        let view = Document::load_mem(bytes).map_err(|error| damaged(&error.to_string()))?;
        if view.trailer.has(b"Encrypt") || view.was_encrypted() {
            return Err(document(told!(
                "tệp PDF được mã hóa nên không ký được: gỡ mật khẩu và quyền hạn chế trước khi ký",
                "the PDF is encrypted and cannot be signed: take password and restrictions off before signing"
            )));
        }
        if view.xref_recovery.is_some() {
            return Err(damaged("cross-reference table"));
        }
        let xref = newest_section(bytes).ok_or_else(|| damaged("startxref"))?;
        let streamed = !bytes.get(space(bytes, xref)..).is_some_and(|rest| rest.starts_with(b"xref"));
        Ok(Self { bytes, view, xref, streamed })
    }

    /// An indirect object as it was written.
    pub(super) fn written(&self, id: ObjectId) -> Option<Vec<u8>> {
        match self.view.reference_table.get(id.0)? {
            XrefEntry::Normal { offset, .. } => {
                let mut at = usize::try_from(*offset).ok()?;
                for expected in [id.0.to_string(), id.1.to_string(), "obj".to_owned()] {
                    at = space(self.bytes, at);
                    at += self.bytes.get(at..)?.starts_with(expected.as_bytes()).then_some(expected.len())?;
                }
                let begin = space(self.bytes, at);
                Some(self.bytes.get(begin..value_end(self.bytes, begin)?)?.to_vec())
            }
            XrefEntry::Compressed { container, .. } => self.compressed(*container, id.0),
            XrefEntry::Free | XrefEntry::UnusableFree => None,
        }
    }

    /// An object out of an object stream (ISO 32000-1 §7.5.7).
    fn compressed(&self, container: u32, number: u32) -> Option<Vec<u8>> {
        let stream = self.view.get_object((container, 0)).ok()?.as_stream().ok()?;
        let content = stream.get_plain_content_with_limit(STREAM_MAX).ok()?;
        let first = usize::try_from(stream.dict.get(b"First").ok()?.as_i64().ok()?).ok()?;
        let header = std::str::from_utf8(content.get(..first)?).ok()?;
        let numbers: Vec<usize> = header.split_ascii_whitespace().flat_map(str::parse).collect();
        let wanted = usize::try_from(number).ok()?;
        let place = numbers.chunks_exact(2).find(|pair| pair[0] == wanted)?[1];
        let begin = space(&content, first.checked_add(place)?);
        Some(content.get(begin..value_end(&content, begin)?)?.to_vec())
    }

    /// The entries of an indirect dictionary.
    pub(super) fn entries(&self, id: ObjectId) -> Result<Entries, SignFault> {
        let written = self.written(id).and_then(|written| Entries::parse(&written));
        written.ok_or_else(|| damaged(&format!("{} {} obj", id.0, id.1)))
    }

    pub(super) fn root(&self) -> Result<ObjectId, SignFault> {
        let root = self.view.trailer.get(b"Root").and_then(Object::as_reference);
        root.map_err(|error| damaged(&error.to_string()))
    }

    /// What an entry holds, indirect or not.
    pub(super) fn resolved<'b>(&'b self, dictionary: &'b Dictionary, key: &[u8]) -> Option<&'b Object> {
        self.view.dereference(dictionary.get(key).ok()?).ok().map(|(_, object)| object)
    }

    fn form(&self) -> Option<&Dictionary> {
        self.resolved(self.view.catalog().ok()?, b"AcroForm")?.as_dict().ok()
    }

    /// All fields for signatures, and the names of all fields.
    pub(super) fn fields(&self) -> (Vec<Field>, Vec<String>) {
        let (mut signatures, mut names) = (Vec::new(), Vec::new());
        let top = self.form().and_then(|form| self.resolved(form, b"Fields")?.as_array().ok());
        let mut ahead: Vec<(ObjectId, String, usize)> = Vec::new();
        let ids = |list: &[Object], name: &str, depth: usize| -> Vec<_> {
            list.iter().filter_map(|item| Some((item.as_reference().ok()?, name.to_owned(), depth))).collect()
        };
        ahead.extend(ids(top.map_or(&[][..], Vec::as_slice), "", 0));
        while let Some((id, above, depth)) = ahead.pop().filter(|_| names.len() < FIELDS_MAX) {
            let Ok(field) = self.view.get_dictionary(id) else { continue };
            let own = self.resolved(field, b"T").and_then(|name| lopdf::decode_text_string(name).ok());
            let name = match own {
                Some(own) if above.is_empty() => own,
                Some(own) => format!("{above}.{own}"),
                None => above,
            };
            names.push(name.clone());
            let kids = self.resolved(field, b"Kids").and_then(|kids| kids.as_array().ok());
            if let Some(kids) = kids.filter(|_| depth < DEPTH_MAX) {
                ahead.extend(ids(kids, &name, depth + 1));
            }
            let kind = self.resolved(field, b"FT").and_then(|kind| kind.as_name().ok());
            if kind == Some(b"Sig") {
                signatures.push(Field { name, id, signed: self.resolved(field, b"V").is_some() });
            }
        }
        (signatures, names)
    }

    /// What a certification permits to be changed (1 nothing, 2 filling in and signing, 3 annotating, too), if there is
    /// one.
    pub(super) fn permitted(&self) -> Option<i64> {
        let permissions = self.resolved(self.view.catalog().ok()?, b"Perms")?.as_dict().ok()?;
        let signature = self.resolved(permissions, b"DocMDP")?.as_dict().ok()?;
        let references = self.resolved(signature, b"Reference")?.as_array().ok()?;
        let parameters = references.iter().find_map(|reference| {
            let (_, reference) = self.view.dereference(reference).ok()?;
            self.resolved(reference.as_dict().ok()?, b"TransformParams")?.as_dict().ok()
        });
        Some(parameters.and_then(|found| self.resolved(found, b"P")?.as_i64().ok()).unwrap_or(2))
    }
}

/// What `startxref` says last.
fn newest_section(bytes: &[u8]) -> Option<usize> {
    const WORD: &[u8] = b"startxref";
    let tail = bytes.len().saturating_sub(2048);
    let place = bytes.get(tail..)?.windows(WORD.len()).rposition(|window| window == WORD)?;
    let begin = space(bytes, tail + place + WORD.len());
    let digits: Vec<u8> = bytes.get(begin..)?.iter().copied().take_while(u8::is_ascii_digit).collect();
    let offset = String::from_utf8(digits).ok()?.parse().ok()?;
    (offset < bytes.len()).then_some(offset)
}

/// The document cannot be read where it matters.
pub(super) fn damaged(detail: &str) -> SignFault {
    document(told!(
        "tệp PDF hỏng hoặc sai cấu trúc ở chỗ cần cho việc ký ({detail}): mở và lưu lại bằng phần mềm soạn PDF",
        "the PDF is damaged where signing needs it ({detail}): open it and save it again with a PDF editor"
    ))
}

pub(super) fn document(told: Told) -> SignFault {
    SignFault::new(Obstacle::Document, told)
}
