//! Trust anchors as operators have them: DS and DNSKEY records, a line each, as `dnssec-keygen` and `dnssec-signzone`
//! write them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hickory_proto::dnssec::rdata::{DNSKEY, DS};
use hickory_proto::dnssec::{Algorithm, DigestType, PublicKey, PublicKeyBuf};
use hickory_proto::rr::Name;

use crate::model::told::{Told, told};

/// A key that is trusted without being signed by a parent.
#[derive(Clone, Debug)]
pub struct Anchor {
    /// The zone whose key it is.
    pub zone: Name,
    /// The key, or its digest.
    pub trusted: Trusted,
}

/// The two forms of an anchor.
#[derive(Clone, Debug)]
pub enum Trusted {
    /// A digest of the key.
    Digest(DS),
    /// The key itself.
    Key(DNSKEY),
}

impl Anchor {
    /// Reads all records of a text; empty lines and `;` comments are passed over.
    ///
    /// # Errors
    /// A sentence with the line that could not be read.
    pub fn parse_all(text: &str) -> Result<Vec<Self>, Told> {
        let mut anchors = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let record = line.split(';').next().unwrap_or_default().trim();
            if record.is_empty() {
                continue;
            }
            let anchor = Self::parse(record);
            anchors.push(anchor.ok_or_else(|| {
                told!(
                    "dòng {line} không phải là bản ghi DS hay DNSKEY: \"{record}\"",
                    "line {line} is not a DS or DNSKEY record: \"{record}\"",
                    line = index + 1,
                )
            })?);
        }
        if anchors.is_empty() {
            Err(told!("trong đó không có bản ghi nào", "there is no record in it"))
        } else {
            Ok(anchors)
        }
    }

    /// Reads `ZONE [TTL] [IN] DS|DNSKEY ...`; parentheses are allowed and mean nothing.
    fn parse(record: &str) -> Option<Self> {
        let words: Vec<&str> = record.split_whitespace().filter(|word| !matches!(*word, "(" | ")")).collect();
        let (zone, rest) = words.split_first()?;
        let mut zone = Name::from_ascii(zone).ok()?;
        zone.set_fqdn(true);
        let kind_at =
            rest.iter().position(|word| !word.eq_ignore_ascii_case("IN") && word.parse::<u32>().is_err())?;
        let trusted = match rest.get(kind_at)?.to_ascii_uppercase().as_str() {
            "DS" => Trusted::Digest(read_ds(&rest[kind_at + 1..])?),
            "DNSKEY" => Trusted::Key(read_key(&rest[kind_at + 1..])?),
            _ => return None,
        };
        Some(Self { zone, trusted })
    }

    /// Whether this anchor vouches for a key of its zone.
    #[must_use]
    pub fn vouches_for(&self, key: &DNSKEY) -> bool {
        match &self.trusted {
            Trusted::Digest(digest) => digest.covers(&self.zone, key).unwrap_or(false),
            Trusted::Key(trusted) => {
                trusted.public_key().algorithm() == key.public_key().algorithm()
                    && trusted.public_key().public_bytes() == key.public_key().public_bytes()
            }
        }
    }
}

fn read_ds(words: &[&str]) -> Option<DS> {
    let [tag, algorithm, digest_type, digest @ ..] = words else { return None };
    let digest = digest.concat();
    let well_formed = !digest.is_empty() && digest.len().is_multiple_of(2) && digest.is_ascii();
    let bytes = (0..digest.len()).step_by(2).map(|at| u8::from_str_radix(digest.get(at..at + 2)?, 16).ok());
    let bytes: Option<Vec<u8>> = if well_formed { bytes.collect() } else { None };
    Some(DS::new(
        tag.parse().ok()?,
        Algorithm::from_u8(algorithm.parse().ok()?),
        DigestType::from(digest_type.parse::<u8>().ok()?),
        bytes?,
    ))
}

fn read_key(words: &[&str]) -> Option<DNSKEY> {
    let [flags, "3", algorithm, key @ ..] = words else { return None };
    let bytes = STANDARD.decode(key.concat()).ok().filter(|bytes| !bytes.is_empty())?;
    let public = PublicKeyBuf::new(bytes, Algorithm::from_u8(algorithm.parse().ok()?));
    Some(DNSKEY::with_flags(flags.parse().ok()?, public))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read_with_and_without_ttl_and_class() {
        let text = "; the zone's key\nbo-vd.example. 3600 IN DNSKEY 257 3 13 AAECAw==\n\nbo-vd.example DS 7 13 2 ab CD\n";
        let anchors = Anchor::parse_all(text).unwrap();
        assert_eq!(anchors.len(), 2);
        assert!(anchors.iter().all(|anchor| anchor.zone == Name::from_ascii("bo-vd.example.").unwrap()));
        assert!(matches!(&anchors[1].trusted, Trusted::Digest(ds) if ds.digest() == [0xab, 0xcd]));
    }

    #[test]
    fn what_is_no_anchor_is_told_with_its_line() {
        for (text, line) in [("a.example A 192.0.2.1", "line 1"), ("\na.example DS 7 13 2 xyz", "line 2")] {
            let message = Anchor::parse_all(text).unwrap_err();
            assert!(message.en.contains(line), "{message}");
        }
        assert!(Anchor::parse_all("; nothing").is_err());
    }
}
