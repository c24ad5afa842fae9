//! What a certificate must be fit for.

use crate::model::told::{Told, told};
use crate::pki::path::card::Card;
use crate::pki::path::oids::{CODE_SIGNING, EXTENDED_KEY_USAGE, OCSP_SIGNING, SERVER_AUTH, TIME_STAMPING};

/// What the certificate in question was used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Signing documents: key usage `digitalSignature` or `nonRepudiation` where it is stated, and no extended usage
    /// that is for something else altogether.
    DocumentSigning,
    /// Signing timestamps: the extended usage is critical and `timeStamping` alone (RFC 3161 §2.3).
    TimeStamping,
    /// Signing OCSP responses for the authority that issued it.
    OcspSigning,
    /// Signing revocation lists.
    CrlSigning,
    /// Anything.
    Any,
}

/// Why a certificate is not fit; `None` where it is.
pub(in crate::pki) fn unfit(card: &Card<'_>, purpose: Purpose) -> Option<Told> {
    match purpose {
        Purpose::DocumentSigning => no_signing(card).or_else(|| issued_for_else(card)),
        Purpose::TimeStamping => no_signing(card).or_else(|| not_only_stamps(card)),
        Purpose::OcspSigning => {
            let named = card.extended_key_usage().unwrap_or_default();
            (!named.contains(&OCSP_SIGNING.as_bytes())).then(|| {
                told!(
                    "chứng thư không được cấp để ký phản hồi OCSP",
                    "the certificate is not issued for signing OCSP responses"
                )
            })
        }
        Purpose::CrlSigning => card.key_usage().is_some_and(|usage| !usage.crl_sign()).then(|| {
            told!(
                "chứng thư không được phép ký danh sách thu hồi",
                "the certificate may not sign revocation lists"
            )
        }),
        Purpose::Any => None,
    }
}

fn no_signing(card: &Card<'_>) -> Option<Told> {
    let usage = card.key_usage()?;
    (!usage.digital_signature() && !usage.non_repudiation()).then(|| {
        told!(
            "mục đích sử dụng khóa không có digitalSignature hay nonRepudiation",
            "the key usage has neither digitalSignature nor nonRepudiation"
        )
    })
}

/// Authorities name many purposes under which documents are signed, their own among them; refused is a certificate
/// that names only such as surely are others.
fn issued_for_else(card: &Card<'_>) -> Option<Told> {
    let named = card.extended_key_usage()?;
    let others = [SERVER_AUTH, CODE_SIGNING, TIME_STAMPING, OCSP_SIGNING];
    let is_other = |usage: &&[u8]| others.iter().any(|other| other.as_bytes() == *usage);
    named.iter().all(is_other).then(|| {
        told!(
            "mục đích sử dụng mở rộng của chứng thư không phải là ký văn bản",
            "the extended key usage of the certificate is not for signing documents"
        )
    })
}

fn not_only_stamps(card: &Card<'_>) -> Option<Told> {
    let critical = card.find(&EXTENDED_KEY_USAGE).is_some_and(|extension| extension.critical);
    let only = card.extended_key_usage().is_some_and(|named| named == [TIME_STAMPING.as_bytes()]);
    (!critical || !only).then(|| {
        told!(
            "chứng thư không chỉ dành riêng cho dấu thời gian (timeStamping, critical)",
            "the certificate is not for timestamps alone (timeStamping, critical)"
        )
    })
}
