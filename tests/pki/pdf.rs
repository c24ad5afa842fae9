//! The structure of PDF files that pyHanko signed, and of attacks on them.
//!
//! Where pyHanko 0.38 judges otherwise, and why ours is right: it accepts bytes behind the last revision (nobody can say
//! that no reader finds objects there), `NeedAppearances` set after signing (readers then draw the fields anew), a new
//! visible signature field that holds no signature (it covers the page with what nobody signed), a signature dictionary
//! that no field shows, and white space among the digits of `/Contents` (room for what nobody signed). It refuses remarks
//! that a certification with `P` 3 permits (ISO 32000-2 table 257).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use emc_monitor::pki::pdf::{self, Kind, Limits, PdfFile};
use emc_monitor::pki::verdict::{Flaw, SignatureReason};
use serde_json::Value;

fn python() -> PathBuf {
    let made = || Path::new(env!("CARGO_MANIFEST_DIR")).join("target/python/bin/python");
    std::env::var_os("EMC_PYTHON").map_or_else(made, PathBuf::from)
}

/// A folder of files, made once for all tests of this file.
pub(crate) fn folder() -> &'static Path {
    static MADE: std::sync::OnceLock<PathBuf> = std::sync::OnceLock::new();
    MADE.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pdf");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/make_pdf.py");
        let done = Command::new(python()).arg(script).arg(&folder).args(["1", "3"]).output();
        let done = done.expect("tests/setup/python.sh makes the environment");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        folder
    })
}

fn bytes(name: &str) -> Vec<u8> {
    std::fs::read(folder().join(name)).unwrap()
}

fn manifest() -> Vec<Value> {
    let text = bytes("manifest.json");
    serde_json::from_slice(&text).unwrap()
}

fn read(case: &Value) -> Result<PdfFile, Flaw> {
    pdf::read(&bytes(case["file"].as_str().unwrap()), case["password"].as_str())
}

fn reasons(file: &Result<PdfFile, Flaw>) -> Vec<SignatureReason> {
    match file {
        Err(flaw) => vec![flaw.reason],
        Ok(file) => {
            file.signatures.iter().flat_map(|signature| &signature.flaws).map(|flaw| flaw.reason).collect()
        }
    }
}

fn sentences(file: &Result<PdfFile, Flaw>) -> Vec<&str> {
    match file {
        Err(flaw) => vec![&flaw.told.en],
        Ok(file) => file
            .signatures
            .iter()
            .flat_map(|signature| &signature.flaws)
            .map(|flaw| flaw.told.en.as_str())
            .collect(),
    }
}

#[test]
fn good_files_have_no_flaw_of_structure() {
    let mut wrong = Vec::new();
    let cases: Vec<Value> =
        manifest().into_iter().filter(|case| case["file"].as_str().unwrap().starts_with("good")).collect();
    for case in &cases {
        let file = read(case);
        let count = file.as_ref().map_or(0, |file| file.signatures.len());
        let unsigned = case["reason"] == "no_signature";
        let few = count < case["signatures"].as_u64().map_or(1, |count| usize::try_from(count).unwrap());
        if !reasons(&file).is_empty() || (few && !unsigned) || (unsigned && count > 0) {
            wrong.push(format!("{}: {count} signatures, {:?}", case["file"], sentences(&file)));
        }
    }
    println!("{} good files", cases.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn attacks_are_found_for_what_they_are() {
    let mut missed = Vec::new();
    let mut families: BTreeMap<String, usize> = BTreeMap::new();
    for case in manifest() {
        let name = case["file"].as_str().unwrap();
        if !name.starts_with("bad") {
            continue;
        }
        let found = reasons(&read(&case));
        *families.entry(name[4..].rsplit_once('-').unwrap().0.to_owned()).or_default() += 1;
        let expected = case["reason"].as_str();
        let as_expected = match expected {
            Some(reason) => found.iter().any(|found| found.as_str() == reason),
            None => case["verdict"] == "not_valid" || !found.is_empty(),
        };
        if !as_expected {
            missed.push(format!("{name}: wanted {expected:?}, got {found:?}"));
        }
    }
    println!("{families:?}");
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn a_signature_tells_what_it_covers_and_says_of_itself() {
    let bytes = bytes("good/two.pdf");
    let file = pdf::read(&bytes, None).unwrap();
    let [leader, seal] = file.signatures.as_slice() else { panic!("{file:?}") };
    assert_eq!((leader.name.as_str(), seal.name.as_str()), ("Lanh_dao", "Con_dau"));
    assert_eq!((leader.covers_whole_revision, leader.covers_whole_file), (true, false));
    assert_eq!((seal.covers_whole_revision, seal.covers_whole_file), (true, true));
    assert_eq!((leader.revision, seal.revision, file.revisions), (2, 3, 3));
    assert_eq!(seal.sub_filter, "ETSI.CAdES.detached");
    assert_eq!(leader.given_reason.as_deref(), Some("Phê duyệt"));
    assert_eq!(leader.location.as_deref(), Some("Hà Nội"));
    assert!(leader.claimed_time.is_some() && leader.contents.starts_with(&[0x30]));
    assert_eq!(seal.covered[1].end, bytes.len());
    let told: Vec<&str> = leader.later_changes.iter().map(|change| change.told.en.as_str()).collect();
    assert!(told.contains(&"signature \"Con_dau\""), "{told:?}");
    assert!(leader.later_changes.iter().all(|change| change.permitted), "{told:?}");
}

#[test]
fn certifications_timestamps_and_evidence_are_told() {
    let kind = |name: &str| pdf::read(&bytes(name), None).unwrap().signatures[0].kind;
    for (level, permission) in
        [(1, pdf::Permission::Nothing), (2, pdf::Permission::Forms), (3, pdf::Permission::Annotations)]
    {
        assert_eq!(kind(&format!("good/docmdp{level}.pdf")), Kind::Certification { permission });
    }
    let file = pdf::read(&bytes("good/b-lta.pdf"), None).unwrap();
    assert_eq!(file.signatures[1].kind, Kind::DocumentTimestamp);
    assert!(!file.dss.certificates.is_empty() && !file.dss.ocsps.is_empty() && !file.dss.crls.is_empty());
}

#[test]
fn encrypted_files_open_with_their_password_only() {
    let locked = bytes("good/encrypted-password.pdf");
    for password in [None, Some("sai"), Some("")] {
        let flaw = pdf::read(&locked, password).unwrap_err();
        assert_eq!(flaw.reason, SignatureReason::PasswordNeeded, "{password:?}");
    }
    assert_eq!(pdf::read(&locked, Some("bí mật")).unwrap().signatures.len(), 1);
    assert_eq!(pdf::read(&bytes("good/encrypted-empty.pdf"), None).unwrap().signatures.len(), 1);
}

#[test]
fn a_file_that_ends_before_its_signature_is_told_to_be_cut_short() {
    let whole = bytes("good/b-b.pdf");
    let begin = pdf::read(&whole, None).unwrap().signatures[0].covered[0].end;
    let cut = pdf::read(&whole[..begin], None).unwrap_err();
    assert!(cut.reason == SignatureReason::Malformed && cut.told.en.contains("last revision"), "{cut:?}");
    // What mail servers append is no part of a PDF, and takes none away.
    let unsigned = [&bytes("good/unsigned.pdf")[..], b"\n-- \nsent by post\n"].concat();
    assert!(pdf::read(&unsigned, None).unwrap().signatures.is_empty());
}

#[test]
fn limits_hold() {
    let bytes = bytes("good/two.pdf");
    let usual = Limits::default();
    for limits in
        [Limits { bytes: 100, ..usual }, Limits { signatures: 1, ..usual }, Limits { revisions: 2, ..usual }]
    {
        let flaw = pdf::read_within(&bytes, None, &limits).unwrap_err();
        assert_eq!(flaw.reason, SignatureReason::TooComplex, "{limits:?}");
    }
}
