//! A folder of configuration files that lives as long as a test.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use emc_monitor::config::diagnostic::{Diagnostics, Styling};
use emc_monitor::config::resources::Environment;
use emc_monitor::config::{Loaded, load};
use emc_monitor::model::text::Language;

/// Variables of a test.
#[derive(Default)]
pub struct Variables(pub BTreeMap<String, String>);

impl Environment for Variables {
    fn variable(&self, name: &str) -> Option<String> {
        self.0.get(name).cloned()
    }
}

/// A folder with some files.
pub struct Bed {
    folder: tempfile::TempDir,
    pub variables: Variables,
}

impl Bed {
    /// Writes files, given as name and text.
    pub fn new(files: &[(&str, &str)]) -> Self {
        let bed = Self { folder: tempfile::tempdir().unwrap(), variables: Variables::default() };
        for (name, text) in files {
            bed.write(name, text.as_bytes());
        }
        bed
    }

    pub fn write(&self, name: &str, content: &[u8]) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn load(&self) -> Result<Loaded, Diagnostics> {
        load(self.path(), &self.variables)
    }

    /// Loads what must be right.
    pub fn right(&self) -> Loaded {
        self.load().unwrap_or_else(|wrong| panic!("{wrong}"))
    }

    /// What is wrong, as the terminal shows it, without the folder's own name.
    pub fn wrong(&self) -> String {
        self.wrong_in(Language::En)
    }

    /// The same in a language.
    pub fn wrong_in(&self, language: Language) -> String {
        let wrong = self.load().expect_err("this configuration must be refused");
        self.unnamed(&wrong.render(Styling::Plain, language))
    }

    /// A text without the folder's own name.
    pub fn unnamed(&self, text: &str) -> String {
        text.replace(&format!("{}/", self.path().display()), "")
            .replace(&self.path().display().to_string(), "DIR")
    }
}

/// An authority with one portal and these probes.
pub fn authority(probes: &str) -> String {
    let head = "authority: {id: bo-vd}\nportals:\n  - id: dvc\n    url: http://127.0.0.1:8080\n    probes:\n";
    format!("{head}{probes}")
}
