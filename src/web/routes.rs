//! Which address gives what.

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::extract::{FromRef, Path, Query, Request, State};
use axum::middleware::{Next, from_fn_with_state, map_response};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, LOCATION,
    REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::Deserialize;
use tokio::sync::oneshot;

use crate::model::id::RunId;
use crate::model::text::Text;
use crate::web::access::Access;
use crate::web::archive::Found;
use crate::web::auth::{keep_rate, let_in};
use crate::web::negotiate;
use crate::web::pages::{self, Reader};
use crate::web::public_routes;
use crate::web::scrape_body::ScrapeBody;
use crate::web::state::{ReloadRequest, WebState};

/// What handlers get.
#[derive(Clone)]
pub(crate) struct App {
    state: Arc<WebState>,
    prefix: Prefix,
}

impl FromRef<App> for Arc<WebState> {
    fn from_ref(app: &App) -> Self {
        Self::clone(&app.state)
    }
}

impl FromRef<App> for Prefix {
    fn from_ref(app: &App) -> Self {
        app.prefix.clone()
    }
}

/// Path before all routes: empty, or `/emc`.
#[derive(Clone)]
pub(crate) struct Prefix(pub(crate) Arc<str>);

/// What the address of a page may ask for.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    /// `vi` or `en`.
    pub(crate) lang: Option<String>,
    /// Which page of a long list, from 1.
    page: Option<usize>,
    /// Only probes with this status.
    status: Option<String>,
    /// Only probes whose id or target holds this.
    q: Option<String>,
}

/// All routes, below the prefix, behind whoever must be let in.
pub(crate) fn routes(state: Arc<WebState>, access: Arc<Access>, prefix: &str) -> Router {
    let app = App { state: Arc::clone(&state), prefix: Prefix(prefix.into()) };
    let routes = public_routes::routes()
        .route("/", get(landing))
        .route("/metrics", get(metrics))
        .route("/config", get(config))
        .route("/runs/{id}", get(run))
        .route("/-/healthy", get(async || "emc is healthy\n"))
        .route("/-/ready", get(ready))
        .route("/-/reload", post(reload));
    let routed = if prefix.is_empty() {
        routes
    } else {
        // A nested "/" is the prefix without the last slash; people and links use the one with it.
        let home = format!("{prefix}/");
        let nested = Router::new().nest(prefix, routes).route(&home, get(landing));
        nested.route("/", get(async || (StatusCode::FOUND, [(LOCATION, home)])))
    };
    routed
        .fallback(not_found)
        .with_state(app)
        .layer(from_fn_with_state((Arc::clone(&access), state), let_in))
        .layer(map_response(harden))
        .layer(from_fn_with_state(access, own_headers))
}

/// The status page alone, for all to see: no metrics, no configuration, no runs, no login.
pub(crate) fn status_only(state: Arc<WebState>, access: Arc<Access>, prefix: &str) -> Router {
    let app = App { state: Arc::clone(&state), prefix: Prefix(prefix.into()) };
    let page = format!("{prefix}/status");
    let to_page = async || (StatusCode::FOUND, [(LOCATION, page)]);
    let routes = public_routes::routes().route("/-/healthy", get(async || "emc is healthy\n"));
    let routed = if prefix.is_empty() { routes } else { Router::new().nest(prefix, routes) };
    routed
        .route("/", get(to_page))
        .fallback(public_routes::not_found)
        .with_state(app)
        .layer(from_fn_with_state((Arc::clone(&access), state), keep_rate))
        .layer(map_response(harden))
        .layer(from_fn_with_state(access, own_headers))
}

/// Headers that keep a page from being framed, sniffed, cached or from loading anything.
async fn harden(mut response: Response) -> Response {
    let headers = response.headers_mut();
    let fixed: [(HeaderName, HeaderValue); 5] = [
        (CONTENT_SECURITY_POLICY, pages::content_security_policy()),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    headers.extend(fixed);
    response
}

/// Headers that the operator sets in the web configuration; they win over ours.
async fn own_headers(State(access): State<Arc<Access>>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in access.headers() {
        response.headers_mut().insert(name, value);
    }
    response
}

async fn metrics(State(state): State<Arc<WebState>>, headers: HeaderMap) -> Response {
    let format = negotiate::format(&headers);
    let gzip = negotiate::takes_gzip(&headers);
    let body = ScrapeBody::new(state.store.scrape(format, Instant::now()), gzip);
    let mut response = Response::new(Body::new(body));
    let answer = response.headers_mut();
    answer.insert(CONTENT_TYPE, HeaderValue::from_static(format.content_type()));
    answer.insert(VARY, HeaderValue::from_static("Accept, Accept-Encoding"));
    if gzip {
        answer.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

async fn ready(State(state): State<Arc<WebState>>) -> (StatusCode, &'static str) {
    if state.is_ready() {
        (StatusCode::OK, "emc is ready\n")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "emc is not ready: no configuration is loaded yet\n")
    }
}

async fn config(State(state): State<Arc<WebState>>) -> String {
    state.config().as_str().to_owned()
}

const ELSEWHERE: Text = Text {
    vi: "yêu cầu nạp lại đến từ một trang khác\n",
    en: "reload was asked for by another site\n",
};
const UNDER_WAY: Text = Text {
    vi: "đang nạp lại cấu hình; hãy thử lại sau\n",
    en: "a reload is already under way; try again\n",
};
const RELOADED: Text = Text { vi: "đã nạp lại cấu hình\n", en: "configuration reloaded\n" };
const ENDING: Text = Text { vi: "emc đang dừng\n", en: "emc is ending\n" };

/// Waits for the outcome. A page of another site cannot make a browser do it.
async fn reload(State(state): State<Arc<WebState>>, headers: HeaderMap) -> (StatusCode, String) {
    let language = negotiate::language(None, &headers);
    let from = headers.get("sec-fetch-site").and_then(|site| site.to_str().ok());
    if matches!(from, Some("cross-site" | "same-site")) {
        return (StatusCode::FORBIDDEN, ELSEWHERE.in_language(language).to_owned());
    }
    let (answer, outcome) = oneshot::channel();
    if state.reload.try_send(ReloadRequest { answer }).is_err() {
        return (StatusCode::SERVICE_UNAVAILABLE, UNDER_WAY.in_language(language).to_owned());
    }
    match outcome.await {
        Ok(Ok(())) => (StatusCode::OK, RELOADED.in_language(language).to_owned()),
        Ok(Err(refused)) => (StatusCode::INTERNAL_SERVER_ERROR, refused.in_language(language).to_owned()),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, ENDING.in_language(language).to_owned()),
    }
}

async fn landing(
    State(state): State<Arc<WebState>>,
    State(prefix): State<Prefix>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    let reader = Reader::new(negotiate::language(asked.lang.as_deref(), &headers), prefix);
    let wish = pages::landing::Wish {
        page: asked.page.unwrap_or(1),
        status: asked.status.unwrap_or_default(),
        search: asked.q.unwrap_or_default(),
    };
    pages::landing::page(&state, &reader, &wish)
}

async fn run(
    State(state): State<Arc<WebState>>,
    State(prefix): State<Prefix>,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    let reader = Reader::new(negotiate::language(asked.lang.as_deref(), &headers), prefix);
    let (id, json) = id.strip_suffix(".json").map_or((id.as_str(), None), |id| (id, Some(())));
    let Some(id) = RunId::parse(id) else { return pages::run::not_kept(&reader) };
    let wants_json = json.is_some() || negotiate::wants_json(&headers);
    match state.runs.get(id) {
        Some(run) if wants_json => axum::Json(&*run).into_response(),
        Some(run) => pages::run::page(&state, &reader, &run),
        None => past_run(&state, &reader, id, wants_json).await,
    }
}

/// A run that is no longer in memory.
async fn past_run(state: &WebState, reader: &Reader, id: RunId, wants_json: bool) -> Response {
    match state.archive.find(id).await {
        Found::Kept(kept) if wants_json => ([(CONTENT_TYPE, "application/json")], kept.json).into_response(),
        Found::Kept(kept) => {
            pages::past::page(state, reader, id, &kept).unwrap_or_else(|| pages::run::not_kept(reader))
        }
        Found::Nowhere => pages::run::not_kept(reader),
        Found::NotNow => pages::run::not_now(reader),
    }
}

async fn not_found(State(prefix): State<Prefix>, Query(asked): Query<Asked>, headers: HeaderMap) -> Response {
    pages::not_found(&Reader::new(negotiate::language(asked.lang.as_deref(), &headers), prefix))
}
