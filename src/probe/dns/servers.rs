//! The zone's own name servers, each asked at each of its addresses. Collects; the comparing is done by `judge`.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::time::Duration;

use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::{Name, RData, RecordType};
use tokio::task::JoinSet;

use crate::model::fault::Fault;
use crate::model::reason::Reason;
use crate::net::route::Reach;
use crate::probe::dns::asking::Asker;
use crate::probe::dns::plan::Plan;
use crate::probe::dns::records::{Answers, bare};
use crate::probe::dns::wire::Question;

/// How many parents of a name are looked at to find its zone.
const PARENTS_MAX: usize = 16;
/// How many name servers of a zone are asked.
const SERVERS_MAX: usize = 16;
/// How many addresses of one name server are asked.
const ADDRESSES_MAX: usize = 8;
/// How long one name server may take; a dead one shall not make every run last to its end.
const PATIENCE: Duration = Duration::from_secs(5);
/// With less time left a name server's silence would say nothing of it.
const HASTE: Duration = Duration::from_millis(500);

/// A zone and its name servers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZoneSeen {
    /// The zone's name.
    pub zone: String,
    /// Each name server at each address, in the order of names.
    pub servers: Vec<ServerSeen>,
}

/// One name server at one address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerSeen {
    /// Its name.
    pub name: String,
    /// Its address; `None` if it has none.
    pub address: Option<SocketAddr>,
    /// What it said, or why it said nothing.
    pub said: Result<ServerSaid, Fault>,
}

/// What a name server said of its zone and of the name in question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerSaid {
    /// The zone's serial number there; `None` if it sent no SOA record.
    pub serial: Option<u32>,
    /// Whether it answered as one that holds the zone.
    pub authoritative: bool,
    /// How long the answer about the zone took.
    pub latency: Duration,
    /// The response code to the probe's question.
    pub rcode: ResponseCode,
    /// Its answers to the probe's question.
    pub answers: BTreeSet<String>,
}

/// Finds the zone that the name lies in and asks all its name servers.
///
/// # Errors
/// The fault that kept us from finding the name servers.
pub async fn look(
    asker: &Asker,
    plan: &Plan,
    glue: &BTreeMap<String, Vec<SocketAddr>>,
) -> Result<ZoneSeen, Fault> {
    let (zone, names) = find_zone(asker, &plan.name, plan.recursion.0).await?;
    let mut asked = JoinSet::new();
    for (index, name) in names.into_iter().take(SERVERS_MAX).enumerate() {
        let addresses = glue.get(&bare(&name)).cloned();
        let work = OneServer {
            zone: zone.clone(),
            name,
            question: (plan.name.clone(), plan.record),
            port: plan.port,
        };
        let asker = asker.clone();
        asked.spawn(async move { (index, work.ask_everywhere(&asker, addresses).await) });
    }
    let mut seen: Vec<(usize, Vec<ServerSeen>)> = asked.join_all().await;
    seen.sort_by_key(|(index, _)| *index);
    Ok(ZoneSeen { zone: bare(&zone), servers: seen.into_iter().flat_map(|(_, servers)| servers).collect() })
}

/// The nearest zone at or above a name, and the names of its name servers.
async fn find_zone(asker: &Asker, name: &Name, recursion: bool) -> Result<(Name, BTreeSet<Name>), Fault> {
    let mut candidate = name.to_lowercase();
    for _ in 0..PARENTS_MAX {
        if candidate.is_root() {
            break;
        }
        let question = Question { recursion, ..Question::plain(candidate.clone(), RecordType::NS) };
        let reply = asker.ask(&question).await?;
        let names = name_servers_in(&reply.message, &candidate);
        if !names.is_empty() {
            return Ok((candidate, names));
        }
        candidate = parent_zone(&reply.message, &candidate);
    }
    Err(Fault::new(Reason::DnsNoAddress, "find name servers", "no zone with name servers was found"))
}

fn name_servers_in(message: &Message, zone: &Name) -> BTreeSet<Name> {
    let of_zone = message.answers.iter().filter(|record| record.name == *zone);
    of_zone
        .filter_map(|record| match &record.data {
            RData::NS(server) => Some(server.0.to_lowercase()),
            _ => None,
        })
        .collect()
}

/// Where to look next: the zone that the SOA record of an empty answer names, else one label up.
fn parent_zone(message: &Message, candidate: &Name) -> Name {
    let named = message.authorities.iter().find(|record| record.record_type() == RecordType::SOA);
    match named {
        Some(soa) if soa.name.zone_of(candidate) && soa.name != *candidate => soa.name.to_lowercase(),
        _ => candidate.base_name(),
    }
}

/// A name server and what it is to be asked.
#[derive(Clone)]
struct OneServer {
    zone: Name,
    name: Name,
    question: (Name, RecordType),
    port: u16,
}

impl OneServer {
    async fn ask_everywhere(&self, asker: &Asker, given: Option<Vec<SocketAddr>>) -> Vec<ServerSeen> {
        let reach = if given.is_some() { Reach::Configured } else { Reach::Redirected };
        let addresses = match given {
            Some(addresses) => Ok(addresses),
            None => self.addresses(asker).await,
        };
        let addresses = match addresses {
            Ok(addresses) if !addresses.is_empty() => addresses,
            Ok(_) => {
                let fault = Fault::new(Reason::DnsNoAddress, "resolve", "this name server has no address");
                return vec![self.seen(None, Err(fault))];
            }
            Err(fault) => return vec![self.seen(None, Err(fault))],
        };
        let mut asked = JoinSet::new();
        for address in addresses.into_iter().take(ADDRESSES_MAX) {
            let (this, asker) = (self.clone(), asker.clone());
            asked.spawn(async move { this.seen(Some(address), this.ask_one(&asker, address, reach).await) });
        }
        let mut seen = asked.join_all().await;
        seen.sort_by_key(|server| server.address);
        seen
    }

    fn seen(&self, address: Option<SocketAddr>, said: Result<ServerSaid, Fault>) -> ServerSeen {
        ServerSeen { name: bare(&self.name), address, said }
    }

    async fn addresses(&self, asker: &Asker) -> Result<Vec<SocketAddr>, Fault> {
        let (v4, v6) = (
            Question::plain(self.name.clone(), RecordType::A),
            Question::plain(self.name.clone(), RecordType::AAAA),
        );
        let (v4, v6) = tokio::join!(asker.ask(&v4), asker.ask(&v6));
        let records = [&v4, &v6].into_iter().flatten().flat_map(|reply| &reply.message.answers);
        let found: Vec<SocketAddr> = records
            .filter_map(|record| record.data.ip_addr())
            .map(|address| SocketAddr::new(address, self.port))
            .collect();
        if found.is_empty() { v4.and(v6).map(|_| found) } else { Ok(found) }
    }

    async fn ask_one(&self, asker: &Asker, address: SocketAddr, reach: Reach) -> Result<ServerSaid, Fault> {
        if asker.deadline.remaining() < HASTE {
            return Err(Fault::new(Reason::SelfCancelled, "ask", "there was no time left to ask").at(address));
        }
        let deadline = asker.deadline.sooner(PATIENCE);
        let about_zone = Question::direct(self.zone.clone(), RecordType::SOA);
        let about_name = Question::direct(self.question.0.clone(), self.question.1);
        let (zone, name) = tokio::join!(
            asker.ask_at(address, reach, &about_zone, deadline),
            asker.ask_at(address, reach, &about_name, deadline)
        );
        let (zone, name) = (zone?, name?);
        let serial = zone.message.answers.iter().find_map(|record| match &record.data {
            RData::SOA(soa) => Some(soa.serial),
            _ => None,
        });
        Ok(ServerSaid {
            serial,
            authoritative: zone.message.metadata.authoritative,
            latency: zone.spent,
            rcode: name.message.metadata.response_code,
            answers: Answers::of(&name.message, &self.question.0, self.question.1).set,
        })
    }
}
