//! Which characters the bytes of a page stand for: byte order mark, then header, then `meta`, as browsers decide.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1258};
use memchr::memmem;

use crate::html::scan;

/// How far into a page a `meta` is looked for. HTML says 1,024; portals that put comments first are forgiven.
const META_WITHIN: usize = 4096;

/// A page's bytes as characters.
#[derive(Debug)]
pub struct Decoded<'a> {
    /// The characters; wrong bytes have become U+FFFD.
    pub text: Cow<'a, str>,
    /// Name of the encoding, such as `UTF-8`.
    pub charset: &'static str,
}

/// Decodes a body. `content_type` is the header's value, where there is one.
#[must_use]
pub fn decode<'a>(body: &'a [u8], content_type: Option<&str>) -> Decoded<'a> {
    let (encoding, skip) = Encoding::for_bom(body).unwrap_or_else(|| (without_mark(body, content_type), 0));
    let (text, _) = encoding.decode_without_bom_handling(body.get(skip..).unwrap_or_default());
    Decoded { text, charset: encoding.name() }
}

fn without_mark(body: &[u8], content_type: Option<&str>) -> &'static Encoding {
    content_type.and_then(charset_of).or_else(|| declared(body)).unwrap_or_else(|| guessed(body))
}

/// What a page that says nothing is written in: UTF-8 where it can be, else the old Windows code page of Viet Nam.
fn guessed(body: &[u8]) -> &'static Encoding {
    if std::str::from_utf8(body).is_ok() { UTF_8 } else { WINDOWS_1258 }
}

/// The encoding that a `charset=` names.
fn charset_of(value: &str) -> Option<&'static Encoding> {
    let lower = value.to_ascii_lowercase();
    let (_, after) = lower.split_once("charset")?;
    let label = after.trim_start().strip_prefix('=')?.trim_start().trim_start_matches(['"', '\'']);
    let end = label.find(|c: char| c == '"' || c == '\'' || c == ';' || c.is_ascii_whitespace());
    Encoding::for_label(label.get(..end.unwrap_or(label.len()))?.as_bytes())
}

/// The encoding that a `meta` near the beginning declares. One that says UTF-16 is wrong, since it could be read.
fn declared(body: &[u8]) -> Option<&'static Encoding> {
    let head = body.get(..META_WITHIN.min(body.len())).unwrap_or_default();
    let lower = head.to_ascii_lowercase();
    let encoding = memmem::find_iter(&lower, b"<meta").find_map(|at| {
        let rest = lower.get(at..)?;
        let end = scan::tag_end(rest, 5).unwrap_or(rest.len());
        charset_of(&String::from_utf8_lossy(rest.get(..end)?))
    })?;
    Some(if encoding == UTF_16BE || encoding == UTF_16LE { UTF_8 } else { encoding })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::html::text::normal;

    fn read(body: &[u8], content_type: Option<&str>) -> (String, &'static str) {
        let decoded = decode(body, content_type);
        (normal(&decoded.text).into_owned(), decoded.charset)
    }

    #[test]
    fn mark_beats_header_beats_meta() {
        let page = b"<meta charset=windows-1252>\xc4\x91";
        assert_eq!(read(page, Some("text/html; charset=UTF-8")).1, "UTF-8");
        assert_eq!(read(page, Some("text/html")).1, "windows-1252");
        assert_eq!(read(b"\xff\xfec\x00", Some("text/html; charset=utf-8")), ("c".into(), "UTF-16LE"));
        assert_eq!(read(b"\xef\xbb\xbfc", Some("text/html; charset=latin1")), ("c".into(), "UTF-8"));
    }

    #[test]
    fn the_old_code_page_reads_as_the_same_text() {
        // "Cổng dịch vụ": base letter with circumflex, then the tone as a combining mark.
        let page = b"C\xf4\xd2ng di\xf2ch vu\xf2";
        for content_type in [Some("text/html; charset=windows-1258"), None] {
            assert_eq!(read(page, content_type), ("Cổng dịch vụ".into(), "windows-1258"));
        }
        let declared =
            [b"<meta http-equiv=content-type content='text/html; charset=x-cp1258'>", &page[..]].concat();
        assert!(read(&declared, None).0.ends_with("Cổng dịch vụ"));
    }

    #[test]
    fn an_unknown_or_absurd_charset_does_no_harm() {
        assert_eq!(read("đ".as_bytes(), Some("text/html; charset=klingon")), ("đ".into(), "UTF-8"));
        assert_eq!(read("<meta charset=utf-16>đ".as_bytes(), None).1, "UTF-8");
        assert_eq!(read(b"", Some("charset")), (String::new(), "UTF-8"));
        assert_eq!(read(b"a\xff", Some("text/html; charset=utf-8")).0, "a\u{fffd}");
    }
}
