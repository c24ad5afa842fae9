//! The beginning of a text as evidence: short, on one line, and without what might belong to a person or open a door.

use std::borrow::Cow;

/// Stands where something was left out.
const LEFT_OUT: &str = "[…]";
/// The fewest digits that are left out where they stand together: telephone, identity and account numbers have as many.
const DIGITS_MIN: usize = 9;
/// The fewest letters and digits, mixed, that are taken for a token: 128 bits in Base64 are as many.
const TOKEN_MIN: usize = 22;
/// What a word may hold; all else lies between words.
const WITHIN: &str = "@._-+/=%~?&:#$!*";

/// The first characters of a text, at most `most`. Left out are e-mail addresses, long numbers, what looks like a token, and
/// whatever stands behind the question mark of an address.
#[must_use]
pub fn excerpt(text: &str, most: usize) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let (mut shown, mut count) = (String::new(), 0);
    for piece in Pieces(&text) {
        let piece = match piece {
            Piece::Word(word) => Cow::Owned(fit(word)),
            Piece::Between(between) => Cow::Borrowed(between),
        };
        count += piece.chars().count();
        shown.push_str(&piece);
        if count > most {
            break;
        }
    }
    shown.chars().take(most).collect()
}

/// Part of a text.
enum Piece<'a> {
    Word(&'a str),
    Between(&'a str),
}

struct Pieces<'a>(&'a str);

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        let in_word = |character: char| character.is_alphanumeric() || WITHIN.contains(character);
        let first = in_word(self.0.chars().next()?);
        let end = self.0.find(|character| in_word(character) != first).unwrap_or(self.0.len());
        let (piece, rest) = self.0.split_at(end);
        self.0 = rest;
        Some(if first { Piece::Word(piece) } else { Piece::Between(piece) })
    }
}

/// A word as it may be shown.
fn fit(word: &str) -> String {
    let (path, query) = word.split_once('?').map_or((word, ""), |(path, query)| (path, query));
    let asks = query.contains('=');
    let kept = if asks { path } else { word };
    let shown = if is_private(kept) { LEFT_OUT } else { kept };
    if asks { format!("{shown}?{LEFT_OUT}") } else { shown.to_owned() }
}

fn is_private(word: &str) -> bool {
    let is_mail = word.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'));
    is_mail || is_number(word) || word.split(['/', '=', ':', '&']).any(is_token)
}

/// Digits with at most the signs between them that people write in numbers. An address of four numbers is none.
fn is_number(word: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let written = word.bytes().all(|byte| byte.is_ascii_digit() || b".-+:".contains(&byte));
    let is_address = word.trim_matches('.').parse::<std::net::Ipv4Addr>().is_ok();
    digits >= DIGITS_MIN && written && !is_address
}

fn is_token(part: &str) -> bool {
    let has = |is: fn(&char) -> bool| part.chars().any(|character| is(&character));
    part.len() >= TOKEN_MIN && part.is_ascii() && has(char::is_ascii_digit) && has(char::is_ascii_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::excerpt;

    #[test]
    fn what_may_be_private_is_left_out() {
        for (text, shown) in [
            ("Lỗi 503:  hệ thống\n đang  bận.", "Lỗi 503: hệ thống đang bận."),
            ("gọi 0912345678 hoặc 0912.345.678", "gọi […] hoặc […]"),
            ("CCCD: 012345678901", "CCCD: […]"),
            ("viết cho an.nguyen@bo-vd.example.", "viết cho […]"),
            ("xem https://a.example/x?sid=1&b=2 ngay", "xem https://a.example/x?[…] ngay"),
            ("{\"token\":\"eyJhbGciOiJIUzI1NiJ9abc\"}", "{\"token\":\"[…]\"}"),
            ("ID=0123456789abcdef01234567 x", "[…] x"),
            ("từ 203.113.131.100 ngày 2026-11-24", "từ 203.113.131.100 ngày 2026-11-24"),
            ("Bạn có chắc không? Có.", "Bạn có chắc không? Có."),
        ] {
            assert_eq!(excerpt(text, 200), shown);
        }
    }

    #[test]
    fn it_is_bounded_in_characters() {
        assert_eq!(excerpt("đường dây nóng", 5), "đường");
        assert_eq!(excerpt(&"á".repeat(100_000), 30).chars().count(), 30);
        assert_eq!(excerpt("", 5), "");
    }
}
