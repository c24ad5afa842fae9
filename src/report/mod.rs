//! What happened, told to those who answer for it: availability of a month, by portal and authority.
//!
//! [`availability`] makes the figures of roll-ups only; the writers turn them into JSON, CSV, XLSX and HTML. No store is
//! opened and no file written here.

pub mod availability;
pub mod csv;
pub mod html;
pub mod words;
pub mod xlsx;
