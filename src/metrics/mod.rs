//! What Prometheus sees: every metric name once ([`catalogue`]), the values ([`store`]), and the two text formats.
//!
//! Knows results and specifications of probes, not where they come from; knows no HTTP. Series of probes live in
//! compact slots instead of the `prometheus` crate's own storage, which needs 137 MB for 160,000 series; the crate
//! keeps what is about our own process. Start with [`store::Store`].

pub mod catalogue;
pub mod overview;
pub mod settings;
pub mod store;

mod families;
mod histogram;
mod own;
mod registry;
mod scrape;
mod slot;
mod text;

pub use scrape::Scrape;
pub use text::Format;
