//! Identifiers of CMS (RFC 5652), CAdES (ETSI EN 319 122-1), timestamps (RFC 3161) and Adobe's revocation archive.

use der::asn1::ObjectIdentifier;

const fn oid(dotted: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(dotted)
}

/// Content type: bytes that are nothing in particular.
pub(super) const DATA: ObjectIdentifier = oid("1.2.840.113549.1.7.1");
/// Content type: signed data.
pub(super) const SIGNED_DATA: ObjectIdentifier = oid("1.2.840.113549.1.7.2");
/// Content type: what a timestamp says.
pub(in crate::pki) const TST_INFO: ObjectIdentifier = oid("1.2.840.113549.1.9.16.1.4");

/// Attribute: the type of the content.
pub(super) const CONTENT_TYPE: ObjectIdentifier = oid("1.2.840.113549.1.9.3");
/// Attribute: the digest of the content.
pub(super) const MESSAGE_DIGEST: ObjectIdentifier = oid("1.2.840.113549.1.9.4");
/// Attribute: when the signer says that it signed.
pub(super) const SIGNING_TIME: ObjectIdentifier = oid("1.2.840.113549.1.9.5");
/// Attribute: the policy under which it was signed (CAdES).
pub(super) const SIGNATURE_POLICY: ObjectIdentifier = oid("1.2.840.113549.1.9.16.2.15");
/// Attribute: a signature over the signature.
pub(super) const COUNTER_SIGNATURE: ObjectIdentifier = oid("1.2.840.113549.1.9.6");
/// Attribute: the algorithms once more (RFC 6211).
pub(super) const ALGORITHM_PROTECTION: ObjectIdentifier = oid("1.2.840.113549.1.9.52");
/// Attribute: the signer's certificate by its SHA-1 digest (RFC 2634).
pub(super) const SIGNING_CERTIFICATE: ObjectIdentifier = oid("1.2.840.113549.1.9.16.2.12");
/// Attribute: the signer's certificate by any digest (RFC 5035).
pub(super) const SIGNING_CERTIFICATE_V2: ObjectIdentifier = oid("1.2.840.113549.1.9.16.2.47");
/// Attribute: a timestamp over the signature value.
pub(super) const SIGNATURE_TIMESTAMP: ObjectIdentifier = oid("1.2.840.113549.1.9.16.2.14");
/// Attribute: a timestamp over the content, made before the signature.
pub(super) const CONTENT_TIMESTAMP: ObjectIdentifier = oid("1.2.840.113549.1.9.16.2.20");
/// Attributes: timestamps over all that came before, in their three versions.
pub(super) const ARCHIVE_TIMESTAMPS: [ObjectIdentifier; 3] =
    [oid("1.2.840.113549.1.9.16.2.27"), oid("1.2.840.113549.1.9.16.2.48"), oid("0.4.0.1733.2.4")];
/// Attribute: certificates (CAdES).
pub(super) const CERTIFICATE_VALUES: ObjectIdentifier = oid("1.2.840.113549.1.9.16.2.23");
/// Attribute: revocation lists and OCSP responses (CAdES).
pub(super) const REVOCATION_VALUES: ObjectIdentifier = oid("1.2.840.113549.1.9.16.2.24");
/// Attribute: revocation lists and OCSP responses (ISO 32000-1 §12.8.3.3.2).
pub(super) const ADOBE_REVOCATION: ObjectIdentifier = oid("1.2.840.113583.1.1.8");

/// Other revocation information: an OCSP response (RFC 5940).
pub(super) const OCSP_INFORMATION: ObjectIdentifier = oid("1.3.6.1.5.5.7.16.2");
