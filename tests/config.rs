//! The operator's files: what they become, and what is said when they are wrong.

#![expect(unreachable_pub, reason = "a test binary has no users")]

#[path = "config/bed.rs"]
mod bed;
#[path = "config/cascade.rs"]
mod cascade;
#[path = "config/catalogue.rs"]
mod catalogue;
#[path = "config/dependencies.rs"]
mod dependencies;
#[path = "config/errors.rs"]
mod errors;
#[path = "config/languages.rs"]
mod languages;
#[path = "config/maintenance.rs"]
mod maintenance;
#[path = "config/mutations.rs"]
mod mutations;
#[path = "config/secrets.rs"]
mod secrets;
#[path = "support/soak.rs"]
mod soak;
