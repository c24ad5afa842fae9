//! Names to addresses, by hickory; answers are never cached, so that what is measured is what a new visitor gets.
//!
//! Where a name brings no answer in time, the resolver is asked something else meanwhile: one that answers that is well,
//! and the name's own servers are not; one that answers nothing is our own trouble.

use std::fmt;
use std::future::{Future, pending};
use std::net::{IpAddr, SocketAddr};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hickory_proto::op::ResponseCode;
use hickory_proto::rr::{Name, RecordType};
use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig, ResolverOpts};
use hickory_resolver::lookup::Lookup;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError, NetError};

use crate::model::fault::Fault;
use crate::model::reason::Reason;
use crate::net::deadline::Deadline;
use crate::net::route::Family;
use crate::net::run::Run;
use crate::net::stage::Stage;

/// The most addresses of one name that are looked at.
const ADDRESSES_MAX: usize = 32;
/// How long a question waits for its answer before it is sent again.
const REPEAT_AFTER: Duration = Duration::from_secs(2);
/// How often a question is sent again; the run's deadline usually comes first.
const REPEATS: usize = 4;
/// How long a name may stay unanswered before the resolver itself is put to the question; never more than a third of
/// what is left.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long the other family has once one has brought addresses. Browsers give 50 ms (RFC 8305, 3); a little more is
/// not felt and finds more of the addresses.
const OTHER_FAMILY: Duration = Duration::from_millis(250);
/// The word for people.
const OPERATION: &str = "resolve";

/// What is said of a resolver that answers nothing.
const SILENT: &str = "no name server answers any question";

/// What one question brought.
type Answer = Result<Lookup, NetError>;
/// A question on its way.
type Asking = Pin<Box<dyn Future<Output = Answer> + Send>>;

/// The resolver.
#[derive(Debug)]
pub struct Resolver {
    /// Or why there is none: a machine without resolver configuration can still watch IP addresses.
    inner: Result<TokioResolver, Fault>,
    /// The name servers that are asked.
    servers: Vec<SocketAddr>,
    /// What is asked to see whether the resolver answers anything.
    control: (Name, RecordType),
}

impl Resolver {
    /// A resolver that asks these servers, or the system's where none is given. `control` is a name asked for only to
    /// see whether the resolver answers at all; without one it is asked for the root's name servers.
    ///
    /// # Errors
    /// `self_resolver` where `control` is no name.
    pub fn new(servers: &[SocketAddr], control: Option<&str>) -> Result<Self, Fault> {
        let control = match control {
            None => (Name::root(), RecordType::NS),
            Some(name) => (absolute(name).map_err(|fault| ours(&fault))?, RecordType::A),
        };
        let configured = if servers.is_empty() { system() } else { Ok(asking(servers)) };
        let servers = configured.as_ref().map(|(config, _)| servers_in(config)).unwrap_or_default();
        let inner = configured.and_then(|(config, options)| {
            let provider = TokioRuntimeProvider::default();
            TokioResolver::builder_with_config(config, provider).with_options(measuring(options)).build()
        });
        let unreadable = |error| Fault::new(Reason::SelfResolver, "read resolver configuration", error);
        Ok(Self { inner: inner.map_err(unreadable), servers, control })
    }

    /// The name servers that are asked, in this order, for those who ask them other questions.
    #[must_use]
    pub fn servers(&self) -> &[SocketAddr] {
        &self.servers
    }

    /// What is asked to see whether a name server answers anything.
    #[must_use]
    pub const fn control(&self) -> &(Name, RecordType) {
        &self.control
    }

    /// All addresses of a name, of both families or of the one that is wanted, in the resolver's order, at most 32.
    ///
    /// # Errors
    /// A `dns_*` reason, or one of our own where no server answers any question.
    pub async fn addresses(&self, name: &str, family: Family, run: &mut Run) -> Result<Found, Fault> {
        let resolver = self.inner.as_ref().map_err(Clone::clone)?;
        let name = absolute(name)?;
        let alive = Arc::new(AtomicBool::new(false));
        let watch = Watch { resolver: resolver.clone(), control: self.control.clone(), alive };
        let asked = ask(resolver, &name, family, run.deadline);
        let (answers, late) = match run.deadline.bound(watch.beside(asked, run.deadline)).await {
            Ok(answered) => answered,
            Err(_) => ([Some(Err(NetError::Timeout)), Some(Err(NetError::Timeout))], None),
        };
        let found: Vec<IpAddr> =
            answers.iter().flatten().flatten().flat_map(addresses_in).take(ADDRESSES_MAX).collect();
        if !found.is_empty() {
            run.note("resolved", &format!("{found:?}"));
            let late = late.map(|asking| Late::new(asking, watch, run.deadline));
            return Ok(Found { addresses: found, other: Other::of(answers, late) });
        }
        let fault = fault_of(answers);
        if fault.reason != Reason::DnsTimeout || watch.is_alive() || watch.answers(run.deadline).await {
            return Err(fault);
        }
        Err(Fault::new(Reason::SelfResolver, OPERATION, SILENT))
    }
}

/// Whether the resolver answers anything at all, seen by asking it something else.
#[derive(Clone, Debug)]
struct Watch {
    resolver: TokioResolver,
    control: (Name, RecordType),
    alive: Arc<AtomicBool>,
}

impl Watch {
    /// Does `work`, and puts the control question beside it if it takes long.
    async fn beside<W: Future>(&self, work: W, deadline: Deadline) -> W::Output {
        let mut work = pin!(work);
        let patience = deadline.sooner(PATIENCE.min(deadline.remaining() / 3));
        if let Ok(done) = patience.bound(work.as_mut()).await {
            return done;
        }
        let watch = async {
            if self.is_answered().await {
                self.alive.store(true, Ordering::Relaxed);
            }
            pending::<()>().await;
        };
        tokio::select! {
            done = work => done,
            () = watch => unreachable!("it never ends"),
        }
    }

    fn is_alive(&self) -> bool {
        self.alive.load(Ordering::Relaxed)
    }

    /// Whether the resolver answers the control question in what is left of the run.
    async fn answers(&self, deadline: Deadline) -> bool {
        deadline.sooner(REPEAT_AFTER).bound(self.is_answered()).await.unwrap_or(false)
    }

    /// Any answer will do, also that there is no such name.
    async fn is_answered(&self) -> bool {
        let (name, kind) = self.control.clone();
        matches!(self.resolver.lookup(name, kind).await, Ok(_) | Err(NetError::Dns(_)))
    }
}

/// The addresses of a name, and what is known of the family that brought none.
#[derive(Debug)]
pub struct Found {
    /// IPv6 and IPv4, in the resolver's order.
    pub addresses: Vec<IpAddr>,
    /// The family that is not among them.
    pub other: Other,
}

/// What became of the question for the other family.
#[derive(Debug)]
pub enum Other {
    /// It was answered, or not wanted: there are no more addresses.
    Answered,
    /// We could not ask, by our own fault: the portal may have more addresses.
    Unasked(Fault),
    /// The answer is still awaited.
    Late(Box<Late>),
}

impl Other {
    fn of(answers: [Option<Answer>; 2], late: Option<Late>) -> Self {
        if let Some(late) = late {
            return Self::Late(Box::new(late));
        }
        let fault = fault_of(answers);
        if fault.is_ours() { Self::Unasked(fault) } else { Self::Answered }
    }
}

/// An answer that is still awaited.
pub struct Late {
    asking: Pin<Box<dyn Future<Output = Answer> + Send>>,
    watch: Watch,
}

impl fmt::Debug for Late {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Late").finish_non_exhaustive()
    }
}

impl Late {
    fn new(asking: Asking, watch: Watch, deadline: Deadline) -> Self {
        let beside = watch.clone();
        Self { asking: Box::pin(async move { beside.beside(asking, deadline).await }), watch }
    }

    /// Waits for the answer; may be dropped and called again before it came. Not to be called after.
    ///
    /// # Errors
    /// A fault of our own that kept the answer from coming; what is the name's own fault is no address.
    pub(crate) async fn addresses(&mut self) -> Result<Vec<IpAddr>, Fault> {
        match self.asking.as_mut().await {
            Ok(lookup) => Ok(addresses_in(&lookup).take(ADDRESSES_MAX).collect()),
            Err(NetError::Timeout) => self.silence().map_or_else(|| Ok(Vec::new()), Err),
            Err(error) => {
                let fault = Fault::new(reason_of(&error), OPERATION, error);
                if fault.is_ours() { Err(fault) } else { Ok(Vec::new()) }
            }
        }
    }

    /// Where no answer came: our own fault, unless the resolver was seen to answer something else meanwhile.
    pub(crate) fn silence(&self) -> Option<Fault> {
        (!self.watch.is_alive()).then(|| Fault::new(Reason::SelfResolver, OPERATION, SILENT))
    }
}

/// Asks for the wanted families: `[AAAA, A]`. Once one has brought addresses the other has [`OTHER_FAMILY`] left; where
/// that is not enough its question is given back.
async fn ask(
    resolver: &TokioResolver,
    name: &Name,
    family: Family,
    deadline: Deadline,
) -> ([Option<Answer>; 2], Option<Asking>) {
    let question = |record| -> Asking {
        let (resolver, name) = (resolver.clone(), name.clone());
        Box::pin(async move { resolver.lookup(name, record).await })
    };
    let (mut v6, mut v4) = match family {
        Family::V4 => return ([None, Some(question(RecordType::A).await)], None),
        Family::V6 => return ([Some(question(RecordType::AAAA).await), None], None),
        Family::Any => (question(RecordType::AAAA), question(RecordType::A)),
    };
    tokio::select! {
        first = &mut v6 => {
            let (other, late) = in_time(v4, &first, deadline).await;
            ([Some(first), other], late)
        }
        first = &mut v4 => {
            let (other, late) = in_time(v6, &first, deadline).await;
            ([other, Some(first)], late)
        }
    }
}

/// The other family's answer, or its question where it would have to be waited for longer.
async fn in_time(mut other: Asking, first: &Answer, deadline: Deadline) -> (Option<Answer>, Option<Asking>) {
    let has_addresses = first.as_ref().is_ok_and(|lookup| addresses_in(lookup).next().is_some());
    let patience = if has_addresses { deadline.sooner(OTHER_FAMILY) } else { deadline };
    match patience.bound(&mut other).await {
        Ok(answer) => (Some(answer), None),
        Err(_) => (None, Some(other)),
    }
}

fn addresses_in(lookup: &Lookup) -> impl Iterator<Item = IpAddr> + '_ {
    lookup.answers().iter().filter_map(|record| record.data.ip_addr())
}

/// A name as it is asked for: search domains are for people's shells.
fn absolute(name: &str) -> Result<Name, Fault> {
    let mut name =
        Name::from_utf8(name).map_err(|error| Fault::new(Reason::DnsNoAddress, OPERATION, error))?;
    name.set_fqdn(true);
    Ok(name)
}

fn system() -> Result<(ResolverConfig, ResolverOpts), NetError> {
    hickory_resolver::system_conf::read_system_conf()
}

fn servers_in(config: &ResolverConfig) -> Vec<SocketAddr> {
    let port =
        |server: &NameServerConfig| server.connections.first().map_or(53, |connection| connection.port);
    config.name_servers().iter().map(|server| SocketAddr::new(server.ip, port(server))).collect()
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

fn measuring(mut options: ResolverOpts) -> ResolverOpts {
    options.cache_size = 0;
    options.timeout = REPEAT_AFTER;
    options.attempts = REPEATS;
    options
}

/// Why two answers without addresses are a fault. A name that does not exist has no address of either family. Short of
/// that, where we could not ask for one family the answer for the other proves nothing. A server that stumbled outweighs
/// one that was silent.
fn fault_of([v6, v4]: [Option<Answer>; 2]) -> Fault {
    let errors = [v4, v6].into_iter().flatten().filter_map(Result::err);
    let faults = errors.map(|error| Fault::new(reason_of(&error), OPERATION, error));
    let weight = |fault: &Fault| match fault.reason {
        Reason::DnsNxdomain => 0,
        Reason::DnsServfail | Reason::DnsRefused => 2,
        Reason::DnsTimeout => 3,
        Reason::DnsNoAddress => 4,
        _ => 1,
    };
    let nothing = || Fault::new(Reason::DnsNoAddress, OPERATION, "the name has no address");
    faults.min_by_key(weight).unwrap_or_else(nothing)
}

/// What an answer without addresses means. A resolver that cannot be spoken to is ours, whatever is wrong with it.
fn reason_of(error: &NetError) -> Reason {
    match error {
        NetError::Dns(DnsError::NoRecordsFound(none)) => match none.response_code {
            ResponseCode::NXDomain => Reason::DnsNxdomain,
            _ => Reason::DnsNoAddress,
        },
        NetError::Dns(DnsError::ResponseCode(ResponseCode::Refused)) => Reason::DnsRefused,
        NetError::Dns(_) | NetError::Truncated | NetError::Proto(_) => Reason::DnsServfail,
        NetError::Timeout => Reason::DnsTimeout,
        NetError::Io(error) => match Stage::Connect.reason(error) {
            exhausted @ (Reason::SelfFdExhausted | Reason::SelfMemory | Reason::SelfOverloaded) => exhausted,
            _ => Reason::SelfResolver,
        },
        _ => Reason::SelfResolver,
    }
}

fn ours(fault: &Fault) -> Fault {
    Fault::new(Reason::SelfResolver, "read resolver configuration", fault)
}

#[cfg(test)]
mod tests {
    use std::io;

    use nix::errno::Errno;

    use super::*;

    #[test]
    fn what_a_resolver_says_has_its_reason() {
        let io = |code: Errno| NetError::Io(Arc::new(io::Error::from_raw_os_error(code as i32)));
        let code = |code| NetError::Dns(DnsError::ResponseCode(code));
        let cases = [
            (code(ResponseCode::ServFail), Reason::DnsServfail),
            (code(ResponseCode::FormErr), Reason::DnsServfail),
            (code(ResponseCode::Refused), Reason::DnsRefused),
            (NetError::Timeout, Reason::DnsTimeout),
            (NetError::NoConnections, Reason::SelfResolver),
            (io(Errno::ECONNREFUSED), Reason::SelfResolver),
            (io(Errno::ENETUNREACH), Reason::SelfResolver),
            (io(Errno::EMFILE), Reason::SelfFdExhausted),
            (io(Errno::ENOBUFS), Reason::SelfMemory),
        ];
        for (error, reason) in cases {
            assert_eq!(reason_of(&error), reason, "{error}");
        }
    }

    #[test]
    fn the_more_telling_of_two_answers_is_told() {
        let servfail = || Some(Err(NetError::Dns(DnsError::ResponseCode(ResponseCode::ServFail))));
        let timeout = || Some(Err(NetError::Timeout));
        assert_eq!(fault_of([timeout(), servfail()]).reason, Reason::DnsServfail);
        assert_eq!(fault_of([servfail(), timeout()]).reason, Reason::DnsServfail);
        assert_eq!(fault_of([timeout(), None]).reason, Reason::DnsTimeout);
        let exhausted = Some(Err(NetError::from(io::Error::from_raw_os_error(24))));
        assert_eq!(fault_of([servfail(), exhausted]).reason, Reason::SelfFdExhausted);
        assert_eq!(fault_of([None, None]).reason, Reason::DnsNoAddress);
    }

    #[test]
    fn a_family_that_we_could_not_ask_for_is_remembered_and_an_absent_one_is_not() {
        let exhausted = || Some(Err(NetError::from(io::Error::from_raw_os_error(24))));
        for answers in [[exhausted(), None], [None, exhausted()]] {
            let Other::Unasked(fault) = Other::of(answers, None) else { panic!("it is forgotten") };
            assert_eq!(fault.reason, Reason::SelfFdExhausted);
        }
        let servfail = Some(Err(NetError::Dns(DnsError::ResponseCode(ResponseCode::ServFail))));
        assert!(matches!(Other::of([servfail, None], None), Other::Answered));
    }
}
