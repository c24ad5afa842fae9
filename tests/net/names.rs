//! Names that lead nowhere, and resolvers that are to blame themselves.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use emc_monitor::model::reason::Reason;
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
}

/// A name server; `say` is asked for each name but the root, whose name servers it knows if `well`.
pub(crate) async fn name_server(well: bool, say: fn(&str) -> Says) -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
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
            let addresses = match says {
                Says::Nothing => continue,
                Says::OnlyV4(_) if query.query_type() == RecordType::AAAA => continue,
                Says::OnlyV4(address) => vec![address],
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
            socket.send_to(&answer, from).await.unwrap();
        }
    });
    address
}

fn say(name: &str) -> Says {
    match name {
        "good.example" => Says::Addresses(vec![[127, 0, 0, 1].into()]),
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
