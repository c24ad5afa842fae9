//! The machine itself: limits, clock, trusted roots, files.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use chrono::{DateTime, Datelike, Utc};
use nix::sys::resource::{Resource, getrlimit};

use crate::app::doctor::Line;
use crate::model::text::Text;
use crate::schedule::settings::runs_within;

/// Enough descriptors for a few hundred probes at once.
const DESCRIPTORS_WANTED: u64 = 1024;
/// No machine that runs this program lives earlier.
const YEAR_OF_RELEASE: i32 = 2026;
/// Written by systemd-timesyncd once the clock is set, and kept by chrony while it runs.
const TIME_MARKS: [&str; 3] =
    ["run/systemd/timesync/synchronized", "run/chrony/chronyd.pid", "run/chronyd.pid"];
/// There where systemd looks after the machine, and so would know a time service.
const SYSTEMD_MARK: &str = "run/systemd/system";
/// Left by container engines in what they start. A container's clock is its host's.
const CONTAINER_MARKS: [&str; 3] = [".dockerenv", "run/.containerenv", "run/systemd/container"];

/// The limit of file descriptors: each run in flight needs one.
pub(super) fn descriptors() -> Line {
    const SUBJECT: Text = Text { vi: "số tệp được mở", en: "file descriptors" };
    const FEW: Text = Text {
        vi: "đặt LimitNOFILE=65536 cho dịch vụ (hoặc \"ulimit -n 65536\")",
        en: "set LimitNOFILE=65536 for the service (or \"ulimit -n 65536\")",
    };
    match getrlimit(Resource::RLIMIT_NOFILE) {
        // `serve` raises the soft limit to the hard one by itself.
        Ok((_, hard)) => {
            let found = format!("{hard} ({} × probe)", runs_within(hard));
            if hard < DESCRIPTORS_WANTED { Line::warn(SUBJECT, found, FEW) } else { Line::ok(SUBJECT, found) }
        }
        Err(error) => Line::warn(SUBJECT, error.to_string(), FEW),
    }
}

/// The clock: certificates are judged by it. `root` is where the marks of time services are looked for.
pub(super) fn clock(root: &Path, now: DateTime<Utc>) -> Line {
    const SUBJECT: Text = Text { vi: "đồng hồ", en: "clock" };
    const WRONG: Text = Text {
        vi: "đặt lại giờ: chứng thư được xét theo đồng hồ của máy này",
        en: "set the clock: certificates are judged by it",
    };
    const UNSET: Text = Text {
        vi: "không thấy dịch vụ đồng bộ giờ; hãy bật systemd-timesyncd hoặc chrony",
        en: "no time service was seen; enable systemd-timesyncd or chrony",
    };
    const ELSEWHERE: Text = Text {
        vi: "giờ do máy chủ bên ngoài (host) giữ, từ đây không thấy được: hãy kiểm tra trên máy đó",
        en: "the clock is kept by the host, out of sight from here: look there",
    };
    let found = now.format("%Y-%m-%dT%H:%M:%SZ").to_string();
    let has = |mark: &&str| root.join(mark).exists();
    let is_ours = has(&SYSTEMD_MARK) && !CONTAINER_MARKS.iter().any(has);
    if now.year() < YEAR_OF_RELEASE {
        Line::fail(SUBJECT, found, WRONG)
    } else if TIME_MARKS.iter().any(has) {
        Line::ok(SUBJECT, found)
    } else if is_ours {
        Line::warn(SUBJECT, found, UNSET)
    } else {
        Line::not_checked(SUBJECT, found, ELSEWHERE)
    }
}

/// The system's trusted roots.
pub(super) fn roots() -> Line {
    const SUBJECT: Text = Text { vi: "kho CA gốc", en: "trusted roots" };
    const NONE: Text = Text {
        vi: "cài gói ca-certificates, hoặc khai báo CA trong \"ca_files\"",
        en: "install the package ca-certificates, or name your roots in \"ca_files\"",
    };
    match rustls_native_certs::load_native_certs().certs.len() {
        0 => Line::fail(SUBJECT, "0", NONE),
        count => Line::ok(SUBJECT, count.to_string()),
    }
}

/// The configuration: there, readable, and nobody else's to change.
pub(super) fn configuration(path: &Path) -> Line {
    const SUBJECT: Text = Text { vi: "tệp cấu hình", en: "configuration files" };
    const MISSING: Text = Text {
        vi: "chỉ ra cấu hình bằng --config.file, hoặc chạy emc bằng tài khoản đọc được nó",
        en: "name the configuration by --config.file, or run emc as a user who may read it",
    };
    const OPEN: Text = Text {
        vi: "bỏ quyền ghi của người khác (chmod o-w): ai ghi được cấu hình là điều khiển được máy giám sát",
        en: "take away others' right to write (chmod o-w): who writes the configuration commands the monitor",
    };
    let shown = path.display().to_string();
    let readable = fs::metadata(path).and_then(|metadata| {
        if metadata.is_dir() {
            fs::read_dir(path).map(drop)?;
        } else {
            fs::File::open(path).map(drop)?;
        }
        Ok(metadata)
    });
    match readable {
        Ok(metadata) if metadata.permissions().mode() & 0o002 != 0 => Line::warn(SUBJECT, shown, OPEN),
        Ok(_) => Line::ok(SUBJECT, shown),
        Err(error) => Line::warn(SUBJECT, format!("{shown}: {error}"), MISSING),
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;
    use crate::app::doctor::Verdict;

    /// How the clock is found on a machine with these files.
    fn verdict(marks: &[&str], year: i32) -> Verdict {
        let root = tempfile::tempdir().unwrap();
        for mark in marks {
            let path = root.path().join(mark);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        clock(root.path(), Utc.with_ymd_and_hms(year, 12, 1, 0, 0, 0).unwrap()).verdict
    }

    #[test]
    fn a_clock_is_blamed_only_where_a_time_service_would_be_seen() {
        assert_eq!(verdict(&[SYSTEMD_MARK, TIME_MARKS[0]], 2026), Verdict::Ok);
        assert_eq!(verdict(&[TIME_MARKS[1]], 2026), Verdict::Ok);
        assert_eq!(verdict(&[SYSTEMD_MARK], 2026), Verdict::Warn);
        assert_eq!(verdict(&[], 2026), Verdict::NotChecked, "a container without init");
        for mark in CONTAINER_MARKS {
            assert_eq!(verdict(&[SYSTEMD_MARK, mark], 2026), Verdict::NotChecked, "{mark}");
        }
        assert_eq!(verdict(&[], 1970), Verdict::Fail);
    }
}
