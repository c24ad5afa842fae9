//! The use cases, one file each: the only wiring. Each takes a plain struct and returns data; nothing here prints.

pub mod limits;
pub mod probe;
pub mod sandbox;
pub mod signals;
pub mod watch;
