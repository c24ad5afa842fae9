//! PKCS#12 files (RFC 7292): a key and certificates under a password, in the newer encryption (PBES2 with AES) and in the
//! older ones that certification authorities' tools still write (triple DES and RC2).

mod ber;
mod cipher;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::{digest, hmac};

use crate::model::secret::Secret;
use crate::model::told::{Told, told};
use crate::pki::der::{INTEGER, OCTET_STRING, OID, Reader, SEQUENCE, explicit, implicit};
use crate::sign::fault::{Obstacle, SignFault};
use ber::definite;
use cipher::{Derivation, Purpose, decrypt, iterations};

/// The most bags looked at.
const BAGS_MAX: usize = 256;

// Content octets of the identifiers below 1.2.840.113549.
const DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1];
const ENCRYPTED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 6];
const KEY_BAG: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 12, 10, 1, 1];
const SHROUDED_KEY_BAG: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 12, 10, 1, 2];
const CERTIFICATE_BAG: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 12, 10, 1, 3];

/// Digests that the integrity of a file may rest on, with the octets of their block.
const MACS: &[(&[u8], &digest::Algorithm, hmac::Algorithm, usize)] = &[
    (&[0x2b, 14, 3, 2, 26], &digest::SHA1_FOR_LEGACY_USE_ONLY, hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, 64),
    (&[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1], &digest::SHA256, hmac::HMAC_SHA256, 64),
    (&[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 2], &digest::SHA384, hmac::HMAC_SHA384, 128),
    (&[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 3], &digest::SHA512, hmac::HMAC_SHA512, 128),
];

/// What is in a file.
pub(super) struct Content {
    /// The first key: PKCS#8, DER.
    pub(super) key: Vec<u8>,
    /// All certificates, DER.
    pub(super) certificates: Vec<Vec<u8>>,
}

/// Opens a file.
pub(super) fn open(file: &[u8], password: &Secret) -> Result<Content, SignFault> {
    let file = definite(file).ok_or_else(unreadable)?;
    let (safe, mac) = frame(&file).ok_or_else(unreadable)?;
    if let Some(mac) = mac {
        check(mac, safe, password)?;
    }
    let mut found = Content { key: Vec::new(), certificates: Vec::new() };
    let safe = definite(safe).ok_or_else(unreadable)?;
    for part in Reader::new(&safe).enter(SEQUENCE).ok_or_else(unreadable)?.take(BAGS_MAX) {
        let bags = definite(&opened(Reader::new(part.content), password)?).ok_or_else(unreadable)?;
        let bags = Reader::new(&bags).enter(SEQUENCE).ok_or_else(unreadable)?;
        for bag in bags.take(BAGS_MAX) {
            take(&mut found, Reader::new(bag.content), password)?;
        }
    }
    if found.key.is_empty() {
        return Err(key(told!(
            "tệp PKCS#12 không chứa khóa: xuất lại tệp kèm khóa bí mật",
            "the PKCS#12 file holds no key: export it again together with the private key"
        )));
    }
    Ok(found)
}

/// `AuthenticatedSafe` and, if there is one, the content of `MacData`.
fn frame(file: &[u8]) -> Option<(&[u8], Option<Reader<'_>>)> {
    let mut outer = Reader::new(file).enter(SEQUENCE)?;
    let _version = outer.expect(INTEGER)?;
    let mut safe = outer.enter(SEQUENCE)?;
    safe.expect(OID).filter(|kind| kind.content == DATA)?;
    Some((safe.enter(explicit(0))?.expect(OCTET_STRING)?.content, outer.enter(SEQUENCE)))
}

/// Checks the integrity of a file, by which a wrong password is known.
fn check(mut mac: Reader<'_>, safe: &[u8], password: &Secret) -> Result<(), SignFault> {
    let mut read = || {
        let mut info = mac.enter(SEQUENCE)?;
        let kind = info.enter(SEQUENCE)?.expect(OID)?.content;
        let expected = info.expect(OCTET_STRING)?.content;
        Some((kind, expected, mac.expect(OCTET_STRING)?.content, iterations(&mut mac)?))
    };
    let (kind, expected, salt, rounds) = read().ok_or_else(unreadable)?;
    let known = MACS.iter().find(|(oid, ..)| *oid == kind).ok_or_else(unsupported)?;
    let (_, digest, hmac_kind, block) = known;
    let derivation = Derivation { digest, block: *block, password, salt, rounds };
    let secret = derivation.octets(Purpose::Integrity, digest.output_len());
    let made = hmac::sign(&hmac::Key::new(*hmac_kind, &secret), safe);
    verify_slices_are_equal(made.as_ref(), expected).map_err(|_| wrong_password())
}

/// The bags of one part of the safe.
fn opened(mut part: Reader<'_>, password: &Secret) -> Result<Vec<u8>, SignFault> {
    let kind = part.expect(OID).ok_or_else(unreadable)?.content;
    let mut content = part.enter(explicit(0)).ok_or_else(unreadable)?;
    if kind == DATA {
        return Ok(content.expect(OCTET_STRING).ok_or_else(unreadable)?.content.to_vec());
    }
    if kind != ENCRYPTED_DATA {
        return Err(unsupported());
    }
    let read = || {
        let mut data = content.enter(SEQUENCE)?;
        let _version = data.expect(INTEGER)?;
        let mut info = data.enter(SEQUENCE)?;
        let _kind = info.expect(OID)?;
        let algorithm = info.enter(SEQUENCE)?;
        let whole = info.expect(implicit(0)).map(|hidden| hidden.content.to_vec());
        let pieces =
            || Some(info.enter(explicit(0))?.map(|piece| piece.content).collect::<Vec<_>>().concat());
        Some((algorithm, whole.or_else(pieces)?))
    };
    let (algorithm, hidden) = { read }().ok_or_else(unreadable)?;
    decrypt(algorithm, &hidden, password)
}

/// Takes what one bag holds.
fn take(found: &mut Content, mut bag: Reader<'_>, password: &Secret) -> Result<(), SignFault> {
    let kind = bag.expect(OID).ok_or_else(unreadable)?.content;
    let mut value = bag.enter(explicit(0)).ok_or_else(unreadable)?;
    match kind {
        KEY_BAG if found.key.is_empty() => {
            found.key = value.expect(SEQUENCE).ok_or_else(unreadable)?.whole.to_vec();
        }
        SHROUDED_KEY_BAG if found.key.is_empty() => {
            found.key = unlocked(value.expect(SEQUENCE).ok_or_else(unreadable)?.whole, password)?;
        }
        CERTIFICATE_BAG => {
            let mut inner = value.enter(SEQUENCE).ok_or_else(unreadable)?;
            let _kind = inner.expect(OID).ok_or_else(unreadable)?;
            let certificate = inner.enter(explicit(0)).and_then(|mut inner| inner.expect(OCTET_STRING));
            found.certificates.push(certificate.ok_or_else(unreadable)?.content.to_vec());
        }
        _ => {}
    }
    Ok(())
}

/// Opens an `EncryptedPrivateKeyInfo`.
pub(super) fn unlocked(info: &[u8], password: &Secret) -> Result<Vec<u8>, SignFault> {
    let mut info = Reader::new(info).enter(SEQUENCE).ok_or_else(unreadable)?;
    let algorithm = info.enter(SEQUENCE).ok_or_else(unreadable)?;
    let hidden = info.expect(OCTET_STRING).ok_or_else(unreadable)?.content;
    let key = decrypt(algorithm, hidden, password)?;
    // One wrong password in 256 leaves what looks like padding, but no key.
    let whole = Reader::new(&key).expect(SEQUENCE).is_some_and(|found| found.whole.len() == key.len());
    if whole { Ok(key) } else { Err(wrong_password()) }
}

fn wrong_password() -> SignFault {
    SignFault::new(
        Obstacle::Password,
        told!("mật khẩu của tệp khóa không đúng", "the password of the key file is wrong"),
    )
}

fn unreadable() -> SignFault {
    key(told!(
        "tệp khóa có mật khẩu không đọc được: cần tệp .p12, .pfx hoặc PKCS#8, xuất bằng OpenSSL, Windows, Firefox hoặc công cụ của CA",
        "the key file with a password cannot be read: it must be a .p12, .pfx or PKCS#8 file, as OpenSSL, Windows, Firefox or a CA's tool exports it"
    ))
}

fn unsupported() -> SignFault {
    key(told!(
        "tệp khóa được bảo vệ bằng thuật toán không được hỗ trợ: xuất lại bằng \"openssl pkcs12 -export\" (PBES2 với AES, hoặc 3DES, RC2 kiểu cũ)",
        "the key file is protected by an algorithm that is not supported: export it again with \"openssl pkcs12 -export\" (PBES2 with AES, or the older triple DES and RC2)"
    ))
}

fn key(told: Told) -> SignFault {
    SignFault::new(Obstacle::Key, told)
}
