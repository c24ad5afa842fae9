//! How a page is read: charset, text as a reader sees it, title, phrases that tell a soft failure. Pure.

pub mod phrases;
