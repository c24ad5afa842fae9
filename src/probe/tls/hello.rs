//! A ClientHello made by hand, for versions and suites that no sane library offers, and the reader of what comes back.
//!
//! Only the first flight is looked at: a server that answers with a `ServerHello` accepts what it chose. Nothing is ever
//! encrypted and no secret of ours exists, so that there is nothing to protect.

use crate::probe::tls::suites::Suite;

/// A protocol version, oldest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Version {
    /// SSL 3.0
    Ssl3,
    /// TLS 1.0
    Tls10,
    /// TLS 1.1
    Tls11,
    /// TLS 1.2
    Tls12,
    /// TLS 1.3
    Tls13,
}

impl Version {
    /// Every version, oldest first.
    pub(super) const ALL: [Self; 5] = [Self::Ssl3, Self::Tls10, Self::Tls11, Self::Tls12, Self::Tls13];

    /// The number on the wire.
    pub(super) const fn code(self) -> u16 {
        match self {
            Self::Ssl3 => 0x0300,
            Self::Tls10 => 0x0301,
            Self::Tls11 => 0x0302,
            Self::Tls12 => 0x0303,
            Self::Tls13 => 0x0304,
        }
    }

    fn of(code: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|version| version.code() == code)
    }

    /// As `TlsFacts` and the settings write it; `SSL 3.0` for the one that is no TLS.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Ssl3 => "SSL 3.0",
            Self::Tls10 => "1.0",
            Self::Tls11 => "1.1",
            Self::Tls12 => "1.2",
            Self::Tls13 => "1.3",
        }
    }
}

/// What is offered to a server.
#[derive(Clone, Copy, Debug)]
pub(super) struct Offer<'a> {
    /// The highest version offered; 1.3 alone if it is 1.3.
    pub(super) version: Version,
    /// The suites offered.
    pub(super) suites: &'a [&'a Suite],
    /// The name asked for; `None` for an address, which SNI cannot carry (RFC 6066 §3).
    pub(super) server_name: Option<&'a str>,
}

/// `TLS_EMPTY_RENEGOTIATION_INFO_SCSV` (RFC 5746): servers that insist on secure renegotiation refuse a hello without.
const RENEGOTIATION: u16 = 0x00ff;
/// X25519, secp256r1, secp384r1, secp521r1, ffdhe2048.
const GROUPS: [u16; 5] = [0x001d, 0x0017, 0x0018, 0x0019, 0x0100];
/// ECDSA and RSA with SHA-256 to SHA-1, as clients of the time offered, so that old servers find one they have.
const SIGNATURES: [u16; 14] = [
    0x0403, 0x0503, 0x0603, 0x0807, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0203, 0x0201, 0x0202,
    0x0101,
];

/// The bytes of a hello, in one record. `random` is what the peer cannot foresee; here it serves no secrecy.
pub(super) fn client_hello(offer: Offer<'_>, random: [u8; 32]) -> Vec<u8> {
    let mut body = Vec::with_capacity(512);
    put(&mut body, offer.version.min(Version::Tls12).code());
    body.extend_from_slice(&random);
    body.push(0);
    let mut suites: Vec<u16> = offer.suites.iter().map(|suite| suite.code).collect();
    suites.push(RENEGOTIATION);
    sized(&mut body, &words(&suites));
    body.extend_from_slice(&[1, 0]);
    if offer.version > Version::Ssl3 {
        sized(&mut body, &extensions(offer));
    }
    let mut message = vec![1, 0];
    sized(&mut message, &body);
    // Some old servers refuse a record layer newer than they know: 3.1 is what every client sends (RFC 8446 §5.1).
    let mut record = vec![0x16, 3, u8::from(offer.version > Version::Ssl3)];
    sized(&mut record, &message);
    record
}

fn extensions(offer: Offer<'_>) -> Vec<u8> {
    let mut all = Vec::new();
    if let Some(name) = offer.server_name {
        let mut entry = vec![0];
        sized(&mut entry, name.as_bytes());
        extension(&mut all, 0x0000, &prefixed(&entry));
    }
    extension(&mut all, 0x000a, &prefixed(&words(&GROUPS)));
    extension(&mut all, 0x000b, &[1, 0]);
    if offer.version >= Version::Tls12 {
        extension(&mut all, 0x000d, &prefixed(&words(&SIGNATURES)));
    }
    if offer.version == Version::Tls13 {
        extension(&mut all, 0x002b, &[2, 3, 4]);
        // No share at all: a server that speaks 1.3 asks for one (HelloRetryRequest), which is all we want to know.
        extension(&mut all, 0x0033, &[0, 0]);
    }
    all
}

fn extension(all: &mut Vec<u8>, kind: u16, content: &[u8]) {
    put(all, kind);
    sized(all, content);
}

fn put(bytes: &mut Vec<u8>, word: u16) {
    bytes.extend_from_slice(&word.to_be_bytes());
}

/// Content behind its length in two octets; a hello of ours is far below what they can say.
fn sized(bytes: &mut Vec<u8>, content: &[u8]) {
    put(bytes, u16::try_from(content.len()).unwrap_or(u16::MAX));
    bytes.extend_from_slice(content);
}

fn prefixed(content: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(content.len() + 2);
    sized(&mut bytes, content);
    bytes
}

fn words(list: &[u16]) -> Vec<u8> {
    list.iter().flat_map(|word| word.to_be_bytes()).collect()
}

/// What a server answered to a hello.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// It chose from what was offered.
    Chosen {
        /// The version it chose.
        version: Version,
        /// The number of the suite it chose.
        suite: u16,
    },
    /// It refused by an alert.
    Alert(u8),
    /// It said something that is no TLS.
    NotTls,
}

/// The most bytes of an answer that are read: a `ServerHello` stands at the very beginning.
pub(super) const ANSWER_MAX: usize = 4096;

/// Reads the beginning of an answer; `None` while there is too little of it.
pub(super) fn answer(bytes: &[u8]) -> Option<Answer> {
    let &kind = bytes.first()?;
    let header = bytes.get(..5);
    match kind {
        0x15 if bytes.get(1).is_none_or(|major| *major == 3) => {
            bytes.get(6).map(|alert| Answer::Alert(*alert))
        }
        0x16 if bytes.get(1).is_none_or(|major| *major == 3) => {
            header?;
            server_hello(&handshake(bytes)?)
        }
        _ => Some(Answer::NotTls),
    }
}

/// The bytes of the handshake messages, out of as many records as they are spread over.
fn handshake(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut message = Vec::new();
    let mut rest = bytes;
    while let [0x16, 3, _, high, low, after @ ..] = rest {
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        message.extend_from_slice(after.get(..length.min(after.len()))?);
        rest = after.get(length..).unwrap_or_default();
        if length == 0 {
            break;
        }
    }
    (!message.is_empty()).then_some(message)
}

/// RFC 5246 §7.4.1.3, RFC 8446 §4.1.3.
fn server_hello(message: &[u8]) -> Option<Answer> {
    if message.first() != Some(&2) {
        return Some(Answer::NotTls);
    }
    let length = usize::from(word(message, 2)?);
    let body = message.get(4..4 + length)?;
    Some(chosen(body).unwrap_or(Answer::NotTls))
}

fn chosen(body: &[u8]) -> Option<Answer> {
    let legacy = word(body, 0)?;
    let session = usize::from(*body.get(34)?);
    let suite = word(body, 35 + session)?;
    let version = selected_version(body.get(38 + session..)?).unwrap_or(legacy);
    Some(Answer::Chosen { version: Version::of(version)?, suite })
}

/// What `supported_versions` says, which only TLS 1.3 sends.
fn selected_version(rest: &[u8]) -> Option<u16> {
    let mut extensions = rest.get(2..)?;
    loop {
        let (kind, length) = (word(extensions, 0)?, usize::from(word(extensions, 2)?));
        let content = extensions.get(4..4 + length)?;
        if kind == 0x002b {
            return word(content, 0);
        }
        extensions = extensions.get(4 + length..)?;
    }
}

fn word(bytes: &[u8], place: usize) -> Option<u16> {
    Some(u16::from_be_bytes([*bytes.get(place)?, *bytes.get(place + 1)?]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::tls::suites::{SUITES, named};

    fn hello(version: u16, suite: u16, extensions: &[u8]) -> Vec<u8> {
        let mut body = version.to_be_bytes().to_vec();
        body.extend([7; 32]);
        body.push(2);
        body.extend([1, 1]);
        body.extend(suite.to_be_bytes());
        body.push(0);
        if !extensions.is_empty() {
            sized(&mut body, extensions);
        }
        let mut message = vec![2, 0];
        sized(&mut message, &body);
        let mut record = vec![0x16, 3, 3];
        sized(&mut record, &message);
        record
    }

    #[test]
    fn a_server_hello_tells_version_and_suite() {
        assert_eq!(
            answer(&hello(0x0301, 0x0005, &[])),
            Some(Answer::Chosen { version: Version::Tls10, suite: 5 })
        );
        let retry = hello(0x0303, 0x1301, &[0, 0x33, 0, 2, 0, 0x1d, 0, 0x2b, 0, 2, 3, 4]);
        assert_eq!(answer(&retry), Some(Answer::Chosen { version: Version::Tls13, suite: 0x1301 }));
    }

    #[test]
    fn it_is_read_however_it_is_cut() {
        let whole = hello(0x0302, 0x002f, &[]);
        for end in 0..whole.len() {
            assert_eq!(answer(&whole[..end]), None, "{end}");
        }
        let message = &whole[5..];
        let split: Vec<u8> = message
            .chunks(3)
            .flat_map(|part| [&[0x16, 3, 1, 0, u8::try_from(part.len()).unwrap()][..], part].concat())
            .collect();
        assert_eq!(answer(&split), Some(Answer::Chosen { version: Version::Tls11, suite: 0x2f }));
    }

    #[test]
    fn alerts_and_garbage_are_told_apart() {
        assert_eq!(answer(&[0x15, 3, 1, 0, 2, 2, 70]), Some(Answer::Alert(70)));
        assert_eq!(answer(b"HTTP/1.1 400 Bad Request"), Some(Answer::NotTls));
        assert_eq!(answer(&[0x16, 3, 1, 0, 4, 11, 0, 0, 0]), Some(Answer::NotTls));
        assert_eq!(answer(&[0x16, 9, 9]), Some(Answer::NotTls));
        assert_eq!(answer(&[0x15, 3]), None);
        for byte in 0..=255 {
            let _ = answer(&[byte; 64]);
            let _ = answer(&[&[0x16, 3, 3, 0, 59, 2, 0, 0, 55][..], &[byte; 55]].concat());
        }
    }

    #[test]
    fn a_hello_says_how_long_it_is() {
        let all: Vec<&Suite> = SUITES.iter().collect();
        for version in Version::ALL {
            let offer = Offer { version, suites: &all, server_name: Some("dvc.bo-vd.example") };
            let bytes = client_hello(offer, [0; 32]);
            assert_eq!(usize::from(word(&bytes, 3).unwrap()), bytes.len() - 5);
            assert_eq!(usize::from(word(&bytes, 7).unwrap()), bytes.len() - 9);
        }
        assert!(named(0x1301).is_some());
    }
}
