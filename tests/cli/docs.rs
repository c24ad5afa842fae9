//! The manual says what the code does, and its links lead somewhere.

use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_reference_is_what_the_code_says() {
    for (path, content) in emc_monitor::cli::reference::pages() {
        let written = fs::read_to_string(root().join("docs").join(&path)).unwrap_or_default();
        assert!(written == content, "docs/{path} is out of date: run `cargo run --example docs`");
    }
}

fn markdown(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            markdown(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
}

#[test]
fn links_lead_to_files_that_are_there() {
    let mut pages = Vec::new();
    markdown(&root().join("docs"), &mut pages);
    for name in ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"] {
        pages.push(root().join(name));
    }
    let link = Regex::new(r"\]\(([^)#]+)(#[^)]*)?\)").unwrap();
    let mut dead = Vec::new();
    for page in pages {
        let text = fs::read_to_string(&page).unwrap();
        for target in link.captures_iter(&text).map(|found| found[1].to_owned()) {
            let there = page.parent().unwrap().join(&target).exists();
            if !target.contains("://") && !there {
                dead.push(format!("{}: {target}", page.display()));
            }
        }
    }
    assert!(dead.is_empty(), "{dead:#?}");
}

#[test]
fn the_readme_stays_short() {
    let lines = fs::read_to_string(root().join("README.md")).unwrap().lines().count();
    assert!(lines < 150, "{lines} lines");
}
