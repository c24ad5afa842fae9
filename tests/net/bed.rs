//! Servers made by hand, certificates made on the spot.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use emc_monitor::model::reason::Reason;
use emc_monitor::model::secret::Secret;
use emc_monitor::net::exchange::{Exchange, Limits, Protocol, Request};
use emc_monitor::net::route::{Family, Proxy, Reach, Route};
use emc_monitor::net::run::Run;
use emc_monitor::net::tls::{TlsPolicy, TlsSettings};
use emc_monitor::net::{Net, NetSettings};
use http::{HeaderMap, Method};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use socket2::{Domain, Socket, Type};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// How much longer than its timeout a run may take.
const GRACE: Duration = Duration::from_millis(500);

/// A server that hands every connection to `serve`; its address.
pub(crate) async fn server<F, W>(serve: F) -> SocketAddr
where
    F: Fn(TcpStream) -> W + Send + 'static,
    W: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream));
        }
    });
    address
}

/// Reads a request's head.
pub(crate) async fn read_head(stream: &mut (impl AsyncReadExt + Unpin)) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).await.is_ok_and(|count| count > 0) {
        head.push(byte[0]);
    }
    String::from_utf8(head).unwrap()
}

/// A server that answers every request with these bytes, and then neither sends nor closes.
pub(crate) async fn holding(answer: impl Into<Vec<u8>>) -> SocketAddr {
    let answer: Arc<[u8]> = answer.into().into();
    server(move |mut stream| {
        let answer = Arc::clone(&answer);
        async move {
            read_head(&mut stream).await;
            let _ = stream.write_all(&answer).await;
            std::future::pending::<()>().await;
        }
    })
    .await
}

/// A server that repeats these bytes after a beginning for as long as somebody reads.
pub(crate) async fn flooding(beginning: &'static str, repeated: Vec<u8>) -> SocketAddr {
    let repeated: Arc<[u8]> = repeated.into();
    server(move |mut stream| {
        let repeated = Arc::clone(&repeated);
        async move {
            read_head(&mut stream).await;
            let _ = stream.write_all(beginning.as_bytes()).await;
            while stream.write_all(&repeated).await.is_ok() {}
        }
    })
    .await
}

/// An address at which nobody listens.
pub(crate) fn refusing() -> SocketAddr {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// An address that swallows whoever knocks: its queue is full, so the kernel drops what comes. Lasts as long as what is
/// given back with it.
pub(crate) fn swallowing(at: &str) -> (SocketAddr, Kept) {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.bind(&at.parse::<SocketAddr>().unwrap().into()).unwrap();
    socket.listen(0).unwrap();
    let address = socket.local_addr().unwrap().as_socket().unwrap();
    let knocking: Vec<Socket> = (0..4)
        .map(|_| {
            let knocking = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
            knocking.set_nonblocking(true).unwrap();
            let _ = knocking.connect(&address.into());
            knocking
        })
        .collect();
    (address, Kept { _sockets: (socket, knocking) })
}

/// Sockets that must stay open.
pub(crate) struct Kept {
    _sockets: (Socket, Vec<Socket>),
}

/// A server that answers every request with these bytes and closes.
pub(crate) async fn answering(answer: impl Into<Vec<u8>>) -> SocketAddr {
    let answer: Arc<[u8]> = answer.into().into();
    server(move |mut stream| {
        let answer = Arc::clone(&answer);
        async move {
            read_head(&mut stream).await;
            let _ = stream.write_all(&answer).await;
            let _ = stream.shutdown().await;
        }
    })
    .await
}

/// An authority that signs certificates.
pub(crate) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    pub(crate) fn new(name: &str) -> Self {
        let params = Self::params(name);
        Self { issuer: CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap() }
    }

    fn params(name: &str) -> CertificateParams {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(rcgen::DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
    }

    /// An authority below this one.
    pub(crate) fn intermediate(&self, name: &str) -> Self {
        let params = Self::params(name);
        Self {
            issuer: CertifiedIssuer::signed_by(params, KeyPair::generate().unwrap(), &self.issuer).unwrap(),
        }
    }

    pub(crate) fn pem(&self) -> Vec<u8> {
        self.issuer.pem().into_bytes()
    }

    pub(crate) fn certificate(&self) -> CertificateDer<'static> {
        self.issuer.der().clone()
    }

    /// A client's chain and key.
    pub(crate) fn client_pem(&self) -> Secret {
        let mut params = CertificateParams::new(vec!["client.example".to_owned()]).unwrap();
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Secret::new(certificate.pem() + &key.serialize_pem())
    }

    /// A leaf for these names, changed by `change`.
    pub(crate) fn leaf(&self, names: &[&str], change: impl FnOnce(&mut CertificateParams)) -> Leaf {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Leaf {
            chain: vec![certificate.der().clone()],
            key: PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        }
    }
}

/// A chain and its key.
pub(crate) struct Leaf {
    pub(crate) chain: Vec<CertificateDer<'static>>,
    pub(crate) key: PrivateKeyDer<'static>,
}

impl Leaf {
    pub(crate) fn config(self) -> ServerConfig {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(self.chain, self.key)
            .unwrap()
    }
}

/// A TLS server that answers every request with these bytes and closes in good order.
pub(crate) async fn answering_tls(config: ServerConfig, answer: impl Into<Vec<u8>>) -> SocketAddr {
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let answer: Arc<[u8]> = answer.into().into();
    server(move |stream| {
        let (acceptor, answer) = (acceptor.clone(), Arc::clone(&answer));
        async move {
            let Ok(mut stream) = acceptor.accept(stream).await else { return };
            read_head(&mut stream).await;
            let _ = stream.write_all(&answer).await;
            let _ = stream.shutdown().await;
        }
    })
    .await
}

/// How an exchange is asked for; the defaults suit most tests.
pub(crate) struct Ask {
    pub(crate) url: String,
    pub(crate) method: Method,
    pub(crate) headers: HeaderMap,
    pub(crate) body: &'static [u8],
    pub(crate) timeout: Duration,
    pub(crate) reach: Reach,
    pub(crate) limits: Limits,
    pub(crate) net: NetSettings,
    pub(crate) tls: TlsSettings,
    pub(crate) family: Family,
    pub(crate) proxy: Option<Arc<Proxy>>,
}

impl Ask {
    pub(crate) fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            method: Method::GET,
            headers: HeaderMap::new(),
            body: b"",
            timeout: Duration::from_secs(10),
            reach: Reach::Configured,
            limits: Limits { body_bytes: 8 << 20, protocol: Protocol::Any, head_only: &[] },
            net: NetSettings::default(),
            tls: TlsSettings { only_these_roots: true, ..TlsSettings::default() },
            family: Family::Any,
            proxy: None,
        }
    }

    pub(crate) fn trusting(mut self, authority: &Authority) -> Self {
        self.tls.roots_pem.push(authority.pem());
        self
    }

    /// Names are asked of this server only.
    pub(crate) fn asking(mut self, server: SocketAddr) -> Self {
        self.net.resolvers.push(server);
        self
    }

    pub(crate) fn within(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    pub(crate) fn speaking(mut self, protocol: Protocol) -> Self {
        self.limits.protocol = protocol;
        self
    }

    pub(crate) fn at_most(mut self, body_bytes: usize) -> Self {
        self.limits.body_bytes = body_bytes;
        self
    }

    /// The reason it fails for; proves that it ends by its deadline.
    pub(crate) async fn fails(self) -> Option<Reason> {
        self.get().await.fault.map(|fault| fault.reason)
    }

    pub(crate) fn get(self) -> Pin<Box<dyn Future<Output = Exchange> + Send>> {
        Box::pin(self.exchange())
    }

    async fn exchange(self) -> Exchange {
        let latest = self.timeout + GRACE;
        let net = Net::new(&self.net).unwrap();
        let tls = Arc::new(TlsPolicy::new(self.tls).unwrap());
        let route = Route { family: self.family, proxy: self.proxy, tls };
        let request = Request {
            method: self.method,
            url: self.url.parse().unwrap(),
            headers: self.headers,
            body: self.body.into(),
        };
        let mut run = Run::begin(self.timeout);
        let seen = net.exchange(&request, &route, self.reach, self.limits, &mut run).await;
        assert!(run.began.elapsed() < latest, "it took {:?}", run.began.elapsed());
        seen
    }
}
