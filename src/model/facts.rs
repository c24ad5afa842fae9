//! What was seen on the way: addresses, TLS, HTTP, DNS. Facts only; no rule has looked at them yet.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Serialize, Serializer};

use crate::model::fault::Fault;
use crate::model::reason::Reason;

/// One address of a target and what became of trying it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AddressFacts {
    /// The address.
    pub address: SocketAddr,
    /// Whether this one carried the request.
    pub used: bool,
    /// How long the TCP handshake took; `None` if it did not come about.
    #[serde(rename = "connect_seconds", serialize_with = "optional_seconds")]
    pub connect: Option<Duration>,
    /// Why it could not be connected to; `None` if it could, or if there was no time left to tell.
    pub fault: Option<Fault>,
}

/// The chain a server showed, as sent, and what is read out of it once and shared between runs.
#[derive(Debug)]
pub struct PeerChain {
    /// The certificates in DER, leaf first, in the server's order.
    pub der: Vec<Vec<u8>>,
    /// Filled by whoever reads certificates (`pki`), once for a chain seen many times.
    pub certificates: OnceLock<Vec<CertificateFacts>>,
}

impl PeerChain {
    /// A chain nobody has read yet.
    #[must_use]
    pub const fn new(der: Vec<Vec<u8>>) -> Self {
        Self { der, certificates: OnceLock::new() }
    }
}

/// One certificate, read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CertificateFacts {
    /// Subject as RFC 4514, made presentable.
    pub subject: String,
    /// Issuer as RFC 4514, made presentable.
    pub issuer: String,
    /// Serial number in hexadecimal.
    pub serial: String,
    /// Begin of validity; the epoch where it is unreadable.
    pub not_before: DateTime<Utc>,
    /// End of validity; the epoch where it is unreadable.
    pub not_after: DateTime<Utc>,
    /// DNS names and IP addresses it is for.
    pub names: Vec<String>,
    /// Key algorithm, such as `RSA` or `EC P-256`.
    pub key: String,
    /// Key size in bits; 0 where the algorithm is unknown.
    pub key_bits: u32,
    /// Signature algorithm, such as `ecdsa-with-SHA256`.
    pub signature: String,
    /// Whether it may sign certificates.
    pub is_ca: bool,
    /// Whether subject and issuer are the same.
    pub self_issued: bool,
    /// SHA-256 of the DER in hexadecimal.
    pub fingerprint: String,
}

/// What a TLS handshake showed. Present also when the chain was not accepted.
#[derive(Clone, Debug, Default)]
pub struct TlsFacts {
    /// `1.2` or `1.3`; empty if the handshake ended before that was agreed.
    pub version: &'static str,
    /// Cipher suite by its IANA name; empty if not agreed.
    pub cipher: &'static str,
    /// Key exchange group, such as `X25519`; empty if not agreed.
    pub group: &'static str,
    /// Protocol agreed by ALPN, such as `h2`; empty if none.
    pub alpn: String,
    /// Name that was asked for (SNI) and that the certificate must carry.
    pub server_name: String,
    /// Whether the chain was checked and accepted.
    pub verified: bool,
    /// Why it was not accepted.
    pub reason: Option<Reason>,
    /// What the check said, for people.
    pub detail: String,
    /// The chain shown; empty if the handshake ended before.
    pub chain: Option<Arc<PeerChain>>,
    /// Stapled OCSP response as sent.
    pub ocsp: Option<Vec<u8>>,
}

impl TlsFacts {
    /// The certificates as read; empty until `pki` has read them.
    #[must_use]
    pub fn certificates(&self) -> &[CertificateFacts] {
        self.chain.as_ref().and_then(|chain| chain.certificates.get()).map_or(&[], Vec::as_slice)
    }

    /// The earliest end of validity in the chain shown; certificates whose dates are unreadable (the epoch) aside.
    #[must_use]
    pub fn not_after(&self) -> Option<DateTime<Utc>> {
        let ends = self.certificates().iter().map(|certificate| certificate.not_after);
        ends.filter(|end| *end != DateTime::UNIX_EPOCH).min()
    }
}

impl Serialize for TlsFacts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("version", self.version)?;
        map.serialize_entry("cipher", self.cipher)?;
        map.serialize_entry("group", self.group)?;
        map.serialize_entry("alpn", &self.alpn)?;
        map.serialize_entry("server_name", &self.server_name)?;
        map.serialize_entry("verified", &self.verified)?;
        map.serialize_entry("reason", self.reason.map_or("", Reason::as_str))?;
        map.serialize_entry("detail", &self.detail)?;
        map.serialize_entry("not_after", &self.not_after())?;
        map.serialize_entry("ocsp_stapled", &self.ocsp.is_some())?;
        map.serialize_entry("chain", self.certificates())?;
        map.end()
    }
}

/// What the last answer of an HTTP exchange was.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct HttpFacts {
    /// Status code of the last answer; `None` if none came.
    pub status: Option<u16>,
    /// `HTTP/1.0`, `HTTP/1.1` or `HTTP/2`; empty if no answer came.
    pub version: &'static str,
    /// Address of the last answer, without userinfo and query values.
    pub final_url: String,
    /// How many redirects were followed.
    pub redirects: usize,
    /// Bytes of the body as they came over the wire.
    pub wire_bytes: u64,
    /// Bytes of the body after decoding.
    pub body_bytes: u64,
    /// Charset by which the body was read; empty if it was not read as text.
    pub charset: &'static str,
    /// Title of the page, made presentable.
    pub title: String,
    /// Headers of the last answer that are safe to show (`content-type`, `server`, `location`, ...).
    pub headers: BTreeMap<String, String>,
    /// How the body begins, as a reader sees it and without what may be private; only of runs that were not up.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub excerpt: String,
}

/// Everything a run saw, whatever its kind. A kind fills what it has.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// The target's addresses.
    pub addresses: Vec<AddressFacts>,
    /// The last TLS handshake.
    pub tls: Option<TlsFacts>,
    /// The last HTTP answer.
    pub http: Option<HttpFacts>,
    /// What else a kind wants to show, as JSON: `{"dns": {...}}`.
    pub more: BTreeMap<&'static str, serde_json::Value>,
    /// Whether the first byte was timed by the kernel (`true`), by our own clock (`false`), or not at all.
    pub kernel_timed: Option<bool>,
}

#[expect(clippy::ref_option, reason = "the shape that serde calls")]
fn optional_seconds<S: Serializer>(value: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    value.map(|spent| spent.as_secs_f64()).serialize(serializer)
}
