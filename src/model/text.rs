//! Sentences for people, in Vietnamese and English side by side.

use serde::{Deserialize, Serialize};

/// The two languages of the product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Vietnamese.
    #[default]
    Vi,
    /// English.
    En,
}

/// One sentence in both languages; a place that needs words holds a `Text`, so that none can lack a language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text {
    /// Vietnamese.
    pub vi: &'static str,
    /// English.
    pub en: &'static str,
}

impl Text {
    /// The sentence in one language.
    #[must_use]
    pub const fn in_language(&self, language: Language) -> &'static str {
        match language {
            Language::Vi => self.vi,
            Language::En => self.en,
        }
    }
}

/// Text that a server sent, made fit to be shown: no control or bidirectional-override character, at most
/// `limit` characters (an ellipsis says that something was cut).
#[must_use]
pub fn presentable(text: &str, limit: usize) -> String {
    let mut shown = String::new();
    for (count, character) in text.chars().map(replace_unsafe).enumerate() {
        if count == limit {
            shown.push('…');
            break;
        }
        shown.push(character);
    }
    shown
}

/// Line breaks and tabs become spaces; whatever could move a cursor or turn the reading direction a mark.
fn replace_unsafe(character: char) -> char {
    match character {
        '\n' | '\r' | '\t' => ' ',
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => {
            '\u{fffd}'
        }
        _ if character.is_control() => '\u{fffd}',
        _ => character,
    }
}

#[cfg(test)]
mod tests {
    use super::presentable;

    #[test]
    fn what_a_server_sends_cannot_move_the_cursor() {
        assert_eq!(presentable("a\u{1b}[31m\nb\u{202e}c", 40), "a\u{fffd}[31m b\u{fffd}c");
        assert_eq!(presentable("Cổng dịch vụ công", 4), "Cổng…");
    }
}
