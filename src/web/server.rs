//! Listens, lets clients in, and sends them home when the program ends.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulConnection;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{debug, warn};

use crate::metrics::store::Refusal;
use crate::web::access::Access;
use crate::web::guests::{Guest, Guests, Seat};
use crate::web::routes::{routes, status_only};
use crate::web::settings::WebSettings;
use crate::web::state::WebState;
use crate::web::stream::{Stream, pause};

/// How long a request's head may take, and how long a connection may rest between two requests.
const HEAD_TIME: Duration = Duration::from_secs(30);
/// How long a TLS handshake may take.
const HANDSHAKE_TIME: Duration = Duration::from_secs(10);
/// How long answers under way may take when the program ends.
const DRAIN_TIME: Duration = Duration::from_secs(2);
/// Pause after the system refused to give us a connection, so that the loop does not spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// The largest head of a request, in bytes.
const HEAD_BYTES: u32 = 32 * 1024;
/// Requests that one HTTP/2 connection may have open.
const STREAMS: u32 = 32;

/// Why the web server cannot start.
#[derive(Debug, thiserror::Error)]
pub enum WebError {
    /// The address cannot be had.
    #[error(
        "cannot listen on \"{address}\": {source}; is another emc running, or does the port need privileges?"
    )]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The file of `--web.config.file` is wrong: all that is.
    #[error("{0}")]
    Config(String),
}

/// A web server that listens but does not answer yet.
#[derive(Debug)]
pub struct Server {
    listeners: Vec<TcpListener>,
    status_only: Vec<TcpListener>,
    access: Arc<Access>,
    guests: Arc<Guests>,
    prefix: String,
}

/// What each connection needs.
#[derive(Clone)]
struct House {
    router: Router,
    access: Arc<Access>,
    guests: Arc<Guests>,
    state: Arc<WebState>,
    connections: TaskTracker,
    shutdown: CancellationToken,
}

impl Server {
    /// Reads the web configuration and takes the addresses.
    ///
    /// # Errors
    /// [`WebError`] with what is wrong and how to mend it.
    pub async fn bind(settings: &WebSettings) -> Result<Self, WebError> {
        let access = Access::load(settings.config_file.as_deref()).map_err(WebError::Config)?;
        let listeners = listen(&settings.listen).await?;
        let status_only = listen(&settings.status_only).await?;
        let guests = Guests::new(settings.max_connections);
        Ok(Self { listeners, status_only, access: Arc::new(access), guests, prefix: settings.prefix() })
    }

    /// The addresses that were had; a port 0 is now a real one.
    #[must_use]
    pub fn addresses(&self) -> Vec<SocketAddr> {
        self.listeners.iter().filter_map(|listener| listener.local_addr().ok()).collect()
    }

    /// The addresses that give the status page alone.
    #[must_use]
    pub fn status_addresses(&self) -> Vec<SocketAddr> {
        self.status_only.iter().filter_map(|listener| listener.local_addr().ok()).collect()
    }

    /// `http://ADDRESS/PREFIX/` (or https) of the first address, for logs.
    #[must_use]
    pub fn url(&self) -> String {
        let scheme = if self.access.has_tls() { "https" } else { "http" };
        let address = self.addresses().first().map_or_else(String::new, ToString::to_string);
        format!("{scheme}://{address}{}/", self.prefix)
    }

    /// Answers until `shutdown` is cancelled, then lets answers under way end, for 2 s at most.
    pub async fn serve(self, state: Arc<WebState>, shutdown: CancellationToken) {
        let for_all = status_only(Arc::clone(&state), Arc::clone(&self.access), &self.prefix);
        let house = House {
            router: routes(Arc::clone(&state), Arc::clone(&self.access), &self.prefix),
            access: self.access,
            guests: self.guests,
            state,
            connections: TaskTracker::new(),
            shutdown,
        };
        let doors = TaskTracker::new();
        let (access, over) = (Arc::clone(&house.access), house.shutdown.clone());
        doors.spawn(async move {
            over.run_until_cancelled(access.watch()).await;
        });
        for listener in self.listeners {
            doors.spawn(receive(listener, house.clone()));
        }
        for listener in self.status_only {
            doors.spawn(receive(listener, House { router: for_all.clone(), ..house.clone() }));
        }
        doors.close();
        doors.wait().await;
        house.connections.close();
        tokio::select! {
            () = house.connections.wait() => {}
            () = pause(DRAIN_TIME) => debug!("closed the web connections that were still busy"),
        }
    }
}

async fn listen(addresses: &[SocketAddr]) -> Result<Vec<TcpListener>, WebError> {
    let mut listeners = Vec::new();
    for address in addresses.iter().copied() {
        let listener = TcpListener::bind(address).await;
        listeners.push(listener.map_err(|source| WebError::Listen { address, source })?);
    }
    Ok(listeners)
}

/// Lets clients in through one door.
async fn receive(listener: TcpListener, house: House) {
    loop {
        let accepted = tokio::select! {
            () = house.shutdown.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((tcp, _)) => tokio::select! {
                () = house.shutdown.cancelled() => return,
                () = house.admit(tcp) => {}
            },
            Err(error) if is_of_one_client(&error) => {}
            Err(error) => {
                warn!(%error, "the system gives no further web connection");
                pause(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Errors that say something about the client that was about to connect, not about us.
fn is_of_one_client(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset
    )
}

impl House {
    async fn admit(&self, tcp: TcpStream) {
        let Some(seat) = self.guests.admit().await else {
            self.state.store.web_refused(Refusal::Connections);
            return;
        };
        let house = self.clone();
        self.connections.spawn(async move {
            house.count();
            let leave = seat.guest.leave.clone();
            tokio::select! {
                () = leave.cancelled() => {}
                () = house.welcome(tcp, &seat) => {}
            }
            drop(seat);
            house.count();
        });
    }

    fn count(&self) {
        self.state.store.web_connections(i64::try_from(self.guests.count()).unwrap_or(i64::MAX));
    }

    async fn welcome(&self, tcp: TcpStream, seat: &Seat) {
        let _ = tcp.set_nodelay(true);
        let stream = Stream::new(tcp, Arc::clone(&seat.guest));
        let Some(acceptor) = self.access.tls() else {
            return self.speak_http1(stream, &seat.guest).await;
        };
        let handshake = tokio::select! {
            handshake = acceptor.accept(stream) => handshake.ok(),
            () = pause(HANDSHAKE_TIME) => None,
        };
        let Some(stream) = handshake else {
            return self.state.store.web_refused(Refusal::Tls);
        };
        match stream.get_ref().1.alpn_protocol() {
            Some(b"h2") => self.speak_http2(stream, &seat.guest).await,
            _ => self.speak_http1(stream, &seat.guest).await,
        }
    }

    async fn speak_http1<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
        &self,
        stream: S,
        guest: &Arc<Guest>,
    ) {
        let (routes, guest) = (TowerToHyperService::new(self.router.clone()), Arc::clone(guest));
        let service = service_fn(move |request: Request<Incoming>| {
            guest.ask();
            routes.call(request)
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIME)
            .max_buf_size(HEAD_BYTES as usize)
            .serve_connection(TokioIo::new(stream), service);
        self.see_out(connection).await;
    }

    async fn speak_http2<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
        &self,
        stream: S,
        guest: &Arc<Guest>,
    ) {
        let (routes, guest) = (TowerToHyperService::new(self.router.clone()), Arc::clone(guest));
        let service = service_fn(move |request: Request<Incoming>| {
            guest.ask();
            routes.call(request)
        });
        let connection = http2::Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .keep_alive_interval(HEAD_TIME)
            .max_concurrent_streams(STREAMS)
            .max_header_list_size(HEAD_BYTES)
            .serve_connection(TokioIo::new(stream), service);
        self.see_out(connection).await;
    }

    /// Serves a connection to its end; from our own end on, no longer than its answers take.
    async fn see_out<C>(&self, connection: C)
    where
        C: GracefulConnection<Error = hyper::Error>,
    {
        tokio::pin!(connection);
        let outcome = tokio::select! {
            outcome = connection.as_mut() => outcome,
            () = self.shutdown.cancelled() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        // A client that goes away in the middle is everyday life.
        if let Err(error) = outcome {
            debug!(%error, "a web connection ended early");
        }
    }
}
