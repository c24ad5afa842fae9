//! Records as text: one canonical form, so that an answer and an expectation compare equal when they mean the same.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, Ipv6Addr};

use hickory_proto::op::Message;
use hickory_proto::rr::{Name, RData, Record, RecordType};

use crate::model::text::Text;
use crate::model::told::Told;

/// How many aliases are followed; resolvers give up sooner.
const ALIASES_MAX: usize = 32;

/// What an answer section says about the question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// The records of the type asked for, in canonical form.
    pub set: BTreeSet<String>,
    /// The least time to live among them, in seconds.
    pub ttl: Option<u32>,
    /// The aliases that were followed, in order.
    pub aliases: Vec<String>,
    /// Whether the aliases lead back to one of them, or on and on.
    pub looping: bool,
}

impl Answers {
    /// Follows the aliases of `name` and collects what stands at their end. Other records are not the answer.
    #[must_use]
    pub fn of(message: &Message, name: &Name, wanted: RecordType) -> Self {
        let mut answers = Self::default();
        let mut owner = name.clone();
        loop {
            let here = |record: &&Record| record.name == owner;
            for record in message.answers.iter().filter(here).filter(|record| record.record_type() == wanted)
            {
                answers.set.insert(text_of(&record.data));
                answers.ttl = Some(answers.ttl.map_or(record.ttl, |least| least.min(record.ttl)));
            }
            let alias = message.answers.iter().filter(here).find_map(|record| match &record.data {
                RData::CNAME(target) => Some(target.0.clone()),
                _ => None,
            });
            match alias {
                Some(target) if answers.set.is_empty() => {
                    let shown = bare(&target);
                    let endless = answers.aliases.len() == ALIASES_MAX;
                    answers.looping = endless || answers.aliases.contains(&shown) || target == *name;
                    answers.aliases.push(shown);
                    if answers.looping {
                        return answers;
                    }
                    owner = target;
                }
                _ => return answers,
            }
        }
    }
}

/// A name as people write it: lower case, without the final dot; the root is `.`.
#[must_use]
pub fn bare(name: &Name) -> String {
    let text = name.to_lowercase().to_ascii();
    if text == "." { text } else { text.trim_end_matches('.').to_owned() }
}

/// A record's data in canonical form.
fn text_of(data: &RData) -> String {
    match data {
        RData::CNAME(name) => bare(&name.0),
        RData::NS(name) => bare(&name.0),
        RData::MX(mx) => format!("{} {}", mx.preference, bare(&mx.exchange)),
        RData::SOA(soa) => format!(
            "{} {} {} {} {} {} {}",
            bare(&soa.mname),
            bare(&soa.rname),
            soa.serial,
            soa.refresh,
            soa.retry,
            soa.expire,
            soa.minimum
        ),
        RData::TXT(txt) => {
            let bytes: Vec<u8> = txt.txt_data.iter().flat_map(|part| part.iter().copied()).collect();
            String::from_utf8_lossy(&bytes).into_owned()
        }
        RData::CAA(caa) => {
            format!("{} {} \"{}\"", caa.flags(), caa.tag.to_lowercase(), String::from_utf8_lossy(&caa.value))
        }
        other => other.to_string(),
    }
}

const IPV4: Text =
    Text { vi: "địa chỉ IPv4 như \"192.0.2.1\"", en: "an IPv4 address such as \"192.0.2.1\"" };
const IPV6: Text =
    Text { vi: "địa chỉ IPv6 như \"2001:db8::1\"", en: "an IPv6 address such as \"2001:db8::1\"" };
const HOST: Text =
    Text { vi: "tên miền như \"ns1.bo-vd.example\"", en: "a host name such as \"ns1.bo-vd.example\"" };
const MAIL: Text = Text {
    vi: "độ ưu tiên và tên miền như \"10 mail.bo-vd.example\"",
    en: "a preference and a host name such as \"10 mail.bo-vd.example\"",
};
const ISSUER: Text = Text {
    vi: "cờ, thẻ và giá trị như '0 issue \"ca.example\"'",
    en: "flags, tag and value such as '0 issue \"ca.example\"'",
};
const START: Text = Text {
    vi: "hai tên và năm số như \"ns1.bo-vd.example host.bo-vd.example 7 3600 600 86400 300\"",
    en: "two names and five numbers such as \"ns1.bo-vd.example host.bo-vd.example 7 3600 600 86400 300\"",
};

/// An expected answer in canonical form.
///
/// # Errors
/// A sentence that says how this type of record is written.
pub fn canonical(wanted: RecordType, given: &str) -> Result<String, Told> {
    let text = given.trim();
    let wrong = |what: Text| Told {
        vi: format!("\"{given}\" không phải là {}", what.vi),
        en: format!("\"{given}\" is not {}", what.en),
    };
    match wanted {
        RecordType::A => text.parse::<Ipv4Addr>().map(|address| address.to_string()).map_err(|_| wrong(IPV4)),
        RecordType::AAAA => {
            text.parse::<Ipv6Addr>().map(|address| address.to_string()).map_err(|_| wrong(IPV6))
        }
        RecordType::NS | RecordType::CNAME => host(text).ok_or_else(|| wrong(HOST)),
        RecordType::MX => mail_server(text).ok_or_else(|| wrong(MAIL)),
        RecordType::CAA => issuer(text).ok_or_else(|| wrong(ISSUER)),
        RecordType::SOA => start_of_authority(text).ok_or_else(|| wrong(START)),
        _ => Ok(given.to_owned()),
    }
}

fn host(text: &str) -> Option<String> {
    let named = !text.is_empty() && !text.contains(char::is_whitespace);
    named.then(|| Name::from_str_relaxed(text).ok()).flatten().map(|name| bare(&name))
}

fn mail_server(text: &str) -> Option<String> {
    let (preference, exchange) = text.split_once(char::is_whitespace)?;
    Some(format!("{} {}", preference.parse::<u16>().ok()?, host(exchange.trim())?))
}

fn issuer(text: &str) -> Option<String> {
    let mut words = text.splitn(3, char::is_whitespace);
    let (flags, tag, value) = (words.next()?.parse::<u8>().ok()?, words.next()?, words.next()?.trim());
    Some(format!("{flags} {} \"{}\"", tag.to_lowercase(), value.trim_matches('"')))
}

fn start_of_authority(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let [primary, mailbox, numbers @ ..] = words.as_slice() else { return None };
    let all_numbers = numbers.len() == 5 && numbers.iter().all(|number| number.parse::<u32>().is_ok());
    let names = format!("{} {}", host(primary)?, host(mailbox)?);
    all_numbers.then(|| format!("{names} {}", numbers.join(" ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expectations_mean_the_same_however_they_are_written() {
        for (wanted, given, canonical_form) in [
            (RecordType::AAAA, "2001:0DB8:0::1", "2001:db8::1"),
            (RecordType::NS, "NS1.Bo-Vd.Example.", "ns1.bo-vd.example"),
            (RecordType::MX, "10   Mail.bo-vd.example.", "10 mail.bo-vd.example"),
            (RecordType::CAA, "0 ISSUE ca.example", "0 issue \"ca.example\""),
            (RecordType::SOA, "A.example. b.example 1 2 3 4 5", "a.example b.example 1 2 3 4 5"),
            (RecordType::TXT, "v=spf1 -all", "v=spf1 -all"),
        ] {
            assert_eq!(canonical(wanted, given).as_deref(), Ok(canonical_form), "{given}");
        }
    }

    #[test]
    fn what_cannot_be_an_answer_is_told_at_once() {
        for (wanted, given) in [
            (RecordType::A, "2001:db8::1"),
            (RecordType::AAAA, "192.0.2.1"),
            (RecordType::NS, ""),
            (RecordType::MX, "mail.example"),
            (RecordType::CAA, "issue ca"),
            (RecordType::SOA, "a.example b.example 1 2 3"),
        ] {
            assert!(canonical(wanted, given).is_err(), "{given:?} passed");
        }
    }
}
