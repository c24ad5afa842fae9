//! The healthy pages satisfy judges that were not written here: axe-core in Chromium, and the Nu HTML checker.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::judges::{MISSING, judge_with_axe, judge_with_checker};

use super::demo::{Demo, all_up};
use super::ministry::{Ministry, plain_client};

/// Pages that links alone do not lead to.
const MORE: &[&str] = &[
    "/tim-kiem?q=thu%20vien",
    "/tim-kiem?q=xe%20bay",
    "/tim-kiem",
    "/tra-cuu-ho-so?ma=TH-261101-0001",
    "/tra-cuu-ho-so?ma=ABC",
    MISSING,
];

async fn every_page(ministry: &Ministry) -> BTreeSet<String> {
    let mut todo: Vec<String> = MORE.iter().map(|path| (*path).to_owned()).chain(["/".to_owned()]).collect();
    let mut pages = BTreeSet::new();
    while let Some(path) = todo.pop() {
        if path.starts_with("/tinh/") || path.starts_with("/bieu-mau/") || !pages.insert(path.clone()) {
            continue;
        }
        let page = ministry.get(&path).await.text().await.unwrap();
        let document = scraper::Html::parse_document(&page);
        let links = scraper::Selector::parse("a[href^='/']").unwrap();
        let found = document.select(&links).filter_map(|link| link.attr("href"));
        todo.extend(found.map(|to| to.split(['#', '?']).next().unwrap().to_owned()));
    }
    pages
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn axe_finds_nothing_on_any_page_at_the_width_of_a_phone_or_a_desk() {
    let ministry = Ministry::open().await;
    // All procedure pages come from one template: one of them stands for all.
    let pages = every_page(&ministry).await;
    let judged = pages.iter().filter(|path| !path.starts_with("/thu-tuc/") || path.ends_with("0102"));
    let urls: Vec<String> = judged.map(|path| ministry.http(path)).collect();
    assert!(urls.len() >= MORE.len() + 5, "{urls:?}");
    judge_with_axe(&urls, &[]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_html_checker_has_nothing_to_say() {
    let ministry = Ministry::open().await;
    let folder = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    for (number, path) in every_page(&ministry).await.into_iter().enumerate() {
        files.push(save(&folder, &format!("{number}.html"), &ministry, &path).await);
    }
    files.push(save(&folder, "style.css", &ministry, "/tinh/phong-cach.css").await);
    files.push(save(&folder, "emblem.svg", &ministry, "/tinh/bieu-tuong.svg").await);
    assert!(files.len() > 20);
    judge_with_checker(&files);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_monitors_own_pages_satisfy_the_same_judges() {
    let demo = Demo::start().await;
    demo.until(all_up).await;
    let landing =
        plain_client().get(format!("{}/", demo.monitor)).send().await.unwrap().text().await.unwrap();
    let document = scraper::Html::parse_document(&landing);
    let links = scraper::Selector::parse("a[href*='runs/']").unwrap();
    let runs: BTreeSet<&str> = document.select(&links).filter_map(|link| link.attr("href")).collect();
    let base = url::Url::parse(&demo.monitor).unwrap();
    let mut urls = vec![base.to_string()];
    urls.extend(runs.iter().take(3).map(|run| base.join(run).unwrap().to_string()));
    assert!(urls.len() > 1, "no run is linked: {landing}");
    judge_with_axe(&urls, &[]);
    let folder = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    for (number, url) in urls.iter().enumerate() {
        files.push(folder.path().join(format!("{number}.html")));
        std::fs::write(&files[number], plain_client().get(url).send().await.unwrap().bytes().await.unwrap())
            .unwrap();
    }
    judge_with_checker(&files);
}

async fn save(folder: &tempfile::TempDir, name: &str, ministry: &Ministry, path: &str) -> PathBuf {
    let file = folder.path().join(name);
    std::fs::write(&file, ministry.get(path).await.bytes().await.unwrap()).unwrap();
    file
}
