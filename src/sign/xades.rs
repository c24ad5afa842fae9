//! XAdES: an enveloped signature in an XML file, with the properties of ETSI EN 319 132-1, level B-B.
//!
//! Everything is digested in the exclusive canonical form with SHA-256; the value is made as the key's scheme has it. The
//! file is left as it is but for the new element, the last one in the document's element.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};

use crate::model::told::{Told, told};
use crate::pki::der::{INTEGER, Reader, SEQUENCE, explicit, magnitude};
use crate::pki::verdict::SignatureReason;
use crate::pki::xml::{canonical, claims, insert_last};
use crate::sign::certificate::{Parts, mismatch};
use crate::sign::der::{element, sequence};
use crate::sign::fault::{Obstacle, SignFault};
use crate::sign::key::Signer;
use crate::sign::scheme::{Curve, Digest, Scheme};

const DS: &str = "http://www.w3.org/2000/09/xmldsig#";
const XADES: &str = "http://uri.etsi.org/01903/v1.3.2#";
const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
const SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";
const PROPERTIES: &str = "http://uri.etsi.org/01903#SignedProperties";

/// Signs an XML file (UTF-8) as a whole; gives back the file with the signature in it. `claimed` is the time that the
/// signer claims.
///
/// # Errors
/// If the file is no XML that is read here, carries a signature already (which a second one in it would break), or the key
/// does not sign.
pub fn sign(signer: &Signer, document: &[u8], claimed: DateTime<Utc>) -> Result<Vec<u8>, SignFault> {
    refuse_signed(document)?;
    let content = canonical(document, EXCLUSIVE, &[], None).map_err(|flaw| unfit(flaw.told))?;
    let name = format!("emc-{}", name_of(&content, claimed));
    let object = object(signer, &name, claimed)?;
    let properties = digest_of(&object, Some(&format!("{name}-properties")))?;
    let info = signed_info(signer.scheme(), &name, &base64(&Digest::Sha256.of(&content)), &properties);
    let message = canonical(info.as_bytes(), EXCLUSIVE, &[], None).map_err(|flaw| unfit(flaw.told))?;
    let value = value(signer.scheme(), &signer.sign(&message)?)?;
    let certificates: String = signer
        .certificates()
        .iter()
        .map(|certificate| format!("<ds:X509Certificate>{}</ds:X509Certificate>", base64(certificate)))
        .collect::<Vec<_>>()
        .concat();
    let signature = format!(
        "<ds:Signature xmlns:ds=\"{DS}\" Id=\"{name}\">{info}<ds:SignatureValue Id=\"{name}-value\">{}\
         </ds:SignatureValue><ds:KeyInfo><ds:X509Data>{certificates}</ds:X509Data></ds:KeyInfo>{object}</ds:Signature>",
        base64(&value)
    );
    insert_last(document, &signature).map_err(|flaw| unfit(flaw.told))
}

fn refuse_signed(document: &[u8]) -> Result<(), SignFault> {
    match claims(document, None) {
        Err(flaw) if flaw.reason == SignatureReason::NoSignature => Ok(()),
        Err(flaw) => Err(unfit(flaw.told)),
        Ok(_) => Err(unfit(told!(
            "tệp XML đã có chữ ký: một chữ ký bao bọc nữa sẽ làm hỏng chữ ký đó",
            "the XML file carries a signature already, which a second enveloped one would break"
        ))),
    }
}

fn unfit(told: Told) -> SignFault {
    SignFault::new(Obstacle::Document, told)
}

/// What the signature and its parts are called: the same for the same content and time, and in no file by chance.
fn name_of(content: &[u8], claimed: DateTime<Utc>) -> String {
    let digest = Digest::Sha256.of_parts(&[content, claimed.to_rfc3339().as_bytes()]);
    digest.iter().take(12).map(|octet| format!("{octet:02x}")).collect::<Vec<_>>().concat()
}

fn base64(octets: &[u8]) -> String {
    STANDARD.encode(octets)
}

/// The digest of an element in the exclusive form, base64. That form depends on nothing around the element.
fn digest_of(element: &str, identifier: Option<&str>) -> Result<String, SignFault> {
    let octets =
        canonical(element.as_bytes(), EXCLUSIVE, &[], identifier).map_err(|flaw| unfit(flaw.told))?;
    Ok(base64(&Digest::Sha256.of(&octets)))
}

fn reference(attributes: &str, transforms: &[&str], digest: &str) -> String {
    let transforms: Vec<_> =
        transforms.iter().map(|transform| format!("<ds:Transform Algorithm=\"{transform}\"/>")).collect();
    format!(
        "<ds:Reference {attributes}><ds:Transforms>{}</ds:Transforms><ds:DigestMethod Algorithm=\"{SHA256}\"/>\
         <ds:DigestValue>{digest}</ds:DigestValue></ds:Reference>",
        transforms.concat()
    )
}

fn signed_info(scheme: Scheme, name: &str, content: &str, properties: &str) -> String {
    let content = reference(&format!("Id=\"{name}-document\" URI=\"\""), &[ENVELOPED, EXCLUSIVE], content);
    let properties =
        reference(&format!("Type=\"{PROPERTIES}\" URI=\"#{name}-properties\""), &[EXCLUSIVE], properties);
    format!(
        "<ds:SignedInfo xmlns:ds=\"{DS}\"><ds:CanonicalizationMethod Algorithm=\"{EXCLUSIVE}\"/><ds:SignatureMethod \
         Algorithm=\"{}\"/>{content}{properties}</ds:SignedInfo>",
        address(scheme)
    )
}

/// The address of a scheme (RFC 9231).
const fn address(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::RsaPkcs1(Digest::Sha256) => "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        Scheme::RsaPkcs1(Digest::Sha384) => "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384",
        Scheme::RsaPkcs1(Digest::Sha512) => "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
        Scheme::RsaPss(Digest::Sha256) => "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1",
        Scheme::RsaPss(Digest::Sha384) => "http://www.w3.org/2007/05/xmldsig-more#sha384-rsa-MGF1",
        Scheme::RsaPss(Digest::Sha512) => "http://www.w3.org/2007/05/xmldsig-more#sha512-rsa-MGF1",
        Scheme::Ecdsa(Curve::P256) => "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
        Scheme::Ecdsa(Curve::P384) => "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384",
        Scheme::Ecdsa(Curve::P521) => "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512",
        Scheme::Ed25519 => "http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519",
    }
}

/// The object with the signed properties: time, certificate, and that the signed content is XML.
fn object(signer: &Signer, name: &str, claimed: DateTime<Utc>) -> Result<String, SignFault> {
    let parts = Parts::of(signer.certificate()).ok_or_else(|| mismatch(1))?;
    let issuer = sequence(&[&sequence(&[&element(explicit(4), parts.issuer)]), parts.serial]);
    let digest = base64(&Digest::Sha256.of(signer.certificate()));
    let time = claimed.format("%Y-%m-%dT%H:%M:%SZ");
    Ok(format!(
        "<ds:Object xmlns:ds=\"{DS}\"><xades:QualifyingProperties xmlns:xades=\"{XADES}\" Target=\"#{name}\">\
         <xades:SignedProperties Id=\"{name}-properties\"><xades:SignedSignatureProperties><xades:SigningTime>{time}\
         </xades:SigningTime><xades:SigningCertificateV2><xades:Cert><xades:CertDigest><ds:DigestMethod \
         Algorithm=\"{SHA256}\"/><ds:DigestValue>{digest}</ds:DigestValue></xades:CertDigest><xades:IssuerSerialV2>{}\
         </xades:IssuerSerialV2></xades:Cert></xades:SigningCertificateV2></xades:SignedSignatureProperties>\
         <xades:SignedDataObjectProperties><xades:DataObjectFormat ObjectReference=\"#{name}-document\">\
         <xades:MimeType>text/xml</xades:MimeType></xades:DataObjectFormat></xades:SignedDataObjectProperties>\
         </xades:SignedProperties></xades:QualifyingProperties></ds:Object>",
        base64(&issuer)
    ))
}

/// The value as XML writes it: for ECDSA the two numbers side by side, each as long as a coordinate.
fn value(scheme: Scheme, signature: &[u8]) -> Result<Vec<u8>, SignFault> {
    let Scheme::Ecdsa(curve) = scheme else { return Ok(signature.to_vec()) };
    let pair = || {
        let mut reader = Reader::new(signature).enter(SEQUENCE)?;
        let mut next = || padded(magnitude(reader.expect(INTEGER)?.content), curve.length());
        Some([next()?, next()?].concat())
    };
    pair().ok_or_else(|| mismatch(1))
}

fn padded(magnitude: &[u8], length: usize) -> Option<Vec<u8>> {
    let zeros = length.checked_sub(magnitude.len())?;
    Some([&vec![0; zeros], magnitude].concat())
}
