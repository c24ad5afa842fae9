//! Healthy portals that take their time, each at its own loopback address.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use hickory_proto::op::Message;
use hickory_proto::rr::rdata::A;
use hickory_proto::rr::{RData, Record, RecordType};

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
        let address = |number| format!("http://{}:{}", loopback(number), self.port);
        (0..count).map(move |number| (address(number), "http: {path: /}".to_owned()))
    }

    /// The same by names: every third is watched by its name alone.
    pub(crate) fn named_pages(&self, count: usize) -> impl Iterator<Item = (String, String)> {
        (0..count).map(move |number| {
            let kind = if number % 3 == 0 { "dns: {}" } else { "http: {path: /}" };
            (format!("http://p{number}.bo-vd.example:{}", self.port), kind.to_owned())
        })
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
    wait_until(due);
    // Whoever went away meanwhile need not be told.
    let _ = connection.write_all(ANSWER);
}

/// A resolver that gives `pN` its loopback address after a while.
pub(crate) fn slow_resolver(after: Duration) -> SocketAddr {
    let socket = Arc::new(UdpSocket::bind("127.0.0.1:0").unwrap());
    let address = socket.local_addr().unwrap();
    thread::spawn(move || {
        let mut buffer = [0; 1500];
        while let Ok((length, from)) = socket.recv_from(&mut buffer) {
            let (socket, reply) = (Arc::clone(&socket), reply_to(&buffer[..length]));
            thread::spawn(move || {
                wait_until(Instant::now() + after);
                socket.send_to(&reply, from).unwrap();
            });
        }
    });
    address
}

fn reply_to(question: &[u8]) -> Vec<u8> {
    let query = Message::from_vec(question).unwrap();
    let asked = query.queries[0].clone();
    let mut reply = Message::response(query.metadata.id, query.metadata.op_code);
    reply.add_query(asked.clone());
    let number =
        asked.name.to_ascii().trim_start_matches('p').split('.').next().and_then(|n| n.parse::<usize>().ok());
    if let (RecordType::A, Some(number)) = (asked.query_type, number) {
        let address = loopback(number).parse().unwrap();
        reply.add_answer(Record::from_rdata(asked.name, 60, RData::A(A(address))));
    }
    reply.to_vec().unwrap()
}

/// The address of a portal by its number.
pub(crate) fn loopback(number: usize) -> String {
    format!("127.1.{}.{}", number / 250, number % 250 + 1)
}

fn wait_until(due: Instant) {
    while let Some(left) = due.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) {
        thread::park_timeout(left);
    }
}
