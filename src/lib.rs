//! `emc`: watches online public services from the outside, honestly, and exports what it finds.
//!
//! The map, in the order in which a measurement flows. ARCHITECTURE.md says which room may import which.

#![warn(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr)]

pub mod app;
pub mod cli;
pub mod config;
pub mod dashboards;
pub mod history;
pub mod html;
pub mod metrics;
pub mod model;
pub mod net;
pub mod pki;
pub mod probe;
pub mod report;
pub mod rules;
pub mod sandbox;
pub mod schedule;
pub mod sign;
pub mod slo;
pub mod web;
