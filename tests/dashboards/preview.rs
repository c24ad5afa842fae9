//! The preview in Chromium: every panel draws, nothing is logged as an error, axe-core has nothing to say.

use std::path::{Path, PathBuf};
use std::process::Command;

use emc_monitor::dashboards::boards;
use scraper::{Html, Selector};
use serde_json::Value;

use super::ministry::Scene;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Draws the dashboards of a scene in both languages and has them judged.
pub(super) fn is_drawn(scene: &Scene) {
    let folder = tempfile::tempdir().unwrap();
    for language in ["vi", "en"] {
        let pages = preview(scene, (language, "2m"), &[], &folder.path().join(language));
        assert_eq!(pages.len(), boards::all().len());
        judge(&pages);
    }
    for board in boards::all() {
        every_panel_draws(&folder.path().join(format!("en/{}.html", board.id)));
    }
    let all = preview(scene, ("vi", "2m"), &[], &folder.path().join("all.html"));
    assert_eq!(all.len(), 1);
    misuse_is_told(scene);
}

fn emc(arguments: &[&str]) -> (bool, String) {
    let ended = Command::new(env!("CARGO_BIN_EXE_emc")).args(arguments).output().unwrap();
    let told = [ended.stdout, ended.stderr].concat();
    (ended.status.success(), String::from_utf8(told).unwrap())
}

/// Writes the pages in a language over a range.
pub(super) fn preview(
    scene: &Scene,
    (language, range): (&str, &str),
    flags: &[&str],
    to: &Path,
) -> Vec<PathBuf> {
    let prometheus = format!("http://{}", scene.prometheus.address);
    let to = to.display().to_string();
    let arguments =
        ["--lang", language, "dashboards", "preview", "--prometheus", &prometheus, "--range", range, &to];
    let (well, told) = emc(&[&arguments[..], flags].concat());
    assert!(well, "{told}");
    told.lines().map(PathBuf::from).collect()
}

/// axe-core and the browser's own log, at the width of a phone and of a desk.
fn judge(pages: &[PathBuf]) {
    let urls: Vec<String> = pages.iter().map(|page| format!("file://{}", page.display())).collect();
    let judged = Command::new("node").arg(root().join("tests/node/axe.mjs")).args(&urls).output().unwrap();
    let said = String::from_utf8(judged.stdout).unwrap();
    assert!(judged.status.success(), "{said}{}", String::from_utf8_lossy(&judged.stderr));
    for line in said.lines() {
        let verdict: Value = serde_json::from_str(line).unwrap();
        for key in ["violations", "errors"] {
            assert!(verdict[key].as_array().unwrap().is_empty(), "{key}: {line}");
        }
        assert_eq!(verdict["overflow"], false, "{line}");
    }
    assert_eq!(said.lines().count(), 2 * urls.len());
}

/// A page after its script has run.
fn shown(page: &Path) -> Html {
    let profile = tempfile::tempdir().unwrap();
    let shown = Command::new("chromium")
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .args(["--virtual-time-budget=5000", "--dump-dom"])
        .arg(format!("file://{}", page.display()))
        .output()
        .expect("chromium comes with the Debian package of its name");
    let page = Html::parse_document(&String::from_utf8_lossy(&shown.stdout));
    let panels = page.select(&all("[data-drawn]")).count();
    assert!(panels >= 5, "{}", String::from_utf8_lossy(&shown.stderr));
    page
}

fn all(selector: &str) -> Selector {
    Selector::parse(selector).unwrap()
}

fn every_panel_draws(page: &Path) {
    for panel in shown(page).select(&all("[data-drawn]")) {
        let title = panel.attr("data-title").unwrap();
        assert_eq!(panel.attr("data-drawn"), Some("yes"), "{title}");
        let inside = match panel.attr("data-kind").unwrap() {
            "lines" => "canvas",
            "timeline" | "heat" => "svg rect",
            "table" => "tbody td",
            "bars" => ".track",
            "words" => "strong",
            _ => ".figure",
        };
        assert!(panel.select(&all(inside)).next().is_some(), "{title} has no {inside}");
    }
}

/// Prometheus knows nothing of this place: no panel may show a figure, a bar or a line, be it 0 or 100 %.
pub(super) fn nothing_known_is_never_a_figure(scene: &Scene) {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = ["--var", "job=khong-co", "--var", "location=khong-co"];
    for page in preview(scene, ("en", "2m"), &nowhere, folder.path()) {
        for panel in shown(&page).select(&all("[data-drawn]:not([data-kind=words])")) {
            let title = panel.attr("data-title").unwrap();
            assert_eq!(panel.attr("data-drawn"), Some("nothing"), "{}: {title}", page.display());
            let said: String = panel.select(&all(".nothing")).flat_map(|each| each.text()).collect();
            let word = ["n/a", "no trouble, or no data"].iter().any(|word| said.starts_with(word));
            assert!(word, "{title}: {said}");
        }
    }
}

fn misuse_is_told(scene: &Scene) {
    let prometheus = format!("http://{}", scene.prometheus.address);
    let monitor = format!("http://{}", scene.monitor.address());
    for (arguments, part) in [
        (["--prometheus", "prometheus:9090", "x"], "neither http nor https"),
        (["--prometheus", &monitor, "x"], "is not Prometheus"),
        (["--range", "soon", "x"], "is not a duration"),
        (["--var", "portal", "x"], "is not name=value"),
    ] {
        let (well, told) = emc(&[&["--lang", "en", "dashboards", "preview"], &arguments[..]].concat());
        assert!(!well && told.contains(part), "{told}");
    }
    let nowhere = ["dashboards", "preview", "--prometheus", &prometheus, "/proc/nowhere"];
    assert!(emc(&nowhere).1.contains("/proc/nowhere"));
}
