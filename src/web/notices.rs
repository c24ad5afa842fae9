//! What the operator has to say on the status page: shared dependencies and announced maintenance.

use chrono::{DateTime, Utc};

use crate::probe::spec::Names;
use crate::web::chronicle::PortalKey;

/// What the configuration tells the status page.
#[derive(Clone, Debug, Default)]
pub struct Notices {
    /// Platforms that many portals depend on.
    pub dependencies: Vec<Dependency>,
    /// Announced maintenance, under way or to come.
    pub maintenance: Vec<Maintenance>,
}

/// A platform that many portals depend on.
#[derive(Clone, Debug)]
pub struct Dependency {
    /// What people call it.
    pub name: Names,
    /// The portal that is watched in its stead; without one, nothing is known of it.
    pub watched_by: Option<PortalKey>,
}

/// An announced maintenance.
#[derive(Clone, Debug)]
pub struct Maintenance {
    /// Whose.
    pub portal: PortalKey,
    /// What is done, in the operator's words.
    pub what: Names,
    /// Since when.
    pub begins: DateTime<Utc>,
    /// Until when.
    pub ends: DateTime<Utc>,
}
