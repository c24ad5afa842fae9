//! Servers that misbehave, each behaviour a word; the table says what the probe must find.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use emc_monitor::model::status::Status;
use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::rdata::{A, CNAME};
use hickory_proto::rr::{Name, RData, Record};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};

use crate::kind::{Files, build, run, verdict};

/// What a server does with a question over one transport.
#[derive(Clone, Copy, Debug)]
enum Does {
    /// Gives so many addresses.
    Answers(u8),
    /// Gives a thousand addresses.
    Thousand,
    /// Says this response code.
    Says(ResponseCode),
    /// Says nothing to anybody.
    Silence,
    /// Says nothing about the name, but answers for the root.
    SilenceAboutName,
    /// Says that the answer is too long.
    Cuts,
    /// Answers another question id, for ever.
    WrongId,
    /// Sends a wrong id first, and then the answer.
    WrongIdThenAnswers,
    /// Answers another question.
    OtherQuestion,
    /// Sends bytes with the right id that are no message.
    Garbage,
    /// Sends bytes that are no message at all.
    Noise,
    /// Answers with nothing.
    Empty,
    /// Points two names at each other.
    Loop,
    /// Answers only what has no EDNS.
    OldFashioned,
    /// Closes at once (over TCP).
    Closes,
    /// Sends half of what it announces, and waits (over TCP).
    Half,
}

fn name(text: &str) -> Name {
    Name::from_ascii(text).unwrap()
}

fn with_addresses(reply: &mut Message, owner: &Name, count: u16) {
    for number in 0..count {
        let [high, low] = number.to_be_bytes();
        reply.add_answer(Record::from_rdata(
            owner.clone(),
            300,
            RData::A(A(Ipv4Addr::new(198, 51, high, low))),
        ));
    }
}

impl Does {
    /// The messages sent for a question, as bytes.
    fn replies(self, question: &[u8]) -> Vec<Vec<u8>> {
        let query = Message::from_vec(question).unwrap();
        let asked = query.queries[0].name.clone();
        let mut reply = Message::response(query.metadata.id, query.metadata.op_code);
        reply.metadata.recursion_available = true;
        reply.add_queries(query.queries.clone());
        match self {
            Self::Answers(count) => with_addresses(&mut reply, &asked, count.into()),
            Self::Thousand => with_addresses(&mut reply, &asked, 1000),
            Self::Says(code) => reply.metadata.response_code = code,
            Self::SilenceAboutName if asked.is_root() => {}
            Self::Silence | Self::SilenceAboutName | Self::Closes | Self::Half => return Vec::new(),
            Self::Cuts => reply.metadata.truncation = true,
            Self::WrongId => {
                with_addresses(&mut reply, &asked, 1);
                reply.metadata.id ^= 0x55;
            }
            Self::WrongIdThenAnswers => {
                let strange = Self::WrongId.replies(question);
                return [strange, Self::Answers(1).replies(question)].concat();
            }
            Self::OtherQuestion => {
                reply.queries[0].name = name("other.example.");
                with_addresses(&mut reply, &name("other.example."), 1);
            }
            Self::Garbage => return vec![[&question[..2], &[0x84, 0, 0, 1, 0, 9], &[0xff; 40]].concat()],
            Self::Noise => return vec![vec![0xff; 3], vec![0; 60]],
            Self::Empty => {}
            Self::Loop => {
                let back = name("there.example.");
                reply.add_answer(Record::from_rdata(asked.clone(), 300, RData::CNAME(CNAME(back.clone()))));
                reply.add_answer(Record::from_rdata(back, 300, RData::CNAME(CNAME(asked))));
            }
            Self::OldFashioned if query.edns.is_some() => {
                reply.metadata.response_code = ResponseCode::FormErr;
                reply.queries.clear();
            }
            Self::OldFashioned => with_addresses(&mut reply, &asked, 1),
        }
        vec![reply.to_vec().unwrap()]
    }
}

/// Starts a server; it ends with the test's runtime.
async fn serve(udp: Does, tcp: Option<Does>) -> SocketAddr {
    let (socket, listener) = bind_both().await;
    let address = socket.local_addr().unwrap();
    tokio::spawn(async move {
        let mut buffer = [0; 1500];
        while let Ok((length, from)) = socket.recv_from(&mut buffer).await {
            for reply in udp.replies(&buffer[..length]) {
                socket.send_to(&reply, from).await.unwrap();
            }
        }
    });
    if let Some(does) = tcp {
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(over_tcp(stream, does));
            }
        });
    }
    address
}

/// One port that is free for UDP and TCP alike.
async fn bind_both() -> (UdpSocket, TcpListener) {
    loop {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        if let Ok(socket) = UdpSocket::bind(listener.local_addr().unwrap()).await {
            return (socket, listener);
        }
    }
}

async fn over_tcp(mut stream: TcpStream, does: Does) -> Option<()> {
    if matches!(does, Does::Closes) {
        return None;
    }
    let length = stream.read_u16().await.ok()?;
    let mut question = vec![0; length.into()];
    stream.read_exact(&mut question).await.ok()?;
    if matches!(does, Does::Half) {
        stream.write_all(&[1, 0, question[0]]).await.ok()?;
    }
    for reply in does.replies(&question) {
        stream.write_u16(u16::try_from(reply.len()).unwrap()).await.ok()?;
        stream.write_all(&reply).await.ok()?;
    }
    // The other side ends the connection.
    stream.read_u8().await.ok().map(|_| ())
}

/// What a server does, what is asked of the probe, and what it must find.
struct Scenario {
    what: &'static str,
    udp: Does,
    tcp: Option<Does>,
    settings: Value,
    found: (Status, &'static str),
}

fn scenario(what: &'static str, udp: Does, found: (Status, &'static str)) -> Scenario {
    Scenario { what, udp, tcp: None, settings: json!({}), found }
}

const UP: (Status, &str) = (Status::Up, "");

fn down(reason: &'static str) -> (Status, &'static str) {
    (Status::Down, reason)
}

const OURS: (Status, &str) = (Status::Unknown, "self_resolver");

fn expectations() -> Vec<Scenario> {
    let exact = json!({"expect": {"answers": ["198.51.0.1", "198.51.0.0"]}});
    vec![
        scenario("an answer", Does::Answers(2), UP),
        Scenario { settings: exact.clone(), ..scenario("the expected answers", Does::Answers(2), UP) },
        Scenario { settings: exact, ..scenario("one answer more", Does::Answers(3), down("dns_mismatch")) },
        Scenario {
            settings: json!({"expect": {"contains": ["198.51.0.2"]}}),
            ..scenario("one of three", Does::Answers(3), UP)
        },
        Scenario {
            settings: json!({"expect": {"matches": ["^198\\.51\\."], "forbidden": ["\\.9$"]}}),
            ..scenario("patterns that hold", Does::Answers(3), UP)
        },
        Scenario {
            settings: json!({"expect": {"forbidden": ["\\.1$"]}}),
            ..scenario("a forbidden answer", Does::Answers(3), down("dns_mismatch"))
        },
        Scenario {
            settings: json!({"expect": {"min_answers": 4}}),
            ..scenario("too few answers", Does::Answers(3), down("dns_mismatch"))
        },
        Scenario {
            settings: json!({"expect": {"ttl_min": "10m"}}),
            ..scenario("too short a life", Does::Answers(3), down("dns_mismatch"))
        },
        Scenario {
            settings: json!({"slow_after": "0ms"}),
            ..scenario("too slow", Does::Answers(1), (Status::Degraded, "slow"))
        },
    ]
}

fn response_codes() -> Vec<Scenario> {
    let nxdomain = json!({"expect": {"rcode": "nxdomain"}});
    vec![
        scenario("nxdomain", Does::Says(ResponseCode::NXDomain), down("dns_nxdomain")),
        Scenario {
            settings: nxdomain.clone(),
            ..scenario("nxdomain as expected", Does::Says(ResponseCode::NXDomain), UP)
        },
        Scenario {
            settings: nxdomain,
            ..scenario("a name that must not be", Does::Answers(1), down("dns_mismatch"))
        },
        scenario("servfail", Does::Says(ResponseCode::ServFail), down("dns_servfail")),
        scenario("refused", Does::Says(ResponseCode::Refused), down("dns_refused")),
        scenario("not implemented", Does::Says(ResponseCode::NotImp), down("dns_mismatch")),
        scenario("an empty answer", Does::Empty, down("dns_no_address")),
        Scenario {
            settings: json!({"record": "TXT"}),
            ..scenario("no text", Does::Empty, down("dns_mismatch"))
        },
        scenario("a loop of aliases", Does::Loop, down("dns_no_address")),
    ]
}

fn troubles() -> Vec<Scenario> {
    let direct = json!({"recursion": false});
    let over_tcp = json!({"transport": "tcp"});
    vec![
        Scenario {
            settings: json!({"dnssec": {}}),
            ..scenario("a resolver that knows no signatures", Does::Answers(1), UP)
        },
        Scenario {
            settings: json!({"dnssec": {"required": true}}),
            ..scenario("a resolver that knows no signatures where they must be", Does::Answers(1), OURS)
        },
        Scenario {
            settings: json!({"dnssec": {"required": true}}),
            ..scenario(
                "no such name, and no signatures",
                Does::Says(ResponseCode::NXDomain),
                down("dns_nxdomain"),
            )
        },
        scenario("a dead resolver", Does::Silence, OURS),
        scenario("a resolver that is silent about the name", Does::SilenceAboutName, down("dns_timeout")),
        Scenario { settings: direct, ..scenario("a silent name server", Does::Silence, down("dns_timeout")) },
        scenario("wrong ids only", Does::WrongId, OURS),
        scenario("a wrong id before the answer", Does::WrongIdThenAnswers, UP),
        scenario("the answer to another question", Does::OtherQuestion, OURS),
        scenario("garbage", Does::Garbage, down("malformed_response")),
        scenario("noise", Does::Noise, OURS),
        scenario("a server without edns", Does::OldFashioned, UP),
        Scenario { tcp: Some(Does::Thousand), ..scenario("cut, whole over tcp", Does::Cuts, UP) },
        Scenario {
            tcp: Some(Does::Closes),
            ..scenario("cut, closed over tcp", Does::Cuts, down("truncated"))
        },
        Scenario { tcp: Some(Does::Silence), ..scenario("cut, silent over tcp", Does::Cuts, OURS) },
        scenario("cut, refused over tcp", Does::Cuts, down("truncated")),
        Scenario { tcp: Some(Does::Half), ..scenario("cut, half over tcp", Does::Cuts, OURS) },
        scenario("a thousand records in one datagram", Does::Thousand, down("truncated")),
        Scenario {
            tcp: Some(Does::Thousand),
            settings: json!({"transport": "tcp", "expect": {"min_answers": 1000}}),
            ..scenario("a thousand records over tcp", Does::Silence, UP)
        },
        Scenario {
            tcp: Some(Does::Garbage),
            settings: over_tcp.clone(),
            ..scenario("garbage over tcp", Does::Silence, down("malformed_response"))
        },
        Scenario {
            tcp: Some(Does::WrongIdThenAnswers),
            settings: over_tcp,
            ..scenario("a wrong id over tcp", Does::Silence, UP)
        },
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn every_misbehaving_server_gets_its_reason_in_time() {
    let mut running = tokio::task::JoinSet::new();
    for scenario in expectations().into_iter().chain(response_codes()).chain(troubles()) {
        running.spawn(async move {
            let server = serve(scenario.udp, scenario.tcp).await;
            let mut settings = scenario.settings.clone();
            settings["server"] = json!(server);
            let probe = build(json!({"dns": settings}), &Files::default()).unwrap();
            let measured = run(&probe, &[], Duration::from_secs(2)).await;
            let (status, reason, told) = verdict(&measured);
            ((status, reason) != scenario.found).then(|| {
                format!("{}: {status} {reason:?} instead of {:?}\n{told}", scenario.what, scenario.found)
            })
        });
    }
    let wrong: Vec<String> = running.join_all().await.into_iter().flatten().collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_shown_of_a_thousand_records_is_bounded() {
    let server = serve(Does::Silence, Some(Does::Thousand)).await;
    let settings = json!({"dns": {"server": server, "transport": "tcp"}});
    let measured = run(&build(settings, &Files::default()).unwrap(), &[], Duration::from_secs(2)).await;
    let shown = &measured.facts.more["dns"];
    assert_eq!(shown["answers_total"], 1000);
    assert_eq!(shown["answers"].as_array().unwrap().len(), 32);
    assert_eq!(shown["transport"], "tcp");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_resolver_is_asked_where_the_first_is_dead() {
    let (dead, alive) = (serve(Does::Silence, None).await, serve(Does::Answers(1), None).await);
    let probe = build(json!({"dns": {}}), &Files::default()).unwrap();
    let measured = run(&probe, &[dead, alive], Duration::from_secs(4)).await;
    assert_eq!(verdict(&measured).0, Status::Up);
    assert_eq!(measured.facts.more["dns"]["server"], json!(alive));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resolver_that_is_not_there_is_our_own_fault() {
    let (socket, listener) = bind_both().await;
    let address = socket.local_addr().unwrap();
    drop((socket, listener));
    for transport in ["udp", "tcp"] {
        let probe =
            build(json!({"dns": {"server": address, "transport": transport}}), &Files::default()).unwrap();
        let measured = run(&probe, &[], Duration::from_secs(2)).await;
        let (status, reason, told) = verdict(&measured);
        assert_eq!((status, reason), (Status::Unknown, "self_resolver"), "{transport}: {told}");
    }
}
