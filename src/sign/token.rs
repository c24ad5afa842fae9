//! A key that never leaves its token (smart card, USB token, HSM), reached by a PKCS#11 module.
//!
//! Each signature has a session of its own, so that a token that was pulled out and put back goes on working. A module
//! keeps one login for the whole process: while another session is logged in, the PIN is not asked for again.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::eddsa::{EddsaParams, EddsaSignatureScheme};
use cryptoki::mechanism::rsa::{PkcsMgfType, PkcsPssParams};
use cryptoki::mechanism::{Mechanism, MechanismType};
use cryptoki::object::{Attribute, AttributeType, CertificateType, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::Slot;
use cryptoki::types::AuthPin;

use crate::model::secret::Secret;
use crate::model::told::{Told, told};
use crate::sign::der::{NULL, algorithm, octets, positive, sequence};
use crate::sign::fault::{Obstacle, SignFault};
use crate::sign::scheme::{Digest, Scheme};

/// The most certificates taken from a token.
const CERTIFICATES_MAX: usize = 32;

/// Which token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenPlace {
    /// By its label.
    Label(String),
    /// By the number of the slot that it is in.
    Slot(u64),
}

/// Where a key lies and how to get at it.
#[derive(Clone, Debug, PartialEq)]
pub struct TokenSettings {
    /// The module: a shared library of the token's vendor.
    pub module: PathBuf,
    /// The token.
    pub place: TokenPlace,
    /// The user's PIN.
    pub pin: Secret,
    /// The key's label (`CKA_LABEL`); not needed where there is one key only.
    pub label: Option<String>,
    /// The key's identity (`CKA_ID`), octets.
    pub id: Option<Vec<u8>>,
}

/// A key on a token, found once and looked for again at each signature.
#[derive(Debug)]
pub(super) struct TokenKey {
    module: Pkcs11,
    slot: Slot,
    settings: TokenSettings,
    kind: Option<KeyType>,
}

impl TokenKey {
    /// Finds the key, and the certificates that lie beside it: the key's own first where its identity tells.
    pub(super) fn open(settings: &TokenSettings) -> Result<(Self, Vec<Vec<u8>>), SignFault> {
        let module = loaded(&settings.module)?;
        let slot = find_slot(&module, &settings.place)?;
        let mut key = Self { module, slot, settings: settings.clone(), kind: None };
        let session = key.session()?;
        let handle = key.find(&session)?;
        let kind = session.get_attributes(handle, &[AttributeType::KeyType]).unwrap_or_default();
        key.kind = kind.into_iter().find_map(|found| match found {
            Attribute::KeyType(kind) => Some(kind),
            _ => None,
        });
        let certificates = certificates(&session, handle)?;
        drop(session);
        Ok((key, certificates))
    }

    fn session(&self) -> Result<Session, SignFault> {
        let session = self.module.open_ro_session(self.slot).map_err(|error| failed(&error))?;
        let pin = AuthPin::from(self.settings.pin.expose().to_owned());
        match session.login(UserType::User, Some(&pin)) {
            Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => Ok(session),
            Err(error) => Err(login_failed(&error)),
        }
    }

    /// The one private key that the settings describe.
    fn find(&self, session: &Session) -> Result<ObjectHandle, SignFault> {
        let mut template = vec![Attribute::Class(ObjectClass::PRIVATE_KEY)];
        template.extend(self.settings.label.iter().map(|label| Attribute::Label(label.clone().into_bytes())));
        template.extend(self.settings.id.iter().map(|id| Attribute::Id(id.clone())));
        let found = session.find_objects(&template).map_err(|error| failed(&error))?;
        match found.as_slice() {
            [only] => Ok(*only),
            [] => Err(token(told!(
                "không tìm thấy khóa ký trên thiết bị: xem lại nhãn (label) và mã (id) của khóa",
                "the key was not found on the token: look at the key's label and id"
            ))),
            several => Err(token(told!(
                "có {count} khóa trên thiết bị khớp với mô tả: cần nhãn (label) hoặc mã (id) chỉ đúng một khóa",
                "{count} keys on the token fit: give the label or the id of one of them",
                count = several.len()
            ))),
        }
    }

    /// Whether the key is of the kind that signs this way. Asking a module for what does not fit its key is more than some
    /// can bear: `SoftHSM` 2.6 crashes where a key on a curve is to sign with RSASSA-PSS.
    pub(super) fn fits(&self, scheme: Scheme) -> bool {
        let wanted = match scheme {
            Scheme::RsaPkcs1(_) | Scheme::RsaPss(_) => KeyType::RSA,
            Scheme::Ecdsa(_) => KeyType::EC,
            Scheme::Ed25519 => KeyType::EC_EDWARDS,
        };
        self.kind == Some(wanted)
    }

    /// Signs; the token sees only the digest, except for Ed25519, which has no other way.
    pub(super) fn sign(&self, message: &[u8], scheme: Scheme) -> Result<Vec<u8>, SignFault> {
        let session = self.session()?;
        let key = self.find(&session)?;
        let (mechanism, data) = asked(message, scheme);
        let made = session.sign(&mechanism, key, &data).map_err(|error| failed(&error))?;
        Ok(if let Scheme::Ecdsa(_) = scheme { ecdsa_der(&made) } else { made })
    }
}

/// Modules of this process. They are loaded once and stay: what a vendor's library leaves behind when it is unloaded
/// (threads, hooks of its own libraries) is not to be relied on.
static MODULES: Mutex<Vec<(PathBuf, Pkcs11)>> = Mutex::new(Vec::new());

/// The module in this file, ready for use.
fn loaded(file: &Path) -> Result<Pkcs11, SignFault> {
    let mut modules = MODULES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, known)) = modules.iter().find(|(known, _)| known == file) {
        return Ok(known.clone());
    }
    let shown = file.display();
    let module = Pkcs11::new(file).map_err(|error| {
        token(told!(
            "không nạp được mô-đun PKCS#11 \"{shown}\": {error}",
            "the PKCS#11 module \"{shown}\" cannot be loaded: {error}"
        ))
    })?;
    modules.push((file.to_owned(), module.clone()));
    match module.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
        Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => Ok(module),
        Err(error) => {
            modules.retain(|(known, _)| known != file);
            Err(failed(&error))
        }
    }
}

/// What a token is asked to do, and over which bytes.
fn asked(message: &[u8], scheme: Scheme) -> (Mechanism<'static>, Vec<u8>) {
    let digest = scheme.digest();
    match scheme {
        Scheme::RsaPkcs1(_) => (Mechanism::RsaPkcs, digest_info(digest, message)),
        Scheme::RsaPss(_) => (Mechanism::RsaPkcsPss(pss(digest)), digest.of(message)),
        Scheme::Ecdsa(_) => (Mechanism::Ecdsa, digest.of(message)),
        Scheme::Ed25519 => {
            (Mechanism::Eddsa(EddsaParams::new(EddsaSignatureScheme::Ed25519)), message.to_vec())
        }
    }
}

/// `DigestInfo` of PKCS #1, whose algorithm has `NULL` parameters.
fn digest_info(digest: Digest, message: &[u8]) -> Vec<u8> {
    let algorithm = algorithm(digest.oid(), NULL);
    sequence(&[&algorithm, &octets(&digest.of(message))])
}

fn pss(digest: Digest) -> PkcsPssParams {
    let (hash_alg, mgf) = match digest {
        Digest::Sha256 => (MechanismType::SHA256, PkcsMgfType::MGF1_SHA256),
        Digest::Sha384 => (MechanismType::SHA384, PkcsMgfType::MGF1_SHA384),
        Digest::Sha512 => (MechanismType::SHA512, PkcsMgfType::MGF1_SHA512),
    };
    let s_len = u64::try_from(digest.length()).unwrap_or(0).into();
    PkcsPssParams { hash_alg, mgf, s_len }
}

/// Tokens give the two numbers of ECDSA side by side; everyone else wants `Ecdsa-Sig-Value`.
fn ecdsa_der(raw: &[u8]) -> Vec<u8> {
    let (r, s) = raw.split_at(raw.len() / 2);
    sequence(&[&positive(r), &positive(s)])
}

fn find_slot(module: &Pkcs11, place: &TokenPlace) -> Result<Slot, SignFault> {
    let slots = module.get_slots_with_token().map_err(|error| failed(&error))?;
    let label = |slot: &Slot| module.get_token_info(*slot).map(|info| info.label().to_owned()).ok();
    let fits = |slot: &Slot| match place {
        TokenPlace::Slot(number) => slot.id() == *number,
        TokenPlace::Label(wanted) => label(slot).as_deref() == Some(wanted),
    };
    slots.iter().copied().find(fits).ok_or_else(|| {
        let there: Vec<String> = slots
            .iter()
            .map(|slot| format!("{}: \"{}\"", slot.id(), label(slot).unwrap_or_default()))
            .collect();
        let there = there.join(", ");
        token(told!(
            "không có thiết bị như đã khai; các khe và nhãn đang có: {there}",
            "there is no such token; slots and labels at hand: {there}"
        ))
    })
}

/// Certificates on the token; those with the key's identity come first.
fn certificates(session: &Session, key: ObjectHandle) -> Result<Vec<Vec<u8>>, SignFault> {
    let id = attribute(session, key, AttributeType::Id).unwrap_or_default();
    let template =
        [Attribute::Class(ObjectClass::CERTIFICATE), Attribute::CertificateType(CertificateType::X_509)];
    let found = session.find_objects(&template).map_err(|error| failed(&error))?;
    let mut certificates: Vec<(bool, Vec<u8>)> = found
        .into_iter()
        .take(CERTIFICATES_MAX)
        .filter_map(|handle| {
            let own = attribute(session, handle, AttributeType::Id).is_some_and(|other| other == id);
            Some((!own, attribute(session, handle, AttributeType::Value)?))
        })
        .collect();
    certificates.sort_by_key(|(foreign, _)| *foreign);
    Ok(certificates.into_iter().map(|(_, certificate)| certificate).collect())
}

fn attribute(session: &Session, object: ObjectHandle, sort: AttributeType) -> Option<Vec<u8>> {
    session.get_attributes(object, &[sort]).ok()?.into_iter().find_map(|found| match found {
        Attribute::Id(value) | Attribute::Value(value) => Some(value),
        _ => None,
    })
}

fn login_failed(error: &Error) -> SignFault {
    let told = match error {
        Error::Pkcs11(RvError::PinIncorrect | RvError::PinInvalid | RvError::PinLenRange, _) => told!(
            "mã PIN của thiết bị không đúng: sửa mã PIN trước khi chạy lại, vì thử sai nhiều lần sẽ khóa thiết bị",
            "the token's PIN is wrong: correct it before the next run, because repeated attempts lock the token"
        ),
        Error::Pkcs11(RvError::PinLocked, _) => told!(
            "thiết bị đã bị khóa vì nhập sai mã PIN nhiều lần: mở khóa bằng công cụ của nhà cung cấp",
            "the token is locked after too many wrong PINs: unlock it with its vendor's tool"
        ),
        Error::Pkcs11(RvError::PinExpired | RvError::UserPinNotInitialized, _) => told!(
            "mã PIN của thiết bị chưa được đặt hoặc đã hết hạn: đặt mã PIN bằng công cụ của nhà cung cấp",
            "the token's PIN is not set or has expired: set it with its vendor's tool"
        ),
        other => return failed(other),
    };
    SignFault::new(Obstacle::Pin, told)
}

/// What the module said: its own words for a code have no secret in them.
fn failed(error: &Error) -> SignFault {
    let code = match error {
        Error::Pkcs11(code, function) => format!("{function}: {code:?}"),
        other => other.to_string(),
    };
    token(told!("thiết bị không thực hiện được ({code})", "the token did not do what was asked ({code})"))
}

fn token(told: Told) -> SignFault {
    SignFault::new(Obstacle::Token, told)
}
