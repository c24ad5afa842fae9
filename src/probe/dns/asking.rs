//! Whom to ask, in which order, and whose fault silence is.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hickory_proto::op::ResponseCode;
use hickory_proto::rr::{Name, RecordType};

use crate::model::fault::Fault;
use crate::model::reason::Reason;
use crate::net::deadline::Deadline;
use crate::net::guard::Guard;
use crate::net::route::Reach;
use crate::probe::dns::settings::Transport;
use crate::probe::dns::wire::{Question, Reply, ask};

/// How long one of several resolvers may keep silent before the next is asked.
const NEXT_SERVER_AFTER: Duration = Duration::from_secs(2);

/// The resolvers of a run.
#[derive(Clone, Debug)]
pub struct Asker {
    /// Whom to ask, in this order.
    pub servers: Arc<[SocketAddr]>,
    /// Which addresses may be asked.
    pub guard: Arc<Guard>,
    /// How questions travel.
    pub transport: Transport,
    /// What is asked to see whether a resolver answers anything.
    pub control: (Name, RecordType),
    /// When all must be over.
    pub deadline: Deadline,
}

impl Asker {
    /// Asks one server after the other until one answers.
    ///
    /// # Errors
    /// The fault of the last server; `self_resolver` if there is none to ask.
    pub async fn ask(&self, question: &Question) -> Result<Reply, Fault> {
        let mut last = Fault::new(Reason::SelfResolver, "ask", "no resolver is configured");
        for (index, server) in self.servers.iter().enumerate() {
            let left = u32::try_from(self.servers.len() - index).unwrap_or(u32::MAX);
            let deadline = match left {
                1 => self.deadline,
                _ => self.deadline.sooner(NEXT_SERVER_AFTER.min(self.deadline.remaining() / left)),
            };
            match self.ask_at(*server, Reach::Configured, question, deadline).await {
                Ok(reply) => return Ok(reply),
                Err(fault) => last = fault,
            }
        }
        Err(last)
    }

    /// Asks a certain server, if its address is allowed.
    ///
    /// # Errors
    /// `address_denied`, or what [`ask`] says.
    pub async fn ask_at(
        &self,
        server: SocketAddr,
        reach: Reach,
        question: &Question,
        deadline: Deadline,
    ) -> Result<Reply, Fault> {
        self.guard.admit(server.ip(), reach).map_err(|_| {
            Fault::new(Reason::AddressDenied, "ask", "this address may not be contacted").at(server)
        })?;
        ask(server, question, self.transport, deadline).await
    }

    /// Asks a resolver and finds out whose fault silence is: where the resolver answers another question meanwhile,
    /// the name's own servers are silent (`dns_timeout`); where it does not, it is the resolver (`self_resolver`).
    ///
    /// # Errors
    /// As [`Asker::ask`].
    pub async fn ask_resolver(&self, question: &Question) -> Result<Reply, Fault> {
        let mut answer = pin!(self.ask(question));
        let patience = self.deadline.sooner(self.deadline.remaining() / 2);
        if let Ok(early) = patience.bound(answer.as_mut()).await {
            return early.map_err(unreachable_is_ours);
        }
        let (late, alive) = tokio::join!(answer, self.is_alive());
        late.map_err(|fault| {
            if fault.reason != Reason::DnsTimeout {
                unreachable_is_ours(fault)
            } else if alive {
                Fault {
                    detail: "the resolver answers, but found nobody who answers for this name".to_owned(),
                    ..fault
                }
            } else {
                Fault {
                    reason: Reason::SelfResolver,
                    detail: "the resolver answers no question".to_owned(),
                    ..fault
                }
            }
        })
    }

    /// Whether the resolver answers a question that every resolver can answer.
    async fn is_alive(&self) -> bool {
        let (name, record) = self.control.clone();
        let control = Question::plain(name, record);
        let reply = self.ask(&control).await;
        reply.is_ok_and(|reply| reply.message.metadata.response_code != ResponseCode::ServFail)
    }
}

/// A resolver that cannot be reached at all is our own trouble.
fn unreachable_is_ours(fault: Fault) -> Fault {
    match fault.reason {
        Reason::ConnectRefused
        | Reason::ConnectTimeout
        | Reason::ConnectionReset
        | Reason::ConnectionClosed => Fault { reason: Reason::SelfResolver, ..fault },
        _ => fault,
    }
}
