//! Strings of a PDF as people read them, and its dates.

use chrono::{DateTime, FixedOffset, NaiveDate, TimeZone, Utc};

use crate::model::text::presentable;

/// How many characters of a string are shown.
const SHOWN: usize = 200;

/// What differs in `PDFDocEncoding` from Latin-1 within 0x80..=0xa0 (ISO 32000-2 annex D.2).
const SPECIAL: &str = "•†‡…—–ƒ⁄‹›−‰„“”‘’‚™ﬁﬂŁŒŠŸŽıłœšž\u{fffd}€";

/// A text string (§7.9.2.2), made presentable.
pub(super) fn text(bytes: &[u8]) -> String {
    presentable(&decoded(bytes), SHOWN)
}

/// Whether two text strings say the same, each in its own encoding. What cannot be decoded says nothing.
pub(super) fn same(one: &[u8], other: &[u8]) -> bool {
    let (one, other) = (decoded(one), decoded(other));
    one == other && !one.contains('\u{fffd}')
}

fn decoded(bytes: &[u8]) -> String {
    if let Some(units) = bytes.strip_prefix(&[0xfe, 0xff]) {
        let units: Vec<u16> = units
            .chunks(2)
            .map(|pair| pair.iter().fold(0, |unit, byte| unit << 8 | u16::from(*byte)))
            .collect();
        return String::from_utf16_lossy(&units);
    }
    if let Some(text) = bytes.strip_prefix(&[0xef, 0xbb, 0xbf]) {
        return String::from_utf8_lossy(text).into_owned();
    }
    // Vietnamese writers often put UTF-8 there without its mark; other bytes above 0x7f are hardly ever UTF-8.
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.to_owned();
    }
    let special = |byte: u8| SPECIAL.chars().nth(usize::from(byte.wrapping_sub(0x80)));
    bytes
        .iter()
        .map(|&byte| match byte {
            0x80..=0xa0 => special(byte).unwrap_or('\u{fffd}'),
            _ => char::from(byte),
        })
        .collect()
}

/// A date (§7.9.4): `D:YYYYMMDDHHmmSSOHH'mm'`, parts left out from behind; without an offset it is taken as UTC.
pub(super) fn date(bytes: &[u8]) -> Option<DateTime<Utc>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let text = text.strip_prefix("D:").unwrap_or(text);
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (stamp, offset) = text.split_at(digits);
    let part = |from: usize, to: usize, usual: u32| match stamp.get(from..to) {
        Some(part) => part.parse().ok(),
        None if stamp.len() <= from => Some(usual),
        None => None,
    };
    let year = stamp.get(..4)?.parse().ok()?;
    let day = NaiveDate::from_ymd_opt(year, part(4, 6, 1)?, part(6, 8, 1)?)?;
    let time = day.and_hms_opt(part(8, 10, 0)?, part(10, 12, 0)?, part(12, 14, 0)?)?;
    let zone = FixedOffset::east_opt(seconds_east(offset)?)?;
    zone.from_local_datetime(&time).single().map(|time| time.with_timezone(&Utc))
}

/// `+07'00'`, `-05'00`, `Z`, or nothing.
fn seconds_east(offset: &str) -> Option<i32> {
    let sign = match offset.chars().next() {
        None | Some('Z') => return Some(0),
        Some('+') => 1,
        Some('-') => -1,
        Some(_) => return None,
    };
    let mut parts = offset.get(1..)?.split('\'');
    let mut number = || match parts.next() {
        None | Some("") => Some(0),
        Some(part) => part.parse::<i32>().ok().filter(|number| (0..60).contains(number)),
    };
    let (hours, minutes) = (number()?, number()?);
    (hours < 24).then_some(sign * (hours * 3_600 + minutes * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_with_their_offset() {
        for (written, meant) in [
            (&b"D:20250131093000+07'00'"[..], Some("2025-01-31T02:30:00+00:00")),
            (b"D:20250131093000-05'30", Some("2025-01-31T15:00:00+00:00")),
            (b"D:20250131093000Z", Some("2025-01-31T09:30:00+00:00")),
            (b"20250131", Some("2025-01-31T00:00:00+00:00")),
            (b"D:2025013109300", None),
            (b"D:20251301", None),
            (b"D:20250131093000+99'00'", None),
            (b"yesterday", None),
        ] {
            assert_eq!(date(written).map(|time| time.to_rfc3339()).as_deref(), meant);
        }
    }

    #[test]
    fn the_same_words_are_the_same_in_any_encoding() {
        assert!(same(b"\xfe\xff", b"") && same(b"\xfe\xff\x00A", b"A") && same(b"\xef\xbb\xbfA", b"A"));
        assert!(
            !same(b"\xfe\xff\x00A", b"B")
                && !same(b"\xfe\xff\x00A", b"")
                && !same(b"\xfe\xff\xd8\x00", b"\x9f")
        );
    }

    #[test]
    fn strings_are_shown_whatever_their_encoding() {
        assert_eq!(text(b"\xfe\xff\x1e\xc7\x00A"), "ệA");
        assert_eq!(text("\u{feff}Hà Nội".as_bytes()), "Hà Nội");
        assert_eq!(text("Hà Nội".as_bytes()), "Hà Nội");
        assert_eq!(text(b"na\xefve \x85"), "naïve –");
    }
}
