//! TLS: policies shared by probes, the handshake, and the chain as it was shown whether accepted or not.
//!
//! A chain that is not accepted does not break the handshake off: it is finished so that version, cipher and chain can
//! be told, and then no byte of a request is sent. [`recorder`] notes what was shown, [`memo`] spares the judging of a
//! chain seen a moment ago, [`reason`] names what went wrong.

mod incomplete;
mod memo;
pub(crate) mod reason;
mod recorder;
mod roots;

use std::io;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use rustls::client::Resumption;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::{ServerName, TrustAnchor};
use rustls::{ClientConfig, CommonState, ProtocolVersion};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::TlsConnector;

use crate::model::facts::TlsFacts;
use crate::model::fault::Fault;
use crate::model::reason::Reason;
use crate::model::told::Told;
use crate::net::Net;
use crate::net::marks::Marks;
use crate::net::run::Run;
use crate::net::stage::Stage;
use crate::net::stream::Stream;
use crate::net::tls::memo::Memo;
use crate::net::tls::recorder::{Judge, Recorder};
use crate::net::tls::roots::{ClientIdentity, Roots};

/// The most bytes a server may send in its handshake; rustls takes a chain of 64 KiB at most.
const HANDSHAKE_MAX: u64 = 256 * 1024;

/// What the operator sets about TLS, with files already read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TlsSettings {
    /// Further roots in PEM, beside the system's (or instead of them where `only_these_roots`).
    pub roots_pem: Vec<Vec<u8>>,
    /// Trust only `roots_pem`.
    pub only_these_roots: bool,
    /// Name to ask for and to check, instead of the host's.
    pub server_name: Option<String>,
    /// Client certificate chain and key in PEM.
    pub client_pem: Option<crate::model::secret::Secret>,
}

/// How TLS is spoken and judged: one shared rustls configuration.
#[derive(Debug)]
pub struct TlsPolicy {
    /// The settings it was made of.
    pub settings: TlsSettings,
    roots: Roots,
    client: Option<ClientIdentity>,
    memo: Memo,
    /// Built at the first handshake: reading the system's roots takes milliseconds that `http` never needs.
    spoken: OnceLock<(Arc<Judge>, ClientConfig)>,
}

impl TlsPolicy {
    /// Reads the PEM; the system's roots are read at the first handshake.
    ///
    /// # Errors
    /// A sentence saying which PEM could not be read and why.
    pub fn new(settings: TlsSettings) -> Result<Self, Told> {
        let roots = Roots::read(&settings.roots_pem, settings.only_these_roots)?;
        let client = settings.client_pem.as_ref().map(ClientIdentity::read).transpose()?;
        Ok(Self { settings, roots, client, memo: Memo::default(), spoken: OnceLock::new() })
    }

    /// The same policy, judging every chain afresh: for measuring what the memo saves.
    #[must_use]
    pub fn without_memo(mut self) -> Self {
        self.memo = Memo::never();
        self
    }

    /// The roots that are trusted, for whoever judges a chain further than the handshake does.
    #[must_use]
    pub fn anchors(&self) -> &[TrustAnchor<'static>] {
        self.spoken().0.anchors()
    }

    fn spoken(&self) -> &(Arc<Judge>, ClientConfig) {
        self.spoken.get_or_init(|| {
            let judge = Arc::new(Judge::new(&self.roots, provider(), self.memo.clone(), self.client.clone()));
            let verifier = Recorder::new(&judge);
            let mut config = ClientConfig::builder_with_provider(Arc::clone(provider()))
                .with_safe_default_protocol_versions()
                .expect("aws-lc-rs speaks TLS 1.2 and 1.3")
                .dangerous()
                .with_custom_certificate_verifier(verifier)
                .with_no_client_auth();
            config.resumption = Resumption::disabled();
            (judge, config)
        })
    }
}

/// The one cryptographic provider: X25519 first, as it costs least; the post-quantum hybrid is offered last.
fn provider() -> &'static Arc<CryptoProvider> {
    static PROVIDER: OnceLock<Arc<CryptoProvider>> = OnceLock::new();
    PROVIDER.get_or_init(|| {
        use aws_lc_rs::kx_group::{SECP256R1, SECP384R1, X25519, X25519MLKEM768};
        let kx_groups = vec![X25519, SECP256R1, SECP384R1, X25519MLKEM768];
        Arc::new(CryptoProvider { kx_groups, ..aws_lc_rs::default_provider() })
    })
}

/// A TLS stream over a [`Stream`]; reads and writes as tokio's `AsyncRead` and `AsyncWrite`.
#[derive(Debug)]
pub struct TlsStream(tokio_rustls::client::TlsStream<Stream>);

impl TlsStream {
    /// The stamps of what goes over this stream.
    pub(crate) fn marks(&self) -> Marks {
        self.0.get_ref().0.marks()
    }
}

/// A handshake: what was shown, how long it took, and the stream if it came about and the chain was accepted.
#[derive(Debug)]
pub struct Secured {
    /// What was shown; has the chain also when it was not accepted.
    pub facts: TlsFacts,
    /// From the ClientHello until the chain was judged.
    pub spent: Duration,
    /// The stream, or why there is none.
    pub stream: Result<TlsStream, Fault>,
}

/// The protocols offered by ALPN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alpn {
    /// Nothing is offered.
    None,
    /// HTTP/1.1 only.
    Http1,
    /// HTTP/2 first, then HTTP/1.1.
    Http2,
}

impl Alpn {
    fn offered(self) -> Vec<Vec<u8>> {
        match self {
            Self::None => Vec::new(),
            Self::Http1 => vec![b"http/1.1".to_vec()],
            Self::Http2 => vec![b"h2".to_vec(), b"http/1.1".to_vec()],
        }
    }
}

impl Net {
    /// Speaks TLS over a stream: hand-shakes, checks the chain (memoised) and reports both. `host` is used for SNI and
    /// the name check unless the policy names another. Never lasts past the run's deadline.
    pub async fn secure(
        &self,
        mut stream: Stream,
        host: &url::Host<String>,
        policy: &TlsPolicy,
        alpn: Alpn,
        run: &mut Run,
    ) -> Secured {
        let began = Instant::now();
        let (judge, config) = policy.spoken();
        let recorder = Recorder::new(judge);
        let asked_for = policy.settings.server_name.clone().unwrap_or_else(|| bare(host));
        let mut facts = TlsFacts { server_name: asked_for.clone(), ..TlsFacts::default() };
        let name = match ServerName::try_from(asked_for) {
            Ok(name) => name,
            Err(error) => {
                let fault = Fault::new(Reason::TlsHandshake, Stage::Secure.operation(), error);
                return Secured { facts, spent: began.elapsed(), stream: Err(fault) };
            }
        };
        stream.begin_tls();
        stream.marks().allow(HANDSHAKE_MAX);
        let connector = TlsConnector::from(Arc::new(recorder.attached_to(config, alpn.offered())));
        let outcome = run.deadline.bound(connector.connect(name, stream)).await;
        recorder.tell(&mut facts);
        let stream = match outcome {
            Err(_) => Err(Stage::Secure.timeout()),
            Ok(Err(error)) => Err(recorder.fault(&error)),
            Ok(Ok(stream)) => {
                stream.get_ref().0.marks().allow(u64::MAX);
                agreed(stream.get_ref().1, &mut facts);
                recorder.verdict().map(|()| TlsStream(stream))
            }
        };
        if let Err(fault) = &stream {
            facts.reason = Some(fault.reason);
            facts.detail.clone_from(&fault.detail);
        }
        facts.verified = stream.is_ok();
        run.note("tls", &format!("{} {} {}", facts.version, facts.cipher, facts.group));
        Secured { facts, spent: began.elapsed(), stream }
    }
}

/// A host as it stands in a certificate: no brackets around IPv6, no dot at the end.
fn bare(host: &url::Host<String>) -> String {
    match host {
        url::Host::Domain(name) => name.trim_end_matches('.').to_owned(),
        url::Host::Ipv4(address) => address.to_string(),
        url::Host::Ipv6(address) => address.to_string(),
    }
}

/// What both sides agreed on.
fn agreed(state: &CommonState, facts: &mut TlsFacts) {
    facts.version = match state.protocol_version() {
        Some(ProtocolVersion::TLSv1_3) => "1.3",
        Some(ProtocolVersion::TLSv1_2) => "1.2",
        _ => "",
    };
    facts.cipher =
        state.negotiated_cipher_suite().and_then(|suite| suite.suite().as_str()).unwrap_or_default();
    facts.group =
        state.negotiated_key_exchange_group().and_then(|group| group.name().as_str()).unwrap_or_default();
    facts.alpn = state
        .alpn_protocol()
        .map(|protocol| String::from_utf8_lossy(protocol).into_owned())
        .unwrap_or_default();
}

impl AsyncRead for TlsStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

impl AsyncWrite for TlsStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}
