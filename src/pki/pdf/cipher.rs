//! Opens what the standard security handler encrypts (§7.6). The one thing that is left to lopdf: a document of nothing
//! but the encryption dictionary is made for it.

use lopdf::encryption::{self, EncryptionState};
use lopdf::{Document, Object, ObjectId, Stream, StringFormat};

use crate::model::told::told;
use crate::pki::verdict::{Flaw, SignatureReason};

use super::value::{Dictionary, Value};

/// The key of a file.
pub(super) struct Cipher(EncryptionState);

/// The number that the encryption dictionary goes by within the document made here.
const NUMBER: ObjectId = (1, 0);

impl Cipher {
    /// Tries the password, or none. `identity` is the first part of the trailer's `ID`.
    pub(super) fn open(
        dictionary: &Dictionary,
        identity: &[u8],
        password: Option<&str>,
    ) -> Result<Self, Flaw> {
        if !dictionary.names("Filter", "Standard") {
            return Err(Flaw::new(
                SignatureReason::PasswordNeeded,
                told!(
                    "tệp được mã hóa theo cách không mở được bằng mật khẩu",
                    "the file is encrypted in a way that no password opens"
                ),
            ));
        }
        let mut document = Document::new();
        document.objects.insert(NUMBER, foreign(&Value::Dictionary(dictionary.clone())));
        document.trailer.set("Encrypt", Object::Reference(NUMBER));
        let identity = Object::String(identity.to_vec(), StringFormat::Hexadecimal);
        document.trailer.set("ID", vec![identity.clone(), identity]);
        // The empty user password is what a file has that only restricts what readers may do with it.
        for attempt in [password, Some("")].into_iter().flatten() {
            if document.authenticate_password(attempt).is_ok()
                && let Ok(state) = EncryptionState::decode(&document, attempt)
            {
                return Ok(Self(state));
            }
        }
        Err(Flaw::new(
            SignatureReason::PasswordNeeded,
            match password {
                Some(_) => told!("mật khẩu không đúng", "the password is wrong"),
                None => told!(
                    "tệp được mã hóa; hãy cho mật khẩu để mở",
                    "the file is encrypted; give the password that opens it"
                ),
            },
        ))
    }

    /// Decrypts all strings of an object; what cannot be decrypted is broken.
    pub(super) fn strings(&self, object: ObjectId, value: &mut Value) {
        match value {
            Value::Text(text) => {
                let mut foreign = Object::String(std::mem::take(text), StringFormat::Literal);
                let outcome = encryption::decrypt_object(&self.0, object, &mut foreign);
                *value = match (outcome, foreign) {
                    (Ok(()), Object::String(text, _)) => Value::Text(text),
                    _ => Value::Broken,
                };
            }
            Value::Array(values) => values.iter_mut().for_each(|value| self.strings(object, value)),
            Value::Dictionary(dictionary) => {
                dictionary.values_mut().for_each(|value| self.strings(object, value));
            }
            _ => {}
        }
    }

    /// Decrypts the data of a stream.
    pub(super) fn stream(&self, object: ObjectId, dictionary: &Dictionary, raw: &[u8]) -> Option<Vec<u8>> {
        let Object::Dictionary(head) = foreign(&Value::Dictionary(dictionary.clone())) else { return None };
        let mut foreign = Object::Stream(Stream::new(head, raw.to_vec()));
        encryption::decrypt_object(&self.0, object, &mut foreign).ok()?;
        if let Object::Stream(stream) = foreign { Some(stream.content) } else { None }
    }
}

/// The value as lopdf has it.
fn foreign(value: &Value) -> Object {
    match value {
        Value::Null | Value::Broken | Value::Real(_) => Object::Null,
        Value::Boolean(is) => Object::Boolean(*is),
        Value::Integer(number) => Object::Integer(*number),
        Value::Name(name) => Object::Name(name.clone()),
        Value::Text(text) => Object::String(text.clone(), StringFormat::Literal),
        Value::Array(values) => Object::Array(values.iter().map(foreign).collect()),
        Value::Reference(number) => Object::Reference((*number, 0)),
        Value::Dictionary(dictionary) => {
            let mut made = lopdf::Dictionary::new();
            for (name, value) in dictionary.iter() {
                made.set(name, foreign(value));
            }
            Object::Dictionary(made)
        }
    }
}
