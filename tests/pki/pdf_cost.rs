//! What large, long and damaged PDF files cost. The files are made by hand: only their structure matters here.

use std::time::{Duration, Instant};

use emc_monitor::pki::pdf;
use emc_monitor::pki::verdict::SignatureReason;
use proptest::prelude::*;

/// A PDF that is saved again and again.
struct Made {
    bytes: Vec<u8>,
    previous: usize,
    fields: Vec<usize>,
    next: usize,
    /// How long signatures are, in bytes.
    contents: usize,
}

impl Made {
    fn new() -> Self {
        let mut made =
            Self { bytes: b"%PDF-1.7\n".to_vec(), previous: 0, fields: Vec::new(), next: 7, contents: 40 };
        made.save(&[
            (1, "<</Type/Catalog/Pages 2 0 R/AcroForm 4 0 R>>".into()),
            (2, "<</Type/Pages/Count 1/Kids[3 0 R]>>".into()),
            (3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 5 0 R>>".into()),
            (4, "<</Fields[]/SigFlags 3>>".into()),
            (5, "<</Length 3>>\nstream\nq Q\nendstream".into()),
            (6, "<</Title(0)>>".into()),
        ]);
        made
    }

    fn save(&mut self, objects: &[(usize, String)]) {
        let mut table = String::from("xref\n");
        for (number, body) in objects {
            table += &format!("{number} 1\n{:010} 00000 n \n", self.bytes.len());
            self.bytes.extend(format!("{number} 0 obj\n{body}\nendobj\n").bytes());
        }
        let at = self.bytes.len();
        let previous = if self.previous == 0 { String::new() } else { format!("/Prev {}", self.previous) };
        table +=
            &format!("trailer\n<</Size 9999/Root 1 0 R/Info 6 0 R{previous}>>\nstartxref\n{at}\n%%EOF\n");
        self.bytes.extend(table.bytes());
        self.previous = at;
    }

    /// A signature over all before it; its contents are no signature.
    fn sign(mut self) -> Self {
        let (field, value) = (self.next, self.next + 1);
        self.next += 2;
        self.fields.push(field);
        let fields: Vec<String> = self.fields.iter().map(|field| format!("{field} 0 R")).collect();
        let range = "0 0000000000 0000000000 0000000000";
        let begin = self.bytes.len();
        self.save(&[
            (4, format!("<</Fields[{}]/SigFlags 3>>", fields.join(" "))),
            (field, format!("<</FT/Sig/T(s{field})/V {value} 0 R/Subtype/Widget/Rect[0 0 0 0]>>")),
            (
                value,
                format!(
                    "<</Type/Sig/SubFilter/ETSI.CAdES.detached/ByteRange[{range}]/Contents<{}>>>",
                    "30".repeat(self.contents)
                ),
            ),
        ]);
        let find = |word: &str| {
            let at = self.bytes[begin..].windows(word.len()).position(|window| window == word.as_bytes());
            begin + at.unwrap()
        };
        let gap = find("/Contents<") + 9;
        let length = 2 * self.contents + 2;
        let numbers = format!("0 {gap:010} {:010} {:010}", gap + length, self.bytes.len() - gap - length);
        let at = find(range);
        self.bytes[at..at + range.len()].copy_from_slice(numbers.as_bytes());
        self
    }

    fn with_signatures(count: usize) -> Self {
        Self::with_long_signatures(count, 40)
    }

    fn with_long_signatures(count: usize, contents: usize) -> Self {
        (0..count).fold(Self { contents, ..Self::new() }, |made, _| made.sign())
    }

    fn saved(mut self, times: usize) -> Self {
        for time in 0..times {
            self.save(&[(6, format!("<</Title({time})>>"))]);
        }
        self
    }
}

/// The best of three.
fn cost(made: &Made, signatures: usize) -> Duration {
    let once = || {
        let begin = Instant::now();
        let file = pdf::read(&made.bytes, None).unwrap();
        let took = begin.elapsed();
        assert_eq!(file.signatures.len(), signatures);
        for signature in &file.signatures {
            assert_eq!(signature.flaws, [], "{}", signature.name);
        }
        took
    };
    (0..3).map(|_| once()).min().unwrap()
}

#[test]
fn cost_grows_with_revisions_and_signatures_no_faster_than_they_do() {
    let [few, many] = [32, 900].map(|times| cost(&Made::with_signatures(64).saved(times), 64));
    println!("64 signatures in 97 and 965 revisions: {few:?}, {many:?}");
    assert!(many < few.max(Duration::from_millis(1)) * 40);
    let [few, many] = [98, 998].map(|times| cost(&Made::with_signatures(1).saved(times), 1));
    println!("1 signature in 100 and 1,000 revisions: {few:?}, {many:?}");
    assert!(many < few.max(Duration::from_millis(1)) * 20);
}

#[test]
fn signatures_as_long_as_those_of_practice_are_read_once() {
    let [few, many] = [8, 64].map(|count| cost(&Made::with_long_signatures(count, 16_000), count));
    println!("8 and 64 signatures of 16,000 bytes: {few:?}, {many:?}");
    assert!(many < few.max(Duration::from_millis(1)) * 40);
}

#[test]
fn one_revision_or_signature_too_many_is_too_complex() {
    for made in [Made::with_signatures(1).saved(999), Made::with_signatures(65)] {
        let flaw = pdf::read(&made.bytes, None).unwrap_err();
        assert_eq!(flaw.reason, SignatureReason::TooComplex, "{}", flaw.told);
    }
}

#[test]
fn circles_and_heaps_end_soon() {
    let circle = |objects: &[(usize, &str)]| {
        let mut made = Made::new();
        let objects: Vec<_> = objects.iter().map(|(number, body)| (*number, (*body).to_owned())).collect();
        made.save(&objects);
        made.sign().saved(2).bytes
    };
    let begin = Instant::now();
    for bytes in [
        circle(&[(3, "3 0 R")]),
        circle(&[(2, "<</Type/Pages/Kids[2 0 R]/Parent 2 0 R>>")]),
        circle(&[
            (4, "<</Fields[20 0 R]>>"),
            (20, "<</Kids[20 0 R 21 0 R]/T(a)>>"),
            (21, "<</Kids[20 0 R]>>"),
        ]),
        circle(&[(5, "<</Length 5 0 R>>\nstream\nq\nendstream")]),
        circle(&[(3, &"[".repeat(100_000))]),
        circle(&[(3, &"<</A".repeat(100_000))]),
    ] {
        drop(pdf::read(&bytes, None));
    }
    let text = "%PDF-1.7\nxref\n0 0\ntrailer\n<</Root 1 0 R/Prev 9>>\nstartxref\n9\n%%EOF\n";
    assert_eq!(pdf::read(text.as_bytes(), None).unwrap_err().reason, SignatureReason::Malformed);
    assert!(begin.elapsed() < Duration::from_secs(20));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_files_never_panic(
        cut in 0_usize..100_000,
        damage in prop::collection::vec((0_usize..100_000, any::<u8>()), 0..12),
    ) {
        let mut bytes = Made::with_signatures(3).saved(2).bytes;
        let length = bytes.len();
        for (at, byte) in damage {
            bytes[at % length] = byte;
        }
        if cut % 4 == 0 {
            bytes.truncate(cut % length);
        }
        let _ = pdf::read(&bytes, Some("x"));
    }

    #[test]
    fn bytes_of_no_sense_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let mut file = b"%PDF-1.5\n".to_vec();
        file.extend(&bytes);
        file.extend(b"\nstartxref\n9\n%%EOF\n");
        let _ = pdf::read(&file, None);
    }
}
