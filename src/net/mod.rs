//! How the network is touched: names to addresses, connections, TLS and HTTP exchanges, with every stamp explicit.
//!
//! Nothing here judges. Each operation gives back what it saw even when it failed, with a [`Fault`] that names the
//! closed reason. Knows nothing of probes, files or metrics. Start with [`exchange`].
//!
//! [`Fault`]: crate::model::fault::Fault

pub mod connect;
pub mod deadline;
pub mod exchange;
mod framing;
pub mod guard;
mod http;
mod kernel_clock;
mod marks;
pub mod politeness;
mod proxy;
pub mod race;
pub mod resolve;
pub mod route;
pub mod run;
pub mod stage;
pub mod stream;
pub mod tls;

use std::sync::Arc;

use crate::model::fault::Fault;
use crate::net::guard::Guard;
use crate::net::kernel_clock::KernelClock;
use crate::net::resolve::Resolver;

/// What the operator sets for all probes.
#[derive(Clone, Debug, Default)]
pub struct NetSettings {
    /// Name servers to ask instead of the system's.
    pub resolvers: Vec<std::net::SocketAddr>,
    /// Networks that are never connected to, whoever names them.
    pub deny_networks: Vec<ipnet::IpNet>,
    /// Name asked for only to see whether the resolver answers at all; the root's name servers where none is given.
    pub resolver_control: Option<String>,
}

/// The one way out. Shared by all probes; cheap to clone.
#[derive(Clone, Debug)]
pub struct Net {
    /// Names to addresses.
    pub resolver: Arc<Resolver>,
    /// Which addresses may be connected to.
    pub guard: Arc<Guard>,
    _kernel_clock: Arc<KernelClock>,
}

impl Net {
    /// Prepares resolver and guard; touches no network.
    ///
    /// # Errors
    /// [`Fault`] `self_resolver` where the resolver's control name is no name.
    pub fn new(settings: &NetSettings) -> Result<Self, Fault> {
        Ok(Self {
            resolver: Arc::new(Resolver::new(&settings.resolvers, settings.resolver_control.as_deref())?),
            guard: Arc::new(Guard::new(settings.deny_networks.clone())),
            _kernel_clock: Arc::new(KernelClock::start()),
        })
    }
}
