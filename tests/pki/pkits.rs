//! NIST's PKITS: 224 tests of path validation, 247 runs with the policy inputs that the document varies. The wheel
//! has no expectations; `pkits.tsv` states them.

use std::collections::BTreeSet;

use der::asn1::ObjectIdentifier;
use emc_monitor::pki::path::PolicyInputs;
use emc_monitor::pki::path::purpose::Purpose;
use emc_monitor::pki::trust::{Answer, Question, RevocationRule, Trust};
use emc_monitor::pki::verdict::Verdict;

use crate::material::{Pkits, files, moment};

/// Tests that do not apply, each with its reason.
const INAPPLICABLE: &[(&str, &str)] = &[
    ("4.1.4", "DSA is no algorithm of ours: undetermined, never valid"),
    ("4.1.5", "DSA is no algorithm of ours: undetermined, never valid"),
    ("4.1.6", "DSA is no algorithm of ours: undetermined, never valid"),
];

/// One line of the table.
struct Case {
    section: String,
    test: String,
    end_entity: String,
    policies: PolicyInputs,
    is_valid: bool,
}

fn cases() -> Vec<Case> {
    let table = include_str!("pkits.tsv").lines().filter(|line| !line.starts_with('#'));
    table
        .map(|line| {
            let fields: Vec<&str> = line.split('\t').collect();
            let [section, test, end_entity, asked, explicit, mapping, any, expected, _rule] = fields[..]
            else {
                panic!("nine fields: {line}");
            };
            let is_set = |word: &str| match word {
                "yes" => true,
                "no" => false,
                other => panic!("yes or no: {other}"),
            };
            Case {
                section: section.to_owned(),
                test: test.to_owned(),
                end_entity: end_entity.to_owned(),
                policies: PolicyInputs {
                    acceptable: acceptable(asked),
                    explicit: is_set(explicit),
                    inhibit_mapping: is_set(mapping),
                    inhibit_any: is_set(any),
                },
                is_valid: match expected {
                    "valid" => true,
                    "invalid" => false,
                    other => panic!("valid or invalid: {other}"),
                },
            }
        })
        .collect()
}

/// `any`, or numbers of NIST's test policies.
fn acceptable(asked: &str) -> BTreeSet<ObjectIdentifier> {
    if asked == "any" {
        return BTreeSet::new();
    }
    let numbered =
        |number: &str| ObjectIdentifier::new(&format!("2.16.840.1.101.3.2.1.48.{number}")).unwrap();
    asked.split(',').map(numbered).collect()
}

fn ask(trust: &Trust<'_>, certificate: &[u8], policies: &PolicyInputs) -> Answer {
    let at = moment("2020-01-01T00:00:00Z");
    trust.judge(&Question {
        certificate,
        purpose: Purpose::Any,
        at,
        now: at,
        revocation: RevocationRule::Look,
        policies: policies.clone(),
    })
}

#[test]
fn nist_pkits_agrees() {
    let suite = Pkits::read();
    let trust = Trust::new(&suite.anchors, &suite.evidence);
    let certificates = files("PKITS_data/certs");
    let (mut agreed, mut inapplicable, mut wrong) = (0, 0, Vec::new());
    let cases = cases();
    for case in &cases {
        let (_, certificate) = certificates.iter().find(|(name, _)| *name == case.end_entity).unwrap();
        let answer = ask(&trust, certificate, &case.policies);
        let flaws: Vec<String> =
            answer.flaws().map(|flaw| format!("{}: {}", flaw.reason.as_str(), flaw.told)).collect();
        // Lists that were asked before are looked up in an index; here none was.
        let alone = ask(&Trust::new(&suite.anchors, &suite.evidence), certificate, &case.policies);
        assert!(alone.flaws().eq(answer.flaws()), "{} {}", case.section, case.test);
        if let Some((_, why)) = INAPPLICABLE.iter().find(|(section, _)| *section == case.section) {
            inapplicable += 1;
            assert!(answer.flaws().all(|flaw| flaw.reason.verdict() == Verdict::Undetermined), "{flaws:?}");
            assert!(!answer.is_trusted());
            println!("{} {}: does not apply: {why}", case.section, case.test);
        } else if answer.is_trusted() == case.is_valid {
            agreed += 1;
            println!("{} {}: agreed {flaws:?}", case.section, case.test);
        } else {
            wrong.push(format!("{} {}: expected {}, got {flaws:?}", case.section, case.test, case.is_valid));
        }
    }
    println!(
        "PKITS: {} runs, {agreed} agree, {inapplicable} do not apply, {} disagree",
        cases.len(),
        wrong.len()
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
