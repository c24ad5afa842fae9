//! The healthy pages satisfy judges that were not written here: axe-core in Chromium, and the Nu HTML checker.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;

use super::demo::{Demo, all_up};
use super::ministry::{Ministry, plain_client};

/// A page that is honest about not being there: the browser logs its status.
const MISSING: &str = "/khong-co-trang-nay";
/// Pages that links alone do not lead to.
const MORE: &[&str] = &[
    "/tim-kiem?q=thu%20vien",
    "/tim-kiem?q=xe%20bay",
    "/tim-kiem",
    "/tra-cuu-ho-so?ma=TH-261101-0001",
    "/tra-cuu-ho-so?ma=ABC",
    MISSING,
];

fn tools() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/node");
    assert!(folder.join("node_modules").exists(), "the Node tools are missing: run tests/setup/node.sh");
    folder
}

fn run(command: &mut Command) -> Output {
    let program = command.get_program().to_owned();
    command.output().unwrap_or_else(|error| panic!("{}: {error}; run make test", program.display()))
}

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

/// Has axe look at pages at two widths: nothing may be wrong, nothing undecided, nothing wider than the screen.
fn judge_with_axe(urls: &[String]) {
    let output = run(Command::new("node").arg(tools().join("axe.mjs")).args(urls));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(said.lines().count(), 2 * urls.len(), "{said}");
    for line in said.lines() {
        let verdict: Value = serde_json::from_str(line).unwrap();
        let errors = verdict["errors"].as_array().unwrap();
        let expected = usize::from(verdict["url"].as_str().unwrap().ends_with(MISSING));
        assert_eq!(errors.len(), expected, "the browser complains: {line}");
        assert_eq!(verdict["violations"].as_array().unwrap().len(), 0, "{line}");
        assert_eq!(verdict["undecided"].as_array().unwrap().len(), 0, "{line}");
        assert_eq!(verdict["overflow"], false, "wider than the screen: {line}");
        assert!(verdict["passed"].as_u64().unwrap() > 10, "axe hardly looked: {line}");
    }
}

/// Has the checker read files; it may have nothing to say, not even a hint.
fn judge_with_checker(files: &[PathBuf]) {
    let jar = tools().join("node_modules/vnu-jar/build/dist/vnu.jar");
    let check = ["--format", "json", "--also-check-css", "--also-check-svg"];
    let output = run(Command::new("java").arg("-jar").arg(jar).args(check).args(files));
    let said = String::from_utf8(output.stderr).unwrap();
    let report: Value = serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error}: {said}"));
    assert_eq!(report["messages"].as_array().unwrap().len(), 0, "{report:#}");
    assert!(output.status.success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn axe_finds_nothing_on_any_page_at_the_width_of_a_phone_or_a_desk() {
    let ministry = Ministry::open().await;
    // All procedure pages come from one template: one of them stands for all.
    let pages = every_page(&ministry).await;
    let judged = pages.iter().filter(|path| !path.starts_with("/thu-tuc/") || path.ends_with("0102"));
    let urls: Vec<String> = judged.map(|path| ministry.http(path)).collect();
    assert!(urls.len() >= MORE.len() + 5, "{urls:?}");
    judge_with_axe(&urls);
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
    judge_with_axe(&urls);
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
