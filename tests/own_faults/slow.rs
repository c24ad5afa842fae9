//! Healthy portals that take their time, each at its own loopback address.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 22\r\nconnection: close\r\n\r\n<h1>B\xe1\xbb\x99 V\xc3\xad d\xe1\xbb\xa5</h1>";

/// A listener on every loopback address that answers each request after a while.
pub(crate) struct SlowPortals {
    port: u16,
    most: Arc<AtomicUsize>,
}

impl SlowPortals {
    pub(crate) fn open(after: Duration) -> Self {
        let listener = TcpListener::bind("0.0.0.0:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let kept = Arc::clone(&most);
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let (now, most) = (Arc::clone(&now), Arc::clone(&kept));
                thread::spawn(move || {
                    most.fetch_max(now.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
                    answer(connection, after);
                    now.fetch_sub(1, Ordering::Relaxed);
                });
            }
        });
        Self { port, most }
    }

    /// So many addresses, each a portal of its own, and the kind by which each is watched.
    pub(crate) fn pages(&self, count: usize) -> impl Iterator<Item = (String, String)> {
        let address = |number| format!("http://127.1.{}.{}:{}", number / 250, number % 250 + 1, self.port);
        (0..count).map(move |number| (address(number), "http: {path: /}".to_owned()))
    }

    /// The most connections that were open at the same time.
    pub(crate) fn most_at_once(&self) -> usize {
        self.most.load(Ordering::Relaxed)
    }
}

fn answer(mut connection: TcpStream, after: Duration) {
    let due = Instant::now() + after;
    let mut head = [0; 2048];
    if connection.read(&mut head).is_err() {
        return;
    }
    while let Some(left) = due.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) {
        thread::park_timeout(left);
    }
    // Whoever went away meanwhile need not be told.
    let _ = connection.write_all(ANSWER);
}
