//! What lies under `grafana/`, and the dashboards of `deploy/kubernetes/`, are what `emc dashboards export` writes.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

fn grafana() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("grafana")
}

fn below(folder: &Path, found: &mut BTreeSet<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            below(&path, found);
        } else {
            found.insert(path);
        }
    }
}

fn files(folder: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    below(folder, &mut found);
    found.into_iter().map(|path| path.strip_prefix(folder).unwrap().to_owned()).collect()
}

const HINT: &str = "run EMC_UPDATE=1 cargo test --test dashboards drift";

/// Has the program write to a folder, which is the repository's own where the tests are to update it.
#[expect(clippy::disallowed_methods, reason = "the environment of the tests, not of the program")]
fn export(own: &Path, exported: &Path, flags: &[&str]) -> (PathBuf, String) {
    let folder = if std::env::var("EMC_UPDATE").is_ok() { own } else { exported };
    let mut emc = Command::new(env!("CARGO_BIN_EXE_emc"));
    let ended = emc.args(["dashboards", "export"]).args(flags).arg(folder).output().unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    (folder.to_owned(), String::from_utf8(ended.stdout).unwrap())
}

#[test]
fn what_is_checked_in_is_what_the_program_exports() {
    let exported = tempfile::tempdir().unwrap();
    let (folder, told) = export(&grafana(), exported.path(), &[]);
    assert_eq!(told.lines().count(), files(&folder).len(), "{told}");
    assert_eq!(files(&grafana()), files(&folder), "{HINT}");
    for file in files(&folder) {
        let [kept, made] = [grafana(), folder.clone()].map(|at| std::fs::read(at.join(&file)).unwrap());
        assert!(kept == made, "grafana/{} has drifted: {HINT}", file.display());
    }
}

#[test]
fn the_dashboards_for_kubernetes_are_what_the_program_exports() {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/kubernetes");
    let exported = tempfile::tempdir().unwrap();
    let (folder, told) = export(&own, exported.path(), &["--format", "kubernetes"]);
    let written = Path::new(told.trim());
    assert_eq!(written, folder.join("emc.dashboards.yml"));
    let [kept, made] = [&own, &folder].map(|at| std::fs::read(at.join("emc.dashboards.yml")).unwrap());
    assert!(kept == made, "deploy/kubernetes/emc.dashboards.yml has drifted: {HINT}");
}
