//! Every sentence of the program that stands in both languages, read from the source: Vietnamese holds no English, and
//! both hold the same values.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

/// Words of English that no Vietnamese sentence holds, with or without its marks.
const ENGLISH: &[&str] = &[
    "the", "is", "are", "was", "of", "with", "and", "or", "not", "must", "cannot", "unknown", "expected",
    "missing", "invalid", "write", "allowed", "takes", "given", "there", "this", "from", "than", "which",
    "has", "should", "least", "most", "error", "warning", "help", "value", "key", "between", "after",
    "before", "name", "list", "number", "long", "out", "add", "remove", "keep",
];

/// The English words of a Vietnamese sentence. What stands in quotes is the operator's, or foreign and shown as such.
pub fn english_words(sentence: &str) -> Vec<&str> {
    let outside = sentence.split(['"', '`']).step_by(2);
    let words = outside.flat_map(|part| part.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '-'));
    words.filter(|word| ENGLISH.contains(word)).collect()
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// The names between braces, whatever their format. Where a part of the sentence is itself in both languages, it is
/// called `vi` in one and `en` in the other.
fn placeholders(format: &str) -> BTreeSet<String> {
    let plain = format.replace("{{", "").replace("}}", "");
    let parts = plain.split('{').skip(1);
    let names = parts.map(|part| part.split(['}', ':']).next().unwrap_or_default());
    names.filter(|name| !matches!(*name, "vi" | "en")).map(str::to_owned).collect()
}

#[test]
fn every_sentence_holds_the_same_values_in_both_languages_and_no_english_in_the_vietnamese() {
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    let literal = r#""((?:[^"\\]|\\.)*)""#;
    let told = Regex::new(&format!(r"told!\(\s*{literal},\s*{literal}")).unwrap();
    let text = Regex::new(&format!(r"Text \{{\s*vi: {literal},\s*en: {literal}")).unwrap();
    let pair =
        Regex::new(&format!(r"vi: format!\(\s*{literal}.*\s*\),\s*en: format!\(\s*{literal}")).unwrap();
    let value = Regex::new(r"\{[^}]*\}").unwrap();
    let mut count = 0;
    for file in files {
        let code = fs::read_to_string(&file).unwrap();
        let code = code.split("#[cfg(test)]").next().unwrap();
        for (form, same_values) in [(&told, true), (&text, false), (&pair, false)] {
            for found in form.captures_iter(code) {
                let (vi, en) = (found[1].replace("\\\"", "\""), found[2].replace("\\\"", "\""));
                let place = file.display();
                assert_eq!(english_words(&value.replace_all(&vi, "…")), [""; 0], "{place}: {vi}");
                if same_values {
                    assert_eq!(placeholders(&vi), placeholders(&en), "{place}: {vi} / {en}");
                    count += 1;
                }
            }
        }
    }
    assert!(count > 150, "only {count} sentences were found: has the macro changed its form?");
}
