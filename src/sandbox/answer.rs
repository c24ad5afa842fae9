//! From a request to an answer: the faults that are on for its path take their turn, then the healthy portal answers.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::time::Duration;

use askama::Template;
use axum::body::Body;
use axum::http::header::{HOST, LOCATION, RETRY_AFTER};
use axum::http::{HeaderValue, Request, Response, StatusCode, Version};
use axum::response::IntoResponse;
use hyper::body::Incoming;
use tower::ServiceExt;

use super::deform::{self, pause};
use super::faults::{Fault, Params};
use super::pages::{self, Look};
use super::portal::Gate;

/// How long `no-answer` holds a request before it gives up on it.
const SILENCE: Duration = Duration::from_mins(10);
const SLOW_MS: u64 = 3_000;

/// The answer is to break off at the protocol's level: `RST_STREAM` on HTTP/2, a closed connection on HTTP/1.1.
#[derive(Debug, thiserror::Error)]
#[error("a fault breaks this answer off")]
pub(super) struct BrokenOff;

type On = BTreeMap<Fault, Params>;

/// Answers one request.
pub(super) async fn answer(gate: &Gate, mut request: Request<Incoming>) -> Result<Response<Body>, BrokenOff> {
    gate.count_request();
    let on = faults_for(gate, request.uri().path());
    if on.contains_key(&Fault::Http2Reset) && request.version() == Version::HTTP_2 {
        return Err(BrokenOff);
    }
    if on.contains_key(&Fault::NoAnswer) {
        pause(SILENCE).await;
        return Err(BrokenOff);
    }
    if let Some(params) = on.get(&Fault::Slow) {
        pause(Duration::from_millis(params.delay_ms.unwrap_or(SLOW_MS))).await;
    }
    let asked = Asked::of(&request, gate);
    if let Some(instead) = on.iter().find_map(|(fault, params)| replacement(*fault, params, &asked)) {
        return Ok(deform::deform(instead, &on).await);
    }
    request.extensions_mut().insert(Look { show_search: !on.contains_key(&Fault::NoSearchForm) });
    let healthy: Result<_, Infallible> = gate.pages().oneshot(request.map(Body::new)).await;
    let Ok(healthy) = healthy;
    Ok(deform::deform(healthy, &on).await)
}

/// The faults that are on and concern this path. The style sheet stays whole: faults show in pages.
fn faults_for(gate: &Gate, path: &str) -> On {
    let active = gate.board.active();
    let concerns = |params: &Params| {
        params.path.as_ref().map_or(!path.starts_with("/tinh/"), |prefix| path.starts_with(prefix))
    };
    active.iter().filter(|(_, params)| concerns(params)).map(|(fault, p)| (*fault, p.clone())).collect()
}

/// What of a request decides where it is sent.
struct Asked {
    path: String,
    /// The same page over plain HTTP, where it was asked for over HTTPS.
    insecure: Option<String>,
}

impl Asked {
    fn of(request: &Request<Incoming>, gate: &Gate) -> Self {
        let path = request.uri().path_and_query().map_or("/", http::uri::PathAndQuery::as_str).to_owned();
        let named = request.headers().get(HOST).and_then(|host| host.to_str().ok());
        let authority = named.and_then(|host| host.parse::<http::uri::Authority>().ok());
        let host = request.uri().host().or(authority.as_ref().map(http::uri::Authority::host));
        let insecure = format!("http://{}:{}{path}", host.unwrap_or("localhost"), gate.http.port());
        Self { path, insecure: gate.secure.then_some(insecure) }
    }
}

fn replacement(fault: Fault, params: &Params, asked: &Asked) -> Option<Response<Body>> {
    let path = asked.path.as_str();
    Some(match fault {
        Fault::Status500 => error_page(StatusCode::INTERNAL_SERVER_ERROR, "Lỗi hệ thống"),
        Fault::Status502 => bare(StatusCode::BAD_GATEWAY, "en", "502 Bad Gateway", &["nginx"]),
        Fault::Status503 => retry_later(error_page(StatusCode::SERVICE_UNAVAILABLE, "Dịch vụ đang quá tải")),
        Fault::TooManyRequests => {
            retry_later(error_page(StatusCode::TOO_MANY_REQUESTS, "Quá nhiều yêu cầu, vui lòng thử lại sau"))
        }
        Fault::Maintenance => bare(StatusCode::OK, "vi", "Hệ thống đang bảo trì", MAINTENANCE),
        Fault::Soft404 => bare(StatusCode::OK, "vi", "Không tìm thấy trang", SOFT_404),
        Fault::Waf => bare(StatusCode::FORBIDDEN, "en", "Request Rejected", WAF),
        Fault::Captcha => captcha(),
        Fault::LoginLoop => login_loop(path),
        Fault::RedirectLoop => redirect(path),
        Fault::RedirectChain => redirect(&format!("/?buoc={}", next_step(path))),
        Fault::RedirectPrivate => {
            let host = params.address.map_or_else(|| "10.0.0.1".to_owned(), |address| host_of(&address));
            redirect(&format!("http://{host}/"))
        }
        Fault::RedirectInsecure => redirect(asked.insecure.as_ref()?),
        Fault::EmptyPage => html(""),
        _ => return None,
    })
}

const MAINTENANCE: &[&str] = &[
    "Hệ thống đang bảo trì, nâng cấp. Kính mong quý khách thông cảm và quay lại sau.",
    "Bộ Thực hành xin cáo lỗi vì sự bất tiện này.",
];
const SOFT_404: &[&str] =
    &["Trang bạn yêu cầu không tồn tại hoặc đã bị xóa.", "Lỗi 404: không tìm thấy nội dung."];
const WAF: &[&str] = &[
    "The requested URL was rejected. Please consult with your administrator.",
    "Your support ID is: 0000000000000000",
];
const CAPTCHA: &[&str] = &["Vui lòng nhập mã bên dưới để xác nhận bạn không phải là robot."];

#[derive(Template)]
#[template(path = "sandbox/templates/bare.html")]
struct Bare<'a> {
    lang: &'a str,
    title: &'a str,
    lines: &'a [&'a str],
    captcha: bool,
}

fn bare(status: StatusCode, lang: &str, title: &str, lines: &[&str]) -> Response<Body> {
    pages::page(status, &Bare { lang, title, lines, captcha: false })
}

fn captcha() -> Response<Body> {
    let title = "Xác nhận truy cập";
    pages::page(StatusCode::OK, &Bare { lang: "vi", title, lines: CAPTCHA, captcha: true })
}

fn error_page(status: StatusCode, title: &str) -> Response<Body> {
    bare(status, "vi", title, &["Đã có lỗi xảy ra khi xử lý yêu cầu. Vui lòng thử lại sau ít phút."])
}

fn retry_later(mut answer: Response<Body>) -> Response<Body> {
    answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("30"));
    answer
}

fn html(text: &'static str) -> Response<Body> {
    axum::response::Html(text).into_response()
}

/// Every page sends the visitor to the login, and the login, which thinks the session is fine, back again.
fn login_loop(path: &str) -> Response<Body> {
    redirect(if path.starts_with("/dang-nhap") { "/" } else { "/dang-nhap?tiep=/" })
}

fn redirect(to: &str) -> Response<Body> {
    let location =
        HeaderValue::from_str(to).expect("a path that was parsed from a request is a header value");
    (StatusCode::FOUND, [(LOCATION, location)]).into_response()
}

fn next_step(path: &str) -> u32 {
    let step = path.rsplit_once("buoc=").and_then(|(_, step)| step.parse::<u32>().ok());
    step.unwrap_or(0).wrapping_add(1)
}

fn host_of(address: &std::net::IpAddr) -> String {
    if address.is_ipv6() { format!("[{address}]") } else { address.to_string() }
}
