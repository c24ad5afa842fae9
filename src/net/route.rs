//! By which way a probe reaches its target: address family, proxy, TLS policy.

use std::fmt;
use std::sync::Arc;

use crate::model::secret::Secret;
use crate::net::tls::TlsPolicy;

/// Which address family may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Family {
    /// As a browser would: both, IPv6 first.
    #[default]
    Any,
    /// IPv4 only.
    V4,
    /// IPv6 only.
    V6,
}

/// Who named the host that is about to be contacted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The operator, in a file or on the command line: private addresses are allowed.
    Configured,
    /// A server, by a redirect: only public addresses are allowed, unless the probe itself names a private one.
    Redirected,
}

/// A host and a port.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Endpoint {
    /// Name or address.
    pub host: url::Host<String>,
    /// TCP port.
    pub port: u16,
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

/// An HTTP proxy. `https` targets are reached by `CONNECT`, `http` ones by the absolute form.
#[derive(Clone, Debug, PartialEq)]
pub struct Proxy {
    /// Where it listens.
    pub endpoint: Endpoint,
    /// Value of `Proxy-Authorization`.
    pub authorization: Option<Secret>,
}

/// How one probe reaches its target. Built once per probe; probes with equal TLS settings share a policy.
#[derive(Clone, Debug)]
pub struct Route {
    /// Address family.
    pub family: Family,
    /// Proxy, if one is to be used.
    pub proxy: Option<Arc<Proxy>>,
    /// How TLS is spoken and judged.
    pub tls: Arc<TlsPolicy>,
}
