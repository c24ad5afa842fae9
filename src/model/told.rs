//! A sentence with values in it, made in both languages at the one place that knows what is wrong.
//!
//! [`told!`](crate::model::told::told) makes one, Vietnamese first. Sentences without values are a
//! [`Text`](crate::model::text::Text). Logs and JSON take the English one (`{}`).

use std::fmt;

use serde::{Serialize, Serializer};

use crate::model::text::{Language, Text};

/// Stands between the two languages where both must pass through something that carries one text only.
const BETWEEN: char = '\u{1e}';

/// A sentence in both languages.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Told {
    /// Vietnamese.
    pub vi: String,
    /// English.
    pub en: String,
}

/// Makes a [`Told`] of a Vietnamese and an English format: `told!("thiếu \"{key}\"", "\"{key}\" is missing")`. A value
/// that is no variable is named behind the two, `key = entry.key`, and must then stand in both.
macro_rules! told {
    ($vi:literal, $en:literal $(, $name:ident = $value:expr)* $(,)?) => {
        $crate::model::told::Told {
            vi: ::std::fmt::format(::std::format_args!($vi $(, $name = $value)*)),
            en: ::std::fmt::format(::std::format_args!($en $(, $name = $value)*)),
        }
    };
}
pub(crate) use told;

impl Told {
    /// Nothing to say.
    #[must_use]
    pub const fn nothing() -> Self {
        Self { vi: String::new(), en: String::new() }
    }

    /// What reads the same in both languages: a name, a number, the words of a server or a library.
    #[must_use]
    pub fn same(text: impl Into<String>) -> Self {
        let vi = text.into();
        Self { en: vi.clone(), vi }
    }

    /// How much memory the two take.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.vi.len() + self.en.len()
    }

    /// Whether there is nothing to say.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.en.is_empty()
    }

    /// The sentence in one language.
    #[must_use]
    pub fn in_language(&self, language: Language) -> &str {
        match language {
            Language::Vi => &self.vi,
            Language::En => &self.en,
        }
    }

    /// Both sentences changed alike.
    #[must_use]
    pub fn map(&self, change: impl Fn(&str) -> String) -> Self {
        Self { vi: change(&self.vi), en: change(&self.en) }
    }

    /// Several sentences as one, with the same sign between them in both languages.
    #[must_use]
    pub fn joined(parts: &[Self], between: &str) -> Self {
        let join = |language| {
            let parts: Vec<&str> = parts.iter().map(|part| part.in_language(language)).collect();
            parts.join(between)
        };
        Self { vi: join(Language::Vi), en: join(Language::En) }
    }

    /// Several sentences as an enumeration: `a, b and c`.
    #[must_use]
    pub fn listed(parts: &[Self]) -> Self {
        match parts {
            [] => Self::nothing(),
            [only] => only.clone(),
            [most @ .., last] => {
                let most = Self::joined(most, ", ");
                Self {
                    vi: format!("{} và {}", most.vi, last.vi), en: format!("{} and {}", most.en, last.en)
                }
            }
        }
    }

    /// Reads back what `{:#}` wrote; any other text is taken for both languages.
    #[must_use]
    pub fn of_both(text: &str) -> Self {
        match text.split_once(BETWEEN) {
            Some((vi, en)) => Self { vi: vi.to_owned(), en: en.to_owned() },
            None => Self::same(text),
        }
    }
}

impl From<&str> for Told {
    /// What reads the same in both languages.
    fn from(text: &str) -> Self {
        Self::same(text)
    }
}

impl From<String> for Told {
    fn from(text: String) -> Self {
        Self::same(text)
    }
}

impl From<&String> for Told {
    fn from(text: &String) -> Self {
        Self::same(text.as_str())
    }
}

impl From<&Self> for Told {
    fn from(told: &Self) -> Self {
        told.clone()
    }
}

impl From<Text> for Told {
    fn from(text: Text) -> Self {
        Self { vi: text.vi.to_owned(), en: text.en.to_owned() }
    }
}

impl fmt::Display for Told {
    /// `{}` is English, for logs. `{:#}` carries both through what only takes a text, such as serde's errors.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if f.alternate() { write!(f, "{}{BETWEEN}{}", self.vi, self.en) } else { f.write_str(&self.en) }
    }
}

impl std::error::Error for Told {}

impl Serialize for Told {
    /// English: what programs read has one language.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.en)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_are_made_at_once_and_pass_through_one_text() {
        let key = "every";
        let told = told!("còn thiếu khóa \"{key}\" ({count})", "{count} of \"{key}\"", count = 1 + 1);
        assert_eq!(told.in_language(Language::Vi), "còn thiếu khóa \"every\" (2)");
        assert_eq!(told.to_string(), "2 of \"every\"");
        assert_eq!(Told::of_both(&format!("{told:#}")), told);
        assert_eq!(Told::of_both("plain"), Told::same("plain"));
    }

    #[test]
    fn sentences_are_listed_as_each_language_does() {
        let listed = Told::listed(&[Told::same("a"), Told::same("b"), Told::same("c")]);
        assert_eq!((listed.vi.as_str(), listed.en.as_str()), ("a, b và c", "a, b and c"));
    }
}
