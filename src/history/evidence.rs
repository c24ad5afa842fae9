//! The whole result of a run in few bytes: its published JSON and its Vietnamese sentences, compressed.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use serde::{Deserialize, Serialize};

use crate::model::result::ProbeResult;
use crate::model::text::Language;
use crate::model::told::Told;

/// The most bytes of JSON that are unpacked again; a result is some hundred kilobytes at most.
const UNPACKED_MAX: u64 = 16 << 20;

/// What is kept of a run that was not up.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// The result as `emc schema result` describes it: redacted headers, an excerpt of the body, the certificate chain, the
    /// findings, the timeline. Its sentences are English.
    pub json: String,
    /// The same sentences in Vietnamese.
    pub vietnamese: Vietnamese,
}

/// What was wanted and found, in Vietnamese, in the order of the findings; empty where it reads as in English.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vietnamese(pub Vec<(String, String)>);

impl Vietnamese {
    fn of(result: &ProbeResult) -> Self {
        let own = |told: &Told| {
            let vi = told.in_language(Language::Vi);
            if vi == told.in_language(Language::En) { String::new() } else { vi.to_owned() }
        };
        let findings = result.assessment.findings.iter();
        Self(findings.map(|finding| (own(&finding.expected), own(&finding.found))).collect())
    }
}

/// Packs a result: two lines, the JSON and the Vietnamese. Headers, addresses and server's words in it were made fit to be
/// shown when it was measured.
pub(crate) fn pack(result: &ProbeResult) -> Option<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(&serde_json::to_vec(result).ok()?).ok()?;
    encoder.write_all(b"\n").ok()?;
    encoder.write_all(&serde_json::to_vec(&Vietnamese::of(result)).ok()?).ok()?;
    encoder.finish().ok()
}

/// The evidence again; `None` if it is damaged.
pub(crate) fn unpack(packed: &[u8]) -> Option<Evidence> {
    let mut text = String::new();
    ZlibDecoder::new(packed).take(UNPACKED_MAX).read_to_string(&mut text).ok()?;
    let (json, vietnamese) = text.split_once('\n').unwrap_or((&text, ""));
    let vietnamese = serde_json::from_str(vietnamese).unwrap_or_default();
    Some(Evidence { json: json.to_owned(), vietnamese })
}
