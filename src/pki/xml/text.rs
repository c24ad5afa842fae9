//! Bytes into text as an XML processor must see it: decoded, and with every line break a line feed (XML 1.0 §2.11).

use std::borrow::Cow;

use crate::model::text::presentable;
use crate::model::told::{Told, told};
use crate::pki::verdict::{Flaw, SignatureReason};

/// Decodes a file: UTF-8, or UTF-16 with a byte order mark. Other encodings are refused by name.
///
/// # Errors
///
/// `malformed` where the bytes are not of the encoding, or the encoding is none of these.
pub(super) fn read(bytes: &[u8]) -> Result<Cow<'_, str>, Flaw> {
    let text = match bytes {
        [0xfe, 0xff, rest @ ..] => Cow::Owned(utf16(rest, u16::from_be_bytes)?),
        [0xff, 0xfe, rest @ ..] => Cow::Owned(utf16(rest, u16::from_le_bytes)?),
        [0xef, 0xbb, 0xbf, rest @ ..] => Cow::Borrowed(utf8(rest)?),
        _ => Cow::Borrowed(utf8(bytes)?),
    };
    declaration(&text, matches!(text, Cow::Owned(_)))?;
    Ok(if text.contains('\r') { Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n")) } else { text })
}

fn utf8(bytes: &[u8]) -> Result<&str, Flaw> {
    std::str::from_utf8(bytes).map_err(|error| {
        let place = error.valid_up_to();
        malformed(told!("byte thứ {place} không phải UTF-8", "byte {place} is not UTF-8"))
    })
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, Flaw> {
    let broken = || malformed(told!("nội dung không phải UTF-16", "the content is not UTF-16"));
    if !bytes.len().is_multiple_of(2) {
        return Err(broken());
    }
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    char::decode_utf16(units).collect::<Result<_, _>>().map_err(|_| broken())
}

/// What the XML declaration says must be what was done: a file that two readers decode in two ways is two files.
fn declaration(text: &str, wide: bool) -> Result<(), Flaw> {
    let Some(rest) = text.strip_prefix("<?xml").filter(|rest| rest.starts_with([' ', '\t', '\r', '\n']))
    else {
        return Ok(());
    };
    let inside = rest.split_once("?>").map_or(rest, |(inside, _)| inside);
    if let Some(version) = pseudo_attribute(inside, "version").filter(|version| *version != "1.0") {
        let version = presentable(version, 20);
        return Err(malformed(told!(
            "XML phiên bản \"{version}\": chỉ đọc phiên bản 1.0",
            "XML version \"{version}\": only 1.0 is read"
        )));
    }
    let Some(encoding) = pseudo_attribute(inside, "encoding") else { return Ok(()) };
    let fits = match encoding.to_ascii_lowercase().as_str() {
        "utf-8" | "utf8" => !wide,
        "us-ascii" | "ascii" => !wide && text.is_ascii(),
        "utf-16" | "utf-16le" | "utf-16be" => wide,
        _ => false,
    };
    if fits {
        return Ok(());
    }
    let encoding = presentable(encoding, 40);
    Err(malformed(told!(
        "tệp khai bảng mã \"{encoding}\": chỉ đọc UTF-8 và UTF-16 có BOM, đúng như khai báo",
        "the file declares the encoding \"{encoding}\": only UTF-8, and UTF-16 with a byte order mark, are read, and \
         only as declared"
    )))
}

fn pseudo_attribute<'a>(inside: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = inside.split_once(name)?;
    let rest = rest.trim_start().strip_prefix('=')?.trim_start();
    let quote = rest.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    rest.get(1..)?.split_once(quote).map(|(value, _)| value)
}

/// A file that is no XML that is read here.
pub(super) fn malformed(told: impl Into<Told>) -> Flaw {
    Flaw::new(SignatureReason::Malformed, told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_decoded_and_lines_end_in_one_way() {
        assert_eq!(read("\u{feff}<a>\r\n\r\n\r</a>".as_bytes()).unwrap(), "<a>\n\n\n</a>");
        let wide: Vec<u8> = "\u{feff}<?xml version='1.0' encoding='UTF-16'?><á/>"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert!(read(&wide).unwrap().ends_with("<á/>"));
        assert!(matches!(read(b"<a/>").unwrap(), Cow::Borrowed(_)));
    }

    #[test]
    fn what_is_declared_must_be_what_is_there() {
        for bad in [
            "<?xml version='1.1'?><a/>",
            "<?xml version='1.0' encoding='windows-1258'?><a/>",
            "<?xml version='1.0' encoding='UTF-16'?><a/>",
        ] {
            assert_eq!(read(bad.as_bytes()).unwrap_err().reason, SignatureReason::Malformed, "{bad}");
        }
        for bad in [&b"<a>\xff</a>"[..], b"\xff\xfe<", b"\xfe\xff\xd8\x00"] {
            assert_eq!(read(bad).unwrap_err().reason, SignatureReason::Malformed);
        }
        assert!(read(b"<?xml version=\"1.0\" encoding = \"utf-8\" ?><a/>").is_ok());
    }
}
