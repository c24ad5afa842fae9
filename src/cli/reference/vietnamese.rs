//! What settings mean, in Vietnamese: `vietnamese.txt` has pairs of lines, the English sentence that stands at the
//! setting in the code and its Vietnamese, and an empty line between pairs.

/// Every pair, English first.
pub fn sentences() -> impl Iterator<Item = (&'static str, &'static str)> {
    include_str!("vietnamese.txt").split("\n\n").filter_map(|pair| pair.trim().split_once('\n'))
}

/// The Vietnamese for a description.
#[must_use]
pub fn translate(english: &str) -> Option<&'static str> {
    sentences().find(|(known, _)| *known == english).map(|(_, vietnamese)| vietnamese)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::app::reference::{files, kinds};

    #[test]
    fn every_setting_is_explained_in_vietnamese_and_nothing_else_is() {
        let settings = files().into_iter().chain(kinds()).flat_map(|section| section.settings);
        let wanted: BTreeSet<String> = settings.map(|setting| setting.description).collect();
        let given: BTreeSet<String> = sentences().map(|(english, _)| english.to_owned()).collect();
        let missing: Vec<_> = wanted.difference(&given).filter(|words| !words.is_empty()).collect();
        let idle: Vec<_> = given.difference(&wanted).collect();
        assert!(missing.is_empty() && idle.is_empty(), "without Vietnamese: {missing:#?}\nidle: {idle:#?}");
    }
}
