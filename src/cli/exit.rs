//! The exit codes, those of monitoring plugins (Nagios, Icinga, Centreon): the one place where they stand.

use std::process::ExitCode;

use crate::app::verify::Verdict;
use crate::model::status::Status;
use crate::model::text::Text;

/// How `emc` ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exit(u8);

/// All is well: `up`; for other commands, done.
pub const UP: Exit = Exit(0);
/// `degraded`; for `emc check`, errors in the files; for `emc healthcheck`, not healthy (Docker reserves 2).
pub const DEGRADED: Exit = Exit(1);
/// `down`; for `emc verify`, an invalid signature. Nothing else ends with this code.
pub const DOWN: Exit = Exit(2);
/// `unknown`: we could not measure, or were asked for something we cannot do (wrong flags, unreadable files).
pub const UNKNOWN: Exit = Exit(3);

/// The codes with their meaning, for the manual.
pub const CODES: &[(Exit, Text)] = &[
    (
        UP,
        Text {
            vi: "`up`: mọi thứ đúng như mong đợi; với các lệnh khác: đã làm xong",
            en: "`up`: all as expected; for other commands: done",
        },
    ),
    (
        DEGRADED,
        Text {
            vi: "`degraded`: hoạt động nhưng kém hơn mức mong muốn; với `emc check`: tệp cấu hình có lỗi; với `emc doctor`: có cảnh báo; với `emc healthcheck`: không khỏe",
            en: "`degraded`: it works, but worse than wanted; for `emc check`: the files have errors; for `emc doctor`: warnings; for `emc healthcheck`: not healthy",
        },
    ),
    (
        DOWN,
        Text {
            vi: "`down`: gián đoạn; với `emc verify`: có chữ ký không hợp lệ; không lệnh nào khác dùng mã này",
            en: "`down`: a probe found its target down; for `emc verify`: a signature is invalid; nothing else ends with this code",
        },
    ),
    (
        UNKNOWN,
        Text {
            vi: "`unknown`: không đo được, hoặc dùng sai lệnh (sai cờ, không đọc được tệp); với `emc verify`: không xác định được; với `emc doctor`: có mục không đạt",
            en: "`unknown`: could not be measured, or misuse (wrong flags, unreadable files); for `emc verify`: undetermined; for `emc doctor`: something fails",
        },
    ),
];

impl Exit {
    /// The code of one status.
    #[must_use]
    pub const fn of(status: Status) -> Self {
        match status {
            Status::Up => UP,
            Status::Degraded => DEGRADED,
            Status::Down => DOWN,
            Status::Unknown => UNKNOWN,
        }
    }

    /// The code of several: down outweighs unknown, unknown degraded, degraded up. What is known to be broken must
    /// not hide behind what could not be measured. Nothing at all is unknown.
    #[must_use]
    pub fn of_all(statuses: impl IntoIterator<Item = Status>) -> Self {
        let rank = |status: &Status| match status {
            Status::Up => 0,
            Status::Degraded => 1,
            Status::Unknown => 2,
            Status::Down => 3,
        };
        statuses.into_iter().max_by_key(rank).map_or(UNKNOWN, Self::of)
    }

    /// The code of several files: what is invalid outweighs what is undetermined, that what is valid.
    #[must_use]
    pub fn of_verdicts(verdicts: impl IntoIterator<Item = Verdict>) -> Self {
        verdicts.into_iter().max().map_or(UNKNOWN, |worst| match worst {
            Verdict::Valid => UP,
            Verdict::Invalid => DOWN,
            Verdict::Undetermined => UNKNOWN,
        })
    }

    /// The number.
    #[must_use]
    pub const fn code(self) -> u8 {
        self.0
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_of_several_decides_and_down_outweighs_unknown() {
        use Status::{Degraded, Down, Unknown, Up};
        assert_eq!(Exit::of_all([Up, Unknown, Down, Degraded]), DOWN);
        assert_eq!(Exit::of_all([Up, Unknown, Degraded]), UNKNOWN);
        assert_eq!(Exit::of_all([Up, Degraded]), DEGRADED);
        assert_eq!(Exit::of_all([Up]), UP);
        assert_eq!(Exit::of_all([]), UNKNOWN);
    }
}
