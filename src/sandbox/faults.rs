//! Every fault an operator fears, in one list: name, where it strikes, what it takes, what `emc` should call it, and a
//! sentence in two languages. The API, the client, the tests and the docs derive from it.

use std::fmt;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::model::reason::Reason;

/// Where a fault strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Layer {
    /// On the connection, before a request is read; on both listeners.
    Connection,
    /// In the TLS handshake; on the HTTPS listener.
    Tls,
    /// Instead of the answer or on it; on both listeners, can be kept to one path.
    Answer,
}

impl Layer {
    /// The word used in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Connection => "connection",
            Self::Tls => "tls",
            Self::Answer => "answer",
        }
    }
}

/// What a fault can be told beside its name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Params {
    /// Only where the path begins with this (faults on the answer).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Milliseconds: before the answer (`slow`), between pieces (`drip`). At most 10 minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delay_ms: Option<u64>,
    /// Kibibytes: of headers (at most 4096) or of body (at most 1 GiB).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kib: Option<u64>,
    /// Where `redirect-private` points.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<IpAddr>,
}

/// One of the things that [`Params`] can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Param {
    /// [`Params::delay_ms`].
    DelayMs,
    /// [`Params::kib`].
    Kib,
    /// [`Params::address`].
    Address,
}

impl Param {
    /// The word used in JSON and on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DelayMs => "delay_ms",
            Self::Kib => "kib",
            Self::Address => "address",
        }
    }
}

macro_rules! faults {
    ($($variant:ident $name:literal $layer:ident $reason:ident [$($param:ident)*] $vi:literal $en:literal;)*) => {
        /// A fault that can be switched on.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[expect(missing_docs, reason = "each line of the list holds its sentence in two languages")]
        pub enum Fault { $($variant,)* }

        impl Fault {
            /// Every fault, in the order in which they are listed and tried.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The word used in the API and on the command line.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// Where it strikes.
            #[must_use]
            pub const fn layer(self) -> Layer {
                match self { $(Self::$variant => Layer::$layer,)* }
            }

            /// The reason a probe of the home page over HTTPS should give, with expectations that fit the fault.
            #[must_use]
            pub const fn reason(self) -> Reason {
                match self { $(Self::$variant => Reason::$reason,)* }
            }

            /// What it can be told, beside `path` where it strikes the answer.
            #[must_use]
            pub const fn takes(self) -> &'static [Param] {
                match self { $(Self::$variant => &[$(Param::$param,)*],)* }
            }

            /// What it does, in Vietnamese.
            #[must_use]
            pub const fn vi(self) -> &'static str {
                match self { $(Self::$variant => $vi,)* }
            }

            /// What it does, in English.
            #[must_use]
            pub const fn en(self) -> &'static str {
                match self { $(Self::$variant => $en,)* }
            }
        }
    };
}

faults! {
    Reset "reset" Connection ConnectionReset []
        "ngắt kết nối đột ngột (TCP RST) ngay khi nhận được byte đầu tiên"
        "resets the connection (TCP RST) at the first byte received";
    Closed "closed" Connection ConnectionClosed []
        "đóng kết nối mà không trả lời"
        "closes the connection without an answer";
    TlsSilence "tls-silence" Tls TimeoutTls []
        "nhận kết nối nhưng không bắt tay TLS"
        "accepts the connection and never answers the TLS handshake";
    TlsAlert "tls-alert" Tls TlsHandshake []
        "từ chối bắt tay TLS bằng cảnh báo handshake_failure"
        "refuses the TLS handshake with the alert handshake_failure";
    TlsClientCert "tls-client-cert" Tls TlsClientCert []
        "đòi chứng thư của máy khách"
        "demands a client certificate";
    TlsExpired "tls-expired" Tls TlsExpired []
        "chứng thư đã hết hạn"
        "the certificate has expired";
    TlsNotYetValid "tls-not-yet-valid" Tls TlsNotYetValid []
        "chứng thư chưa đến ngày hiệu lực"
        "the certificate is not valid yet";
    TlsExpiresSoon "tls-expires-soon" Tls TlsExpiresSoon []
        "chứng thư còn hạn dưới năm ngày"
        "the certificate expires in less than five days";
    TlsWrongHost "tls-wrong-host" Tls TlsWrongHost []
        "chứng thư cấp cho tên miền khác"
        "the certificate is for another host";
    TlsNoIntermediate "tls-no-intermediate" Tls TlsIncompleteChain []
        "máy chủ không gửi chứng thư trung gian"
        "the server does not send the intermediate certificate";
    TlsUntrusted "tls-untrusted" Tls TlsUntrusted []
        "chứng thư do một CA không được tin cậy cấp"
        "the certificate comes from a CA that nobody trusts";
    TlsSelfSigned "tls-self-signed" Tls TlsUntrusted []
        "chứng thư tự ký"
        "the certificate is self-signed";
    Malformed "malformed" Connection MalformedResponse []
        "trả về những byte không phải HTTP"
        "answers with bytes that are not HTTP";
    Http2Reset "http2-reset" Answer Http2Error []
        "hủy luồng HTTP/2 bằng RST_STREAM; HTTP/1.1 không bị ảnh hưởng"
        "cancels the HTTP/2 stream with RST_STREAM; HTTP/1.1 is not affected";
    NoAnswer "no-answer" Answer TimeoutHeaders []
        "nhận yêu cầu rồi im lặng, tối đa 10 phút"
        "takes the request and stays silent, for 10 minutes at most";
    Slow "slow" Answer Slow [DelayMs]
        "trả lời chậm (mặc định 3000 ms)"
        "answers late (3000 ms unless told otherwise)";
    Status500 "status-500" Answer Status []
        "trả về lỗi 500"
        "answers with status 500";
    Status502 "status-502" Answer Status []
        "trả về lỗi 502 như khi máy chủ ứng dụng phía sau đã dừng"
        "answers with status 502, as if the application server behind were gone";
    Status503 "status-503" Answer Status []
        "trả về lỗi 503 kèm Retry-After"
        "answers with status 503 and Retry-After";
    TooManyRequests "too-many-requests" Answer RateLimited []
        "trả về lỗi 429 kèm Retry-After"
        "answers with status 429 and Retry-After";
    Maintenance "maintenance" Answer MaintenancePage []
        "trang bảo trì nhưng mã trạng thái vẫn là 200"
        "a maintenance page that says 200";
    Soft404 "soft-404" Answer Soft404 []
        "trang \"không tìm thấy\" nhưng mã trạng thái vẫn là 200"
        "a not-found page that says 200";
    Waf "waf" Answer Blocked []
        "trang chặn của tường lửa ứng dụng web, mã 403"
        "the block page of a web application firewall, status 403";
    Captcha "captcha" Answer Captcha []
        "trang đòi nhập mã xác nhận (captcha)"
        "a page that demands a captcha";
    LoginLoop "login-loop" Answer LoginLoop []
        "các trang và trang đăng nhập chuyển qua lại lẫn nhau không dứt"
        "pages and the login send the visitor back and forth";
    RedirectLoop "redirect-loop" Answer RedirectLoop []
        "chuyển hướng vòng tròn"
        "redirects in a circle";
    RedirectChain "redirect-chain" Answer TooManyRedirects []
        "chuyển hướng nối tiếp không dứt, mỗi lần một địa chỉ mới"
        "redirects on and on, each time to a new address";
    RedirectPrivate "redirect-private" Answer RedirectDenied [Address]
        "chuyển hướng tới địa chỉ mạng nội bộ (mặc định 10.0.0.1)"
        "redirects to a private address (10.0.0.1 unless told otherwise)";
    RedirectInsecure "redirect-insecure" Answer InsecureRedirect []
        "chuyển từ HTTPS sang HTTP"
        "redirects from HTTPS to HTTP";
    NoSearchForm "no-search-form" Answer ContentMissing []
        "các trang mất ô tìm kiếm"
        "pages without their search form";
    WrongCharset "wrong-charset" Answer ContentMissing []
        "khai báo sai bảng mã nên chữ tiếng Việt bị vỡ"
        "declares the wrong charset, so that Vietnamese letters break";
    EmptyPage "empty-page" Answer TooSmall []
        "mã 200 nhưng thân trang rỗng"
        "status 200 with an empty body";
    BrokenGzip "broken-gzip" Answer DecodeError []
        "nội dung nén gzip bị hỏng"
        "a damaged gzip body";
    HugeHeaders "huge-headers" Answer HeadersTooLarge [Kib]
        "phần đầu trả lời rất lớn (mặc định 512 KiB)"
        "very large headers (512 KiB unless told otherwise)";
    HugeBody "huge-body" Answer BodyTooLarge [Kib]
        "thân trang rất lớn (mặc định 256 MiB)"
        "a very large body (256 MiB unless told otherwise)";
    Truncated "truncated" Answer Truncated []
        "thân trang bị cắt giữa chừng so với Content-Length"
        "the body ends before its Content-Length";
    Drip "drip" Answer TimeoutBody [DelayMs]
        "thân trang nhỏ giọt (mặc định 1000 ms một mẩu 16 byte)"
        "the body drips (1000 ms between pieces of 16 bytes unless told otherwise)";
}

/// Why a fault could not be switched on.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No fault has this name.
    #[error("no fault is called \"{0}\"; `emc sandbox fault list` shows them all")]
    Unknown(String),
    /// The fault has no use for this parameter.
    #[error("\"{fault}\" takes no \"{param}\"; it takes: {allowed}")]
    NotTaken {
        /// The fault.
        fault: Fault,
        /// What it was told.
        param: &'static str,
        /// What it could be told.
        allowed: String,
    },
    /// A parameter is larger than what is safe.
    #[error("\"{param}\" is {given}; at most {most} is allowed")]
    TooLarge {
        /// Which parameter.
        param: &'static str,
        /// What was given.
        given: u64,
        /// The bound.
        most: u64,
    },
    /// A path that no request can have.
    #[error("path \"{0}\" does not begin with \"/\"")]
    Path(String),
}

/// Longest delay a fault may be told, in milliseconds.
pub const MOST_DELAY_MS: u64 = 600_000;
/// Most kibibytes of headers.
pub const MOST_HEADER_KIB: u64 = 4_096;
/// Most kibibytes of body; they are made piece by piece and never held.
pub const MOST_BODY_KIB: u64 = 1_048_576;

impl Fault {
    /// Reads a fault as it is written.
    ///
    /// # Errors
    /// [`Refusal::Unknown`] for a name that is not in the list.
    pub fn parse(name: &str) -> Result<Self, Refusal> {
        let found = Self::ALL.iter().copied().find(|fault| fault.as_str() == name);
        found.ok_or_else(|| Refusal::Unknown(name.to_owned()))
    }

    /// Whether it can be kept to one path.
    #[must_use]
    pub fn takes_path(self) -> bool {
        self.layer() == Layer::Answer
    }

    /// Whether it may be switched on with these parameters.
    ///
    /// # Errors
    /// The first thing that is wrong with them.
    pub fn admit(self, params: &Params) -> Result<(), Refusal> {
        self.taken("path", params.path.is_some(), self.takes_path())?;
        self.taken("delay_ms", params.delay_ms.is_some(), self.takes().contains(&Param::DelayMs))?;
        self.taken("kib", params.kib.is_some(), self.takes().contains(&Param::Kib))?;
        self.taken("address", params.address.is_some(), self.takes().contains(&Param::Address))?;
        if let Some(path) = params.path.as_ref().filter(|path| !path.starts_with('/')) {
            return Err(Refusal::Path(path.clone()));
        }
        let most_kib = if self == Self::HugeHeaders { MOST_HEADER_KIB } else { MOST_BODY_KIB };
        at_most("delay_ms", params.delay_ms, MOST_DELAY_MS)?;
        at_most("kib", params.kib, most_kib)
    }

    fn taken(self, param: &'static str, given: bool, taken: bool) -> Result<(), Refusal> {
        if !given || taken {
            return Ok(());
        }
        Err(Refusal::NotTaken { fault: self, param, allowed: self.allowed() })
    }

    /// The parameters it takes, for people; "nothing" where there are none.
    #[must_use]
    pub fn allowed(self) -> String {
        let path = self.takes_path().then_some("path");
        let all: Vec<&str> =
            path.into_iter().chain(self.takes().iter().map(|param| param.as_str())).collect();
        if all.is_empty() { "nothing".to_owned() } else { all.join(", ") }
    }
}

fn at_most(param: &'static str, given: Option<u64>, most: u64) -> Result<(), Refusal> {
    match given {
        Some(given) if given > most => Err(Refusal::TooLarge { param, given, most }),
        _ => Ok(()),
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique_and_can_be_read_back() {
        let names: BTreeSet<_> = Fault::ALL.iter().map(|fault| fault.as_str()).collect();
        assert_eq!(names.len(), Fault::ALL.len());
        for fault in Fault::ALL {
            assert_eq!(Fault::parse(fault.as_str()), Ok(*fault));
            assert!(!fault.vi().is_empty() && !fault.en().is_empty());
        }
    }

    #[test]
    fn a_parameter_that_a_fault_has_no_use_for_is_refused() {
        let delay = Params { delay_ms: Some(5), ..Params::default() };
        assert_eq!(Fault::Slow.admit(&delay), Ok(()));
        let refusal = Fault::Maintenance.admit(&delay).unwrap_err();
        assert_eq!(refusal.to_string(), "\"maintenance\" takes no \"delay_ms\"; it takes: path");
        let path = Params { path: Some("/tim-kiem".into()), ..Params::default() };
        assert!(Fault::TlsExpired.admit(&path).is_err());
        assert!(Fault::Slow.admit(&path).is_ok());
    }

    #[test]
    fn nothing_unbounded_is_admitted() {
        let forever = Params { delay_ms: Some(u64::MAX), ..Params::default() };
        assert!(matches!(Fault::Drip.admit(&forever), Err(Refusal::TooLarge { .. })));
        let headers = Params { kib: Some(MOST_HEADER_KIB + 1), ..Params::default() };
        assert!(Fault::HugeHeaders.admit(&headers).is_err());
        assert!(Fault::HugeBody.admit(&headers).is_ok());
    }
}
