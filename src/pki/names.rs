//! Distinguished names as RFC 4514 writes them, and the names a certificate is for.

use std::fmt::Write;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::model::text::presentable;
use crate::pki::der::{OID, Reader, SEQUENCE, SET, implicit};
use crate::pki::oid::{ATTRIBUTES, dotted};

/// The longest distinguished name shown, in characters.
const NAME_MAX: usize = 500;
/// The longest host name shown: DNS allows 253.
const HOST_MAX: usize = 255;
/// The most names of one certificate that are kept; large hosting certificates carry a few hundred.
pub(super) const HOSTS_MAX: usize = 1000;

/// A name (`SEQUENCE` of `SET` of attribute), last part first. What cannot be read becomes words.
pub(super) fn distinguished(whole: &[u8]) -> String {
    let Some(sets) = Reader::new(whole).enter(SEQUENCE) else { return "unreadable name".to_owned() };
    let mut parts: Vec<String> = sets.map(|set| part(set.whole)).collect();
    parts.reverse();
    presentable(&parts.join(","), NAME_MAX)
}

/// One part: usually a single attribute.
fn part(set: &[u8]) -> String {
    let attributes = Reader::new(set).enter(SET).into_iter().flatten();
    attributes.map(|pair| attribute(pair.content)).collect::<Vec<_>>().join("+")
}

fn attribute(pair: &[u8]) -> String {
    let mut reader = Reader::new(pair);
    let (Some(key), Some(value)) = (reader.expect(OID), reader.next()) else {
        return "unreadable attribute".to_owned();
    };
    let known = ATTRIBUTES.iter().find(|(oid, _)| oid.as_bytes() == key.content);
    let key = known.map_or_else(|| dotted(key.content), |(_, short)| (*short).to_owned());
    match text(value.tag, value.content) {
        Some(text) => format!("{key}={}", escaped(&text)),
        None => format!("{key}=#{}", hexadecimal(value.whole)),
    }
}

/// The texts of one attribute of a name, by its short key, in order and presentable.
pub(super) fn values(whole: &[u8], key: &str) -> Vec<String> {
    let Some((oid, _)) = ATTRIBUTES.iter().find(|(_, short)| *short == key) else { return Vec::new() };
    let sets = Reader::new(whole).enter(SEQUENCE).into_iter().flatten();
    let pairs = sets.filter_map(|set| Reader::new(set.whole).enter(SET)).flatten();
    let wanted = pairs.filter_map(|pair| {
        let mut reader = Reader::new(pair.content);
        let named = reader.expect(OID)?.content == oid.as_bytes();
        reader.next().filter(|_| named).and_then(|value| text(value.tag, value.content))
    });
    wanted.map(|text| presentable(&text, NAME_MAX)).collect()
}

/// The text of a string type. Old authorities write `BMPString` and Latin-1 in `TeletexString`.
pub(super) fn text(tag: u8, content: &[u8]) -> Option<String> {
    match tag {
        0x0c | 0x12 | 0x13 | 0x16 | 0x1a => Some(String::from_utf8_lossy(content).into_owned()),
        0x14 => Some(content.iter().map(|byte| char::from(*byte)).collect()),
        0x1e => {
            let units = content.chunks_exact(2).map(|pair| u16::from(pair[0]) << 8 | u16::from(pair[1]));
            Some(char::decode_utf16(units).map(|unit| unit.unwrap_or('\u{fffd}')).collect())
        }
        0x1c => {
            let units =
                content.chunks_exact(4).map(|four| u32::from_be_bytes([four[0], four[1], four[2], four[3]]));
            Some(units.map(|unit| char::from_u32(unit).unwrap_or('\u{fffd}')).collect())
        }
        _ => None,
    }
}

/// RFC 4514 §2.4.
fn escaped(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let last = text.chars().count().saturating_sub(1);
    for (place, character) in text.chars().enumerate() {
        let edge = (place == 0 && matches!(character, ' ' | '#')) || (place == last && character == ' ');
        if edge || matches!(character, '"' | '+' | ',' | ';' | '<' | '>' | '\\') {
            shown.push('\\');
        }
        shown.push(character);
    }
    shown
}

/// The DNS names and IP addresses among the alternative names (the extension's value).
pub(super) fn hosts(extension: &[u8]) -> Vec<String> {
    let names = Reader::new(extension).enter(SEQUENCE).into_iter().flatten();
    names.filter_map(|name| host(name.tag, name.content)).take(HOSTS_MAX).collect()
}

fn host(tag: u8, content: &[u8]) -> Option<String> {
    if tag == implicit(2) {
        return Some(presentable(&String::from_utf8_lossy(content), HOST_MAX));
    }
    if tag != implicit(7) {
        return None;
    }
    let v4 = <[u8; 4]>::try_from(content).map(|octets| IpAddr::V4(Ipv4Addr::from(octets)));
    let v6 = <[u8; 16]>::try_from(content).map(|octets| IpAddr::V6(Ipv6Addr::from(octets)));
    Some(v4.or(v6).map_or_else(|_| "unreadable address".to_owned(), |address| address.to_string()))
}

/// Bytes as hexadecimal digits in lower case.
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_written_last_part_first_and_escaped() {
        let name = [
            &[0x30, 30][..],
            &[0x31, 11, 0x30, 9, 6, 3, 0x55, 4, 6, 0x13, 2, b'V', b'N'],
            &[0x31, 15, 0x30, 13, 6, 3, 0x55, 4, 3, 0x1e, 6, 0x1e, 0xd9, 0, b',', 0, b' '],
        ]
        .concat();
        assert_eq!(distinguished(&name), "CN=ộ\\,\\ ,C=VN");
        assert_eq!(distinguished(&[0x31, 0]), "unreadable name");
    }

    #[test]
    fn names_of_hosts_are_read_and_others_left_out() {
        let names = [0x30, 14, 0x82, 1, b'a', 0x81, 1, b'm', 0x87, 4, 127, 0, 0, 1, 0x87, 0];
        assert_eq!(hosts(&names), ["a", "127.0.0.1", "unreadable address"]);
    }
}
