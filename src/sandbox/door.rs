//! The doors of the portal: accepts connections, lets the faults of connection and handshake strike, and serves
//! HTTP/1.1 and HTTP/2 until the client leaves, a fault is switched or the ministry closes.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::answer::answer;
use super::certificates::Wardrobe;
use super::deform::pause;
use super::faults::Fault;
use super::portal::Gate;
use super::switchboard::Active;
use super::tls_door;
use crate::net::deadline::Deadline;

/// Connections served at once on one door; more wait in the kernel's queue.
const MOST_CONNECTIONS: usize = 1_024;
/// How long one connection may live.
const LONGEST_CONNECTION: Duration = Duration::from_mins(15);
/// How long a client may take over a request's head, the pause between two requests included.
const LONGEST_HEAD: Duration = Duration::from_secs(30);
/// How long an answer under way may still take when the door closes.
const FAREWELL: Duration = Duration::from_secs(1);
/// After a failed accept: no busy loop when descriptors run out.
const RECOVERY: Duration = Duration::from_millis(50);

/// Most bytes that a fault reads before it strikes.
const FIRST_WORDS: usize = 16 * 1_024;
const MALFORMED: &[u8] = b"XIN CHAO DAY KHONG PHAI HTTP\r\n\x00\x01\x02\r\n\r\n";

/// Serves a door until the ministry closes.
pub(super) async fn keep(listener: TcpListener, gate: Arc<Gate>, wardrobe: Option<Arc<Wardrobe>>) {
    let seats = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    loop {
        let entered = tokio::select! {
            () = gate.closing.cancelled() => return,
            entered = enter(&listener, &seats) => entered,
        };
        let Some((stream, seat)) = entered else {
            pause(RECOVERY).await;
            continue;
        };
        let (gate, wardrobe) = (Arc::clone(&gate), wardrobe.clone());
        let tasks = gate.tasks.clone();
        tasks.spawn(async move {
            let _seat = seat;
            let closing = gate.closing.clone();
            let visit =
                Deadline::after(LONGEST_CONNECTION).bound(receive(stream, Arc::clone(&gate), wardrobe));
            tokio::select! {
                _ = visit => {}
                () = async { closing.cancelled().await; pause(FAREWELL).await } => {}
            }
        });
    }
}

async fn enter(listener: &TcpListener, seats: &Arc<Semaphore>) -> Option<(TcpStream, OwnedSemaphorePermit)> {
    let seat = Arc::clone(seats).acquire_owned().await.ok()?;
    let (stream, _) = listener.accept().await.ok()?;
    Some((stream, seat))
}

async fn receive(mut stream: TcpStream, gate: Arc<Gate>, wardrobe: Option<Arc<Wardrobe>>) {
    // Small answers leave at once; a failure only means that they leave later.
    let _ = stream.set_nodelay(true);
    let active = gate.board.active();
    if active.contains_key(&Fault::Reset) {
        reset(stream).await;
        return;
    }
    if active.contains_key(&Fault::Closed) {
        hear(&mut stream).await;
        return;
    }
    match wardrobe {
        None => converse(stream, gate, &active).await,
        Some(wardrobe) => {
            if let Some(stream) = tls_door::shake_hands(stream, &wardrobe, &active).await {
                converse(stream, gate, &active).await;
            }
        }
    }
}

/// Takes in what the client says first, whatever it is.
pub(super) async fn hear(stream: &mut (impl AsyncRead + Unpin)) {
    let _ = stream.read(&mut vec![0; FIRST_WORDS]).await;
}

/// Closing with a linger of zero makes the kernel send RST instead of FIN.
async fn reset(mut stream: TcpStream) {
    let _ = stream.read(&mut [0; 1]).await;
    let _ = SockRef::from(&stream).set_linger(Some(Duration::ZERO));
}

async fn converse<S>(mut stream: S, gate: Arc<Gate>, active: &Active)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    if active.contains_key(&Fault::Malformed) {
        hear(&mut stream).await;
        let _ = stream.write_all(MALFORMED).await;
        let _ = stream.shutdown().await;
        return;
    }
    serve_http(stream, gate).await;
}

async fn serve_http<S>(stream: S, gate: Arc<Gate>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut switched = gate.board.watch();
    let closing = gate.closing.clone();
    let service = service_fn(move |request| {
        let gate = Arc::clone(&gate);
        async move { answer(&gate, request).await }
    });
    let builder = http_builder();
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    tokio::select! {
        _ = connection.as_mut() => return,
        // A connection that outlives a switch would go on showing the old certificate.
        _ = switched.changed() => {}
        () = closing.cancelled() => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = connection.await;
}

fn http_builder() -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(LONGEST_HEAD);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(64)
        .keep_alive_interval(LONGEST_HEAD)
        .keep_alive_timeout(LONGEST_HEAD);
    builder
}
