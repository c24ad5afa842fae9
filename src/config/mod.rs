//! The operator's files: read, located, checked as a whole, and made into what the rooms want.
//!
//! [`load`] is the one way in, for start, reload and `emc check` alike: all files are parsed (`tree`), held against
//! the shapes of the Rust types (`walk`), decoded (`decode`) and built (`assemble`). Either everything is right
//! and a [`Loaded`] comes out, or every error of every file does, each with its place ([`diagnostic`]).

pub mod diagnostic;
pub mod global;
pub mod maintenance;
pub mod resources;
pub mod summary;

mod assemble;
mod calendars;
mod cascade;
mod checks;
mod collect;
mod decode;
mod dependencies;
mod files;
mod history;
mod load;
mod node;
mod problem;
mod roots;
mod scalar;
mod schema;
mod secrets;
mod shape;
mod show;
mod source;
mod syntax;
mod tree;
mod walk;
mod words;

pub use decode::of_json;
pub use load::{Loaded, load, load_with_roots};
pub use schema::schema;
