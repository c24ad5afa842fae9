//! General names (RFC 5280 §4.2.1.6) and the subtrees of name constraints (§4.2.1.10).

use crate::pki::der::{Element, Reader, SEQUENCE, explicit, implicit};
use crate::pki::path::name::Name;

/// A name in one of its forms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::pki) enum General<'a> {
    /// A mailbox.
    Mail(&'a str),
    /// A host.
    Host(&'a str),
    /// A distinguished name.
    Directory(Name),
    /// An address on the web.
    Uri(&'a str),
    /// An IP address; in a constraint, address and mask.
    Ip(&'a [u8]),
    /// A form that is not interpreted, by its tag.
    Other(u8),
}

impl<'a> General<'a> {
    /// Reads one; `None` where it is broken.
    pub(in crate::pki) fn read(element: Element<'a>) -> Option<Self> {
        let text = || std::str::from_utf8(element.content).ok().filter(|text| text.is_ascii());
        Some(match element.tag {
            tag if tag == implicit(1) => Self::Mail(text()?),
            tag if tag == implicit(2) => Self::Host(text()?),
            tag if tag == explicit(4) => Self::Directory(Name::read(element.content)?),
            tag if tag == implicit(6) => Self::Uri(text()?),
            tag if tag == implicit(7) => Self::Ip(element.content),
            tag => Self::Other(tag & 0x1f),
        })
    }

    /// Reads the names of a list to its end; `None` where one is broken or there are more than `limit`.
    pub(in crate::pki) fn list(mut names: Reader<'a>, limit: usize) -> Option<Vec<Self>> {
        let mut read = Vec::new();
        for element in names.by_ref() {
            if read.len() == limit {
                return None;
            }
            read.push(Self::read(element)?);
        }
        names.is_empty().then_some(read)
    }

    /// Whether this name and a constraint are of one form.
    pub(in crate::pki) fn is_like(&self, base: &Self) -> bool {
        match (self, base) {
            (Self::Other(own), Self::Other(other)) => own == other,
            _ => std::mem::discriminant(self) == std::mem::discriminant(base),
        }
    }

    /// Whether this name lies in a constraint's subtree. Forms that are not interpreted lie in none.
    pub(in crate::pki) fn lies_in(&self, base: &Self) -> bool {
        match (self, base) {
            (Self::Directory(name), Self::Directory(base)) => name.lies_in(base),
            (Self::Host(name), Self::Host(base)) => host_lies_in(name, base),
            (Self::Mail(name), Self::Mail(base)) => mailbox_lies_in(name, base),
            (Self::Uri(name), Self::Uri(base)) => {
                host_of(name).is_some_and(|host| matches_domain(host, base))
            }
            (Self::Ip(name), Self::Ip(base)) => address_lies_in(name, base),
            _ => false,
        }
    }
}

/// `names` as a `SEQUENCE`.
pub(in crate::pki) fn sequence(value: &[u8]) -> Option<Reader<'_>> {
    Reader::new(value).enter(SEQUENCE)
}

/// A host lies below its parent domains; a period in front leaves out the domain itself.
fn host_lies_in(name: &str, base: &str) -> bool {
    base.is_empty() || matches_domain(name, base) || ends_with_label(name, base)
}

/// The rule of mail and web addresses: a period in front means every host below, otherwise this host alone.
fn matches_domain(host: &str, base: &str) -> bool {
    match base.strip_prefix('.') {
        Some(domain) => ends_with_label(host, domain),
        None => host.eq_ignore_ascii_case(base),
    }
}

/// Whether a host stands below a domain, at the border of a label.
fn ends_with_label(host: &str, domain: &str) -> bool {
    let Some(border) = host.len().checked_sub(domain.len() + 1) else { return false };
    match (host.get(..border), host.get(border..border + 1), host.get(border + 1..)) {
        (Some(front), Some("."), Some(rest)) => !front.is_empty() && rest.eq_ignore_ascii_case(domain),
        _ => false,
    }
}

/// The local part of a mailbox keeps its case, the host does not.
fn mailbox_lies_in(name: &str, base: &str) -> bool {
    let Some((local, host)) = name.rsplit_once('@') else { return false };
    match base.rsplit_once('@') {
        Some((base_local, base_host)) => local == base_local && host.eq_ignore_ascii_case(base_host),
        None => matches_domain(host, base),
    }
}

/// The host of an address on the web; `None` where there is none or it is a number, which no constraint speaks of.
fn host_of(uri: &str) -> Option<&str> {
    let (_, rest) = uri.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = host.split(':').next()?;
    let is_number = host.split('.').next_back().is_some_and(|label| label.parse::<u32>().is_ok());
    (!host.is_empty() && !host.starts_with('[') && !is_number).then_some(host)
}

fn address_lies_in(name: &[u8], base: &[u8]) -> bool {
    let Some((network, mask)) = base.split_at_checked(base.len() / 2) else { return false };
    name.len() == network.len()
        && name.iter().zip(network).zip(mask).all(|((own, network), mask)| own & mask == network & mask)
}

/// Whether a constraint can be interpreted at all.
pub(in crate::pki) fn is_understood(base: &General<'_>) -> bool {
    match base {
        General::Other(_) => false,
        General::Ip(base) => matches!(base.len(), 8 | 32),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lie_in_subtrees_at_the_borders_of_labels() {
        for (name, base, inside) in [
            (General::Host("a.bo.example"), General::Host("bo.example"), true),
            (General::Host("bo.EXAMPLE"), General::Host("bo.example"), true),
            (General::Host("xbo.example"), General::Host("bo.example"), false),
            (General::Host("bo.example"), General::Host(".bo.example"), false),
            (General::Mail("a@bo.example"), General::Mail("bo.example"), true),
            (General::Mail("a@b.bo.example"), General::Mail("bo.example"), false),
            (General::Mail("a@b.bo.example"), General::Mail(".bo.example"), true),
            (General::Mail("A@bo.example"), General::Mail("a@bo.example"), false),
            (General::Uri("https://u@b.bo.example:8/x"), General::Uri(".bo.example"), true),
            (General::Uri("https://bo.example"), General::Uri(".bo.example"), false),
            (General::Uri("https://127.0.0.1/"), General::Uri("127.0.0.1"), false),
            (General::Uri("urn:a"), General::Uri("a"), false),
            (General::Ip(&[10, 1, 2, 3]), General::Ip(&[10, 0, 0, 0, 255, 0, 0, 0]), true),
            (General::Ip(&[11, 1, 2, 3]), General::Ip(&[10, 0, 0, 0, 255, 0, 0, 0]), false),
            (General::Other(0), General::Other(0), false),
        ] {
            assert_eq!(name.lies_in(&base), inside, "{name:?} in {base:?}");
            assert!(name.is_like(&base));
        }
    }
}
