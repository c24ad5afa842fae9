//! HTTP/2 in clear, spoken by hand: frames out of order, out of bounds and without end.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::json;

use crate::case::Case;
use crate::server::{drip, http, part, serve, wait_for_the_end};

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PUSH_PROMISE: u8 = 5;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const WINDOW_UPDATE: u8 = 8;
const CONTINUATION: u8 = 9;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
/// `:status: 200` by HPACK's static table.
const STATUS_200: &[u8] = &[0x88];

/// One frame.
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut bytes = vec![length[1], length[2], length[3], kind, flags];
    bytes.extend(stream.to_be_bytes());
    bytes.extend(payload);
    bytes
}

/// Reads until the request's head is in, and greets.
fn greet(stream: &mut TcpStream) {
    let mut seen = Vec::new();
    let mut piece = [0; 4096];
    let is_in = |seen: &[u8]| seen.windows(5).any(|five| five[0] == HEADERS && five[1..] == [5, 0, 0, 0]);
    while !is_in(&seen) {
        match stream.read(&mut piece) {
            Ok(count) if count > 0 => seen.extend(&piece[..count]),
            _ => return,
        }
    }
    let _ = stream.write_all(&frame(SETTINGS, 0, 0, &[]));
}

fn says(frames: Vec<Vec<u8>>) -> String {
    http(serve(move |stream| {
        greet(stream);
        let _ = stream.write_all(&frames.concat());
        part(stream);
    }))
}

fn floods(begin: Vec<u8>, more: &[u8]) -> String {
    let block = more.repeat(65536 / more.len() + 1);
    http(serve(move |stream| {
        greet(stream);
        // What the client acknowledges is read too, so that it is not held up by it.
        let mut other = stream.try_clone().unwrap();
        std::thread::spawn(move || wait_for_the_end(&mut other));
        let _ = stream.write_all(&begin);
        while stream.write_all(&block).is_ok() {}
    }))
}

#[expect(clippy::too_many_lines, reason = "a table")]
pub(crate) fn cases() -> Vec<Case> {
    let case =
        |name, url, status, reason| Case::http(name, url, status, reason).with("protocol", json!("http2"));
    let head = || frame(HEADERS, END_HEADERS, 1, STATUS_200);
    let code = |code: u8| [0, 0, 0, code];
    // A literal header of 4,000 bytes that the table keeps, and then its index again and again: 60 MiB of headers.
    let mut hpack_bomb = vec![0x88, 0x40, 1, b'x', 0x7f, 0xa1, 0x1e];
    hpack_bomb.extend([b'a'; 4000]);
    hpack_bomb.extend([0xbe; 12_000]);
    vec![
        case("frames well", says(vec![head(), frame(DATA, END_STREAM, 1, b"ok")]), "up", ""),
        case("resets the stream", says(vec![frame(RST_STREAM, 0, 1, &code(2))]), "down", "http2_error"),
        case("refuses the stream", says(vec![frame(RST_STREAM, 0, 1, &code(7))]), "down", "http2_error"),
        case(
            "resets the stream in the body",
            says(vec![head(), frame(DATA, 0, 1, b"o"), frame(RST_STREAM, 0, 1, &code(2))]),
            "down",
            "http2_error",
        ),
        case("goes away", says(vec![frame(GOAWAY, 0, 0, &[0, 0, 0, 0, 0, 0, 0, 0])]), "down", "http2_error"),
        case(
            "goes away in anger",
            says(vec![frame(GOAWAY, 0, 0, &[0, 0, 0, 0, 0, 0, 0, 11])]),
            "down",
            "http2_error",
        ),
        case(
            "sends data before its head",
            says(vec![frame(DATA, END_STREAM, 1, b"ok")]),
            "down",
            "http2_error",
        ),
        case(
            "sends data on a stream nobody opened",
            says(vec![head(), frame(DATA, 0, 9, b"ok")]),
            "down",
            "http2_error",
        ),
        case(
            "promises a push",
            says(vec![frame(PUSH_PROMISE, END_HEADERS, 1, &[0, 0, 0, 2, 0x82])]),
            "down",
            "http2_error",
        ),
        case(
            "sends a header index that is not there",
            says(vec![frame(HEADERS, END_HEADERS, 1, &[0xff, 0xff, 0xff, 0xff, 0x0f])]),
            "down",
            "http2_error",
        ),
        case("sends no status", says(vec![frame(HEADERS, END_HEADERS, 1, &[0x84])]), "down", "http2_error"),
        case(
            "sends a frame of 16 MiB",
            says(vec![vec![0xff, 0xff, 0xff, DATA, 0, 0, 0, 0, 1]]),
            "down",
            "http2_error",
        ),
        case(
            "overflows a window",
            says(vec![
                frame(WINDOW_UPDATE, 0, 0, &[0x7f, 0xff, 0xff, 0xff]),
                frame(WINDOW_UPDATE, 0, 0, &[0x7f, 0xff, 0xff, 0xff]),
            ]),
            "down",
            "http2_error",
        ),
        case(
            "answers HTTP/2 with HTTP/1.1",
            http(serve(|stream| {
                let _ = stream.read(&mut [0; 64]);
                let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
                part(stream);
            })),
            "down",
            "http2_error",
        ),
        case("closes after its head", says(vec![head()]), "down", "truncated"),
        case(
            "greets and stalls",
            http(serve(|stream| {
                greet(stream);
                wait_for_the_end(stream);
            })),
            "down",
            "timeout_headers",
        )
        .until_the_deadline(),
        case(
            "pings for ever",
            http(serve(|stream| {
                greet(stream);
                drip(stream, &frame(PING, 0, 0, &[0; 8]));
            })),
            "down",
            "timeout_headers",
        )
        .until_the_deadline(),
        case(
            "floods with settings",
            floods(Vec::new(), &frame(SETTINGS, 0, 0, &[0, 3, 0, 0, 0, 100])),
            "down",
            "http2_error",
        ),
        case("floods with pings", floods(Vec::new(), &frame(PING, 0, 0, &[0; 8])), "down", "http2_error"),
        case("floods with empty data", floods(head(), &frame(DATA, 0, 1, b"")), "down", "http2_error"),
        case(
            "floods with continuations",
            floods(frame(HEADERS, 0, 1, STATUS_200), &frame(CONTINUATION, 0, 1, &[0, 1, b'x', 1, b'y'])),
            "down",
            "http2_error",
        ),
        case(
            "sends headers that unfold",
            says(vec![frame(HEADERS, END_HEADERS, 1, &hpack_bomb), frame(DATA, END_STREAM, 1, b"ok")]),
            "down",
            "headers_too_large",
        ),
        case("floods with frames of a byte", floods(head(), &frame(DATA, 0, 1, b"a")), "down", "http2_error"),
    ]
}
