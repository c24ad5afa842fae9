//! From settings to a store.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use crate::history::postgres::{self, PostgresStore};
use crate::history::settings::{Place, Settings};
use crate::history::sqlite::SqliteStore;
use crate::history::store::{Store, StoreError};

/// Opens history for writing; makes one where there is none and brings an older one up to date.
///
/// # Errors
/// [`StoreError`].
pub fn to_write(settings: &Settings) -> Result<Box<dyn Store>, StoreError> {
    match &settings.place {
        Place::Sqlite(path) => Ok(Box::new(SqliteStore::create(path, settings.keep)?)),
        Place::Postgres(server) => Ok(Box::new(PostgresStore::connect(server, settings.keep)?)),
    }
}

/// Opens history for reading; another process may be writing.
///
/// # Errors
/// [`StoreError`], also where there is none.
pub fn to_read(settings: &Settings) -> Result<Box<dyn Store>, StoreError> {
    match &settings.place {
        Place::Sqlite(path) => Ok(Box::new(SqliteStore::existing(path, settings.keep)?)),
        Place::Postgres(server) => Ok(Box::new(PostgresStore::connect(server, settings.keep)?)),
    }
}

/// Puts a damaged history out of the way, so that a new one can begin. Answers where it is now.
///
/// # Errors
/// What the system said; on a server that is not ours to move, a sentence.
pub fn move_aside(settings: &Settings, now: DateTime<Utc>) -> Result<PathBuf, StoreError> {
    match &settings.place {
        Place::Sqlite(path) => crate::history::sqlite::file::move_aside(path, now),
        Place::Postgres(_) => Err(postgres::no_restore()),
    }
}

/// Puts a copy in the place of history. Answers where the one before is now, if there was one.
///
/// # Errors
/// [`StoreError`]; the one in place is left as it is.
pub fn restore(settings: &Settings, copy: &Path, now: DateTime<Utc>) -> Result<Option<PathBuf>, StoreError> {
    match &settings.place {
        Place::Sqlite(path) => crate::history::sqlite::file::restore(copy, path, now),
        Place::Postgres(_) => Err(postgres::no_restore()),
    }
}
