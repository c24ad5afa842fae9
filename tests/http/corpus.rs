//! Pages written by hand, healthy and not: which of them a probe with nothing but a status expectation takes for what.
//!
//! The first word of a file's name is what it is. `{{fill N}}` stands for N news items of a portal.

use std::fs;
use std::path::Path;

use emc_monitor::html::page::Page;
use emc_monitor::html::phrases::{PhraseKind, Phrases};
use emc_monitor::html::signs::signs;

/// A news item of some 150 characters.
const ITEM: &str = "<div class=\"item\"><a href=\"/tin-tuc/chi-tiet\">Công bố danh mục thủ tục hành chính</a><p>Quyết định \
                    công bố thủ tục hành chính mới ban hành, được sửa đổi, bổ sung trong lĩnh vực giám định.</p></div>\n";

fn corpus() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/http/corpus");
    let mut pages: Vec<(String, String)> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            (
                path.file_stem().unwrap().to_string_lossy().into_owned(),
                fill(&fs::read_to_string(&path).unwrap()),
            )
        })
        .collect();
    pages.sort();
    pages
}

fn fill(page: &str) -> String {
    match page.split_once("{{fill ") {
        None => page.to_owned(),
        Some((before, rest)) => {
            let (count, after) = rest.split_once("}}").unwrap();
            format!("{before}{}{after}", ITEM.repeat(count.parse().unwrap()))
        }
    }
}

fn kind_of(name: &str) -> Option<PhraseKind> {
    match name.split('-').next().unwrap() {
        "healthy" => None,
        "maintenance" => Some(PhraseKind::MaintenancePage),
        "soft404" => Some(PhraseKind::Soft404),
        "blocked" => Some(PhraseKind::Blocked),
        "captcha" => Some(PhraseKind::Captcha),
        other => panic!("{other} is no kind of page"),
    }
}

#[test]
fn soft_failures_are_told_from_healthy_pages() {
    let phrases = Phrases::default();
    let (mut right, mut missed, mut false_alarms) = (0, Vec::new(), Vec::new());
    let pages = corpus();
    assert!(pages.len() >= 40);
    for (name, source) in &pages {
        let found: Vec<_> = signs(&Page::read(source), &phrases)
            .into_iter()
            .filter(|sign| sign.kind != PhraseKind::LoginPage)
            .collect();
        match kind_of(name) {
            None if found.is_empty() => {}
            None => false_alarms.push((name, found)),
            Some(kind) if found.iter().any(|sign| sign.kind == kind) => right += 1,
            Some(_) => missed.push((name, found)),
        }
    }
    let soft = right + missed.len();
    let percent = |whole: usize| 100 * right / whole;
    let (precision, recall) = (percent(right + false_alarms.len()), percent(soft));
    println!("{} pages, {soft} soft failures: precision {precision} %, recall {recall} %", pages.len());
    assert!(false_alarms.is_empty(), "taken for broken: {false_alarms:#?}");
    assert!(missed.is_empty(), "not noticed: {missed:#?}");
}

#[test]
fn login_pages_are_known_and_no_failure() {
    let phrases = Phrases::default();
    for (name, source) in corpus() {
        let is_login =
            signs(&Page::read(&source), &phrases).iter().any(|sign| sign.kind == PhraseKind::LoginPage);
        assert_eq!(is_login, name.contains("-login"), "{name}");
    }
}
