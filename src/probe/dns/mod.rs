//! The `dns` kind: a record as a citizen's computer gets it, whether all name servers of the zone agree, and whether its
//! signatures hold.
//!
//! `settings` is what stands in files, `plan` its checked form; `wire` asks one server, `asking` decides whom;
//! `servers` and `dnssec` look further; `judge` says what all that means.

pub mod anchors;
pub mod asking;
pub mod dnssec;
pub mod judge;
pub mod plan;
pub mod records;
pub mod servers;
pub mod settings;
pub mod wildcard;
pub mod wire;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use hickory_proto::op::ResponseCode;
use serde_json::{Value, json};

use crate::model::facts::Facts;
use crate::model::fault::Fault;
use crate::model::finding::Assessment;
use crate::model::phase::{Phase, Phases};
use crate::model::reason::Reason;
use crate::model::status::Status;
use crate::model::text::{Text, presentable};
use crate::net::run::Run;
use crate::probe::dns::asking::Asker;
use crate::probe::dns::dnssec::{Validated, validate};
use crate::probe::dns::plan::Plan;
use crate::probe::dns::records::{Answers, bare};
use crate::probe::dns::servers::{ServerSeen, ZoneSeen};
use crate::probe::dns::wire::{Question, Reply};
use crate::probe::{Probe, Tools};

/// What it measures.
pub const DNS_SUMMARY: Text = Text {
    vi: "tên miền phân giải ra gì, các máy chủ tên có khớp nhau và chữ ký DNSSEC có đúng không",
    en: "what a name resolves to, whether its name servers agree and its DNSSEC signatures hold",
};

/// How many answers are shown.
const SHOWN_MAX: usize = 32;
/// How many characters of an answer are shown.
const ANSWER_MAX: usize = 255;

/// A `dns` probe.
#[derive(Debug)]
pub struct DnsProbe {
    plan: Plan,
}

/// The facts of one run.
#[derive(Debug)]
pub struct Seen {
    /// The answer, or the portal's fault that kept it from coming.
    pub answer: Result<Answer, Fault>,
    /// The zone's own name servers, where they are compared.
    pub zone: Option<Result<ZoneSeen, Fault>>,
    /// What the signatures say, where they are checked.
    pub validated: Option<Validated>,
}

/// What the resolver answered.
#[derive(Debug)]
pub struct Answer {
    /// Response code.
    pub rcode: ResponseCode,
    /// The records that answer the question.
    pub answers: Answers,
    /// Whether the server holds the zone itself.
    pub authoritative: bool,
    /// How long it took.
    pub latency: Duration,
    /// `udp` or `tcp`.
    pub transport: &'static str,
    /// Who answered.
    pub server: SocketAddr,
}

impl DnsProbe {
    /// A probe that does what the plan says.
    #[must_use]
    pub const fn new(plan: Plan) -> Self {
        Self { plan }
    }

    fn asker(&self, tools: &Tools, run: &Run) -> Asker {
        let servers: Arc<[SocketAddr]> = match self.plan.server {
            Some(server) => Arc::new([server]),
            None => tools.net.resolver.servers().into(),
        };
        Asker {
            servers,
            guard: Arc::clone(&tools.net.guard),
            transport: self.plan.transport,
            control: tools.net.resolver.control().clone(),
            deadline: run.deadline,
        }
    }

    fn answer_of(&self, reply: &Reply) -> Answer {
        Answer {
            rcode: reply.message.metadata.response_code,
            answers: Answers::of(&reply.message, &self.plan.name, self.plan.record),
            authoritative: reply.message.metadata.authoritative,
            latency: reply.spent,
            transport: reply.transport.as_str(),
            server: reply.server,
        }
    }

    /// Looks at signatures and name servers at the same time.
    async fn look_further(&self, asker: &Asker) -> (Option<Validated>, Option<Result<ZoneSeen, Fault>>) {
        let plan = &self.plan;
        let signatures = async {
            match &plan.validation {
                Some(validation) => Some(validate(asker, &plan.name, plan.record, &validation.anchors).await),
                None => None,
            }
        };
        let zone = async {
            match &plan.name_servers {
                Some(glue) => Some(servers::look(asker, plan, glue).await),
                None => None,
            }
        };
        tokio::join!(signatures, zone)
    }
}

impl Probe for DnsProbe {
    type Observation = Seen;

    async fn observe(&self, tools: &Tools, run: &mut Run) -> Result<Seen, Fault> {
        let asker = self.asker(tools, run);
        let recursion = self.plan.recursion.0;
        let question = Question { recursion, ..Question::plain(self.plan.name.clone(), self.plan.record) };
        let asked = if recursion { asker.ask_resolver(&question).await } else { asker.ask(&question).await };
        let answer = match asked {
            Ok(reply) => Ok(self.answer_of(&reply)),
            Err(fault) if fault.is_ours() => return Err(fault),
            Err(fault) => Err(fault),
        };
        let Ok(answer) = answer else {
            return Ok(Seen { answer, zone: None, validated: None });
        };
        run.note(
            "answered",
            &format!("{} by {} over {}", rcode_word(answer.rcode), answer.server, answer.transport),
        );
        let (validated, zone) = self.look_further(&asker).await;
        if validated.is_some() || zone.is_some() {
            run.note("looked further", "signatures and name servers");
        }
        Ok(Seen { answer: Ok(answer), zone, validated })
    }

    fn assess(&self, seen: &Seen, _now: DateTime<Utc>) -> Assessment {
        judge::assess(&self.plan, seen)
    }

    fn phases(&self, seen: &Seen) -> Phases {
        let mut phases = Phases::default();
        if let Ok(answer) = &seen.answer {
            phases.add(Phase::Resolve, answer.latency);
        }
        phases
    }

    fn facts(&self, seen: Seen, _: Status) -> Facts {
        let mut shown = json!({"name": bare(&self.plan.name), "record": self.plan.record.to_string()});
        let mut put = |key: &str, value: Value| shown[key] = value;
        if let Ok(answer) = &seen.answer {
            put("server", json!(answer.server));
            put("transport", json!(answer.transport));
            put("rcode", json!(rcode_word(answer.rcode)));
            put("authoritative", json!(answer.authoritative));
            put("latency_seconds", json!(answer.latency.as_secs_f64()));
            put("ttl_seconds", json!(answer.answers.ttl));
            put("aliases", json!(shortened(answer.answers.aliases.iter())));
            put("answers", json!(shortened(answer.answers.set.iter())));
            put("answers_total", json!(answer.answers.set.len()));
        }
        if let Some(Ok(zone)) = &seen.zone {
            let servers: Vec<Value> = zone.servers.iter().map(shown_server).collect();
            put("zone", json!(presentable(&zone.zone, ANSWER_MAX)));
            put("name_servers", json!(servers));
        }
        if let Some(validated) = &seen.validated {
            put("dnssec", json!(validated));
        }
        Facts { more: [("dns", shown)].into(), ..Facts::default() }
    }

    fn target(&self) -> String {
        let server = self.plan.server.map_or_else(String::new, |server| format!(" @{server}"));
        format!("{} {}{server}", bare(&self.plan.name), self.plan.record)
    }

    fn hosts(&self) -> Vec<String> {
        self.plan.server.iter().map(ToString::to_string).collect()
    }
}

fn shortened<'a>(texts: impl Iterator<Item = &'a String>) -> Vec<String> {
    texts.take(SHOWN_MAX).map(|text| presentable(text, ANSWER_MAX)).collect()
}

fn shown_server(server: &ServerSeen) -> Value {
    let mut shown = json!({"name": presentable(&server.name, ANSWER_MAX), "address": server.address});
    match &server.said {
        Ok(said) => {
            shown["serial"] = json!(said.serial);
            shown["authoritative"] = json!(said.authoritative);
            shown["latency_seconds"] = json!(said.latency.as_secs_f64());
            shown["rcode"] = json!(rcode_word(said.rcode));
            shown["answers_total"] = json!(said.answers.len());
            shown["reason"] = json!("");
        }
        Err(fault) => shown["reason"] = json!(fault.reason.as_str()),
    }
    shown
}

/// A response code as it is written in files.
fn rcode_word(rcode: ResponseCode) -> String {
    match rcode {
        ResponseCode::NoError => "noerror".to_owned(),
        ResponseCode::NXDomain => "nxdomain".to_owned(),
        ResponseCode::ServFail => "servfail".to_owned(),
        ResponseCode::Refused => "refused".to_owned(),
        ResponseCode::FormErr => "formerr".to_owned(),
        ResponseCode::NotImp => "notimp".to_owned(),
        other => format!("rcode {}", u16::from(other)),
    }
}

/// The reason a response code stands for where another was expected.
const fn rcode_reason(rcode: ResponseCode) -> Reason {
    match rcode {
        ResponseCode::NXDomain => Reason::DnsNxdomain,
        ResponseCode::ServFail => Reason::DnsServfail,
        ResponseCode::Refused => Reason::DnsRefused,
        _ => Reason::DnsMismatch,
    }
}
