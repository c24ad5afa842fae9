//! What speaks about certificates beside the signature itself, and what would have to be fetched to know more.
//!
//! Judging is pure: where something is missing, the answer says what is [`Wanted`]. Whoever asked may fetch it, put it
//! into the [`Evidence`] and ask again.

/// Where a piece of evidence came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Out of the file that is judged.
    Embedded,
    /// Fetched just now, from there.
    Fetched {
        /// The address.
        url: String,
    },
}

/// A CRL or an OCSP response, as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// DER (or BER, as some authorities send).
    pub bytes: Vec<u8>,
    /// Where it came from.
    pub source: Source,
    /// The nonce that was sent with the question; `None` where none was sent, as with everything embedded.
    pub nonce: Option<Vec<u8>>,
}

/// Certificates and statements that may help, in no order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// Certificates, DER: untrusted, material for paths.
    pub certificates: Vec<Vec<u8>>,
    /// Revocation lists.
    pub crls: Vec<Statement>,
    /// OCSP responses.
    pub ocsps: Vec<Statement>,
}

/// Something that could be fetched. Addresses come from certificates, so that whoever fetches must guard the way.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Wanted {
    /// An issuer's certificate (DER, PEM, or a `certs-only` PKCS#7).
    Certificate {
        /// Where.
        url: String,
    },
    /// A revocation list.
    Crl {
        /// Where.
        url: String,
    },
    /// An OCSP response, by POST.
    Ocsp {
        /// Where.
        url: String,
        /// Names issuer and certificate: hash-able identity of the question, the DER `CertID`.
        certificate: Vec<u8>,
    },
}

impl Wanted {
    /// Where it would be fetched.
    #[must_use]
    pub fn url(&self) -> &str {
        match self {
            Self::Certificate { url } | Self::Crl { url } | Self::Ocsp { url, .. } => url,
        }
    }
}
