//! Which addresses may be connected to. Asked after name resolution, for every connection and every redirect.

use std::net::IpAddr;

use ipnet::IpNet;
use url::Host;

use crate::model::reason::Reason;
use crate::net::route::Reach;

/// The address policy.
#[derive(Clone, Debug, Default)]
pub struct Guard {
    deny: Vec<IpNet>,
}

impl Guard {
    /// A guard that refuses these networks always, and special ranges where a server names them.
    #[must_use]
    pub fn new(deny: Vec<IpNet>) -> Self {
        let deny = deny.into_iter().map(unmapped).collect();
        Self { deny }
    }

    /// Whether this address may be connected to.
    ///
    /// # Errors
    /// `address_denied` for a denied network, `redirect_denied` for a private address that a server named.
    pub fn admit(&self, address: IpAddr, reach: Reach) -> Result<(), Reason> {
        let embedded = embedded_v4(address);
        if self.deny.iter().any(|net| net.contains(&address) || net.contains(&embedded)) {
            return Err(Reason::AddressDenied);
        }
        if reach == Reach::Redirected && is_special(embedded) {
            return Err(Reason::RedirectDenied);
        }
        Ok(())
    }
}

/// What the probe itself names: a server may name the very same again, and nothing beside it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Grants {
    /// Special addresses that the operator wrote out, so that a server may name them by whatever name.
    addresses: Vec<IpAddr>,
    /// Names that the operator wrote, with the special addresses they had when first asked for. A name that changes to
    /// another address meanwhile (DNS rebinding) gains nothing.
    hosts: Vec<(Host<String>, IpAddr)>,
}

impl Grants {
    /// Notes what an operator's own host turned out to be.
    pub(crate) fn note(&mut self, host: &Host<String>, address: IpAddr) {
        if !is_special(address) {
            return;
        }
        let written_out = match host {
            Host::Domain(name) => name.eq_ignore_ascii_case("localhost"),
            Host::Ipv4(_) | Host::Ipv6(_) => true,
        };
        if written_out {
            self.addresses.push(embedded_v4(address));
        }
        self.hosts.push((host.clone(), address));
    }

    /// Whether a server may name this host with this address, although it is special. Its neighbours are not covered: a
    /// portal on an organisation's network must not reach the other machines of that network through us.
    pub(crate) fn cover(&self, reason: Reason, host: &Host<String>, address: IpAddr) -> bool {
        let written_out = self.addresses.contains(&embedded_v4(address));
        let the_same = self.hosts.iter().any(|(known, at)| known == host && *at == address);
        reason == Reason::RedirectDenied && (written_out || the_same)
    }
}

/// A network of mapped IPv6 addresses as the IPv4 network that is meant.
fn unmapped(net: IpNet) -> IpNet {
    let bits = net.prefix_len();
    match embedded_v4(net.network()) {
        address @ IpAddr::V4(_) if net.network().is_ipv6() && bits >= 96 => {
            IpNet::new(address, bits - 96).unwrap_or(net)
        }
        _ => net,
    }
}

/// Whether an address is in no part of the public network: loopback, private, link-local, multicast, reserved
/// (RFC 6890 and its registries), also where it stands inside an IPv6 address.
#[must_use]
pub fn is_special(address: IpAddr) -> bool {
    match embedded_v4(address) {
        IpAddr::V4(v4) => SPECIAL_V4.iter().any(|&(net, bits)| within_v4(v4.octets(), net, bits)),
        IpAddr::V6(v6) => SPECIAL_V6.iter().any(|&(net, bits)| within_v6(v6.segments(), net, bits)),
    }
}

/// 0/8, private, CGNAT, loopback, link-local, IETF, documentation, 6to4 relay, benchmarking, multicast, reserved.
const SPECIAL_V4: &[([u8; 4], u32)] = &[
    ([0, 0, 0, 0], 8),
    ([10, 0, 0, 0], 8),
    ([100, 64, 0, 0], 10),
    ([127, 0, 0, 0], 8),
    ([169, 254, 0, 0], 16),
    ([172, 16, 0, 0], 12),
    ([192, 0, 0, 0], 24),
    ([192, 0, 2, 0], 24),
    ([192, 88, 99, 0], 24),
    ([192, 168, 0, 0], 16),
    ([198, 18, 0, 0], 15),
    ([198, 51, 100, 0], 24),
    ([203, 0, 113, 0], 24),
    ([224, 0, 0, 0], 3),
];

/// Unspecified and loopback (with all of `::/96`), local NAT64, discard, Teredo and other `2001::/23`, documentation,
/// segment routing, unique local, link-local, the old site-local, multicast.
const SPECIAL_V6: &[([u16; 8], u32)] = &[
    ([0, 0, 0, 0, 0, 0, 0, 0], 96),
    ([0x64, 0xff9b, 1, 0, 0, 0, 0, 0], 48),
    ([0x100, 0, 0, 0, 0, 0, 0, 0], 64),
    ([0x2001, 0, 0, 0, 0, 0, 0, 0], 23),
    ([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32),
    ([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20),
    ([0x5f00, 0, 0, 0, 0, 0, 0, 0], 16),
    ([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7),
    ([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10),
    ([0xfec0, 0, 0, 0, 0, 0, 0, 0], 10),
    ([0xff00, 0, 0, 0, 0, 0, 0, 0], 8),
];

fn within_v4(address: [u8; 4], net: [u8; 4], bits: u32) -> bool {
    (u32::from_be_bytes(address) ^ u32::from_be_bytes(net)).leading_zeros() >= bits
}

fn within_v6(address: [u16; 8], net: [u16; 8], bits: u32) -> bool {
    let number = |segments: [u16; 8]| segments.iter().fold(0_u128, |sum, part| sum << 16 | u128::from(*part));
    (number(address) ^ number(net)).leading_zeros() >= bits
}

/// The IPv4 address that an IPv6 address stands for: mapped (`::ffff:0:0/96`), translated by NAT64 (`64:ff9b::/96`) or
/// tunnelled by 6to4 (`2002::/16`); the address itself otherwise.
fn embedded_v4(address: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = address else { return address };
    let parts = v6.segments();
    let pair = |high: u16, low: u16| IpAddr::from((u32::from(high) << 16 | u32::from(low)).to_be_bytes());
    match parts {
        [0, 0, 0, 0, 0, 0xffff, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
        | [0x2002, high, low, ..] => pair(high, low),
        _ => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPECIAL: &str = "0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.127.255.255 127.0.0.1 127.255.0.1 169.254.169.254 \
        172.16.0.1 172.31.255.255 192.0.0.8 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.51.100.1 \
        203.0.113.9 224.0.0.1 240.0.0.1 255.255.255.255 :: ::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 \
        ::7f00:1 64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b:1::1 2002:7f00:1:: 2002:a00:1::1 100::1 \
        2001::1 2001:db8::1 3fff::1 5f00::1 fc00::1 fd12:3456::1 fe80::1 febf::1 fec0::1 ff02::1";

    fn at(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_server_cannot_send_us_into_a_special_network() {
        let guard = Guard::default();
        for special in SPECIAL.split_ascii_whitespace() {
            assert!(is_special(at(special)), "{special}");
            assert_eq!(guard.admit(at(special), Reach::Redirected), Err(Reason::RedirectDenied), "{special}");
            assert_eq!(guard.admit(at(special), Reach::Configured), Ok(()), "{special}");
        }
        for public in [
            "1.1.1.1",
            "100.63.255.255",
            "100.128.0.0",
            "172.32.0.1",
            "192.0.1.1",
            "223.255.255.255",
            "2001:200::1",
            "2400:cb00::1",
            "64:ff9b::101:101",
            "2002:101:101::1",
            "::ffff:1.1.1.1",
        ] {
            assert_eq!(guard.admit(at(public), Reach::Redirected), Ok(()), "{public}");
        }
    }

    #[test]
    fn a_denied_network_is_denied_whoever_names_it_and_however_it_is_written() {
        let guard = Guard::new(vec!["10.0.0.0/8".parse().unwrap(), "2001:db8::/32".parse().unwrap()]);
        for denied in ["10.1.2.3", "::ffff:10.1.2.3", "64:ff9b::a01:203", "2002:a01:203::", "2001:db8::5"] {
            for reach in [Reach::Configured, Reach::Redirected] {
                assert_eq!(guard.admit(at(denied), reach), Err(Reason::AddressDenied), "{denied}");
            }
        }
        assert_eq!(guard.admit(at("192.168.0.1"), Reach::Configured), Ok(()));
        let mapped = Guard::new(vec!["::ffff:10.0.0.0/104".parse().unwrap()]);
        assert_eq!(mapped.admit(at("10.9.9.9"), Reach::Configured), Err(Reason::AddressDenied));
    }

    #[test]
    fn what_the_probe_names_opens_itself_and_no_neighbour() {
        let domain = |name: &str| Host::Domain(name.to_owned());
        let mut grants = Grants::default();
        grants.note(&Host::Ipv4([127, 0, 0, 1].into()), at("127.0.0.1"));
        grants.note(&domain("dvc.example"), at("10.0.0.5"));
        let covers = |host: Host<String>, address| grants.cover(Reason::RedirectDenied, &host, at(address));
        assert!(covers(domain("any.example"), "127.0.0.1"));
        assert!(covers(domain("any.example"), "::ffff:127.0.0.1"));
        assert!(!covers(domain("any.example"), "127.0.0.9"));
        assert!(!covers(domain("any.example"), "::1"));
        assert!(covers(domain("dvc.example"), "10.0.0.5"));
        assert!(!covers(domain("dvc.example"), "10.0.0.6"), "a name that moved");
        assert!(!covers(domain("sso.example"), "10.0.0.5"));
        assert!(!covers(domain("any.example"), "169.254.169.254"));
        assert!(!grants.cover(Reason::AddressDenied, &domain("dvc.example"), at("10.0.0.5")));
    }
}
