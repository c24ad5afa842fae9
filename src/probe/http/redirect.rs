//! Redirects as a policy: which are followed, how the method changes, and what a server may not send us to. Pure.

use http::header::LOCATION;
use http::{HeaderMap, Method};
use url::Url;

use crate::model::foreign;
use crate::model::reason::Reason;
use crate::model::told::{Told, told};
use crate::net::exchange::Head;
use crate::net::route::Reach;
use crate::probe::http::address::{host_and_port, same_origin, shown};
use crate::probe::http::request::Hop;
use crate::probe::http::settings::SchemeKey;
use crate::probe::http::status::StatusRange;

/// The longest address that is followed.
const ADDRESS_MAX: usize = 16 << 10;

/// What is done with redirects.
#[derive(Clone, Debug)]
pub(super) struct RedirectPolicy {
    /// Whether any is followed.
    pub(super) follow: bool,
    /// Most that are followed.
    pub(super) limit: usize,
    /// Schemes that may be redirected to.
    pub(super) schemes: Vec<SchemeKey>,
    /// Hosts that the operator named beside the probe's own, in lower case.
    pub(super) hosts: Vec<String>,
    /// Hosts on which mutating requests are allowed.
    pub(super) allow_mutations: Vec<String>,
    /// Statuses that are the answer itself.
    pub(super) answers: Vec<StatusRange>,
}

/// Statuses that redirect.
const REDIRECTS: &[u16] = &[301, 302, 303, 307, 308];

/// Why a redirect is not followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    /// The closed reason.
    pub(super) reason: Reason,
    /// What the policy wanted.
    pub(super) expected: Told,
    /// What the server sent.
    pub(super) found: Told,
}

impl Refusal {
    /// Names a refusal.
    pub(super) fn new(reason: Reason, expected: impl Into<Told>, found: impl Into<Told>) -> Self {
        Self { reason, expected: expected.into(), found: found.into() }
    }
}

impl RedirectPolicy {
    /// Whether an answer is a redirect that is to be followed.
    pub(super) fn follows(&self, head: &Head) -> bool {
        let code = head.status.as_u16();
        REDIRECTS.contains(&code) && self.follow && !self.is_answer(code)
    }

    /// Statuses of which the head says all.
    pub(super) fn head_only(&self) -> &'static [u16] {
        let may_be_answer = REDIRECTS.iter().any(|code| self.is_answer(*code));
        if self.follow && !may_be_answer { REDIRECTS } else { &[] }
    }

    fn is_answer(&self, code: u16) -> bool {
        self.answers.iter().any(|range| range.has(code))
    }

    /// Where a redirect leads.
    pub(super) fn next(&self, hop: &Hop, head: &Head) -> Result<Hop, Refusal> {
        let url = target(&hop.url, &head.headers)?;
        if !self.schemes.iter().any(|scheme| scheme.as_str() == url.scheme()) {
            let schemes: Vec<&str> = self.schemes.iter().map(|scheme| scheme.as_str()).collect();
            let wanted = Told {
                vi: format!("chuyển hướng tới {}", schemes.join(" hoặc ")),
                en: format!("a redirect to {}", schemes.join(" or ")),
            };
            return Err(Refusal::new(Reason::RedirectDenied, wanted, url.scheme()));
        }
        let method = method_after(head.status.as_u16(), &hop.method);
        let with_body = hop.with_body && method == hop.method;
        if is_mutating(&method) && !same_origin(&url, &hop.url) && !self.may_mutate(&url) {
            let found = format!("{method} {}", shown(&url));
            let wanted = told!(
                "yêu cầu làm thay đổi dữ liệu chỉ tới máy chủ trong \"allow_mutations\"",
                "a changing request only to a host in \"allow_mutations\""
            );
            return Err(Refusal::new(Reason::RedirectDenied, wanted, found));
        }
        Ok(Hop { url, method, with_body })
    }

    /// Who named the host that a redirect leads to: the operator, or only a server. A redirect to the probe's own host
    /// is a server's too, for the name may have come to stand for another address meanwhile; `net` knows which it had.
    pub(super) fn reach(&self, url: &Url) -> Reach {
        let host = url.host_str().unwrap_or_default();
        if self.hosts.iter().any(|named| named == host) { Reach::Configured } else { Reach::Redirected }
    }

    fn may_mutate(&self, url: &Url) -> bool {
        may_mutate(&self.allow_mutations, url)
    }
}

/// Whether an operator allows changing requests to the host of this address.
pub(super) fn may_mutate(allowed: &[String], url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let with_port = host_and_port(url);
    allowed.iter().any(|entry| entry.eq_ignore_ascii_case(host) || entry.eq_ignore_ascii_case(&with_port))
}

/// Whether a method may change something (RFC 9110, 9.2.1: the others are safe).
pub(super) fn is_mutating(method: &Method) -> bool {
    !method.is_safe()
}

/// The method of the next request (Fetch, HTTP-redirect fetch): browsers turn a redirected POST into a GET.
fn method_after(status: u16, method: &Method) -> Method {
    let becomes_get = match status {
        301 | 302 => *method == Method::POST,
        303 => *method != Method::HEAD,
        _ => false,
    };
    if becomes_get { Method::GET } else { method.clone() }
}

/// The address that `Location` names, without userinfo and fragment. Several that differ are as bad as none.
fn target(base: &Url, headers: &HeaderMap) -> Result<Url, Refusal> {
    let wanted = || told!("\"Location\" có địa chỉ", "a \"Location\" with an address");
    let bad = |found: Told| Refusal::new(Reason::BadRedirect, wanted(), found);
    let mut values = headers.get_all(LOCATION).iter();
    let value = values.next().ok_or_else(|| bad(told!("không có \"Location\"", "no \"Location\"")))?;
    if values.any(|other| other != value) {
        return Err(bad(told!("nhiều \"Location\" khác nhau", "several that differ")));
    }
    let text = std::str::from_utf8(value.as_bytes())
        .map_err(|_| bad(told!("những byte không phải là văn bản", "bytes that are no text")))?;
    if text.trim().is_empty() || text.len() > ADDRESS_MAX {
        return Err(bad(told!(
            "một địa chỉ dài {length} byte",
            "one of {length} bytes",
            length = text.trim().len()
        )));
    }
    let mut url = base.join(text).map_err(|why| bad(foreign::url(why)))?;
    // A server has no business to choose a user name; `data:` and its like have none to take away.
    let _ = url.set_username("").and_then(|()| url.set_password(None));
    url.set_fragment(None);
    Ok(url)
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, StatusCode, Version};

    use super::*;

    fn policy() -> RedirectPolicy {
        RedirectPolicy {
            follow: true,
            limit: 10,
            schemes: vec![SchemeKey::Https, SchemeKey::Http],
            hosts: vec!["sso.bo.example".to_owned()],
            allow_mutations: vec!["dvc.bo.example".to_owned(), "nop.bo.example:8443".to_owned()],
            answers: vec![StatusRange::only(200)],
        }
    }

    fn head(status: u16, locations: &[&[u8]]) -> Head {
        let mut headers = HeaderMap::new();
        for location in locations {
            headers.append(LOCATION, HeaderValue::from_bytes(location).unwrap());
        }
        Head { status: StatusCode::from_u16(status).unwrap(), version: Version::HTTP_11, headers }
    }

    fn hop(method: Method) -> Hop {
        let url = Url::parse("https://dvc.bo.example/a/b?c=1").unwrap();
        Hop { url, with_body: method == Method::POST, method }
    }

    fn follow(location: &str) -> Result<String, Reason> {
        let next = policy().next(&hop(Method::GET), &head(302, &[location.as_bytes()]));
        next.map(|hop| hop.url.to_string()).map_err(|refusal| refusal.reason)
    }

    #[test]
    fn locations_are_read_as_a_browser_reads_them() {
        let cases = [
            ("/x", Ok("https://dvc.bo.example/x")),
            ("x?y=2#z", Ok("https://dvc.bo.example/a/x?y=2")),
            ("//khac.example", Ok("https://khac.example/")),
            ("http://u:p@khac.example/", Ok("http://khac.example/")),
            ("/tìm kiếm", Ok("https://dvc.bo.example/t%C3%ACm%20ki%E1%BA%BFm")),
            ("http://0x7f.1/", Ok("http://127.0.0.1/")),
            ("", Err(Reason::BadRedirect)),
            ("http://", Err(Reason::BadRedirect)),
            ("https://a b/", Err(Reason::BadRedirect)),
            ("file:///etc/passwd", Err(Reason::RedirectDenied)),
            ("javascript:alert(1)", Err(Reason::RedirectDenied)),
            ("data:text/html,x", Err(Reason::RedirectDenied)),
            ("gopher://dvc.bo.example/", Err(Reason::RedirectDenied)),
        ];
        for (location, wanted) in cases {
            assert_eq!(follow(location), wanted.map(str::to_owned), "{location}");
        }
    }

    #[test]
    fn a_missing_double_or_unreadable_location_is_a_bad_redirect() {
        for locations in [&[][..], &[b"/a".as_slice(), b"/b"], &[b"\xff\xfe".as_slice()]] {
            let refused = policy().next(&hop(Method::GET), &head(302, locations)).unwrap_err();
            assert_eq!(refused.reason, Reason::BadRedirect);
        }
        assert!(policy().next(&hop(Method::GET), &head(302, &[b"/a", b"/a"])).is_ok());
    }

    #[test]
    fn methods_change_as_in_a_browser() {
        let after = |status, method| {
            let next = policy().next(&hop(method), &head(status, &[b"/x"])).unwrap();
            (next.method, next.with_body)
        };
        for status in [301, 302, 303] {
            assert_eq!(after(status, Method::POST), (Method::GET, false));
        }
        assert_eq!(after(307, Method::POST), (Method::POST, true));
        assert_eq!(after(303, Method::HEAD), (Method::HEAD, false));
        assert_eq!(after(303, Method::PUT), (Method::GET, false));
        assert_eq!(after(302, Method::PUT), (Method::PUT, false));
    }

    #[test]
    fn a_changing_request_goes_only_where_the_operator_allows_it() {
        let post = |location: &[u8]| policy().next(&hop(Method::POST), &head(307, &[location]));
        assert!(post(b"/nop").is_ok());
        assert!(post(b"https://nop.bo.example:8443/").is_ok());
        assert_eq!(post(b"https://nop.bo.example/").unwrap_err().reason, Reason::RedirectDenied);
    }

    #[test]
    fn only_named_hosts_may_be_private() {
        let reach = |address| policy().reach(&Url::parse(address).unwrap());
        assert_eq!(reach("https://sso.bo.example/"), Reach::Configured);
        assert_eq!(reach("http://10.0.0.2/"), Reach::Redirected);
    }

    #[test]
    fn an_expected_redirect_is_the_answer_itself() {
        let mut policy = policy();
        assert!(policy.follows(&head(302, &[])));
        assert!(!policy.follows(&head(304, &[])) && !policy.follows(&head(200, &[])));
        policy.answers = vec![StatusRange::only(302)];
        assert!(!policy.follows(&head(302, &[])));
    }
}
