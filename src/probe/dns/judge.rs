//! What the answer, the name servers and the signatures say of the portal. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use hickory_proto::op::ResponseCode;
use hickory_proto::rr::RecordType;

use crate::model::fault::Fault;
use crate::model::finding::{Assessment, Finding, Outcome};
use crate::model::reason::Reason;
use crate::model::sayings;
use crate::model::told::{Told, told};
use crate::probe::dns::dnssec::{Security, Validated};
use crate::probe::dns::plan::{Expected, Plan, Validation};
use crate::probe::dns::servers::{ServerSaid, ServerSeen, ZoneSeen};
use crate::probe::dns::settings::RcodeKey;
use crate::probe::dns::{Answer, Seen, rcode_reason, rcode_word};

/// Judges one run.
#[must_use]
pub fn assess(plan: &Plan, seen: &Seen) -> Assessment {
    let answer = match &seen.answer {
        Ok(answer) => answer,
        Err(fault) => return Assessment::of_fault(fault),
    };
    let mut findings = Vec::new();
    let rcode = rcode(plan.expected.rcode, answer.rcode);
    let answered = rcode.outcome == Outcome::Passed && plan.expected.rcode == RcodeKey::Noerror;
    if let (Some(validation), Some(validated)) = (&plan.validation, &seen.validated) {
        // First, because a wrong signature is why a validating resolver says servfail.
        findings.push(dnssec(validation, validated));
    }
    findings.push(rcode);
    if answered {
        findings.extend(answers(plan, answer));
    }
    match &seen.zone {
        Some(Ok(zone)) => findings.extend(name_servers(zone)),
        Some(Err(fault)) => findings.push(Finding::cannot_tell("name_servers", "", fault.told())),
        None => {}
    }
    findings.extend(plan.slow_after.map(|limit| slow(limit, answer.latency)));
    let broken = findings.iter().any(|finding| finding.reason.is_some());
    if let (Some(validated), false) = (unproven(plan, seen), broken) {
        findings.push(Finding::of_fault(&Fault::new(
            Reason::SelfResolver,
            "check signatures",
            &validated.detail,
        )));
    }
    Assessment::of(findings)
}

/// Signatures that had to be checked and could not: then nothing good may be said of the portal.
fn unproven<'a>(plan: &Plan, seen: &'a Seen) -> Option<&'a Validated> {
    let required = plan.validation.as_ref().is_some_and(|validation| validation.required);
    seen.validated.as_ref().filter(|validated| required && validated.state == Security::Indeterminate)
}

fn rcode(expected: RcodeKey, found: ResponseCode) -> Finding {
    let wanted = match expected {
        RcodeKey::Noerror => ResponseCode::NoError,
        RcodeKey::Nxdomain => ResponseCode::NXDomain,
        RcodeKey::Refused => ResponseCode::Refused,
        RcodeKey::Servfail => ResponseCode::ServFail,
    };
    let (expected, shown) = (rcode_word(wanted), rcode_word(found));
    if found == wanted {
        Finding::passed("rcode", &expected, &shown)
    } else {
        Finding::failed("rcode", rcode_reason(found), &expected, &shown)
    }
}

fn answers(plan: &Plan, answer: &Answer) -> Vec<Finding> {
    let expected = &plan.expected;
    let set = &answer.answers.set;
    let mut findings = vec![count(plan, answer)];
    let mut rule = |name: &'static str, holds: bool, wanted: &str| {
        let found = listed(set);
        findings.push(if holds {
            Finding::passed(name, wanted, &found)
        } else {
            Finding::failed(name, Reason::DnsMismatch, wanted, &found)
        });
    };
    if let Some(exactly) = &expected.answers {
        rule("answers", set == exactly, &listed(exactly));
    }
    if !expected.contains.is_empty() {
        rule("contains", expected.contains.is_subset(set), &listed(&expected.contains));
    }
    for pattern in &expected.matches {
        rule("matches", set.iter().any(|text| pattern.is_match(text)), pattern.as_str());
    }
    for pattern in &expected.forbidden {
        rule("forbidden", !set.iter().any(|text| pattern.is_match(text)), pattern.as_str());
    }
    findings.extend(time_to_live(expected, answer));
    findings
}

fn count(plan: &Plan, answer: &Answer) -> Finding {
    let (least, found) = (plan.expected.min_answers, answer.answers.set.len());
    let wanted = told!("ít nhất {least} {record}", "at least {least} {record}", record = plan.record);
    if found >= least {
        return Finding::passed("min_answers", &wanted, found.to_string());
    }
    let shown = match answer.answers.aliases.last() {
        _ if answer.answers.looping => {
            told!(
                "các bí danh không dẫn tới đâu: chúng đi vòng tròn, hoặc quá nhiều",
                "the aliases lead nowhere: they form a loop, or there are too many"
            )
        }
        Some(alias) if found == 0 => told!(
            "bí danh trỏ tới \"{alias}\", mà ở đó không có {record}",
            "an alias to \"{alias}\", and no {record} there",
            record = plan.record,
        ),
        _ => Told::same(found.to_string()),
    };
    let address = matches!(plan.record, RecordType::A | RecordType::AAAA);
    let reason = if address && found == 0 { Reason::DnsNoAddress } else { Reason::DnsMismatch };
    Finding::failed("min_answers", reason, &wanted, &shown)
}

fn time_to_live(expected: &Expected, answer: &Answer) -> Option<Finding> {
    let least = expected.ttl_min?.as_secs();
    let found = u64::from(answer.answers.ttl?);
    let (wanted, shown) = (told!("ít nhất {least} s", "at least {least} s"), format!("{found} s"));
    Some(if found >= least {
        Finding::passed("ttl_min", &wanted, &shown)
    } else {
        Finding::failed("ttl_min", Reason::DnsMismatch, &wanted, &shown)
    })
}

fn dnssec(validation: &Validation, validated: &Validated) -> Finding {
    let secure = told!("chữ ký đúng", "secure");
    let wanted = if validation.required {
        &secure
    } else {
        &told!("chữ ký đúng, hoặc không ký", "secure or unsigned")
    };
    let Told { vi, en } = sayings::saying(&validated.detail);
    let found = match validated.state {
        Security::Secure => return Finding::passed("dnssec", wanted, &secure),
        Security::Insecure => Told { vi: format!("không ký: {vi}"), en: format!("insecure: {en}") },
        Security::Bogus => Told { vi: format!("chữ ký sai: {vi}"), en: format!("bogus: {en}") },
        Security::Indeterminate => {
            Told { vi: format!("không xác định được: {vi}"), en: format!("indeterminate: {en}") }
        }
    };
    match validated.state {
        Security::Bogus => Finding::failed("dnssec", Reason::DnssecBogus, wanted, &found),
        Security::Insecure if validation.required => {
            Finding::failed("dnssec", Reason::DnsMismatch, wanted, &found)
        }
        Security::Insecure => Finding::inapplicable("dnssec", wanted, &found),
        _ => Finding::cannot_tell("dnssec", wanted, &found),
    }
}

/// Whether every name server answers for the zone, and all say the same.
fn name_servers(zone: &ZoneSeen) -> Vec<Finding> {
    let wanted = told!(
        "mọi máy chủ tên miền của \"{zone}\" đều trả lời cho vùng này",
        "every name server of \"{zone}\" answers for it",
        zone = zone.zone,
    );
    let said: Vec<(&ServerSeen, &ServerSaid)> = zone
        .servers
        .iter()
        .filter_map(|server| server.said.as_ref().ok().map(|said| (server, said)))
        .collect();
    if said.is_empty() {
        // More likely a packet filter between us and port 53 than a zone that no resolver could have found.
        let found = zone.servers.iter().filter_map(|server| server.said.as_ref().err()).map(Fault::told);
        let Told { vi, en } = Told::joined(&found.collect::<Vec<_>>(), "; ");
        return vec![Finding::cannot_tell(
            "name_servers",
            &wanted,
            Told {
                vi: format!("không hỏi trực tiếp được máy chủ nào: {vi}"),
                en: format!("none could be asked directly: {en}"),
            },
        )];
    }
    let troubles: Vec<Told> = zone.servers.iter().filter_map(trouble).collect();
    let holds_zone = said.iter().filter(|(_, said)| said.serial.is_some());
    let serials =
        groups(holds_zone.map(|(server, said)| (said.serial.unwrap_or_default().to_string(), *server)));
    let answers =
        groups(said.iter().filter(|(_, said)| said.authoritative).map(|(server, said)| {
            (format!("{} {}", rcode_word(said.rcode), listed(&said.answers)), *server)
        }));
    let serial = told!("mọi nơi cùng một số sê-ri", "one serial number everywhere");
    let same = told!("mọi nơi trả lời như nhau", "the same answer everywhere");
    vec![
        agreement("name_servers", &wanted, troubles.is_empty(), Told::joined(&troubles, "; ")),
        agreement("serials", &serial, serials.len() <= 1, by_server(&serials)),
        agreement("same_answers", &same, answers.len() <= 1, by_server(&answers)),
    ]
}

/// What is wrong with one name server; a fault of our own is not.
fn trouble(server: &ServerSeen) -> Option<Told> {
    let said = match &server.said {
        Ok(said) if said.serial.is_some() && said.authoritative => return None,
        Ok(_) => told!("không giữ vùng này", "does not hold the zone"),
        Err(fault) if fault.is_ours() => return None,
        Err(fault) => sayings::saying(&fault.detail),
    };
    Some(said.map(|said| format!("{}: {said}", label(server))))
}

fn label(server: &ServerSeen) -> String {
    server.address.map_or_else(|| server.name.clone(), |address| format!("{} ({address})", server.name))
}

/// Who says what.
fn groups<'a>(said: impl Iterator<Item = (String, &'a ServerSeen)>) -> BTreeMap<String, Vec<String>> {
    let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (what, server) in said {
        groups.entry(what).or_default().push(label(server));
    }
    groups
}

fn by_server(groups: &BTreeMap<String, Vec<String>>) -> Told {
    let one = |(what, servers): (&String, &Vec<String>)| {
        told!("{what} ở {servers}", "{what} at {servers}", servers = servers.join(", "))
    };
    Told::joined(&groups.iter().map(one).collect::<Vec<_>>(), "; ")
}

fn agreement(rule: &'static str, wanted: &Told, agreed: bool, found: Told) -> Finding {
    if agreed {
        Finding::passed(rule, wanted, found)
    } else {
        Finding::failed(rule, Reason::DnsInconsistent, wanted, found)
    }
}

fn slow(limit: Duration, latency: Duration) -> Finding {
    let (wanted, found) = (told!("trong vòng {limit:?}", "within {limit:?}"), format!("{latency:.1?}"));
    if latency <= limit {
        Finding::passed("slow_after", &wanted, &found)
    } else {
        Finding::failed("slow_after", Reason::Slow, &wanted, &found)
    }
}

fn listed(set: &BTreeSet<String>) -> String {
    set.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}
