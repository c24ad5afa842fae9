//! Algorithms by the addresses that XML gives them (XMLDSig 1.1, RFC 9231), and what each is called elsewhere.

use roxmltree::Node;

use crate::model::text::presentable;
use crate::model::told::told;
use crate::pki::digests::DigestAlgorithm;
use crate::pki::verdict::{Flaw, SignatureReason};
use crate::pki::xml::canonical::{Form, Method};
use crate::pki::xml::elements::{DS, attribute, child_elements, is};

/// The namespace of `InclusiveNamespaces`, and the exclusive form's own address.
const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
/// The namespace of the parameters of RSASSA-PSS, and the beginning of many addresses.
const MORE_2007: &str = "http://www.w3.org/2007/05/xmldsig-more#";
/// Removes the signature from what is signed.
pub(super) const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
/// Decodes base64.
pub(super) const BASE64: &str = "http://www.w3.org/2000/09/xmldsig#base64";

const DIGESTS: &[(&str, DigestAlgorithm)] = &[
    ("http://www.w3.org/2000/09/xmldsig#sha1", DigestAlgorithm::SHA1),
    ("http://www.w3.org/2001/04/xmldsig-more#sha224", DigestAlgorithm { name: "SHA-224" }),
    ("http://www.w3.org/2001/04/xmlenc#sha256", DigestAlgorithm::SHA256),
    ("http://www.w3.org/2001/04/xmldsig-more#sha384", DigestAlgorithm { name: "SHA-384" }),
    ("http://www.w3.org/2001/04/xmlenc#sha512", DigestAlgorithm { name: "SHA-512" }),
];

/// The digest algorithm that an element names.
///
/// # Errors
///
/// `unsupported_algorithm` with its address.
pub(super) fn digest_of(method: Node<'_, '_>) -> Result<DigestAlgorithm, Flaw> {
    let uri = attribute(method, "Algorithm").unwrap_or_default();
    DIGESTS.iter().find(|(known, _)| *known == uri).map(|(_, known)| *known).ok_or_else(|| unsupported(uri))
}

/// The canonical form that an element names, with its prefixes; `None` where it names no canonical form.
pub(super) fn canonical_of<'a>(method: Node<'a, '_>) -> Option<Method<'a>> {
    let (form, comments) = form_of(attribute(method, "Algorithm")?)?;
    let list = child_elements(method).find(|child| is(*child, EXCLUSIVE, "InclusiveNamespaces"));
    let words = list.filter(|_| form == Form::Exclusive).and_then(|list| attribute(list, "PrefixList"));
    let words = words.unwrap_or_default().split_ascii_whitespace();
    let prefixes = words.map(|prefix| if prefix == "#default" { "" } else { prefix }).collect();
    Some(Method { form, comments, prefixes })
}

/// The canonical form that has this address, and whether it keeps comments.
pub(super) fn form_of(uri: &str) -> Option<(Form, bool)> {
    Some(match uri {
        "http://www.w3.org/TR/2001/REC-xml-c14n-20010315" => (Form::Inclusive, false),
        "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments" => (Form::Inclusive, true),
        "http://www.w3.org/2006/12/xml-c14n11" => (Form::Inclusive11, false),
        "http://www.w3.org/2006/12/xml-c14n11#WithComments" => (Form::Inclusive11, true),
        EXCLUSIVE => (Form::Exclusive, false),
        "http://www.w3.org/2001/10/xml-exc-c14n#WithComments" => (Form::Exclusive, true),
        _ => return None,
    })
}

/// A signature algorithm: the DER of the `AlgorithmIdentifier` that X.509 has for it.
pub(super) struct SignatureAlgorithm {
    uri: &'static str,
    /// `AlgorithmIdentifier`.
    pub(super) identifier: &'static [u8],
    /// Whether the value is two numbers side by side, as XML writes ECDSA.
    pub(super) pair: bool,
}

impl SignatureAlgorithm {
    /// Whether it needs an RSA key.
    pub(super) fn is_rsa(&self) -> bool {
        self.identifier.get(4..11) == Some(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1])
    }
}

macro_rules! rsa {
    ($uri:literal, $last:literal) => {
        SignatureAlgorithm {
            uri: $uri,
            identifier: &[0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, $last, 5, 0],
            pair: false,
        }
    };
}

macro_rules! ecdsa {
    ($uri:literal, $last:literal) => {
        SignatureAlgorithm {
            uri: $uri,
            identifier: &[0x30, 10, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, $last],
            pair: true,
        }
    };
}

/// RSASSA-PSS with one hash for message and mask and a salt as long as it.
macro_rules! pss {
    ($uri:literal, $hash:literal, $salt:literal) => {
        SignatureAlgorithm {
            uri: $uri,
            identifier: &[
                0x30, 65, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 10, 0x30, 52, 0xa0, 15, 0x30, 13,
                6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, $hash, 5, 0, 0xa1, 28, 0x30, 26, 6, 9, 0x2a, 0x86,
                0x48, 0x86, 0xf7, 0x0d, 1, 1, 8, 0x30, 13, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, $hash,
                5, 0, 0xa2, 3, 2, 1, $salt,
            ],
            pair: false,
        }
    };
}

const SIGNATURES: &[SignatureAlgorithm] = &[
    rsa!("http://www.w3.org/2000/09/xmldsig#rsa-sha1", 5),
    rsa!("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", 11),
    rsa!("http://www.w3.org/2001/04/xmldsig-more#rsa-sha384", 12),
    rsa!("http://www.w3.org/2001/04/xmldsig-more#rsa-sha512", 13),
    pss!("http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1", 1, 32),
    pss!("http://www.w3.org/2007/05/xmldsig-more#sha384-rsa-MGF1", 2, 48),
    pss!("http://www.w3.org/2007/05/xmldsig-more#sha512-rsa-MGF1", 3, 64),
    ecdsa!("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256", 2),
    ecdsa!("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384", 3),
    ecdsa!("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512", 4),
    SignatureAlgorithm {
        uri: "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1",
        identifier: &[0x30, 9, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 1],
        pair: true,
    },
    SignatureAlgorithm {
        uri: "http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519",
        identifier: &[0x30, 5, 6, 3, 0x2b, 0x65, 0x70],
        pair: false,
    },
];

/// The signature algorithm that an element names.
///
/// # Errors
///
/// `unsupported_algorithm`; also for an HMAC, which proves nothing about who signed.
pub(super) fn signature_of(method: Node<'_, '_>) -> Result<&'static SignatureAlgorithm, Flaw> {
    let uri = attribute(method, "Algorithm").unwrap_or_default();
    if uri.contains("#hmac-") {
        return Err(Flaw::new(
            SignatureReason::UnsupportedAlgorithm,
            told!(
                "chữ ký dùng khóa bí mật chung (HMAC), không chứng minh được ai đã ký",
                "the signature is made with a shared secret (HMAC), which proves nothing about who signed"
            ),
        ));
    }
    let plain = uri.strip_prefix(MORE_2007) == Some("rsa-pss");
    let uri = if plain { pss_with_parameters(method)? } else { uri };
    SIGNATURES.iter().find(|known| known.uri == uri).ok_or_else(|| unsupported(uri))
}

/// RFC 9231 §2.3.9: the address whose parameters are those that stand here. Where none stand, SHA-256.
fn pss_with_parameters(method: Node<'_, '_>) -> Result<&'static str, Flaw> {
    let parameters = child_elements(method).find(|child| is(*child, MORE_2007, "RSAPSSParams"));
    let part = |name: &str| {
        parameters
            .and_then(|parameters| child_elements(parameters).find(|child| child.tag_name().name() == name))
    };
    let hash = part("DigestMethod").map(digest_of).transpose()?.map_or("SHA-256", |known| known.name);
    let (uri, salt) = match hash {
        "SHA-256" => ("http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1", "32"),
        "SHA-384" => ("http://www.w3.org/2007/05/xmldsig-more#sha384-rsa-MGF1", "48"),
        "SHA-512" => ("http://www.w3.org/2007/05/xmldsig-more#sha512-rsa-MGF1", "64"),
        other => return Err(unsupported(other)),
    };
    let mask = part("MaskGenerationFunction").and_then(|mask| {
        child_elements(mask)
            .find(|child| is(*child, DS, "DigestMethod"))
            .or_else(|| child_elements(mask).next())
    });
    let mask = mask.map(digest_of).transpose()?.map_or(hash, |known| known.name);
    let given = part("SaltLength").and_then(|length| length.text()).map_or(salt, str::trim);
    let trailer = part("TrailerField").and_then(|field| field.text()).map_or("1", str::trim);
    if mask != hash || given != salt || trailer != "1" {
        return Err(unsupported("rsa-pss"));
    }
    Ok(uri)
}

/// An algorithm that nobody here can check.
pub(super) fn unsupported(uri: &str) -> Flaw {
    let uri = presentable(uri, 120);
    Flaw::new(
        SignatureReason::UnsupportedAlgorithm,
        told!("thuật toán \"{uri}\" chưa được hỗ trợ", "the algorithm \"{uri}\" is not known here"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pki::algorithm::Algorithm;
    use crate::pki::der::Reader;

    #[test]
    fn every_identifier_is_read_to_its_end() {
        let names: Vec<_> = SIGNATURES
            .iter()
            .map(|known| {
                let mut reader = Reader::new(known.identifier);
                let algorithm = Algorithm::parse(&mut reader).unwrap();
                assert!(reader.next().is_none());
                algorithm.signature_name()
            })
            .collect();
        assert_eq!(
            names,
            [
                "sha1WithRSAEncryption",
                "sha256WithRSAEncryption",
                "sha384WithRSAEncryption",
                "sha512WithRSAEncryption",
                "RSASSA-PSS with SHA-256",
                "RSASSA-PSS with SHA-384",
                "RSASSA-PSS with SHA-512",
                "ecdsa-with-SHA256",
                "ecdsa-with-SHA384",
                "ecdsa-with-SHA512",
                "ecdsa-with-SHA1",
                "Ed25519",
            ]
        );
    }
}
