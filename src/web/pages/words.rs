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
        "emc chỉ giữ các lần đo gần đây trong bộ nhớ; lần đo có sự cố được giữ lâu hơn. Khởi động lại thì bắt đầu lại từ đầu."
        / "emc keeps only recent runs in memory, those with trouble for longer. A restart begins anew.";
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
