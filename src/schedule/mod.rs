//! When each probe is due, and its running: limits, retests, isolation, own faults. Knows no metrics and no files.
//!
//! [`plan`] and [`confirm`] are pure. [`timer`] is the one thread that waits; [`engine`] the one task that decides;
//! what comes out are [`engine::Event`]s.

pub mod confirm;
pub mod dependencies;
pub mod engine;
pub mod health;
pub mod plan;
pub mod settings;
pub mod uplink;

mod execute;
mod lanes;
mod timer;
