//! The settings of files and kinds, out of the schemas.

use crate::app::reference::{Section, Setting, Takes, files as file_sections, kinds as kind_sections};
use crate::cli::reference::vietnamese::translate;
use crate::cli::reference::{head, row, table_head};
use crate::model::text::{Language, Text};

const COLUMNS: &[Text] = &[
    Text { vi: "Khóa", en: "Key" },
    Text { vi: "Giá trị", en: "Value" },
    Text { vi: "Mặc định", en: "Default" },
    Text { vi: "Ý nghĩa", en: "Meaning" },
];
const NESTED: Text = Text {
    vi: "`a.b` là khóa `b` nằm trong `a`; `a[]` là từng phần tử của danh sách `a`.",
    en: "`a.b` is the key `b` within `a`; `a[]` is each element of the list `a`.",
};

/// The page on the kinds.
pub(super) fn kinds(language: Language) -> String {
    page(Text { vi: "Các loại phép đo", en: "Kinds of probe" }, &kind_sections(), language)
}

/// The page on the files.
pub(super) fn files(language: Language) -> String {
    page(Text { vi: "Các khóa cấu hình", en: "Configuration keys" }, &file_sections(), language)
}

fn page(title: Text, sections: &[Section], language: Language) -> String {
    let mut page = head(title, language) + NESTED.in_language(language) + "\n";
    for section in sections {
        let summary = section.summary.in_language(language);
        page += &format!("\n## `{}`: {summary}\n\n", section.name);
        page += &table_head(COLUMNS, language);
        for setting in &section.settings {
            page += &setting_row(setting, language);
        }
    }
    page
}

fn setting_row(setting: &Setting, language: Language) -> String {
    let default = if setting.default.is_empty() { String::new() } else { format!("`{}`", setting.default) };
    let meaning = match language {
        Language::En => setting.description.as_str(),
        Language::Vi => translate(&setting.description).unwrap_or(&setting.description),
    };
    row(&[&format!("`{}`", setting.path), &takes(&setting.takes, language), &default, meaning])
}

fn takes(takes: &Takes, language: Language) -> String {
    let text = match takes {
        Takes::Text => Text { vi: "chữ", en: "text" },
        Takes::Number => Text { vi: "số", en: "number" },
        Takes::Switch => Text { vi: "`true`, `false`", en: "`true`, `false`" },
        Takes::Duration => Text { vi: "thời gian", en: "duration" },
        Takes::Size => Text { vi: "dung lượng", en: "size" },
        Takes::List => Text { vi: "danh sách", en: "list" },
        Takes::Map => Text { vi: "bảng khóa", en: "map" },
        Takes::Words(words) => {
            return words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
        }
    };
    text.in_language(language).to_owned()
}
