//! What the system and the libraries say, in both languages. English is in their own words; Vietnamese is ours where
//! they can say a closed set of things, and else quotes them behind a sentence of ours.

use std::io::{self, ErrorKind};

use url::ParseError;

use crate::model::told::{Told, told};

/// What the system said to a request for a file, a socket or the like.
#[must_use]
pub fn io(error: &io::Error) -> Told {
    let known = match error.kind() {
        ErrorKind::NotFound => "không có tệp hoặc thư mục này",
        ErrorKind::PermissionDenied => "không có quyền truy cập",
        ErrorKind::AlreadyExists => "đã tồn tại",
        ErrorKind::NotADirectory => "một phần của đường dẫn không phải là thư mục",
        ErrorKind::IsADirectory => "đây là một thư mục",
        ErrorKind::InvalidFilename => "tên tệp quá dài hoặc không hợp lệ",
        ErrorKind::StorageFull => "ổ đĩa đã đầy",
        ErrorKind::ReadOnlyFilesystem => "hệ thống tệp chỉ cho đọc",
        ErrorKind::OutOfMemory => "hết bộ nhớ",
        ErrorKind::AddrInUse => "địa chỉ này đang được dùng",
        ErrorKind::AddrNotAvailable => "máy này không có địa chỉ này",
        ErrorKind::ConnectionRefused => "kết nối bị từ chối",
        ErrorKind::ConnectionReset => "kết nối bị ngắt đột ngột",
        ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe => "kết nối đã bị đóng",
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => "không có đường đi tới nơi đó",
        ErrorKind::TimedOut => "quá thời gian chờ",
        ErrorKind::UnexpectedEof => "dữ liệu kết thúc quá sớm",
        _ => return told!("hệ thống báo \"{error}\"", "{error}"),
    };
    Told { vi: known.to_owned(), en: error.to_string() }
}

/// Why a text is no address.
#[must_use]
pub fn url(error: ParseError) -> Told {
    let known = match error {
        ParseError::EmptyHost => "thiếu tên máy chủ",
        ParseError::IdnaError => "tên miền quốc tế không hợp lệ",
        ParseError::InvalidPort => "số cổng kết nối không hợp lệ",
        ParseError::InvalidIpv4Address => "địa chỉ IPv4 không hợp lệ",
        ParseError::InvalidIpv6Address => "địa chỉ IPv6 không hợp lệ",
        ParseError::InvalidDomainCharacter => "tên miền có ký tự không hợp lệ",
        ParseError::RelativeUrlWithoutBase => "thiếu phần đầu như https://",
        ParseError::Overflow => "địa chỉ quá dài",
        _ => return told!("thư viện báo \"{error}\"", "{error}"),
    };
    Told { vi: known.to_owned(), en: error.to_string() }
}

/// The usual slips in regular expressions, as the regex crate tells them, and in Vietnamese.
const REGEX: &[(&str, &str)] = &[
    ("unclosed group", "có dấu ( chưa đóng"),
    ("unopened group", "có dấu ) mà không có dấu ( mở trước"),
    ("unclosed character class", "có dấu [ chưa đóng"),
    ("empty character class", "nhóm ký tự [] trống"),
    ("invalid character class range", "khoảng ký tự có đầu lớn hơn cuối"),
    ("unclosed counted repetition", "có dấu { chưa đóng"),
    ("repetition operator missing expression", "dấu lặp *, +, ? hoặc {} không đứng sau gì cả"),
    ("repetition quantifier expects a valid decimal", "số lần lặp trong {} phải là số"),
    ("invalid repetition count range", "khoảng số lần lặp có đầu lớn hơn cuối"),
    ("unrecognized escape sequence", "sau dấu \\ là ký tự không hiểu được"),
    ("incomplete escape sequence", "dấu \\ ở cuối mà không có gì theo sau"),
    ("invalid escape sequence found in character class", "sau dấu \\ trong [] là ký tự không dùng được"),
    (
        "look-around, including look-ahead and look-behind, is not supported",
        "không hỗ trợ nhìn trước, nhìn sau",
    ),
    ("backreferences are not supported", "không hỗ trợ tham chiếu ngược"),
    ("unrecognized flag", "cờ không hiểu được"),
    ("Unicode property not found", "không có thuộc tính Unicode này"),
    ("Compiled regex exceeds size limit", "biểu thức quá lớn"),
];

/// Why a text is no regular expression. The regex crate draws a picture before it says what is wrong; the last line
/// says it.
#[must_use]
pub fn regex(error: &regex::Error) -> Told {
    let text = error.to_string();
    let en = text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
    let vi = match REGEX.iter().find(|(known, _)| en.starts_with(known)) {
        Some((_, vi)) => (*vi).to_owned(),
        None => format!("thư viện báo \"{en}\""),
    };
    Told { vi, en }
}

#[cfg(test)]
mod tests {
    use regex::{Regex, RegexBuilder};

    use super::*;

    #[test]
    fn what_is_usual_is_told_in_vietnamese_without_a_foreign_word() {
        let missing = std::fs::File::open("/nonexistent/file").unwrap_err();
        assert_eq!(io(&missing).vi, "không có tệp hoặc thư mục này");
        assert!(io(&missing).en.starts_with("No such file"));
        for wrong in
            ["dvc.example", "http://", "http://a:b", "http://1.2.3.400", "http://[::x]", "http://a b/"]
        {
            let told = url(url::Url::parse(wrong).unwrap_err());
            assert!(!told.vi.contains("thư viện báo") && told.vi != told.en, "{wrong}: {told:?}");
        }
    }

    #[test]
    fn the_usual_slips_in_regular_expressions_are_known() {
        for wrong in
            ["(a", "a)", "[a", "a{2", "*", "a{x}", "a{3,2}", r"\y", "a\\", "(?=a)", r"(a)\1", "[b-a]"]
        {
            let told = regex(&Regex::new(wrong).unwrap_err());
            assert!(!told.vi.contains("thư viện báo"), "{wrong}: {told:?}");
        }
        let large = RegexBuilder::new("a{1000}").size_limit(10).build().unwrap_err();
        assert_eq!(regex(&large).vi, "biểu thức quá lớn");
    }
}
