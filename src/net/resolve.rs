//! Names to addresses, by hickory; answers are never cached, so that what is measured is what a new visitor gets.
//!
//! Where a name brings no answer in time, the resolver is asked something else meanwhile: one that answers that is well,
//! and the name's own servers are not; one that answers nothing is our own trouble.

use std::future::{Future, pending};
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
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
use crate::net::deadline::{Deadline, Elapsed};
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

/// What one question brought.
type Answer = Result<Lookup, NetError>;

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

    /// All addresses of a name, IPv6 and IPv4, in the resolver's order, at most 32.
    ///
    /// # Errors
    /// A `dns_*` reason, or one of our own where no server answers any question.
    pub async fn addresses(&self, name: &str, run: &mut Run) -> Result<Vec<IpAddr>, Fault> {
        let resolver = self.inner.as_ref().map_err(Clone::clone)?;
        let name = absolute(name)?;
        let alive = AtomicBool::new(false);
        let asked = both(resolver, &name, run.deadline);
        let [v6, v4] =
            match run.deadline.bound(self.while_watching(resolver, asked, &alive, run.deadline)).await {
                Ok(answers) => answers,
                Err(_) => [Some(Err(NetError::Timeout)), Some(Err(NetError::Timeout))],
            };
        let found: Vec<IpAddr> =
            [&v6, &v4].into_iter().flatten().flatten().flat_map(addresses_in).take(ADDRESSES_MAX).collect();
        if !found.is_empty() {
            run.note("resolved", &format!("{found:?}"));
            return Ok(found);
        }
        let fault = fault_of(v6, v4);
        if fault.reason != Reason::DnsTimeout
            || alive.load(Ordering::Relaxed)
            || self.answers(resolver, run).await
        {
            return Err(fault);
        }
        Err(Fault::new(Reason::SelfResolver, OPERATION, "no name server answers any question"))
    }

    /// Does `work`, and puts the control question beside it if it takes long.
    async fn while_watching<W: Future>(
        &self,
        resolver: &TokioResolver,
        work: W,
        alive: &AtomicBool,
        deadline: Deadline,
    ) -> W::Output {
        let mut work = pin!(work);
        let patience = deadline.sooner(PATIENCE.min(deadline.remaining() / 3));
        if let Ok(done) = patience.bound(work.as_mut()).await {
            return done;
        }
        let watch = async {
            if self.is_answered(resolver).await {
                alive.store(true, Ordering::Relaxed);
            }
            pending::<()>().await;
        };
        tokio::select! {
            done = work => done,
            () = watch => unreachable!("it never ends"),
        }
    }

    /// Whether the resolver answers the control question in what is left of the run.
    async fn answers(&self, resolver: &TokioResolver, run: &Run) -> bool {
        run.deadline.sooner(REPEAT_AFTER).bound(self.is_answered(resolver)).await.unwrap_or(false)
    }

    /// Any answer will do, also that there is no such name.
    async fn is_answered(&self, resolver: &TokioResolver) -> bool {
        let (name, kind) = self.control.clone();
        matches!(resolver.lookup(name, kind).await, Ok(_) | Err(NetError::Dns(_)))
    }
}

/// Both families at once: `[AAAA, A]`. Once one has brought addresses the other has [`OTHER_FAMILY`] left; it is `None`
/// where that was not enough.
async fn both(resolver: &TokioResolver, name: &Name, deadline: Deadline) -> [Option<Answer>; 2] {
    let mut v6 = pin!(resolver.lookup(name.clone(), RecordType::AAAA));
    let mut v4 = pin!(resolver.lookup(name.clone(), RecordType::A));
    tokio::select! {
        answer = v6.as_mut() => {
            let other = in_time(v4, &answer, deadline).await;
            [Some(answer), other.ok()]
        }
        answer = v4.as_mut() => {
            let other = in_time(v6, &answer, deadline).await;
            [other.ok(), Some(answer)]
        }
    }
}

async fn in_time(
    other: impl Future<Output = Answer>,
    first: &Answer,
    deadline: Deadline,
) -> Result<Answer, Elapsed> {
    let has_addresses = first.as_ref().is_ok_and(|lookup| addresses_in(lookup).next().is_some());
    let patience = if has_addresses { deadline.sooner(OTHER_FAMILY) } else { deadline };
    patience.bound(other).await
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
fn fault_of(v6: Option<Answer>, v4: Option<Answer>) -> Fault {
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
    use std::sync::Arc;

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
        assert_eq!(fault_of(timeout(), servfail()).reason, Reason::DnsServfail);
        assert_eq!(fault_of(servfail(), timeout()).reason, Reason::DnsServfail);
        assert_eq!(fault_of(timeout(), None).reason, Reason::DnsTimeout);
        let exhausted = Some(Err(NetError::from(io::Error::from_raw_os_error(24))));
        assert_eq!(fault_of(servfail(), exhausted).reason, Reason::SelfFdExhausted);
        assert_eq!(fault_of(None, None).reason, Reason::DnsNoAddress);
    }
}
