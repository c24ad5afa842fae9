//! Old versions, weak suites, weak keys and signatures: OpenSSL as far as Debian still builds it, by hand beyond that.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;

use emc_monitor::model::status::Status::{Degraded, Down, Up};
use serde_json::{Value, json};

use crate::authority::{NAME, probed, settings};
use crate::kind::verdict;
use crate::openssl::{Server, openssl, s_server};

/// A root and a leaf by OpenSSL; `key` and `digest` as its options write them.
fn issue(folder: &Path, key: &str, digest: &str) -> String {
    let alternative = format!("subjectAltName=DNS:{NAME}\n");
    std::fs::write(folder.join("san"), alternative).unwrap();
    let root =
        "req -x509 -newkey rsa:2048 -nodes -keyout root.key -out root.pem -subj /CN=Root -days 300 -sha256";
    openssl(folder, root);
    openssl(folder, &format!("req -newkey {key} -nodes -keyout leaf.key -out leaf.csr -subj /CN=leaf"));
    let sign = format!(
        "x509 -req -in leaf.csr -CA root.pem -CAkey root.key -CAcreateserial -days 300 -extfile san {digest}"
    );
    openssl(folder, &format!("{sign} -out leaf.pem"));
    std::fs::read_to_string(folder.join("root.pem")).unwrap()
}

fn serve(folder: &Path, arguments: &str) -> Server {
    s_server(folder, &format!("-cert leaf.pem -key leaf.key {arguments}"))
}

#[tokio::test]
async fn old_versions_and_weak_suites_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let root = issue(folder.path(), "rsa:2048", "-sha256");
    let cases = [
        ("-tls1 -cipher ALL:!aNULL@SECLEVEL=0", Down, "tls_version", &["1.0"][..], &[][..]),
        ("-tls1_1 -cipher ALL:!aNULL@SECLEVEL=0", Down, "tls_version", &["1.1"], &[]),
        (
            "-no_tls1_3 -min_protocol TLSv1 -cipher ALL:!aNULL@SECLEVEL=0",
            Degraded,
            "tls_weak",
            &["1.0", "1.1", "1.2"],
            &[],
        ),
        (
            "-min_protocol TLSv1.1 -cipher ALL:!aNULL@SECLEVEL=0",
            Degraded,
            "tls_weak",
            &["1.1", "1.2", "1.3"],
            &[],
        ),
        ("-cipher DEFAULT@SECLEVEL=2 -min_protocol TLSv1.2", Up, "", &["1.2", "1.3"], &[]),
        (
            "-tls1_2 -cipher ALL:eNULL:aNULL@SECLEVEL=0",
            Degraded,
            "tls_weak",
            &["1.2"],
            &["null", "anonymous"],
        ),
    ];
    for (arguments, status, reason, versions, weak) in cases {
        let server = serve(folder.path(), arguments);
        let measured = probed(settings(server.address), &root).await;
        let (found_status, found_reason, told) = verdict(&measured);
        assert_eq!((found_status, found_reason), (status, reason), "{arguments}:\n{told}");
        let scan = &measured.facts.more["tls_scan"];
        assert_eq!(accepted(scan), versions, "{arguments}: {scan}");
        assert_eq!(classes(scan), weak, "{arguments}: {scan}");
        assert!(scan["connections"].as_u64().unwrap() <= 12, "{scan}");
    }
}

fn accepted(scan: &Value) -> Vec<&str> {
    let versions = scan["versions"].as_object().unwrap().iter();
    versions
        .filter(|(_, found)| found["accepted"] == json!(true))
        .map(|(version, _)| version.as_str())
        .collect()
}

fn classes(scan: &Value) -> Vec<&str> {
    let weak = scan["weak_suites"].as_array().unwrap().iter();
    weak.map(|found| found["class"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn weak_keys_and_signatures_are_refused_as_browsers_refuse_them() {
    for (key, digest, status, reason, rule) in [
        ("rsa:1024", "-sha256", Down, "tls_untrusted", "key"),
        ("rsa:2048", "-sha1", Down, "tls_untrusted", "signature"),
        ("ec -pkeyopt ec_paramgen_curve:P-256", "-sha256", Up, "", ""),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let root = issue(folder.path(), key, digest);
        let server = serve(folder.path(), "-cipher DEFAULT@SECLEVEL=0");
        let mut without_scan = settings(server.address);
        without_scan["tls"]["scan"] = json!({"versions": false, "suites": false});
        let measured = probed(without_scan, &root).await;
        let (found_status, found_reason, told) = verdict(&measured);
        assert_eq!((found_status, found_reason), (status, reason), "{key} {digest}:\n{told}");
        let failed = measured.assessment.findings.iter().find(|finding| finding.rule == rule);
        assert!(rule.is_empty() || failed.unwrap().reason.unwrap().as_str() == "tls_weak", "{told}");
    }
}

#[tokio::test]
async fn a_self_signed_certificate_that_the_operator_names_is_trusted() {
    let folder = tempfile::tempdir().unwrap();
    let make = "req -x509 -newkey rsa:2048 -nodes -keyout leaf.key -out leaf.pem -subj /CN=x -addext";
    openssl(folder.path(), &format!("{make} subjectAltName=DNS:{NAME} -days 300"));
    let certificate = std::fs::read_to_string(folder.path().join("leaf.pem")).unwrap();
    let server = serve(folder.path(), "-cipher DEFAULT@SECLEVEL=2 -min_protocol TLSv1.2");
    let measured = probed(settings(server.address), &certificate).await;
    assert_eq!(verdict(&measured).0, Up, "{}", verdict(&measured).2);
    // Another of the same name is not the one that was named.
    openssl(
        folder.path(),
        &format!("{} subjectAltName=DNS:{NAME} -days 300", make.replace("leaf.", "other.")),
    );
    let other = std::fs::read_to_string(folder.path().join("other.pem")).unwrap();
    let measured = probed(settings(server.address), &other).await;
    assert_eq!(verdict(&measured).1, "tls_untrusted", "{}", verdict(&measured).2);
}

/// A server that speaks no cryptography: it answers a hello by choosing the first of these suites that is offered, in
/// a version that it knows.
fn chooser(versions: &'static [u16], suites: &'static [u16]) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut hello = [0; 2048];
            let Ok(count) = stream.read(&mut hello) else { continue };
            if count < 46 {
                continue;
            }
            let offered = u16::from_be_bytes([hello[9], hello[10]]);
            let begin = 44 + usize::from(hello[43]);
            let length = usize::from(u16::from_be_bytes([hello[begin], hello[begin + 1]]));
            let list: Vec<u16> = hello[begin + 2..begin + 2 + length]
                .chunks(2)
                .map(|two| u16::from_be_bytes([two[0], two[1]]))
                .collect();
            let version = versions.iter().filter(|version| **version <= offered).max();
            let suite = suites.iter().find(|suite| list.contains(suite));
            let answer = match (version, suite) {
                (Some(version), Some(suite)) => {
                    let mut answer = vec![0x16, 3, 0, 0, 42, 2, 0, 0, 38];
                    answer.extend(version.to_be_bytes());
                    answer.extend([9; 33]);
                    answer[43] = 0;
                    answer.extend(suite.to_be_bytes());
                    answer.push(0);
                    answer
                }
                (None, _) => vec![0x15, 3, 0, 0, 2, 2, 70],
                _ => vec![0x15, 3, 0, 0, 2, 2, 40],
            };
            let _ = stream.write_all(&answer);
        }
    });
    address
}

#[tokio::test]
async fn what_no_library_speaks_any_more_is_still_found() {
    let folder = tempfile::tempdir().unwrap();
    let root = issue(folder.path(), "ec -pkeyopt ec_paramgen_curve:P-256", "-sha256");
    let address = chooser(&[0x0300, 0x0301], &[0x0005, 0x000a, 0x0003, 0x0018, 0x0002, 0x002f]);
    let measured = probed(settings(address), &root).await;
    let (status, reason, told) = verdict(&measured);
    assert_eq!((status, reason), (Down, "tls_version"), "{told}");
    let scan = &measured.facts.more["tls_scan"];
    assert_eq!(accepted(scan), ["SSL 3.0", "1.0"], "{scan}");
    assert_eq!(classes(scan), ["null", "anonymous", "export", "rc4", "64-bit block"], "{scan}");
    assert_eq!(scan["no_forward_secrecy"], json!("TLS_RSA_WITH_AES_128_CBC_SHA"));
}

#[tokio::test]
async fn a_scan_that_is_switched_off_makes_no_connection_and_a_fresh_one_is_not_repeated() {
    let folder = tempfile::tempdir().unwrap();
    let root = issue(folder.path(), "rsa:2048", "-sha256");
    let server = serve(folder.path(), "-cipher DEFAULT@SECLEVEL=2");
    let mut quiet = settings(server.address);
    quiet["tls"]["scan"] = json!({"versions": false, "suites": false});
    let measured = probed(quiet, &root).await;
    assert_eq!(verdict(&measured).0, Up);
    assert!(measured.facts.more.is_empty());

    let files = crate::kind::Files([("ca.pem".into(), root.into_bytes())].into());
    let probe = crate::kind::build(settings(server.address), &files).unwrap();
    let scans = || async {
        let timeout = std::time::Duration::from_secs(20);
        crate::kind::run(&probe, &[], timeout).await.facts.more["tls_scan"]["connections"].clone()
    };
    assert_eq!(scans().await, scans().await);
}
