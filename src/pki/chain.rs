//! How the certificates a server sent hang together, and why a chain is not trusted.

use rustls_pki_types::{CertificateDer, ServerName, TrustAnchor, UnixTime};
use webpki::{ALL_VERIFICATION_ALGS, EndEntityCert, Error, KeyUsage};

use crate::model::reason::Reason;
use crate::pki::certificate::Certificate;
use crate::pki::der::{Reader, SEQUENCE};
use crate::pki::key::{Proof, PublicKey};
use crate::pki::names::distinguished;

/// The most certificates of a chain that are looked at.
const CHAIN_MAX: usize = 20;

/// How the certificates hang together, by names alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// From the leaf up: places in the chain as sent.
    pub path: Vec<usize>,
    /// Whether the path ends in a certificate that is its own issuer.
    pub ends_in_root: bool,
    /// Issuer of the last certificate of the path, made presentable.
    pub top_issuer: String,
    /// Whether the path stands in the order in which it was sent, as TLS 1.2 demands (RFC 5246 §7.4.2).
    pub in_order: bool,
    /// Certificates that the path does not need.
    pub superfluous: Vec<usize>,
}

impl Shape {
    /// Finds the path. A chain that cannot be read has an empty one.
    #[must_use]
    pub fn of(chain: &[Vec<u8>]) -> Self {
        let read: Vec<Option<Certificate<'_>>> =
            chain.iter().take(CHAIN_MAX).map(|der| Certificate::parse(der)).collect();
        let mut path = Vec::new();
        let mut next = read.first().and_then(Option::as_ref).map(|_| 0);
        while let Some(place) = next {
            path.push(place);
            next = issuer_of(&read, place).filter(|issuer| !path.contains(issuer));
        }
        let top = path.last().and_then(|place| read.get(*place)?.as_ref());
        Self {
            ends_in_root: top.is_some_and(Certificate::is_self_issued),
            top_issuer: top.map(|top| distinguished(top.issuer)).unwrap_or_default(),
            in_order: path.iter().enumerate().all(|(place, sent)| place == *sent),
            superfluous: (0..chain.len()).filter(|place| !path.contains(place)).collect(),
            path,
        }
    }
}

/// Where the issuer of a certificate stands, if it was sent.
fn issuer_of(read: &[Option<Certificate<'_>>], place: usize) -> Option<usize> {
    let certificate = read.get(place)?.as_ref().filter(|certificate| !certificate.is_self_issued())?;
    read.iter().position(|other| other.as_ref().is_some_and(|other| other.subject == certificate.issuer))
}

/// Whether a chain leads to an anchor, dates and names aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trust {
    /// It does.
    Trusted,
    /// The path ends before a root: an intermediate was not sent.
    Incomplete {
        /// Whose certificate is missing.
        missing: String,
    },
    /// The path ends in a root that nobody here trusts.
    UnknownRoot {
        /// Whose root it is.
        root: String,
    },
    /// The leaf is its own issuer and no anchor.
    SelfSigned,
    /// It leads to an anchor but a rule on the way forbids it.
    Refused {
        /// Which, in words.
        because: String,
    },
    /// Could not be found out.
    Unclear {
        /// Why not.
        because: String,
    },
}

impl Trust {
    /// The reason it stands for; `None` where trusted or unclear.
    #[must_use]
    pub const fn reason(&self) -> Option<Reason> {
        match self {
            Self::Trusted | Self::Unclear { .. } => None,
            Self::Incomplete { .. } => Some(Reason::TlsIncompleteChain),
            Self::UnknownRoot { .. } | Self::SelfSigned | Self::Refused { .. } => Some(Reason::TlsUntrusted),
        }
    }
}

impl std::fmt::Display for Trust {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Trusted => f.write_str("leads to a trusted root"),
            Self::Incomplete { missing } => {
                write!(f, "the certificate of \"{missing}\" was not sent and is no trusted root")
            }
            Self::UnknownRoot { root } => write!(f, "the root \"{root}\" is not trusted"),
            Self::SelfSigned => f.write_str("the certificate is self-signed"),
            Self::Refused { because } | Self::Unclear { because } => f.write_str(because),
        }
    }
}

/// Why a chain that leads to no anchor does not, told by how it hangs together.
fn why_untrusted(chain: &[Vec<u8>]) -> Trust {
    let shape = Shape::of(chain);
    match (shape.path.len(), shape.ends_in_root) {
        (0, _) => Trust::Refused { because: "the certificate cannot be read".to_owned() },
        (1, true) => Trust::SelfSigned,
        (_, true) => Trust::UnknownRoot { root: shape.top_issuer },
        (_, false) => Trust::Incomplete { missing: shape.top_issuer },
    }
}

/// Whether a chain leads to one of the anchors. Dates are left out: the path is judged at a moment at which every
/// certificate of it was valid, so that an expired chain can still be told from an untrusted one.
#[must_use]
pub fn trust(chain: &[Vec<u8>], anchors: &[TrustAnchor<'_>]) -> Trust {
    let Some((leaf, others)) = chain.split_first() else {
        return Trust::Unclear { because: "no certificate was shown".to_owned() };
    };
    let Some(moment) = common_moment(chain) else {
        return Trust::Unclear {
            because: "there is no moment at which all certificates are valid".to_owned(),
        };
    };
    let leaf = CertificateDer::from(leaf.as_slice());
    let others: Vec<CertificateDer<'_>> =
        others.iter().take(CHAIN_MAX).map(|der| CertificateDer::from(der.as_slice())).collect();
    let verdict = EndEntityCert::try_from(&leaf).and_then(|leaf| {
        let usage = KeyUsage::server_auth();
        leaf.verify_for_usage(ALL_VERIFICATION_ALGS, anchors, &others, moment, usage, None, None).map(|_| ())
    });
    match verdict {
        Ok(()) => Trust::Trusted,
        Err(Error::UnknownIssuer) => why_untrusted(chain),
        // A root that only bears the name of a trusted one.
        Err(Error::InvalidSignatureForPublicKey) if ends_in_stranger(chain, anchors) => why_untrusted(chain),
        // A certificate of version 3 that says it is an authority and serves as a leaf is what self-signing tools make.
        Err(Error::CaUsedAsEndEntity) if matches!(why_untrusted(chain), Trust::SelfSigned) => {
            Trust::SelfSigned
        }
        Err(error) => Trust::Refused { because: format!("the chain is not acceptable: {error}") },
    }
}

/// Whether the path ends in a root that was sent and is none of the anchors.
fn ends_in_stranger(chain: &[Vec<u8>], anchors: &[TrustAnchor<'_>]) -> bool {
    let shape = Shape::of(chain);
    let root = shape.path.last().filter(|_| shape.ends_in_root).and_then(|place| chain.get(*place));
    root.is_some_and(|root| !is_anchor(root, anchors))
}

/// A moment at which every certificate of the path is valid.
fn common_moment(chain: &[Vec<u8>]) -> Option<UnixTime> {
    let path = Shape::of(chain).path;
    let read = || path.iter().filter_map(|place| Certificate::parse(chain.get(*place)?));
    let begin = read().filter_map(|certificate| certificate.not_before).max()?;
    let end = read().filter_map(|certificate| certificate.not_after).min()?;
    let seconds = u64::try_from(begin.timestamp()).ok()?;
    (begin <= end).then(|| UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds)))
}

/// The key of the leaf's issuer: from the chain, else from the anchors.
pub(super) fn issuer_key<'a>(
    leaf: &Certificate<'_>,
    chain: &'a [Vec<u8>],
    anchors: &'a [TrustAnchor<'_>],
) -> Option<PublicKey<'a>> {
    let sent = chain.iter().skip(1).filter_map(|der| Certificate::parse(der));
    let sent = sent.filter(|other| other.subject == leaf.issuer).map(|other| other.key);
    let name = Reader::new(leaf.issuer).next().filter(|name| name.tag == SEQUENCE)?.content;
    let known = anchors.iter().filter(|anchor| anchor.subject.as_ref() == name);
    let known = known.filter_map(|anchor| PublicKey::parse(anchor.subject_public_key_info.as_ref()));
    let mut keys = sent.chain(known);
    // Several authorities may bear one name: the one that signed the leaf is meant.
    keys.find(|key| key.verify(leaf.algorithm, leaf.signed, leaf.signature) == Proof::Good)
}

/// Whether a certificate is for this name or address, by the rules of RFC 6125.
#[must_use]
pub fn is_for(der: &[u8], name: &str) -> bool {
    let (leaf, Ok(name)) = (CertificateDer::from(der), ServerName::try_from(name)) else { return false };
    EndEntityCert::try_from(&leaf).is_ok_and(|leaf| leaf.verify_is_valid_for_subject_name(&name).is_ok())
}

/// Whether a certificate is one of the anchors: same name, same key.
#[must_use]
pub fn is_anchor(der: &[u8], anchors: &[TrustAnchor<'_>]) -> bool {
    let Some(certificate) = Certificate::parse(der) else { return false };
    let Some(name) = Reader::new(certificate.subject).next() else { return false };
    anchors.iter().any(|anchor| {
        let key = PublicKey::parse(anchor.subject_public_key_info.as_ref());
        anchor.subject.as_ref() == name.content && key.is_some_and(|key| key.bits == certificate.key.bits)
    })
}
