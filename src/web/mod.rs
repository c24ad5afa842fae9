//! What a browser and Prometheus reach: pages, `/metrics`, health, reload, recent runs.
//!
//! Own accept loop over hyper so that slow clients cost little and are the first to go ([`guests`]). Everything shown
//! comes from the metrics store and the run log; nothing here measures. Start with [`server`], then `routes.rs`.
//! The one thing read from disk after the start are the files that `--web.config.file` names, when they change.

pub mod access;
pub mod archive;
pub mod chronicle;
pub mod notices;
pub mod runs;
pub mod server;
pub mod settings;
pub mod state;

mod auth;
mod guests;
mod located;
mod negotiate;
mod pages;
mod public_routes;
mod routes;
mod scrape_body;
mod stream;
mod web_config;
