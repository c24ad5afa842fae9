//! Where a new element goes in a file that otherwise stays as it is, to the byte: for whoever writes a signature.

use crate::model::told::told;
use crate::pki::verdict::Flaw;
use crate::pki::xml::document::{Page, written_name};
use crate::pki::xml::text::{malformed, read};

/// The file with an element more, the last one in the document's element. The file must be UTF-8.
///
/// # Errors
///
/// Those of [`claims`](crate::pki::xml::claims) for a file that cannot be read.
pub fn insert_last(document: &[u8], element: &str) -> Result<Vec<u8>, Flaw> {
    if matches!(document, [0xfe, 0xff, ..] | [0xff, 0xfe, ..]) {
        return Err(malformed(told!(
            "tệp dùng UTF-16: chỉ ghi được vào tệp UTF-8",
            "the file is UTF-16: only UTF-8 files can be written into"
        )));
    }
    let text = read(document)?;
    let page = Page::parse(&text)?;
    let root = page.tree.root_element();
    let source = text.get(root.range()).unwrap_or_default();
    let name = written_name(root);
    let (tail, added) = if source.ends_with("/>") {
        (2, format!(">{element}</{name}>"))
    } else {
        (source.len() - source.rfind("</").unwrap_or(source.len()), format!("{element}</{name}>"))
    };
    let begin = place_in(document, root.range().end - tail);
    let end = place_in(document, root.range().end);
    let (Some(head), Some(rest)) = (document.get(..begin), document.get(end..)) else {
        return Err(malformed(told!("tệp XML không có phần tử gốc", "the XML file has no element")));
    };
    Ok([head, added.as_bytes(), rest].concat())
}

/// Where a place of the text that was read lies in the file: the text has no byte order mark, and one line feed for each
/// break of a line.
fn place_in(document: &[u8], place: usize) -> usize {
    let mark = if document.starts_with(&[0xef, 0xbb, 0xbf]) { 3 } else { 0 };
    let mut left = place;
    let mut at = mark;
    while left > 0 && at < document.len() {
        at += if document[at..].starts_with(b"\r\n") { 2 } else { 1 };
        left -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_else_stays_as_it_is() {
        for (given, made) in [
            ("<a/>", "<a><s/></a>"),
            (
                "\u{feff}<?x\r\n?>\r\n<p:a xmlns:p='urn:u'\r\n />\r\n<!-- </p:a> -->",
                "\u{feff}<?x\r\n?>\r\n<p:a xmlns:p='urn:u'\r\n ><s/></p:a>\r\n<!-- </p:a> -->",
            ),
            ("<a>\r\n<b>ộ</b>\r\r\n</a >\n<?x </a>?>", "<a>\r\n<b>ộ</b>\r\r\n<s/></a>\n<?x </a>?>"),
        ] {
            assert_eq!(String::from_utf8(insert_last(given.as_bytes(), "<s/>").unwrap()).unwrap(), made);
        }
        assert!(insert_last(b"<a>", "").is_err() && insert_last(b"\xff\xfe<\0a\0/\0>\0", "").is_err());
    }
}
