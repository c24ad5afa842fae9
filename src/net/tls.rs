//! TLS: policies shared by probes, the handshake, and the chain as it was shown whether accepted or not.

use std::time::Duration;

use crate::model::facts::TlsFacts;
use crate::model::fault::Fault;
use crate::net::Net;
use crate::net::connect::Stream;
use crate::net::run::Run;

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
}

impl TlsPolicy {
    /// Builds the shared configuration.
    ///
    /// # Errors
    /// A sentence saying which PEM could not be read and why.
    pub fn new(settings: TlsSettings) -> Result<Self, String> {
        Ok(Self { settings })
    }
}

/// A TLS stream over a [`Stream`]; reads and writes as tokio's `AsyncRead` and `AsyncWrite`.
#[derive(Debug)]
pub struct TlsStream {}

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

impl Net {
    /// Speaks TLS over a stream: hand-shakes, checks the chain (memoised) and reports both. `host` is used for SNI and
    /// the name check unless the policy names another. Never lasts past the run's deadline.
    pub async fn secure(
        &self,
        _stream: Stream,
        _host: &url::Host<String>,
        _policy: &TlsPolicy,
        _alpn: Alpn,
        _run: &mut Run,
    ) -> Secured {
        todo!()
    }
}
