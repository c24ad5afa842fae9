//! `emc serve`: watches what is configured until it is told to stop. Holds the one event loop.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::app::board::Board;
use crate::app::limits::connections_allowed;
use crate::app::past::{self, Telling};
use crate::app::service_manager::{Saying, ServiceManager};
use crate::app::signals::{Asked, Signals};
use crate::app::watch::FileWatch;
use crate::app::wiring::{Wired, World, wire};
use crate::config::Loaded;
use crate::config::diagnostic::Diagnostics;
use crate::history::settings::Settings;
use crate::metrics::store::Store;
use crate::model::foreign;
use crate::model::text::Text;
use crate::model::told::{Told, told};
use crate::schedule::engine::{self, Event, Handle};
use crate::web::runs::{RunLog, RunLogSettings};
use crate::web::server::{Server, WebError};
use crate::web::settings::{DEFAULT_MAX_CONNECTIONS, WebSettings};
use crate::web::state::{ReloadRequest, WebState};

pub use crate::web::settings::{external_url as web_address, listen_address};

/// How long runs in flight are waited for when we are told to stop. With the two seconds that the web server gives
/// its answers, the whole stop takes less than five.
const PATIENCE: Duration = Duration::from_secs(2);
const NO_TIMER: Text = Text { vi: "không có luồng cho bộ hẹn giờ", en: "no thread for the timer" };
/// How long history may take to write what still waits.
const PATIENCE_OF_HISTORY: Duration = Duration::from_millis(800);
/// How many wishes to reload may wait.
const RELOADS: usize = 4;

/// What `emc serve` is told.
#[derive(Clone, Debug)]
pub struct ServeOptions {
    /// A file, or a folder with `emc.yaml` and others.
    pub config: PathBuf,
    /// Addresses to listen on instead of the configured one.
    pub listen: Vec<SocketAddr>,
    /// Addresses that give the status page alone.
    pub status_only: Vec<SocketAddr>,
    /// File in exporter-toolkit's format.
    pub web_config: Option<PathBuf>,
    /// Address by which users reach us.
    pub external_url: Option<url::Url>,
    /// Reload when a file changes.
    pub watch: bool,
}

/// Why watching could not begin or had to end.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The configuration is not fit to be used.
    #[error("the configuration has errors")]
    Config(Diagnostics),
    /// The web server could not start.
    #[error(transparent)]
    Web(WebError),
    /// What is configured could not be built; a whole sentence.
    #[error("{0}")]
    Build(Told),
    /// The system refused something.
    #[error("{}: {source}", what.en)]
    System {
        /// What failed.
        what: Text,
        /// What the system said.
        source: std::io::Error,
    },
}

impl ServeError {
    /// The sentence. Diagnostics are not in it: they have a form of their own.
    #[must_use]
    pub fn told(&self) -> Told {
        match self {
            Self::Config(_) => told!("cấu hình có lỗi", "the configuration has errors"),
            Self::Web(WebError::Listen { address, source }) => {
                let Told { vi, en } = foreign::io(source);
                Told {
                    vi: format!(
                        "không thể lắng nghe ở \"{address}\": {vi}; có emc nào khác đang chạy, hay cổng này cần quyền cao hơn?"
                    ),
                    en: format!(
                        "cannot listen on \"{address}\": {en}; is another emc running, or does the port need privileges?"
                    ),
                }
            }
            Self::Web(WebError::Config(wrong)) => Told::same(wrong.as_str()),
            Self::Build(why) => why.clone(),
            Self::System { what, source } => Told::joined(&[(*what).into(), foreign::io(source)], ": "),
        }
    }
}

/// A monitor at work.
#[derive(Debug)]
pub struct Serving {
    options: ServeOptions,
    world: World,
    board: Board,
    engine: Handle,
    events: mpsc::Receiver<Event>,
    reloads: mpsc::Receiver<ReloadRequest>,
    watch: Option<FileWatch>,
    manager: ServiceManager,
    addresses: Vec<SocketAddr>,
    url: String,
    web: JoinHandle<()>,
    close: CancellationToken,
}

/// Loads, builds, begins to probe and to serve. Nothing is started when anything is wrong.
///
/// # Errors
/// All diagnostics of the configuration, or what the system or the web server said.
pub async fn start(options: ServeOptions, world: World) -> Result<Serving, ServeError> {
    // Here and not beside, as on reload: nobody waits for this thread yet, and what loading leaves in the thread's share
    // of the heap is what its runs use afterwards.
    let loaded =
        crate::config::load(&options.config, world.variables.as_ref()).map_err(ServeError::Config)?;
    let wired = wire(loaded, &world).map_err(ServeError::Build)?;
    let web = Server::bind(&web_settings(&options, wired.listen)).await.map_err(ServeError::Web)?;
    let store = Arc::new(Store::new(&wired.store, &wired.portals, &wired.setup.specs));
    let (reload, reloads) = mpsc::channel(RELOADS);
    let runs = Arc::new(RunLog::new(RunLogSettings::default()));
    let state = Arc::new(WebState::new(store, runs, reload, world.clock));
    let watch = watch(&options, &wired);
    if let Some(settings) = wired.history.settings.clone() {
        recall(settings, past::telling(&wired.setup.specs), Arc::clone(&state), (world.clock)());
    }
    let mut board = Board::new(state.clone(), world.clock);
    board.configured(wired.config_text, wired.history);
    board.depends(wired.dependencies);
    board.announce(wired.notices, wired.maintenance);
    let (engine, events) =
        engine::start(wired.setup).map_err(|source| ServeError::System { what: NO_TIMER, source })?;
    let (addresses, url, close) = (web.addresses(), web.url(), CancellationToken::new());
    tracing::info!(url, "watching");
    for address in web.status_addresses() {
        tracing::info!(%address, "the status page alone is served");
    }
    let web = tokio::spawn(web.serve(state, close.clone()));
    board.ready();
    let manager = ServiceManager::found(&world.variables);
    manager.tell(Saying::Ready);
    Ok(Serving { options, world, board, engine, events, reloads, watch, manager, addresses, url, web, close })
}

impl Serving {
    /// Where we serve; the kernel's choice where port 0 was asked for.
    #[must_use]
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// The address of the landing page.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Works until told to stop, then drains: no further runs, those in flight get a few seconds.
    pub async fn until_stopped(mut self, mut signals: Signals) {
        loop {
            tokio::select! {
                Some(event) = self.events.recv() => self.board.take(event),
                asked = signals.next() => match asked {
                    Asked::Stop => break,
                    Asked::Reload => drop(self.reload("SIGHUP").await),
                },
                Some(request) = self.reloads.recv() => {
                    let outcome = self.reload("POST /-/reload").await;
                    // Whoever asked may have gone; the outcome is logged and in the metrics.
                    let _ = request.answer.send(outcome);
                }
                () = changed(self.watch.as_mut()) => drop(self.reload("a changed file").await),
            }
            self.board.dropped(self.engine.dropped_events());
        }
        self.stop().await;
    }

    async fn stop(mut self) {
        tracing::info!("stopping: no further runs are started");
        self.manager.tell(Saying::Stopping);
        let began = Instant::now();
        self.board.stopping();
        self.engine.drain(PATIENCE).await;
        while let Ok(event) = self.events.try_recv() {
            self.board.take(event);
        }
        self.board.finish(PATIENCE_OF_HISTORY);
        self.close.cancel();
        if let Err(error) = self.web.await {
            tracing::error!(%error, "the web server did not end in good order");
        }
        tracing::info!(seconds = began.elapsed().as_secs_f64(), "stopped");
    }

    /// Reads everything anew and swaps it in as a whole; with any error the running configuration stays.
    async fn reload(&mut self, by: &'static str) -> Result<(), Told> {
        self.manager.tell(Saying::Reloading);
        let outcome = self.reload_by(by).await;
        self.manager.tell(Saying::Ready);
        outcome
    }

    async fn reload_by(&mut self, by: &'static str) -> Result<(), Told> {
        let outcome = match load(&self.options, &self.world).await {
            Ok(loaded) => wire(loaded, &self.world),
            Err(diagnostics) => Err(diagnostics.rendered()),
        };
        match outcome {
            Ok(wired) => {
                self.swap(wired).await;
                tracing::info!(by, "configuration reloaded");
                Ok(())
            }
            Err(message) => {
                tracing::error!(by, errors = %message, "reload refused: the running configuration stays");
                self.board.reload_refused();
                Err(message)
            }
        }
    }

    async fn swap(&mut self, wired: Wired) {
        self.watch = watch(&self.options, &wired);
        self.board.store().rebuild(&wired.portals, &wired.setup.specs);
        self.engine.replace(wired.setup).await;
        self.board.configured(wired.config_text, wired.history);
        self.board.depends(wired.dependencies);
        self.board.announce(wired.notices, wired.maintenance);
    }
}

/// Fills the status page out of history, beside everything else.
fn recall(settings: Settings, telling: Telling, state: Arc<WebState>, now: DateTime<Utc>) {
    tokio::task::spawn_blocking(move || {
        if let Err(error) = past::recall(&settings, &telling, &state.chronicle, now) {
            tracing::debug!(%error, "the status page begins without a past");
        }
    });
}

/// Loading is file and CPU work: it must not hold up the event loop's thread.
async fn load(options: &ServeOptions, world: &World) -> Result<Loaded, Diagnostics> {
    let (path, variables) = (options.config.clone(), world.variables.clone());
    let loading = tokio::task::spawn_blocking(move || crate::config::load(&path, variables.as_ref()));
    loading.await.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))
}

fn web_settings(options: &ServeOptions, configured: SocketAddr) -> WebSettings {
    let listen = if options.listen.is_empty() { vec![configured] } else { options.listen.clone() };
    WebSettings {
        listen,
        status_only: options.status_only.clone(),
        config_file: options.web_config.clone(),
        external_url: options.external_url.clone(),
        max_connections: connections_allowed(DEFAULT_MAX_CONNECTIONS),
    }
}

fn watch(options: &ServeOptions, wired: &Wired) -> Option<FileWatch> {
    if !options.watch {
        return None;
    }
    let mut paths = wired.files.clone();
    paths.push(options.config.clone());
    FileWatch::over(&paths)
        .inspect_err(|error| tracing::error!(%error, "files cannot be watched: reload by SIGHUP instead"))
        .ok()
}

async fn changed(watch: Option<&mut FileWatch>) {
    match watch {
        Some(watch) => watch.changed().await,
        None => std::future::pending().await,
    }
}
