//! Every family of attacks on a PDF, by a seeded generator, judged to the end: none is ever valid.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use emc_monitor::pki::anchors::{Anchors, certificates_in};
use emc_monitor::pki::evidence::{Evidence, Source, Statement};
use emc_monitor::pki::judge::file::verify;
use emc_monitor::pki::judge::question::{Question, Revocation};
use emc_monitor::pki::judge::report::FileReport;
use emc_monitor::pki::xml::Coverage;
use serde_json::Value;

use crate::material::python;
use crate::soak;

/// What `make_pdf.py` made.
struct Workshop {
    folder: tempfile::TempDir,
    files: Vec<Value>,
}

impl Workshop {
    fn new(seed: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/make_pdf.py");
        let arguments = [seed.to_string(), soak::pick(2, 12).to_string()];
        let made = Command::new(python()).arg(script).arg(folder.path()).args(arguments).output();
        let made = made.expect("tests/setup/python.sh makes the environment");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let manifest = fs::read(folder.path().join("manifest.json")).unwrap();
        Self { folder, files: serde_json::from_slice(&manifest).unwrap() }
    }

    fn anchors(&self) -> Anchors {
        let mut anchors = Anchors::default();
        let set: Arc<str> = "given".into();
        for entry in fs::read_dir(self.folder.path().join("anchors")).unwrap() {
            for root in certificates_in(&fs::read(entry.unwrap().path()).unwrap()).unwrap() {
                anchors.add(&set, root);
            }
        }
        anchors
    }

    fn judge(&self, entry: &Value, anchors: &Anchors) -> FileReport {
        let path = |name: &Value| self.folder.path().join(name.as_str().unwrap());
        let bytes = fs::read(path(&entry["file"])).unwrap();
        let mut evidence = Evidence::default();
        if entry["needs"].is_string() {
            let bytes = fs::read(path(&entry["needs"])).unwrap();
            let source = Source::Fetched { url: "http://crl.bo-vd.example/ca.crl".to_owned() };
            evidence.crls.push(Statement { bytes, source, nonce: None });
        }
        // The generator notes when it began; what it signed with a timestamp is some seconds younger.
        let noted: DateTime<Utc> = entry["at"].as_str().unwrap().parse().unwrap();
        let at = if Utc::now() - noted < TimeDelta::days(1) { Utc::now() } else { noted };
        verify(&Question {
            file: entry["file"].as_str().unwrap(),
            bytes: &bytes,
            detached: None,
            password: entry["password"].as_str(),
            anchors,
            evidence: &evidence,
            at,
            revocation: Revocation::Require,
            coverage: Coverage::Whole,
        })
        .report
    }
}

#[test]
fn no_attack_of_any_family_is_valid_and_each_gets_its_verdict() {
    let mut families: BTreeMap<String, usize> = BTreeMap::new();
    for seed in 0..soak::pick(1, 12) {
        let workshop = Workshop::new(seed);
        let anchors = workshop.anchors();
        for entry in &workshop.files {
            let report = workshop.judge(entry, &anchors);
            let told = serde_json::to_value(report.verdict).unwrap();
            let as_expected = match entry["verdict"].as_str().unwrap() {
                "not_valid" => told != "valid",
                expected => told == expected,
            };
            let name = entry["file"].as_str().unwrap();
            assert!(
                as_expected,
                "seed {seed}, {name}: {told} because of {:?}: {}",
                report.reason, report.detail.en
            );
            let family = name.trim_start_matches("bad/").trim_end_matches(".pdf");
            *families
                .entry(family.trim_end_matches(|c: char| c.is_ascii_digit() || c == '-').to_owned())
                .or_default() += 1;
        }
    }
    eprintln!("{families:?}");
    assert!(families.len() > 20, "{families:?}");
}
