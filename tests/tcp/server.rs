//! A server that follows a script.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hickory_proto::op::Message;
use hickory_proto::rr::rdata::A;
use hickory_proto::rr::{RData, Record, RecordType};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// One thing a server does.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Does {
    /// Sends this.
    Says(&'static str),
    /// Waits for exactly this; goes away if something else comes.
    Hears(&'static str),
    /// Speaks TLS from here on.
    Secures,
    /// Closes in good order.
    Closes,
    /// Breaks the connection off.
    Resets,
    /// Sends lines for ever.
    Endless,
    /// Sends a letter at a time, and never a line end.
    Drips,
    /// Says nothing more until the other side goes.
    Silent,
}

/// A stream of either sort.
trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// Starts a server that follows a script with whoever comes; at its end it keeps silent.
pub(crate) async fn serve(script: &'static [Does], acceptor: TlsAcceptor) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(follow(script, stream, acceptor.clone()));
        }
    });
    address
}

async fn follow(script: &'static [Does], stream: TcpStream, acceptor: TlsAcceptor) -> Option<()> {
    if let [Does::Resets, ..] = script {
        socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
        return None;
    }
    let mut stream: Box<dyn Stream> = Box::new(stream);
    for act in script {
        match act {
            Does::Says(text) => stream.write_all(text.as_bytes()).await.ok()?,
            Does::Hears(text) => {
                let mut heard = vec![0; text.len()];
                stream.read_exact(&mut heard).await.ok()?;
                (heard == text.as_bytes()).then_some(())?;
            }
            Does::Secures => stream = Box::new(acceptor.accept(stream).await.ok()?),
            Does::Closes | Does::Resets => return stream.shutdown().await.ok(),
            Does::Endless => loop {
                stream.write_all(b"what you did not want to know\n").await.ok()?;
            },
            Does::Drips => loop {
                stream.write_all(b"a").await.ok()?;
                stream.flush().await.ok()?;
                tokio::task::yield_now().await;
                if silent_for(&mut stream, Duration::from_millis(50)).await {
                    return None;
                }
            },
            Does::Silent => break,
        }
    }
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).await.ok().map(|_| ())
}

/// Waits a while for the other side to go; whether it went.
async fn silent_for(stream: &mut Box<dyn Stream>, span: Duration) -> bool {
    let deadline = emc_monitor::net::deadline::Deadline::after(span);
    deadline.bound(stream.read_u8()).await.is_ok()
}

/// An authority, and a certificate for `127.0.0.1` made by it.
pub(crate) struct Authority {
    pem: String,
    config: Arc<ServerConfig>,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(rcgen::DnType::CommonName, "Test authority");
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let leaf =
            CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![leaf.der().clone()], PrivateKeyDer::try_from(key.serialize_der()).unwrap())
            .unwrap();
        Self { pem: issuer.pem(), config: Arc::new(config) }
    }

    pub(crate) fn pem(&self) -> Vec<u8> {
        self.pem.clone().into_bytes()
    }

    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.config))
    }
}

/// A name server that gives these IPv4 addresses for every name.
pub(crate) async fn name_server(addresses: [&'static str; 2]) -> SocketAddr {
    let socket = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    tokio::spawn(async move {
        let mut buffer = [0; 1500];
        while let Ok((length, from)) = socket.recv_from(&mut buffer).await {
            let query = Message::from_vec(&buffer[..length]).unwrap();
            let asked = query.queries[0].clone();
            let mut reply = Message::response(query.metadata.id, query.metadata.op_code);
            reply.add_query(asked.clone());
            for text in addresses.iter().filter(|_| asked.query_type == RecordType::A) {
                let data = RData::A(A(text.parse().unwrap()));
                reply.add_answer(Record::from_rdata(asked.name.clone(), 60, data));
            }
            socket.send_to(&reply.to_vec().unwrap(), from).await.unwrap();
        }
    });
    address
}
