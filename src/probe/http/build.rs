//! Checks the settings, all at once, and makes a [`Plan`] of them.

use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::header::{self, HeaderName, HeaderValue};
use http::{HeaderMap, Method};
use url::Url;

use crate::html::phrases::Phrases;
use crate::model::foreign;
use crate::model::secret::Secret;
use crate::model::told::{Told, told};
use crate::net::exchange::{Limits, Protocol};
use crate::net::route::Route;
use crate::probe::SharedProbe;
use crate::probe::http::HttpProbe;
use crate::probe::http::expect::Expectations;
use crate::probe::http::reading::Memo;
use crate::probe::http::redirect::{RedirectPolicy, is_mutating, may_mutate};
use crate::probe::http::request::RequestPlan;
use crate::probe::http::settings::{HttpSettings, ProtocolKey, SoftKeys};
use crate::probe::kind::Settings;
use crate::probe::route::route;
use crate::probe::settings::{Context, SecretSource, SettingsErrors, Span, only_one_of};

/// What is accepted, as a browser of a Vietnamese citizen says it.
const ACCEPT: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
/// See [`ACCEPT`].
const ACCEPT_LANGUAGE: &str = "vi,en;q=0.8";
/// The codings that `net` decodes.
const ACCEPT_ENCODING: &str = "gzip, deflate, br, zstd";

/// Everything a run needs, checked and compiled.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) request: RequestPlan,
    pub(super) route: Route,
    pub(super) limits: Limits,
    pub(super) redirects: RedirectPolicy,
    pub(super) expect: Arc<Expectations>,
    pub(super) phrases: Arc<Phrases>,
    pub(super) soft: SoftKeys,
    pub(super) slow_after: Option<Span>,
    pub(super) warn_before: Option<Span>,
}

impl Settings for HttpSettings {
    fn build(self, context: &Context<'_>) -> Result<SharedProbe, SettingsErrors> {
        let mut errors = SettingsErrors::default();
        let plan = plan(self, context, &mut errors);
        match plan {
            Some(plan) => errors.finish(Arc::new(HttpProbe { plan, memo: Memo::default() })),
            None => Err(errors),
        }
    }
}

/// The plan, as far as one can be made; what is wrong is added to `errors`.
fn plan(settings: HttpSettings, context: &Context<'_>, errors: &mut SettingsErrors) -> Option<Plan> {
    let url = address(&settings, context, errors);
    let method = method(&settings, url.as_ref(), context, errors);
    let mut headers = open_headers(&settings, context, errors);
    let (credentials, secrets) = credentials(&settings, &mut headers, context, errors);
    let body = body(&settings, context, errors);
    let route = route(settings.family, settings.proxy.as_deref(), &settings.tls, context, errors);
    if settings.max_body.0 == 0 {
        errors.add(
            "max_body",
            told!("\"0\" không còn chỗ cho câu trả lời", "\"0\" leaves no room for an answer"),
            told!("viết dung lượng, ví dụ 8MiB", "write a size such as 8MiB"),
        );
    }
    if settings.redirects.schemes.is_empty() {
        errors.add(
            "redirects.schemes",
            told!("không giao thức nào được phép", "no scheme is allowed"),
            told!("nêu https hoặc http, hoặc viết follow: false", "name https or http, or say follow: false"),
        );
    }
    if let Some(limit) = settings.slow_after.filter(|limit| limit.0 >= context.timeout) {
        let wrong = told!(
            "không bao giờ tới mức \"{limit}\": lần đo kết thúc sau \"{timeout}\"",
            "\"{limit}\" is never reached: the run ends after \"{timeout}\"",
            timeout = Span(context.timeout),
        );
        let help = told!("viết nhỏ hơn thời hạn timeout", "write less than the timeout");
        errors.add("slow_after", wrong, help);
    }
    let redirects = RedirectPolicy {
        follow: settings.redirects.follow,
        limit: settings.redirects.limit,
        hosts: settings.redirects.hosts.iter().map(|host| host.to_lowercase()).collect(),
        schemes: settings.redirects.schemes,
        allow_mutations: context.allow_mutations.to_vec(),
        answers: settings.expect.status.clone(),
    };
    let limits = Limits {
        body_bytes: settings.max_body.as_usize(),
        protocol: protocol(settings.protocol),
        head_only: redirects.head_only(),
    };
    Some(Plan {
        expect: Arc::new(Expectations::compile(settings.expect, errors)),
        request: RequestPlan { url: url?, method: method?, headers, credentials, body, secrets },
        route: route?,
        limits,
        redirects,
        phrases: context.phrases.clone(),
        soft: settings.soft_failures,
        slow_after: settings.slow_after,
        warn_before: settings.warn_before,
    })
}

const fn protocol(key: ProtocolKey) -> Protocol {
    match key {
        ProtocolKey::Any => Protocol::Any,
        ProtocolKey::Http1 => Protocol::Http1,
        ProtocolKey::Http2 => Protocol::Http2,
    }
}

/// The address: `url`, or `path` below the portal's, or the portal's own.
fn address(settings: &HttpSettings, context: &Context<'_>, errors: &mut SettingsErrors) -> Option<Url> {
    let help = told!(
        "viết địa chỉ, ví dụ \"https://dichvucong.bo.example/\"",
        "write an address such as \"https://dichvucong.bo.example/\""
    );
    let (key, parsed) = match (&settings.url, &settings.path, context.portal_url) {
        (Some(_), Some(_), _) => {
            let (message, help) = only_one_of("path", "url");
            errors.add("path", message, help);
            return None;
        }
        (Some(url), None, _) => ("url", Url::parse(url)),
        (None, Some(path), Some(portal)) => ("path", portal.join(path)),
        (None, None, Some(portal)) => ("url", Ok(portal.clone())),
        (None, Some(_), None) => {
            let message = told!(
                "cổng chưa có địa chỉ để ghép \"path\" vào sau",
                "there is no portal address to put \"path\" below"
            );
            errors.add("path", message, help);
            return None;
        }
        (None, None, None) => {
            errors.add("url", told!("chưa có địa chỉ để hỏi", "there is no address to ask"), help);
            return None;
        }
    };
    match parsed {
        Ok(url) => checked(url, key, errors),
        Err(why) => {
            let Told { vi, en } = foreign::url(why);
            let message = Told {
                vi: format!("đây không phải là địa chỉ: {vi}"),
                en: format!("this is not an address: {en}"),
            };
            errors.add(key, message, help);
            None
        }
    }
}

fn checked(mut url: Url, key: &str, errors: &mut SettingsErrors) -> Option<Url> {
    if !matches!(url.scheme(), "http" | "https") {
        errors.add(
            key,
            told!(
                "\"{scheme}\" không phải là giao thức của trang web",
                "\"{scheme}\" is not a scheme of pages",
                scheme = url.scheme(),
            ),
            told!("viết https:// hoặc http://", "write https:// or http://"),
        );
        return None;
    }
    if !url.username().is_empty() || url.password().is_some() {
        errors.add(
            key,
            told!(
                "địa chỉ không được chứa tên người dùng hay mật khẩu",
                "an address does not hold a user name or password"
            ),
            told!("dùng basic_auth", "use basic_auth"),
        );
        return None;
    }
    url.set_fragment(None);
    Some(url)
}

/// The method; one that may change something only where the operator said so twice.
fn method(
    settings: &HttpSettings,
    url: Option<&Url>,
    context: &Context<'_>,
    errors: &mut SettingsErrors,
) -> Option<Method> {
    let Ok(method) = Method::try_from(settings.method.to_ascii_uppercase().as_str()) else {
        let given = &settings.method;
        let message = told!("\"{given}\" không phải là phương thức HTTP", "\"{given}\" is not a method");
        errors.add("method", message, methods());
        return None;
    };
    if method == Method::CONNECT || method == Method::TRACE {
        let message = told!("\"{method}\" không lấy trang nào", "\"{method}\" asks for no page");
        errors.add("method", message, methods());
    }
    let has_body = settings.body.is_some() || settings.body_file.is_some();
    if has_body && matches!(method, Method::GET | Method::HEAD) {
        let message = told!("\"{method}\" không mang theo nội dung", "\"{method}\" carries no body");
        let help = told!("viết method: POST, hoặc bỏ phần nội dung", "say method: POST, or drop the body");
        errors.add("method", message, help);
    }
    if is_mutating(&method) {
        let wrong = told!(
            "\"{method}\" có thể làm thay đổi dữ liệu ở cổng",
            "\"{method}\" may change something at the portal"
        );
        let host = url.and_then(Url::host_str).unwrap_or_default();
        if !context.mutates {
            let help = told!(
                "viết mutates: true cạnh loại phép đo, và cho phép máy chủ \"{host}\"",
                "say mutates: true beside the kind, and allow the host \"{host}\""
            );
            errors.add("method", wrong, help);
        } else if url.is_some_and(|url| !may_mutate(context.allow_mutations, url)) {
            let help = told!(
                "thêm \"{host}\" vào allow_mutations trong emc.yaml",
                "add \"{host}\" to allow_mutations in emc.yaml"
            );
            errors.add("method", wrong, help);
        }
    }
    Some(method)
}

fn methods() -> Told {
    told!("ví dụ GET, HEAD hoặc POST", "such as GET, HEAD or POST")
}

/// Headers whose values everybody may see.
fn open_headers(settings: &HttpSettings, context: &Context<'_>, errors: &mut SettingsErrors) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCEPT, HeaderValue::from_static(ACCEPT));
    headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static(ACCEPT_LANGUAGE));
    headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(ACCEPT_ENCODING));
    match HeaderValue::from_str(context.user_agent) {
        Ok(agent) => drop(headers.insert(header::USER_AGENT, agent)),
        Err(_) => errors.add(
            "headers.User-Agent",
            told!("User-Agent không gửi được trong header", "the user agent is not fit for a header"),
            Told::nothing(),
        ),
    }
    for (name, value) in &settings.headers {
        let path = format!("headers.{name}");
        if is_secret_by_name(name) {
            let help = told!(
                "chuyển sang secret_headers, basic_auth hoặc bearer_token",
                "move it to secret_headers, basic_auth or bearer_token"
            );
            let message = told!(
                "\"{name}\" chứa thông tin mật, mà giá trị ở đây ai cũng xem được",
                "\"{name}\" holds a secret, and this value is shown"
            );
            errors.add(&path, message, help);
        } else if let Some((name, value)) = header_pair(&path, name, value, errors) {
            headers.insert(name, value);
        }
    }
    if let Some(kind) = &settings.content_type
        && let Some((name, value)) = header_pair("content_type", "content-type", kind, errors)
    {
        headers.insert(name, value);
    }
    headers
}

fn is_secret_by_name(name: &str) -> bool {
    ["authorization", "proxy-authorization", "cookie"].iter().any(|secret| name.eq_ignore_ascii_case(secret))
}

/// What is said of a text that cannot name a header.
pub(super) fn no_header_name(name: &str) -> Told {
    told!("\"{name}\" không phải là tên header", "\"{name}\" is not the name of a header")
}

/// A header, checked. The value stands in no message: it may be a secret.
fn header_pair(
    path: &str,
    name: &str,
    value: &str,
    errors: &mut SettingsErrors,
) -> Option<(HeaderName, HeaderValue)> {
    let Ok(known) = HeaderName::try_from(name) else {
        errors.add(path, no_header_name(name), Told::nothing());
        return None;
    };
    let framing = ["content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer"];
    if framing.contains(&known.as_str()) {
        let message =
            told!("\"{name}\" do chính kết nối tự đặt", "\"{name}\" is set by the connection itself");
        errors.add(path, message, told!("bỏ nó đi", "leave it out"));
        return None;
    }
    let Ok(value) = HeaderValue::from_str(value) else {
        let message = told!("giá trị không gửi được trong header", "the value is not fit for a header");
        let help = told!("chỉ dùng ký tự in được, trên một dòng", "use printable characters on one line");
        errors.add(path, message, help);
        return None;
    };
    Some((known, value))
}

/// Headers that go to the configured origin only: secrets, and a `Host` of the operator's own.
fn credentials(
    settings: &HttpSettings,
    open: &mut HeaderMap,
    context: &Context<'_>,
    errors: &mut SettingsErrors,
) -> (HeaderMap, Vec<Secret>) {
    let (mut headers, mut secrets) = (HeaderMap::new(), Vec::new());
    if let Some(host) = open.remove(header::HOST) {
        headers.insert(header::HOST, host);
    }
    let mut add = |path: &str, name: &str, value: &str, errors: &mut SettingsErrors| {
        if let Some((name, mut value)) = header_pair(path, name, value, errors) {
            value.set_sensitive(true);
            headers.insert(name, value);
        }
    };
    for (name, source) in &settings.secret_headers {
        let path = format!("secret_headers.{name}");
        if let Some(secret) = secret(&path, source, context, errors) {
            add(&path, name, secret.expose(), errors);
            secrets.push(secret);
        }
    }
    if let Some(basic) = &settings.basic_auth
        && let Some(password) = secret("basic_auth.password", &basic.password, context, errors)
    {
        let pair = BASE64_STANDARD.encode(format!("{}:{}", basic.username, password.expose()));
        add("basic_auth", "authorization", &format!("Basic {pair}"), errors);
        secrets.extend([Secret::new(pair), password]);
    }
    if let Some(source) = &settings.bearer_token
        && let Some(token) = secret("bearer_token", source, context, errors)
    {
        add("bearer_token", "authorization", &format!("Bearer {}", token.expose()), errors);
        secrets.push(token);
    }
    if settings.basic_auth.is_some() && settings.bearer_token.is_some() {
        let (message, help) = only_one_of("basic_auth", "bearer_token");
        errors.add("bearer_token", message, help);
    }
    (headers, secrets)
}

fn secret(
    path: &str,
    source: &SecretSource,
    context: &Context<'_>,
    errors: &mut SettingsErrors,
) -> Option<Secret> {
    context.resources.secret(source).map_err(|why| errors.add(path, why, Told::nothing())).ok()
}

fn body(settings: &HttpSettings, context: &Context<'_>, errors: &mut SettingsErrors) -> Bytes {
    match (&settings.body, &settings.body_file) {
        (Some(_), Some(_)) => {
            let (message, help) = only_one_of("body", "body_file");
            errors.add("body_file", message, help);
            Bytes::new()
        }
        (Some(body), None) => Bytes::from(body.clone()),
        (None, Some(path)) => {
            let read =
                context.resources.file(path).map_err(|why| errors.add("body_file", why, Told::nothing()));
            read.map(Bytes::from).unwrap_or_default()
        }
        (None, None) => Bytes::new(),
    }
}
