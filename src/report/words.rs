//! The words of a report, and figures as each language writes them.

use chrono::{DateTime, Utc};

use crate::model::text::{Language, Text};
use crate::report::availability::Figures;
use crate::slo::calendar::zone;

pub(super) const TITLE: Text = Text { vi: "Báo cáo mức độ sẵn sàng", en: "Availability report" };
pub(super) const MONTH: Text = Text { vi: "Tháng", en: "Month" };
pub(super) const PERIOD: Text = Text { vi: "Khoảng thời gian", en: "Period" };
pub(super) const AUTHORITY: Text = Text { vi: "Cơ quan", en: "Authority" };
pub(super) const PORTAL: Text = Text { vi: "Cổng", en: "Portal" };
pub(super) const ALL_PORTALS: Text = Text { vi: "tất cả các cổng", en: "all portals" };
pub(super) const ALWAYS: Text = Text { vi: "Sẵn sàng 24x7", en: "Availability 24x7" };
pub(super) const OFFICE: Text =
    Text { vi: "Sẵn sàng trong giờ làm việc", en: "Availability in office hours" };
pub(super) const OBJECTIVE: Text = Text { vi: "Mục tiêu", en: "Objective" };
pub(super) const COVERAGE: Text = Text { vi: "Độ phủ dữ liệu", en: "Coverage" };
pub(super) const BROKEN: Text = Text { vi: "Thời gian gián đoạn", en: "Time not working" };
pub(super) const MAINTENANCE: Text = Text { vi: "Bảo trì đã thông báo", en: "Announced maintenance" };
pub(super) const RUNS: Text = Text { vi: "Số lần đo", en: "Runs" };
pub(super) const OUTAGES: Text = Text { vi: "Các lần gián đoạn", en: "Outages" };
pub(super) const NUMBER: Text = Text { vi: "Số lần gián đoạn", en: "Outages" };
pub(super) const FROM: Text = Text { vi: "Bắt đầu", en: "Began" };
pub(super) const UNTIL: Text = Text { vi: "Kết thúc", en: "Ended" };
pub(super) const LASTED: Text = Text { vi: "Kéo dài", en: "Lasted" };
pub(super) const REASON: Text = Text { vi: "Nguyên nhân", en: "Reason" };
pub(super) const PROBE: Text = Text { vi: "Phép đo", en: "Probe" };
pub(super) const ONGOING: Text = Text { vi: "chưa kết thúc", en: "not ended" };
pub(super) const NONE: Text =
    Text { vi: "Không ghi nhận lần gián đoạn nào.", en: "No outage was seen." };
pub(super) const TOO_LITTLE: Text = Text { vi: "không đủ dữ liệu", en: "not enough data" };
pub(super) const NOTES: Text = Text {
    vi: "Một cổng bị coi là gián đoạn khi có phép đo thấy nó không dùng được. Thời gian không có dữ liệu không tính là hoạt động cũng không tính là gián đoạn; khi độ phủ dưới 90 % (ngưỡng nội bộ) thì không nêu tỷ lệ. Bảo trì thông báo trước không tính vào cả hai; bảo trì khai sau khi đã gián đoạn thì vẫn là gián đoạn.",
    en: "A portal counts as not working while any of its probes finds it so. Time without data counts neither way; where less than 90 % was seen (our own limit) no ratio is told. Maintenance that was announced beforehand counts neither way; what was announced after it had happened is an outage.",
};

/// A share as a percentage: `99,95 %`.
pub(super) fn percent(ratio: f64, language: Language) -> String {
    // Cut, not rounded: 99.996 % is not 100 %.
    let text = format!("{:.2} %", (ratio * 10_000.0 + 1e-6).floor() / 100.0);
    match language {
        Language::Vi => text.replace('.', ","),
        Language::En => text,
    }
}

/// Availability as a figure, or that there is too little to tell.
pub(super) fn availability(figures: &Figures, language: Language) -> String {
    match figures.ratio.filter(|_| figures.sufficient) {
        Some(ratio) => percent(ratio, language),
        None => TOO_LITTLE.in_language(language).to_owned(),
    }
}

/// Coverage as a figure.
pub(super) fn coverage(figures: &Figures, language: Language) -> String {
    figures.coverage.map_or_else(|| "–".to_owned(), |share| percent(share, language))
}

/// A moment in Viet Nam.
pub(super) fn moment(moment: DateTime<Utc>, language: Language) -> String {
    let format = match language {
        Language::Vi => "%d/%m/%Y %H:%M:%S",
        Language::En => "%Y-%m-%d %H:%M:%S",
    };
    moment.with_timezone(&zone()).format(format).to_string()
}

/// Seconds as `1:02:03`.
pub(super) fn lasted(seconds: i64) -> String {
    format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// A text that no spreadsheet takes for a formula.
pub(super) fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}
