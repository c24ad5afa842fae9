//! Answers made of a wildcard, in zones with NSEC: the one proof that the validator we use does not accept.
//!
//! hickory 0.26.3 wants an NSEC record that *covers* the wildcard's own name, though the record *at* that name proves as
//! well that nothing nearer exists (RFC 4035 §5.3.4, RFC 4592 §3.3.1); bind9 sends the latter. Without this, every
//! signed wildcard that bind9 serves would be called bogus.

use hickory_proto::dnssec::rdata::{DNSSECRData, NSEC};
use hickory_proto::op::Message;
use hickory_proto::rr::{Name, RData, Record, RecordType};

/// Whether an answer comes of a wildcard whose signatures hold, and it is proven that nothing nearer to the name exists.
#[must_use]
pub fn is_proven(response: &Message, name: &Name) -> bool {
    let answers = || response.answers.iter().filter(|record| record.record_type() != RecordType::RRSIG);
    let all_secure = answers().count() > 0 && answers().all(|record| record.proof.is_secure());
    let base = response.answers.iter().find_map(|record| base_of_wildcard(record, name));
    let Some(base) = base.filter(|_| all_secure) else { return false };
    let denials = response.authorities.iter().filter(|record| record.proof.is_secure()).filter_map(denial_in);
    let closest = denials
        .filter_map(|(owner, denial)| closest_encloser(name, owner, denial))
        .max_by_key(Name::num_labels);
    closest.is_some_and(|closest| closest == base)
}

/// The name whose wildcard an answer was made of, as its signature tells by the number of labels it covers.
fn base_of_wildcard(record: &Record, name: &Name) -> Option<Name> {
    let RData::DNSSEC(DNSSECRData::RRSIG(signature)) = &record.data else { return None };
    let labels = signature.input().num_labels;
    let expanded = record.proof.is_secure() && record.name == *name && labels < name.num_labels();
    expanded.then(|| name.trim_to(labels.into()))
}

fn denial_in(record: &Record) -> Option<(&Name, &NSEC)> {
    match &record.data {
        RData::DNSSEC(DNSSECRData::NSEC(denial)) => Some((&record.name, denial)),
        _ => None,
    }
}

/// The longest existing parent of a name that a denial shows not to exist; `None` if it does not show that.
fn closest_encloser(name: &Name, owner: &Name, denial: &NSEC) -> Option<Name> {
    let next = denial.next_domain_name();
    // The last record of a zone points back to its first name.
    let covers = owner < name && (name < next || next <= owner);
    // What stands below a zone cut is not this zone's to deny (RFC 6840 §4.1).
    let cut = denial.type_set().contains(RecordType::NS) && !denial.type_set().contains(RecordType::SOA);
    if !covers || (cut && owner.zone_of(name)) {
        return None;
    }
    let shared = shared_labels(name, owner).max(shared_labels(name, next));
    Some(name.trim_to(shared))
}

/// How many labels two names share, counted from the right.
fn shared_labels(one: &Name, other: &Name) -> usize {
    let pairs = one.iter().rev().zip(other.iter().rev());
    pairs.take_while(|(one, other)| one.eq_ignore_ascii_case(other)).count()
}
