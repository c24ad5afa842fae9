//! From a host to a TCP stream: names resolved, addresses admitted by the guard, raced, and each accounted for.

use std::net::{IpAddr, SocketAddr};
use std::time::Instant;

use url::Host;

use crate::model::facts::AddressFacts;
use crate::model::fault::Fault;
use crate::model::phase::{Phase, Phases};
use crate::net::Net;
use crate::net::proxy;
use crate::net::race::{Lap, Race, Stragglers};
use crate::net::resolve::{Found, Other};
use crate::net::route::{Endpoint, Family, Proxy, Reach, Route};
use crate::net::run::Run;
use crate::net::stage::Stage;
use crate::net::stream::Stream;

/// A connection attempt: what was seen, and the stream if it came about.
#[derive(Debug)]
pub struct Dial {
    /// Every address and what became of it; none where a proxy connects for us.
    pub addresses: Vec<AddressFacts>,
    /// `resolve` and `connect`.
    pub phases: Phases,
    /// The stream, or why there is none.
    pub stream: Result<Stream, Fault>,
    /// The other addresses, still being tried: [`Stragglers::settle`] once the stream has done its work.
    pub stragglers: Stragglers,
}

impl Dial {
    fn failed(phases: Phases, fault: Fault) -> Self {
        Self { addresses: Vec::new(), phases, stream: Err(fault), stragglers: Stragglers::default() }
    }
}

impl Net {
    /// Resolves and connects (through the route's proxy, if it has one). Never lasts past the run's deadline.
    pub async fn dial(&self, endpoint: &Endpoint, route: &Route, reach: Reach, run: &mut Run) -> Dial {
        let Some(proxy) = &route.proxy else {
            return self.dial_directly(endpoint, route.family, reach, run).await;
        };
        let mut dial = self.dial_proxy(endpoint, proxy, reach, run).await;
        if let Ok(stream) = dial.stream {
            let began = Instant::now();
            dial.stream = proxy::tunnel(stream, endpoint, proxy, run).await;
            dial.phases.add(Phase::Connect, began.elapsed());
        }
        dial
    }

    /// Connects to the proxy that is to reach `endpoint`. The proxy resolves the name, so only an address written out
    /// can be put to the guard.
    pub(crate) async fn dial_proxy(
        &self,
        endpoint: &Endpoint,
        proxy: &Proxy,
        reach: Reach,
        run: &mut Run,
    ) -> Dial {
        if let Some(address) = literal(&endpoint.host)
            && let Err(fault) = self.admit(endpoint, address, reach, run)
        {
            return Dial::failed(Phases::default(), fault);
        }
        let mut dial = self.dial_directly(&proxy.endpoint, Family::Any, Reach::Configured, run).await;
        dial.stream = dial.stream.map_err(proxy::not_the_portals);
        dial.addresses.clear();
        dial
    }

    async fn dial_directly(&self, endpoint: &Endpoint, family: Family, reach: Reach, run: &mut Run) -> Dial {
        let mut phases = Phases::default();
        let found = match self.resolve(endpoint, family, run, &mut phases).await {
            Ok(found) => found,
            Err(fault) => return Dial::failed(phases, fault),
        };
        let wanted = found.addresses.into_iter().filter(|address| family.has(*address));
        let (admitted, mut denied) = self.sift(endpoint, wanted, reach, run);
        if admitted.is_empty()
            && let Some(fault) = denied.pop()
        {
            return Dial::failed(phases, fault);
        }
        let began = Instant::now();
        let mut race = Race::between(&admitted, found.other);
        let stream = loop {
            match race.run(run).await {
                Lap::Over(stream) => break stream.map(Stream::new),
                Lap::More(addresses) => {
                    let (more, barred) = self.sift(endpoint, addresses.into_iter(), reach, run);
                    race.join(&more);
                    denied.extend(barred);
                }
            }
        };
        if !admitted.is_empty() {
            phases.add(Phase::Connect, began.elapsed());
        }
        let refused = denied.into_iter().filter_map(|fault| {
            Some(AddressFacts { address: fault.address?, used: false, connect: None, fault: Some(fault) })
        });
        let (tried, stragglers) = race.end(stream.is_ok());
        Dial { addresses: tried.into_iter().chain(refused).collect(), phases, stream, stragglers }
    }

    /// Parts the addresses that may be contacted from those that may not.
    fn sift(
        &self,
        endpoint: &Endpoint,
        found: impl Iterator<Item = IpAddr>,
        reach: Reach,
        run: &mut Run,
    ) -> (Vec<SocketAddr>, Vec<Fault>) {
        let (mut admitted, mut denied) = (Vec::new(), Vec::new());
        for address in found {
            match self.admit(endpoint, address, reach, run) {
                Ok(()) => admitted.push(SocketAddr::new(address, endpoint.port)),
                Err(fault) => denied.push(fault),
            }
        }
        (admitted, denied)
    }

    async fn resolve(
        &self,
        endpoint: &Endpoint,
        family: Family,
        run: &mut Run,
        phases: &mut Phases,
    ) -> Result<Found, Fault> {
        let name = match &endpoint.host {
            Host::Domain(name) => name,
            host => {
                let addresses = literal(host).into_iter().collect();
                return Ok(Found { addresses, other: Other::Answered });
            }
        };
        let began = Instant::now();
        let found = self.resolver.addresses(name, family, run).await;
        phases.add(Phase::Resolve, began.elapsed());
        found
    }

    fn admit(&self, endpoint: &Endpoint, address: IpAddr, reach: Reach, run: &mut Run) -> Result<(), Fault> {
        let admitted = self.guard.admit(address, reach).or_else(|reason| {
            if run.grants.cover(reason, &endpoint.host, address) { Ok(()) } else { Err(reason) }
        });
        if reach == Reach::Configured {
            run.grants.note(&endpoint.host, address);
        }
        admitted.map_err(|reason| {
            let detail = "this address may not be contacted";
            Fault::new(reason, Stage::Connect.operation(), detail).at(SocketAddr::new(address, endpoint.port))
        })
    }
}

impl Family {
    const fn has(self, address: IpAddr) -> bool {
        match self {
            Self::Any => true,
            Self::V4 => address.is_ipv4(),
            Self::V6 => address.is_ipv6(),
        }
    }
}

/// The address that a host is written as, if it is no name.
fn literal(host: &Host<String>) -> Option<IpAddr> {
    match host {
        Host::Ipv4(address) => Some((*address).into()),
        Host::Ipv6(address) => Some((*address).into()),
        Host::Domain(_) => None,
    }
}
