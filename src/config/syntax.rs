//! What the YAML scanner says, in both languages. It says some seventy things; they are told in Vietnamese by what they
//! have in common, and the English of whatever else it may come to say is quoted.

use crate::model::told::{Told, told};

/// Parts of the scanner's messages and what they mean, the more particular ones first.
const MEANINGS: &[(&str, &str)] = &[
    ("tab", "không được dùng dấu tab ở đây"),
    ("simple key expect ':'", "thiếu dấu hai chấm \":\" sau khóa"),
    ("simple key expected", "thiếu dấu hai chấm \":\" sau khóa"),
    ("mapping values are not allowed", "không thể có \"khóa: giá trị\" ở đây"),
    ("mapping keys are not allowed", "không thể có khóa ở đây"),
    ("illegal placement of ':'", "dấu hai chấm \":\" đặt sai chỗ"),
    ("':' may not precede", "dấu hai chấm \":\" đặt sai chỗ"),
    ("':' must be followed", "sau dấu hai chấm \":\" phải có dấu cách"),
    ("'-' must be followed", "sau dấu gạch \"-\" phải có dấu cách"),
    ("plain scalar cannot start with '-'", "dấu gạch \"-\" đặt sai chỗ"),
    ("block sequence entries are not allowed", "không thể có phần tử danh sách (\"- ...\") ở đây"),
    ("did not find expected '-' indicator", "thiếu dấu gạch \"-\" của danh sách"),
    ("expected ',' or ']'", "thiếu dấu phẩy \",\" hoặc dấu đóng \"]\""),
    ("expected ',' or '}'", "thiếu dấu phẩy \",\" hoặc dấu đóng \"}\""),
    ("block mapping, did not find expected key", "thiếu khóa, hoặc thụt lề không khớp với dòng trên"),
    ("misplaced bracket", "dấu ngoặc đặt sai chỗ"),
    ("is only valid inside a block", "ký hiệu này chỉ dùng được trong khối"),
    ("found unexpected end of stream", "tệp kết thúc khi dấu ngoặc kép chưa đóng"),
    ("unexpected eof", "tệp kết thúc quá sớm"),
    ("unexpected end of plain scalar", "giá trị kết thúc quá sớm"),
    ("indentation indicator equal to 0", "số thụt lề không thể là 0"),
    ("wrongly indented line", "dòng thụt lề sai trong khối văn bản"),
    ("indentation", "thụt lề sai"),
    ("after double-quoted scalar", "thừa chữ sau dấu ngoặc kép đóng"),
    ("found unknown escape character", "sau dấu \\ là ký tự không hiểu được"),
    ("hexadecimal", "sau \\x, \\u hoặc \\U phải là chữ số thập lục phân"),
    ("invalid Unicode character escape", "mã ký tự Unicode không hợp lệ"),
    ("unexpected document indicator", "dấu phân cách tài liệu nằm trong dấu ngoặc kép"),
    ("found duplicated anchor", "mỏ neo (&) trùng tên"),
    ("found unknown anchor", "bí danh (*) không trỏ tới mỏ neo (&) nào"),
    ("scanning an anchor or alias", "thiếu tên sau dấu & hoặc *"),
    ("did not find expected node content", "thiếu giá trị"),
    ("found unprintable character", "có ký tự không in được"),
    ("byte order mark", "có dấu BOM ở giữa tệp"),
    ("unexpected character", "có ký tự không dùng được ở đây"),
    ("comment intercepting", "chú thích nằm giữa văn bản nhiều dòng"),
    ("after document end marker", "thừa chữ sau dấu kết thúc tài liệu"),
    ("document end marker before directive", "thiếu dấu kết thúc tài liệu trước chỉ thị"),
    ("document start", "thiếu dấu bắt đầu tài liệu"),
    ("document-start", "thiếu dấu bắt đầu tài liệu"),
    ("directive", "chỉ thị (%) không hợp lệ"),
    ("incompatible YAML", "phiên bản YAML không được hỗ trợ"),
    ("the handle wasn't declared", "thẻ (!) không hợp lệ"),
    ("tag", "thẻ (!) không hợp lệ"),
    ("TAG", "thẻ (!) không hợp lệ"),
    ("block scalar", "khối văn bản viết sai"),
    ("recursion limit", "lồng nhau quá sâu"),
    ("expected whitespace", "thiếu dấu cách"),
    ("did not find expected", "thiếu dấu hoặc giá trị ở đây"),
];

/// What is wrong with the text.
pub(super) fn message(info: &str) -> Told {
    match MEANINGS.iter().find(|(part, _)| info.contains(part)) {
        Some((_, vi)) => Told { vi: format!("không phải YAML: {vi}"), en: format!("not YAML: {info}") },
        None => told!("không phải YAML: bộ đọc báo \"{info}\"", "not YAML: {info}"),
    }
}

/// What usually is behind it.
pub(super) fn help(info: &str) -> Told {
    if info.contains("tab") {
        told!("thụt lề bằng dấu cách", "indent with spaces")
    } else if info.contains("simple key") || info.contains("mapping values are not allowed") {
        told!(
            "thụt lề đã đúng chưa? văn bản có \": \" bên trong phải đặt trong dấu ngoặc kép",
            "is the indentation right? text with \": \" in it must stand in quotes"
        )
    } else if info.contains("unexpected end") || info.contains("EOF") || info.contains("eof") {
        told!("có dấu ngoặc nào chưa đóng không?", "is a quote, bracket or brace left open?")
    } else {
        told!(
            "xem lại thụt lề, dấu ngoặc kép và các dấu ngoặc quanh đây",
            "check the indentation, quotes and brackets around here"
        )
    }
}

#[cfg(test)]
mod tests {
    use crate::config::tree;

    #[test]
    fn the_usual_slips_are_told_in_vietnamese() {
        for wrong in [
            "a: [1",
            "a: \"x",
            "a\n\tb: 1",
            "a: b: c",
            "- a\nb: 1",
            "a: *b",
            "a: @x",
            "a: {b: 1",
            "%X\na: 1",
            "a: \"\\q\"",
        ] {
            for error in tree::parse(wrong, 0).errors {
                let (vi, en) = (&error.message.vi, &error.message.en);
                assert!(!vi.contains("bộ đọc báo") && vi != en, "{wrong:?}: {vi} / {en}");
            }
        }
    }
}
