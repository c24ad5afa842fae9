//! History in one file of ours: `SQLite` in WAL mode, synced at each commit, one writer, any number of readers.

pub(in crate::history) mod file;

mod migrate;
mod read;
mod rollup;
mod write;

use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::history::evidence::{self, Evidence};
use crate::history::record::{Record, StoredRun};
use crate::history::settings::Keep;
use crate::history::store::{RunQuery, Store, StoreError, StoredStretch, Total};
use crate::history::stretch::Step;
use crate::model::id::RunId;
use crate::slo::interval::Interval;

/// How long a commit waits for another process that is writing, such as `emc history vacuum`.
const PATIENCE: Duration = Duration::from_secs(5);

/// History in a `SQLite` file.
#[derive(Debug)]
pub(in crate::history) struct SqliteStore {
    connection: Connection,
    keep: Keep,
    known: write::Known,
}

impl SqliteStore {
    /// Opens a file for writing, made where there is none, brought up to date where it is older.
    pub(in crate::history) fn create(path: &Path, keep: Keep) -> Result<Self, StoreError> {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(|error| StoreError::Unavailable(error.to_string()))?;
        }
        let mut store = Self::open(path, keep, OpenFlags::SQLITE_OPEN_CREATE)?;
        file::look_over(&store.connection, path)?;
        migrate::to_latest(&mut store.connection)?;
        Ok(store)
    }

    /// Opens a file that is there.
    pub(in crate::history) fn existing(path: &Path, keep: Keep) -> Result<Self, StoreError> {
        if !path.exists() {
            return Err(StoreError::Missing(path.display().to_string()));
        }
        let mut store = Self::open(path, keep, OpenFlags::empty())?;
        migrate::to_latest(&mut store.connection)?;
        Ok(store)
    }

    fn open(path: &Path, keep: Keep, more: OpenFlags) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | more;
        let connection = Connection::open_with_flags(path, flags).map_err(told)?;
        connection.busy_timeout(PATIENCE).map_err(told)?;
        // FULL syncs the WAL at each commit: what is committed survives power loss. The log is cut back to 64 MiB. Rows come
        // by time, so that a small cache holds the pages that a monitor writes.
        connection
            .execute_batch(
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA journal_size_limit=67108864; \
                 PRAGMA temp_store=MEMORY; PRAGMA cache_size=-512;",
            )
            .map_err(told)?;
        Ok(Self { connection, keep, known: write::Known::default() })
    }
}

impl Store for SqliteStore {
    fn commit(&mut self, batch: &[Record]) -> Result<(), StoreError> {
        let done = write::commit(&mut self.connection, &mut self.known, batch);
        if done.is_err() {
            // What was made in a transaction that did not come about is not there.
            self.known = write::Known::default();
        }
        done
    }

    fn trim(&mut self, now: DateTime<Utc>) -> Result<bool, StoreError> {
        write::trim(&self.connection, &self.keep, now)
    }

    fn runs(&mut self, query: &RunQuery) -> Result<Vec<StoredRun>, StoreError> {
        read::runs(&self.connection, query).map_err(told)
    }

    fn evidence(&mut self, run: RunId) -> Result<Option<Evidence>, StoreError> {
        let packed = read::evidence(&self.connection, run).map_err(told)?;
        Ok(packed.and_then(|packed| evidence::unpack(&packed)))
    }

    fn stretches(&mut self, within: &Interval) -> Result<Vec<StoredStretch>, StoreError> {
        read::stretches(&self.connection, within).map_err(told)
    }

    fn totals(&mut self, step: Step, within: &Interval) -> Result<Vec<Total>, StoreError> {
        read::totals(&self.connection, step, within).map_err(told)
    }

    fn backup(&mut self, to: &Path) -> Result<(), StoreError> {
        file::backup(&self.connection, to)
    }

    fn vacuum(&mut self) -> Result<(), StoreError> {
        self.connection
            .execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE); PRAGMA optimize;")
            .map_err(told)
    }
}

/// What `SQLite` said, as one of our errors.
#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
pub(in crate::history) fn told(error: rusqlite::Error) -> StoreError {
    let text = error.to_string();
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => StoreError::Corrupt(text),
        Some(ErrorCode::ConstraintViolation | ErrorCode::TypeMismatch | ErrorCode::TooBig) => {
            StoreError::Refused(text)
        }
        _ => StoreError::Unavailable(text),
    }
}
