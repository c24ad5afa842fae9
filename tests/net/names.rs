//! Names that lead nowhere, and resolvers that are to blame themselves.

use std::future::pending;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use emc_monitor::model::reason::Reason;
use emc_monitor::net::deadline::Deadline;
use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::{RData, Record, RecordType};
use tokio::net::UdpSocket;

use crate::bed::{Ask, answering, refusing};

/// What a name server says to a name.
#[derive(Clone)]
pub(crate) enum Says {
    Addresses(Vec<IpAddr>),
    Code(ResponseCode),
    Nothing,
    /// IPv4 addresses at once, and nothing when asked for IPv6 ones.
    OnlyV4(IpAddr),
    /// The IPv6 loopback address at once, and this one a good deal later.
    LateV4(IpAddr),
}

/// Longer than the other family is waited for before connecting begins.
const LATE: Duration = Duration::from_millis(600);

/// A name server; `say` is asked for each name but the root, whose name servers it knows if `well`.
pub(crate) async fn name_server(well: bool, say: fn(&str) -> Says) -> SocketAddr {
    let socket = Arc::new(UdpSocket::bind("127.0.0.1:0").await.unwrap());
    let address = socket.local_addr().unwrap();
    tokio::spawn(async move {
        let mut packet = [0; 4096];
        while let Ok((length, from)) = socket.recv_from(&mut packet).await {
            let mut message = Message::from_vec(&packet[..length]).unwrap();
            let query = message.queries[0].clone();
            let name = query.name().to_ascii();
            let says = match name.as_str() {
                "." if well => Says::Code(ResponseCode::Refused),
                "." => Says::Nothing,
                name => say(name.trim_end_matches('.')),
            };
            let is_late = matches!(says, Says::LateV4(_)) && query.query_type() == RecordType::A;
            let addresses = match says {
                Says::Nothing => continue,
                Says::OnlyV4(_) if query.query_type() == RecordType::AAAA => continue,
                Says::OnlyV4(address) => vec![address],
                Says::LateV4(address) => vec![address, Ipv6Addr::LOCALHOST.into()],
                Says::Addresses(addresses) => addresses,
                Says::Code(code) => {
                    message.metadata.response_code = code;
                    Vec::new()
                }
            };
            for address in addresses {
                let record = Record::from_rdata(query.name().clone(), 60, RData::from(address));
                if record.record_type() == query.query_type() {
                    message.add_answer(record);
                }
            }
            let answer = message.into_response().to_vec().unwrap();
            let socket = Arc::clone(&socket);
            tokio::spawn(async move {
                if is_late {
                    let _ = Deadline::after(LATE).bound(pending::<()>()).await;
                }
                socket.send_to(&answer, from).await.unwrap();
            });
        }
    });
    address
}

fn say(name: &str) -> Says {
    match name {
        "good.example" => Says::Addresses(vec![[127, 0, 0, 1].into()]),
        "late.example" => Says::LateV4([127, 0, 0, 1].into()),
        "half.example" => Says::OnlyV4([127, 0, 0, 1].into()),
        "missing.example" => Says::Code(ResponseCode::NXDomain),
        "broken.example" => Says::Code(ResponseCode::ServFail),
        "barred.example" => Says::Code(ResponseCode::Refused),
        "empty.example" => Says::Addresses(Vec::new()),
        _ => Says::Nothing,
    }
}

#[tokio::test]
async fn a_name_leads_to_its_address() {
    let server = name_server(true, say).await;
    let address = answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await;
    for name in ["good.example", "half.example"] {
        let seen = Ask::new(format!("http://{name}:{}/", address.port())).asking(server).get().await;
        assert_eq!(seen.fault, None, "{name}");
        assert!(seen.phases.get(emc_monitor::model::phase::Phase::Resolve).is_some());
    }
}

#[tokio::test]
async fn a_name_fails_in_several_ways() {
    let server = name_server(true, say).await;
    for (name, reason) in [
        ("missing.example", Reason::DnsNxdomain),
        ("broken.example", Reason::DnsServfail),
        ("barred.example", Reason::DnsRefused),
        ("empty.example", Reason::DnsNoAddress),
        ("silent.example", Reason::DnsTimeout),
    ] {
        let ask = Ask::new(format!("http://{name}:9/")).asking(server).within(Duration::from_millis(900));
        assert_eq!(ask.fails().await, Some(reason), "{name}");
    }
    let mut v6 = Ask::new("http://good.example:9/").asking(server);
    v6.family = emc_monitor::net::route::Family::V6;
    assert_eq!(v6.fails().await, Some(Reason::DnsNoAddress));
}

#[tokio::test]
async fn a_resolver_that_answers_nothing_is_our_own_trouble() {
    let dead = name_server(false, say).await;
    for resolver in [dead, refusing()] {
        let ask = Ask::new("http://silent.example:9/").asking(resolver).within(Duration::from_millis(900));
        assert_eq!(ask.fails().await, Some(Reason::SelfResolver), "{resolver}");
    }
}

#[tokio::test]
async fn a_late_family_is_waited_for_where_the_other_does_not_answer() {
    let server = name_server(true, say).await;
    let address = answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await;
    let mut ask = Ask::new(format!("http://late.example:{}/", address.port())).asking(server);
    assert_eq!(ask.get().await.fault, None, "the IPv6 address is dead, the IPv4 one comes late");
    ask = Ask::new(format!("http://late.example:{}/", address.port())).asking(server);
    ask.family = emc_monitor::net::route::Family::V4;
    assert_eq!(ask.get().await.fault, None);
}

#[tokio::test]
async fn a_family_that_is_never_answered_is_the_portals_only_if_the_resolver_is_well() {
    for (well, reason) in [(true, Reason::ConnectRefused), (false, Reason::SelfResolver)] {
        let server = name_server(well, say).await;
        let url = format!("http://half.example:{}/", refusing().port());
        let ask = Ask::new(url).asking(server).within(Duration::from_millis(1500));
        assert_eq!(ask.fails().await, Some(reason), "resolver well: {well}");
    }
}
