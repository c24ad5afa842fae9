//! From what readers found in a file to a verdict: who signed, when, and whether every check that the law asks for holds.
//!
//! Begin with [`verify`](file::verify). It is handed bytes, anchors, a time and whatever evidence there is, and answers
//! with a [`report`] and with what would have to be fetched to know more. It never fetches anything itself.

pub mod checks;
pub mod file;
pub mod question;
pub mod report;

mod bench;
mod found;
mod party;
mod signature;
mod time;
