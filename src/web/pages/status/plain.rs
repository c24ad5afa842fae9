//! What is said to the public: statuses and reasons in words that need no knowledge of networks.

use crate::model::reason::Reason;
use crate::model::status::Status;
use crate::model::text::{Language, Text};

macro_rules! words {
    ($($name:ident $vi:literal / $en:literal;)*) => {
        $(pub(super) const $name: Text = Text { vi: $vi, en: $en };)*
    };
}

words! {
    TITLE "Tình trạng dịch vụ công trực tuyến" / "Status of online public services";
    OTHER_LANGUAGE "English" / "Tiếng Việt";
    ALL_UP "Mọi cổng đang hoạt động bình thường" / "All portals are working";
    NOTHING_KNOWN "Chưa đủ dữ liệu để kết luận" / "There is not enough data to tell yet";
    NOTHING_WATCHED "Chưa có cổng nào được giám sát." / "No portal is watched yet.";
    SOME_UNKNOWN "Các cổng đo được đều hoạt động; có cổng chưa đủ dữ liệu"
        / "All portals that could be measured are working; some could not be measured";
    SOME_DEGRADED "Có cổng hoạt động kém hơn bình thường" / "Some portals work worse than usual";
    SOME_DOWN "Có cổng đang gián đoạn" / "Some portals are not working";
    UPDATED "Cập nhật lúc" / "As of";
    NOW "Sự cố đang diễn ra" / "Current incidents";
    NONE_NOW "Không có sự cố nào đang diễn ra." / "There is no incident at the moment.";
    PAST "Sự cố gần đây" / "Recent incidents";
    NONE_PAST "Không ghi nhận sự cố nào trong thời gian có dữ liệu." / "No incident was seen in the time with data.";
    MAINTENANCE "Bảo trì đã thông báo" / "Announced maintenance";
    PLANNED "Bảo trì theo kế hoạch" / "Planned maintenance";
    UNDER_WAY "Đang bảo trì" / "Under way";
    TO_COME "Sắp bảo trì" / "To come";
    SOME_PLANNED "Có cổng đang bảo trì theo kế hoạch" / "Some portals are under planned maintenance";
    DEPENDENCIES "Nền tảng dùng chung" / "Shared platforms";
    PORTALS "Các cổng" / "Portals";
    SINCE "từ" / "since";
    FROM "từ" / "from";
    UNTIL "đến" / "to";
    DAYS_AGO "90 ngày trước" / "90 days ago";
    TODAY "Hôm nay" / "Today";
    LEGEND "Mỗi vạch là một ngày:" / "Each stroke is a day:";
    DAY_UP "hoạt động" / "working";
    DAY_DEGRADED "có lúc kém" / "worse at times";
    DAY_DOWN "có lúc gián đoạn" / "not working at times";
    DAY_UNMEASURED "không đủ dữ liệu" / "not enough data";
    AVAILABLE "khả dụng" / "available";
    IN_MEASURED "trong" / "over";
    MEASURED "có số liệu" / "of data";
    RESPONSE "Thời gian mở trang trong 24 giờ qua" / "Time to open the page over the last 24 hours";
    RESPONSE_NOTE "Trung bình từng 5 phút, đo từ nơi đặt máy giám sát. Chỗ đứt quãng là không có dữ liệu."
        / "Mean of every 5 minutes, as seen from the monitor. Where the line breaks, there is no data.";
    RESPONSE_NONE "Không đủ dữ liệu về thời gian mở trang." / "There is not enough data on the time to open the page.";
    NEWEST "Mới nhất" / "Newest";
    LARGEST "Lâu nhất" / "Longest";
    TROUBLED_DAYS "Những ngày có sự cố" / "Days with incidents";
    LAST_90 "90 ngày qua" / "The last 90 days";
    MEASURED_LAST "Đo lần cuối" / "Last measured";
    BACK "← Tất cả các cổng" / "← All portals";
    SUBSCRIBE "Theo dõi:" / "Follow:";
    FOOT
        "Do máy giám sát đo từ bên ngoài như người dân truy cập; không phải số liệu của đơn vị vận hành cổng. Mọi thời điểm theo giờ Việt Nam (UTC+7)."
        / "Measured from outside, as a citizen would reach the portal; these are not the figures of those who run it. All times are Viet Nam time (UTC+7).";
    DAY "Ngày" / "Day";
    DOWN_FOR "Gián đoạn" / "Not working";
    DEGRADED_FOR "Hoạt động kém" / "Impaired";
    BADGE "dịch vụ công" / "public service";
}

/// A status as the public reads it.
pub(super) const fn status(status: Status) -> Text {
    match status {
        Status::Up => Text { vi: "Hoạt động", en: "Working" },
        Status::Degraded => Text { vi: "Hoạt động kém", en: "Impaired" },
        Status::Down => Text { vi: "Gián đoạn", en: "Not working" },
        Status::Unknown => Text { vi: "Không đủ dữ liệu", en: "Not enough data" },
    }
}

/// What a trouble means for whoever wants to use the portal.
pub(super) fn trouble(status: Status, reason: Option<Reason>) -> Text {
    let name = reason.map_or("", Reason::as_str);
    match name {
        "slow" => Text {
            vi: "Cổng chậm hơn bình thường; trang có thể lâu mới mở.",
            en: "The portal is slower than usual; pages may take long to open.",
        },
        "maintenance_page" => Text {
            vi: "Cổng báo đang bảo trì, hiện chưa dùng được.",
            en: "The portal says that it is under maintenance and cannot be used now.",
        },
        "dependency" => Text {
            vi: "Một nền tảng dùng chung gặp sự cố, không phải do riêng cổng này.",
            en: "A shared platform is in trouble; the fault is not this portal's own.",
        },
        "address_partial" | "dns_inconsistent" => Text {
            vi: "Một phần máy chủ không trả lời; một số người có thể không vào được.",
            en: "Some of the servers do not answer; some people may not get in.",
        },
        "tls_weak" | "tls_expires_soon" | "insecure_redirect" => Text {
            vi: "Cổng dùng được, nhưng kết nối an toàn cần được đơn vị vận hành cập nhật.",
            en: "The portal can be used, but its secure connection needs care by those who run it.",
        },
        "status" | "http2_error" | "malformed_response" | "truncated" | "decode_error" => {
            Text { vi: "Cổng báo lỗi khi mở trang.", en: "The portal answers with an error." }
        }
        _ => by_family(status, name),
    }
}

fn by_family(status: Status, name: &str) -> Text {
    let is = |families: &[&str]| families.iter().any(|family| name.starts_with(family));
    if is(&["dns"]) {
        Text {
            vi: "Không tìm được địa chỉ của cổng.", en: "The address of the portal cannot be found."
        }
    } else if is(&["tls", "timeout_tls"]) {
        Text {
            vi: "Kết nối an toàn tới cổng có lỗi; trình duyệt có thể cảnh báo hoặc không mở trang.",
            en: "The secure connection to the portal fails; browsers may warn or refuse to open it.",
        }
    } else if is(&["connect", "timeout"]) {
        Text { vi: "Cổng không trả lời.", en: "The portal does not answer." }
    } else if is(&["content", "soft_404", "too_small", "response_mismatch", "malformed_content"]) {
        Text {
            vi: "Trang mở được nhưng thiếu nội dung cần có.",
            en: "The page opens, but what should be there is missing.",
        }
    } else if status == Status::Down {
        Text {
            vi: "Người dân có thể không dùng được cổng.", en: "People may not be able to use the portal."
        }
    } else {
        Text {
            vi: "Cổng dùng được nhưng kém hơn bình thường.",
            en: "The portal can be used, but works worse than usual.",
        }
    }
}

/// A stretch of time in its two largest units.
pub(super) fn lasted(seconds: u64, language: Language) -> String {
    let units: [(u64, Text); 3] = [
        (86_400, Text { vi: "ngày", en: "d" }),
        (3_600, Text { vi: "giờ", en: "h" }),
        (60, Text { vi: "phút", en: "min" }),
    ];
    let mut rest = seconds;
    let mut parts = Vec::new();
    for (size, unit) in units {
        if rest >= size && parts.len() < 2 {
            parts.push(format!("{} {}", rest / size, unit.in_language(language)));
            rest %= size;
        }
    }
    if parts.is_empty() {
        return Text { vi: "dưới 1 phút", en: "under 1 min" }.in_language(language).to_owned();
    }
    parts.join(" ")
}

/// A share in per cent with two digits, never rounded up to 100.
pub(super) fn percent(part: u64, whole: u64, language: Language) -> String {
    let hundredths = u128::from(part) * 10_000 / u128::from(whole.max(1));
    let text = format!("{}.{:02} %", hundredths / 100, hundredths % 100).replace(".00 %", " %");
    if language == Language::Vi { text.replace('.', ",") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_not_flattered_and_times_are_short() {
        assert_eq!(percent(999_999, 1_000_000, Language::Vi), "99,99 %");
        assert_eq!(percent(5, 5, Language::En), "100 %");
        assert_eq!(percent(0, 0, Language::En), "0 %");
        assert_eq!(lasted(59, Language::Vi), "dưới 1 phút");
        assert_eq!(lasted(90_061, Language::Vi), "1 ngày 1 giờ");
        assert_eq!(lasted(3_660, Language::En), "1 h 1 min");
    }

    #[test]
    fn every_reason_has_plain_words_without_technical_ones() {
        for reason in Reason::ALL {
            let said = trouble(reason.status(), Some(*reason));
            for word in ["DNS", "TLS", "HTTP", "IP", "timeout"] {
                assert!(!said.vi.contains(word) && !said.en.contains(word), "{}: {said:?}", reason.as_str());
            }
        }
    }
}
