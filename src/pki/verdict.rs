//! What can be said of a signature: the verdict, the closed list of reasons, and their place in ETSI EN 319 102-1.
//!
//! A signature is valid only when everything was looked at. What was looked at and is wrong makes it invalid; what could
//! not be looked at leaves it undetermined. ETSI's indication is told beside our verdict and is coarser in one way: it
//! calls a failed constraint (a chain that breaks a rule, an algorithm that may not be used) indeterminate, which we call
//! invalid, because there the answer is known.

use serde::Serialize;

use crate::model::text::Text;
use crate::model::told::Told;

/// What becomes of a signature, and of a file with all its signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// All was checked and is as it must be.
    Valid,
    /// Something could not be checked.
    Undetermined,
    /// Something was checked and is wrong.
    Invalid,
}

impl Verdict {
    /// The words of Vietnamese practice.
    #[must_use]
    pub const fn text(self) -> Text {
        match self {
            Self::Valid => Text { vi: "HỢP LỆ", en: "VALID" },
            Self::Undetermined => Text { vi: "KHÔNG XÁC ĐỊNH", en: "UNDETERMINED" },
            Self::Invalid => Text { vi: "KHÔNG HỢP LỆ", en: "INVALID" },
        }
    }
}

/// Main indication (EN 319 102-1 §5.1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING-KEBAB-CASE")]
pub enum Indication {
    /// All checks passed.
    TotalPassed,
    /// The signature is wrong, whatever else may become known.
    TotalFailed,
    /// What is known does not suffice.
    Indeterminate,
}

/// What went wrong with one signature, in words for the person who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// Which of the closed list.
    pub reason: SignatureReason,
    /// Where and what, in both languages; may hold words of the file, made presentable.
    pub told: Told,
}

impl Flaw {
    /// A flaw with its particulars.
    #[must_use]
    pub fn new(reason: SignatureReason, told: impl Into<Told>) -> Self {
        Self { reason, told: told.into() }
    }
}

macro_rules! signature_reasons {
    ($($variant:ident $word:literal $verdict:ident $sub:literal
        $vi:literal
        / $en:literal;)*) => {
        /// Why a verdict is what it is: one closed list.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum SignatureReason {
            $(#[doc = $en] $variant,)*
        }

        impl SignatureReason {
            /// All of them, in the order in which one goes before another: what is wrong first, then what is missing.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The word in JSON and metrics.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// The verdict that it leads to.
            #[must_use]
            pub const fn verdict(self) -> Verdict {
                match self { $(Self::$variant => Verdict::$verdict,)* }
            }

            /// ETSI's sub-indication; empty where there is none.
            #[must_use]
            pub const fn sub_indication(self) -> &'static str {
                match self { $(Self::$variant => $sub,)* }
            }

            /// One sentence without a full stop.
            #[must_use]
            pub const fn text(self) -> Text {
                match self { $(Self::$variant => Text { vi: $vi, en: $en },)* }
            }
        }
    };
}

signature_reasons! {
    // What is wrong with the file or the signature itself.
    ModifiedAfterSigning "modified_after_signing" Invalid "FORMAT_FAILURE"
        "nội dung đã bị thay đổi sau khi ký"
        / "the content was changed after signing";
    ByteRangeWrong "byte_range_wrong" Invalid "FORMAT_FAILURE"
        "phạm vi ký (ByteRange) không hợp lệ"
        / "the signed range (ByteRange) is not sound";
    StructureWrong "structure_wrong" Invalid "FORMAT_FAILURE"
        "chữ ký sai cấu trúc"
        / "the signature is not built as it must be";
    ReferenceWrong "reference_wrong" Invalid "FORMAT_FAILURE"
        "chữ ký XML tham chiếu tới nội dung theo cách không an toàn"
        / "the XML signature refers to its content in a way that is not safe";
    DigestMismatch "digest_mismatch" Invalid "HASH_FAILURE"
        "nội dung không khớp với giá trị băm đã ký"
        / "the content does not match the signed digest";
    SignatureWrong "signature_wrong" Invalid "SIG_CRYPTO_FAILURE"
        "chữ ký không phải do khóa của chứng thư tạo ra"
        / "the signature was not made with the key of the certificate";
    SignerMismatch "signer_mismatch" Invalid "SIG_CONSTRAINTS_FAILURE"
        "chứng thư không phải là chứng thư mà người ký đã ký kèm"
        / "the certificate is not the one that the signature names";
    TimestampWrong "timestamp_wrong" Invalid "TIMESTAMP_ORDER_FAILURE"
        "dấu thời gian có trong chữ ký nhưng không hợp lệ"
        / "the signature carries a timestamp that is not sound";
    Revoked "revoked" Invalid "REVOKED"
        "chứng thư đã bị thu hồi hoặc tạm dừng trước khi ký"
        / "the certificate was revoked or suspended before the signing";
    NotYetValid "not_yet_valid" Invalid "NOT_YET_VALID"
        "ký khi chứng thư chưa có hiệu lực"
        / "signed before the certificate became valid";
    Expired "expired" Invalid "EXPIRED"
        "ký khi chứng thư đã hết hạn"
        / "signed after the certificate had expired";
    KeyUsageWrong "key_usage_wrong" Invalid "CHAIN_CONSTRAINTS_FAILURE"
        "chứng thư không được phép dùng để ký"
        / "the certificate may not be used for signing";
    ChainWrong "chain_wrong" Invalid "CHAIN_CONSTRAINTS_FAILURE"
        "đường dẫn chứng thực vi phạm quy tắc"
        / "the certification path breaks a rule";
    WeakAlgorithm "weak_algorithm" Invalid "CRYPTO_CONSTRAINTS_FAILURE"
        "thuật toán hoặc độ dài khóa không đạt quy định"
        / "an algorithm or key is weaker than the rules allow";
    // What could not be found out.
    Unreadable "unreadable" Undetermined "GENERIC"
        "không mở được tệp"
        / "the file cannot be opened";
    Malformed "malformed" Undetermined "FORMAT_FAILURE"
        "tệp hỏng, bị cắt cụt hoặc không phải loại tệp đọc được"
        / "the file is damaged, cut short or of no kind that is read here";
    PasswordNeeded "password_needed" Undetermined "FORMAT_FAILURE"
        "tệp được bảo vệ bằng mật khẩu"
        / "the file is protected by a password";
    TooComplex "too_complex" Undetermined "FORMAT_FAILURE"
        "tệp vượt giới hạn xử lý"
        / "the file goes beyond the limits of what is read";
    NoSignature "no_signature" Undetermined "NO_SIGNATURE"
        "tệp không có chữ ký số"
        / "the file carries no signature";
    ContentMissing "content_missing" Undetermined "SIGNED_DATA_NOT_FOUND"
        "thiếu nội dung được ký"
        / "the signed content is not at hand";
    SignerMissing "signer_missing" Undetermined "NO_SIGNING_CERTIFICATE_FOUND"
        "không tìm thấy chứng thư của người ký"
        / "the signer's certificate was not found";
    UnsupportedAlgorithm "unsupported_algorithm" Undetermined "CRYPTO_CONSTRAINTS_FAILURE"
        "thuật toán chưa được hỗ trợ nên không kiểm tra được"
        / "an algorithm is not known here and cannot be checked";
    NoAnchors "no_anchors" Undetermined "NO_CERTIFICATE_CHAIN_FOUND"
        "chưa khai báo chứng thư gốc tin cậy nào"
        / "no trusted root was given";
    Untrusted "untrusted" Undetermined "NO_CERTIFICATE_CHAIN_FOUND"
        "không có đường dẫn tới chứng thư gốc tin cậy"
        / "no path leads to a trusted root";
    RevocationUnknown "revocation_unknown" Undetermined "TRY_LATER"
        "không kiểm tra được tình trạng thu hồi"
        / "whether the certificate was revoked could not be found out";
    RevocationNotAsked "revocation_not_asked" Undetermined "TRY_LATER"
        "tình trạng thu hồi không được kiểm tra theo yêu cầu"
        / "whether the certificate was revoked was not asked";
    RevokedWithoutProofOfTime "revoked_without_proof_of_time" Undetermined "REVOKED_NO_POE"
        "chứng thư nay đã bị thu hồi và không có bằng chứng rằng chữ ký có trước đó"
        / "the certificate is revoked now and nothing proves that the signature is older";
    ExpiredWithoutProofOfTime "expired_without_proof_of_time" Undetermined "OUT_OF_BOUNDS_NO_POE"
        "chứng thư nay đã hết hạn và không có bằng chứng rằng chữ ký có trước đó"
        / "the certificate has expired and nothing proves that the signature is older";
    WeakWithoutProofOfTime "weak_without_proof_of_time" Undetermined "CRYPTO_CONSTRAINTS_FAILURE_NO_POE"
        "thuật toán nay không còn đạt quy định và không có bằng chứng rằng chữ ký có trước đó"
        / "an algorithm is no longer strong enough and nothing proves that the signature is older";
    TimestampUnverified "timestamp_unverified" Undetermined "NO_POE"
        "dấu thời gian không kiểm tra được đến cùng"
        / "a timestamp could not be checked to the end";
}

impl Serialize for SignatureReason {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl SignatureReason {
    /// ETSI's main indication for it.
    #[must_use]
    pub const fn indication(self) -> Indication {
        match self {
            Self::ModifiedAfterSigning
            | Self::ByteRangeWrong
            | Self::StructureWrong
            | Self::ReferenceWrong
            | Self::DigestMismatch
            | Self::SignatureWrong
            | Self::Revoked
            | Self::NotYetValid
            | Self::Expired => Indication::TotalFailed,
            _ => Indication::Indeterminate,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_unique_and_what_fails_totally_is_invalid() {
        let words: std::collections::BTreeSet<_> =
            SignatureReason::ALL.iter().map(|reason| reason.as_str()).collect();
        assert_eq!(words.len(), SignatureReason::ALL.len());
        for reason in SignatureReason::ALL {
            assert_ne!(reason.verdict(), Verdict::Valid);
            let failed = reason.indication() == Indication::TotalFailed;
            assert!(!failed || reason.verdict() == Verdict::Invalid, "{}", reason.as_str());
        }
    }
}
