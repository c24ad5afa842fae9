//! Redirects: without end, to schemes nobody wants, and into networks that a server has no business to name.

use std::io::Write;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;

use crate::case::{Case, check};
use crate::names::Says;
use crate::server::{http, page, part, read_head, says, serve, serve_on};

fn to(location: &str) -> String {
    says(format!("HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"))
}

/// A server whose pages `/0`, `/1`, ... lead from one to the next, `/last` to a page.
fn chain(last: usize) -> String {
    http(serve(move |stream| {
        let head = read_head(stream);
        let place: usize = head.split(['/', ' ']).nth(2).and_then(|path| path.parse().ok()).unwrap_or(0);
        let answer = if place == last {
            page("", "ok")
        } else {
            format!("HTTP/1.1 301 On\r\nLocation: /{}\r\nContent-Length: 0\r\n\r\n", place + 1).into_bytes()
        };
        let _ = stream.write_all(&answer);
        part(stream);
    }))
}

pub(crate) fn cases() -> Vec<Case> {
    let case = |name, url, status, reason| Case::http(name, url, status, reason);
    let other = says(page("", "ok"));
    vec![
        case("redirects ten times", chain(10), "up", ""),
        case("redirects eleven times", chain(11), "down", "too_many_redirects"),
        case("redirects fifty times", chain(50), "down", "too_many_redirects"),
        case("redirects to itself", to("/"), "down", "redirect_loop"),
        case("redirects to itself with a fragment", to("/#again"), "down", "redirect_loop"),
        case(
            "redirects nowhere",
            says("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n"),
            "down",
            "bad_redirect",
        ),
        case("redirects to nothing", to(""), "down", "bad_redirect"),
        case("redirects to half an address", to("http://"), "down", "bad_redirect"),
        case("redirects to a broken address", to("http://[::1/"), "down", "bad_redirect"),
        case(
            "redirects to a port past all bounds",
            to("http://bo-vd.example:99999/"),
            "down",
            "bad_redirect",
        ),
        case("redirects to bytes", to("http://\u{ff}\u{fe}.example/"), "down", "dns_nxdomain"),
        case(
            "redirects to two places",
            says("HTTP/1.1 302 Found\r\nLocation: /a\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n"),
            "down",
            "bad_redirect",
        ),
        case("redirects to ftp", to("ftp://bo-vd.example/"), "down", "redirect_denied"),
        case("redirects to a file", to("file:///etc/passwd"), "down", "redirect_denied"),
        case("redirects to a script", to("javascript:alert(1)"), "down", "redirect_denied"),
        case("redirects to data", to("data:text/html,ok"), "down", "redirect_denied"),
        case("redirects to gopher", to("gopher://127.0.0.1:6379/_FLUSHALL"), "down", "redirect_denied"),
        case("redirects to another host than wanted", to("/"), "down", "redirect_denied")
            .with("redirects", json!({"schemes": ["https"]})),
        case("ends at another host than wanted", other, "down", "wrong_final_host")
            .with("expect", json!({"final_host": "dvc.bo-vd.example"})),
        case("redirects with a body that floods", endless_redirect(), "down", "redirect_loop"),
    ]
}

/// A redirect whose body never ends.
fn endless_redirect() -> String {
    crate::server::floods(
        "HTTP/1.1 302 Found\r\nLocation: /\r\nConnection: close\r\n\r\n",
        "0123456789abcdef",
    )
}

/// Every way to write a private address that somebody has tried to slip past a guard with. `{}` is the port.
const DISGUISES: &[&str] = &[
    "http://127.0.0.2:{}/",
    "http://2130706434:{}/",
    "http://0x7f000002:{}/",
    "http://0x7f.0.0.2:{}/",
    "http://0177.0.0.2:{}/",
    "http://017700000002:{}/",
    "http://127.2:{}/",
    "http://127.0.2:{}/",
    "http://127.0.0.2.:{}/",
    "http://%31%32%37.0.0.2:{}/",
    "http://①②⑦.0.0.2:{}/",
    "http://127。0。0。2:{}/",
    "http://[::ffff:127.0.0.2]:{}/",
    "http://[::ffff:7f00:2]:{}/",
    "http://[0:0:0:0:0:ffff:127.0.0.2]:{}/",
    "http://[64:ff9b::7f00:2]:{}/",
    "http://[2002:7f00:2::]:{}/",
    "http://[::127.0.0.2]:{}/",
    "http://dvc.bo-vd.example@127.0.0.2:{}/",
    "http://dvc.bo-vd.example:80@127.0.0.2:{}/",
    "http://dvc.bo-vd.example%2f@127.0.0.2:{}/",
    "http://127.0.0.2:{}#@dvc.bo-vd.example/",
    "http:\\\\127.0.0.2:{}\\",
    "//127.0.0.2:{}/",
    "\\\\127.0.0.2:{}/",
    "http://[::1]:{}/",
    "http://[0000::0001]:{}/",
    "http://0.0.0.0:{}/",
    "http://0:{}/",
    "http://[::]:{}/",
];

/// A page behind the guard that counts who comes by.
fn canary(ip: std::net::IpAddr, hits: &Arc<AtomicUsize>) -> SocketAddr {
    let hits = Arc::clone(hits);
    serve_on(ip, move |stream| {
        hits.fetch_add(1, Ordering::SeqCst);
        read_head(stream);
        let _ = stream.write_all(&page("", "secret"));
        part(stream);
    })
}

pub(crate) fn assert_no_hit_on_the_canary() {
    let hits = Arc::new(AtomicUsize::new(0));
    // The unspecified address listens everywhere: on 127.0.0.2 and ::1, but also on our own 127.0.0.1.
    let v4 = canary(Ipv4Addr::UNSPECIFIED.into(), &hits).port();
    let v6 = canary(Ipv6Addr::LOCALHOST.into(), &hits).port();
    let mut cases = Vec::new();
    for disguise in DISGUISES {
        let port = if disguise.contains("::1]") || disguise.contains("0001]") { v6 } else { v4 };
        let location = disguise.replace("{}", &port.to_string());
        cases.push(Case::http(disguise, to(&location), "down", "redirect_denied"));
    }
    // A public name whose server answers with a private address, and one that is denied by the operator.
    let rebound = to(&format!("http://cong-khai.example:{v4}/"));
    let private = Says::Address(Ipv4Addr::new(127, 0, 0, 2));
    cases.push(Case::http("a public name", rebound.clone(), "down", "redirect_denied").resolved_by(private));
    let metadata = Says::Address(Ipv4Addr::new(169, 254, 169, 254));
    cases.push(Case::http("a cloud's metadata", rebound, "down", "redirect_denied").resolved_by(metadata));
    let mut named = Case::http(
        "a host that the operator names",
        to(&format!("http://127.0.0.2:{v4}/")),
        "down",
        "address_denied",
    )
    .with("redirects", json!({"hosts": ["127.0.0.2"]}));
    named.order.deny.push("127.0.0.2/32".to_owned());
    cases.push(named);
    check(&cases);
    assert_eq!(hits.load(Ordering::SeqCst), 0, "somebody came by the canary");
}
