//! The use cases, one file each: the only wiring. Each takes a plain struct and returns data; nothing here prints.

pub mod bare;
pub mod board;
pub mod check;
pub mod dashboards;
pub mod demo;
pub mod doctor;
pub mod healthcheck;
pub mod historian;
pub mod history;
pub mod kinds;
pub mod limits;
mod past;
pub mod preview;
pub mod probe;
pub mod reference;
pub mod report;
pub mod rules;
pub mod sandbox;
pub mod schema;
pub mod select;
pub mod serve;
pub mod service_manager;
pub mod signals;
pub mod textfile;
pub mod variables;
pub mod watch;
pub mod wiring;
