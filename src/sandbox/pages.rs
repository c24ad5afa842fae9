//! The pages of the healthy portal: routes, what each template is given, and headers that a careful ministry sends.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Extension, Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::content::{Dossier, Ministry, Procedure};
use super::search;

/// How many procedures the home page shows.
const POPULAR: usize = 6;
/// Longest query or code that is shown back, in letters.
const MOST_LETTERS: usize = 200;
const POLICY: &str =
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'";

/// What a fault may take away from a page.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    /// Whether the search form is there.
    pub(super) show_search: bool,
}

type Shared = State<Arc<Ministry>>;

#[derive(Template)]
#[template(path = "sandbox/templates/home.html")]
struct Home<'a> {
    here: &'a str,
    show_search: bool,
    query: &'a str,
    ministry: &'a Ministry,
    popular: &'a [Procedure],
}

#[derive(Template)]
#[template(path = "sandbox/templates/search.html")]
struct SearchPage<'a> {
    here: &'a str,
    show_search: bool,
    query: &'a str,
    found: Vec<&'a Procedure>,
}

#[derive(Template)]
#[template(path = "sandbox/templates/list.html")]
struct List<'a> {
    here: &'a str,
    show_search: bool,
    query: &'a str,
    ministry: &'a Ministry,
    chosen: String,
    shown: Vec<&'a Procedure>,
}

#[derive(Template)]
#[template(path = "sandbox/templates/procedure.html")]
struct ProcedurePage<'a> {
    here: &'a str,
    ministry: &'a Ministry,
    procedure: &'a Procedure,
}

#[derive(Template)]
#[template(path = "sandbox/templates/dossier.html")]
struct DossierPage<'a> {
    here: &'a str,
    code: &'a str,
    found: Option<(&'a Dossier, &'a Procedure)>,
}

#[derive(Template)]
#[template(path = "sandbox/templates/login.html")]
struct Login<'a> {
    here: &'a str,
    refused: bool,
}

#[derive(Template)]
#[template(path = "sandbox/templates/guide.html")]
struct Guide<'a> {
    here: &'a str,
}

#[derive(Template)]
#[template(path = "sandbox/templates/message.html")]
struct Message<'a> {
    here: &'a str,
    title: &'a str,
    text: &'a str,
}

/// The whole healthy portal.
pub(super) fn router(ministry: Arc<Ministry>) -> Router {
    Router::new()
        .route("/", get(home))
        .route("/tim-kiem", get(search_page))
        .route("/thu-tuc", get(list))
        .route("/thu-tuc/{code}", get(procedure))
        .route("/bieu-mau/{code}", get(form))
        .route("/tra-cuu-ho-so", get(dossier))
        .route("/nop-ho-so/{code}", get(apply))
        .route("/dang-nhap", get(login).post(login_refused))
        .route("/huong-dan", get(|| async { page(StatusCode::OK, &Guide { here: "guide" }) }))
        .route("/api/suc-khoe", get(health))
        .route("/api/thu-tuc", get(procedures))
        .route(
            "/tinh/phong-cach.css",
            get(|| async { asset("text/css", include_str!("templates/style.css")) }),
        )
        .route("/tinh/bieu-tuong.svg", get(emblem))
        .route("/favicon.ico", get(emblem))
        .route("/robots.txt", get(|| async { asset("text/plain", "User-agent: *\nDisallow: /dang-nhap\n") }))
        .fallback(not_found)
        .method_not_allowed_fallback(wrong_method)
        .with_state(ministry)
}

/// Renders a template with the headers that every page carries.
pub(super) fn page(status: StatusCode, template: &impl Template) -> Response {
    let html = template.render().expect("the templates format plain data and cannot fail");
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (REFERRER_POLICY, HeaderValue::from_static("same-origin")),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (status, headers, html).into_response()
}

async fn home(State(ministry): Shared, Extension(look): Extension<Look>) -> Response {
    let popular = &ministry.procedures[..POPULAR.min(ministry.procedures.len())];
    let show_search = look.show_search;
    page(StatusCode::OK, &Home { here: "home", show_search, query: "", ministry: &ministry, popular })
}

#[derive(Deserialize)]
struct SearchQuery {
    #[serde(default)]
    q: String,
}

async fn search_page(
    State(ministry): Shared,
    Extension(look): Extension<Look>,
    Query(asked): Query<SearchQuery>,
) -> Response {
    let query = shown_back(&asked.q);
    let found = search::find(&ministry, &query);
    page(StatusCode::OK, &SearchPage { here: "search", show_search: look.show_search, query: &query, found })
}

#[derive(Deserialize)]
struct ListQuery {
    #[serde(default, rename = "linh-vuc")]
    field: String,
}

async fn list(
    State(ministry): Shared,
    Extension(look): Extension<Look>,
    Query(asked): Query<ListQuery>,
) -> Response {
    let known = ministry.fields.iter().any(|field| field.id == asked.field);
    let chosen = if known { asked.field } else { String::new() };
    let shown = ministry.procedures.iter().filter(|each| !known || each.field == chosen).collect();
    let show_search = look.show_search;
    page(StatusCode::OK, &List { here: "list", show_search, query: "", ministry: &ministry, chosen, shown })
}

async fn procedure(State(ministry): Shared, Path(code): Path<String>) -> Response {
    match ministry.procedure(&code) {
        Some(procedure) => {
            page(StatusCode::OK, &ProcedurePage { here: "list", ministry: &ministry, procedure })
        }
        None => message(
            StatusCode::NOT_FOUND,
            "Không tìm thấy thủ tục",
            "Mã thủ tục này không có trong danh mục. Hãy tìm lại theo tên thủ tục.",
        ),
    }
}

async fn form(State(ministry): Shared, Path(code): Path<String>) -> Response {
    let Some((procedure, paper)) = ministry.form(&code) else {
        return message(
            StatusCode::NOT_FOUND,
            "Không tìm thấy biểu mẫu",
            "Mã biểu mẫu này chưa được ban hành.",
        );
    };
    let text = format!(
        "\u{feff}MẪU {code}\n{}\n\nThủ tục: {} ({})\nHọ và tên:\nNội dung đề nghị:\n\nBiểu mẫu minh họa.\n",
        paper.name.to_uppercase(),
        procedure.title,
        procedure.code,
    );
    let name = HeaderValue::from_str(&format!("attachment; filename=\"mau-{code}.txt\""))
        .expect("codes of forms are plain letters");
    ([(CONTENT_DISPOSITION, name)], asset("text/plain", text)).into_response()
}

#[derive(Deserialize)]
struct DossierQuery {
    #[serde(default, rename = "ma")]
    code: String,
}

async fn dossier(State(ministry): Shared, Query(asked): Query<DossierQuery>) -> Response {
    let code = shown_back(&asked.code);
    let found =
        ministry.dossier(&code).and_then(|dossier| Some((dossier, ministry.procedure(&dossier.procedure)?)));
    page(StatusCode::OK, &DossierPage { here: "dossier", code: &code, found })
}

async fn apply(State(ministry): Shared, Path(code): Path<String>) -> Response {
    if ministry.procedure(&code).is_none() {
        return not_found().await;
    }
    Redirect::to(&format!("/dang-nhap?tiep=/nop-ho-so/{code}")).into_response()
}

async fn login() -> Response {
    page(StatusCode::OK, &Login { here: "login", refused: false })
}

/// Nobody has an account; what was typed is not read.
async fn login_refused() -> Response {
    page(StatusCode::OK, &Login { here: "login", refused: true })
}

async fn health(State(ministry): Shared) -> Json<Value> {
    Json(json!({
        "status": "ok",
        "service": "Cổng dịch vụ công Bộ Thực hành",
        "version": env!("CARGO_PKG_VERSION"),
        "procedures": ministry.procedures.len(),
    }))
}

async fn procedures(State(ministry): Shared) -> Json<Value> {
    let all = ministry.procedures.iter().map(|procedure| {
        json!({
            "ma": procedure.code, "ten": procedure.title,
            "linh_vuc": ministry.field_name(&procedure.field), "muc_do": procedure.level.label(),
        })
    });
    Json(json!({ "thu_tuc": all.collect::<Vec<_>>() }))
}

async fn emblem() -> Response {
    asset("image/svg+xml", include_str!("templates/emblem.svg"))
}

async fn not_found() -> Response {
    message(
        StatusCode::NOT_FOUND,
        "Không tìm thấy trang",
        "Địa chỉ có thể đã thay đổi. Hãy kiểm tra lại hoặc bắt đầu từ trang chủ.",
    )
}

async fn wrong_method() -> Response {
    let text = "Trang này chỉ dùng để xem.";
    let answer = message(StatusCode::METHOD_NOT_ALLOWED, "Yêu cầu không được hỗ trợ", text);
    ([(ALLOW, HeaderValue::from_static("GET, HEAD"))], answer).into_response()
}

fn message(status: StatusCode, title: &str, text: &str) -> Response {
    page(status, &Message { here: "", title, text })
}

fn asset(kind: &'static str, text: impl Into<String>) -> Response {
    let kind =
        HeaderValue::from_str(&format!("{kind}; charset=utf-8")).expect("media types are plain letters");
    let headers = [(CONTENT_TYPE, kind), (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"))];
    (headers, text.into()).into_response()
}

/// What a visitor typed, trimmed and kept short.
fn shown_back(text: &str) -> String {
    text.trim().chars().take(MOST_LETTERS).collect()
}
