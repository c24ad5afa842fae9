//! PAdES: a signature as a new revision of a PDF (ETSI EN 319 142-1), level B-B, and B-T once a timestamp is added.
//!
//! [`prepare`] appends the revision with room for the signature, [`Prepared::sign`] signs it, and [`Prepared::finish`]
//! puts the signature in, after a timestamp was fetched for it or not. What was there before stays byte for byte, earlier
//! signatures and their coverage among it.

mod document;
mod field;
mod increment;
mod stamp;
mod syntax;

use std::ops::Range;

use chrono::{DateTime, FixedOffset};

use crate::model::told::told;
use crate::sign::cms::{self, CmsSignature, Content};
use crate::sign::fault::SignFault;
use crate::sign::key::Signer;
use crate::sign::pades::document::{Source, damaged, document};
use crate::sign::pades::increment::Increment;
use crate::sign::pades::syntax::{hexadecimal, text};

pub use stamp::usual_lines;

/// What stands for a number of the signed range until it is known.
const UNKNOWN: &str = "9999999999";
/// Octets kept free for a signature by default: one with a chain of four and a timestamp takes less than half.
pub const ROOM: usize = 16 * 1024;

/// Which page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// By its number, from 1.
    Number(u32),
    /// The last.
    Last,
}

/// Where a stamp stands on the page as it is shown, in points (1/72 inch) from its left bottom corner.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rectangle {
    /// From the left edge.
    pub left: f32,
    /// From the bottom edge.
    pub bottom: f32,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
}

/// What is seen of a signature.
#[derive(Clone, Debug, PartialEq)]
pub struct Stamp {
    /// The page.
    pub page: Page,
    /// The place.
    pub place: Rectangle,
    /// The lines; those too long are broken, and the size is chosen so that all fit. See [`usual_lines`].
    pub lines: Vec<String>,
}

/// What a certification permits later revisions to change (`DocMDP`, ISO 32000-1 table 254).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Permission {
    /// Nothing: no further signature either.
    Nothing = 1,
    /// Filling in forms and signing.
    FillingIn = 2,
    /// Annotating, too.
    Annotating = 3,
}

/// How a document is to be signed.
#[derive(Clone, Debug, PartialEq)]
pub struct Wish {
    /// The field: an empty signature field of this name is filled, otherwise one is made. Without a name the next free
    /// `SignatureN` is made.
    pub field: Option<String>,
    /// When the signer says that it is signed.
    pub time: DateTime<FixedOffset>,
    /// The signer's name, for viewers.
    pub name: Option<String>,
    /// Why it is signed.
    pub reason: Option<String>,
    /// Where it is signed.
    pub location: Option<String>,
    /// What is seen of it; nothing without.
    pub stamp: Option<Stamp>,
    /// Whether it certifies the document; only the first signature may.
    pub certify: Option<Permission>,
    /// Octets kept free for the signature.
    pub room: usize,
}

impl Wish {
    /// An invisible signature in a field of its own.
    #[must_use]
    pub const fn at(time: DateTime<FixedOffset>) -> Self {
        Self {
            field: None,
            time,
            name: None,
            reason: None,
            location: None,
            stamp: None,
            certify: None,
            room: ROOM,
        }
    }
}

/// A document with its new revision, in which the signature itself is still missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prepared {
    bytes: Vec<u8>,
    /// Where the signature's token lies, its angle brackets among it.
    gap: Range<usize>,
}

/// Appends the revision that a signature will complete.
///
/// # Errors
/// If the document cannot be read or may not be signed: encrypted, certified against changes, the field taken, the stamp
/// beside the page.
pub fn prepare(bytes: &[u8], wish: &Wish) -> Result<Prepared, SignFault> {
    let source = Source::open(bytes)?;
    let mut increment = Increment::after(&source);
    let signature = increment.reserve();
    field::write(&source, &mut increment, signature, wish)?;
    let (dictionary, range, contents) = dictionary(wish);
    let begin = increment.put(signature, dictionary.as_bytes());
    let mut bytes = increment.finish()?;

    let gap = begin + contents..begin + contents + 2 + 2 * wish.room;
    let numbers = [0, gap.start, gap.end, bytes.len() - gap.end];
    let numbers = numbers.map(|number| number.to_string()).join(" ");
    let place = begin + range..begin + range + "[0   ]".len() + 3 * UNKNOWN.len();
    let width = place.len() - 1;
    let slot = bytes.get_mut(place).ok_or_else(|| damaged("ByteRange"))?;
    slot.copy_from_slice(format!("{:width$}]", format!("[{numbers}")).as_bytes());
    Ok(Prepared { bytes, gap })
}

/// The signature dictionary, and where in it range and signature are to be put.
fn dictionary(wish: &Wish) -> (String, usize, usize) {
    let mut out =
        String::from("<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached\n/ByteRange ");
    let range = out.len();
    out.push_str(&format!("[0 {UNKNOWN} {UNKNOWN} {UNKNOWN}]\n/Contents "));
    let contents = out.len();
    out.push_str(&hexadecimal(&vec![0; wish.room]));
    let offset = wish.time.format("%:z").to_string().replace(':', "'");
    out.push_str(&format!("\n/M (D:{}{offset}')", wish.time.format("%Y%m%d%H%M%S")));
    for (key, value) in [("Name", &wish.name), ("Reason", &wish.reason), ("Location", &wish.location)] {
        if let Some(value) = value {
            out.push_str(&format!("\n/{key} {}", text(value)));
        }
    }
    if let Some(permission) = wish.certify {
        out.push_str(&format!(
            "\n/Reference [<< /Type /SigRef /TransformMethod /DocMDP /TransformParams << /Type /TransformParams /P {} /V /1.2 \
             >> >>]",
            permission as u8
        ));
    }
    out.push_str("\n>>");
    (out, range, contents)
}

impl Prepared {
    /// Signs what the signature covers: all but its own token.
    ///
    /// # Errors
    /// If the key does not sign.
    pub fn sign(&self, signer: &Signer) -> Result<CmsSignature, SignFault> {
        let before = self.bytes.get(..self.gap.start).unwrap_or_default();
        let after = self.bytes.get(self.gap.end..).unwrap_or_default();
        cms::sign(signer, Content::Detached(&[before, after]), None)
    }

    /// The signed document.
    ///
    /// # Errors
    /// If the signature does not fit into the room that was kept.
    pub fn finish(mut self, signature: &CmsSignature) -> Result<Vec<u8>, SignFault> {
        let der = signature.to_der();
        let room = self.gap.len() / 2 - 1;
        if der.len() > room {
            let needed = der.len();
            return Err(document(told!(
                "chữ ký dài {needed} byte nhưng tệp chỉ chừa {room} byte: tăng chỗ chừa cho chữ ký",
                "the signature takes {needed} bytes, but only {room} were kept for it: keep more room"
            )));
        }
        let digits = hexadecimal(&der);
        let place = self.gap.start..self.gap.start + digits.len() - 1;
        let slot = self.bytes.get_mut(place).ok_or_else(|| damaged("Contents"))?;
        slot.copy_from_slice(&digits.as_bytes()[..digits.len() - 1]);
        Ok(self.bytes)
    }
}
