//! Names: what a page's own name server can do to whoever wants to reach it. The `dns` kind has its own bed.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};

use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::rdata::{A, CNAME};
use hickory_proto::rr::{Name, RData, Record, RecordType};

use crate::case::Case;
use crate::server::{page, part, read_head, serve};

/// What a server does with a question about an address.
#[derive(Clone, Copy)]
pub(crate) enum Says {
    Code(ResponseCode),
    Nothing,
    /// Only the root is answered for, as by a resolver that waits for a dead zone.
    NothingAboutNames,
    Empty,
    Cut,
    WrongId,
    Noise,
    AliasLoop,
    Address(Ipv4Addr),
    TwoAddresses(Ipv4Addr, Ipv4Addr),
}

impl Says {
    fn reply(self, question: &[u8]) -> Option<Vec<u8>> {
        let query = Message::from_vec(question).ok()?;
        let asked = query.queries.first()?.clone();
        let mut reply = Message::response(query.metadata.id, query.metadata.op_code);
        reply.metadata.recursion_available = true;
        reply.add_queries(query.queries.clone());
        let mut add = |owner: &Name, data| {
            reply.add_answer(Record::from_rdata(owner.clone(), 60, data));
        };
        match self {
            Self::Nothing => return None,
            Self::NothingAboutNames if !asked.name.is_root() => return None,
            Self::Noise => return Some(vec![0xff; 40]),
            Self::Code(code) => reply.metadata.response_code = code,
            Self::Cut => reply.metadata.truncation = true,
            Self::WrongId => reply.metadata.id ^= 0x5555,
            Self::AliasLoop => {
                let back = Name::from_ascii("khac.bo-vd.example.").unwrap();
                add(&asked.name, RData::CNAME(CNAME(back.clone())));
                add(&back, RData::CNAME(CNAME(asked.name.clone())));
            }
            Self::Address(address) if asked.query_type == RecordType::A => {
                add(&asked.name, RData::A(A(address)));
            }
            Self::TwoAddresses(first, second) if asked.query_type == RecordType::A => {
                add(&asked.name, RData::A(A(first)));
                add(&asked.name, RData::A(A(second)));
            }
            Self::Empty | Self::NothingAboutNames | Self::Address(_) | Self::TwoAddresses(..) => {}
        }
        reply.to_vec().ok()
    }
}

/// A name server that says this of every name.
pub(crate) fn name_server(says: Says) -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    std::thread::spawn(move || {
        let mut question = [0; 1500];
        while let Ok((length, from)) = socket.recv_from(&mut question) {
            if let Some(reply) = says.reply(&question[..length]) {
                let _ = socket.send_to(&reply, from);
            }
        }
    });
    address
}

impl Case {
    /// The page stands at a name of which this server knows.
    pub(crate) fn resolved_by(mut self, says: Says) -> Self {
        self.order.resolvers = vec![name_server(says)];
        self
    }
}

pub(crate) fn cases() -> Vec<Case> {
    let well = serve(|stream| {
        read_head(stream);
        let _ = std::io::Write::write_all(stream, &page("", "ok"));
        part(stream);
    });
    let case = |name, says, status, reason| {
        let url = format!("http://dvc.bo-vd.example:{}/", well.port());
        Case::http(name, url, status, reason).resolved_by(says)
    };
    let here = Ipv4Addr::LOCALHOST;
    let dead = Ipv4Addr::new(127, 0, 0, 77);
    assert_eq!(well.ip(), IpAddr::V4(here));
    vec![
        case("resolves well", Says::Address(here), "up", ""),
        case("has one address that is dead", Says::TwoAddresses(dead, here), "degraded", "address_partial"),
        case("has no such name", Says::Code(ResponseCode::NXDomain), "down", "dns_nxdomain"),
        case("fails to resolve", Says::Code(ResponseCode::ServFail), "down", "dns_servfail"),
        case("refuses to resolve", Says::Code(ResponseCode::Refused), "down", "dns_refused"),
        case("has a name without address", Says::Empty, "down", "dns_no_address"),
        case("has a loop of aliases", Says::AliasLoop, "down", "dns_no_address"),
        case("does not resolve in time", Says::NothingAboutNames, "down", "dns_timeout").until_the_deadline(),
        case("has a resolver that is dead", Says::Nothing, "unknown", "self_resolver").until_the_deadline(),
        case("has a resolver that talks noise", Says::Noise, "unknown", "self_resolver").until_the_deadline(),
        case("has a resolver that answers others", Says::WrongId, "unknown", "self_resolver")
            .until_the_deadline(),
        case("cuts every answer and takes no TCP", Says::Cut, "down", "dns_servfail"),
    ]
}
