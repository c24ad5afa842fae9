//! A value that must never be shown: passwords, tokens, cookies, keys.
//!
//! It has no `Display`, `Serialize` or revealing `Debug`; [`Secret::expose`] is the only way out and easy to grep.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

/// What stands wherever a secret was.
pub const REDACTED: &str = "<secret>";

/// A secret text; zeroed when dropped.
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// Wraps a value; the caller's own copy is the caller's to forget.
    #[must_use]
    pub fn new(value: String) -> Self {
        Self(SecretString::from(value))
    }

    /// The value itself, for the one place that sends it.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

impl PartialEq for Secret {
    /// Used to see whether a reload changed a probe, never to check a password.
    fn eq(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }
}
