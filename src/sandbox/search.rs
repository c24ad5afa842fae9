//! Search as citizens type: with or without diacritics, in any case, words in any order.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::content::{Ministry, Procedure};

/// Letters without marks, in lower case. `đ` is no letter with a mark to Unicode, so it has its own line.
pub(super) fn fold(text: &str) -> String {
    text.nfd()
        .filter(|letter| !is_combining_mark(*letter))
        .flat_map(char::to_lowercase)
        .map(|letter| if letter == 'đ' { 'd' } else { letter })
        .collect()
}

/// The procedures in which every word of the query occurs.
pub(super) fn find<'a>(ministry: &'a Ministry, query: &str) -> Vec<&'a Procedure> {
    let query = fold(query);
    let words: Vec<&str> = query.split_whitespace().collect();
    ministry
        .procedures
        .iter()
        .filter(|procedure| {
            let text = searched(ministry, procedure);
            !words.is_empty() && words.iter().all(|word| text.contains(word))
        })
        .collect()
}

fn searched(ministry: &Ministry, procedure: &Procedure) -> String {
    let field = ministry.field_name(&procedure.field);
    fold(&format!("{} {} {} {field}", procedure.code, procedure.title, procedure.summary))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(query: &str) -> Vec<String> {
        let ministry = Ministry::load();
        find(&ministry, query).iter().map(|procedure| procedure.code.clone()).collect()
    }

    #[test]
    fn words_are_found_with_and_without_diacritics() {
        let with = codes("đăng ký mượn thiết bị");
        assert_eq!(with, ["9.000203"]);
        assert_eq!(codes("DANG KY muon thiet bi"), with);
        assert_eq!(codes(&"đăng ký mượn thiết bị".nfd().collect::<String>()), with);
    }

    #[test]
    fn codes_are_found_and_nonsense_is_not() {
        assert_eq!(codes("9.000301"), ["9.000301"]);
        assert!(codes("không có thủ tục này đâu").is_empty());
        assert!(codes("   ").is_empty());
    }
}
