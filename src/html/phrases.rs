//! Phrases by which a page that answers gives itself away: maintenance, not found, kept out, captcha, login.
//!
//! The lists are data (`phrases/*.txt`), in Vietnamese and English; an operator adds his own or replaces ours. All are
//! searched in one pass, without regard to case and diacritics, and at word boundaries only.

use std::collections::BTreeMap;

use aho_corasick::{AhoCorasick, MatchKind};
use serde::{Deserialize, Serialize};

use crate::html::fold::fold;

/// What a phrase gives away.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum PhraseKind {
    /// The portal says that it is under maintenance.
    MaintenancePage,
    /// The portal says that there is no such page.
    #[serde(rename = "soft_404")]
    Soft404,
    /// A firewall keeps us out.
    Blocked,
    /// Somebody wants proof that we are human.
    Captcha,
    /// The page asks to log in.
    LoginPage,
}

impl PhraseKind {
    /// Every kind.
    pub const ALL: [Self; 5] =
        [Self::MaintenancePage, Self::Soft404, Self::Blocked, Self::Captcha, Self::LoginPage];

    /// The product's own list, one phrase a line; `#` begins a comment.
    const fn list(self) -> &'static str {
        match self {
            Self::MaintenancePage => include_str!("phrases/maintenance_page.txt"),
            Self::Soft404 => include_str!("phrases/soft_404.txt"),
            Self::Blocked => include_str!("phrases/blocked.txt"),
            Self::Captcha => include_str!("phrases/captcha.txt"),
            Self::LoginPage => include_str!("phrases/login_page.txt"),
        }
    }
}

/// An operator's own phrases of one kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct OwnPhrases {
    /// Phrases beside those of the product. `title: ...` is one that must be the whole title or heading.
    pub add: Vec<String>,
    /// Phrases instead of those of the product.
    pub only: Option<Vec<String>>,
}

/// What an operator writes below `phrases:`.
pub type PhraseSettings = BTreeMap<PhraseKind, OwnPhrases>;

/// One phrase.
#[derive(Clone, Debug)]
struct Phrase {
    kind: PhraseKind,
    /// As written in its list, for people.
    words: String,
    /// Folded, for comparison.
    folded: String,
    /// It must be the whole of a title or heading.
    whole: bool,
}

/// A phrase that was found in a text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found<'a> {
    pub(super) kind: PhraseKind,
    pub(super) words: &'a str,
    /// Where it stands in the folded text.
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) whole: bool,
}

/// Compiled phrase lists.
#[derive(Clone, Debug)]
pub struct Phrases {
    phrases: Vec<Phrase>,
    automaton: AhoCorasick,
}

impl Default for Phrases {
    /// The lists of the product.
    fn default() -> Self {
        Self::new(&PhraseSettings::new())
    }
}

impl Phrases {
    /// The lists of the product with an operator's own.
    ///
    /// # Panics
    /// Never: a list that is too long for the automaton would not fit into a file.
    #[must_use]
    pub fn new(own: &PhraseSettings) -> Self {
        let none = OwnPhrases::default();
        let mut phrases = Vec::new();
        for kind in PhraseKind::ALL {
            let own = own.get(&kind).unwrap_or(&none);
            let replaced = own.only.as_ref().map(|only| only.iter().map(String::as_str).collect());
            let base: Vec<&str> = replaced.unwrap_or_else(|| kind.list().lines().collect());
            let lines = base.into_iter().chain(own.add.iter().map(String::as_str));
            phrases.extend(lines.filter_map(|line| read(kind, line)));
        }
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .build(phrases.iter().map(|phrase| phrase.folded.as_str()))
            .expect("phrase lists are far smaller than the automaton's limit");
        Self { phrases, automaton }
    }

    /// Every phrase in a folded text, also those that overlap.
    pub(super) fn find<'a>(&'a self, folded: &'a str) -> impl Iterator<Item = Found<'a>> {
        self.automaton.find_overlapping_iter(folded).filter_map(move |found| {
            let phrase = self.phrases.get(found.pattern().as_usize())?;
            let (start, end) = (found.start(), found.end());
            at_word_boundaries(folded, start, end).then_some(Found {
                kind: phrase.kind,
                words: &phrase.words,
                start,
                end,
                whole: phrase.whole,
            })
        })
    }
}

/// Reads a line of a list; `None` for comments and lines without a word.
fn read(kind: PhraseKind, line: &str) -> Option<Phrase> {
    let line = line.trim();
    let (whole, words) = line.strip_prefix("title:").map_or((false, line), |words| (true, words.trim()));
    let folded = fold(words).trim().to_owned();
    let is_phrase = !line.starts_with('#') && folded.chars().any(char::is_alphanumeric);
    is_phrase.then(|| Phrase { kind, words: words.to_owned(), folded, whole })
}

/// Whether what is found is no part of a longer word.
fn at_word_boundaries(text: &str, start: usize, end: usize) -> bool {
    let before = text.get(..start).and_then(|before| before.chars().next_back());
    let after = text.get(end..).and_then(|after| after.chars().next());
    !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
}

/// Whether a path is one where portals let people log in. It tells a login loop from another loop.
#[must_use]
pub fn is_login_path(path: &str) -> bool {
    let known = || include_str!("phrases/login_paths.txt").lines().map(str::trim);
    path.split('/').any(|part| {
        let part = part.split(['.', ';']).next().unwrap_or_default();
        !part.is_empty() && known().any(|name| !name.starts_with('#') && name.eq_ignore_ascii_case(part))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(phrases: &Phrases, text: &str) -> Vec<PhraseKind> {
        phrases.find(&fold(text)).map(|found| found.kind).collect()
    }

    #[test]
    fn phrases_are_found_with_and_without_diacritics_at_word_boundaries() {
        let phrases = Phrases::default();
        for text in ["HỆ THỐNG ĐANG BẢO TRÌ.", "he thong dang bao tri"] {
            assert!(kinds(&phrases, text).contains(&PhraseKind::MaintenancePage), "{text}");
        }
        assert!(kinds(&phrases, "xhe thong dang bao triz").is_empty());
    }

    #[test]
    fn an_operator_adds_and_replaces() {
        let own = BTreeMap::from([
            (PhraseKind::Soft404, OwnPhrases { add: vec!["Trang đã dời nhà".into()], only: None }),
            (PhraseKind::MaintenancePage, OwnPhrases { add: vec![], only: Some(vec!["nghỉ tết".into()]) }),
        ]);
        let phrases = Phrases::new(&own);
        assert_eq!(kinds(&phrases, "trang da doi nha"), [PhraseKind::Soft404]);
        assert!(kinds(&phrases, "page not found").contains(&PhraseKind::Soft404));
        assert_eq!(kinds(&phrases, "Nghỉ Tết"), [PhraseKind::MaintenancePage]);
        assert!(kinds(&phrases, "hệ thống đang bảo trì").is_empty());
    }

    #[test]
    fn login_paths_are_known_by_their_parts() {
        for path in [
            "/login",
            "/Account/Login.aspx",
            "/web/dang-nhap;jsessionid=1",
            "/oauth2/authorize",
            "/realms/a/SSO/x",
        ] {
            assert!(is_login_path(path), "{path}");
        }
        for path in ["/", "/huong-dan-dang-nhap-lan-dau", "/logins", "/tin-tuc/cas-1"] {
            assert!(!is_login_path(path), "{path}");
        }
    }

    #[test]
    fn every_list_has_both_languages() {
        for kind in PhraseKind::ALL {
            let list = kind.list();
            assert!(list.lines().filter(|line| !line.starts_with('#')).any(str::is_ascii), "{kind:?}");
            assert!(
                list.lines().filter(|line| !line.starts_with('#')).any(|line| !line.is_ascii()),
                "{kind:?}"
            );
        }
    }
}
