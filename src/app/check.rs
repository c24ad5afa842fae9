//! `emc check`: validates the files, and says what they amount to. Touches no network.

use std::path::Path;

use chrono::{DateTime, Utc};

use crate::app::maintenance::Agenda;
use crate::app::wiring::World;
use crate::config::diagnostic::Styling;
use crate::config::summary::Summary;
use crate::slo::calendar::zone;
use crate::slo::interval::Interval;

pub use crate::config::diagnostic::Diagnostics;

/// A configuration that holds.
#[derive(Clone, Debug)]
pub struct Checked {
    /// What it amounts to.
    pub summary: Summary,
    /// Announced maintenance that is under way or to come: of what, from when to when, as Viet Nam writes it.
    pub maintenance: Vec<(String, String)>,
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
    let (summary, files) = (loaded.summary(), loaded.files.len());
    let agenda = Agenda::new(loaded.maintenance);
    let next = agenda.next((world.clock)()).into_iter();
    let maintenance = next.map(|(one, window)| (format!("{}/{}", one.portal.0, one.portal.1), told(&window)));
    Ok(Checked { summary, files, maintenance: maintenance.collect(), warnings: loaded.warnings })
}

fn told(window: &Interval) -> String {
    let moment = |at: DateTime<Utc>| at.with_timezone(&zone()).format("%Y-%m-%d %H:%M");
    format!("{} – {}", moment(window.from), moment(window.until))
}

/// How diagnostics are written: with colours on a terminal, without elsewhere.
#[must_use]
pub const fn styling(coloured: bool) -> Styling {
    if coloured { Styling::Coloured } else { Styling::Plain }
}
