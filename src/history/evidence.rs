//! The whole result of a run in few bytes: its published JSON, compressed.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;

use crate::model::result::ProbeResult;

/// The most bytes of JSON that are unpacked again; a result is some hundred kilobytes at most.
const UNPACKED_MAX: u64 = 16 << 20;

/// Packs a result. Headers, addresses and server's words in it were made fit to be shown when it was measured.
pub(crate) fn pack(result: &ProbeResult) -> Option<Vec<u8>> {
    let json = serde_json::to_vec(result).ok()?;
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(&json).ok()?;
    encoder.finish().ok()
}

/// The JSON again; `None` if it is damaged.
pub(crate) fn unpack(packed: &[u8]) -> Option<String> {
    let mut text = String::new();
    ZlibDecoder::new(packed).take(UNPACKED_MAX).read_to_string(&mut text).ok()?;
    Some(text)
}
