//! Identifiers of the extensions and purposes that decide whether a path holds.

use der::asn1::ObjectIdentifier;

pub(in crate::pki) use crate::pki::oid::{
    BASIC_CONSTRAINTS, EXTENDED_KEY_USAGE, OCSP_SIGNING, SUBJECT_ALT_NAME,
};

macro_rules! identifiers {
    ($($(#[$doc:meta])* $name:ident = $dotted:literal;)*) => {
        $($(#[$doc])* pub(in crate::pki) const $name: ObjectIdentifier = ObjectIdentifier::new_unwrap($dotted);)*
    };
}

identifiers! {
    /// Extension: identifier of the subject's key.
    SUBJECT_KEY_IDENTIFIER = "2.5.29.14";
    /// Extension: key usage.
    KEY_USAGE = "2.5.29.15";
    /// Extension: names of the issuer.
    ISSUER_ALT_NAME = "2.5.29.18";
    /// Extension of a list: its number.
    CRL_NUMBER = "2.5.29.20";
    /// Extension of an entry: why revoked.
    REASON_CODE = "2.5.29.21";
    /// Extension of an entry: since when the key was no longer safe.
    INVALIDITY_DATE = "2.5.29.24";
    /// Extension of a list: it only tells what changed.
    DELTA_INDICATOR = "2.5.29.27";
    /// Extension of a list: what it is about.
    ISSUING_DISTRIBUTION_POINT = "2.5.29.28";
    /// Extension of an entry: whose certificate.
    CERTIFICATE_ISSUER = "2.5.29.29";
    /// Extension: name constraints.
    NAME_CONSTRAINTS = "2.5.29.30";
    /// Extension: where lists are found.
    CRL_DISTRIBUTION_POINTS = "2.5.29.31";
    /// Extension: certificate policies.
    CERTIFICATE_POLICIES = "2.5.29.32";
    /// The policy that stands for any.
    ANY_POLICY = "2.5.29.32.0";
    /// Extension: policy mappings.
    POLICY_MAPPINGS = "2.5.29.33";
    /// Extension: identifier of the issuer's key.
    AUTHORITY_KEY_IDENTIFIER = "2.5.29.35";
    /// Extension: policy constraints.
    POLICY_CONSTRAINTS = "2.5.29.36";
    /// Extension: where lists of changes are found.
    FRESHEST_CRL = "2.5.29.46";
    /// Extension: inhibit any policy.
    INHIBIT_ANY_POLICY = "2.5.29.54";
    /// Extension: nothing ever tells of a revocation (RFC 9608).
    NO_REVOCATION_AVAILABLE = "2.5.29.56";
    /// Extension of a list: it still names certificates that expired since then (X.509 §9.5.2.8).
    EXPIRED_CERTS_ON_CRL = "2.5.29.60";
    /// Extension: where the issuer is reached.
    AUTHORITY_INFO_ACCESS = "1.3.6.1.5.5.7.1.1";
    /// Way to the issuer: OCSP.
    AD_OCSP = "1.3.6.1.5.5.7.48.1";
    /// Extension of an OCSP message: nonce.
    OCSP_NONCE = "1.3.6.1.5.5.7.48.1.2";
    /// Extension of a responder's certificate: its revocation is not asked.
    OCSP_NOCHECK = "1.3.6.1.5.5.7.48.1.5";
    /// Extension of an OCSP response: since when the responder remembers.
    OCSP_ARCHIVE_CUTOFF = "1.3.6.1.5.5.7.48.1.6";
    /// Extension of an OCSP response: certificates that were never issued are called revoked.
    OCSP_EXTENDED_REVOKE = "1.3.6.1.5.5.7.48.1.9";
    /// Way to the issuer: its certificate.
    AD_CA_ISSUERS = "1.3.6.1.5.5.7.48.2";
    /// Extension: the certificate is too short-lived to be revoked (ETSI EN 319 412-1 §5.2.2.2).
    SHORT_TERM = "0.4.0.194121.2.1";
    /// Purpose: servers.
    SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
    /// Purpose: programs.
    CODE_SIGNING = "1.3.6.1.5.5.7.3.3";
    /// Purpose: timestamps.
    TIME_STAMPING = "1.3.6.1.5.5.7.3.8";
    /// Attribute: e-mail address.
    EMAIL_ADDRESS = "1.2.840.113549.1.9.1";
}
