//! A TCP connection to a host, over all its addresses as a browser would (RFC 8305), with every address accounted for.

use std::net::{IpAddr, SocketAddr};
use std::time::Instant;

use tokio::net::TcpStream;

use crate::model::facts::AddressFacts;
use crate::model::fault::Fault;
use crate::model::phase::{Phase, Phases};
use crate::model::reason::Reason;
use crate::net::Net;
use crate::net::route::{Endpoint, Family, Reach, Route};
use crate::net::run::Run;
use crate::net::stage::Stage;
use crate::net::stream::Stream;

/// A connection attempt: what was seen, and the stream if it came about.
#[derive(Debug)]
pub struct Dial {
    /// Every address and what became of it.
    pub addresses: Vec<AddressFacts>,
    /// `resolve` and `connect`.
    pub phases: Phases,
    /// The stream, or why there is none.
    pub stream: Result<Stream, Fault>,
}

impl Net {
    /// Resolves and connects (through the route's proxy, if it has one). Never lasts past the run's deadline.
    pub async fn dial(&self, endpoint: &Endpoint, route: &Route, reach: Reach, run: &mut Run) -> Dial {
        let mut phases = Phases::default();
        let addresses = match self.addresses(endpoint, route.family, reach, run, &mut phases).await {
            Ok(addresses) => addresses,
            Err(fault) => return Dial { addresses: Vec::new(), phases, stream: Err(fault) },
        };
        let mut seen = Vec::with_capacity(addresses.len());
        let mut last = Fault::new(Reason::DnsNoAddress, "resolve", "no address of the wanted family");
        for address in addresses {
            let began = Instant::now();
            let attempt = run.deadline.bound(TcpStream::connect(address)).await;
            let spent = began.elapsed();
            phases.add(Phase::Connect, spent);
            let fault = match attempt {
                Ok(Ok(tcp)) => {
                    run.note("connected", &address.to_string());
                    seen.push(AddressFacts { address, used: true, connect: Some(spent), fault: None });
                    return Dial { addresses: seen, phases, stream: Ok(Stream::new(tcp)) };
                }
                Ok(Err(error)) => Stage::Connect.fault(&error).at(address),
                Err(_) => Stage::Connect.timeout().at(address),
            };
            seen.push(AddressFacts { address, used: false, connect: None, fault: Some(fault.clone()) });
            last = fault;
        }
        Dial { addresses: seen, phases, stream: Err(last) }
    }

    async fn addresses(
        &self,
        endpoint: &Endpoint,
        family: Family,
        reach: Reach,
        run: &mut Run,
        phases: &mut Phases,
    ) -> Result<Vec<SocketAddr>, Fault> {
        let all: Vec<IpAddr> = match &endpoint.host {
            url::Host::Ipv4(address) => vec![(*address).into()],
            url::Host::Ipv6(address) => vec![(*address).into()],
            url::Host::Domain(name) => {
                let began = Instant::now();
                let found = self.resolver.addresses(name, run).await;
                phases.add(Phase::Resolve, began.elapsed());
                found?
            }
        };
        let wanted = all.into_iter().filter(|address| match family {
            Family::Any => true,
            Family::V4 => address.is_ipv4(),
            Family::V6 => address.is_ipv6(),
        });
        let mut admitted = Vec::new();
        for address in wanted {
            let address = SocketAddr::new(address, endpoint.port);
            self.guard.admit(address.ip(), reach).map_err(|reason| {
                Fault::new(reason, "connect", "this address may not be contacted").at(address)
            })?;
            admitted.push(address);
        }
        Ok(admitted)
    }
}
