//! One question to one server and its answer: UDP with resending, TCP where the answer was cut, one deadline.
//!
//! Judges nothing. What does not belong to the question (another id, source or question) is not seen at all.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::{Duration, Instant};

use hickory_proto::op::{Edns, Message, Query, ResponseCode};
use hickory_proto::rr::{Name, RecordType};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};

use crate::model::fault::Fault;
use crate::model::reason::Reason;
use crate::net::deadline::Deadline;
use crate::net::stage::Stage;
use crate::probe::dns::settings::Transport;

/// The size of answer that is asked for over UDP: what passes every path unfragmented (DNS flag day 2020).
const UDP_PAYLOAD: u16 = 1232;
/// The largest datagram that is read; a longer one counts as cut.
const DATAGRAM_MAX: usize = 4096;
/// How many datagrams or messages that do not belong to the question are passed over.
const STRANGERS_MAX: usize = 1000;
/// How long the first datagram may go unanswered before it is sent again; doubled each time.
const RESEND_AFTER: Duration = Duration::from_secs(1);
/// How often a question is sent over UDP at most.
const SENDINGS: u32 = 3;

/// A question.
#[derive(Clone, Debug)]
pub struct Question {
    /// Name to ask for.
    pub name: Name,
    /// Type of record.
    pub record: RecordType,
    /// Whether the server shall find the answer elsewhere.
    pub recursion: bool,
    /// Whether signatures are wanted, even where the server itself finds them wrong.
    pub signatures: bool,
}

impl Question {
    /// A question as a citizen's computer asks it.
    #[must_use]
    pub const fn plain(name: Name, record: RecordType) -> Self {
        Self { name, record, recursion: true, signatures: false }
    }

    /// The same, to a server that is to answer by itself.
    #[must_use]
    pub const fn direct(name: Name, record: RecordType) -> Self {
        Self { name, record, recursion: false, signatures: false }
    }

    fn message(&self) -> Message {
        let mut message = Message::query();
        message.add_query(Query::query(self.name.clone(), self.record));
        message.metadata.recursion_desired = self.recursion;
        message.metadata.checking_disabled = self.signatures;
        let mut edns = Edns::new();
        edns.set_max_payload(UDP_PAYLOAD).set_dnssec_ok(self.signatures);
        message.set_edns(edns);
        message
    }
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The message.
    pub message: Message,
    /// From the sending of the question until the answer was whole.
    pub spent: Duration,
    /// By which transport it came.
    pub transport: Transport,
    /// Which server sent it.
    pub server: SocketAddr,
}

/// Asks one server. Never lasts past the deadline.
///
/// # Errors
/// `dns_timeout` for silence, `malformed_response`, `truncated`, or what befell the connection.
pub async fn ask(
    server: SocketAddr,
    question: &Question,
    transport: Transport,
    deadline: Deadline,
) -> Result<Reply, Fault> {
    let began = Instant::now();
    let silence = || Fault::new(Reason::DnsTimeout, "ask", "the server did not answer").at(server);
    let query = question.message();
    let result = deadline.bound(exchange(server, &query, transport, deadline)).await;
    let (message, transport) = result.unwrap_or_else(|_| Err(silence()))?;
    Ok(Reply { message, spent: began.elapsed(), transport, server })
}

async fn exchange(
    server: SocketAddr,
    query: &Message,
    transport: Transport,
    deadline: Deadline,
) -> Result<(Message, Transport), Fault> {
    if transport == Transport::Tcp {
        return over_tcp(server, query).await.map(|message| (message, Transport::Tcp));
    }
    let message = over_udp(server, query, deadline).await?;
    let message = if message.metadata.response_code == ResponseCode::FormErr && message.edns.is_none() {
        // A server older than EDNS says so; a citizen's resolver asks again without.
        let mut plain = query.clone();
        plain.edns = None;
        over_udp(server, &plain, deadline).await?
    } else {
        message
    };
    if !message.metadata.truncation {
        return Ok((message, Transport::Udp));
    }
    match over_tcp(server, query).await {
        Ok(message) => Ok((message, Transport::Tcp)),
        Err(fault) if fault.is_ours() => Err(fault),
        Err(fault) => {
            let detail = format!("the answer over UDP was cut short, and over TCP: {}", fault.detail);
            Err(Fault::new(Reason::Truncated, "ask", detail).at(server))
        }
    }
}

async fn over_udp(server: SocketAddr, query: &Message, deadline: Deadline) -> Result<Message, Fault> {
    let local: SocketAddr = match server {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let failed = |error: io::Error| fault_of(&error, "ask").at(server);
    let socket = UdpSocket::bind(local).await.map_err(failed)?;
    // The kernel drops what other addresses send to a connected socket.
    socket.connect(server).await.map_err(failed)?;
    let bytes = encode(query)?;
    for sending in 0..SENDINGS {
        socket.send(&bytes).await.map_err(failed)?;
        let wait = if sending + 1 == SENDINGS {
            deadline
        } else {
            let share = deadline.remaining() / (SENDINGS - sending);
            deadline.sooner(share.min(RESEND_AFTER * 2_u32.pow(sending)))
        };
        if let Ok(answer) = wait.bound(receive(&socket, query, server)).await {
            return answer;
        }
    }
    Err(Fault::new(Reason::DnsTimeout, "ask", "the server did not answer").at(server))
}

/// Waits for the datagram that answers the question.
async fn receive(socket: &UdpSocket, query: &Message, server: SocketAddr) -> Result<Message, Fault> {
    let mut buffer = vec![0; DATAGRAM_MAX];
    for _ in 0..STRANGERS_MAX {
        let length = socket.recv(&mut buffer).await.map_err(|error| fault_of(&error, "ask").at(server))?;
        let datagram = &buffer[..length];
        if belongs(datagram, query) && (length == DATAGRAM_MAX || is_cut(datagram)) {
            let mut cut = Message::query();
            cut.metadata.truncation = true;
            return Ok(cut);
        }
        if let Some(answer) = decode(datagram, query) {
            return answer.map_err(|fault| fault.at(server));
        }
    }
    Err(strangers(server))
}

async fn over_tcp(server: SocketAddr, query: &Message) -> Result<Message, Fault> {
    let failed = |error: io::Error| fault_of(&error, "ask over tcp").at(server);
    let mut stream = TcpStream::connect(server).await.map_err(failed)?;
    let bytes = encode(query)?;
    let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
    let framed = [&length.to_be_bytes()[..], &bytes].concat();
    stream.write_all(&framed).await.map_err(failed)?;
    for _ in 0..STRANGERS_MAX {
        let length = stream.read_u16().await.map_err(failed)?;
        let mut message = vec![0; usize::from(length)];
        stream.read_exact(&mut message).await.map_err(failed)?;
        if let Some(answer) = decode(&message, query) {
            return answer.map_err(|fault| fault.at(server));
        }
    }
    Err(strangers(server))
}

fn encode(query: &Message) -> Result<Vec<u8>, Fault> {
    query.to_vec().map_err(|error| Fault::new(Reason::DnsMismatch, "ask", error))
}

fn strangers(server: SocketAddr) -> Fault {
    Fault::new(Reason::MalformedResponse, "ask", "the server sends only what does not belong to the question")
        .at(server)
}

/// Whether a message answers by its id; read before anything else of it is.
fn belongs(bytes: &[u8], query: &Message) -> bool {
    bytes.len() >= 12 && bytes[..2] == query.metadata.id.to_be_bytes() && bytes[2] & 0x80 != 0
}

/// Whether the server marked a message as cut (TC).
fn is_cut(bytes: &[u8]) -> bool {
    bytes[2] & 0x02 != 0
}

/// Reads a message; `None` if it is no answer to the question.
fn decode(bytes: &[u8], query: &Message) -> Option<Result<Message, Fault>> {
    if !belongs(bytes, query) {
        return None;
    }
    let message = match Message::from_vec(bytes) {
        Ok(message) => message,
        Err(error) => return Some(Err(Fault::new(Reason::MalformedResponse, "read answer", error))),
    };
    // Some servers leave the question out of an error; an answer without one proves nothing.
    let bare_error = message.queries.is_empty() && message.metadata.response_code != ResponseCode::NoError;
    (bare_error || message.queries == query.queries).then_some(Ok(message))
}

/// What an error of the system means here.
fn fault_of(error: &io::Error, operation: &'static str) -> Fault {
    Fault::new(Stage::Connect.reason(error), operation, error)
}
