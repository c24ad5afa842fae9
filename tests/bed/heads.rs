//! Heads: what comes before a body, or instead of an answer.

use std::net::TcpListener;

use crate::case::Case;
use crate::server::{drips, floods, http, page, reset, says, says_and_stays, serve, wait_for_the_end};

#[expect(clippy::too_many_lines, reason = "a table")]
pub(crate) fn cases() -> Vec<Case> {
    let case = |name, url, status, reason| Case::http(name, url, status, reason);
    let many = |count: usize| page(&"X-A: b\r\n".repeat(count), "ok");
    vec![
        case("answers well", says(page("", "ok")), "up", ""),
        case("answers well in HTTP/1.0", says("HTTP/1.0 200 OK\r\n\r\nok"), "up", ""),
        case(
            "answers well after 103 Early Hints",
            says([b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n".as_slice(), &page("", "ok")].concat()),
            "up",
            "",
        ),
        case("is not there", http(closed_port()), "down", "connect_refused"),
        case("takes no connection", http(full_port()), "down", "connect_timeout").until_the_deadline(),
        case("resets at once", http(serve(|stream| reset(stream))), "down", "connection_reset"),
        case("closes at once", http(serve(crate::server::part)), "down", "connection_closed"),
        case("closes without an answer", says(""), "down", "connection_closed"),
        case("says nothing", http(serve(wait_for_the_end)), "down", "timeout_headers").until_the_deadline(),
        case("drips a head", drips("HTTP/1.1 200 OK\r\n", b"X-Drip: 1\r\n"), "down", "timeout_headers")
            .until_the_deadline(),
        case("stops in the middle of a head", says("HTTP/1.1 200 OK\r\nContent-Le"), "down", "truncated"),
        case(
            "never ends its head",
            says_and_stays("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"),
            "down",
            "timeout_headers",
        )
        .until_the_deadline(),
        case(
            "floods with headers",
            floods("HTTP/1.1 200 OK\r\n", "X-Flood: 0123456789\r\n"),
            "down",
            "headers_too_large",
        ),
        case(
            "floods with one header",
            floods("HTTP/1.1 200 OK\r\nX-Flood: ", "0123456789"),
            "down",
            "headers_too_large",
        ),
        case("floods with a status line", floods("HTTP/1.1 200 ", "OK"), "down", "headers_too_large"),
        case(
            "floods with interim answers",
            floods("", "HTTP/1.1 100 Continue\r\n\r\n"),
            "down",
            "headers_too_large",
        ),
        case("floods with line breaks", floods("", "\r\n"), "down", "headers_too_large"),
        case("sends 999 headers", says(many(998)), "up", ""),
        case("sends 10,000 headers", says(many(10_000)), "down", "headers_too_large"),
        case(
            "sends a header of 200 KiB",
            says(page(&format!("X-Long: {}\r\n", "a".repeat(200 << 10)), "ok")),
            "up",
            "",
        ),
        case(
            "sends a header of 300 KiB",
            says(page(&format!("X-Long: {}\r\n", "a".repeat(300 << 10)), "ok")),
            "down",
            "headers_too_large",
        ),
        case("sends NUL in a header", says(page("X-Nul: a\0b\r\n", "ok")), "down", "malformed_response"),
        case(
            "sends NUL in a header's name",
            says(page("X-\0Nul: a\r\n", "ok")),
            "down",
            "malformed_response",
        ),
        case(
            "sends a header without a colon",
            says(page("No colon here\r\n", "ok")),
            "down",
            "malformed_response",
        ),
        case(
            "sends a space before the colon",
            says(page("X-Space : a\r\n", "ok")),
            "down",
            "malformed_response",
        ),
        case("sends a status of letters", says("HTTP/1.1 abc OK\r\n\r\n"), "down", "malformed_response"),
        case("sends a status of two digits", says("HTTP/1.1 20 OK\r\n\r\n"), "down", "malformed_response"),
        case("sends status 999", says("HTTP/1.1 999 Eh\r\nContent-Length: 0\r\n\r\n"), "down", "status"),
        case("speaks HTTP/9.9", says("HTTP/9.9 200 OK\r\n\r\n"), "down", "malformed_response"),
        case("speaks ICY", says("ICY 200 OK\r\n\r\n"), "down", "malformed_response"),
        case("speaks HTTP/0.9", says("<html>hello</html>"), "down", "malformed_response"),
        case("speaks SMTP", says("220 mail.bo-vd.example ESMTP\r\n"), "down", "malformed_response"),
        case(
            "speaks noise",
            says((0..4096_u32).map(|n| u8::try_from(n * 7919 % 251).unwrap()).collect::<Vec<_>>()),
            "down",
            "malformed_response",
        ),
        case(
            "gives two lengths that differ",
            says("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nokk"),
            "down",
            "malformed_response",
        ),
        case(
            "gives a negative length",
            says("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nok"),
            "down",
            "malformed_response",
        ),
        case(
            "gives a length past all bounds",
            says("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\nok"),
            "down",
            "malformed_response",
        ),
        case("answers 500", says("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"), "down", "status"),
        case(
            "answers 404 with markup in its words",
            says("HTTP/1.1 404 <script>\u{1b}[31m\r\nContent-Length: 0\r\n\r\n"),
            "down",
            "malformed_response",
        ),
        case(
            "answers 429",
            says("HTTP/1.1 429 Slow down\r\nContent-Length: 0\r\n\r\n"),
            "degraded",
            "rate_limited",
        ),
        case(
            "switches protocols unasked",
            says("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"),
            "down",
            "status",
        ),
        case("stands in a denied network", says(page("", "ok")), "down", "address_denied")
            .denying("127.0.0.0/8"),
    ]
}

impl Case {
    fn denying(mut self, network: &str) -> Self {
        self.order.deny.push(network.to_owned());
        self
    }
}

/// A port where nobody listens.
fn closed_port() -> std::net::SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// A port whose queue is full, so that further handshakes are not answered: what a black hole looks like.
fn full_port() -> std::net::SocketAddr {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    socket.bind(&std::net::SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    socket.listen(0).unwrap();
    let address = socket.local_addr().unwrap().as_socket().unwrap();
    let mut waiting = Vec::new();
    while let Ok(stream) =
        std::net::TcpStream::connect_timeout(&address, std::time::Duration::from_millis(300))
    {
        waiting.push(stream);
        assert!(waiting.len() < 64, "the queue never fills");
    }
    std::mem::forget((socket, waiting));
    address
}
