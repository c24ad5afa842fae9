//! Whether keys and signatures are as strong as they must be.
//!
//! The limits are those of TT 15/2025/TT-BKHCN (RSA 2048, ECDSA 256, SHA-256), which browsers hold as well.

use crate::model::told::{Told, told};
use crate::pki::certificate::Certificate;
use crate::pki::oid::Hash;

/// The smallest RSA key, in bits.
pub const RSA_BITS_MIN: u32 = 2048;
/// The smallest key on an elliptic curve, in bits.
pub const CURVE_BITS_MIN: u32 = 256;

/// What is weak about one certificate, in words of ours; `None` where it is strong enough or unreadable.
#[must_use]
pub fn weak_key(der: &[u8]) -> Option<Told> {
    let (name, bits) = Certificate::parse(der)?.key.describe();
    let least = if name == "RSA" { RSA_BITS_MIN } else { CURVE_BITS_MIN };
    (bits > 0 && bits < least).then(|| told!("khóa {name} dài {bits} bit", "{name} key of {bits} bits"))
}

/// A signature made with a broken hash. A self-issued certificate's own signature proves nothing whatever it is made
/// with, so that a root's is not looked at.
#[must_use]
pub fn weak_signature(der: &[u8]) -> Option<Told> {
    let certificate = Certificate::parse(der)?;
    let broken = matches!(certificate.algorithm.hash(), Some(Hash::Md | Hash::Sha1));
    (broken && !certificate.is_self_issued()).then(|| {
        let name = certificate.algorithm.signature_name();
        told!("ký bằng {name}", "signed with {name}")
    })
}
