//! Connecting to one of several addresses as a browser does (RFC 8305), and accounting for the others.
//!
//! The first address that answers carries the request. The others are tried all the same, connecting only, while the
//! request is under way: a citizen whose network prefers the dead one does not get through.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::model::facts::AddressFacts;
use crate::model::fault::Fault;
use crate::model::reason::Reason;
use crate::net::run::Run;
use crate::net::stage::Stage;

/// How long one address has before the next is tried beside it (RFC 8305, 8: connection attempt delay).
const STAGGER: Duration = Duration::from_millis(250);
/// How much longer a run may last for the sake of addresses that did not carry it; never more than half its timeout.
const SETTLE_MAX: Duration = Duration::from_secs(2);
/// An address silent for so long is dead: the first SYN and its repetition after a second went unanswered.
const SILENT_AFTER: Duration = Duration::from_millis(1500);

/// One attempt, over.
#[derive(Debug)]
struct Attempt {
    address: SocketAddr,
    spent: Duration,
    outcome: io::Result<TcpStream>,
}

async fn attempt(address: SocketAddr) -> Attempt {
    let began = Instant::now();
    let outcome = TcpStream::connect(address).await;
    Attempt { address, spent: began.elapsed(), outcome }
}

/// The attempts that still go on once one address has won.
#[derive(Debug, Default)]
pub struct Stragglers {
    attempts: JoinSet<Attempt>,
    since: Option<Instant>,
}

/// What connecting came to.
#[derive(Debug)]
pub(crate) struct Connected {
    /// Every address, in the order given.
    pub(crate) addresses: Vec<AddressFacts>,
    /// The stream, or why there is none.
    pub(crate) stream: Result<TcpStream, Fault>,
    /// What still goes on.
    pub(crate) stragglers: Stragglers,
}

/// Connects to one of the addresses.
pub(crate) async fn connect(addresses: &[SocketAddr], run: &mut Run) -> Connected {
    let untried = |&address| AddressFacts { address, used: false, connect: None, fault: None };
    let mut race = Race {
        facts: addresses.iter().map(untried).collect(),
        faults: Vec::new(),
        waiting: interleaved(addresses),
        attempts: JoinSet::new(),
    };
    let stream = match addresses {
        [] => Err(Fault::new(Reason::DnsNoAddress, "resolve", "no address of the wanted family")),
        [address] => race.alone(*address, run).await,
        _ => race.won(run).await,
    };
    let mut stragglers = Stragglers::default();
    if stream.is_ok() {
        race.start_all();
        stragglers = Stragglers { attempts: race.attempts, since: Some(Instant::now()) };
    }
    Connected { addresses: race.facts, stream, stragglers }
}

/// Both families by turns, the resolver's first choice first (RFC 8305, 4).
fn interleaved(addresses: &[SocketAddr]) -> VecDeque<SocketAddr> {
    let first_is_v6 = addresses.first().is_some_and(SocketAddr::is_ipv6);
    let (mut one, mut other): (VecDeque<SocketAddr>, VecDeque<SocketAddr>) =
        addresses.iter().partition(|address| address.is_ipv6() == first_is_v6);
    let mut order = VecDeque::with_capacity(addresses.len());
    while !(one.is_empty() && other.is_empty()) {
        order.extend(one.pop_front());
        order.extend(other.pop_front());
    }
    order
}

/// The attempts of one connection.
struct Race {
    facts: Vec<AddressFacts>,
    faults: Vec<Fault>,
    waiting: VecDeque<SocketAddr>,
    attempts: JoinSet<Attempt>,
}

impl Race {
    /// The only address: nothing to race, nothing to spawn.
    async fn alone(&mut self, address: SocketAddr, run: &mut Run) -> Result<TcpStream, Fault> {
        self.waiting.clear();
        match run.deadline.bound(attempt(address)).await {
            Ok(over) => self.note(over, run).ok_or_else(|| self.verdict()),
            Err(_) => Err(self.timed_out()),
        }
    }

    /// The first stream that comes about.
    async fn won(&mut self, run: &mut Run) -> Result<TcpStream, Fault> {
        self.start_next();
        loop {
            let patience = if self.waiting.is_empty() { run.deadline } else { run.deadline.sooner(STAGGER) };
            match patience.bound(self.attempts.join_next()).await {
                Ok(Some(Ok(over))) => {
                    if let Some(stream) = self.note(over, run) {
                        return Ok(stream);
                    }
                    self.start_next();
                }
                Ok(Some(Err(died))) => self.faults.push(Fault::new(Reason::SelfPanicked, "connect", died)),
                Ok(None) => return Err(self.verdict()),
                Err(_) if run.deadline.remaining().is_zero() => return Err(self.timed_out()),
                Err(_) => self.start_next(),
            }
        }
    }

    fn start_next(&mut self) {
        if let Some(address) = self.waiting.pop_front() {
            self.attempts.spawn(attempt(address));
        }
    }

    fn start_all(&mut self) {
        while !self.waiting.is_empty() {
            self.start_next();
        }
    }

    /// Takes down what an attempt came to; gives its stream.
    fn note(&mut self, over: Attempt, run: &mut Run) -> Option<TcpStream> {
        let address = over.address;
        match take_down(&mut self.facts, over, run) {
            Ok(stream) => {
                run.note("connected", &address.to_string());
                self.facts
                    .iter_mut()
                    .filter(|fact| fact.address == address)
                    .for_each(|fact| fact.used = true);
                Some(stream)
            }
            Err(fault) => {
                self.faults.push(fault);
                None
            }
        }
    }

    /// Why nothing came about: our own exhaustion hides everything, a portal's answer outweighs a missing route.
    fn verdict(&mut self) -> Fault {
        let exhausted = self.faults.iter().find(|fault| fault.is_ours() && fault.reason != Reason::NoRoute);
        let answered = self.faults.iter().find(|fault| !fault.is_ours());
        let chosen = exhausted.or(answered).or(self.faults.first());
        chosen.cloned().unwrap_or_else(|| Stage::Connect.timeout())
    }

    /// The deadline passed: whatever has no outcome was silent.
    fn timed_out(&mut self) -> Fault {
        for fact in &mut self.facts {
            let over = self.faults.iter().any(|fault| fault.address == Some(fact.address));
            if !over && !self.waiting.contains(&fact.address) {
                let fault = Stage::Connect.timeout().at(fact.address);
                fact.fault = Some(fault.clone());
                self.faults.push(fault);
            }
        }
        self.verdict()
    }
}

/// Takes down what an attempt came to. What is wrong on our side (no route for one family, no descriptor) says nothing
/// of the address and is only noted in the timeline.
fn take_down(facts: &mut [AddressFacts], over: Attempt, run: &mut Run) -> Result<TcpStream, Fault> {
    let fact = facts.iter_mut().find(|fact| fact.address == over.address);
    match over.outcome {
        Ok(stream) => {
            if let Some(fact) = fact {
                fact.connect = Some(over.spent);
            }
            Ok(stream)
        }
        Err(error) => {
            let fault = Stage::Connect.fault(&error).at(over.address);
            run.note("not connected", &fault.to_string());
            if let Some(fact) = fact
                && !fault.is_ours()
            {
                fact.fault = Some(fault.clone());
            }
            Err(fault)
        }
    }
}

impl Stragglers {
    /// Waits a little for the addresses that did not carry the request, and takes down what became of them. Costs
    /// nothing where there was one address, or all have answered.
    pub async fn settle(&mut self, addresses: &mut [AddressFacts], run: &mut Run) {
        let half = run.deadline.instant().saturating_duration_since(run.began) / 2;
        let patience = run.deadline.sooner(SETTLE_MAX.min(half));
        while let Ok(Some(over)) = patience.bound(self.attempts.join_next()).await {
            if let Ok(over) = over {
                // A stream of its own would only burden the portal.
                drop(take_down(addresses, over, run));
            }
        }
        let silent = self.since.map_or(Duration::ZERO, |since| since.elapsed());
        if self.attempts.is_empty() || silent < SILENT_AFTER {
            return;
        }
        let unheard = |fact: &&mut AddressFacts| fact.connect.is_none() && fact.fault.is_none();
        for fact in addresses.iter_mut().filter(unheard) {
            let detail = format!("no answer for {:.1} s", silent.as_secs_f64());
            let fault =
                Fault::new(Reason::ConnectTimeout, Stage::Connect.operation(), detail).at(fact.address);
            fact.fault = Some(fault);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_take_turns_and_none_is_lost() {
        let all: Vec<SocketAddr> =
            ["[::1]:1", "[::2]:1", "[::3]:1", "1.1.1.1:1"].map(|a| a.parse().unwrap()).into();
        let order: Vec<String> = interleaved(&all).iter().map(ToString::to_string).collect();
        assert_eq!(order, ["[::1]:1", "1.1.1.1:1", "[::2]:1", "[::3]:1"]);
    }
}
