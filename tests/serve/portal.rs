//! A portal of the test's own: answers a page to every request and remembers the heads it was sent.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

pub(crate) struct Portal {
    port: u16,
    heads: Arc<Mutex<String>>,
}

impl Portal {
    pub(crate) fn open() -> Self {
        Self::serving(|mut connection, heads| {
            heads.lock().unwrap().push_str(&read_head(&mut connection));
            answer(connection, "<!doctype html><title>Cổng dịch vụ công</title><h1>Bộ Ví dụ</h1>");
        })
    }

    pub(crate) fn under_maintenance() -> Self {
        Self::serving(|mut connection, _| {
            read_head(&mut connection);
            answer(connection, include_str!("../http/corpus/maintenance-classic.html"));
        })
    }

    /// Sends everybody on.
    pub(crate) fn that_sends_to(location: &str) -> Self {
        let head = format!(
            "HTTP/1.1 302 Found\r\nlocation: {location}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        );
        Self::serving(move |mut connection, _| {
            read_head(&mut connection);
            let _ = connection.write_all(head.as_bytes());
        })
    }

    pub(crate) fn that_never_answers() -> Self {
        Self::serving(|mut connection, _| {
            let _ = connection.read_to_end(&mut Vec::new());
        })
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(crate) fn heads(&self) -> String {
        self.heads.lock().unwrap().clone()
    }

    fn serving(answer: impl Fn(TcpStream, &Mutex<String>) + Clone + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let heads = Arc::new(Mutex::new(String::new()));
        let kept = heads.clone();
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let (kept, answer) = (kept.clone(), answer.clone());
                thread::spawn(move || answer(connection, &kept));
            }
        });
        Self { port, heads }
    }
}

fn answer(mut connection: TcpStream, page: &str) {
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        page.len()
    );
    let _ = connection.write_all((head + page).as_bytes());
}

fn read_head(connection: &mut TcpStream) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && connection.read(&mut byte).is_ok_and(|read| read == 1) {
        head.push(byte[0]);
    }
    String::from_utf8_lossy(&head).into_owned()
}

/// A port on which nobody listens.
pub(crate) fn closed_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
