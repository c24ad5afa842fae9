//! What a reader of a format found out about one signature by itself: whether content, digest and key fit together, and
//! what else the signature carries. Who may sign and when is judged from there on alike for all formats.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::model::told::Told;
use crate::pki::evidence::Evidence;
use crate::pki::verdict::Flaw;

/// The form a signature came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// A PDF signature as ETSI EN 319 142 profiles it (`ETSI.CAdES.detached`).
    Pades,
    /// A PDF signature as ISO 32000-1 has it (`adbe.pkcs7.detached`, `adbe.pkcs7.sha1`).
    Pdf,
    /// A timestamp over a PDF (`ETSI.RFC3161`).
    DocumentTimestamp,
    /// CMS with the attributes of CAdES.
    Cades,
    /// Plain CMS.
    Cms,
    /// XML with the properties of XAdES.
    Xades,
    /// Plain XMLDSig.
    Xmldsig,
}

/// What an algorithm is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Use {
    /// A digest of content.
    Digest,
    /// A signature.
    Signature,
}

/// An algorithm that the signature rests on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AlgorithmUse {
    /// What for.
    pub r#use: Use,
    /// Its name, such as `SHA-256`, `sha256WithRSAEncryption`, `RSASSA-PSS with SHA-256`, `ecdsa-with-SHA256`, `Ed25519`; an
    /// identifier in dots where it is not known.
    pub name: String,
    /// The key's algorithm and size in bits (`RSA`, 2048), for a signature.
    pub key: Option<(String, u32)>,
}

/// A timestamp token and what it is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StampClaim {
    /// The token: a `ContentInfo` of RFC 3161, as it came.
    pub token: Vec<u8>,
    /// What it stamps: for a signature timestamp the signature value, for a document timestamp the covered bytes.
    pub message: StampedMessage,
    /// What kind it is.
    pub kind: StampKind,
}

/// What a timestamp is over. Large content is hashed where it lies: only the digests that the token may name are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StampedMessage {
    /// The bytes themselves.
    Bytes(Vec<u8>),
    /// Ranges of the file, each `begin..end`, in order.
    Ranges(Vec<std::ops::Range<usize>>),
    /// The digest by the algorithm that the token names, of content that was hashed where it lies.
    Digest {
        /// The algorithm's name, such as `SHA-256`.
        algorithm: String,
        /// The digest; empty where it could not be computed, so that no token fits it.
        value: Vec<u8>,
    },
}

/// Which role a timestamp plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StampKind {
    /// Over the content, made before the signature: it proves nothing about when the signature was made.
    Content,
    /// Over the signature value.
    Signature,
    /// Over all that came before it in the file or signature, archive timestamps among them.
    Document,
}

/// One signature as its format's reader found it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The form.
    pub format: Format,
    /// What it goes by in the file: a field's name, an `Id`, or a number.
    pub name: String,
    /// What is wrong with it by itself, weightiest first; empty where content, digest and key fit together.
    pub flaws: Vec<Flaw>,
    /// The signer's certificate, DER, if it was found.
    pub signer: Option<Vec<u8>>,
    /// Whether the signature itself names the certificate (ESS `signing-certificate`, XAdES `SigningCertificate`).
    pub names_signer: bool,
    /// What the signature rests on, each once.
    pub algorithms: Vec<AlgorithmUse>,
    /// When the signer says that it was made. No proof of anything.
    pub claimed_time: Option<DateTime<Utc>>,
    /// Timestamps that it carries, in the order in which they stand.
    pub stamps: Vec<StampClaim>,
    /// Certificates and statements that it carries.
    pub carried: Evidence,
    /// What of an XML file it covers, by element and identifier, where that is not the whole of it.
    pub covers: Option<String>,
    /// What is worth knowing and changes nothing, such as a policy that the signature names.
    pub notes: Vec<Told>,
}
