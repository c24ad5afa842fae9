//! A revision that is appended to a document: objects, then a cross-reference section of the kind that the document has.

use std::collections::BTreeMap;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use lopdf::{Object, ObjectId};

use crate::sign::fault::SignFault;
use crate::sign::pades::document::{Source, damaged};
use crate::sign::pades::syntax::hexadecimal;
use crate::sign::scheme::Digest;

/// A document with a revision in the making.
#[derive(Debug)]
pub(super) struct Increment<'a> {
    source: &'a Source<'a>,
    out: Vec<u8>,
    /// Where each object of this revision begins, with its generation.
    places: BTreeMap<u32, (u16, usize)>,
    next: u32,
}

impl<'a> Increment<'a> {
    /// Begins after the document's last byte; existing bytes stay as they are.
    pub(super) fn after(source: &'a Source<'a>) -> Self {
        let mut out = source.bytes.to_vec();
        if !out.ends_with(b"\n") {
            out.push(b'\n');
        }
        let size = source.view.trailer.get(b"Size").and_then(Object::as_i64).unwrap_or(0);
        let next = u32::try_from(size).unwrap_or(0).max(source.view.max_id.saturating_add(1));
        Self { source, out, places: BTreeMap::new(), next }
    }

    /// A number that no object has.
    pub(super) fn reserve(&mut self) -> ObjectId {
        self.next += 1;
        (self.next - 1, 0)
    }

    /// Writes an object; gives where its content begins.
    pub(super) fn put(&mut self, id: ObjectId, content: &[u8]) -> usize {
        self.places.insert(id.0, (id.1, self.out.len()));
        self.out.extend_from_slice(format!("{} {} obj\n", id.0, id.1).as_bytes());
        let begin = self.out.len();
        self.out.extend_from_slice(content);
        self.out.extend_from_slice(b"\nendobj\n");
        begin
    }

    /// Writes a new object.
    pub(super) fn add(&mut self, content: &str) -> ObjectId {
        let id = self.reserve();
        self.put(id, content.as_bytes());
        id
    }

    /// Writes a new stream, compressed; `entries` are those beside length and filter.
    pub(super) fn add_stream(&mut self, entries: &str, content: &[u8]) -> ObjectId {
        let packed = deflated(content);
        let length = packed.len();
        let head = format!("<< {entries} /Filter /FlateDecode /Length {length} >>\nstream\n");
        let id = self.reserve();
        self.put(id, &[head.as_bytes(), &packed, b"\nendstream"].concat());
        id
    }

    /// Ends the revision.
    pub(super) fn finish(mut self) -> Result<Vec<u8>, SignFault> {
        let begin = self.out.len();
        if self.source.streamed {
            self.section_as_stream(begin)?;
        } else {
            self.section_as_table()?;
        }
        self.out.extend_from_slice(format!("startxref\n{begin}\n%%EOF\n").as_bytes());
        Ok(self.out)
    }

    /// Runs of objects with consecutive numbers: the first number and how many.
    fn runs(&self) -> Vec<(u32, u32)> {
        let mut runs: Vec<(u32, u32)> = Vec::new();
        for number in self.places.keys() {
            match runs.last_mut() {
                Some((first, count)) if *first + *count == *number => *count += 1,
                _ => runs.push((*number, 1)),
            }
        }
        runs
    }

    fn section_as_table(&mut self) -> Result<(), SignFault> {
        let mut table = String::from("xref\n");
        for (first, count) in self.runs() {
            table.push_str(&format!("{first} {count}\n"));
            for (_, (generation, place)) in self.places.range(first..first + count) {
                table.push_str(&format!("{place:010} {generation:05} n\r\n"));
            }
        }
        table.push_str(&format!("trailer\n<< {} >>\n", self.trailer()?));
        self.out.extend_from_slice(table.as_bytes());
        Ok(())
    }

    /// A cross-reference stream (ISO 32000-1 §7.5.8), which lists itself.
    fn section_as_stream(&mut self, begin: usize) -> Result<(), SignFault> {
        let id = self.reserve();
        self.places.insert(id.0, (0, begin));
        let mut rows = Vec::new();
        for (generation, place) in self.places.values() {
            rows.push(1);
            rows.extend_from_slice(&(*place as u64).to_be_bytes());
            rows.extend_from_slice(&generation.to_be_bytes());
        }
        let index: Vec<String> =
            self.runs().iter().map(|(first, count)| format!("{first} {count}")).collect();
        let rows = deflated(&rows);
        let head = format!(
            "{} 0 obj\n<< /Type /XRef /W [1 8 2] /Index [{}] {} /Filter /FlateDecode /Length {} >>\nstream\n",
            id.0,
            index.join(" "),
            self.trailer()?,
            rows.len()
        );
        self.out.extend_from_slice(&[head.as_bytes(), &rows, b"\nendstream\nendobj\n"].concat());
        Ok(())
    }

    /// What the trailer says: the document's first identity stays, its second is new.
    fn trailer(&self) -> Result<String, SignFault> {
        let trailer = &self.source.view.trailer;
        let root = self.source.root()?;
        let info = trailer.get(b"Info").and_then(Object::as_reference);
        let info = info.map(|id| format!("/Info {} {} R ", id.0, id.1)).unwrap_or_default();
        let new = Digest::Sha256.of(&self.out);
        let new = new.get(..16).ok_or_else(|| damaged("ID"))?;
        let first =
            trailer.get(b"ID").and_then(Object::as_array).ok().and_then(|both| both.first()?.as_str().ok());
        let identity = format!("[{} {}]", hexadecimal(first.unwrap_or(new)), hexadecimal(new));
        Ok(format!(
            "/Size {} /Root {} {} R {info}/ID {identity} /Prev {}",
            self.next, root.0, root.1, self.source.xref
        ))
    }
}

/// Compresses; a writer to memory does not fail.
fn deflated(content: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content).and_then(|()| encoder.finish()).expect("memory takes what is written to it")
}
