//! The checks that Thông tư 15/2025/TT-BKHCN asks of software that verifies signatures, and those that a PDF or XML file
//! needs besides. One list; each reason of a verdict belongs to one check.

use serde::Serialize;

use crate::model::finding::Outcome;
use crate::model::text::Text;
use crate::model::told::Told;
use crate::pki::verdict::{Flaw, SignatureReason, Verdict};

/// Where a check comes from.
const ARTICLE_6: &str = "TT 15/2025/TT-BKHCN, Điều 6, Phụ lục II";
/// What the circular leaves open and the formats ask for.
const FORMATS: &str = "nội bộ; ISO 32000-1 §12.8, ETSI EN 319 102-1 §5.2.2";

macro_rules! checks {
    ($($variant:ident $word:literal $item:literal $basis:ident $vi:literal / $en:literal: $($reason:ident)*;)*) => {
        /// Which check.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum CheckId {
            $(#[doc = $en] $variant,)*
        }

        impl CheckId {
            /// All of them, in the order of the report.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The word in JSON.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// The item of the circular's appendix; empty where the check is not one of its.
            #[must_use]
            pub const fn item(self) -> &'static str {
                match self { $(Self::$variant => $item,)* }
            }

            /// What asks for it.
            #[must_use]
            pub const fn basis(self) -> &'static str {
                match self { $(Self::$variant => $basis,)* }
            }

            /// What is looked at.
            #[must_use]
            pub const fn title(self) -> Text {
                match self { $(Self::$variant => Text { vi: $vi, en: $en },)* }
            }

            /// The check that a reason speaks about.
            #[must_use]
            pub const fn of(reason: SignatureReason) -> Self {
                match reason { $($(SignatureReason::$reason => Self::$variant,)*)* }
            }
        }
    };
}

checks! {
    Structure "structure" "" FORMATS
        "tệp đọc được và chữ ký đúng cấu trúc" / "the file can be read and the signature is well built":
        Unreadable Malformed PasswordNeeded TooComplex NoSignature ContentMissing StructureWrong;
    Coverage "coverage" "" FORMATS
        "chữ ký bao trùm toàn bộ nội dung, sau khi ký không có thay đổi ngoài phạm vi cho phép"
        / "the signature covers the whole content and nothing was changed after it but what is allowed":
        ModifiedAfterSigning ByteRangeWrong ReferenceWrong;
    SignerIdentified "signer_identified" "2.1" ARTICLE_6
        "xác định được người ký" / "the signer is identified": SignerMissing SignerMismatch;
    SignedWithKey "signed_with_key" "2.2" ARTICLE_6
        "chữ ký được tạo bằng khóa bí mật tương ứng với chứng thư kèm theo"
        / "the signature was made with the private key that belongs to the certificate": SignatureWrong;
    ValidWhenSigned "valid_when_signed" "2.3" ARTICLE_6
        "chứng thư có hiệu lực tại thời điểm ký" / "the certificate was valid at the time of signing":
        NotYetValid Expired ExpiredWithoutProofOfTime;
    Integrity "integrity" "2.4" ARTICLE_6
        "nội dung toàn vẹn sau khi ký" / "the content is as it was signed": DigestMismatch;
    NotRevoked "not_revoked" "1.1" ARTICLE_6
        "chứng thư không bị thu hồi, tạm dừng tại thời điểm ký"
        / "the certificate was neither revoked nor suspended at the time of signing":
        Revoked RevokedWithoutProofOfTime;
    RevocationInformation "revocation_information" "1.2" ARTICLE_6
        "đã tra cứu CRL hoặc OCSP" / "a CRL or OCSP was consulted": RevocationUnknown RevocationNotAsked;
    Algorithms "algorithms" "1.3" ARTICLE_6
        "thuật toán và độ dài khóa đạt quy định" / "algorithms and key sizes are as the rules ask":
        WeakAlgorithm UnsupportedAlgorithm WeakWithoutProofOfTime;
    Usage "usage" "1.4" ARTICLE_6
        "chứng thư được dùng đúng phạm vi (KeyUsage, EKU)" / "the certificate is used for what it is for (KeyUsage, EKU)":
        KeyUsageWrong;
    Trust "trust" "" ARTICLE_6
        "đường dẫn chứng thực tới chứng thư gốc tin cậy" / "a certification path leads to a trusted root":
        NoAnchors Untrusted ChainWrong;
    Timestamp "timestamp" "" ARTICLE_6
        "dấu thời gian (nếu có) hợp lệ" / "timestamps, if there are any, are valid":
        TimestampWrong TimestampUnverified;
}

impl Serialize for CheckId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// What became of one check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Which.
    pub id: CheckId,
    /// The item of the circular's appendix; empty where the check is not one of its.
    pub item: &'static str,
    /// What asks for it.
    pub basis: &'static str,
    /// What was looked at, in words.
    pub title: Told,
    /// What became of it.
    pub outcome: Outcome,
    /// Particulars where it did not pass, or what else there is to say.
    pub detail: Told,
}

/// Which checks were reached at all: one that was not is never passed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reached(Vec<(CheckId, Outcome)>);

impl Reached {
    /// This one was looked at.
    pub fn examined(&mut self, checks: &[CheckId]) {
        self.0.extend(checks.iter().map(|check| (*check, Outcome::Passed)));
    }

    /// There is nothing here that it could look at.
    pub fn inapplicable(&mut self, check: CheckId) {
        self.0.push((check, Outcome::Inapplicable));
    }

    /// The table, out of what was reached and what was found wrong.
    #[must_use]
    pub fn table(&self, flaws: &[Flaw]) -> Vec<Check> {
        CheckId::ALL.iter().map(|id| self.row(*id, flaws)).collect()
    }

    fn row(&self, id: CheckId, flaws: &[Flaw]) -> Check {
        let mine = || flaws.iter().filter(|flaw| CheckId::of(flaw.reason) == id);
        let worst = mine().map(|flaw| flaw.reason.verdict()).max();
        let reached = self.0.iter().find(|(known, _)| *known == id).map(|(_, outcome)| *outcome);
        let outcome = match worst {
            Some(Verdict::Invalid) => Outcome::Failed,
            Some(_) => Outcome::CannotTell,
            None => reached.unwrap_or(Outcome::CannotTell),
        };
        let told: Vec<Told> = mine().map(|flaw| flaw.told.clone()).collect();
        Check {
            id,
            item: id.item(),
            basis: id.basis(),
            title: id.title().into(),
            outcome,
            detail: Told::joined(&told, "; "),
        }
    }
}

/// One table for several signatures: of each check the worst.
#[must_use]
pub fn merged<'a>(tables: impl IntoIterator<Item = &'a [Check]>) -> Vec<Check> {
    let rank = |outcome: Outcome| match outcome {
        Outcome::Inapplicable => 0,
        Outcome::Passed => 1,
        Outcome::CannotTell => 2,
        Outcome::Failed => 3,
    };
    let mut worst: Vec<Check> = Vec::new();
    for check in tables.into_iter().flatten() {
        match worst.iter_mut().find(|known| known.id == check.id) {
            Some(known) if rank(known.outcome) >= rank(check.outcome) => {}
            Some(known) => known.clone_from(check),
            None => worst.push(check.clone()),
        }
    }
    worst
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_reached_is_never_passed() {
        let table = Reached::default().table(&[]);
        assert_eq!(table.len(), CheckId::ALL.len());
        assert!(table.iter().all(|check| check.outcome == Outcome::CannotTell));
    }

    #[test]
    fn a_flaw_outweighs_that_its_check_was_reached() {
        let mut reached = Reached::default();
        reached.examined(CheckId::ALL);
        for reason in SignatureReason::ALL {
            let flaw = Flaw::new(*reason, reason.text());
            let table = reached.table(&[flaw]);
            let spoken: Vec<_> = table.iter().filter(|check| check.outcome != Outcome::Passed).collect();
            assert_eq!(spoken.len(), 1, "{}", reason.as_str());
            assert_eq!(spoken[0].outcome == Outcome::Failed, reason.verdict() == Verdict::Invalid);
        }
    }
}
