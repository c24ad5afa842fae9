//! The use cases, one file each: the only wiring. Each takes a plain struct and returns data; nothing here prints.

<<<<<<< HEAD
pub mod bare;
pub mod doctor;
pub mod healthcheck;
pub mod kinds;
pub mod limits;
pub mod probe;
pub mod sandbox;
pub mod schema;
pub mod select;
=======
pub mod board;
pub mod check;
pub mod limits;
pub mod probe;
pub mod sandbox;
pub mod serve;
>>>>>>> fd49bd3 (wip: serve wired)
pub mod signals;
pub mod textfile;
pub mod variables;
pub mod watch;
pub mod wiring;
