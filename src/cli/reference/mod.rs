//! The reference parts of the manual, made of the code: commands, settings, metrics, reasons, exit codes.
//!
//! `cargo run --example docs` writes them into `docs/`; a test fails when what lies there is not what comes out here.

mod commands;
mod settings;
pub mod vietnamese;

use crate::app;
use crate::cli::exit::CODES;
use crate::model::reason::{Owner, Reason};
use crate::model::text::{Language, Text};

const GENERATED: Text = Text {
    vi: "Trang này được tạo từ mã nguồn bằng `cargo run --example docs`; đừng sửa tay.",
    en: "This page is made from the code by `cargo run --example docs`; do not edit it.",
};

/// One page: path below `docs/` and content.
pub type Page = (String, String);

/// Every generated page.
#[must_use]
pub fn pages() -> Vec<Page> {
    let mut pages = vec![
        ("schema/result.json".to_owned(), format!("{:#}\n", app::schema::result())),
        ("schema/verification.json".to_owned(), format!("{:#}\n", app::verify::schema::verification())),
    ];
    for (language, folder) in [(Language::Vi, "vi"), (Language::En, "en")] {
        let contents = [
            ("commands", commands::page(language)),
            ("configuration", settings::files(language)),
            ("kinds", settings::kinds(language)),
            ("metrics", metrics(language)),
            ("reasons", reasons(language)),
            ("exit-codes", exit_codes(language)),
        ];
        for (name, content) in contents {
            pages.push((format!("{folder}/reference/{name}.md"), content));
        }
    }
    pages
}

/// Title and note of a page.
fn head(title: Text, language: Language) -> String {
    format!("# {}\n\n<!-- {} -->\n\n", title.in_language(language), GENERATED.in_language(language))
}

/// A row of a table; a `|` within a cell would end it.
fn row(cells: &[&str]) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|").replace('\n', " ")).collect();
    format!("| {} |\n", cells.join(" | "))
}

fn table_head(cells: &[Text], language: Language) -> String {
    let names: Vec<&str> = cells.iter().map(|cell| cell.in_language(language)).collect();
    row(&names) + &row(&vec!["---"; cells.len()])
}

fn metrics(language: Language) -> String {
    const COLUMNS: &[Text] = &[
        Text { vi: "Tên", en: "Name" },
        Text { vi: "Loại", en: "Type" },
        Text { vi: "Nhãn", en: "Labels" },
        Text { vi: "Ý nghĩa", en: "Meaning" },
    ];
    let mut page = head(Text { vi: "Các số đo", en: "Metrics" }, language);
    page += &table_head(COLUMNS, language);
    for metric in app::reference::metrics() {
        let name = format!("`{}`", metric.name);
        let labels: Vec<String> = metric.labels.iter().map(|label| format!("`{label}`")).collect();
        page += &row(&[&name, metric.metric_type, &labels.join(" "), metric.help.in_language(language)]);
    }
    page
}

fn reasons(language: Language) -> String {
    const COLUMNS: &[Text] = &[
        Text { vi: "Lý do", en: "Reason" },
        Text { vi: "Trạng thái", en: "Status" },
        Text { vi: "Do ai", en: "Whose" },
        Text { vi: "Ý nghĩa", en: "Meaning" },
        Text { vi: "Việc cần làm trước tiên", en: "What to do first" },
    ];
    let mut page = head(Text { vi: "Các lý do và cách xử lý", en: "Reasons and what to do" }, language);
    page += &table_head(COLUMNS, language);
    for reason in Reason::ALL {
        let text = reason.text();
        page += &row(&[
            &format!("<a id=\"{reason}\"></a>`{reason}`"),
            &format!("`{}`", reason.status()),
            owner(reason.owner()).in_language(language),
            text.meaning.in_language(language),
            text.action.in_language(language),
        ]);
    }
    page
}

const fn owner(owner: Owner) -> Text {
    match owner {
        Owner::Portal => Text { vi: "cổng", en: "the portal's" },
        Owner::Ours => Text { vi: "máy giám sát", en: "ours" },
        Owner::Nobody => Text { vi: "không của ai", en: "nobody's" },
        Owner::Dependency => Text { vi: "hệ thống dùng chung", en: "a dependency's" },
    }
}

fn exit_codes(language: Language) -> String {
    const COLUMNS: &[Text] = &[Text { vi: "Mã", en: "Code" }, Text { vi: "Ý nghĩa", en: "Meaning" }];
    const WORST: Text = Text {
        vi: "Khi có nhiều kết quả: `down` nặng hơn `unknown`, rồi đến `degraded`, rồi `up`.",
        en: "Of several results the worst decides: `down`, then `unknown`, then `degraded`, then `up`.",
    };
    let mut page = head(Text { vi: "Mã kết thúc", en: "Exit codes" }, language);
    page += &table_head(COLUMNS, language);
    for (exit, meaning) in CODES {
        page += &row(&[&exit.code().to_string(), meaning.in_language(language)]);
    }
    page + "\n" + WORST.in_language(language) + "\n"
}
