//! What lies under `grafana/` is what `emc dashboards export` writes.

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

#[test]
#[expect(clippy::disallowed_methods, reason = "the environment of the tests, not of the program")]
fn what_is_checked_in_is_what_the_program_exports() {
    let exported = tempfile::tempdir().unwrap();
    let folder = if std::env::var("EMC_UPDATE").is_ok() { grafana() } else { exported.path().to_owned() };
    let ended =
        Command::new(env!("CARGO_BIN_EXE_emc")).args(["dashboards", "export"]).arg(&folder).output().unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    let told = String::from_utf8(ended.stdout).unwrap();
    assert_eq!(told.lines().count(), files(&folder).len(), "{told}");
    let hint = "run EMC_UPDATE=1 cargo test --test dashboards drift";
    assert_eq!(files(&grafana()), files(&folder), "{hint}");
    for file in files(&folder) {
        let [kept, made] = [grafana(), folder.clone()].map(|at| std::fs::read(at.join(&file)).unwrap());
        assert!(kept == made, "grafana/{} has drifted: {hint}", file.display());
    }
}
