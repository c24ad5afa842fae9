//! Whether a certificate was revoked: revocation lists (RFC 5280 §6.3) and OCSP (RFC 6960), fail-closed.
//!
//! `lists` and `responses` read and judge one kind each, `inquiry` puts together what they say. A statement
//! speaks for a time when it was made at or after that time, or was still current then (EN 319 102-1 §5.2.5); what no
//! statement speaks for is unknown, never good.

pub(in crate::pki) mod inquiry;

mod crl;
mod lists;
mod observation;
mod request;
mod response;
mod responses;
mod scope;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::model::text::Text;
use crate::model::told::Told;
use crate::pki::evidence::{Source, Statement};

pub use request::ocsp_request;

/// Who told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// A revocation list.
    Crl,
    /// An OCSP response.
    Ocsp,
}

/// A revocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revocation {
    /// Since when.
    pub at: DateTime<Utc>,
    /// Why.
    pub reason: RevocationReason,
}

/// How a certificate stands at the time in question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is trusted by declaration.
    Anchor,
    /// Not revoked.
    Good {
        /// Who told.
        by: By,
        /// Where that came from.
        source: Source,
        /// When it was told.
        told_at: DateTime<Utc>,
        /// Until when it is current, if that was said.
        until: Option<DateTime<Utc>>,
    },
    /// Revoked or suspended, perhaps only after the time in question: compare the moments.
    Revoked {
        /// Since when and why.
        revocation: Revocation,
        /// Who told.
        by: By,
        /// Where that came from.
        source: Source,
    },
    /// No statement speaks for it at that time.
    Unknown {
        /// Why not, as far as there is something to say.
        why: Told,
    },
    /// It says of itself that it is never revoked: too short-lived, or a responder that vouches for itself.
    NotNeeded,
    /// Nobody asked.
    NotAsked,
}

/// One answer of an OCSP response, read and not judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OcspAnswer {
    /// The serial number of the certificate, hexadecimal digits.
    pub serial: String,
    /// What is said of it.
    pub status: OcspStatus,
    /// Since when it is so.
    pub this_update: DateTime<Utc>,
    /// Until when that is current, if it is said.
    pub next_update: Option<DateTime<Utc>>,
}

/// What an OCSP response says of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OcspStatus {
    /// Not revoked.
    Good,
    /// Revoked.
    Revoked(Revocation),
    /// The responder does not know the certificate, or says something that cannot be read.
    Unknown,
}

/// Reads an OCSP response without asking who signed it.
///
/// # Errors
/// Why it says nothing: it cannot be read, is of an unknown type, or the responder answered with an error.
pub fn ocsp_answers(response: &Statement) -> Result<Vec<OcspAnswer>, Told> {
    Ok(response::read(response)?.singles.iter().map(response::Single::answer).collect())
}

macro_rules! revocation_reasons {
    ($($variant:ident $code:literal $word:literal $vi:literal;)*) => {
        /// Why a certificate was revoked (RFC 5280 §5.3.1).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
        #[serde(rename_all = "snake_case")]
        pub enum RevocationReason {
            $(#[doc = $word] $variant,)*
        }

        impl RevocationReason {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// What stands for a number in lists and responses; an unknown number says nothing.
            pub(in crate::pki) const fn of(code: u8) -> Self {
                match code { $($code => Self::$variant,)* _ => Self::Unspecified }
            }

            /// Whether it lasts: all do but a suspension and its end.
            #[must_use]
            pub const fn is_final(self) -> bool {
                !matches!(self, Self::CertificateHold | Self::RemoveFromCrl)
            }

            /// In words.
            #[must_use]
            pub const fn text(self) -> Text {
                match self { $(Self::$variant => Text { vi: $vi, en: $word },)* }
            }
        }
    };
}

revocation_reasons! {
    Unspecified 0 "no reason given" "không nêu lý do";
    KeyCompromise 1 "key compromise" "lộ khóa bí mật";
    CaCompromise 2 "compromise of the authority's key" "lộ khóa của tổ chức chứng thực";
    AffiliationChanged 3 "affiliation changed" "thay đổi thông tin thuê bao";
    Superseded 4 "superseded" "đã được thay bằng chứng thư khác";
    CessationOfOperation 5 "no longer in use" "ngừng sử dụng";
    CertificateHold 6 "suspended" "tạm dừng";
    RemoveFromCrl 8 "suspension lifted" "hết tạm dừng";
    PrivilegeWithdrawn 9 "privilege withdrawn" "bị rút quyền sử dụng";
    AaCompromise 10 "compromise of the attribute authority's key" "lộ khóa của tổ chức cấp thuộc tính";
}
