//! Algorithm identifiers: which signature algorithm it is, and what it hashes with.

use der::asn1::ObjectIdentifier;

use crate::pki::der::{Element, OID, Reader, SEQUENCE, explicit};
use crate::pki::oid::{HASHES, Hash, RSA_PSS, SHA1, dotted, signature_algorithm};

/// An algorithm's identifier and parameters.
#[derive(Clone, Copy, Debug)]
pub(super) struct Algorithm<'a> {
    /// Identifier, content octets.
    pub(super) oid: &'a [u8],
    /// Parameters, if there are any.
    pub(super) parameters: Option<Element<'a>>,
}

impl<'a> Algorithm<'a> {
    /// Reads an `AlgorithmIdentifier`.
    pub(super) fn parse(reader: &mut Reader<'a>) -> Option<Self> {
        let mut inner = reader.enter(SEQUENCE)?;
        Some(Self { oid: inner.expect(OID)?.content, parameters: inner.next() })
    }

    /// The hash of RSASSA-PSS: SHA-1 where the parameters name none (RFC 4055 §3.1).
    fn pss_hash(&self) -> Option<&'static (ObjectIdentifier, &'static str, Hash)> {
        let mut parameters = Reader::new(self.parameters?.content);
        let named = parameters.enter(explicit(0)).and_then(|mut inner| Self::parse(&mut inner));
        let oid = named.map_or(SHA1.as_bytes(), |hash| hash.oid);
        HASHES.iter().find(|(known, ..)| known.as_bytes() == oid)
    }

    /// What it hashes with, as far as that is known.
    pub(super) fn hash(&self) -> Option<Hash> {
        if self.oid == RSA_PSS.as_bytes() {
            return self.pss_hash().map(|(.., hash)| *hash);
        }
        signature_algorithm(self.oid).map(|known| known.hash)
    }

    /// The name it goes by as a signature algorithm.
    pub(super) fn signature_name(&self) -> String {
        if self.oid == RSA_PSS.as_bytes() {
            let hash = self.pss_hash().map_or("an unknown hash", |(_, name, _)| name);
            return format!("RSASSA-PSS with {hash}");
        }
        signature_algorithm(self.oid).map_or_else(|| dotted(self.oid), |known| known.name.to_owned())
    }
}
