//! `emc demo`: the practice ministry and a monitor that watches it, in one process, from nothing to metrics.

use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use crate::app::sandbox::Opened;
use crate::app::serve::{self, ServeError, ServeOptions};
use crate::app::signals::Signals;
use crate::app::wiring::World;
use crate::sandbox::portal::{self, CA_FILE, HTTP_PORT, HTTPS_PORT, Running, Settings, StartError};

/// What is watched: the practice ministry as the catalogue ships it, at its usual ports.
const WATCHED: &str = include_str!("../../probes/thuc-hanh.yaml");

/// How the demonstration is to run.
#[derive(Clone, Debug)]
pub struct DemoOptions {
    /// Address of the monitor.
    pub listen: SocketAddr,
    /// Folder in which a folder of its own is made for configuration and test CA; removed at the end.
    pub scratch: PathBuf,
}

/// Where everything is while the demonstration runs.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The ministry.
    pub ministry: Opened,
    /// The landing page of the monitor.
    pub monitor: String,
    /// The configuration that the monitor read.
    pub config: PathBuf,
}

/// Why there is nothing to see.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The ministry could not be opened.
    #[error("{0}")]
    Ministry(#[from] StartError),
    /// The monitor could not be started.
    #[error("{0}")]
    Monitor(#[from] ServeError),
    /// The system refused something.
    #[error("cannot prepare the demonstration: {0}")]
    System(#[from] io::Error),
}

/// A folder that is ours alone and goes with us.
struct Scratch(PathBuf);

impl Scratch {
    fn below(folder: &Path) -> io::Result<Self> {
        let own = folder.join(format!("emc-demo-{}", std::process::id()));
        // Fails where somebody has prepared a folder or a link of that name.
        std::fs::DirBuilder::new().mode(0o700).create(&own)?;
        Ok(Self(own))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed is a few small files below the system's folder for such.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Opens the ministry, watches it, tells where to look, and ends both on SIGINT or SIGTERM.
///
/// # Errors
/// [`DemoError`]; nothing is left open then.
pub fn demo(options: &DemoOptions, world: World, shown: impl FnOnce(&Shown)) -> Result<(), DemoError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let signals = Signals::listen()?;
        let scratch = Scratch::below(&options.scratch)?;
        let running = open_anywhere(&scratch.0, (world.clock)()).await?;
        write_config(&scratch.0, &running)?;
        let serving = serve::start(serve_options(&scratch.0, options.listen), world).await?;
        shown(&Shown {
            ministry: Opened::of(&running),
            monitor: serving.url().to_owned(),
            config: scratch.0.clone(),
        });
        serving.until_stopped(signals).await;
        running.shutdown().await;
        Ok(())
    })
}

/// The usual ports; where one of them is taken, whatever the system has free.
async fn open_anywhere(ca_folder: &Path, now: DateTime<Utc>) -> Result<Running, StartError> {
    let at_usual = Settings { ca_folder: Some(ca_folder.to_owned()), ..Settings::usual(now) };
    let mut anywhere = at_usual.clone();
    for door in [&mut anywhere.http, &mut anywhere.https, &mut anywhere.admin] {
        door.set_port(0);
    }
    match portal::start(at_usual).await {
        Err(StartError::Listen { .. }) => portal::start(anywhere).await,
        other => other,
    }
}

fn write_config(folder: &Path, running: &Running) -> io::Result<()> {
    let global =
        format!("location: demo\nca_files: [{CA_FILE}]\npoliteness: {{per_second: 20, burst: 20}}\n");
    let watched = WATCHED
        .replace(&format!("127.0.0.1:{HTTP_PORT}"), &running.http.to_string())
        .replace(&format!("127.0.0.1:{HTTPS_PORT}"), &running.https.to_string());
    std::fs::write(folder.join("emc.yaml"), global)?;
    std::fs::write(folder.join("thuc-hanh.yaml"), watched)
}

fn serve_options(config: &Path, listen: SocketAddr) -> ServeOptions {
    ServeOptions {
        config: config.to_owned(),
        listen: vec![listen],
        status_only: Vec::new(),
        web_config: None,
        external_url: None,
        watch: true,
    }
}
