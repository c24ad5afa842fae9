//! A PostgreSQL server that takes encrypted connections only.

use std::fs;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

use crate::bed::{POLITE_ENOUGH, authority, emc};
use crate::monitor::Monitor;
use crate::portal::Portal;
use crate::server::{PASSWORD, Server};

/// An authority of our own, in PEM.
fn ca() -> CertifiedIssuer<'static, KeyPair> {
    let mut parameters = CertificateParams::default();
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(parameters, KeyPair::generate().unwrap()).unwrap()
}

/// A server with a certificate for this name, and the authority's certificate.
fn server_named(name: &str) -> (Server, String) {
    let (authority, key) = (ca(), KeyPair::generate().unwrap());
    let parameters = CertificateParams::new(vec![name.to_owned()]).unwrap();
    let certificate = parameters.signed_by(&key, &authority).unwrap();
    let server = Server::start();
    server.encrypt(&certificate.pem(), &key.serialize_pem());
    (server, authority.pem())
}

fn global(server: &Server, keys: &str) -> String {
    format!(
        "{POLITE_ENOUGH}history: {{postgres: {{url: 'postgres://emc@localhost:{}/postgres', \
         password_file: kho.matkhau{keys}}}}}\n",
        server.port
    )
}

/// What `emc history` says with these keys: exit code, and why.
fn asked(server: &Server, keys: &str, trusted: &str) -> (i32, String) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("emc.yaml"), global(server, keys)).unwrap();
    fs::write(folder.path().join("kho.matkhau"), PASSWORD).unwrap();
    fs::write(folder.path().join("ca.pem"), trusted).unwrap();
    let (code, _, wrong) = emc(folder.path(), &["history", "vacuum"]);
    (code, wrong)
}

#[test]
fn the_certificate_must_be_for_the_host_and_trusted_unless_the_operator_says_otherwise() {
    let (server, trusted) = server_named("localhost");
    let stranger = ca().pem();
    assert_eq!(asked(&server, ", sslmode: verify-full, ca_file: ca.pem", &trusted), (0, String::new()));
    assert_eq!(asked(&server, ", ca_file: ca.pem", &trusted).0, 0, "it is what `ca_file` means");
    assert_eq!(asked(&server, ", sslmode: require", "").0, 0);
    for (keys, trusted, why) in [
        (", sslmode: verify-full, ca_file: ca.pem", &*stranger, "invalid peer certificate"),
        (", sslmode: verify-full", "", "invalid peer certificate"),
        (", sslmode: verify-full, ca_file: ca.pem", "", "no certificate to trust"),
        ("", "", "no encryption"),
        (", sslmode: disable", "", "no encryption"),
    ] {
        let (code, wrong) = asked(&server, keys, trusted);
        assert_eq!(code, 3, "{keys}: {wrong}");
        assert!(wrong.contains(why) && !wrong.contains(PASSWORD), "{keys}: {wrong}");
    }
    let (other, trusted) = server_named("db.bo-khac.example");
    let (code, wrong) = asked(&other, ", ca_file: ca.pem", &trusted);
    assert_eq!(code, 3);
    assert!(wrong.contains("not valid for"), "{wrong}");
}

#[test]
fn results_reach_the_server_encrypted() {
    let (server, trusted) = server_named("localhost");
    let portal = Portal::open();
    let files = [
        ("emc.yaml", &*global(&server, ", ca_file: ca.pem")),
        ("bo-vd.yaml", &*authority(&portal.url(), "")),
        ("kho.matkhau", PASSWORD),
        ("ca.pem", &trusted),
    ];
    let monitor = Monitor::start(&files, &[]);
    monitor.wait_for("emc_history_committed_total", |n| n >= 2.0);
    let question = "SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) \
                    WHERE ssl AND version LIKE 'TLSv1.%' AND application_name = 'emc'";
    assert!(server.number(question) >= 1);
    assert!(!monitor.log().contains(PASSWORD));
}

#[test]
fn keys_that_contradict_each_other_are_located_errors() {
    for (keys, why) in [
        ("url: 'postgres://db.example/emc', sslmode: require, ca_file: ca.pem", "verify-full\" only"),
        ("url: 'postgres://db.example/emc', ca_file: khong-co.pem", "khong-co.pem"),
        ("url: 'postgres://db.example/emc?sslmode=require'", "use the keys"),
        ("url: 'postgres://db.example/emc', sslmode: prefer", "verify-full"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("emc.yaml"), format!("history: {{postgres: {{{keys}}}}}\n")).unwrap();
        fs::write(folder.path().join("ca.pem"), "").unwrap();
        let (code, _, told) = emc(folder.path(), &["check"]);
        assert_eq!(code, 1, "{keys}: {told}");
        assert!(told.contains(why) && told.contains("emc.yaml:1:"), "{keys}: {told}");
    }
}
