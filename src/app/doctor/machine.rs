//! The machine itself: limits, clock, trusted roots, files.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use chrono::{Datelike, Utc};
use nix::sys::resource::{Resource, getrlimit};

use crate::app::doctor::Line;
use crate::model::text::Text;
use crate::schedule::settings::runs_within;

/// Enough descriptors for a few hundred probes at once.
const DESCRIPTORS_WANTED: u64 = 1024;
/// No machine that runs this program lives earlier.
const YEAR_OF_RELEASE: i32 = 2026;
/// Written by systemd-timesyncd once the clock is set.
const TIMESYNC_MARK: &str = "/run/systemd/timesync/synchronized";
/// Kept by chrony while it runs.
const CHRONY_MARKS: [&str; 2] = ["/run/chrony/chronyd.pid", "/run/chronyd.pid"];

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

/// The clock: certificates are judged by it.
pub(super) fn clock() -> Line {
    const SUBJECT: Text = Text { vi: "đồng hồ", en: "clock" };
    const WRONG: Text = Text {
        vi: "đặt lại giờ: chứng thư được xét theo đồng hồ của máy này",
        en: "set the clock: certificates are judged by it",
    };
    const UNSURE: Text = Text {
        vi: "không thấy dịch vụ đồng bộ giờ; hãy bật systemd-timesyncd hoặc chrony (trong container thì kiểm tra máy chủ)",
        en: "no time service was seen; enable systemd-timesyncd or chrony (in a container, on its host)",
    };
    let now = Utc::now();
    let found = now.format("%Y-%m-%dT%H:%M:%SZ").to_string();
    let synchronised =
        Path::new(TIMESYNC_MARK).exists() || CHRONY_MARKS.iter().any(|mark| Path::new(mark).exists());
    if now.year() < YEAR_OF_RELEASE {
        Line::fail(SUBJECT, found, WRONG)
    } else if synchronised {
        Line::ok(SUBJECT, found)
    } else {
        Line::warn(SUBJECT, found, UNSURE)
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
