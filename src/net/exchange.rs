//! One HTTP request and its answer over a new connection: no redirect is followed, nothing is judged.

use bytes::Bytes;
use http::header::PROXY_AUTHORIZATION;
use http::{HeaderMap, HeaderValue, Method, StatusCode, Version};
use url::{Host, Url};

use crate::model::facts::{AddressFacts, TlsFacts};
use crate::model::fault::Fault;
use crate::model::phase::{Phase, Phases};
use crate::model::reason::Reason;
use crate::net::Net;
use crate::net::http::{Spoken, speak};
use crate::net::proxy;
use crate::net::route::{Endpoint, Proxy, Reach, Route};
use crate::net::run::Run;
use crate::net::stream::Stream;
use crate::net::tls::Alpn;

/// What is sent.
#[derive(Clone, Debug)]
pub struct Request {
    /// Method.
    pub method: Method,
    /// `http` or `https`; userinfo and fragment are not sent.
    pub url: Url,
    /// Headers beside `Host`; secrets among them are marked sensitive.
    pub headers: HeaderMap,
    /// Body; empty for none.
    pub body: Bytes,
}

/// What is wanted of the exchange.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Most decoded bytes of the body; past it the fault is `body_too_large`.
    pub body_bytes: usize,
    /// Which HTTP versions may be spoken.
    pub protocol: Protocol,
    /// Statuses whose body is not waited for: of a redirect that is followed, a browser reads the head only.
    pub head_only: &'static [u16],
}

/// Which HTTP versions may be spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Protocol {
    /// HTTP/2 where the server agrees by ALPN, else HTTP/1.1.
    #[default]
    Any,
    /// HTTP/1.1 only.
    Http1,
    /// HTTP/2 only: by ALPN over TLS, by prior knowledge without.
    Http2,
}

/// The head of an answer.
#[derive(Clone, Debug)]
pub struct Head {
    /// Status code.
    pub status: StatusCode,
    /// Version spoken.
    pub version: Version,
    /// Headers, at most 1,000 and 256 KiB.
    pub headers: HeaderMap,
}

/// What one exchange showed. Holds what was seen up to the fault, if there was one.
#[derive(Debug, Default)]
pub struct Exchange {
    /// The target's addresses, one of them used.
    pub addresses: Vec<AddressFacts>,
    /// Time spent in each phase.
    pub phases: Phases,
    /// The handshake, for `https`.
    pub tls: Option<TlsFacts>,
    /// The head of the answer, if it came.
    pub head: Option<Head>,
    /// The body, decoded (gzip, deflate, br, zstd; at most two codings), as far as it was read.
    pub body: Bytes,
    /// Bytes of the body as they came over the wire.
    pub wire_bytes: u64,
    /// Whether the first byte was stamped by the kernel; `None` if none came.
    pub kernel_timed: Option<bool>,
    /// Why it ended early.
    pub fault: Option<Fault>,
}

impl Net {
    /// Sends one request over a new connection and reads the answer. Never lasts past the run's deadline.
    pub async fn exchange(
        &self,
        request: &Request,
        route: &Route,
        reach: Reach,
        limits: Limits,
        run: &mut Run,
    ) -> Exchange {
        let mut seen = Exchange::default();
        let endpoint = match endpoint_of(&request.url) {
            Ok(endpoint) => endpoint,
            Err(fault) => return Exchange { fault: Some(fault), ..seen },
        };
        let secure = request.url.scheme() == "https";
        // Each step is boxed: it is large, and what a run in flight waits in should be all that it holds.
        let mut dial = match &route.proxy {
            Some(proxy) if !secure => Box::pin(self.dial_proxy(&endpoint, proxy, reach, run)).await,
            _ => Box::pin(self.dial(&endpoint, route, reach, run)).await,
        };
        seen.addresses = dial.addresses;
        seen.phases = dial.phases;
        match dial.stream {
            Err(fault) => seen.fault = Some(fault),
            Ok(stream) if secure => {
                let host = &endpoint.host;
                Box::pin(self.ask_securely(stream, host, (request, limits, route), run, &mut seen)).await;
            }
            Ok(stream) => Box::pin(ask_in_clear(stream, (request, limits, route), run, &mut seen)).await,
        }
        let used = seen.addresses.iter().find(|fact| fact.used).map(|fact| fact.address);
        if let Some(fault) = &mut seen.fault {
            fault.address = fault.address.or(used);
        }
        dial.stragglers.settle(&mut seen.addresses, run).await;
        seen
    }

    async fn ask_securely(
        &self,
        stream: Stream,
        host: &Host<String>,
        (request, limits, route): (&Request, Limits, &Route),
        run: &mut Run,
        seen: &mut Exchange,
    ) {
        let secured = self.secure(stream, host, &route.tls, limits.protocol.alpn(), run).await;
        seen.phases.add(Phase::Tls, secured.spent);
        let agreed = secured.stream.and_then(|stream| Ok((limits.protocol.agreed(&secured.facts)?, stream)));
        seen.tls = Some(secured.facts);
        match agreed {
            Err(fault) => seen.fault = Some(fault),
            Ok((spoken, stream)) => {
                let spoken = (spoken, stream.marks());
                speak(stream, spoken, (request, limits), run, seen).await;
            }
        }
    }
}

async fn ask_in_clear(
    stream: Stream,
    (request, limits, route): (&Request, Limits, &Route),
    run: &mut Run,
    seen: &mut Exchange,
) {
    let marks = stream.marks();
    let Some(proxy) = &route.proxy else {
        return speak(stream, (limits.protocol.in_clear(), marks), (request, limits), run, seen).await;
    };
    let request = request.for_proxy(proxy);
    speak(stream, (Spoken::Http1Proxied, marks), (&request, limits), run, seen).await;
    let status = seen.head.as_ref().map(|head| head.status);
    if status == Some(StatusCode::PROXY_AUTHENTICATION_REQUIRED) {
        seen.fault = Some(proxy::wants_password());
    }
}

impl Request {
    /// The request with what the proxy wants to see.
    fn for_proxy(&self, proxy: &Proxy) -> Self {
        let mut request = self.clone();
        let authorization = proxy.authorization.as_ref().map(|secret| HeaderValue::try_from(secret.expose()));
        if let Some(Ok(mut value)) = authorization {
            value.set_sensitive(true);
            request.headers.insert(PROXY_AUTHORIZATION, value);
        }
        request
    }
}

impl Protocol {
    /// What is offered in the handshake.
    const fn alpn(self) -> Alpn {
        match self {
            Self::Http1 => Alpn::Http1,
            Self::Any | Self::Http2 => Alpn::Http2,
        }
    }

    /// What is spoken after the handshake.
    fn agreed(self, facts: &TlsFacts) -> Result<Spoken, Fault> {
        match (self, facts.alpn.as_str()) {
            (_, "h2") => Ok(Spoken::Http2),
            (Self::Http2, _) => {
                Err(Fault::new(Reason::WrongProtocol, "tls handshake", "the server does not offer HTTP/2"))
            }
            _ => Ok(Spoken::Http1),
        }
    }

    /// What is spoken without a handshake.
    const fn in_clear(self) -> Spoken {
        match self {
            Self::Any | Self::Http1 => Spoken::Http1,
            Self::Http2 => Spoken::Http2,
        }
    }
}

/// Where a URL points to.
fn endpoint_of(url: &Url) -> Result<Endpoint, Fault> {
    let misfit =
        || Fault::new(Reason::BadRedirect, "read address", "neither http nor https, or without a host");
    if !matches!(url.scheme(), "http" | "https") {
        return Err(misfit());
    }
    let host = url.host().ok_or_else(misfit)?.to_owned();
    let port = url.port_or_known_default().ok_or_else(misfit)?;
    Ok(Endpoint { host, port })
}
