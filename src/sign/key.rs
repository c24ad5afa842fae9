//! A key that signs, with the certificates that speak for it. What it is made of is never printed.

use std::fmt;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair as RsaKeyPair;
use aws_lc_rs::signature::{EcdsaKeyPair, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject;

use crate::model::secret::Secret;
use crate::model::told::told;
use crate::pki::der::{INTEGER, OID, Reader, SEQUENCE};
use crate::sign::certificate::{Parts, mismatch, ordered, read_all};
use crate::sign::fault::{Obstacle, SignFault};
use crate::sign::pkcs12;
use crate::sign::scheme::{Choice, Curve, Padding, Scheme};
use crate::sign::token::{TokenKey, TokenSettings};

/// `rsaEncryption`, `id-ecPublicKey` and `id-Ed25519`, content octets.
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];

/// What a token's key signs to show whose it is: the text of no document and no authentication.
const TRIAL: &[u8] = b"emc: trial of a signing key";

/// Whoever signs.
pub struct Signer {
    key: Key,
    scheme: Scheme,
    certificates: Vec<Vec<u8>>,
}

enum Key {
    Rsa(RsaKeyPair),
    Ecdsa(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
    Token(TokenKey),
}

impl Signer {
    /// A key from a PKCS#8 file (PEM or DER; PEM of the older forms, `RSA PRIVATE KEY` and `EC PRIVATE KEY`, is taken,
    /// too) and a file of certificates (PEM with any number of them, or one in DER), the signer's among them.
    ///
    /// # Errors
    /// If the key cannot be read, or no certificate belongs to it.
    pub fn from_pkcs8(key: &[u8], certificates: &[u8], choice: Choice) -> Result<Self, SignFault> {
        Self::from_parts(read_key(key)?, read_all(certificates)?, choice)
    }

    /// The same for a PKCS#8 file under a password (PEM `ENCRYPTED PRIVATE KEY`, or DER).
    ///
    /// # Errors
    /// If the password is wrong, the key cannot be read, or no certificate belongs to it.
    pub fn from_encrypted_pkcs8(
        key: &[u8],
        password: &Secret,
        certificates: &[u8],
        choice: Choice,
    ) -> Result<Self, SignFault> {
        let unpacked = der::pem::decode_vec(key).map(|(_, der)| der);
        let key = pkcs12::unlocked(unpacked.as_deref().unwrap_or(key), password)?;
        let key = from_pkcs8(&key, pkcs8_sort(&key).ok_or_else(unreadable)?)?;
        Self::from_parts(key, read_all(certificates)?, choice)
    }

    /// A key and its certificates from a PKCS#12 file (`.p12`, `.pfx`).
    ///
    /// # Errors
    /// If the password is wrong, the file cannot be read, or no certificate in it belongs to the key.
    pub fn from_pkcs12(file: &[u8], password: &Secret, choice: Choice) -> Result<Self, SignFault> {
        let content = pkcs12::open(file, password)?;
        let key = from_pkcs8(&content.key, pkcs8_sort(&content.key).ok_or_else(unreadable)?)?;
        Self::from_parts(key, content.certificates, choice)
    }

    /// A key on a token, with the certificates that lie on the token and others that do not (PEM or DER; may be empty).
    /// The key signs once for a trial, which shows which certificate is its own.
    ///
    /// # Errors
    /// If module, token or key are not found, the PIN is wrong, or no certificate belongs to the key.
    pub fn from_token(settings: &TokenSettings, others: &[u8], choice: Choice) -> Result<Self, SignFault> {
        let (key, mut certificates) = TokenKey::open(settings)?;
        if !others.is_empty() {
            certificates.extend(read_all(others)?);
        }
        let (place, scheme) = own_certificate(&key, &certificates, choice)?;
        certificates.swap(0, place);
        Ok(Self { key: Key::Token(key), scheme, certificates })
    }

    /// A key and the certificates that came with it, in any order.
    fn from_parts(key: Key, certificates: Vec<Vec<u8>>, choice: Choice) -> Result<Self, SignFault> {
        let certificates = ordered(certificates, key.public())?;
        let scheme = scheme_for(certificates.first(), choice)?;
        Ok(Self { key, scheme, certificates })
    }

    /// How it signs.
    #[must_use]
    pub const fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The signer's certificate, DER.
    #[must_use]
    pub fn certificate(&self) -> &[u8] {
        self.certificates.first().map_or(&[], Vec::as_slice)
    }

    /// All certificates, DER, the signer's first.
    #[must_use]
    pub fn certificates(&self) -> &[Vec<u8>] {
        &self.certificates
    }

    /// Signs a message. For ECDSA the signature is DER.
    ///
    /// Each signature is verified with the certificate's key before it is given out: a token that holds another key
    /// than its certificate says, or that errs, is found out here.
    ///
    /// # Errors
    /// If the key or token refuses, or what it made is not the signature of the certificate's key.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignFault> {
        let signature = self.key.sign(message, self.scheme)?;
        let good = verifies(self.certificate(), self.scheme, message, &signature);
        if good { Ok(signature) } else { Err(mismatch(1)) }
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let certificates = self.certificates.len();
        f.debug_struct("Signer")
            .field("scheme", &self.scheme)
            .field("certificates", &certificates)
            .finish_non_exhaustive()
    }
}

impl Key {
    /// The public key as a certificate holds it; empty for a token, which may not give it out.
    fn public(&self) -> &[u8] {
        match self {
            Self::Rsa(key) => key.public_key().as_ref(),
            Self::Ecdsa(key) => key.public_key().as_ref(),
            Self::Ed25519(key) => key.public_key().as_ref(),
            Self::Token(_) => &[],
        }
    }

    fn sign(&self, message: &[u8], scheme: Scheme) -> Result<Vec<u8>, SignFault> {
        let random = SystemRandom::new();
        let refused = |_| SignFault::new(Obstacle::Key, told!("khóa không ký được", "the key did not sign"));
        match self {
            Self::Rsa(key) => {
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(scheme.rsa_encoding(), &random, message, &mut signature).map_err(refused)?;
                Ok(signature)
            }
            Self::Ecdsa(key) => Ok(key.sign(&random, message).map_err(refused)?.as_ref().to_vec()),
            Self::Ed25519(key) => Ok(key.sign(message).as_ref().to_vec()),
            Self::Token(key) => key.sign(message, scheme),
        }
    }
}

/// Whether the key of this certificate made the signature.
fn verifies(certificate: &[u8], scheme: Scheme, message: &[u8], signature: &[u8]) -> bool {
    Parts::of(certificate).is_some_and(|parts| {
        UnparsedPublicKey::new(scheme.verification(), parts.key).verify(message, signature).is_ok()
    })
}

/// Which certificate belongs to a token's key. Each way of signing is tried once, however many certificates there are.
fn own_certificate(
    key: &TokenKey,
    certificates: &[Vec<u8>],
    choice: Choice,
) -> Result<(usize, Scheme), SignFault> {
    let mut tried: Vec<(Scheme, Result<Vec<u8>, SignFault>)> = Vec::new();
    for (place, certificate) in certificates.iter().enumerate() {
        let scheme = scheme_for(Some(certificate), choice).ok().filter(|scheme| key.fits(*scheme));
        let Some(scheme) = scheme else { continue };
        if !tried.iter().any(|(known, _)| *known == scheme) {
            tried.push((scheme, key.sign(TRIAL, scheme)));
        }
        let made = tried.iter().find(|(known, _)| *known == scheme).and_then(|(_, made)| made.as_ref().ok());
        if made.is_some_and(|made| verifies(certificate, scheme, TRIAL, made)) {
            return Ok((place, scheme));
        }
    }
    match tried.into_iter().next() {
        Some((_, Err(fault))) => Err(fault),
        _ => Err(mismatch(certificates.len())),
    }
}

/// How the key of a certificate signs.
fn scheme_for(certificate: Option<&Vec<u8>>, choice: Choice) -> Result<Scheme, SignFault> {
    let parts = certificate.and_then(|first| Parts::of(first)).ok_or_else(|| mismatch(0))?;
    let curve = || Curve::ALL.into_iter().find(|curve| parts.curve == Some(curve.oid().as_bytes()));
    match parts.algorithm {
        RSA => Ok(match choice.padding {
            Padding::Pkcs1 => Scheme::RsaPkcs1(choice.digest),
            Padding::Pss => Scheme::RsaPss(choice.digest),
        }),
        EC => curve().map(Scheme::Ecdsa).ok_or_else(unknown_key),
        ED25519 => Ok(Scheme::Ed25519),
        _ => Err(unknown_key()),
    }
}

/// A private key out of PEM or DER.
fn read_key(file: &[u8]) -> Result<Key, SignFault> {
    if let Some(sort) = pkcs8_sort(file) {
        return from_pkcs8(file, sort);
    }
    match PrivateKeyDer::from_pem_slice(file) {
        Ok(PrivateKeyDer::Pkcs8(key)) => {
            let key = key.secret_pkcs8_der();
            from_pkcs8(key, pkcs8_sort(key).ok_or_else(unreadable)?)
        }
        Ok(PrivateKeyDer::Pkcs1(key)) => {
            RsaKeyPair::from_der(key.secret_pkcs1_der()).map(Key::Rsa).map_err(|_| weak_rsa())
        }
        Ok(PrivateKeyDer::Sec1(key)) => Curve::ALL
            .iter()
            .find_map(|curve| EcdsaKeyPair::from_private_key_der(curve.signing(), key.secret_sec1_der()).ok())
            .map(Key::Ecdsa)
            .ok_or_else(unknown_key),
        _ if String::from_utf8_lossy(file).contains("ENCRYPTED PRIVATE KEY") => Err(encrypted()),
        _ => Err(unreadable()),
    }
}

/// The algorithm that a PKCS#8 key says it is for.
fn pkcs8_sort(der: &[u8]) -> Option<&[u8]> {
    let mut outer = Reader::new(der).enter(SEQUENCE)?;
    let _version = outer.expect(INTEGER)?;
    Some(outer.enter(SEQUENCE)?.expect(OID)?.content)
}

/// A key out of PKCS#8.
fn from_pkcs8(der: &[u8], sort: &[u8]) -> Result<Key, SignFault> {
    match sort {
        RSA => RsaKeyPair::from_pkcs8(der).map(Key::Rsa).map_err(|_| weak_rsa()),
        EC => Curve::ALL
            .iter()
            .find_map(|curve| EcdsaKeyPair::from_pkcs8(curve.signing(), der).ok())
            .map(Key::Ecdsa)
            .ok_or_else(unknown_key),
        ED25519 => {
            Ed25519KeyPair::from_pkcs8_maybe_unchecked(der).map(Key::Ed25519).map_err(|_| unreadable())
        }
        _ => Err(unknown_key()),
    }
}

fn unreadable() -> SignFault {
    SignFault::new(
        Obstacle::Key,
        told!(
            "tệp khóa không đọc được: cần PKCS#8 dạng PEM (\"BEGIN PRIVATE KEY\") hoặc DER; tệp .p12, .pfx khai ở mục PKCS#12",
            "the key file cannot be read: it must be PKCS#8 in PEM (\"BEGIN PRIVATE KEY\") or DER; a .p12 or .pfx file is given as PKCS#12"
        ),
    )
}

fn encrypted() -> SignFault {
    SignFault::new(
        Obstacle::Key,
        told!(
            "tệp khóa PKCS#8 được bảo vệ bằng mật khẩu: khai thêm mật khẩu của tệp",
            "the PKCS#8 key file is protected by a password: give that password, too"
        ),
    )
}

fn weak_rsa() -> SignFault {
    SignFault::new(
        Obstacle::Key,
        told!(
            "khóa RSA không dùng được: cần 2048 đến 8192 bit và các thành phần khớp nhau",
            "the RSA key cannot be used: it must have 2048 to 8192 bits and parts that fit together"
        ),
    )
}

fn unknown_key() -> SignFault {
    SignFault::new(
        Obstacle::Key,
        told!(
            "loại khóa không được hỗ trợ: dùng RSA, ECDSA trên P-256, P-384, P-521 hoặc Ed25519",
            "keys of this kind are not supported: use RSA, ECDSA on P-256, P-384 or P-521, or Ed25519"
        ),
    )
}
