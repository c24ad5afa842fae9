//! How a page is read: charset, text as a reader sees it, title and headings, phrases that tell a soft failure. Pure.
//!
//! Knows nothing of probes or the network. Everything here is linear in the size of the page, except the document
//! tree of [`dom`], which is capped in depth and size. Start with [`page`].

pub mod charset;
pub mod dom;
mod entities;
pub mod excerpt;
mod fold;
pub mod page;
pub mod phrases;
mod scan;
pub mod signs;
pub mod text;
