//! pyHanko and pdfsig on the same files: the same verdicts, or a written reason why ours is right.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::material::{material, offline, python};

/// Where pyHanko (hard-fail revocation, nothing fetched) and we part, and why ours is right.
const PARTED: &[(&str, &str)] = &[(
    "noi-them.pdf",
    "bytes behind the last revision belong to nothing that was signed, and some readers find objects in them",
)];

/// What pyHanko says of each file: whether all its signatures are trusted.
fn pyhanko() -> BTreeMap<String, bool> {
    let material = material();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/judge_signed.py");
    let output = Command::new(python()).arg(script).arg(material.path("")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn pyhanko_says_the_same_or_it_is_written_why_not() {
    let judged = pyhanko();
    let mut parted = Vec::new();
    for (name, trusted) in &judged {
        let (_, told) = offline(name);
        if (told["verdict"] == "valid") != *trusted {
            parted.push((name.as_str(), told["verdict"].clone(), *trusted));
        }
    }
    let known: Vec<&str> = PARTED.iter().map(|(name, _)| *name).collect();
    let found: Vec<&str> = parted.iter().map(|(name, ..)| *name).collect();
    assert_eq!(found, known, "{parted:?}");
    assert!(judged.values().filter(|trusted| **trusted).count() >= 8, "{judged:?}");
}

#[test]
fn pdfsig_finds_no_fault_in_what_we_call_valid() {
    let material = material();
    let plain = |file: &&Value| file["password"].is_null() && file["variety"].is_null();
    for expected in material.files.iter().filter(|file| file["verdict"] == "valid").filter(plain) {
        let name = expected["file"].as_str().unwrap();
        let output = Command::new("pdfsig").arg("-nocert").arg(material.path(name)).output().unwrap();
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        // Debian's pdfsig (NSS) knows neither Ed25519 nor timestamps over the document.
        let unknown = name == "ed25519.pdf" || name == "b-lta.pdf";
        assert!(unknown || told.contains("Signature is Valid"), "{name}:\n{told}");
        assert!(!told.contains("Digest Mismatch"), "{name}:\n{told}");
    }
    let output =
        Command::new("pdfsig").arg("-nocert").arg(material.path("doi-mot-bit.pdf")).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stdout).contains("Digest Mismatch"));
}
