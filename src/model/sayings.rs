//! What we, the system and the libraries say of failures, in Vietnamese: such words are kept as one English text, for
//! logs and JSON, and are put into Vietnamese where a person reads them. What is not in the list is quoted.

use crate::model::text::Text;
use crate::model::told::{Told, told};

/// What was being done when it failed, as [`Fault::operation`](crate::model::fault::Fault) names it.
const OPERATIONS: &[Text] = &[
    Text { vi: "phân giải tên", en: "resolve" },
    Text { vi: "tìm máy chủ tên miền", en: "find name servers" },
    Text { vi: "đọc cấu hình phân giải tên", en: "read resolver configuration" },
    Text { vi: "kết nối", en: "connect" },
    Text { vi: "hỏi proxy", en: "ask proxy" },
    Text { vi: "bắt tay TLS", en: "tls handshake" },
    Text { vi: "gửi yêu cầu", en: "write request" },
    Text { vi: "đọc phần đầu", en: "read head" },
    Text { vi: "đọc nội dung", en: "read body" },
    Text { vi: "giải nén nội dung", en: "decode body" },
    Text { vi: "đọc địa chỉ", en: "read address" },
    Text { vi: "đọc câu trả lời", en: "read answer" },
    Text { vi: "hỏi", en: "ask" },
    Text { vi: "đọc", en: "read" },
    Text { vi: "kiểm tra chữ ký", en: "check signatures" },
    Text { vi: "lần đo", en: "run" },
];

/// Sayings; `{}` stands for whatever is the same in both languages.
const SAYINGS: &[Text] = &[
    Text { vi: "hết thời hạn trước khi xong", en: "the deadline passed first" },
    Text {
        vi: "không được phép kết nối tới địa chỉ này", en: "this address may not be contacted"
    },
    Text { vi: "tên này không có địa chỉ nào", en: "the name has no address" },
    Text {
        vi: "không có địa chỉ nào thuộc họ địa chỉ cần dùng", en: "no address of the wanted family"
    },
    Text { vi: "không máy chủ DNS nào trả lời", en: "no name server answers any question" },
    Text { vi: "im lặng suốt {} s", en: "no answer for {} s" },
    Text { vi: "máy chủ không dùng HTTP/2", en: "the server does not offer HTTP/2" },
    Text {
        vi: "không phải http hay https, hoặc thiếu tên máy chủ",
        en: "neither http nor https, or without a host",
    },
    Text { vi: "máy chủ không đưa ra chứng thư", en: "no certificate shown" },
    Text {
        vi: "proxy trả lời 407: cần \"proxy authorization\"",
        en: "the proxy answered 407: it wants \"proxy authorization\"",
    },
    Text { vi: "proxy trả lời \"{}\"", en: "the proxy answered \"{}\"" },
    Text { vi: "quá {} byte", en: "more than {} bytes" },
    Text { vi: "quá {} mảnh", en: "more than {} pieces" },
    Text {
        vi: "máy chủ gửi nhiều hơn mức cần cho một cuộc hội thoại",
        en: "the server sends more than a dialogue needs",
    },
    Text {
        vi: "máy chủ đóng kết nối mà chưa nói gì",
        en: "the server closed the connection and had said nothing",
    },
    Text { vi: "không đọc xong trang kịp thời hạn", en: "the page was not read in time" },
    Text { vi: "chưa cấu hình máy chủ DNS nào", en: "no resolver is configured" },
    Text {
        vi: "không tìm thấy vùng nào có máy chủ tên miền", en: "no zone with name servers was found"
    },
    Text { vi: "máy chủ không trả lời", en: "the server did not answer" },
    Text {
        vi: "máy chủ chỉ gửi những thứ không thuộc về câu hỏi",
        en: "the server sends only what does not belong to the question",
    },
    Text { vi: "lần đo không kết thúc đúng hạn", en: "the run did not end at its deadline" },
    Text {
        vi: "máy chủ DNS có trả lời, nhưng không tìm được nơi nào trả lời cho tên này",
        en: "the resolver answers, but found nobody who answers for this name",
    },
    Text { vi: "máy chủ DNS không trả lời câu hỏi nào", en: "the resolver answers no question" },
    // What the system says, by Linux' numbers.
    Text {
        vi: "kết nối bị từ chối (lỗi hệ thống {})", en: "Connection refused (os error {})"
    },
    Text {
        vi: "kết nối bị ngắt đột ngột (lỗi hệ thống {})", en: "Connection reset by peer (os error {})"
    },
    Text {
        vi: "đầu kia đã đóng kết nối (lỗi hệ thống {})", en: "Broken pipe (os error {})"
    },
    Text {
        vi: "không có đường đi tới máy chủ (lỗi hệ thống {})", en: "No route to host (os error {})"
    },
    Text {
        vi: "không có đường đi tới mạng đó (lỗi hệ thống {})",
        en: "Network is unreachable (os error {})",
    },
    Text {
        vi: "quá thời gian chờ kết nối (lỗi hệ thống {})", en: "Connection timed out (os error {})"
    },
    Text {
        vi: "máy này không có địa chỉ đó (lỗi hệ thống {})",
        en: "Cannot assign requested address (os error {})",
    },
    Text { vi: "mở quá nhiều tệp (lỗi hệ thống {})", en: "Too many open files (os error {})" },
    // What hyper and rustls say most often.
    Text {
        vi: "kết nối đóng khi câu trả lời chưa trọn", en: "connection closed before message completed"
    },
    Text { vi: "dữ liệu kết thúc quá sớm", en: "unexpected end of file" },
    Text { vi: "dữ liệu TLS kết thúc quá sớm", en: "tls handshake eof" },
    Text {
        vi: "chứng thư không dành cho tên này",
        en: "invalid peer certificate: certificate not valid for name \"{}\"",
    },
    Text { vi: "chứng thư không dành cho tên này", en: "invalid peer certificate: NotValidForName" },
    Text {
        vi: "chứng thư do nơi không được tin cậy cấp", en: "invalid peer certificate: UnknownIssuer"
    },
    Text { vi: "chứng thư đã hết hạn", en: "invalid peer certificate: Expired" },
    // DNSSEC.
    Text {
        vi: "hết thời gian trước khi kiểm tra chữ ký",
        en: "there was no time left to check the signatures",
    },
    Text {
        vi: "không lấy được một khóa hoặc chữ ký trên đường kiểm tra",
        en: "a key or signature on the way could not be fetched",
    },
    Text {
        vi: "việc không có bản ghi này không được ký", en: "the absence of the record is not signed"
    },
    Text {
        vi: "việc không có bản ghi này không được chứng minh",
        en: "the absence of the record is not proven",
    },
    Text {
        vi: "không chữ ký nào khớp với khóa của vùng", en: "no signature fits the keys of the zone"
    },
    Text {
        vi: "trong câu trả lời không có gì để kiểm tra",
        en: "the answer holds nothing that could be checked",
    },
    Text { vi: "vùng này không được ký", en: "the zone is not signed" },
    Text {
        vi: "không hỗ trợ thuật toán của khóa tin cậy",
        en: "the trusted key's algorithm is not supported",
    },
    Text { vi: "máy chủ DNS không chuyển chữ ký", en: "the resolver does not hand on signatures" },
    Text {
        vi: "không khóa nào khớp điểm tin cậy (vùng \"{}\")",
        en: "no key fits the trust anchor (zone \"{}\")",
    },
    // Chains and stapled responses.
    Text { vi: "dẫn tới một CA gốc được tin cậy", en: "leads to a trusted root" },
    Text {
        vi: "máy chủ không gửi chứng thư của \"{}\", mà đó cũng không phải CA gốc được tin cậy",
        en: "the certificate of \"{}\" was not sent and is no trusted root",
    },
    Text { vi: "CA gốc \"{}\" không được tin cậy", en: "the root \"{}\" is not trusted" },
    Text { vi: "chứng thư tự ký", en: "the certificate is self-signed" },
    Text { vi: "không đọc được chứng thư", en: "the certificate cannot be read" },
    Text { vi: "máy chủ không đưa ra chứng thư", en: "no certificate was shown" },
    Text {
        vi: "không có thời điểm nào mà mọi chứng thư cùng có hiệu lực",
        en: "there is no moment at which all certificates are valid",
    },
    Text { vi: "máy chủ không trả lời", en: "the server did not answer" },
    Text { vi: "máy chủ tên miền này không có địa chỉ", en: "this name server has no address" },
    Text {
        vi: "không tìm thấy vùng nào có máy chủ tên miền", en: "no zone with name servers was found"
    },
    Text {
        vi: "máy chủ chỉ gửi những gì không thuộc về câu hỏi",
        en: "the server sends only what does not belong to the question",
    },
    // Our own health.
    Text { vi: "không còn thời gian để hỏi", en: "there was no time left to ask" },
    Text { vi: "chưa cấu hình máy phân giải tên nào", en: "no resolver is configured" },
    Text {
        vi: "lần đo không kết thúc đúng thời hạn", en: "the run did not end at its deadline"
    },
    Text {
        vi: "máy của chính ta bị khựng trong lúc đo", en: "our own machine stalled during the run"
    },
    Text {
        vi: "không mốc đường truyền nào của ta trả lời", en: "none of our uplink anchors answers"
    },
];

/// What was being done, in both languages.
#[must_use]
pub fn operation(english: &str) -> Told {
    let known = OPERATIONS.iter().find(|known| known.en == english);
    known.map_or_else(|| Told::same(english), |known| (*known).into())
}

/// What was said, in both languages.
#[must_use]
pub fn saying(english: &str) -> Told {
    let known = SAYINGS.iter().find_map(|known| vietnamese(known, english));
    match known {
        Some(vi) => Told { vi, en: english.to_owned() },
        None if english.is_empty() => Told::nothing(),
        None => told!("\"{english}\"", "{english}"),
    }
}

/// The Vietnamese of a saying, if it is this one.
fn vietnamese(known: &Text, english: &str) -> Option<String> {
    let Some((before, after)) = known.en.split_once("{}") else {
        return (known.en == english).then(|| known.vi.to_owned());
    };
    let value = english.strip_prefix(before)?.strip_suffix(after)?;
    Some(known.vi.replace("{}", value))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What stands as a literal in the `Fault::new(reason, operation, detail)` of a file, tests left out.
    fn literal_faults(source: &str) -> Vec<(String, String)> {
        let code = source.split("#[cfg(test)]").next().unwrap();
        let name = "Fault::new(";
        let whole = |(at, _): &(usize, &str)| !code[..*at].ends_with(char::is_alphanumeric);
        let calls = code.match_indices(name).filter(whole).filter_map(|(at, _)| {
            let call = code[at + name.len()..].split(';').next()?;
            let mut literals = call.split('"').skip(1).step_by(2);
            let (operation, detail) = (literals.next()?, literals.next()?);
            let is_whole = call.split_once(detail)?.1.starts_with("\")") && !detail.contains('{');
            is_whole.then(|| (operation.to_owned(), detail.to_owned()))
        });
        calls.collect()
    }

    #[test]
    fn whatever_we_say_ourselves_of_a_failure_is_known_here() {
        let mut rooms = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
        let mut faults = Vec::new();
        while let Some(path) = rooms.pop() {
            if path.is_dir() {
                rooms.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                faults.extend(literal_faults(&std::fs::read_to_string(path).unwrap()));
            }
        }
        assert!(faults.len() > 8, "only {} were found: does the code look otherwise now?", faults.len());
        for (doing, detail) in faults {
            assert!(!saying(&detail).vi.starts_with('"'), "{detail:?} has no Vietnamese");
            assert_ne!(operation(&doing).vi, doing, "{doing:?} has no Vietnamese");
        }
    }

    #[test]
    fn a_saying_keeps_its_value_and_what_is_not_known_is_quoted() {
        assert_eq!(saying("more than 8 bytes").vi, "quá 8 byte");
        assert_eq!(saying("Connection refused (os error 111)").vi, "kết nối bị từ chối (lỗi hệ thống 111)");
        assert_eq!(saying("odd").vi, "\"odd\"");
        assert_eq!((saying("odd").en.as_str(), saying("")), ("odd", Told::nothing()));
        assert_eq!(operation("connect").vi, "kết nối");
    }
}
