//! Opening and closing the practice ministry: two doors for visitors, one for whoever switches faults.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use chrono::{DateTime, Utc};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::admin;
use super::certificates::Wardrobe;
use super::content::Ministry;
use super::door;
use super::pages;
use super::switchboard::Switchboard;
use crate::net::deadline::Deadline;

/// Where the pages are, over HTTP.
pub const HTTP_PORT: u16 = 9716;
/// Where the pages are, over HTTPS.
pub const HTTPS_PORT: u16 = 9717;
/// Where faults are switched.
pub const ADMIN_PORT: u16 = 9718;
/// File name of the test CA in [`Settings::ca_folder`].
pub const CA_FILE: &str = "ca.pem";

/// Connections are given one second to finish and their tasks a little more.
const CLOSING_TIME: Duration = Duration::from_secs(2);

/// How the ministry is to be opened.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Address of the HTTP door; port 0 lets the kernel choose.
    pub http: SocketAddr,
    /// Address of the HTTPS door.
    pub https: SocketAddr,
    /// Address of the door for switching faults: always loopback.
    pub admin: SocketAddr,
    /// Names on the certificate beside `localhost`, the loopback addresses and `thuc-hanh.example`.
    pub names: Vec<String>,
    /// Folder in which `ca.pem` is written; made if it is not there.
    pub ca_folder: Option<PathBuf>,
    /// Whether the pages may be served on other addresses than loopback.
    pub allow_remote: bool,
    /// The time by which certificates are dated.
    pub now: DateTime<Utc>,
}

impl Settings {
    /// The usual ports on loopback.
    #[must_use]
    pub fn usual(now: DateTime<Utc>) -> Self {
        let local = |port| SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port);
        Self {
            http: local(HTTP_PORT),
            https: local(HTTPS_PORT),
            admin: local(ADMIN_PORT),
            names: Vec::new(),
            ca_folder: None,
            allow_remote: false,
            now,
        }
    }

    /// Ports on loopback that the kernel chooses.
    #[must_use]
    pub fn free_ports(now: DateTime<Utc>) -> Self {
        let mut settings = Self::usual(now);
        settings.http.set_port(0);
        settings.https.set_port(0);
        settings.admin.set_port(0);
        settings
    }

    fn certified_names(&self) -> Vec<String> {
        let usual = ["localhost", "127.0.0.1", "::1", "thuc-hanh.example", "dichvucong.thuc-hanh.example"];
        usual.iter().map(|name| (*name).to_owned()).chain(self.names.iter().cloned()).collect()
    }

    fn refuse_strangers(&self) -> Result<(), StartError> {
        let pages = [self.http, self.https].into_iter().filter(|_| !self.allow_remote);
        match pages.chain([self.admin]).find(|address| !address.ip().is_loopback()) {
            Some(address) => Err(StartError::NotLoopback(address)),
            None => Ok(()),
        }
    }
}

/// Why the ministry could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// An address that others could reach.
    #[error("\"{0}\" is not a loopback address; the practice ministry is for this machine only")]
    NotLoopback(SocketAddr),
    /// A door that could not be opened.
    #[error("cannot listen on \"{address}\": {source}; choose another port, or 0 for any free one")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The test CA could not be written.
    #[error("cannot write \"{}\": {source}", path.display())]
    Ca {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A certificate could not be made, most likely because of a name.
    #[error("cannot make the certificates: {0}")]
    Certificate(#[from] rcgen::Error),
    /// TLS refused the certificates.
    #[error("cannot set up TLS: {0}")]
    Tls(#[from] rustls::Error),
}

/// The ministry while it is open.
#[derive(Debug)]
pub struct Running {
    /// Where the HTTP door is.
    pub http: SocketAddr,
    /// Where the HTTPS door is.
    pub https: SocketAddr,
    /// Where faults are switched.
    pub admin: SocketAddr,
    /// The test CA that clients are to trust.
    pub ca_pem: String,
    /// Where the test CA was written.
    pub ca_path: Option<PathBuf>,
    /// The switches, for whoever lives in the same process.
    pub faults: Switchboard,
    closing: CancellationToken,
    tasks: TaskTracker,
}

impl Running {
    /// Closes the doors, lets answers under way finish for a second, and returns within two.
    pub async fn shutdown(self) {
        self.closing.cancel();
        self.tasks.close();
        // What is left after that hangs on a client and is dropped with the runtime.
        let _ = Deadline::after(CLOSING_TIME).bound(self.tasks.wait()).await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.closing.cancel();
    }
}

/// What all connections of one door share.
#[derive(Debug)]
pub(super) struct Gate {
    pub(super) board: Switchboard,
    /// Where the HTTP door is, for redirects to it.
    pub(super) http: SocketAddr,
    /// Whether this is the HTTPS door.
    pub(super) secure: bool,
    pub(super) closing: CancellationToken,
    pub(super) tasks: TaskTracker,
    pages: Router,
    requests: Arc<AtomicU64>,
}

impl Gate {
    /// The healthy portal.
    pub(super) fn pages(&self) -> Router {
        self.pages.clone()
    }

    /// Counts one request, whatever becomes of it.
    pub(super) fn count_request(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
    }
}

/// Opens the ministry.
///
/// # Errors
/// [`StartError`] says what stood in the way; nothing is left open then.
pub async fn start(settings: Settings) -> Result<Running, StartError> {
    settings.refuse_strangers()?;
    let wardrobe = Arc::new(Wardrobe::new(&settings.certified_names(), settings.now)?);
    let [http, https, admin] =
        [listen(settings.http).await?, listen(settings.https).await?, listen(settings.admin).await?];
    let ca_pem = wardrobe.ca_pem.clone();
    let ca_path = settings.ca_folder.as_deref().map(|folder| write_ca(folder, &ca_pem)).transpose()?;
    let running = Running {
        http: http.1,
        https: https.1,
        admin: admin.1,
        ca_pem,
        ca_path,
        faults: Switchboard::default(),
        closing: CancellationToken::new(),
        tasks: TaskTracker::new(),
    };
    let requests = Arc::new(AtomicU64::new(0));
    let pages = pages::router(Arc::new(Ministry::load()));
    let gate = |secure| {
        Arc::new(Gate {
            board: running.faults.clone(),
            http: running.http,
            secure,
            closing: running.closing.clone(),
            tasks: running.tasks.clone(),
            pages: pages.clone(),
            requests: Arc::clone(&requests),
        })
    };
    running.tasks.spawn(door::keep(http.0, gate(false), None));
    running.tasks.spawn(door::keep(https.0, gate(true), Some(wardrobe)));
    let office = admin::router(running.faults.clone(), Arc::clone(&requests));
    running.tasks.spawn(admin::keep(admin.0, office, running.closing.clone()));
    Ok(running)
}

async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let refused = |source| StartError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(refused)?;
    let bound = listener.local_addr().map_err(refused)?;
    Ok((listener, bound))
}

fn write_ca(folder: &Path, pem: &str) -> Result<PathBuf, StartError> {
    let path = folder.join(CA_FILE);
    let written = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&path, pem));
    written.map_err(|source| StartError::Ca { path: path.clone(), source })?;
    Ok(path)
}
