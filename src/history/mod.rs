//! What happened: every result with its reason and phases, evidence of failures, and how each probe stood over time.
//!
//! [`store::Store`] is the one trait; `SQLite` (`sqlite`) is the store of one `emc`, `PostgreSQL` that of many.
//! `emc serve` hands each result to an [`intake::Intake`], which makes a record of it, and to a [`writer::Writer`],
//! whose thread commits batches; neither ever waits. This room knows no configuration, no metrics and no clock.

pub mod evidence;
pub mod intake;
pub mod open;
pub mod record;
pub mod settings;
pub mod store;
pub mod stretch;
pub mod writer;

mod changes;
mod inbox;
mod postgres;
mod sqlite;
