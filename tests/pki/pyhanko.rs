//! CAdES as pyHanko signs it, with timestamps of an authority of its own.

use std::path::{Path, PathBuf};
use std::process::Command;

use emc_monitor::pki::claim::{Claim, Format, StampKind};
use emc_monitor::pki::cms::{Content, claims};
use emc_monitor::pki::{policy, stamp};

use crate::openssl::{CONTENT, Workshop};

fn python() -> PathBuf {
    let made = || Path::new(env!("CARGO_MANIFEST_DIR")).join("target/python/bin/python");
    std::env::var_os("EMC_PYTHON").map_or_else(made, PathBuf::from)
}

/// A folder in which pyHanko has signed.
fn signed() -> Workshop {
    let workshop = Workshop::new();
    workshop.signer("rsa", "rsa:2048");
    workshop.signer("tsa", "rsa:2048");
    workshop.signer("p256", "ec -pkeyopt ec_paramgen_curve:P-256");
    workshop.signer("ed", "ed25519");
    run("sign_cms.py", &workshop);
    workshop
}

/// Runs a script of `tests/python` in a folder.
pub(crate) fn run(script: &str, workshop: &Workshop) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python").join(script);
    let done = Command::new(python()).arg(script).arg(workshop.path("")).output();
    let done = done.expect("tests/setup/python.sh makes the environment");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

fn claim(workshop: &Workshop, name: &str) -> Claim {
    let content = if name == "pss384" { Content::Attached } else { Content::Detached(CONTENT) };
    let claim = claims(&workshop.read(&format!("{name}.p7s")), content).unwrap().remove(0);
    assert_eq!(claim.flaws, [], "{name}");
    claim
}

#[test]
fn what_pyhanko_signs_is_read_to_the_end() {
    let workshop = signed();
    let expected = [
        ("rsa", Format::Cades, "sha256WithRSAEncryption", &[][..]),
        ("rsa512", Format::Cades, "sha512WithRSAEncryption", &[]),
        ("pss", Format::Cades, "RSASSA-PSS with SHA-256", &[]),
        ("pss384", Format::Cades, "RSASSA-PSS with SHA-384", &[]),
        ("p256", Format::Cades, "ecdsa-with-SHA256", &[StampKind::Signature]),
        ("ed", Format::Cades, "Ed25519", &[StampKind::Signature]),
        ("stamped", Format::Cades, "sha256WithRSAEncryption", &[StampKind::Content, StampKind::Signature]),
    ];
    for (name, format, algorithm, kinds) in expected {
        let claim = claim(&workshop, name);
        assert_eq!((claim.format, claim.names_signer), (format, true), "{name}");
        assert_eq!(claim.algorithms[1].name, algorithm);
        let found: Vec<StampKind> = claim.stamps.iter().map(|stamp| stamp.kind).collect();
        assert_eq!(found, kinds, "{name}");
        for stamped in &claim.stamps {
            let stamp = stamp::open(&stamped.token, &stamped.message, &[]).unwrap();
            assert_eq!(stamp.authority, workshop.der("tsa"));
            // A token of one signature is not a token of another.
            let other = claims(&workshop.read("p256.p7s"), Content::Detached(b"")).unwrap().remove(0);
            if name != "p256" {
                let message = &other.stamps[0].message;
                let flaw = stamp::open(&stamped.token, message, &[]).unwrap_err();
                assert_eq!(flaw.reason.as_str(), "timestamp_wrong");
            }
        }
        let judged = policy::judge(&claim.algorithms, chrono::Utc::now(), None);
        assert_eq!(judged.flaws, [], "{name}");
        assert_eq!(judged.notes.is_empty(), !algorithm.contains("WithRSA"), "{name}");
    }
    let time = claim(&workshop, "rsa512").claimed_time.unwrap();
    assert_eq!(time.to_rfc3339(), "2026-05-04T03:02:01+00:00");
}
