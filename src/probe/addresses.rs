//! A dead address beside a live one: some visitors wait, or see nothing. The one rule of it, for every kind that connects.

use url::Host;

use crate::model::facts::AddressFacts;
use crate::model::fault::Fault;
use crate::model::finding::Finding;
use crate::model::reason::Reason;
use crate::model::told::{Told, told};

/// The addresses of a host that did not answer although another did, as they may be shown. What was our own fault says
/// nothing of an address.
///
/// `localhost` stands for both loopback addresses (RFC 6761 §6.3): a service that listens on one of them is whole.
pub(super) fn dead_beside_live<S: AsRef<str>>(host: &Host<S>, addresses: &[AddressFacts]) -> Vec<Told> {
    let is_live = addresses.iter().any(|address| address.used);
    if !is_live || is_this_machine(host) {
        return Vec::new();
    }
    let faults =
        addresses.iter().filter(|address| !address.used).filter_map(|address| address.fault.as_ref());
    faults.filter(|fault| !fault.is_ours()).map(Fault::told).collect()
}

/// What dead addresses mean; nothing where there is none.
pub(super) fn partial(dead: &[Told]) -> Option<Finding> {
    let is_partial = !dead.is_empty();
    is_partial.then(|| {
        Finding::failed(
            "addresses",
            Reason::AddressPartial,
            told!("mọi địa chỉ đều trả lời", "every address answers"),
            Told::joined(dead, "; "),
        )
    })
}

fn is_this_machine<S: AsRef<str>>(host: &Host<S>) -> bool {
    matches!(host, Host::Domain(name) if name.as_ref().eq_ignore_ascii_case("localhost"))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn live(address: &str) -> AddressFacts {
        let connect = Some(Duration::from_millis(1));
        AddressFacts { address: address.parse().unwrap(), used: true, connect, fault: None }
    }

    fn dead(address: &str, reason: Reason) -> AddressFacts {
        let address = address.parse().unwrap();
        let fault = Some(Fault::new(reason, "connect", "it did not").at(address));
        AddressFacts { address, used: false, connect: None, fault }
    }

    fn told(host: &str, addresses: &[AddressFacts]) -> usize {
        dead_beside_live(&Host::parse(host).unwrap(), addresses).len()
    }

    #[test]
    fn a_dead_address_is_told_only_beside_a_live_one() {
        let refused = || dead("[::1]:80", Reason::ConnectRefused);
        assert_eq!(told("dvc.bo-vd.example", &[live("127.0.0.1:80"), refused()]), 1);
        assert_eq!(told("dvc.bo-vd.example", &[live("127.0.0.1:80")]), 0);
        assert_eq!(
            told("dvc.bo-vd.example", &[refused()]),
            0,
            "with none alive the portal is down, not partial"
        );
    }

    #[test]
    fn what_is_our_own_fault_says_nothing_of_an_address() {
        let unreachable = dead("[::1]:80", Reason::NoRoute);
        assert_eq!(told("dvc.bo-vd.example", &[live("127.0.0.1:80"), unreachable]), 0);
    }

    #[test]
    fn localhost_is_whole_with_one_of_its_addresses() {
        let both = || [live("127.0.0.1:80"), dead("[::1]:80", Reason::ConnectRefused)];
        assert_eq!((told("localhost", &both()), told("LOCALHOST", &both())), (0, 0));
        assert_eq!(told("localhost.bo-vd.example", &both()), 1);
    }

    #[test]
    fn dead_addresses_degrade() {
        assert_eq!(partial(&[]), None);
        let finding = partial(&[Told::same("connect: refused ([::1]:80)")]).unwrap();
        assert_eq!(finding.reason, Some(Reason::AddressPartial));
    }
}
