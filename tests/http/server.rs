//! A small web server made by hand: what it answers is data, also where that is no proper HTTP.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::io::Write as _;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use chrono::Datelike;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use serde::Deserialize;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What is answered at one path.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) cookies: Vec<String>,
    pub(crate) body: String,
    /// So many bytes of `x` are added to the body.
    pub(crate) fill: usize,
    /// The body in hexadecimal, for what is no text.
    pub(crate) hex: String,
    pub(crate) gzip: bool,
    /// Sent as it is, instead of all of the above.
    pub(crate) raw: Option<String>,
    /// What is done then.
    pub(crate) then: Then,
}

/// What a server does after its answer.
#[derive(Debug, Clone, Copy, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Then {
    /// Ends the connection in good order.
    #[default]
    Close,
    /// Waits until the client goes.
    Hang,
    /// Resets the connection.
    Reset,
    /// Sends more and more.
    Flood,
}

/// Which certificate is shown.
#[derive(Debug, Clone, Copy, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Certificate {
    #[default]
    Good,
    Expired,
    WrongHost,
    /// Ends in ten days.
    Soon,
}

/// Paths and what is answered there, one answer after the other; the last stays.
pub(crate) type Site = HashMap<String, Vec<Answer>>;

/// A request as it came: where and what.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) address: SocketAddr,
    pub(crate) head: String,
}

/// Two plain listeners and one with TLS, which serve the same site.
pub(crate) struct Servers {
    pub(crate) own: SocketAddr,
    pub(crate) other: SocketAddr,
    pub(crate) tls: SocketAddr,
    pub(crate) ca_pem: Vec<u8>,
    pub(crate) seen: Arc<Mutex<Vec<Seen>>>,
    site: Arc<Mutex<Site>>,
}

impl Servers {
    /// Listens; answers nothing before [`Servers::serve`].
    pub(crate) async fn start(certificate: Certificate) -> Self {
        let (config, ca_pem) = tls_config(certificate);
        let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
        let site = Arc::new(Mutex::new(Site::new()));
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (own, other) = (listen(&site, &seen, None).await, listen(&site, &seen, None).await);
        let tls = listen(&site, &seen, Some(acceptor)).await;
        Self { own, other, tls, ca_pem, seen, site }
    }

    /// Says what is answered from now on.
    pub(crate) fn serve(&self, site: Site) {
        *self.site.lock().unwrap() = site;
    }
}

type Log = Arc<Mutex<Vec<Seen>>>;

async fn listen(
    site: &Arc<Mutex<Site>>,
    seen: &Log,
    acceptor: Option<tokio_rustls::TlsAcceptor>,
) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (site, seen) = (site.clone(), seen.clone());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (site, seen, acceptor) = (site.clone(), seen.clone(), acceptor.clone());
            tokio::spawn(async move {
                let reset = stream.set_zero_linger_later();
                match acceptor {
                    None => talk(stream, address, &site, &seen, reset).await,
                    Some(acceptor) => {
                        let Ok(stream) = acceptor.accept(stream).await else { return };
                        talk(stream, address, &site, &seen, reset).await;
                    }
                }
            });
        }
    });
    address
}

/// A socket that can be told to reset when it is dropped.
trait ZeroLinger {
    fn set_zero_linger_later(&self) -> socket2::Socket;
}

impl ZeroLinger for TcpStream {
    fn set_zero_linger_later(&self) -> socket2::Socket {
        socket2::SockRef::from(self).try_clone().unwrap()
    }
}

async fn talk(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    address: SocketAddr,
    site: &Mutex<Site>,
    seen: &Log,
    reset: socket2::Socket,
) {
    let head = read_head(&mut stream).await;
    let path = head.split(' ').nth(1).unwrap_or_default().split('?').next().unwrap_or_default().to_owned();
    seen.lock().unwrap().push(Seen { address, head });
    let Some(answer) = next_answer(site, &path) else { return };
    let _ = stream.write_all(&answer.bytes()).await;
    match answer.then {
        Then::Close => drop(stream.shutdown().await),
        Then::Hang => while stream.read(&mut [0; 64]).await.is_ok_and(|count| count > 0) {},
        Then::Flood => while stream.write_all(&[b'y'; 16 << 10]).await.is_ok() {},
        Then::Reset => drop(reset.set_linger(Some(std::time::Duration::ZERO))),
    }
}

fn next_answer(site: &Mutex<Site>, path: &str) -> Option<Answer> {
    let mut site = site.lock().unwrap();
    let answers = site.get_mut(path)?;
    if answers.len() > 1 { Some(answers.remove(0)) } else { answers.first().cloned() }
}

async fn read_head(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut head = Vec::new();
    let mut part = [0; 1024];
    while !head.windows(4).any(|four| four == b"\r\n\r\n") {
        match stream.read(&mut part).await {
            Ok(count) if count > 0 => head.extend_from_slice(&part[..count]),
            _ => break,
        }
    }
    String::from_utf8_lossy(&head).into_owned()
}

impl Answer {
    fn bytes(&self) -> Vec<u8> {
        if let Some(raw) = &self.raw {
            return raw.as_bytes().to_vec();
        }
        let mut body = self.body.clone().into_bytes();
        body.extend(
            (0..self.hex.len() / 2).map(|at| u8::from_str_radix(&self.hex[2 * at..2 * at + 2], 16).unwrap()),
        );
        body.extend(std::iter::repeat_n(b'x', self.fill));
        let status = if self.status == 0 { 200 } else { self.status };
        let mut head = format!("HTTP/1.1 {status} Words\r\n");
        if self.gzip {
            let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            writer.write_all(&body).unwrap();
            body = writer.finish().unwrap();
            head.push_str("Content-Encoding: gzip\r\n");
        }
        let has = |name: &str| self.headers.keys().any(|given| given.eq_ignore_ascii_case(name));
        if !has("content-type") {
            head.push_str("Content-Type: text/html; charset=utf-8\r\n");
        }
        if !has("content-length") {
            write!(head, "Content-Length: {}\r\n", body.len()).unwrap();
        }
        for (name, value) in &self.headers {
            write!(head, "{name}: {value}\r\n").unwrap();
        }
        for cookie in &self.cookies {
            write!(head, "Set-Cookie: {cookie}\r\n").unwrap();
        }
        head.push_str("Connection: close\r\n\r\n");
        [head.into_bytes(), body].concat()
    }
}

fn tls_config(certificate: Certificate) -> (ServerConfig, Vec<u8>) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let name = if certificate == Certificate::WrongHost { "khac.example" } else { "127.0.0.1" };
    let mut params = CertificateParams::new([name.to_owned()]).unwrap();
    let day = |days: i64| {
        let day = chrono::Utc::now().date_naive() + chrono::TimeDelta::days(days);
        let (month, of_month) = (u8::try_from(day.month()).unwrap(), u8::try_from(day.day()).unwrap());
        rcgen::date_time_ymd(day.year(), month, of_month)
    };
    match certificate {
        Certificate::Expired => (params.not_before, params.not_after) = (day(-20), day(-10)),
        Certificate::Soon => (params.not_before, params.not_after) = (day(-20), day(10)),
        Certificate::Good | Certificate::WrongHost => {}
    }
    let key = KeyPair::generate().unwrap();
    let leaf = params.signed_by(&key, &issuer).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], PrivateKeyDer::try_from(key.serialize_der()).unwrap())
        .unwrap();
    (config, issuer.pem().into_bytes())
}
