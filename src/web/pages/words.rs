//! The words of the pages, both languages side by side.

use crate::model::finding::Outcome;
use crate::model::phase::Phase;
use crate::model::status::Status;
use crate::model::text::Text;

macro_rules! words {
    ($($name:ident $vi:literal / $en:literal;)*) => {
        $(pub(super) const $name: Text = Text { vi: $vi, en: $en };)*
    };
}

words! {
    PRODUCT "Giám sát dịch vụ công trực tuyến" / "Online public service monitor";
    OTHER_LANGUAGE "English" / "Tiếng Việt";
    METRICS "Số liệu (metrics)" / "Metrics";
    CONFIG "Cấu hình" / "Configuration";
    PUBLIC "Trang công khai" / "Public status";
    HOME "Trang đầu" / "Home";
    NOT_FOUND "Không có trang này" / "No such page";
    NOT_FOUND_TEXT "Địa chỉ này không dẫn đến trang nào của emc." / "This address leads to no page of emc.";
    NOT_KEPT "Lần đo này không còn được lưu" / "This run is no longer kept";
    NOT_KEPT_TEXT
        "Các lần đo gần đây nằm trong bộ nhớ, các lần cũ hơn nằm trong lịch sử theo thời hạn lưu trong cấu hình. Lần đo này không có ở cả hai nơi."
        / "Recent runs are in memory, older ones in history for as long as the configuration says. This one is in neither.";
    NOT_NOW "Chưa đọc được lịch sử" / "History cannot be read now";
    NOT_NOW_TEXT
        "Lần đo này không còn trong bộ nhớ, và lịch sử đang bận hoặc không trả lời kịp. Hãy thử lại sau ít phút."
        / "This run is no longer in memory, and history is busy or does not answer in time. Try again in a few minutes.";
    PAST "Lần đo này được lấy từ lịch sử." / "This run comes out of history.";
    PAST_HEAD
        "Lần đo này được lấy từ lịch sử. Chỉ một phần các lần đo có sự cố được lưu trọn vẹn; của lần này chỉ còn những gì dưới đây."
        / "This run comes out of history. Only some of the runs that were not up are kept whole; of this one no more is left than this.";
    EXCERPT "Trích nội dung" / "Excerpt of the body";
    SEARCH "Tìm phép đo hoặc địa chỉ" / "Find a probe or an address";
    FIND "Tìm" / "Find";
    NO_PROBES "Chưa có phép đo nào được cấu hình." / "No probe is configured yet.";
    NO_MATCH "Không có phép đo nào phù hợp." / "No probe matches.";
    STATUS "Trạng thái" / "Status";
    PROBE "Phép đo" / "Probe";
    TIME "Thời gian" / "Time";
    LAST_RUN "Lần đo cuối" / "Last run";
    NEVER "chưa đo lần nào" / "not run yet";
    STALE "đã lâu không có kết quả: lịch đo bị dừng hoặc quá tải"
        / "no result for too long: the schedule stopped or is overloaded";
    EVERY "mỗi" / "every";
    PREVIOUS "← Trang trước" / "← Previous page";
    NEXT "Trang sau →" / "Next page →";
    WHAT_TO_DO "Cần làm" / "What to do";
    TARGET "Đối tượng" / "Target";
    KIND "Loại" / "Kind";
    BEGAN "Bắt đầu" / "Began";
    TOOK "Mất" / "Took";
    RUN_ID "Mã lần đo" / "Run id";
    PHASES "Các giai đoạn" / "Phases";
    FINDINGS "Kết quả kiểm tra" / "Findings";
    RULE "Quy tắc" / "Rule";
    OUTCOME "Kết quả" / "Outcome";
    EXPECTED "Mong đợi" / "Expected";
    FOUND "Thực tế" / "Found";
    NO_FINDINGS "Không có quy tắc nào được xét." / "No rule was looked at.";
    TIMELINE "Nhật ký" / "Log";
    ADDRESSES "Địa chỉ" / "Addresses";
    USED "được dùng" / "used";
    CERTIFICATES "Chuỗi chứng thư" / "Certificate chain";
    SUBJECT "Chủ thể" / "Subject";
    ISSUER "Nơi cấp" / "Issuer";
    UNTIL "Hết hạn" / "Valid until";
    ANSWER "Trả lời HTTP" / "HTTP answer";
    HEADERS "Tiêu đề" / "Headers";
    MORE_FACTS "Dữ kiện khác" / "Further facts";
    OTHER_RUNS "Các lần đo khác còn lưu" / "Other runs still kept";
    OUR_CLOCK "byte đầu tiên được tính theo đồng hồ của chương trình" / "the first byte was timed by our own clock";
    ZONE "Mọi thời điểm theo giờ Việt Nam (UTC+7)." / "All times are Viet Nam time (UTC+7).";
    VERIFIED "được chấp nhận" / "accepted";
    NOT_VERIFIED "không được chấp nhận" / "not accepted";
}

/// A status in words.
pub(super) const fn status(status: Status) -> Text {
    match status {
        Status::Up => Text { vi: "Hoạt động", en: "Up" },
        Status::Degraded => Text { vi: "Suy giảm", en: "Degraded" },
        Status::Down => Text { vi: "Ngừng", en: "Down" },
        Status::Unknown => Text { vi: "Chưa rõ", en: "Unknown" },
    }
}

/// A sign for a status, so that colour is never the only one.
pub(super) const fn sign(status: Status) -> &'static str {
    match status {
        Status::Up => "✓",
        Status::Degraded => "!",
        Status::Down => "✕",
        Status::Unknown => "?",
    }
}

/// A phase in words.
pub(super) const fn phase(phase: Phase) -> Text {
    match phase {
        Phase::Resolve => Text { vi: "phân giải tên", en: "resolve" },
        Phase::Connect => Text { vi: "kết nối", en: "connect" },
        Phase::Tls => Text { vi: "TLS", en: "TLS" },
        Phase::Processing => Text { vi: "xử lý", en: "processing" },
        Phase::Transfer => Text { vi: "truyền", en: "transfer" },
    }
}

/// An outcome in words.
pub(super) const fn outcome(outcome: Outcome) -> Text {
    match outcome {
        Outcome::Passed => Text { vi: "đạt", en: "passed" },
        Outcome::Failed => Text { vi: "không đạt", en: "failed" },
        Outcome::CannotTell => Text { vi: "không xác định", en: "cannot tell" },
        Outcome::Inapplicable => Text { vi: "không áp dụng", en: "inapplicable" },
    }
}

/// The outcome of this name in JSON; one that is not known cannot be told.
pub(super) fn outcome_named(name: &str) -> Outcome {
    match name {
        "passed" => Outcome::Passed,
        "failed" => Outcome::Failed,
        "inapplicable" => Outcome::Inapplicable,
        _ => Outcome::CannotTell,
    }
}
