//! Whatever is done to a signed file, it is never called valid; and good files are not refused.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use emc_monitor::pki::anchors::{Anchors, certificates_in};
use emc_monitor::pki::evidence::Evidence;
use emc_monitor::pki::judge::file::verify;
use emc_monitor::pki::judge::question::{Question, Revocation};
use emc_monitor::pki::judge::report::FileReport;
use emc_monitor::pki::verdict::Verdict;
use emc_monitor::pki::xml::Coverage;

use crate::material::material;
use crate::seeded::Seeded;
use crate::soak;

fn judge(bytes: &[u8]) -> FileReport {
    let mut anchors = Anchors::default();
    let set: Arc<str> = "given".into();
    for root in certificates_in(&material().read("anchors/goc.pem")).unwrap() {
        anchors.add(&set, root);
    }
    let at: DateTime<Utc> = Utc::now();
    verify(&Question {
        file: "attacked.pdf",
        bytes,
        detached: None,
        password: None,
        anchors: &anchors,
        evidence: &Evidence::default(),
        at,
        revocation: Revocation::Require,
        coverage: Coverage::Whole,
    })
    .report
}

/// The bytes that the timestamp over the whole document covers, by its own `ByteRange`, which is the last of the file.
fn covered(file: &[u8]) -> [std::ops::Range<usize>; 2] {
    let mark = b"/ByteRange";
    let last = file.windows(mark.len()).rposition(|window| window == mark).unwrap();
    let inside = &file[last..];
    let open = inside.iter().position(|byte| *byte == b'[').unwrap();
    let close = inside.iter().position(|byte| *byte == b']').unwrap();
    let numbers: Vec<usize> = std::str::from_utf8(&inside[open + 1..close])
        .unwrap()
        .split_whitespace()
        .map(|number| number.parse().unwrap())
        .collect();
    [numbers[0]..numbers[0] + numbers[1], numbers[2]..numbers[2] + numbers[3]]
}

#[test]
fn no_flipped_bit_of_what_is_signed_goes_unseen() {
    let file = material().read("b-lta.pdf");
    assert_eq!(judge(&file).verdict, Verdict::Valid);
    let ranges = covered(&file);
    // A comment begins where the timestamp tells what it covers: the timestamp must not just be gone.
    let mut commented = file.clone();
    let place = ranges[1].start
        + file[ranges[1].clone()].windows(9).position(|window| window == b"ByteRange").unwrap();
    commented[place + 3] = b'%';
    assert_ne!(judge(&commented).verdict, Verdict::Valid);
    let mut random = Seeded(20_261_124);
    for _ in 0..soak::pick(400, 20_000) {
        let range = &ranges[usize::from(random.below(8) == 0)];
        let (place, bit) = (random.within(range), random.below(8));
        let mut flipped = file.clone();
        flipped[place] ^= 1 << bit;
        let told = judge(&flipped);
        assert_ne!(told.verdict, Verdict::Valid, "bit {bit} of byte {place}");
    }
}

#[test]
fn no_flipped_bit_of_a_signature_goes_unseen() {
    let file = material().read("b-lt.pdf");
    let begin = file.windows(10).position(|window| window == b"/Contents ").unwrap() + 11;
    let zeros = file[begin..].windows(64).position(|window| window == [b'0'; 64]).unwrap();
    let mut random = Seeded(7);
    for _ in 0..soak::pick(400, 20_000) {
        let place = begin + random.below(zeros);
        let digit = b"0123456789abcdef"[random.below(16)];
        if file[place].eq_ignore_ascii_case(&digit) {
            continue;
        }
        let mut changed = file.clone();
        changed[place] = digit;
        let told = judge(&changed);
        let harmless = told.verdict == Verdict::Valid && is_outside_of_what_counts(&file, &changed);
        assert!(told.verdict != Verdict::Valid || harmless, "digit {place}");
    }
}

/// Certificates that are carried along and that no path needs may change, for nothing rests on them, and a timestamp may
/// be taken away, for no signature covers it: then no time is proven any more. Whether that is so shows where the signer
/// and his path are told the same, and the time is, or is no longer proven.
fn is_outside_of_what_counts(file: &[u8], changed: &[u8]) -> bool {
    let (before, after) = (judge(file), judge(changed));
    let told = |report: &FileReport| {
        let signature = &report.signatures[0];
        (signature.signer.clone(), signature.path.clone(), signature.flaws.len())
    };
    let time = |report: &FileReport| report.signatures[0].time.clone();
    told(&before) == told(&after) && (time(&before) == time(&after) || time(&after).proven.is_none())
}

#[test]
fn bytes_cut_out_doubled_or_exchanged_are_seen() {
    let file = material().read("b-lta.pdf");
    let [first, _] = covered(&file);
    let mut random = Seeded(99);
    for round in 0..soak::pick(120, 6_000) {
        let begin = random.within(&first);
        let length = random.within(&(1..200)).min(first.end - begin);
        let mut changed = file.clone();
        match round % 3 {
            0 => drop(changed.drain(begin..begin + length)),
            1 => {
                let piece = file[begin..begin + length].to_vec();
                changed.splice(begin..begin, piece);
            }
            _ => {
                let other = random.within(&(first.start..first.end - length));
                let piece = file[other..other + length].to_vec();
                changed.splice(begin..begin + length, piece);
            }
        }
        if changed != file {
            assert_ne!(judge(&changed).verdict, Verdict::Valid, "round {round}: {length} bytes at {begin}");
        }
    }
}

#[test]
fn good_files_of_every_shape_are_not_refused() {
    let good: Vec<&str> = material()
        .files
        .iter()
        .filter(|file| file["variety"] == true)
        .filter_map(|file| file["file"].as_str())
        .collect();
    let refused: Vec<(&str, FileReport)> = good
        .iter()
        .map(|name| (*name, judge(&material().read(name))))
        .filter(|(_, report)| report.verdict != Verdict::Valid)
        .collect();
    let why: Vec<_> = refused.iter().map(|(name, report)| (name, report.reason, &report.detail.en)).collect();
    eprintln!("{} good files, {} refused", good.len(), refused.len());
    assert!(good.len() >= 40 && refused.len() * 100 <= good.len(), "{why:?}");
}
