//! The README's tour works as it stands: its commands are run, in order, in an empty folder.

use std::path::Path;
use std::process::Command;

/// What keeps a step that never comes true from hanging the tests; the tour itself takes some seconds.
const PATIENCE: &str = "120";

/// The shell blocks of the tour, one after the other.
fn commands(readme: &str) -> String {
    let tour = readme.split("## Five minutes").nth(1).expect("the README has a tour");
    let tour = tour.split("\n## ").next().unwrap_or(tour);
    tour.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

#[test]
fn the_tour_of_the_readme_leads_to_an_alertable_metric() {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let commands = commands(&std::fs::read_to_string(readme).unwrap());
    assert!(commands.contains("emc serve") && commands.contains("promtool check metrics"));
    let script =
        format!("set -euo pipefail\ntrap 'kill $(jobs -p)' EXIT\n{commands}\necho the tour is over\n");
    let folder = tempfile::tempdir().unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_emc")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let output = Command::new("timeout")
        .args([PATIENCE, "bash", "-c", &script])
        .current_dir(folder.path())
        .env("PATH", path)
        .output()
        .unwrap();
    let words =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    let log = std::fs::read_to_string(folder.path().join("serve.log")).unwrap_or_default();
    assert!(output.status.success() && words.contains("the tour is over"), "{words}\nlog of serve:\n{log}");
}

#[test]
fn the_readme_is_short_and_its_links_lead_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let pages = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "docs/en/README.md", "docs/vi/README.md"];
    for page in pages {
        let text = std::fs::read_to_string(root.join(page)).unwrap();
        let folder = root.join(page).parent().unwrap().to_owned();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = link.split('#').next().unwrap_or(link);
            let elsewhere = link.contains("://") || file.is_empty();
            assert!(elsewhere || folder.join(file).exists(), "{page}: no \"{link}\"");
        }
    }
    let lines = std::fs::read_to_string(root.join("README.md")).unwrap().lines().count();
    assert!(lines < 150, "the README has {lines} lines");
}
