//! Why something was not signed, in words for the person who set the key up.

use std::fmt;

use crate::model::told::Told;

/// What stood in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Obstacle {
    /// The key cannot be read or is of no kind that signs here.
    Key,
    /// The password of a key file is wrong or missing.
    Password,
    /// The PIN of a token is wrong, missing or locked.
    Pin,
    /// The token, its module or its key was not found or did not do what was asked.
    Token,
    /// A certificate is missing, cannot be read or belongs to another key.
    Certificate,
    /// The document cannot be signed as it is.
    Document,
    /// The timestamp was refused or is over something else.
    Timestamp,
}

/// Nothing was signed, and why. Holds no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignFault {
    /// What stood in the way.
    pub obstacle: Obstacle,
    /// Where, what was given, what is allowed and how to mend it.
    pub told: Told,
}

impl SignFault {
    /// A fault with its particulars.
    pub(super) fn new(obstacle: Obstacle, told: impl Into<Told>) -> Self {
        Self { obstacle, told: told.into() }
    }
}

impl fmt::Display for SignFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.told.fmt(f)
    }
}

impl std::error::Error for SignFault {}
