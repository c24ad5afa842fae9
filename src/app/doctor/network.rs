//! The machine's way out: resolver, address families, kernel stamps, uplink anchors.

use std::net::{Ipv6Addr, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use url::Url;

use crate::app::doctor::Line;
use crate::model::fault::Fault;
use crate::model::reason::Reason;
use crate::model::text::Text;
use crate::net::Net;
use crate::net::exchange::{Limits, Protocol, Request};
use crate::net::route::{Endpoint, Family, Reach, Route};
use crate::net::run::Run;
use crate::net::tls::{TlsPolicy, TlsSettings};

/// How long one examination may last.
const PATIENCE: Duration = Duration::from_secs(4);
/// A name that nobody may register (RFC 6761); any answer about it is an answer.
const NO_NAME: &str = "emc-doctor.invalid";

const RESOLVER: Text = Text { vi: "máy chủ DNS", en: "resolver" };
const NETWORK: Text = Text { vi: "mạng", en: "network" };
const BROKEN: Text = Text {
    vi: "sửa /etc/resolv.conf hoặc khóa \"resolver\": không có DNS thì không đo được gì",
    en: "mend /etc/resolv.conf or the \"resolver\" key: without DNS nothing can be measured",
};

/// The network set-up cannot even be prepared.
pub(super) fn no_net(fault: &Fault) -> Line {
    Line::fail(RESOLVER, fault.to_string(), BROKEN)
}

/// The program cannot wait for the network at all.
pub(super) fn no_runtime(error: &std::io::Error) -> Line {
    const ADVICE: Text = Text {
        vi: "nâng giới hạn tài nguyên của máy này",
        en: "raise the limits of this machine",
    };
    Line::fail(NETWORK, error.to_string(), ADVICE)
}

/// Whether name servers answer at all.
pub(super) async fn resolver(net: &Net) -> Line {
    let servers: Vec<String> = net.resolver.servers().iter().map(ToString::to_string).collect();
    let mut run = Run::begin(PATIENCE);
    match net.resolver.addresses(NO_NAME, Family::Any, &mut run).await {
        Ok(_) => Line::ok(RESOLVER, servers.join(", ")),
        Err(fault) if matches!(fault.reason, Reason::DnsNxdomain | Reason::DnsNoAddress) => {
            Line::ok(RESOLVER, servers.join(", "))
        }
        Err(fault) => Line::fail(RESOLVER, format!("{}: {fault}", servers.join(", ")), BROKEN),
    }
}

/// Whether there is an IPv6 route. Connecting a UDP socket asks the routing table and sends nothing.
pub(super) fn ipv6() -> Line {
    const SUBJECT: Text = Text { vi: "tuyến IPv6", en: "IPv6 route" };
    const NONE: Text = Text {
        vi: "máy này không đo được địa chỉ IPv6; cấp IPv6 cho máy, hoặc đặt \"family: ipv4\"",
        en: "IPv6 addresses cannot be measured from here; give the machine IPv6, or set \"family: ipv4\"",
    };
    let public = Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 1);
    let routed = UdpSocket::bind((Ipv6Addr::UNSPECIFIED, 0)).and_then(|socket| socket.connect((public, 53)));
    match routed {
        Ok(()) => Line::ok(SUBJECT, "ok"),
        Err(error) => Line::warn(SUBJECT, error.to_string(), NONE),
    }
}

/// Whether the kernel stamps what it receives, found out by asking ourselves over loopback.
pub(super) async fn kernel_stamps(net: &Net) -> Line {
    const SUBJECT: Text = Text { vi: "dấu thời gian của nhân", en: "kernel timestamps" };
    const NONE: Text = Text {
        vi: "thời gian được lấy theo đồng hồ của tiến trình; khi máy tải cao số đo sẽ kém chính xác",
        en: "times come from the process' own clock; under load they are less exact",
    };
    match ask_ourselves(net).await {
        Ok(true) => Line::ok(SUBJECT, "SO_TIMESTAMPING"),
        Ok(false) => Line::warn(SUBJECT, "-", NONE),
        Err(why) => Line::warn(SUBJECT, why, NONE),
    }
}

async fn ask_ourselves(net: &Net) -> Result<bool, String> {
    let listener = TcpListener::bind("127.0.0.1:0").await.map_err(|error| error.to_string())?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let url = Url::parse(&format!("http://{address}/")).map_err(|error| error.to_string())?;
    let route = plain_route()?;
    let request = Request { method: Method::GET, url, headers: HeaderMap::new(), body: Bytes::new() };
    let limits = Limits { body_bytes: 1024, protocol: Protocol::Http1, head_only: &[] };
    let mut run = Run::begin(PATIENCE);
    let asked = net.exchange(&request, &route, Reach::Configured, limits, &mut run);
    let (seen, ()) = tokio::join!(asked, answer_once(listener));
    match seen.fault {
        Some(fault) => Err(fault.to_string()),
        None => Ok(seen.kernel_timed == Some(true)),
    }
}

async fn answer_once(listener: TcpListener) {
    let Ok((mut stream, _)) = listener.accept().await else { return };
    let mut head = [0; 1024];
    if stream.read(&mut head).await.is_ok() {
        let _ = stream.write_all(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n").await;
    }
}

fn plain_route() -> Result<Route, String> {
    let tls = Arc::new(TlsPolicy::new(TlsSettings::default()).map_err(|why| why.en)?);
    Ok(Route { family: Family::Any, proxy: None, tls })
}

/// Whether the places answer by which we know that our own uplink works.
pub(super) async fn anchors(net: &Net, anchors: &[String]) -> Line {
    const SUBJECT: Text = Text { vi: "mốc đường truyền", en: "uplink anchors" };
    const UNSET: Text = Text {
        vi: "khai báo \"uplink: anchors\": thiếu mốc thì lỗi đường truyền của ta sẽ bị tính cho cổng",
        en: "set \"uplink: anchors\": without them a fault of our own uplink is blamed on the portals",
    };
    const LOST: Text = Text {
        vi: "kiểm tra đường truyền của máy này, rồi kiểm tra địa chỉ của các mốc",
        en: "check the uplink of this machine, then the addresses of the anchors",
    };
    if anchors.is_empty() {
        return Line::warn(SUBJECT, "0", UNSET);
    }
    let Ok(route) = plain_route() else { return Line::fail(SUBJECT, "TLS", LOST) };
    let mut answered = 0;
    for anchor in anchors {
        if let Some(endpoint) = endpoint(anchor) {
            let mut run = Run::begin(PATIENCE);
            let dial = net.dial(&endpoint, &route, Reach::Configured, &mut run).await;
            answered += usize::from(dial.stream.is_ok());
        }
    }
    let found = format!("{answered}/{}", anchors.len());
    match answered {
        0 => Line::fail(SUBJECT, found, LOST),
        some if some < anchors.len() => Line::warn(SUBJECT, found, LOST),
        _ => Line::ok(SUBJECT, found),
    }
}

fn endpoint(anchor: &str) -> Option<Endpoint> {
    let (host, port) = anchor.rsplit_once(':')?;
    Some(Endpoint { host: url::Host::parse(host).ok()?, port: port.parse().ok()? })
}
