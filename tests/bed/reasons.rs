//! Every reason can come about: by a case of this bed, or by a test elsewhere that is named here.

use std::collections::BTreeSet;
use std::path::Path;

use emc_monitor::model::reason::Reason;

use crate::all;

/// Where the scenarios of the `http` kind are played.
const SCENARIOS: (&str, &str) = ("tests/http/scenarios.rs", "every_scenario_ends_as_it_says");
/// Where chains are made and judged.
const CHAINS: (&str, &str) = ("tests/tls/chains.rs", "every_flaw_of_a_chain_has_its_reason");
/// Where name servers misbehave.
const NAME_SERVERS: (&str, &str) =
    ("tests/dns/hostile.rs", "every_misbehaving_server_gets_its_reason_in_time");
/// Where a real bind9 serves signed zones, some of them broken.
const ZONES: (&str, &str) = ("tests/dns/zones.rs", "bind9_is_judged_rightly");
/// Where errors of the system become reasons.
const SYSTEM: (&str, &str) = ("src/net/stage.rs", "every_error_of_the_system_has_its_reason");

/// A reason, and the file and the name of a test that brings it about.
const ELSEWHERE: &[(Reason, (&str, &str))] = &[
    (Reason::DnsMismatch, NAME_SERVERS),
    (Reason::DnssecBogus, ZONES),
    (Reason::DnsInconsistent, ZONES),
    (Reason::TlsUntrusted, ("tests/tls/chains.rs", "a_self_signed_certificate_is_untrusted_and_named_so")),
    (Reason::TlsIncompleteChain, CHAINS),
    (
        Reason::TlsRevoked,
        ("tests/tls/staples.rs", "a_revoked_certificate_is_down_and_a_stale_response_passes_for_nothing"),
    ),
    (Reason::TlsExpired, CHAINS),
    (Reason::TlsNotYetValid, CHAINS),
    (Reason::TlsWrongHost, CHAINS),
    (
        Reason::TlsClientCert,
        ("tests/tls/chains.rs", "a_server_that_demands_a_client_certificate_says_so_in_either_version"),
    ),
    (Reason::TlsWeak, ("tests/tls/old.rs", "old_versions_and_weak_suites_are_found")),
    (Reason::TlsExpiresSoon, CHAINS),
    (Reason::WrongProtocol, SCENARIOS),
    (Reason::ContentForbidden, SCENARIOS),
    (Reason::ResponseMismatch, ("tests/tcp.rs", "every_server_gets_its_reason_in_time")),
    (Reason::MaintenancePage, SCENARIOS),
    (Reason::Soft404, SCENARIOS),
    (Reason::LoginLoop, SCENARIOS),
    (Reason::Slow, SCENARIOS),
    (Reason::InsecureRedirect, SCENARIOS),
    (
        Reason::Dependency,
        (
            "src/schedule/dependencies.rs",
            "a_failure_that_a_dependency_can_bring_about_is_its_fault_while_it_is_down",
        ),
    ),
    (
        Reason::Maintenance,
        (
            "src/app/maintenance.rs",
            "a_run_that_fails_in_an_announced_window_is_nobodys_fault_and_neither_before_nor_after",
        ),
    ),
    (Reason::Blocked, SCENARIOS),
    (Reason::Captcha, SCENARIOS),
    (Reason::Flapping, ("src/schedule/confirm.rs", "a_portal_that_fails_every_other_time_flaps")),
    (Reason::NoRoute, ("tests/net/proxies.rs", "a_proxys_failure_is_not_the_portals")),
    (Reason::SelfUplink, ("tests/schedule.rs", "with_the_uplink_lost_no_portal_is_down")),
    (Reason::SelfFdExhausted, SYSTEM),
    (Reason::SelfMemory, SYSTEM),
    (
        Reason::SelfOverloaded,
        ("tests/schedule.rs", "a_run_that_hangs_is_given_up_as_our_own_fault_and_its_beats_are_counted"),
    ),
    (
        Reason::SelfPanicked,
        ("tests/schedule.rs", "a_panic_in_one_probe_is_that_ones_unknown_and_nobody_elses"),
    ),
    (
        Reason::SelfCancelled,
        ("tests/schedule.rs", "draining_ends_within_its_patience_and_calls_no_portal_down"),
    ),
];

/// Whether the test is there and its file speaks of the reason. What it proves, it proves itself when it is run.
fn is_proved(reason: Reason, (file, test): (&str, &str)) -> bool {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let names_it = text.contains(&format!("Reason::{reason:?}")) || text.contains(&format!("\"{reason}\""));
    names_it && text.contains(&format!("fn {test}("))
}

#[test]
fn every_reason_can_come_about() {
    let here: BTreeSet<&str> = all().iter().map(|case| case.reason).collect();
    let missing: Vec<String> = Reason::ALL
        .iter()
        .filter(|reason| !here.contains(reason.as_str()))
        .filter(|reason| {
            !ELSEWHERE.iter().any(|(known, place)| known == *reason && is_proved(*known, *place))
        })
        .map(ToString::to_string)
        .collect();
    assert!(missing.is_empty(), "no test brings these reasons about: {}", missing.join(", "));
    let unknown: Vec<&&str> =
        here.iter().filter(|name| !name.is_empty() && Reason::parse(name).is_none()).collect();
    assert!(unknown.is_empty(), "the bed expects reasons that do not exist: {unknown:?}");
    for (reason, _) in ELSEWHERE {
        assert!(!here.contains(reason.as_str()), "{reason} has a case here: it need not be named elsewhere");
    }
}
