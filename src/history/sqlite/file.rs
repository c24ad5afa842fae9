//! The file itself: copied while it is in use, put back, and moved out of the way when it is damaged.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use rusqlite::backup::Backup;
use rusqlite::{Connection, OpenFlags};

use crate::history::sqlite::told;
use crate::history::store::StoreError;

/// Pages copied at a time; between portions others may write.
const PAGES: std::ffi::c_int = 1_000;
/// What belongs to a history file beside it.
const COMPANIONS: [&str; 3] = ["", "-wal", "-shm"];

/// The largest file that is looked over as a whole when it is opened, in bytes: some seconds on a slow disk.
const LOOKED_OVER_MAX: u64 = 256 << 20;

/// Looks for damage, as far as that takes no long time; what is not found here is met when it is used.
pub(super) fn look_over(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    if fs::metadata(path).is_ok_and(|meta| meta.len() > LOOKED_OVER_MAX) {
        return Ok(());
    }
    match connection.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0)).map_err(told)? {
        verdict if verdict == "ok" => Ok(()),
        verdict => Err(StoreError::Corrupt(verdict)),
    }
}

/// Copies a history in use into a new file.
pub(super) fn backup(from: &Connection, to: &Path) -> Result<(), StoreError> {
    if to.exists() {
        return Err(StoreError::Unavailable(format!("\"{}\" is there already", to.display())));
    }
    let mut copy = Connection::open(to).map_err(told)?;
    let copying = Backup::new(from, &mut copy).map_err(told)?;
    copying.run_to_completion(PAGES, std::time::Duration::ZERO, None).map_err(told)?;
    drop(copying);
    copy.execute_batch("PRAGMA journal_mode=DELETE;").map_err(told)
}

/// Puts a copy in the place of a history that nobody has open. Answers where the one before is now, if there was one.
pub(in crate::history) fn restore(
    copy: &Path,
    to: &Path,
    now: DateTime<Utc>,
) -> Result<Option<PathBuf>, StoreError> {
    let looked = Connection::open_with_flags(copy, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(told)?;
    let verdict: String =
        looked.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0)).map_err(told)?;
    if verdict != "ok" {
        return Err(StoreError::Corrupt(verdict));
    }
    let ours: i64 = looked
        .query_row("SELECT count(*) FROM sqlite_master WHERE name IN ('runs', 'series')", [], |row| {
            row.get(0)
        })
        .map_err(told)?;
    if ours != 2 {
        return Err(StoreError::Corrupt(format!("\"{}\" is no history of emc", copy.display())));
    }
    let whole = to.with_extension("restoring");
    let _ = fs::remove_file(&whole);
    backup(&looked, &whole)?;
    let before = if to.exists() { Some(move_as(to, "before-restore", now)?) } else { None };
    fs::rename(&whole, to).map_err(said)?;
    Ok(before)
}

/// Moves a damaged history aside. Answers where it is now.
pub(in crate::history) fn move_aside(path: &Path, now: DateTime<Utc>) -> Result<PathBuf, StoreError> {
    move_as(path, "corrupt", now)
}

fn move_as(path: &Path, why: &str, now: DateTime<Utc>) -> Result<PathBuf, StoreError> {
    let stamp = now.format("%Y%m%dT%H%M%S%6f");
    let beside = |file: &Path, ending: &str| {
        let mut name = file.as_os_str().to_owned();
        name.push(ending);
        PathBuf::from(name)
    };
    let aside = beside(path, &format!(".{why}-{stamp}"));
    for ending in COMPANIONS {
        let from = beside(path, ending);
        if from.exists() {
            fs::rename(&from, beside(&aside, ending)).map_err(said)?;
        }
    }
    Ok(aside)
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn said(error: std::io::Error) -> StoreError {
    StoreError::Unavailable(error.to_string())
}
