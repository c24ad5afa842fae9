//! The house stands as drawn: every arrow between rooms is in the table, and the table has no cycle.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// A room and the rooms it may import. ARCHITECTURE.md shows the same table; a new arrow changes both.
const TABLE: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("html", &[]),
    ("pki", &["model"]),
    ("sign", &["model", "pki"]),
    ("slo", &["model"]),
    ("history", &["model", "slo"]),
    ("net", &["model"]),
    ("probe", &["model", "html", "pki", "net"]),
    ("schedule", &["model", "probe", "net"]),
    ("metrics", &["model", "probe"]),
    ("rules", &["model", "slo", "metrics"]),
    ("dashboards", &["model", "metrics"]),
    ("web", &["model", "metrics", "schedule", "probe"]),
    ("sandbox", &["model", "html", "net", "pki"]),
    ("report", &["model", "slo", "history"]),
    ("config", &["model", "html", "pki", "net", "slo", "history", "probe", "schedule", "metrics", "web"]),
    (
        "app",
        &[
            "model",
            "html",
            "pki",
            "sign",
            "net",
            "slo",
            "history",
            "report",
            "probe",
            "schedule",
            "metrics",
            "rules",
            "web",
            "config",
            "sandbox",
            "dashboards",
        ],
    ),
    ("cli", &["model", "app"]),
];

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

/// The room a file lies in: the first folder (or file) below `src/`.
fn room_of(path: &Path) -> String {
    let below = path.strip_prefix(source()).unwrap();
    below.iter().next().unwrap().to_string_lossy().trim_end_matches(".rs").to_owned()
}

/// Every `crate::room` that a file names, tests and comments included: a doc link is an arrow too.
fn arrows(text: &str) -> BTreeSet<String> {
    let code =
        text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    code.split("crate::")
        .skip(1)
        .map(|rest| rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect())
        .filter(|room: &String| TABLE.iter().any(|(name, _)| name == room))
        .collect()
}

fn table() -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    TABLE.iter().map(|(room, may)| (*room, may.iter().copied().collect())).collect()
}

#[test]
fn every_arrow_is_in_the_table() {
    let table = table();
    let mut wrong = Vec::new();
    for file in rust_files(&source()) {
        let room = room_of(&file);
        if room == "lib" || room == "main" {
            continue;
        }
        let may = table.get(room.as_str()).unwrap_or_else(|| panic!("room {room} is not in the table"));
        for arrow in arrows(&fs::read_to_string(&file).unwrap()) {
            if arrow != room && !may.contains(arrow.as_str()) {
                wrong.push(format!("{} -> {arrow}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "arrows that the table forbids:\n{}", wrong.join("\n"));
}

#[test]
fn the_table_has_no_cycle() {
    let table = table();
    let mut settled: BTreeSet<&str> = BTreeSet::new();
    while settled.len() < table.len() {
        let free: Vec<&str> = table
            .iter()
            .filter(|(room, may)| !settled.contains(*room) && may.is_subset(&settled))
            .map(|(room, _)| *room)
            .collect();
        assert!(!free.is_empty(), "a cycle among the rooms beside {settled:?}");
        settled.extend(free);
    }
}

#[test]
fn no_file_uses_globs_of_rooms_or_imports_from_the_root() {
    for file in rust_files(&source()) {
        let text = fs::read_to_string(&file).unwrap();
        for line in text.lines().map(str::trim) {
            let glob = line.starts_with("use crate::") && line.ends_with("::*;");
            let root = line.starts_with("use crate::{");
            assert!(!glob && !root, "{}: {line}", file.display());
        }
    }
}

#[test]
fn no_file_is_longer_than_500_lines_without_its_tests() {
    for file in rust_files(&source()) {
        let text = fs::read_to_string(&file).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap().lines().count();
        assert!(code <= 500, "{} has {code} lines", file.display());
    }
}

#[test]
fn every_dependency_has_its_sentence_in_architecture_md() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let manifest = fs::read_to_string(root.join("Cargo.toml")).unwrap();
    let house = fs::read_to_string(root.join("ARCHITECTURE.md")).unwrap();
    let begin = manifest.find("[dependencies]").unwrap();
    let end = manifest.find("[profile").unwrap();
    let declared: BTreeSet<&str> = manifest[begin..end]
        .lines()
        .filter(|line| line.starts_with(|first: char| first.is_ascii_lowercase()))
        .filter_map(|line| line.split_once(" = ").map(|(name, _)| name))
        .collect();
    let said: BTreeSet<&str> =
        house.split("**").skip(1).step_by(2).filter(|word| !word.contains(' ')).collect();
    let silent: Vec<_> = declared.iter().filter(|name| !said.contains(*name)).collect();
    assert!(silent.is_empty(), "no sentence for {silent:?}");
    let lines = house.lines().count();
    assert!(lines < 200, "ARCHITECTURE.md has {lines} lines");
}
