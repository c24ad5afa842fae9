//! The pictures of dashboards, runs and the landing page in the manual: `make pictures`. Not part of the tests: it takes
//! minutes and judges nothing.

use std::time::Duration;

use super::ministry::Scene;
use super::preview::preview;
use crate::pictures::Picture;

/// Dashboards, whether in the dark, and of what.
const BOARDS: [(&str, bool, &[&str]); 3] = [
    ("overview", false, &[]),
    ("portal", true, &["--var", "authority=thuc-hanh", "--var", "portal=dvc"]),
    ("slo", false, &[]),
];
/// Seldom enough that a busy machine answers in time: a scrape that failed is a gap in every chart.
const SCRAPED_EVERY: &str = "4s";
/// So many answers before things break, and so many in all, make charts worth a look.
const BEFORE: &str = "count_over_time(up[10m]) > 14";
const ENOUGH: &str = "count_over_time(up[10m]) > 40";
const PATIENCE: Duration = Duration::from_secs(900);

#[test]
#[ignore = "writes docs/images: run make pictures"]
fn pictures_of_the_dashboards_and_of_a_run() {
    let scene = Scene::before_incidents(SCRAPED_EVERY);
    scene.prometheus.until_within(BEFORE, PATIENCE);
    scene.break_things();
    scene.prometheus.until_within(ENOUGH, PATIENCE);
    for language in ["vi", "en"] {
        let folder = tempfile::tempdir().unwrap();
        for (board, dark, flags) in BOARDS {
            let pages = preview(&scene, (language, "3m"), flags, folder.path());
            let page = pages.iter().find(|path| path.ends_with(format!("{board}.html"))).unwrap();
            let (url, name) = (format!("file://{}", page.display()), format!("dashboard-{board}-{language}"));
            Picture { url, screen: "desk", dark, name }.take();
        }
        let found = scene.monitor.get("/?q=thu-tuc").body;
        let run = found.split("/runs/").nth(1).unwrap().split(['"', '?']).next().unwrap();
        for (path, name) in [(format!("/runs/{run}?"), "run"), ("/?q=dvc&".to_owned(), "landing")] {
            let url = format!("http://{}{path}lang={language}", scene.monitor.address());
            Picture { url, screen: "desk", dark: false, name: format!("{name}-{language}") }.take();
        }
    }
}
