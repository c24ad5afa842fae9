//! How long verifying takes in process: `verify_time ROUNDS AT ANCHORS FILE...` prints, per file, the median in
//! microseconds and the verdict. Nothing is fetched. See `benches/verify.py`.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use chrono::{DateTime, Utc};
use emc_monitor::pki::anchors::{Anchors, certificates_in};
use emc_monitor::pki::evidence::Evidence;
use emc_monitor::pki::judge::file::verify;
use emc_monitor::pki::judge::question::{Question, Revocation};
use emc_monitor::pki::xml::Coverage;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let mut next = || arguments.next().expect("ROUNDS AT ANCHORS FILE...");
    let rounds: usize = next().parse().expect("ROUNDS is a number");
    let at: DateTime<Utc> = next().parse().expect("AT is a moment as RFC 3339 writes it");
    let anchors = anchors(Path::new(&next()));
    let evidence = Evidence::default();
    for file in arguments {
        let bytes = std::fs::read(&file).expect("the file can be read");
        let question = Question {
            file: &file,
            bytes: &bytes,
            detached: None,
            password: None,
            anchors: &anchors,
            evidence: &evidence,
            at,
            revocation: Revocation::Require,
            coverage: Coverage::Whole,
        };
        let mut spent: Vec<u128> = Vec::with_capacity(rounds);
        let mut verdict = None;
        for _ in 0..rounds {
            let begun = Instant::now();
            verdict = Some(verify(&question).report.verdict);
            spent.push(begun.elapsed().as_micros());
        }
        spent.sort_unstable();
        println!("{} {verdict:?} {file}", spent[spent.len() / 2]);
    }
}

fn anchors(folder: &Path) -> Anchors {
    let mut anchors = Anchors::default();
    let set: Arc<str> = "given".into();
    for entry in std::fs::read_dir(folder).expect("the folder of anchors can be read") {
        let bytes =
            std::fs::read(entry.expect("its entries can be read").path()).expect("an anchor can be read");
        for root in certificates_in(&bytes).expect("an anchor is a certificate") {
            anchors.add(&set, root);
        }
    }
    anchors
}
