//! Signatures in PDF files: where they are, which bytes they cover, and what became of the file afterwards.
//!
//! Reads structure only; digests, keys and certificates are judged elsewhere. Start with [`read`]. Whatever is signed is
//! given as ranges of the original bytes. How it goes: `revision` finds the saves of the file, `objects` shows the
//! file as each of them left it, `form` finds the signatures, `range` looks at what they cover.

mod cipher;
mod evidence;
mod file;
mod filter;
mod form;
mod hidden;
mod later;
mod lexer;
mod limits;
mod objects;
mod range;
mod revision;
mod signature;
mod text;
mod value;
mod xref;

pub use file::{PdfFile, read, read_within};
pub use later::Change;
pub use limits::Limits;
pub use signature::{Kind, PdfSignature, Permission};
