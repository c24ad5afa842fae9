//! The practice ministry: a portal on loopback that newcomers, demonstrations and tests share, with faults that are
//! switched while it runs.
//!
//! It is for practice: what proves the product is software that was not written here. Knows nothing of probes, files
//! of configuration or metrics. Start with [`faults`] (what can go wrong) and [`portal::start`] (how it is run); the
//! pages are data in `ministry.yaml` and templates in `templates/`.

mod admin;
mod answer;
mod certificates;
pub mod client;
mod content;
mod deform;
mod door;
pub mod faults;
mod pages;
pub mod portal;
mod search;
pub mod switchboard;
mod tls_door;
