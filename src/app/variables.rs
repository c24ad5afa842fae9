//! The environment, read once by whoever starts `emc`; the configuration may ask for single variables.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;

use crate::config::resources::Environment;

/// The variables of the process. They may hold secrets, so only their number is shown.
#[derive(Clone, Default)]
pub struct Variables(BTreeMap<String, String>);

impl Variables {
    /// Keeps what is text.
    #[must_use]
    pub fn new(all: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        let text =
            |(name, value): (OsString, OsString)| Some((name.into_string().ok()?, value.into_string().ok()?));
        Self(all.into_iter().filter_map(text).collect())
    }
}

impl Environment for Variables {
    fn variable(&self, name: &str) -> Option<String> {
        self.0.get(name).cloned()
    }
}

impl fmt::Debug for Variables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Variables({})", self.0.len())
    }
}
