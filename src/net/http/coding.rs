//! Content codings undone, bounded in output, memory and number: a kilobyte can unfold into a gigabyte.
//!
//! Runs once the last stamp is taken. What unfolds past the limit is `body_too_large`, what cannot be read is
//! `decode_error`; the part that could be read is kept for evidence.

use std::io::{self, Read};

use brotli_decompressor::Decompressor;
use bytes::Bytes;
use flate2::bufread::{DeflateDecoder, GzDecoder, ZlibDecoder};
use http::HeaderMap;
use http::header::CONTENT_ENCODING;
use ruzstd::decoding::StreamingDecoder;

use crate::model::fault::Fault;
use crate::model::reason::Reason;
use crate::net::exchange::Exchange;
use crate::net::http::Outcome;
use crate::net::http::body::{LARGE, too_large};
use crate::net::stage::Stage;

/// The most codings on top of each other.
const CODINGS_MAX: usize = 2;
/// The largest window a zstd frame may ask for (RFC 9659, 3).
const ZSTD_WINDOW_MAX: u64 = 8 << 20;
/// Decoders give their output in pieces of this size.
const PIECE: usize = 16 * 1024;
/// Bodies larger than this on the wire are decoded on the blocking pool, so that other probes' reads are not late.
const INLINE_MAX: usize = 64 * 1024;

/// One content coding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Coding {
    Gzip,
    Deflate,
    Brotli,
    Zstd,
}

/// Decodes the body of an exchange in place.
pub(crate) async fn undo(seen: &mut Exchange, limit: usize) {
    let codings = match seen.head.as_ref().map(|head| codings_of(&head.headers)) {
        Some(Ok(codings)) if !codings.is_empty() => codings,
        Some(Err(fault)) => {
            seen.fault.get_or_insert(fault);
            return;
        }
        _ => return,
    };
    let coded = std::mem::take(&mut seen.body);
    let (body, outcome) = if coded.len() <= INLINE_MAX {
        decode_all(coded, &codings, limit)
    } else {
        let work = tokio::task::spawn_blocking(move || decode_all(coded, &codings, limit));
        let died = |error| (Bytes::new(), Err(Fault::new(Reason::SelfPanicked, "decode body", error)));
        work.await.unwrap_or_else(died)
    };
    seen.body = body;
    if let Err(fault) = outcome {
        seen.fault.get_or_insert(fault);
    }
}

/// The codings to undo, outermost first.
fn codings_of(headers: &HeaderMap) -> Outcome<Vec<Coding>> {
    let mut codings = Vec::new();
    for value in headers.get_all(CONTENT_ENCODING) {
        let value = String::from_utf8_lossy(value.as_bytes()).to_ascii_lowercase();
        for name in value.split(',').map(str::trim) {
            match name {
                "gzip" | "x-gzip" => codings.push(Coding::Gzip),
                "deflate" => codings.push(Coding::Deflate),
                "br" => codings.push(Coding::Brotli),
                "zstd" => codings.push(Coding::Zstd),
                // Mislabelled plain bodies, which every browser shows.
                "" | "identity" | "none" | "utf-8" | "utf8" | "binary" | "8bit" => {}
                _ => return Err(unreadable(format!("content coding \"{name}\" is not known"))),
            }
        }
    }
    if codings.len() > CODINGS_MAX {
        return Err(unreadable(format!("more than {CODINGS_MAX} content codings")));
    }
    codings.reverse();
    Ok(codings)
}

fn decode_all(coded: Bytes, codings: &[Coding], limit: usize) -> (Bytes, Outcome<()>) {
    let mut body = coded;
    for &coding in codings {
        let mut decoded = Vec::new();
        let outcome = decode(coding, &body, &mut decoded, limit);
        body = decoded.into();
        if outcome.is_err() {
            return (body, outcome);
        }
    }
    (body, Ok(()))
}

fn decode(coding: Coding, coded: &[u8], decoded: &mut Vec<u8>, limit: usize) -> Outcome<()> {
    match coding {
        Coding::Gzip => gunzip(coded, decoded, limit),
        Coding::Deflate if is_zlib(coded) => unfold(ZlibDecoder::new(coded), decoded, limit),
        // RFC 9110 says zlib, old servers send the bare stream, browsers take both.
        Coding::Deflate => unfold(DeflateDecoder::new(coded), decoded, limit),
        Coding::Brotli if is_large_window_brotli(coded) => Err(unreadable("brotli with a large window")),
        Coding::Brotli => unfold(Decompressor::new(coded, PIECE), decoded, limit),
        Coding::Zstd => unzstd(coded, decoded, limit),
    }
}

/// One gzip member after the other; what follows them and is no gzip is ignored, as browsers do.
fn gunzip(mut coded: &[u8], decoded: &mut Vec<u8>, limit: usize) -> Outcome<()> {
    loop {
        let mut member = GzDecoder::new(coded);
        unfold(&mut member, decoded, limit)?;
        coded = member.into_inner();
        if !coded.starts_with(&[0x1f, 0x8b]) {
            return Ok(());
        }
    }
}

fn unzstd(mut coded: &[u8], decoded: &mut Vec<u8>, limit: usize) -> Outcome<()> {
    while !coded.is_empty() {
        let frame =
            StreamingDecoder::new_with_max_window_size(&mut coded, ZSTD_WINDOW_MAX).map_err(unreadable)?;
        unfold(frame, decoded, limit)?;
    }
    Ok(())
}

/// Reads to the end, but never past the limit.
fn unfold(mut decoder: impl Read, decoded: &mut Vec<u8>, limit: usize) -> Outcome<()> {
    let mut piece = [0; PIECE];
    loop {
        let count = match decoder.read(&mut piece) {
            Ok(0) => return Ok(()),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(unreadable(error)),
        };
        let room = limit - decoded.len();
        if decoded.capacity() - decoded.len() < count.min(room) && decoded.len() >= LARGE {
            decoded.reserve_exact(room);
        }
        decoded.extend_from_slice(&piece[..count.min(room)]);
        if count > room {
            return Err(too_large(limit));
        }
    }
}

/// RFC 1950: compression method 8, and the first two bytes a multiple of 31.
fn is_zlib(coded: &[u8]) -> bool {
    matches!(coded, [first, second, ..] if first & 0x0f == 8 && u16::from_be_bytes([*first, *second]).is_multiple_of(31))
}

/// The mark of the extension that HTTP does not allow (RFC 7932, 9.1: these bits are invalid).
fn is_large_window_brotli(coded: &[u8]) -> bool {
    coded.first().is_some_and(|first| first & 0x7f == 0x11)
}

fn unreadable(detail: impl std::fmt::Display) -> Fault {
    Fault::new(Reason::DecodeError, Stage::Body.operation(), detail)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

    use super::*;

    const LIMIT: usize = 1 << 20;

    fn decoded(coding: Coding, coded: &[u8]) -> Result<Vec<u8>, Reason> {
        let mut decoded = Vec::new();
        decode(coding, coded, &mut decoded, LIMIT).map(|()| decoded).map_err(|fault| fault.reason)
    }

    fn gzip(plain: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(plain).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn gzip_may_come_in_members_and_with_dirt_behind() {
        let two = [gzip(b"xin "), gzip(b"chao")].concat();
        assert_eq!(decoded(Coding::Gzip, &two), Ok(b"xin chao".to_vec()));
        assert_eq!(
            decoded(Coding::Gzip, &[gzip(b"xin"), b"\0\0dirt".to_vec()].concat()),
            Ok(b"xin".to_vec())
        );
        assert_eq!(decoded(Coding::Gzip, &two[..two.len() - 3]), Err(Reason::DecodeError));
        assert_eq!(decoded(Coding::Gzip, b"<html>"), Err(Reason::DecodeError));
    }

    #[test]
    fn deflate_is_read_with_and_without_its_wrapping() {
        let mut wrapped = ZlibEncoder::new(Vec::new(), Compression::best());
        wrapped.write_all(b"xin chao").unwrap();
        let mut bare = DeflateEncoder::new(Vec::new(), Compression::best());
        bare.write_all(b"xin chao").unwrap();
        assert_eq!(decoded(Coding::Deflate, &wrapped.finish().unwrap()), Ok(b"xin chao".to_vec()));
        assert_eq!(decoded(Coding::Deflate, &bare.finish().unwrap()), Ok(b"xin chao".to_vec()));
    }

    #[test]
    fn brotli_and_zstd_are_read() {
        let brotli = [0x8f, 0x03, 0x80, b'x', b'i', b'n', b' ', b'c', b'h', b'a', b'o', 0x03];
        assert_eq!(decoded(Coding::Brotli, &brotli), Ok(b"xin chao".to_vec()));
        let zstd =
            [0x28, 0xb5, 0x2f, 0xfd, 0x20, 8, 0x41, 0, 0, b'x', b'i', b'n', b' ', b'c', b'h', b'a', b'o'];
        assert_eq!(decoded(Coding::Zstd, &zstd), Ok(b"xin chao".to_vec()));
        assert_eq!(decoded(Coding::Zstd, &zstd[..12]), Err(Reason::DecodeError));
        assert_eq!(decoded(Coding::Brotli, b"<html>"), Err(Reason::DecodeError));
        assert_eq!(decoded(Coding::Brotli, &[0x11, 30, 1, 2, 3]), Err(Reason::DecodeError));
    }

    #[test]
    fn a_zstd_window_past_the_limit_is_refused() {
        // Window descriptor 0xa0: exponent 20, so 1 GiB.
        let huge = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa0, 0x01, 0, 0];
        assert_eq!(decoded(Coding::Zstd, &huge), Err(Reason::DecodeError));
    }

    #[test]
    fn a_bomb_stops_at_the_limit() {
        let mut unfolded = Vec::new();
        let fault = decode(Coding::Gzip, &gzip(&vec![0; 8 * LIMIT]), &mut unfolded, LIMIT).unwrap_err();
        assert_eq!((fault.reason, unfolded.len()), (Reason::BodyTooLarge, LIMIT));
    }

    #[test]
    fn codings_are_undone_from_the_outside_in_and_not_more_than_two() {
        let mut headers = HeaderMap::new();
        headers.append(CONTENT_ENCODING, "gzip, BR".parse().unwrap());
        assert_eq!(codings_of(&headers), Ok(vec![Coding::Brotli, Coding::Gzip]));
        headers.append(CONTENT_ENCODING, "gzip".parse().unwrap());
        assert_eq!(codings_of(&headers).unwrap_err().reason, Reason::DecodeError);
        headers.insert(CONTENT_ENCODING, "compress".parse().unwrap());
        assert_eq!(codings_of(&headers).unwrap_err().reason, Reason::DecodeError);
        headers.insert(CONTENT_ENCODING, "identity".parse().unwrap());
        assert_eq!(codings_of(&headers), Ok(vec![]));
    }
}
