//! Bytes of certificates, lists and responses changed at random: never a panic, never trusted where a signed byte
//! changed.

use std::sync::LazyLock;

use emc_monitor::pki::evidence::Evidence;
use emc_monitor::pki::path::PolicyInputs;
use emc_monitor::pki::path::purpose::Purpose;
use emc_monitor::pki::revocation::ocsp_answers;
use emc_monitor::pki::trust::{Answer, Question, RevocationRule, Trust};
use proptest::prelude::*;

use crate::material::{Pkits, embedded, files, moment};

/// A certificate of the suite, by name.
fn named(folder: &str, name: &str) -> Vec<u8> {
    files(folder).into_iter().find(|(own, _)| own == name).unwrap().1
}

fn ask(suite: &Pkits, evidence: &Evidence, certificate: &[u8]) -> Answer {
    let at = moment("2020-01-01T00:00:00Z");
    Trust::new(&suite.anchors, evidence).judge(&Question {
        certificate,
        purpose: Purpose::Any,
        at,
        now: at,
        revocation: RevocationRule::Look,
        policies: PolicyInputs::default(),
    })
}

/// Everything of the wheel, read once.
static ALL: LazyLock<Vec<(String, Vec<u8>)>> =
    LazyLock::new(|| ["PKITS_data/certs", "PKITS_data/crls", "ocsp"].map(files).concat());
/// The path of one test, made once.
static SIMPLE: LazyLock<(Pkits, Vec<u8>)> = LazyLock::new(simple);

/// The path of one test alone: end entity, authority, and their lists.
fn simple() -> (Pkits, Vec<u8>) {
    let mut suite = Pkits::read();
    let lists = ["GoodCACRL", "TrustAnchorRootCRL"].map(|name| embedded(named("PKITS_data/crls", name)));
    let certificates = vec![named("PKITS_data/certs", "GoodCACert")];
    suite.evidence = Evidence { certificates, crls: lists.into(), ocsps: Vec::new() };
    (suite, named("PKITS_data/certs", "ValidCertificatePathTest1EE"))
}

/// Every byte of these encodings is signed, signature, or says how long they are: none can change in silence.
#[test]
fn no_byte_of_a_path_can_change_in_silence() {
    let (suite, leaf) = &*SIMPLE;
    assert!(ask(suite, &suite.evidence, leaf).is_trusted());
    for place in 0..leaf.len() {
        let mut bad = leaf.clone();
        bad[place] ^= 1 << (place % 8);
        assert!(!ask(suite, &suite.evidence, &bad).is_trusted(), "leaf, byte {place}");
    }
    for which in 0..suite.evidence.crls.len() {
        for place in 0..suite.evidence.crls[which].bytes.len() {
            let mut bad = suite.evidence.clone();
            bad.crls[which].bytes[place] ^= 1 << (place % 8);
            assert!(!ask(suite, &bad, leaf).is_trusted(), "list {which}, byte {place}");
        }
    }
    for place in 0..suite.evidence.certificates[0].len() {
        let mut bad = suite.evidence.clone();
        bad.certificates[0][place] ^= 1 << (place % 8);
        assert!(!ask(suite, &bad, leaf).is_trusted(), "authority, byte {place}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_cut_changed_or_joined_never_panics(
        pick in any::<prop::sample::Index>(),
        other in any::<prop::sample::Index>(),
        places in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        cut in any::<prop::sample::Index>(),
    ) {
        let (suite, leaf) = &*SIMPLE;
        let mut bad = pick.get(&ALL).1.clone();
        for (place, value) in &places {
            let place = place.index(bad.len());
            bad[place] = *value;
        }
        bad.truncate(cut.index(bad.len()) + 1);
        let joined = [&bad[..], &other.get(&ALL).1].concat();
        let statements = vec![embedded(bad.clone()), embedded(joined.clone())];
        let evidence = Evidence {
            certificates: vec![bad.clone(), joined, leaf.clone()],
            crls: statements.clone(),
            ocsps: statements,
        };
        let _said = ocsp_answers(&embedded(bad.clone()));
        // Without a sound list nothing is trusted.
        prop_assert!(!ask(suite, &evidence, leaf).is_trusted());
        prop_assert!(!ask(suite, &evidence, &bad).is_trusted());
    }
}
