//! Why something is not up: one closed list, the only failure text that may become a label.
//!
//! A line of [`reasons!`] gives name, status and whose fault it is; the sentences for people stand in
//! `reason_text.rs`. A reason that no test can bring about fails the build of the reasons' own test.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::model::status::Status;

/// Whose fault a reason is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Owner {
    /// The portal's: it may be told so.
    Portal,
    /// Ours: our machine, our network, our program. Never counted against a portal.
    Ours,
    /// Nobody's: we were kept out, a citizen may not be; or it had been announced.
    Nobody,
    /// A dependency that several portals share.
    Dependency,
}

impl Owner {
    /// The word used in JSON and docs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Portal => "portal",
            Self::Ours => "ours",
            Self::Nobody => "nobody",
            Self::Dependency => "dependency",
        }
    }
}

macro_rules! reasons {
    ($($variant:ident $name:literal $status:ident $owner:ident;)*) => {
        /// Why something is not up. See the reference in `docs/` for what each means and what to do.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[expect(missing_docs, reason = "reason_text.rs says what each means, in two languages")]
        pub enum Reason { $($variant,)* }

        impl Reason {
            /// Every reason, in the order of the reference.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The word used in labels, JSON and files.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The status a run has for this reason.
            #[must_use]
            pub const fn status(self) -> Status {
                match self { $(Self::$variant => Status::$status,)* }
            }

            /// Whose fault it is.
            #[must_use]
            pub const fn owner(self) -> Owner {
                match self { $(Self::$variant => Owner::$owner,)* }
            }
        }
    };
}

reasons! {
    DnsNxdomain "dns_nxdomain" Down Portal;
    DnsServfail "dns_servfail" Down Portal;
    DnsRefused "dns_refused" Down Portal;
    DnsNoAddress "dns_no_address" Down Portal;
    DnsTimeout "dns_timeout" Down Portal;
    DnsMismatch "dns_mismatch" Down Portal;
    DnssecBogus "dnssec_bogus" Down Portal;
    ConnectRefused "connect_refused" Down Portal;
    ConnectTimeout "connect_timeout" Down Portal;
    ConnectionReset "connection_reset" Down Portal;
    ConnectionClosed "connection_closed" Down Portal;
    TlsHandshake "tls_handshake" Down Portal;
    TlsVersion "tls_version" Down Portal;
    TlsUntrusted "tls_untrusted" Down Portal;
    TlsIncompleteChain "tls_incomplete_chain" Down Portal;
    TlsRevoked "tls_revoked" Down Portal;
    TlsExpired "tls_expired" Down Portal;
    TlsNotYetValid "tls_not_yet_valid" Down Portal;
    TlsWrongHost "tls_wrong_host" Down Portal;
    TlsClientCert "tls_client_cert" Down Portal;
    TimeoutTls "timeout_tls" Down Portal;
    TimeoutHeaders "timeout_headers" Down Portal;
    TimeoutBody "timeout_body" Down Portal;
    MalformedResponse "malformed_response" Down Portal;
    HeadersTooLarge "headers_too_large" Down Portal;
    BodyTooLarge "body_too_large" Down Portal;
    Truncated "truncated" Down Portal;
    DecodeError "decode_error" Down Portal;
    Http2Error "http2_error" Down Portal;
    Status "status" Down Portal;
    BadRedirect "bad_redirect" Down Portal;
    RedirectDenied "redirect_denied" Down Portal;
    RedirectLoop "redirect_loop" Down Portal;
    TooManyRedirects "too_many_redirects" Down Portal;
    WrongFinalHost "wrong_final_host" Down Portal;
    WrongProtocol "wrong_protocol" Down Portal;
    ContentMissing "content_missing" Down Portal;
    ContentForbidden "content_forbidden" Down Portal;
    MalformedContent "malformed_content" Down Portal;
    ResponseMismatch "response_mismatch" Down Portal;
    TooSmall "too_small" Down Portal;
    MaintenancePage "maintenance_page" Down Portal;
    Soft404 "soft_404" Down Portal;
    LoginLoop "login_loop" Down Portal;
    AddressDenied "address_denied" Down Portal;
    Slow "slow" Degraded Portal;
    TlsWeak "tls_weak" Degraded Portal;
    TlsExpiresSoon "tls_expires_soon" Degraded Portal;
    InsecureRedirect "insecure_redirect" Degraded Portal;
    AddressPartial "address_partial" Degraded Portal;
    DnsInconsistent "dns_inconsistent" Degraded Portal;
    Flapping "flapping" Degraded Portal;
    RateLimited "rate_limited" Degraded Portal;
    Dependency "dependency" Down Dependency;
    Blocked "blocked" Unknown Nobody;
    Captcha "captcha" Unknown Nobody;
    Maintenance "maintenance" Unknown Nobody;
    NoRoute "no_route" Unknown Ours;
    SelfUplink "self_uplink" Unknown Ours;
    SelfResolver "self_resolver" Unknown Ours;
    SelfFdExhausted "self_fd_exhausted" Unknown Ours;
    SelfMemory "self_memory" Unknown Ours;
    SelfOverloaded "self_overloaded" Unknown Ours;
    SelfPanicked "self_panicked" Unknown Ours;
    SelfCancelled "self_cancelled" Unknown Ours;
}

impl Reason {
    /// Reads a reason as it is written.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|reason| reason.as_str() == name)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_faults_are_unknown_and_a_portals_never_are() {
        for reason in Reason::ALL {
            let unknown = reason.status() == Status::Unknown;
            assert_eq!(unknown, matches!(reason.owner(), Owner::Ours | Owner::Nobody), "{reason}");
            assert_eq!(Reason::parse(reason.as_str()), Some(*reason));
        }
    }
}
