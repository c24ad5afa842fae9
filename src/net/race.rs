//! Connecting to one of several addresses as a browser does (RFC 8305), and accounting for the others.
//!
//! The first address that answers carries the request. The others are tried all the same, connecting only, while the
//! request is under way: a citizen whose network prefers the dead one does not get through.

use std::collections::VecDeque;
use std::future::pending;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use tokio::net::TcpStream;
use tokio::task::{JoinError, JoinSet};

use crate::model::facts::AddressFacts;
use crate::model::fault::Fault;
use crate::model::reason::Reason;
use crate::net::resolve::{Late, Other};
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

/// What a race waits for.
enum News {
    /// An attempt has ended.
    Attempt(Result<Attempt, JoinError>),
    /// The other family's addresses.
    Late(Result<Vec<IpAddr>, Fault>),
    /// There is nothing left to wait for.
    Nothing,
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

/// What a race has come to.
#[derive(Debug)]
pub(crate) enum Lap {
    /// A stream, or why there is none.
    Over(Result<TcpStream, Fault>),
    /// Further addresses of the name: [`Race::join`] lets them in.
    More(Vec<IpAddr>),
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
#[derive(Debug)]
pub(crate) struct Race {
    facts: Vec<AddressFacts>,
    faults: Vec<Fault>,
    waiting: VecDeque<SocketAddr>,
    attempts: JoinSet<Attempt>,
    /// Addresses of the other family that may still come.
    late: Option<Box<Late>>,
}

impl Race {
    /// A race between addresses of which `other` says whether they are all there are.
    pub(crate) fn between(addresses: &[SocketAddr], other: Other) -> Self {
        let (late, faults) = match other {
            Other::Answered => (None, Vec::new()),
            Other::Unasked(fault) => (None, vec![fault]),
            Other::Late(late) => (Some(late), Vec::new()),
        };
        let (facts, waiting, attempts) = (Vec::new(), VecDeque::new(), JoinSet::new());
        let mut race = Self { facts, faults, waiting, attempts, late };
        race.join(addresses);
        race
    }

    /// Lets further addresses take part.
    pub(crate) fn join(&mut self, addresses: &[SocketAddr]) {
        let untried = |&address| AddressFacts { address, used: false, connect: None, fault: None };
        self.facts.extend(addresses.iter().map(untried));
        self.waiting.extend(interleaved(addresses));
    }

    /// Runs until there is a stream, nothing more to try, or more addresses.
    pub(crate) async fn run(&mut self, run: &mut Run) -> Lap {
        match (self.facts.as_slice(), &self.late) {
            ([], None) => {
                let nothing = "no address of the wanted family";
                Lap::Over(Err(Fault::new(Reason::DnsNoAddress, "resolve", nothing)))
            }
            ([alone], None) if self.waiting.len() == 1 => Lap::Over(self.alone(alone.address, run).await),
            _ => self.won(run).await,
        }
    }

    /// Every address in the order it came, and the attempts that go on although there is a stream.
    pub(crate) fn end(mut self, has_stream: bool) -> (Vec<AddressFacts>, Stragglers) {
        if !has_stream {
            return (self.facts, Stragglers::default());
        }
        self.start_all();
        (self.facts, Stragglers { attempts: self.attempts, since: Some(Instant::now()) })
    }

    /// The only address: nothing to race, nothing to spawn.
    async fn alone(&mut self, address: SocketAddr, run: &mut Run) -> Result<TcpStream, Fault> {
        self.waiting.clear();
        match run.deadline.bound(attempt(address)).await {
            Ok(over) => self.note(over, run).ok_or_else(|| self.verdict()),
            Err(_) => Err(self.timed_out()),
        }
    }

    /// The first stream that comes about.
    async fn won(&mut self, run: &mut Run) -> Lap {
        self.start_next();
        loop {
            let patience = if self.waiting.is_empty() { run.deadline } else { run.deadline.sooner(STAGGER) };
            match patience.bound(self.news()).await {
                Ok(News::Attempt(Ok(over))) => {
                    if let Some(stream) = self.note(over, run) {
                        return Lap::Over(Ok(stream));
                    }
                    self.start_next();
                }
                Ok(News::Attempt(Err(died))) => {
                    self.faults.push(Fault::new(Reason::SelfPanicked, "connect", died));
                }
                Ok(News::Late(addresses)) => {
                    self.late = None;
                    match addresses {
                        Ok(addresses) if addresses.is_empty() => {}
                        Ok(addresses) => return Lap::More(addresses),
                        Err(fault) => self.faults.push(fault),
                    }
                }
                Ok(News::Nothing) => return Lap::Over(Err(self.verdict())),
                Err(_) if run.deadline.remaining().is_zero() => return Lap::Over(Err(self.timed_out())),
                Err(_) => self.start_next(),
            }
        }
    }

    /// What happens next. May be dropped before it has happened.
    async fn news(&mut self) -> News {
        if self.attempts.is_empty() && self.waiting.is_empty() && self.late.is_none() {
            return News::Nothing;
        }
        let late = async {
            match &mut self.late {
                Some(late) => late.addresses().await,
                None => pending().await,
            }
        };
        tokio::select! {
            Some(over) = self.attempts.join_next() => News::Attempt(over),
            addresses = late => News::Late(addresses),
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

    /// Why nothing came about: our own exhaustion (also one that hid some addresses) hides everything, a portal's answer outweighs a missing route.
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
        self.faults.extend(self.late.as_ref().and_then(|late| late.silence()));
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

    #[tokio::test]
    async fn where_a_family_could_not_be_asked_for_a_dead_address_blames_nobody() {
        let refusing = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let exhausted = Fault::new(Reason::SelfFdExhausted, "resolve", "too many open files");
        for (other, reason) in
            [(Other::Unasked(exhausted), Reason::SelfFdExhausted), (Other::Answered, Reason::ConnectRefused)]
        {
            let lap = Race::between(&[refusing], other).run(&mut Run::begin(Duration::from_secs(5))).await;
            let Lap::Over(Err(fault)) = lap else { panic!("{lap:?}") };
            assert_eq!(fault.reason, reason);
        }
    }
}
