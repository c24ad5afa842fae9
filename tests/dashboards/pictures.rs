//! The pictures of dashboards in the manual: `make pictures`. Not part of the tests: it takes minutes and judges nothing.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::ministry::Scene;
use super::preview::preview;

/// Page, screen, whether in the dark, and the picture's name without the language.
const PICTURES: [(&str, &str, bool, &str); 2] =
    [("overview", "desk", false, "dashboard-overview"), ("portal", "desk", true, "dashboard-portal")];

#[test]
#[ignore = "writes docs/images: run make pictures"]
fn pictures_of_the_dashboards() {
    let scene = Scene::of_incidents();
    scene.prometheus.until_within("count_over_time(up[10m]) > 150", std::time::Duration::from_secs(300));
    let images = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/images");
    for language in ["vi", "en"] {
        let folder = tempfile::tempdir().unwrap();
        let pages = preview(&scene, language, "3m", folder.path());
        for (page, screen, dark, name) in PICTURES {
            let page = pages.iter().find(|path| path.ends_with(format!("{page}.html"))).unwrap();
            let shots = tempfile::tempdir().unwrap();
            shoot(page, shots.path(), dark);
            let taken: Vec<PathBuf> =
                std::fs::read_dir(shots.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
            let of_screen = |path: &&PathBuf| {
                path.file_name().is_some_and(|file| file.to_string_lossy().starts_with(screen))
            };
            let picture = taken.iter().find(of_screen).unwrap();
            std::fs::copy(picture, images.join(format!("{name}-{language}.png"))).unwrap();
        }
    }
}

fn shoot(page: &Path, shots: &Path, dark: bool) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/node/axe.mjs");
    let mut command = Command::new("node");
    command.arg(script).arg("--shots").arg(shots).args(dark.then_some("--dark"));
    let ended = command.arg(format!("file://{}", page.display())).output().unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
}
