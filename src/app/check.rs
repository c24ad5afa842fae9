//! `emc check`: validates the files, and says what they amount to. Touches no network.

use std::path::Path;

use crate::app::wiring::World;
use crate::config::diagnostic::Styling;
use crate::config::summary::Summary;

pub use crate::config::diagnostic::Diagnostics;

/// A configuration that holds.
#[derive(Clone, Debug)]
pub struct Checked {
    /// What it amounts to.
    pub summary: Summary,
    /// What is probably not as meant.
    pub warnings: Diagnostics,
    /// How many files were read.
    pub files: usize,
}

/// Loads a configuration as `serve` would, and forgets it again.
///
/// # Errors
/// Everything that is wrong, each with its place.
pub fn check(path: &Path, world: &World) -> Result<Checked, Diagnostics> {
    let loaded = crate::config::load(path, world.variables.as_ref())?;
    Ok(Checked { summary: loaded.summary(), files: loaded.files.len(), warnings: loaded.warnings })
}

/// How diagnostics are written: with colours on a terminal, without elsewhere.
#[must_use]
pub const fn styling(coloured: bool) -> Styling {
    if coloured { Styling::Coloured } else { Styling::Plain }
}
