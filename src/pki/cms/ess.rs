//! The signed word on which certificate is the signer's: ESS `signing-certificate` (RFC 2634, SHA-1) and
//! `signing-certificate-v2` (RFC 5035).
//!
//! SHA-1 stands here for a second certificate with the same digest, which nobody can make; it is no weak algorithm of the
//! signature, and most timestamp authorities still write it.

use crate::model::told::told;
use crate::pki::algorithm::Algorithm;
use crate::pki::certificate::Certificate;
use crate::pki::cms::attributes::{Attributes, wrong};
use crate::pki::cms::names;
use crate::pki::cms::oids::{SIGNING_CERTIFICATE, SIGNING_CERTIFICATE_V2};
use crate::pki::der::{Element, INTEGER, OCTET_STRING, Reader, SEQUENCE, explicit, magnitude};
use crate::pki::digests::DigestAlgorithm;
use crate::pki::verdict::{Flaw, SignatureReason};

/// What is said of the signer's certificate.
#[derive(Clone, Copy, Debug)]
pub(super) struct Named<'a> {
    /// `None` where the algorithm is not known here.
    digest: Option<DigestAlgorithm>,
    hash: &'a [u8],
    /// Issuer (`Name`, as it came) and serial number.
    serial: Option<(&'a [u8], &'a [u8])>,
}

/// Reads both attributes, as far as they are there. The first certificate of each is the signer's.
pub(super) fn read<'a>(attributes: &Attributes<'a>) -> Result<Vec<Named<'a>>, Flaw> {
    let kinds = [
        (SIGNING_CERTIFICATE, "signing-certificate", DigestAlgorithm::SHA1),
        (SIGNING_CERTIFICATE_V2, "signing-certificate-v2", DigestAlgorithm::SHA256),
    ];
    let mut found = Vec::new();
    for (kind, name, default) in kinds {
        if let Some(value) = attributes.single(kind, name)? {
            let named = named(value, default, kind == SIGNING_CERTIFICATE_V2).ok_or_else(|| {
                wrong(told!("không đọc được thuộc tính {name}", "the attribute {name} cannot be read"))
            })?;
            found.push(named);
        }
    }
    Ok(found)
}

fn named(value: Element<'_>, default: DigestAlgorithm, may_name_digest: bool) -> Option<Named<'_>> {
    let mut list = Reader::new(value.content).enter(SEQUENCE)?;
    let mut first = list.enter(SEQUENCE)?;
    let algorithm = if may_name_digest { Algorithm::parse(&mut first) } else { None };
    let digest = algorithm.map_or(Some(default), |algorithm| DigestAlgorithm::of(algorithm.oid));
    let hash = first.expect(OCTET_STRING)?.content;
    let serial = match first.enter(SEQUENCE) {
        Some(mut inside) => {
            let name = inside.enter(SEQUENCE)?.find(|name| name.tag == explicit(4))?;
            let name = Reader::new(name.content).expect(SEQUENCE)?.whole;
            Some((name, magnitude(inside.expect(INTEGER)?.content)))
        }
        None => None,
    };
    (value.tag == SEQUENCE).then_some(Named { digest, hash, serial })
}

impl Named<'_> {
    /// Whether this certificate is meant.
    ///
    /// # Errors
    /// It is another one, or the digest cannot be computed here.
    pub(super) fn is(&self, der: &[u8]) -> Result<(), Flaw> {
        let Some(digest) = self.digest.and_then(|algorithm| algorithm.digest(der)) else {
            return Err(Flaw::new(
                SignatureReason::UnsupportedAlgorithm,
                told!(
                    "không tính được giá trị băm của chứng thư người ký trong thuộc tính signing-certificate",
                    "the digest of the signer's certificate in the attribute signing-certificate cannot be computed"
                ),
            ));
        };
        if digest.as_ref() != self.hash {
            return Err(Flaw::new(
                SignatureReason::SignerMismatch,
                told!(
                    "giá trị băm của chứng thư khác với giá trị đã ký trong thuộc tính signing-certificate",
                    "the certificate's digest is not the one signed in the attribute signing-certificate"
                ),
            ));
        }
        if !self.serial_fits(der) {
            return Err(Flaw::new(
                SignatureReason::SignerMismatch,
                told!(
                    "cơ quan cấp hoặc số sê-ri của chứng thư khác với thuộc tính signing-certificate",
                    "the certificate's issuer or serial number is not the one in the attribute signing-certificate"
                ),
            ));
        }
        Ok(())
    }

    fn serial_fits(&self, der: &[u8]) -> bool {
        let Some((issuer, serial)) = self.serial else { return true };
        Certificate::parse(der).is_some_and(|certificate| {
            serial == certificate.serial && names::same(issuer, certificate.issuer)
        })
    }
}
