//! Looks runs up in history, for pages of runs that are no longer in memory.

use crate::history::open;
use crate::history::settings::Settings;
use crate::history::store::{RunQuery, StoreError};
use crate::model::id::RunId;
use crate::web::archive::{Find, Kept};

/// A way to look runs up in this history. Each look opens it anew: looks are rare, and one that is held up by a disk or a
/// server holds up no other.
#[must_use]
pub fn of(settings: Settings) -> Find {
    Box::new(move |run| match look(&settings, run) {
        // Nothing has been written yet.
        Err(StoreError::Missing(_)) => Ok(None),
        other => other.map_err(|error| error.to_string()),
    })
}

fn look(settings: &Settings, run: RunId) -> Result<Option<Kept>, StoreError> {
    let mut store = open::to_read(settings)?;
    if let Some(evidence) = store.evidence(run)? {
        return Ok(Some(Kept { json: evidence.json, vietnamese: evidence.vietnamese.0 }));
    }
    let found = store.runs(&RunQuery::of_run(run))?;
    let head = |run| serde_json::to_string(run).expect("a run has only text keys and finite numbers");
    Ok(found.first().map(|run| Kept { json: head(run), vietnamese: Vec::new() }))
}
