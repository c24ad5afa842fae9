//! Encryption by password as PKCS#12 files use it (RFC 7292 appendices B and C; RFC 8018 for PBES2).

use std::num::NonZeroU32;

use aws_lc_rs::cipher::{
    AES_128, AES_192, AES_256, Algorithm as Aes, DecryptionContext, PaddedBlockDecryptingKey,
    UnboundCipherKey,
};
use aws_lc_rs::{digest, iv, pbkdf2};
use cbc::Decryptor;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeDecrypt, InnerIvInit, KeyInit, KeyIvInit};
use des::TdesEde3;
use rc2::Rc2;

use crate::model::secret::Secret;
use crate::pki::der::{INTEGER, OCTET_STRING, OID, Reader, SEQUENCE, magnitude};
use crate::sign::fault::SignFault;
use crate::sign::pkcs12::{unreadable, unsupported, wrong_password};

/// The most rounds of a key derivation: some seconds of work.
const ROUNDS_MAX: u32 = 10_000_000;

const PBES2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 5, 13];
const PBKDF2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 5, 12];
/// The older ways: what they begin with (1.2.840.113549.1.12.1), then their number.
const OLDER: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 12, 1];
const TRIPLE_DES: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 3, 7];
/// AES in CBC mode, by the last octet of its identifier.
const AES: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1];
/// HMAC as the pseudo-random function of PBKDF2, by the last octet of its identifier.
const HMAC: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 2];

/// What octets are derived from a password for (RFC 7292 §B.3).
#[derive(Clone, Copy, Debug)]
#[repr(u8)]
pub(super) enum Purpose {
    Key = 1,
    Vector = 2,
    Integrity = 3,
}

/// Undoes the encryption that an `AlgorithmIdentifier` (its content) names.
pub(super) fn decrypt(
    mut algorithm: Reader<'_>,
    hidden: &[u8],
    password: &Secret,
) -> Result<Vec<u8>, SignFault> {
    let kind = algorithm.expect(OID).ok_or_else(unreadable)?.content;
    let parameters = algorithm.enter(SEQUENCE).ok_or_else(unreadable)?;
    match kind.strip_prefix(OLDER) {
        Some([number]) => older(*number, parameters, hidden, password),
        _ if kind == PBES2 => pbes2(parameters, hidden, password),
        _ => Err(unsupported()),
    }
}

/// How many rounds; one where it is not said.
pub(super) fn iterations(reader: &mut Reader<'_>) -> Option<u32> {
    let Some(found) = reader.expect(INTEGER) else { return Some(1) };
    let octets = magnitude(found.content);
    let rounds =
        octets.iter().try_fold(0u32, |sum, octet| sum.checked_mul(256)?.checked_add((*octet).into()))?;
    (1..=ROUNDS_MAX).contains(&rounds).then_some(rounds)
}

fn older(
    number: u8,
    mut parameters: Reader<'_>,
    hidden: &[u8],
    password: &Secret,
) -> Result<Vec<u8>, SignFault> {
    let salt = parameters.expect(OCTET_STRING).ok_or_else(unreadable)?.content;
    let rounds = iterations(&mut parameters).ok_or_else(unreadable)?;
    let digest = &digest::SHA1_FOR_LEGACY_USE_ONLY;
    let derivation = Derivation { digest, block: 64, password, salt, rounds };
    let key = |length| derivation.octets(Purpose::Key, length);
    let vector = derivation.octets(Purpose::Vector, 8);
    match number {
        3 => triple_des(&key(24), &vector, hidden),
        5 => rc2(&key(16), &vector, hidden),
        6 => rc2(&key(5), &vector, hidden),
        _ => Err(unsupported()),
    }
}

fn pbes2(mut parameters: Reader<'_>, hidden: &[u8], password: &Secret) -> Result<Vec<u8>, SignFault> {
    let mut read = || {
        let mut derivation = parameters.enter(SEQUENCE)?;
        let function = derivation.expect(OID)?.content;
        let mut rules = derivation.enter(SEQUENCE)?;
        let (salt, rounds) = (rules.expect(OCTET_STRING)?.content, iterations(&mut rules)?);
        let _length = rules.expect(INTEGER);
        let pseudo_random = rules.enter(SEQUENCE).and_then(|mut inner| inner.expect(OID));
        let mut scheme = parameters.enter(SEQUENCE)?;
        let (kind, vector) = (scheme.expect(OID)?.content, scheme.expect(OCTET_STRING)?.content);
        Some((function, salt, rounds, pseudo_random.map(|found| found.content), kind, vector))
    };
    let (function, salt, rounds, pseudo_random, kind, vector) = read().ok_or_else(unreadable)?;
    let function = match pseudo_random.map(|name| name.strip_prefix(HMAC)) {
        _ if function != PBKDF2 => return Err(unsupported()),
        None | Some(Some([7])) => pbkdf2::PBKDF2_HMAC_SHA1,
        Some(Some([9])) => pbkdf2::PBKDF2_HMAC_SHA256,
        Some(Some([10])) => pbkdf2::PBKDF2_HMAC_SHA384,
        Some(Some([11])) => pbkdf2::PBKDF2_HMAC_SHA512,
        Some(_) => return Err(unsupported()),
    };
    let key = |length| {
        let mut key = vec![0; length];
        let rounds = NonZeroU32::new(rounds).unwrap_or(NonZeroU32::MIN);
        pbkdf2::derive(function, rounds, salt, password.expose().as_bytes(), &mut key);
        key
    };
    match kind.strip_prefix(AES) {
        Some([2]) => aes(&AES_128, &key(16), vector, hidden),
        Some([22]) => aes(&AES_192, &key(24), vector, hidden),
        Some([42]) => aes(&AES_256, &key(32), vector, hidden),
        _ if kind == TRIPLE_DES => triple_des(&key(24), vector, hidden),
        _ => Err(unsupported()),
    }
}

fn aes(kind: &'static Aes, key: &[u8], vector: &[u8], hidden: &[u8]) -> Result<Vec<u8>, SignFault> {
    let key = UnboundCipherKey::new(kind, key).map_err(|_| unsupported())?;
    let vector = <[u8; 16]>::try_from(vector).map_err(|_| unreadable())?;
    let key = PaddedBlockDecryptingKey::cbc_pkcs7(key).map_err(|_| unsupported())?;
    let mut shown = hidden.to_vec();
    let context = DecryptionContext::Iv128(iv::FixedLength::from(vector));
    let length = key.decrypt(&mut shown, context).map_err(|_| wrong_password())?.len();
    shown.truncate(length);
    Ok(shown)
}

fn triple_des(key: &[u8], vector: &[u8], hidden: &[u8]) -> Result<Vec<u8>, SignFault> {
    unpadded(Decryptor::<TdesEde3>::new_from_slices(key, vector).map_err(|_| unreadable())?, hidden)
}

/// RC2 with as many effective bits as the key has; the crate's usual constructor takes them so.
fn rc2(key: &[u8], vector: &[u8], hidden: &[u8]) -> Result<Vec<u8>, SignFault> {
    let cipher = Rc2::new_from_slice(key).map_err(|_| unreadable())?;
    unpadded(Decryptor::inner_iv_slice_init(cipher, vector).map_err(|_| unreadable())?, hidden)
}

/// Decrypts and takes the padding off; a wrong password shows there if no integrity check went before.
fn unpadded(cipher: impl BlockModeDecrypt, hidden: &[u8]) -> Result<Vec<u8>, SignFault> {
    let mut shown = hidden.to_vec();
    let length = cipher.decrypt_padded::<Pkcs7>(&mut shown).map_err(|_| wrong_password())?.len();
    shown.truncate(length);
    Ok(shown)
}

/// How octets come from a password (RFC 7292 §B.2).
pub(super) struct Derivation<'a> {
    pub(super) digest: &'static digest::Algorithm,
    /// Octets of the digest's block.
    pub(super) block: usize,
    pub(super) password: &'a Secret,
    pub(super) salt: &'a [u8],
    pub(super) rounds: u32,
}

impl Derivation<'_> {
    /// So many octets for a purpose. The password goes in as UTF-16, big end first, with a zero behind it.
    pub(super) fn octets(&self, purpose: Purpose, length: usize) -> Vec<u8> {
        let password = self.password.expose().encode_utf16().chain([0]);
        let password: Vec<u8> = password.flat_map(u16::to_be_bytes).collect();
        let mut input = [self.filled(self.salt), self.filled(&password)].concat();
        let mut made = Vec::new();
        while made.len() < length {
            let start = [vec![purpose as u8; self.block], input.clone()].concat();
            let mut round = digest::digest(self.digest, &start);
            for _ in 1..self.rounds {
                round = digest::digest(self.digest, round.as_ref());
            }
            made.extend_from_slice(round.as_ref());
            let addend: Vec<u8> = round.as_ref().iter().copied().cycle().take(self.block).collect();
            input.chunks_mut(self.block).for_each(|chunk| add(chunk, &addend));
        }
        made.truncate(length);
        made
    }

    /// Repeated until it fills whole blocks.
    fn filled(&self, bytes: &[u8]) -> Vec<u8> {
        let whole = bytes.len().div_ceil(self.block) * self.block;
        bytes.iter().copied().cycle().take(whole).collect()
    }
}

/// `number = number + addend + 1`, big end first, what overflows is lost.
fn add(number: &mut [u8], addend: &[u8]) {
    let mut carry = 1;
    for (octet, other) in number.iter_mut().zip(addend).rev() {
        let sum = u16::from(*octet) + u16::from(*other) + carry;
        *octet = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
}
