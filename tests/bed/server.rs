//! Servers made by hand: plain sockets and threads, so that any bytes can be said at any time.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long a server waits for a client before it gives up on it.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server that hands every connection to `serve`.
pub(crate) fn serve(serve: impl Fn(&mut TcpStream) + Send + Sync + 'static) -> SocketAddr {
    serve_on(Ipv4Addr::LOCALHOST.into(), serve)
}

/// The same on another address.
pub(crate) fn serve_on(ip: IpAddr, serve: impl Fn(&mut TcpStream) + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind((ip, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let serve = Arc::new(serve);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (Ok(mut stream), serve) = (stream, Arc::clone(&serve)) else { continue };
            std::thread::spawn(move || {
                stream.set_read_timeout(Some(PATIENCE)).unwrap();
                stream.set_write_timeout(Some(PATIENCE)).unwrap();
                serve(&mut stream);
            });
        }
    });
    address
}

/// The address as a URL.
pub(crate) fn http(address: SocketAddr) -> String {
    format!("http://{address}/")
}

/// The head of a request, or what came of it.
pub(crate) fn read_head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|count| count > 0) {
        head.push(byte[0]);
    }
    String::from_utf8_lossy(&head).into_owned()
}

/// Answers every request with these bytes and closes in good order.
pub(crate) fn says(answer: impl Into<Vec<u8>>) -> String {
    let answer = answer.into();
    http(serve(move |stream| {
        read_head(stream);
        let _ = stream.write_all(&answer);
        part(stream);
    }))
}

/// Answers with these bytes and then says nothing more, but stays.
pub(crate) fn says_and_stays(answer: impl Into<Vec<u8>>) -> String {
    let answer = answer.into();
    http(serve(move |stream| {
        read_head(stream);
        let _ = stream.write_all(&answer);
        wait_for_the_end(stream);
    }))
}

/// Answers with these bytes and then with `more` again and again, as fast as it is taken.
pub(crate) fn floods(begin: impl Into<Vec<u8>>, more: impl Into<Vec<u8>>) -> String {
    let (begin, more) = (begin.into(), more.into());
    let block = more.repeat(65536 / more.len() + 1);
    http(serve(move |stream| {
        read_head(stream);
        let _ = stream.write_all(&begin);
        while stream.write_all(&block).is_ok() {}
    }))
}

/// Answers with these bytes and then with `more` every tenth of a second.
pub(crate) fn drips(begin: impl Into<Vec<u8>>, more: &'static [u8]) -> String {
    let begin = begin.into();
    http(serve(move |stream| {
        read_head(stream);
        let _ = stream.write_all(&begin);
        drip(stream, more);
    }))
}

/// Says this every tenth of a second until nobody listens.
pub(crate) fn drip(stream: &mut TcpStream, more: &[u8]) {
    let pace = Duration::from_millis(100);
    while stream.write_all(more).is_ok() {
        let next = Instant::now() + pace;
        // What the client answers must not hasten the next: the tenth is waited for to its end.
        while let Some(left) = next.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) {
            stream.set_read_timeout(Some(left)).unwrap();
            if matches!(stream.read(&mut [0; 1024]), Ok(0)) {
                return;
            }
        }
    }
}

/// Closes in good order: what was said arrives, and the rest of the request does not make a reset of it.
pub(crate) fn part(stream: &mut TcpStream) {
    let _ = stream.shutdown(Shutdown::Write);
    wait_for_the_end(stream);
}

/// Waits until the client has gone.
pub(crate) fn wait_for_the_end(stream: &mut TcpStream) {
    while stream.read(&mut [0; 4096]).is_ok_and(|count| count > 0) {}
}

/// Breaks the connection off with a reset.
pub(crate) fn reset(stream: &TcpStream) {
    socket2::SockRef::from(stream).set_linger(Some(Duration::ZERO)).unwrap();
}

/// A page with this body and these headers.
pub(crate) fn page(headers: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n{headers}\r\n", body.len());
    [head.as_bytes(), body].concat()
}
