//! Bodies: cut off, endless, slow, and packed so that a kilobyte unfolds into a gigabyte.

use std::io::Write;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use serde_json::json;

use crate::case::Case;
use crate::server::{drips, floods, http, page, part, read_head, reset, says, says_and_stays, serve};

const CHUNKED: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
const CLOSE: &str = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n";

pub(crate) fn cases() -> Vec<Case> {
    [framing(), codings()].into_iter().flatten().collect()
}

#[expect(clippy::too_many_lines, reason = "a table")]
fn framing() -> Vec<Case> {
    let case = |name, url, status, reason| Case::http(name, url, status, reason);
    let chunks = |rest: &str| says(format!("{CHUNKED}{rest}"));
    vec![
        case("sends chunks well", chunks("2\r\nok\r\n0\r\n\r\n"), "up", ""),
        case("sends a trailer", chunks("2\r\nok\r\n0\r\nX-Trailer: a\r\n\r\n"), "up", ""),
        case("ends by closing", says(format!("{CLOSE}ok")), "up", ""),
        case(
            "stops short of its length",
            says("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort"),
            "down",
            "truncated",
        ),
        case(
            "resets in the body",
            http(serve(|stream| {
                read_head(stream);
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort");
                reset(stream);
            })),
            "down",
            "connection_reset",
        ),
        case("stops before the last chunk", chunks("2\r\nok\r\n"), "down", "truncated"),
        case("stops within a chunk", chunks("20\r\nok"), "down", "truncated"),
        case("sends chunk sizes of letters", chunks("zz\r\nok\r\n0\r\n\r\n"), "down", "malformed_response"),
        case(
            "sends a chunk without a line break",
            chunks("2\r\nokay\r\n0\r\n\r\n"),
            "down",
            "malformed_response",
        ),
        case(
            "sends a chunk size past all bounds",
            chunks("ffffffffffffffffff\r\nok\r\n0\r\n\r\n"),
            "down",
            "malformed_response",
        ),
        case("sends a negative chunk size", chunks("-2\r\nok\r\n0\r\n\r\n"), "down", "malformed_response"),
        case(
            "stalls in the body",
            says_and_stays("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort"),
            "down",
            "timeout_body",
        )
        .until_the_deadline(),
        case(
            "stalls after much of a body",
            says_and_stays(format!(
                "HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n\r\n{}",
                "a".repeat(200_000)
            )),
            "down",
            "timeout_body",
        )
        .until_the_deadline(),
        case(
            "drips a body",
            drips("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", b"a"),
            "down",
            "timeout_body",
        )
        .until_the_deadline(),
        case("drips chunks", drips(CHUNKED, b"1\r\na\r\n"), "down", "timeout_body").until_the_deadline(),
        case("floods with a body", floods(CLOSE, "0123456789abcdef"), "down", "body_too_large"),
        case(
            "floods as it announced",
            floods("HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n", "0123456789abcdef"),
            "down",
            "body_too_large",
        ),
        case("floods with chunks of a byte", floods(CHUNKED, "1\r\na\r\n"), "down", "body_too_large"),
        case(
            "floods with a chunk extension",
            floods(format!("{CHUNKED}2;x="), "0123456789abcdef"),
            "down",
            "malformed_response",
        ),
        case(
            "floods with trailers",
            floods(format!("{CHUNKED}0\r\n"), "X-Trailer: a\r\n"),
            "down",
            "malformed_response",
        ),
        case(
            "sends more than the operator allows",
            says(page("", "a".repeat(2000))),
            "down",
            "body_too_large",
        )
        .with("max_body", json!("1KiB")),
        case("sends less than the operator wants", says(page("", "ok")), "down", "too_small")
            .with("expect", json!({"min_size": "1KiB"})),
        case("sends a body with 204", says("HTTP/1.1 204 None\r\nContent-Length: 2\r\n\r\nok"), "up", "")
            .with("expect", json!({"status": [204]})),
    ]
}

/// A gigabyte of nothing, packed once, twice, and in every coding.
fn codings() -> Vec<Case> {
    let coded = |name, coding: &str, body: &[u8], status, reason| {
        Case::http(name, says(page(&format!("Content-Encoding: {coding}\r\n"), body)), status, reason)
    };
    let bomb = gzip_of_zeros(1 << 30);
    vec![
        coded("packs well", "gzip", &gzip(b"ok"), "up", ""),
        coded("packs twice", "gzip, gzip", &gzip(&gzip(b"ok")), "up", ""),
        coded("packs three times", "gzip, gzip, gzip", &gzip(&gzip(&gzip(b"ok"))), "down", "decode_error"),
        coded("packs bare deflate", "deflate", &deflate(b"ok"), "up", ""),
        coded("lies that it packs", "gzip", b"<html>plain</html>", "down", "decode_error"),
        coded("lies about the coding", "br", &gzip(b"ok"), "down", "decode_error"),
        coded("packs in a coding nobody knows", "x-secret", b"ok", "down", "decode_error"),
        coded("packs and stops short", "gzip", &gzip(&[7; 5000])[..20], "down", "decode_error"),
        coded("packs with a wrong sum", "gzip", &wrong_sum(), "down", "decode_error"),
        coded("sends a gzip bomb", "gzip", &bomb, "down", "body_too_large"),
        coded("sends a gzip bomb in gzip", "gzip, gzip", &gzip(&bomb), "down", "body_too_large"),
        coded("sends a deflate bomb", "deflate", &zlib_of_zeros(1 << 28), "down", "body_too_large"),
        coded(
            "sends a brotli bomb",
            "br",
            &BASE64_STANDARD.decode(BROTLI_BOMB).unwrap(),
            "down",
            "body_too_large",
        ),
        coded("sends a zstd bomb", "zstd", &zstd_bomb(), "down", "body_too_large"),
        coded(
            "sends zstd with a window of a gigabyte",
            "zstd",
            &[0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa0, 0x01, 0, 0],
            "down",
            "decode_error",
        ),
        coded("sends gzip members of nothing", "gzip", &gzip(b"").repeat(50_000), "up", "")
            .with("expect", json!({"max_size": "1KiB"})),
        Case::http("floods with a packed body", endless_gzip(), "down", "body_too_large"),
    ]
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

fn deflate(plain: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

fn wrong_sum() -> Vec<u8> {
    let mut packed = gzip(b"ok");
    let place = packed.len() - 6;
    packed[place] ^= 0xff;
    packed
}

/// A gzip may have many members: one of them packed once and repeated spares packing a gigabyte here.
fn gzip_of_zeros(size: usize) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    pour_zeros(&mut encoder, size >> 6);
    let piece = encoder.finish().unwrap();
    piece.repeat(64)
}

fn zlib_of_zeros(size: usize) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    pour_zeros(&mut encoder, size >> 4);
    encoder.finish().unwrap()
}

fn pour_zeros(into: &mut impl Write, size: usize) {
    let zeros = vec![0; 1 << 20];
    for _ in 0..size >> 20 {
        into.write_all(&zeros).unwrap();
    }
}

/// 64 MiB of zeros in a hundred bytes, as node's zlib packs them with quality 9 and a window of 4 MiB.
const BROTLI_BOMB: &str = "y///PwAkAOKxQHLv//j//weABEAcFoDu/R////8AkACIwwLQvf/j//8fABIAcVgAuvd//P//A0ACIA4LQPf+j///fwBI\
                           AMRhAeje//H//w8ACYA4LADd+7/8//8DIAEQhwWge/8H";

/// Frames of one block each: a run of one byte (RFC 8878, RLE block), 128 KiB long, four bytes a block.
fn zstd_bomb() -> Vec<u8> {
    // Magic, descriptor 0 (no size, no sum), window 1 MiB; then RLE blocks of 128 KiB.
    let mut bomb = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x50];
    let block = |last: u32| {
        let header = (128 << 10) << 3 | 1 << 1 | last;
        [header.to_le_bytes()[0], header.to_le_bytes()[1], header.to_le_bytes()[2], 0]
    };
    for _ in 0..8191 {
        bomb.extend(block(0));
    }
    bomb.extend(block(1));
    bomb
}

/// Packed pieces without end.
fn endless_gzip() -> String {
    let piece = gzip_of_zeros(1 << 26);
    http(serve(move |stream| {
        read_head(stream);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n");
        while stream.write_all(&piece).is_ok() {}
        part(stream);
    }))
}
