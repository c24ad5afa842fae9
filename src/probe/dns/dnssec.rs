//! Whether an answer's signatures hold, from a trust anchor down. The validating is hickory's; the questions travel by
//! our own wire, so that they share the run's deadline and bounds.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use hickory_net::dnssec::DnssecDnsHandle;
use hickory_net::runtime::{RuntimeProvider, Time, TokioRuntimeProvider};
use hickory_net::xfer::DnsResponseStream;
use hickory_net::xfer::{DnsHandle, FirstAnswer};
use hickory_net::{DnsError, NetError};
use hickory_proto::dnssec::rdata::{DNSKEY, DNSSECRData, RRSIG};
use hickory_proto::dnssec::{Proof, TrustAnchors, Verifier};
use hickory_proto::op::{DnsRequest, DnsRequestOptions, DnsResponse, Message, Query, ResponseCode};
use hickory_proto::rr::{DNSClass, Name, RData, Record, RecordType, SerialNumber};
use serde::Serialize;

use crate::model::text::presentable;
use crate::probe::dns::anchors::Anchor;
use crate::probe::dns::asking::Asker;
use crate::probe::dns::records::bare;
use crate::probe::dns::wildcard;
use crate::probe::dns::wire::Question;

/// How many questions the validating of one answer may ask.
const QUESTIONS_MAX: usize = 100;
/// The longest detail, in characters; it may hold names that a server sent.
const DETAIL_MAX: usize = 300;

/// What the signatures say (RFC 4035 §4.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Security {
    /// Signed, and every signature holds up to the anchor.
    Secure,
    /// Proven to be unsigned: the chain ends above it in good order.
    Insecure,
    /// It should be signed, and is not, or wrongly.
    Bogus,
    /// Could not be found out.
    Indeterminate,
}

/// What the signatures say, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Validated {
    /// What they say.
    pub state: Security,
    /// Why, for people; empty when secure.
    pub detail: String,
}

impl Validated {
    fn new(state: Security, detail: impl Into<String>) -> Self {
        Self { state, detail: presentable(&detail.into(), DETAIL_MAX) }
    }
}

/// Checks the signatures of the answer to a question.
pub async fn validate(asker: &Asker, name: &Name, record: RecordType, anchors: &[Anchor]) -> Validated {
    let wire = Wire {
        asker: asker.clone(),
        asked: Arc::new(AtomicUsize::new(0)),
        failed: Arc::new(AtomicBool::new(false)),
    };
    let trusted = match trusted_keys(asker, name, anchors).await {
        Ok(trusted) => trusted,
        Err(verdict) => return verdict,
    };
    let handle = DnssecDnsHandle::with_trust_anchor(wire.clone(), Arc::new(trusted));
    let lookup = handle.lookup(Query::query(name.clone(), record), DnsRequestOptions::default());
    let Ok(result) = asker.deadline.bound(lookup.first_answer()).await else {
        return Validated::new(Security::Indeterminate, "there was no time left to check the signatures");
    };
    let verdict = verdict_on(result, name);
    if verdict.state == Security::Bogus && wire.failed.load(Ordering::Relaxed) {
        // A key that could not be fetched is no proof of a wrong signature.
        return Validated::new(Security::Indeterminate, "a key or signature on the way could not be fetched");
    }
    verdict
}

/// What hickory found, as one word.
fn verdict_on(result: Result<DnsResponse, NetError>, name: &Name) -> Validated {
    match result {
        Ok(response) => verdict_on_records(&response),
        Err(NetError::Dns(DnsError::Nsec { proof, response, .. })) => match proof {
            _ if wildcard::is_proven(&response, name) => Validated::new(Security::Secure, ""),
            Proof::Bogus => Validated::new(
                Security::Bogus,
                why_bogus(&response, "the absence of the record is not proven"),
            ),
            _ => Validated::new(Security::Insecure, "the absence of the record is not signed"),
        },
        Err(error) => Validated::new(Security::Indeterminate, error.to_string()),
    }
}

fn verdict_on_records(response: &Message) -> Validated {
    let signed = |record: &&Record| record.record_type() != RecordType::RRSIG;
    let answers: Vec<&Record> = response.answers.iter().filter(signed).collect();
    let judged =
        if answers.is_empty() { response.authorities.iter().filter(signed).collect() } else { answers };
    let any = |proof: Proof| judged.iter().any(|record| record.proof == proof);
    if any(Proof::Bogus) {
        Validated::new(Security::Bogus, why_bogus(response, "no signature fits the keys of the zone"))
    } else if any(Proof::Indeterminate) || judged.is_empty() {
        Validated::new(Security::Indeterminate, "the answer holds nothing that could be checked")
    } else if any(Proof::Insecure) {
        Validated::new(Security::Insecure, "the zone is not signed")
    } else {
        Validated::new(Security::Secure, "")
    }
}

/// The most telling thing about signatures that do not hold.
fn why_bogus(response: &Message, otherwise: &str) -> String {
    let signatures: Vec<&RRSIG> = response.all_sections().filter_map(signature_in).collect();
    if signatures.is_empty() {
        return "there is no signature, though the parent zone says that there must be".to_owned();
    }
    let now = now();
    if signatures.iter().any(|signature| now > signature.input().sig_expiration) {
        "a signature has expired".to_owned()
    } else if signatures.iter().any(|signature| now < signature.input().sig_inception) {
        "a signature is not valid yet".to_owned()
    } else {
        otherwise.to_owned()
    }
}

fn signature_in(record: &Record) -> Option<&RRSIG> {
    match &record.data {
        RData::DNSSEC(DNSSECRData::RRSIG(signature)) => Some(signature),
        _ => None,
    }
}

fn key_in(record: &Record) -> Option<&DNSKEY> {
    match &record.data {
        RData::DNSSEC(DNSSECRData::DNSKEY(key)) => Some(key),
        _ => None,
    }
}

/// The wall clock that hickory itself judges signatures by, and so ours too: its validator asks its runtime's type for
/// the time (`Time::current_time` takes no `self`), so that no time can be handed in, and two clocks in one verdict would
/// be worse than one that is not the run's.
fn now() -> SerialNumber {
    let seconds = <<TokioRuntimeProvider as RuntimeProvider>::Timer as Time>::current_time();
    // Times of signatures are counted modulo 2^32 (RFC 4034 §3.1.5).
    SerialNumber::new(u32::try_from(seconds % (1 << 32)).unwrap_or_default())
}

/// The keys that hickory shall trust. It knows anchors only as whole keys, and would look for the parent of a zone whose
/// signing keys are not all anchors; so each anchored zone's keys are fetched and checked against the anchor here.
async fn trusted_keys(asker: &Asker, name: &Name, anchors: &[Anchor]) -> Result<TrustAnchors, Validated> {
    if anchors.is_empty() {
        // hickory knows the root's keys; asking for them shows whether the resolver hands on signatures at all.
        keys_of(asker, &Name::root()).await?;
        return Ok(TrustAnchors::default());
    }
    let mut trusted = TrustAnchors::empty();
    let mut zones: Vec<&Name> =
        anchors.iter().map(|anchor| &anchor.zone).filter(|zone| zone.zone_of(name)).collect();
    zones.sort();
    zones.dedup();
    for zone in zones {
        let reply = keys_of(asker, zone).await?;
        let of_zone: Vec<&Anchor> = anchors.iter().filter(|anchor| anchor.zone == *zone).collect();
        for key in checked_keys(zone, &reply, &of_zone)? {
            trusted.insert_with_name(key.public_key(), zone.into());
        }
    }
    Ok(trusted)
}

/// Fetches a zone's keys with their signatures. A resolver that takes no notice of DNSSEC proves nothing.
async fn keys_of(asker: &Asker, zone: &Name) -> Result<Message, Validated> {
    let cannot_tell = |detail: String| Validated::new(Security::Indeterminate, detail);
    let question = Question { signatures: true, ..Question::plain(zone.clone(), RecordType::DNSKEY) };
    let reply = asker.ask(&question).await.map_err(|fault| {
        cannot_tell(format!("the keys of \"{}\" could not be fetched: {fault}", bare(zone)))
    })?;
    let heeds = reply.message.edns.as_ref().is_some_and(|edns| edns.flags().dnssec_ok);
    if heeds {
        Ok(reply.message)
    } else {
        Err(cannot_tell("the resolver does not hand on signatures".to_owned()))
    }
}

/// The keys of a zone, if a key that an anchor vouches for has signed them.
fn checked_keys<'a>(
    zone: &Name,
    message: &'a Message,
    anchors: &[&Anchor],
) -> Result<Vec<&'a DNSKEY>, Validated> {
    let bogus = |detail: &str| Validated::new(Security::Bogus, format!("{detail} (zone \"{}\")", bare(zone)));
    let records: Vec<&Record> =
        message.answers.iter().filter(|record| record.name == *zone && key_in(record).is_some()).collect();
    let keys: Vec<&DNSKEY> = records.iter().filter_map(|record| key_in(record)).collect();
    let vouched: Vec<&DNSKEY> = keys
        .iter()
        .copied()
        .filter(|key| !key.revoke() && key.zone_key() && anchors.iter().any(|anchor| anchor.vouches_for(key)))
        .collect();
    if vouched.is_empty() {
        return Err(bogus("no key fits the trust anchor"));
    }
    if !vouched.iter().any(|key| key.algorithm().is_supported()) {
        return Err(Validated::new(Security::Insecure, "the trusted key's algorithm is not supported"));
    }
    let now = now();
    let holds = |signature: &RRSIG| {
        let input = signature.input();
        let in_time = now >= input.sig_inception && now <= input.sig_expiration;
        let about_keys = input.type_covered == RecordType::DNSKEY && input.signer_name == *zone;
        let by_trusted = vouched.iter().any(|key| {
            key.calculate_key_tag().is_ok_and(|tag| tag == input.key_tag)
                && key.verify_rrsig(zone, DNSClass::IN, signature, records.iter().copied()).is_ok()
        });
        in_time && about_keys && by_trusted
    };
    let signed = message.answers.iter().filter_map(signature_in).any(holds);
    if signed {
        Ok(keys)
    } else {
        Err(bogus(&why_bogus(message, "the zone's keys are not signed by the trusted key")))
    }
}

/// Our own wire in the form that hickory's validator asks through.
#[derive(Clone)]
struct Wire {
    asker: Asker,
    asked: Arc<AtomicUsize>,
    failed: Arc<AtomicBool>,
}

impl Wire {
    async fn answer(self, request: DnsRequest) -> Result<DnsResponse, NetError> {
        let query = request.queries.first().ok_or(NetError::Message("no question"))?;
        let question = Question { signatures: true, ..Question::plain(query.name.clone(), query.query_type) };
        let reply = if self.asked.fetch_add(1, Ordering::Relaxed) < QUESTIONS_MAX {
            self.asker.ask(&question).await.map_err(|fault| fault.to_string())
        } else {
            Err("too many questions to check one answer".to_owned())
        };
        let answered = reply.and_then(|reply| match reply.message.metadata.response_code {
            ResponseCode::NoError | ResponseCode::NXDomain => Ok(reply.message),
            other => Err(format!("the server said {other}")),
        });
        match answered {
            Ok(message) => DnsResponse::from_message(message).map_err(NetError::from),
            Err(detail) => {
                self.failed.store(true, Ordering::Relaxed);
                Err(NetError::from(detail))
            }
        }
    }
}

impl DnsHandle for Wire {
    type Response = DnsResponseStream;
    type Runtime = TokioRuntimeProvider;

    fn send(&self, request: DnsRequest) -> DnsResponseStream {
        DnsResponseStream::from(Box::pin(self.clone().answer(request)))
    }
}
