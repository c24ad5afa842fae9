//! A real server of ours on a free port, and a client that speaks to it.

use std::sync::Arc;

use emc_monitor::metrics::settings::StoreSettings;
use emc_monitor::metrics::store::Store;
use emc_monitor::model::reason::Reason;
use emc_monitor::model::result::ProbeResult;
use emc_monitor::model::status::Status;
use emc_monitor::web::runs::{RunLog, RunLogSettings};
use emc_monitor::web::server::Server;
use emc_monitor::web::settings::WebSettings;
use emc_monitor::web::state::{ReloadRequest, WebState};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::fixture::{portal, spec};

/// A server and what the application would hold of it.
pub(crate) struct Served {
    pub(crate) state: Arc<WebState>,
    pub(crate) reloads: mpsc::Receiver<ReloadRequest>,
    pub(crate) url: String,
    pub(crate) address: std::net::SocketAddr,
    pub(crate) for_all: Vec<std::net::SocketAddr>,
    shutdown: CancellationToken,
    task: JoinHandle<()>,
}

impl Served {
    /// Serves these probes.
    pub(crate) async fn new(probes: &[&str]) -> Self {
        Self::with(probes, WebSettings::default()).await
    }

    pub(crate) async fn with(probes: &[&str], settings: WebSettings) -> Self {
        let specs: Vec<_> = probes.iter().map(|probe| spec(probe)).collect();
        let store = Arc::new(Store::new(&StoreSettings::default(), &[portal()], &specs));
        let (reload, reloads) = mpsc::channel(1);
        let runs = Arc::new(RunLog::new(RunLogSettings::default()));
        let state = Arc::new(WebState::new(store, runs, reload, chrono::Utc::now));
        let settings = WebSettings { listen: vec!["127.0.0.1:0".parse().unwrap()], ..settings };
        let server = Server::bind(&settings).await.unwrap();
        let (address, url) = (server.addresses()[0], server.url());
        let for_all = server.status_addresses();
        let shutdown = CancellationToken::new();
        let task = tokio::spawn(server.serve(Arc::clone(&state), shutdown.clone()));
        Self { state, reloads, url, address, for_all, shutdown, task }
    }

    /// Records a run as the application does.
    pub(crate) fn record(&self, run: ProbeResult) {
        let reason = run.reason();
        self.state.store.record(&run, reason.map_or(Status::Up, Reason::status), reason);
        self.state.runs.push(Arc::new(run));
    }

    pub(crate) async fn get(&self, path: &str) -> reqwest::Response {
        client().get(format!("{}{path}", self.url)).send().await.unwrap()
    }

    /// Ends the server and waits for it.
    pub(crate) async fn end(self) {
        self.shutdown.cancel();
        self.task.await.unwrap();
    }
}

/// A client that trusts nothing special.
pub(crate) fn client() -> reqwest::Client {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    reqwest::Client::builder().no_proxy().tls_danger_accept_invalid_certs(true).build().unwrap()
}
