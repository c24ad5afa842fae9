//! Stapled OCSP responses made by OpenSSL's responder, judged fail-closed.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use emc_monitor::model::finding::Outcome;
use emc_monitor::net::run::Run;
use emc_monitor::net::{Net, NetSettings};
use emc_monitor::pki::ocsp::{Stapled, judge};
use emc_monitor::probe::{Measured, Tools};
use rustls::version::TLS13;

use crate::authority::{Chain, builder, plain, serve, settings};
use crate::kind::{Files, build};
use crate::openssl::openssl;

type Clock = fn() -> DateTime<Utc>;

const NO_ANCHORS: &[rustls::pki_types::TrustAnchor<'_>] = &[];

/// Writes a chain where OpenSSL finds it, with an index that says `state` of the leaf.
fn lay_out(folder: &Path, chain: &Chain, state: &str) {
    let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).unwrap();
    write("issuer.pem", &chain.middle_pem);
    write("issuer.key", &chain.middle_key_pem);
    write("leaf.pem", &chain.leaf_pem);
    let serial = &emc_monitor::pki::certificate::read(&chain.leaf).serial.to_uppercase();
    write("index", &format!("{state}\t{serial}\tunknown\t/CN=leaf\n"));
}

/// A response of OpenSSL's responder, signed by `signer`.
fn response(folder: &Path, signer: &str) -> Vec<u8> {
    let who = format!("-CA issuer.pem -rsigner {signer}.pem -rkey {signer}.key");
    openssl(
        folder,
        &format!("ocsp -index index {who} -issuer issuer.pem -cert leaf.pem -ndays 2 -noverify -respout der"),
    );
    std::fs::read(folder.join("der")).unwrap()
}

const GOOD: &str = "V\t491231235959Z\t";
const REVOKED: &str = "R\t491231235959Z\t240102030405Z,keyCompromise";

/// A responder's certificate, made by the issuer.
fn appoint(folder: &Path, usage: &str) {
    std::fs::write(folder.join("usage"), usage).unwrap();
    openssl(folder, "req -newkey rsa:2048 -nodes -keyout helper.key -out helper.csr -subj /CN=helper");
    openssl(
        folder,
        "x509 -req -in helper.csr -CA issuer.pem -CAkey issuer.key -CAcreateserial -days 300 -extfile usage -out helper.pem",
    );
}

fn judged(response: &[u8], chain: &Chain, now: DateTime<Utc>) -> Stapled {
    judge(response, &[chain.leaf.to_vec(), chain.middle.to_vec()], NO_ANCHORS, now)
}

fn because(stapled: &Stapled) -> &str {
    match stapled {
        Stapled::CannotTell { because } => because,
        other => panic!("{other:?}"),
    }
}

#[test]
fn only_a_fresh_response_of_one_who_may_say_so_is_believed() {
    let (chain, other) = (Chain::new(plain, plain), Chain::new(plain, plain));
    let folder = tempfile::tempdir().unwrap();
    let (folder, now) = (folder.path(), Utc::now());
    lay_out(folder, &chain, GOOD);
    let good = response(folder, "issuer");
    assert!(matches!(judged(&good, &chain, now), Stapled::Good { .. }));
    assert!(because(&judged(&good, &chain, now + TimeDelta::days(3))).contains("stale since"));
    assert!(because(&judged(&good, &chain, now - TimeDelta::days(1))).contains("from the future"));
    assert!(because(&judged(&good, &other, now)).contains("did not appoint"));
    assert!(
        because(&judge(&good, &[chain.leaf.to_vec()], NO_ANCHORS, now))
            .contains("issuer's certificate is not at hand")
    );
    assert!(because(&judged(&[0x30, 3, 0x0a, 1, 6], &chain, now)).contains("unauthorized"));
    assert!(because(&judged(b"", &chain, now)).contains("cannot be read"));

    appoint(folder, "extendedKeyUsage=OCSPSigning\n");
    assert!(matches!(judged(&response(folder, "helper"), &chain, now), Stapled::Good { .. }));
    appoint(folder, "extendedKeyUsage=serverAuth\n");
    assert!(because(&judged(&response(folder, "helper"), &chain, now)).contains("did not appoint"));
    let sibling = Chain { leaf: chain.middle.clone(), ..Chain::new(plain, plain) };
    assert!(!matches!(judged(&good, &sibling, now), Stapled::Good { .. }));
}

#[test]
fn a_changed_response_is_never_believed() {
    let chain = Chain::new(plain, plain);
    let folder = tempfile::tempdir().unwrap();
    lay_out(folder.path(), &chain, REVOKED);
    let revoked = response(folder.path(), "issuer");
    assert!(matches!(judged(&revoked, &chain, Utc::now()), Stapled::Revoked { since: Some(_) }));
    // Revoked stays revoked, however old the news is.
    assert!(matches!(judged(&revoked, &chain, Utc::now() + TimeDelta::days(30)), Stapled::Revoked { .. }));
    for place in 0..revoked.len() {
        let mut changed = revoked.clone();
        changed[place] ^= 0x41;
        assert!(!matches!(judged(&changed, &chain, Utc::now()), Stapled::Good { .. }), "byte {place}");
        let _ = judged(&revoked[..place], &chain, Utc::now());
    }
}

async fn stapling(chain: &Chain, response: Vec<u8>) -> SocketAddr {
    let shown = vec![chain.leaf.clone(), chain.middle.clone()];
    serve(
        builder(&[&TLS13])
            .with_no_client_auth()
            .with_single_cert_with_ocsp(shown, chain.key(), response)
            .unwrap(),
    )
    .await
}

async fn probed_at(address: SocketAddr, root_pem: &str, clock: fn() -> DateTime<Utc>) -> Measured {
    let files = Files([("ca.pem".into(), root_pem.as_bytes().to_vec())].into());
    let tools = Tools { net: Net::new(&NetSettings::default()).unwrap() };
    let mut run = Run::begin(Duration::from_secs(20));
    build(settings(address), &files).unwrap().run(&tools, &mut run, clock).await
}

#[tokio::test]
async fn a_revoked_certificate_is_down_and_a_stale_response_passes_for_nothing() {
    let chain = Chain::new(plain, plain);
    let folder = tempfile::tempdir().unwrap();
    let cases: [(&str, Clock, &str, Outcome); 3] = [
        (GOOD, Utc::now, "", Outcome::Passed),
        (GOOD, || Utc::now() + TimeDelta::days(3), "", Outcome::CannotTell),
        (REVOKED, Utc::now, "tls_revoked", Outcome::Failed),
    ];
    for (state, clock, reason, outcome) in cases {
        lay_out(folder.path(), &chain, state);
        let address = stapling(&chain, response(folder.path(), "issuer")).await;
        let measured = probed_at(address, &chain.root_pem, clock).await;
        assert_eq!(crate::kind::verdict(&measured).1, reason, "{state}");
        let found = measured.assessment.findings.iter().find(|finding| finding.rule == "revocation").unwrap();
        assert_eq!(found.outcome, outcome, "{found:?}");
    }
}
