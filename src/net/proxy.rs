//! Reaching a portal through an HTTP proxy, and telling the proxy's failures from the portal's.

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::model::fault::Fault;
use crate::model::reason::Reason;
use crate::net::route::{Endpoint, Proxy};
use crate::net::run::Run;
use crate::net::stage::Stage;
use crate::net::stream::Stream;

/// The most bytes of a proxy's answer to `CONNECT`.
const ANSWER_MAX: usize = 16 * 1024;
/// The word for people.
const OPERATION: &str = "ask proxy";

/// Asks the proxy for a connection to `endpoint`; the stream is that connection.
pub(crate) async fn tunnel(
    mut stream: Stream,
    endpoint: &Endpoint,
    proxy: &Proxy,
    run: &mut Run,
) -> Result<Stream, Fault> {
    let asked = run.deadline.bound(ask(&mut stream, endpoint, proxy)).await;
    // The proxy answered the connection at once, so it is the portal that it waits for.
    let answer = asked.map_err(|_| Stage::Connect.timeout())??;
    run.note("proxy", &answer);
    match status_in(&answer) {
        Some(200..=299) => Ok(stream),
        Some(502 | 503) => Err(Fault::new(Reason::ConnectRefused, OPERATION, told(&answer))),
        Some(504) => Err(Fault::new(Reason::ConnectTimeout, OPERATION, told(&answer))),
        _ => Err(Fault::new(Reason::NoRoute, OPERATION, told(&answer))),
    }
}

/// A failure to reach the proxy itself: whatever it is, the portal has no part in it.
pub(crate) fn not_the_portals(mut fault: Fault) -> Fault {
    if !fault.is_ours() {
        fault.reason = Reason::NoRoute;
    }
    fault.operation = "connect to proxy";
    fault
}

/// What the proxy said when it would not forward a request for want of a password.
pub(crate) fn wants_password() -> Fault {
    Fault::new(Reason::NoRoute, OPERATION, "the proxy answered 407: it wants \"proxy authorization\"")
}

async fn ask(stream: &mut Stream, endpoint: &Endpoint, proxy: &Proxy) -> Result<String, Fault> {
    let failed = |error: &std::io::Error| not_the_portals(Stage::Connect.fault(error));
    let mut request = format!("CONNECT {endpoint} HTTP/1.1\r\nHost: {endpoint}\r\n");
    if let Some(authorization) = &proxy.authorization {
        request.push_str("Proxy-Authorization: ");
        request.push_str(authorization.expose());
        request.push_str("\r\n");
    }
    request.push_str("\r\n");
    stream.write_all(request.as_bytes()).await.map_err(|error| failed(&error))?;
    let mut answer = Vec::new();
    // Byte by byte: what follows the head is the portal's.
    while !answer.ends_with(b"\r\n\r\n") && answer.len() < ANSWER_MAX {
        answer.push(stream.read_u8().await.map_err(|error| failed(&error))?);
    }
    Ok(String::from_utf8_lossy(&answer).lines().next().unwrap_or_default().to_owned())
}

fn status_in(answer: &str) -> Option<u16> {
    let mut words = answer.split(' ');
    words.next().filter(|version| version.starts_with("HTTP/1."))?;
    words.next()?.parse().ok()
}

fn told(answer: &str) -> String {
    format!("the proxy answered \"{answer}\"")
}
