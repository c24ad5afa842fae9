//! A server of a few pages on loopback, among them one whose words are meant to harm a terminal.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;

const EVIL: &str = "\u{1b}[2J\u{1b}]0;owned\u{7} <b>\u{202e}|'\" # ]]> \u{9b}31m";

/// Serves until the test's process ends.
pub(crate) fn serve() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            thread::spawn(move || answer(stream.unwrap()));
        }
    });
    address
}

fn answer(mut stream: TcpStream) {
    let mut line = String::new();
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    if reader.read_line(&mut line).is_err() {
        return;
    }
    let mut header = String::new();
    while reader.read_line(&mut header).is_ok_and(|read| read > 2) {
        header.clear();
    }
    let (status, body) = match line.split(' ').nth(1).unwrap_or("/") {
        "/" => ("200 OK", "<title>Cổng dịch vụ công</title><p>Xin chào".to_owned()),
        "/evil" => ("503 Bad", format!("<title>{EVIL}</title><p>{EVIL}")),
        _ => ("404 Not Found", "<title>Không có</title>".to_owned()),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes()));
}

/// A configuration with one probe that is up, one that is down and one that is switched off.
pub(crate) fn configuration(address: SocketAddr) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("emc.yaml"), "politeness: {per_second: 1000, burst: 1000}\n").unwrap();
    let authority = format!(
        "authority: {{id: bo-vd, name: {{vi: Bộ Ví dụ, en: Ministry of Examples}}}}\n\
         portals:\n  - id: dvc\n    url: http://{address}\n    probes:\n\
        \x20     - {{name: trang-chu, http: {{expect: {{contains: [Xin chào]}}}}}}\n\
        \x20     - {{name: tra-cuu, http: {{path: /khong-co}}}}\n\
        \x20     - {{name: tat, enabled: false, http: {{}}}}\n"
    );
    fs::write(folder.path().join("bo-vd.yaml"), authority).unwrap();
    folder
}
