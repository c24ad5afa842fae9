//! Names to addresses, by hickory; answers are never cached, so that what is measured is what a new visitor gets.

use std::net::{IpAddr, SocketAddr};

use hickory_proto::op::ResponseCode;
use hickory_proto::rr::{Name, RecordType};
use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig, ResolverOpts};
use hickory_resolver::lookup::Lookup;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError, NetError};

use crate::model::fault::Fault;
use crate::model::reason::Reason;
use crate::net::run::Run;

/// The most addresses of one name that are looked at.
const ADDRESSES_MAX: usize = 32;
/// The word for people.
const OPERATION: &str = "resolve";

/// The resolver.
#[derive(Debug)]
pub struct Resolver {
    /// Why there is none: a machine without resolver configuration can still watch IP addresses.
    inner: Result<TokioResolver, Fault>,
    /// Whom it asks.
    servers: Vec<SocketAddr>,
}

impl Resolver {
    /// A resolver that asks these servers, or the system's where none is given.
    ///
    /// # Errors
    /// `self_resolver` where the system's configuration cannot be read.
    pub fn new(servers: &[SocketAddr]) -> Result<Self, Fault> {
        let inner = if servers.is_empty() { system() } else { Ok(asking(servers)) };
        Ok(Self {
            servers: inner.as_ref().map(|(config, _)| servers_in(config)).unwrap_or_default(),
            inner: inner
                .and_then(|(config, options)| {
                    let provider = TokioRuntimeProvider::default();
                    TokioResolver::builder_with_config(config, provider)
                        .with_options(without_cache(options))
                        .build()
                })
                .map_err(|error| Fault::new(Reason::SelfResolver, "read resolver configuration", error)),
        })
    }

    /// The name servers that are asked, in this order, for those who ask them other questions.
    #[must_use]
    pub fn servers(&self) -> &[SocketAddr] {
        &self.servers
    }

    /// All addresses of a name, IPv6 and IPv4, in the resolver's order, at most 32.
    ///
    /// # Errors
    /// A `dns_*` reason, or `self_resolver` where no server answers any question.
    pub async fn addresses(&self, name: &str, run: &mut Run) -> Result<Vec<IpAddr>, Fault> {
        let resolver = self.inner.as_ref().map_err(Clone::clone)?;
        let mut absolute =
            Name::from_utf8(name).map_err(|error| Fault::new(Reason::DnsNoAddress, OPERATION, error))?;
        absolute.set_fqdn(true);
        let asked = async {
            tokio::join!(
                resolver.lookup(absolute.clone(), RecordType::AAAA),
                resolver.lookup(absolute.clone(), RecordType::A)
            )
        };
        let (v6, v4) = run
            .deadline
            .bound(asked)
            .await
            .map_err(|_| Fault::new(Reason::DnsTimeout, OPERATION, "the deadline passed first"))?;
        let found: Vec<IpAddr> =
            [&v6, &v4].into_iter().flatten().flat_map(addresses_in).take(ADDRESSES_MAX).collect();
        if !found.is_empty() {
            return Ok(found);
        }
        let error = v4.err().or(v6.err());
        Err(error.map_or_else(
            || Fault::new(Reason::DnsNoAddress, OPERATION, "the name has no address"),
            |error| Fault::new(reason_of(&error), OPERATION, error),
        ))
    }
}

fn addresses_in(lookup: &Lookup) -> impl Iterator<Item = IpAddr> + '_ {
    lookup.answers().iter().filter_map(|record| record.data.ip_addr())
}

fn servers_in(config: &ResolverConfig) -> Vec<SocketAddr> {
    let port =
        |server: &NameServerConfig| server.connections.first().map_or(53, |connection| connection.port);
    config.name_servers().iter().map(|server| SocketAddr::new(server.ip, port(server))).collect()
}

fn system() -> Result<(ResolverConfig, ResolverOpts), NetError> {
    hickory_resolver::system_conf::read_system_conf()
}

fn asking(servers: &[SocketAddr]) -> (ResolverConfig, ResolverOpts) {
    let servers = servers.iter().map(|server| {
        let mut connections = vec![ConnectionConfig::udp(), ConnectionConfig::tcp()];
        for connection in &mut connections {
            connection.port = server.port();
        }
        NameServerConfig::new(server.ip(), true, connections)
    });
    (ResolverConfig::from_parts(None, Vec::new(), servers.collect()), ResolverOpts::default())
}

fn without_cache(mut options: ResolverOpts) -> ResolverOpts {
    options.cache_size = 0;
    options
}

/// What an answer without addresses means.
fn reason_of(error: &NetError) -> Reason {
    match error {
        NetError::Dns(DnsError::NoRecordsFound(none)) if none.response_code == ResponseCode::NXDomain => {
            Reason::DnsNxdomain
        }
        NetError::Dns(DnsError::NoRecordsFound(_)) => Reason::DnsNoAddress,
        NetError::Dns(DnsError::ResponseCode(ResponseCode::Refused)) => Reason::DnsRefused,
        NetError::Timeout => Reason::DnsTimeout,
        _ => Reason::DnsServfail,
    }
}
