//! The `tcp` kind: whether a port can be connected to, over TLS if wanted, and whether what answers says what it should.
//!
//! `settings` is what stands in files and its checked form, `dialogue` holds the conversation, `judge` says what it
//! means.

pub mod dialogue;
pub mod judge;
pub mod settings;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::model::facts::{AddressFacts, Facts, TlsFacts};
use crate::model::fault::Fault;
use crate::model::finding::Assessment;
use crate::model::phase::{Phase, Phases};
use crate::model::status::Status;
use crate::model::text::Text;
use crate::net::route::Reach;
use crate::net::run::Run;
use crate::net::stream::Stream;
use crate::net::tls::Alpn;
use crate::pki;
use crate::probe::tcp::dialogue::{Channel, Dialogue, Heard, Turn};
use crate::probe::tcp::settings::Plan;
use crate::probe::{Probe, Tools};

/// What it measures.
pub const TCP_SUMMARY: Text = Text {
    vi: "một cổng TCP có kết nối được không, và dịch vụ ở đó có trả lời đúng không",
    en: "whether a TCP port can be connected to, and whether the service there answers as it should",
};

/// A `tcp` probe.
#[derive(Debug)]
pub struct TcpProbe {
    plan: Plan,
}

/// The facts of one run.
#[derive(Debug, Default)]
pub struct Seen {
    /// The target's addresses.
    pub addresses: Vec<AddressFacts>,
    /// Time spent in each phase.
    pub phases: Phases,
    /// The TLS handshake, if there was one.
    pub tls: Option<TlsFacts>,
    /// Every expectation and what became of it.
    pub heard: Vec<Heard>,
    /// Why it ended early.
    pub fault: Option<Fault>,
}

impl TcpProbe {
    /// A probe that does what the plan says.
    #[must_use]
    pub const fn new(plan: Plan) -> Self {
        Self { plan }
    }

    /// Holds the dialogue to its end, to the first thing that is not as it should be, or to a fault.
    async fn talk(&self, stream: Stream, tools: &Tools, run: &mut Run, seen: &mut Seen) -> Result<(), Fault> {
        let mut channel = Channel::Plain(stream);
        if self.plan.secure {
            channel = self.secure(channel, tools, run, seen).await?;
        }
        let mut dialogue = Dialogue::begin();
        let ended = async {
            for act in &self.plan.acts {
                match dialogue.act(act, &mut channel, run).await? {
                    Turn::Done => {}
                    Turn::Mismatch => break,
                    Turn::StartTls => {
                        channel = self.secure(channel, tools, run, seen).await?;
                        dialogue.pause(seen.phases.get(Phase::Tls).unwrap_or_default());
                    }
                }
            }
            Ok(())
        }
        .await;
        dialogue.end();
        seen.phases.add_all(&dialogue.phases);
        seen.heard = dialogue.heard;
        ended
    }

    async fn secure(
        &self,
        channel: Channel,
        tools: &Tools,
        run: &mut Run,
        seen: &mut Seen,
    ) -> Result<Channel, Fault> {
        let Channel::Plain(stream) = channel else { return Ok(channel) };
        let (host, policy) = (&self.plan.endpoint.host, &self.plan.route.tls);
        let secured = tools.net.secure(stream, host, policy, Alpn::None, run).await;
        seen.phases.add(Phase::Tls, secured.spent);
        if let Some(chain) = &secured.facts.chain {
            pki::certificates(chain);
        }
        seen.tls = Some(secured.facts);
        secured.stream.map(|stream| Channel::Secure(Box::new(stream)))
    }
}

impl Probe for TcpProbe {
    type Observation = Seen;

    async fn observe(&self, tools: &Tools, run: &mut Run) -> Result<Seen, Fault> {
        let mut dial = tools.net.dial(&self.plan.endpoint, &self.plan.route, Reach::Configured, run).await;
        let mut seen = Seen { addresses: dial.addresses, phases: dial.phases, ..Seen::default() };
        let ended = match dial.stream {
            Ok(stream) => self.talk(stream, tools, run, &mut seen).await,
            Err(fault) => Err(fault),
        };
        dial.stragglers.settle(&mut seen.addresses, run).await;
        match ended {
            Ok(()) => Ok(seen),
            Err(fault) if fault.is_ours() => Err(fault),
            Err(fault) => Ok(Seen { fault: Some(fault), ..seen }),
        }
    }

    fn assess(&self, seen: &Seen, now: DateTime<Utc>) -> Assessment {
        judge::assess(&self.plan, seen, now)
    }

    fn phases(&self, seen: &Seen) -> Phases {
        seen.phases
    }

    fn facts(&self, seen: Seen, _: Status) -> Facts {
        let told =
            |heard: &Heard| json!({"expected": heard.expected, "found": heard.found, "fits": heard.fits});
        let heard: Vec<Value> = seen.heard.iter().map(told).collect();
        Facts {
            addresses: seen.addresses,
            tls: seen.tls,
            more: [("tcp", json!({"dialogue": heard}))].into(),
            ..Facts::default()
        }
    }

    fn target(&self) -> String {
        self.plan.endpoint.to_string()
    }

    fn hosts(&self) -> Vec<String> {
        vec![self.plan.endpoint.to_string()]
    }
}
