//! What is wrong with a chain is told exactly, rule by rule.

use std::sync::Arc;

use emc_monitor::model::finding::Outcome;
use emc_monitor::model::status::Status::{Degraded, Down, Up};
use emc_monitor::probe::Measured;
use rcgen::{CertificateParams, KeyPair};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::server::{ResolvesServerCertUsingSni, WebPkiClientVerifier};
use rustls::version::{TLS12, TLS13};
use serde_json::json;

use crate::authority::{Chain, NAME, builder, expired, not_yet, plain, probed, serve, settings};
use crate::kind::verdict;

/// Which certificates a server shows.
type Shown = fn(&Chain) -> Vec<&CertificateDer<'static>>;

fn full(chain: &Chain) -> Vec<&CertificateDer<'static>> {
    vec![&chain.leaf, &chain.middle]
}

fn assert_verdict(measured: &Measured, status: emc_monitor::model::status::Status, reason: &str) {
    let (found_status, found_reason, told) = verdict(measured);
    assert_eq!((found_status, found_reason), (status, reason), "{told}");
}

fn outcome(measured: &Measured, rule: &str) -> (Outcome, String) {
    let finding = measured.assessment.findings.iter().find(|finding| finding.rule == rule).unwrap();
    (finding.outcome, finding.found.to_string())
}

#[tokio::test]
async fn every_flaw_of_a_chain_has_its_reason() {
    let soon: crate::authority::Change = |params| {
        params.not_after = (std::time::SystemTime::now() + std::time::Duration::from_secs(5 * 86_400)).into();
    };
    let other_name: crate::authority::Change = |params| {
        *params = CertificateParams::new(["khac.bo-vd.example".to_owned()]).unwrap();
    };
    let wildcard: crate::authority::Change = |params| {
        *params = CertificateParams::new(["*.bo-vd.example".to_owned()]).unwrap();
    };
    let leaf_only: Shown = |chain| vec![&chain.leaf];
    let with_root: Shown = |chain| vec![&chain.leaf, &chain.middle, &chain.root];
    let twisted: Shown = |chain| vec![&chain.leaf, &chain.root, &chain.middle];
    let cases = [
        ("good", plain as crate::authority::Change, plain as crate::authority::Change, full as Shown, Up, ""),
        ("root sent too", plain, plain, with_root, Up, ""),
        ("out of order", plain, plain, twisted, Up, ""),
        ("wildcard", plain, wildcard, full, Up, ""),
        ("expired leaf", plain, expired, full, Down, "tls_expired"),
        ("expired intermediate", expired, plain, full, Down, "tls_expired"),
        ("not yet valid", plain, not_yet, full, Down, "tls_not_yet_valid"),
        ("wrong host", plain, other_name, full, Down, "tls_wrong_host"),
        ("missing intermediate", plain, plain, leaf_only, Down, "tls_incomplete_chain"),
        ("expires soon", plain, soon, full, Degraded, "tls_expires_soon"),
        ("intermediate expires soon", soon, plain, full, Degraded, "tls_expires_soon"),
    ];
    for (case, middle, leaf, shown, status, reason) in cases {
        let chain = Chain::new(middle, leaf);
        let address = serve(chain.config(&shown(&chain))).await;
        let measured = probed(settings(address), &chain.root_pem).await;
        let (found_status, found_reason, told) = verdict(&measured);
        assert_eq!((found_status, found_reason), (status, reason), "{case}:\n{told}");
        let tls = measured.facts.tls.unwrap();
        assert_eq!(tls.certificates().len(), shown(&chain).len(), "{case}");
        assert!(!tls.certificates()[1.min(shown(&chain).len() - 1)].issuer.is_empty(), "{case}");
    }
}

#[tokio::test]
async fn an_unknown_root_is_told_apart_from_a_missing_intermediate_even_if_it_bears_a_trusted_name() {
    let (chain, namesake) = (Chain::new(plain, plain), Chain::new(plain, plain));
    let stranger = rcgen::generate_simple_self_signed(["goc-khac".to_owned()]).unwrap().cert.pem();
    let address = serve(chain.config(&[&chain.leaf, &chain.middle, &chain.root])).await;
    for root_pem in [&namesake.root_pem, &stranger] {
        let measured = probed(settings(address), root_pem).await;
        assert_verdict(&measured, Down, "tls_untrusted");
        assert!(outcome(&measured, "trust").1.contains("CN=Gốc thử"), "{}", verdict(&measured).2);
    }
}

#[tokio::test]
async fn an_expired_chain_still_tells_whether_it_would_be_trusted() {
    let (chain, other) = (Chain::new(plain, expired), Chain::new(plain, plain));
    let address = serve(chain.config(&full(&chain))).await;
    let trusted = probed(settings(address), &chain.root_pem).await;
    assert_eq!(outcome(&trusted, "validity").0, Outcome::Failed);
    // The intermediate was not valid in 2015, so there is no moment at which the path could be judged.
    assert_eq!(outcome(&trusted, "name").0, Outcome::Passed);
    let untrusted = probed(settings(address), &other.root_pem).await;
    assert_verdict(&untrusted, Down, "tls_expired");
}

#[tokio::test]
async fn a_self_signed_certificate_is_untrusted_and_named_so() {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new([NAME.to_owned()]).unwrap().self_signed(&key).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = builder(&[&TLS13])
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    let measured = probed(settings(serve(config).await), &Chain::new(plain, plain).root_pem).await;
    assert_verdict(&measured, Down, "tls_untrusted");
    assert_eq!(outcome(&measured, "trust").1, "the certificate is self-signed");
}

#[tokio::test]
async fn the_name_asked_for_picks_the_certificate() {
    let chain = Chain::new(plain, plain);
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    let shown = vec![chain.leaf.clone(), chain.middle.clone()];
    let certified = rustls::sign::CertifiedKey::from_der(shown, chain.key(), &provider).unwrap();
    let mut resolver = ResolvesServerCertUsingSni::new();
    resolver.add(NAME, certified).unwrap();
    let config = builder(&[&TLS13, &TLS12]).with_no_client_auth().with_cert_resolver(Arc::new(resolver));
    let address = serve(config).await;
    assert_verdict(&probed(settings(address), &chain.root_pem).await, Up, "");
    let mut other = settings(address);
    other["tls"]["tls"]["server_name"] = json!("khac.bo-vd.example");
    assert_verdict(&probed(other, &chain.root_pem).await, Down, "tls_handshake");
}

#[tokio::test]
async fn a_server_that_demands_a_client_certificate_says_so_in_either_version() {
    let chain = Chain::new(plain, plain);
    for version in [&TLS12, &TLS13] {
        let mut roots = RootCertStore::empty();
        roots.add(chain.root.clone()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let verifier =
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
        let shown = vec![chain.leaf.clone(), chain.middle.clone()];
        let config = builder(&[version])
            .with_client_cert_verifier(verifier)
            .with_single_cert(shown, chain.key())
            .unwrap();
        let measured = probed(settings(serve(config).await), &chain.root_pem).await;
        assert_verdict(&measured, Down, "tls_client_cert");
    }
}

#[tokio::test]
async fn versions_are_found_by_asking() {
    let chain = Chain::new(plain, plain);
    for (versions, accepted) in
        [(&[&TLS12][..], &["1.2"][..]), (&[&TLS13], &["1.3"]), (&[&TLS12, &TLS13], &["1.2", "1.3"])]
    {
        let shown = vec![chain.leaf.clone(), chain.middle.clone()];
        let config = builder(versions).with_no_client_auth().with_single_cert(shown, chain.key()).unwrap();
        let address = serve(config).await;
        let measured = probed(settings(address), &chain.root_pem).await;
        assert_verdict(&measured, Up, "");
        let scan = &measured.facts.more["tls_scan"];
        for version in ["SSL 3.0", "1.0", "1.1", "1.2", "1.3"] {
            let found = &scan["versions"][version]["accepted"];
            assert_eq!(found, &json!(accepted.contains(&version)), "{version}: {scan}");
        }
        assert_eq!((&scan["weak_suites"], &scan["gap"]), (&json!([]), &json!("")));
    }
}

#[tokio::test]
async fn a_server_older_than_the_operator_wants_is_down_and_one_that_is_laxer_is_weak() {
    let chain = Chain::new(plain, plain);
    let shown = || vec![chain.leaf.clone(), chain.middle.clone()];
    let old = builder(&[&TLS12]).with_no_client_auth().with_single_cert(shown(), chain.key()).unwrap();
    let mut only_new = settings(serve(old).await);
    only_new["tls"]["min_version"] = json!("1.3");
    assert_verdict(&probed(only_new, &chain.root_pem).await, Down, "tls_version");
    let mut lax = settings(serve(chain.config(&full(&chain))).await);
    lax["tls"]["min_version"] = json!("1.3");
    assert_verdict(&probed(lax, &chain.root_pem).await, Degraded, "tls_weak");
}

#[tokio::test]
async fn what_the_operator_expects_of_a_certificate_is_held_against_it() {
    let chain = Chain::new(plain, plain);
    let address = serve(chain.config(&full(&chain))).await;
    for (expect, status, reason) in [
        (json!({"issuer": "trung GIAN", "names": [NAME]}), Up, ""),
        (json!({"issuer": "Viettel"}), Down, "tls_untrusted"),
        (json!({"names": ["khac.bo-vd.example"]}), Down, "tls_wrong_host"),
    ] {
        let mut settings = settings(address);
        settings["tls"]["expect"] = expect;
        assert_verdict(&probed(settings, &chain.root_pem).await, status, reason);
    }
}

#[tokio::test]
async fn a_port_without_tls_is_told_so() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().take(1) {
            let _ = std::io::Write::write_all(&mut stream.unwrap(), b"HTTP/1.1 400 Bad Request\r\n\r\n");
        }
    });
    let measured = probed(settings(address), &Chain::new(plain, plain).root_pem).await;
    assert_verdict(&measured, Down, "tls_handshake");
}

#[tokio::test]
async fn a_server_that_answers_no_scan_is_up_and_what_it_accepts_cannot_be_told() {
    let chain = Chain::new(plain, plain);
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(chain.config(&full(&chain))));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let first = listener.accept().await.unwrap().0;
        let mut first = acceptor.accept(first).await.unwrap();
        let _ = tokio::io::AsyncReadExt::read(&mut first, &mut [0; 16]).await;
        drop(first);
        let mut silent = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            silent.push(stream);
        }
    });
    let files = crate::kind::Files([("ca.pem".into(), chain.root_pem.clone().into_bytes())].into());
    let probe = crate::kind::build(settings(address), &files).unwrap();
    let measured = crate::kind::run(&probe, &[], std::time::Duration::from_secs(3)).await;
    assert_verdict(&measured, Up, "");
    assert_eq!(outcome(&measured, "versions").0, Outcome::CannotTell);
    assert_eq!(outcome(&measured, "suites").0, Outcome::CannotTell);
}
