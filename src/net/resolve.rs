//! Names to addresses, by hickory; answers are never cached, so that what is measured is what a new visitor gets.

use std::net::{IpAddr, SocketAddr};

use crate::model::fault::Fault;
use crate::net::run::Run;

/// The resolver.
#[derive(Debug)]
pub struct Resolver {}

impl Resolver {
    /// A resolver that asks these servers, or the system's where none is given.
    ///
    /// # Errors
    /// `self_resolver` where the system's configuration cannot be read.
    pub fn new(_servers: &[SocketAddr]) -> Result<Self, Fault> {
        Ok(Self {})
    }

    /// All addresses of a name, IPv6 and IPv4, in the resolver's order, at most 32.
    ///
    /// # Errors
    /// A `dns_*` reason, or `self_resolver` where no server answers any question.
    pub async fn addresses(&self, _name: &str, _run: &mut Run) -> Result<Vec<IpAddr>, Fault> {
        todo!()
    }
}
