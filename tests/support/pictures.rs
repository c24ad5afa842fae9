//! The pictures in `docs/images`, taken of pages in Chromium: `make pictures`.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The most that a picture may weigh: they come along with every clone.
const BYTES_MAX: u64 = 300 << 10;

/// A picture of a page.
pub(crate) struct Picture<'a> {
    /// The page.
    pub(crate) url: String,
    /// As on a screen of this sort: `desk` or `phone`.
    pub(crate) screen: &'a str,
    /// As readers see it who prefer a dark screen.
    pub(crate) dark: bool,
    /// Its name, the language last.
    pub(crate) name: String,
}

impl Picture<'_> {
    /// Takes it and puts it where the manual shows it.
    pub(crate) fn take(&self) {
        let folder = tempfile::tempdir().unwrap();
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut node = Command::new("node");
        node.arg(root.join("tests/node/axe.mjs")).arg("--shots").arg(folder.path());
        let ended = node.args(self.dark.then_some("--dark")).arg(&self.url).output().unwrap();
        assert!(ended.status.success(), "{}: {}", self.name, String::from_utf8_lossy(&ended.stderr));
        let taken = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
        let of_screen = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().starts_with(self.screen);
        let taken = taken.into_iter().find(of_screen).unwrap();
        let picture = root.join(format!("docs/images/{}.png", self.name));
        std::fs::copy(taken, &picture).unwrap();
        let bytes = picture.metadata().unwrap().len();
        assert!(bytes <= BYTES_MAX, "{} is too heavy: {bytes} bytes", self.name);
    }
}
