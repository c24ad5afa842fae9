//! `emc dashboards`: writes the bundled dashboards.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Writes every dashboard and provisioning file below a folder, and says which.
///
/// # Errors
/// The file that could not be written, and why.
pub fn export(folder: &Path) -> Result<Vec<PathBuf>, (PathBuf, io::Error)> {
    let mut written = Vec::new();
    for (path, content) in crate::dashboards::files() {
        let path = folder.join(path);
        let parent = path.parent().unwrap_or(folder);
        fs::create_dir_all(parent)
            .and_then(|()| fs::write(&path, content))
            .map_err(|why| (path.clone(), why))?;
        written.push(path);
    }
    Ok(written)
}
