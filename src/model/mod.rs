//! The nouns of the house: no I/O, no clock, no knowledge of any other room.
//!
//! Start with [`reason`] (why something is not up) and [`result`] (what one run yields).

pub mod facts;
pub mod fault;
pub mod finding;
pub mod foreign;
pub mod id;
pub mod phase;
pub mod reason;
pub mod reason_text;
pub mod result;
pub mod sayings;
pub mod secret;
pub mod status;
pub mod text;
pub mod timeline;
pub mod told;
