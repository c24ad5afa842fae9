//! Notices that configuration files have changed (`--watch`), and says so once they have come to rest.

use std::path::{Path, PathBuf};
use std::time::Duration;

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc;

use crate::net::deadline::Deadline;

/// Editors write a file in several steps; so long nothing more may happen before we look.
const REST: Duration = Duration::from_millis(300);

/// Watches folders for as long as it lives.
#[derive(Debug)]
pub struct FileWatch {
    _watcher: RecommendedWatcher,
    changes: mpsc::Receiver<()>,
}

impl FileWatch {
    /// Watches the folders in which these files lie; a folder among them is watched itself.
    ///
    /// # Errors
    /// The system's, such as a limit on watches that has been reached.
    pub fn over(paths: &[PathBuf]) -> notify::Result<Self> {
        let (tell, changes) = mpsc::channel(1);
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            if event.is_ok_and(|event| is_change(&event)) {
                // One pending change is as good as many.
                let _ = tell.try_send(());
            }
        })?;
        let mut folders: Vec<&Path> = paths.iter().map(|path| folder_of(path)).collect();
        folders.sort_unstable();
        folders.dedup();
        for folder in folders {
            watcher.watch(folder, RecursiveMode::NonRecursive)?;
        }
        Ok(Self { _watcher: watcher, changes })
    }

    /// Waits until something has changed and then come to rest.
    pub async fn changed(&mut self) {
        if self.changes.recv().await.is_none() {
            std::future::pending::<()>().await;
        }
        while let Ok(Some(())) = Deadline::after(REST).bound(self.changes.recv()).await {}
    }
}

fn folder_of(path: &Path) -> &Path {
    let parent = || path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if path.is_dir() { path } else { parent() }
}

fn is_change(event: &Event) -> bool {
    let looked_at_only = matches!(event.kind, EventKind::Access(_));
    let editors_own = |path: &PathBuf| {
        path.extension()
            .is_none_or(|extension| !["yaml", "yml", "pem"].iter().any(|known| extension == *known))
    };
    !looked_at_only && !event.paths.iter().all(editors_own)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_changed_file_is_noticed_once_it_rests() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("bo.yaml");
        std::fs::write(&file, "a").unwrap();
        let mut watch = FileWatch::over(&[folder.path().to_owned(), file.clone()]).unwrap();
        std::fs::write(folder.path().join(".bo.yaml.swp"), "x").unwrap();
        std::fs::write(&file, "b").unwrap();
        Deadline::after(Duration::from_secs(10)).bound(watch.changed()).await.unwrap();
    }
}
