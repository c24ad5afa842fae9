//! `emc dashboards`: writes the bundled dashboards.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::dashboards::{files, kubernetes};

/// For whom the dashboards are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// For Grafana's own folders: JSON files, and provisioning files beside them.
    Grafana,
    /// For Kubernetes: one file of `ConfigMap`s.
    Kubernetes,
}

/// Writes every dashboard below a folder, and says into which files.
///
/// # Errors
/// The file that could not be written, and why.
pub fn export(shape: Shape, folder: &Path) -> Result<Vec<PathBuf>, (PathBuf, io::Error)> {
    let files = match shape {
        Shape::Grafana => files(),
        Shape::Kubernetes => vec![kubernetes::file()],
    };
    let mut written = Vec::new();
    for (path, content) in files {
        let path = folder.join(path);
        let parent = path.parent().unwrap_or(folder);
        fs::create_dir_all(parent)
            .and_then(|()| fs::write(&path, content))
            .map_err(|why| (path.clone(), why))?;
        written.push(path);
    }
    Ok(written)
}
