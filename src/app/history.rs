//! `emc history`: what happened, from the store that the configuration names; and care of that store.

use std::path::{Path, PathBuf};

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, TimeDelta, TimeZone, Utc};

use crate::app::wiring::World;
use crate::config;
use crate::config::diagnostic::Diagnostics;
use crate::history::open;
use crate::history::settings::{Place, Settings};
use crate::history::store::{Store, StoreError};
use crate::model::id::RunId;
use crate::model::told::{Told, told};
use crate::probe::settings::Span;

pub use crate::history::record::StoredRun;
pub use crate::history::store::RunQuery;

/// Why there is nothing to tell.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// The configuration has errors.
    #[error("{0}")]
    Configuration(Diagnostics),
    /// The configuration says that none is kept.
    #[error("the configuration keeps no history")]
    Disabled,
    /// The store said no.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A time was given that is none.
    #[error("\"{0}\" is no time")]
    NoTime(String),
    /// A month was given that is none, or has not begun.
    #[error("\"{0}\" is no month")]
    NoMonth(String),
    /// A calendar was given that is not configured.
    #[error("there is no calendar \"{0}\"")]
    NoCalendar(String),
    /// No run of this id is kept whole.
    #[error("no evidence is kept of the run \"{0}\"")]
    NotKept(String),
}

impl HistoryError {
    /// The sentence. Diagnostics are not in it: they have a form of their own.
    #[must_use]
    pub fn told(&self) -> Told {
        match self {
            Self::Configuration(_) => told!("cấu hình có lỗi", "the configuration has errors"),
            Self::Disabled => {
                told!("cấu hình không bật lưu lịch sử", "the configuration keeps no history")
            }
            Self::NoTime(given) => told!(
                "\"{given}\" không phải là thời điểm: viết khoảng thời gian như 2h hoặc 7d, hoặc ngày như 2026-10-01 hay 2026-10-01T08:00",
                "\"{given}\" is no time: write a duration such as 2h or 7d, or a day such as 2026-10-01 or 2026-10-01T08:00"
            ),
            Self::NoMonth(given) => told!(
                "\"{given}\" không phải là tháng đã bắt đầu: viết năm và tháng, ví dụ 2026-10",
                "\"{given}\" is no month that has begun: write year and month, such as 2026-10"
            ),
            Self::NoCalendar(given) => told!(
                "cấu hình không có lịch làm việc nào là \"{given}\"",
                "the configuration has no calendar \"{given}\""
            ),
            Self::NotKept(run) => told!(
                "không lưu minh chứng của lần đo \"{run}\": chỉ các lần đo không đạt mới được lưu trọn vẹn",
                "no evidence is kept of the run \"{run}\": only runs that were not up are kept whole"
            ),
            Self::Store(error) => store(error),
        }
    }
}

fn store(error: &StoreError) -> Told {
    match error {
        StoreError::Corrupt(what) => told!("dữ liệu lịch sử bị hỏng: {what}", "history is damaged: {what}"),
        StoreError::Unavailable(what) => {
            told!("không truy cập được lịch sử: {what}", "history is not available: {what}")
        }
        StoreError::Refused(what) => {
            told!("kho lịch sử không nhận dữ liệu: {what}", "history refuses records: {what}")
        }
        StoreError::Later { found, known } => told!(
            "lịch sử do phiên bản emc mới hơn ghi: lược đồ {found}, bản này chỉ biết đến {known}",
            "history was written by a later version of emc: its schema is {found}, ours {known}"
        ),
        StoreError::Missing(place) => told!(
            "chưa có lịch sử ở \"{place}\": `emc serve` sẽ tạo khi chạy",
            "there is no history at \"{place}\": `emc serve` makes it"
        ),
        StoreError::Unsupported(what) => (*what).into(),
    }
}

/// Runs, newest first.
///
/// # Errors
/// [`HistoryError`].
pub fn runs(config_file: &Path, world: &World, query: &RunQuery) -> Result<Vec<StoredRun>, HistoryError> {
    Ok(reader(config_file, world)?.runs(query)?)
}

/// The whole result of a run, as JSON.
///
/// # Errors
/// [`HistoryError`].
pub fn evidence(config_file: &Path, world: &World, run: &str) -> Result<String, HistoryError> {
    let missing = || HistoryError::NotKept(run.to_owned());
    let id = RunId::parse(run).ok_or_else(missing)?;
    reader(config_file, world)?.evidence(id)?.map(|evidence| evidence.json).ok_or_else(missing)
}

/// Copies history into a new file, while `emc serve` goes on writing.
///
/// # Errors
/// [`HistoryError`].
pub fn backup(config_file: &Path, world: &World, to: &Path) -> Result<(), HistoryError> {
    Ok(reader(config_file, world)?.backup(to)?)
}

/// Puts a copy in the place of history; `emc serve` must not run. Answers where the one before is now.
///
/// # Errors
/// [`HistoryError`].
pub fn restore(config_file: &Path, world: &World, copy: &Path) -> Result<Option<PathBuf>, HistoryError> {
    Ok(open::restore(&settings(config_file, world)?, copy, (world.clock)())?)
}

/// Gives unused room back to the system.
///
/// # Errors
/// [`HistoryError`].
pub fn vacuum(config_file: &Path, world: &World) -> Result<(), HistoryError> {
    Ok(reader(config_file, world)?.vacuum()?)
}

/// Where history is, for people.
///
/// # Errors
/// [`HistoryError`].
pub fn place(config_file: &Path, world: &World) -> Result<String, HistoryError> {
    Ok(match settings(config_file, world)?.place {
        Place::Sqlite(path) => path.display().to_string(),
        Place::Postgres(server) => format!("{}:{}/{}", server.host, server.port, server.database),
    })
}

/// A moment as people give it: so long ago (`2h`, `7d`), a day, or a day and a time in the reader's zone.
///
/// # Errors
/// [`HistoryError::NoTime`].
pub fn moment(text: &str, now: DateTime<Utc>, zone: FixedOffset) -> Result<DateTime<Utc>, HistoryError> {
    let ago =
        || Span::parse(text).ok().and_then(|span| TimeDelta::from_std(span.0).ok()).map(|ago| now - ago);
    let exact = || DateTime::parse_from_rfc3339(text).ok().map(|moment| moment.with_timezone(&Utc));
    let local =
        |naive: NaiveDateTime| zone.from_local_datetime(&naive).single().map(|m| m.with_timezone(&Utc));
    let day = || text.parse::<NaiveDate>().ok().and_then(|day| day.and_hms_opt(0, 0, 0)).and_then(local);
    let minute = || NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M").ok().and_then(local);
    exact().or_else(day).or_else(minute).or_else(ago).ok_or_else(|| HistoryError::NoTime(text.to_owned()))
}

fn settings(config_file: &Path, world: &World) -> Result<Settings, HistoryError> {
    let loaded = config::load(config_file, world.variables.as_ref()).map_err(HistoryError::Configuration)?;
    loaded.history.ok_or(HistoryError::Disabled)
}

fn reader(config_file: &Path, world: &World) -> Result<Box<dyn Store>, HistoryError> {
    Ok(open::to_read(&settings(config_file, world)?)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_may_be_given_in_several_ways() {
        let zone = FixedOffset::east_opt(7 * 3600).unwrap();
        let now = Utc.with_ymd_and_hms(2026, 10, 2, 3, 0, 0).unwrap();
        let given = |text| moment(text, now, zone).map(|moment| moment.to_rfc3339());
        for (text, meant) in [
            ("2h", "2026-10-02T01:00:00+00:00"),
            ("2026-10-01", "2026-09-30T17:00:00+00:00"),
            ("2026-10-01T08:30", "2026-10-01T01:30:00+00:00"),
            ("2026-10-01T08:30:00Z", "2026-10-01T08:30:00+00:00"),
        ] {
            assert_eq!(given(text).unwrap(), meant, "{text}");
        }
        assert!(given("yesterday").is_err());
    }
}
