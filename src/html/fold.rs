//! Text as it is compared with phrases: lower case, without diacritics, with plain quotes and single spaces.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Folds text. `Đ` is no letter with a mark in Unicode and needs a line of its own.
pub(super) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for character in text.nfd().filter(|character| !is_combining_mark(*character)) {
        match character {
            'đ' | 'Đ' | 'ð' | 'Ð' => folded.push('d'),
            '’' | '‘' | 'ʼ' => folded.push('\''),
            '–' | '—' | '‑' | '−' => folded.push('-'),
            _ if character.is_whitespace() => {
                if !folded.ends_with(' ') {
                    folded.push(' ');
                }
            }
            _ => folded.extend(character.to_lowercase()),
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn with_and_without_diacritics_fold_to_the_same() {
        for text in [
            "Hệ thống ĐANG bảo trì",
            "HE THONG dang bao tri",
            "He\u{302}\u{323} tho\u{302}\u{301}ng đang  bảo\u{a0}trì",
        ] {
            assert_eq!(fold(text), "he thong dang bao tri", "{text}");
        }
    }
}
