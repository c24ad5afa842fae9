//! The status page: what the public sees. Plain words, no address, no probe name, nothing that a server said.
//!
//! `view.rs` gathers plain data for one reader; `page.rs`, `feed.rs`, `badge.rs` and `json.rs` write it. It shows names from
//! the operator's files, statuses, and sentences of our own (`plain.rs`), so that no probed page can get a word onto it.

pub(crate) mod badge;
pub(crate) mod feed;
pub(crate) mod json;
pub(crate) mod page;

mod bars;
mod chart;
mod plain;
mod view;
