//! How well a portal stood over time: availability, outages and coverage, by the clock on the wall and by that of an
//! office; and how fast its error budget is spent ([`burn`]). Pure: readings and calendars in, figures out; no store, no
//! clock of its own.
//!
//! What is not to count (announced maintenance, [`maintenance`]) is taken out of the clock by [`interval::subtract`] before
//! [`availability::Availability::measure`] is asked.

pub mod availability;
pub mod burn;
pub mod calendar;
pub mod holidays;
pub mod interval;
pub mod maintenance;
pub mod portal;
