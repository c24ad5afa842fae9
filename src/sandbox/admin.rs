//! The API by which faults are switched. Loopback only, JSON only, deaf to browsers that come from another page.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::StatusCode;
use axum::http::header::ORIGIN;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::faults::{Fault, Params, Refusal};
use super::switchboard::Switchboard;

/// Where the faults are, below the admin address.
pub(super) const FAULTS: &str = "/_sandbox/faults";
const MOST_BODY: usize = 16 * 1_024;

/// What a fault looks like in the API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FaultState {
    /// Its name.
    pub name: String,
    /// Where it strikes: connection, tls or answer.
    pub layer: String,
    /// The reason `emc` should give.
    pub reason: String,
    /// What it does, in Vietnamese.
    pub vi: String,
    /// What it does, in English.
    pub en: String,
    /// What it can be told.
    pub takes: Vec<String>,
    /// Whether it is on.
    pub on: bool,
    /// What it was told; empty where it is off.
    pub params: Params,
}

/// What is sent to switch a fault. An empty body means `{"on": true}`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Switch {
    #[serde(default = "yes")]
    on: bool,
    #[serde(default)]
    params: Params,
}

const fn yes() -> bool {
    true
}

#[derive(Clone, Debug)]
struct Office {
    board: Switchboard,
    requests: Arc<AtomicU64>,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let unknown = matches!(self, Self::Unknown(_));
        let status = if unknown { StatusCode::NOT_FOUND } else { StatusCode::BAD_REQUEST };
        (status, Json(json!({ "error": self.to_string() }))).into_response()
    }
}

/// The API.
pub(super) fn router(board: Switchboard, requests: Arc<AtomicU64>) -> Router {
    Router::new()
        .route(FAULTS, get(list).delete(reset))
        .route("/_sandbox/faults/{name}", get(show).post(switch).delete(off))
        .route("/_sandbox/health", get(health))
        .layer(middleware::from_fn(refuse_pages))
        .layer(DefaultBodyLimit::max(MOST_BODY))
        .with_state(Office { board, requests })
}

/// Serves the API until the ministry closes.
pub(super) async fn keep(listener: TcpListener, router: Router, closing: CancellationToken) {
    let served = axum::serve(listener, router).with_graceful_shutdown(closing.cancelled_owned());
    // Serving ends only by the signal: axum retries failed accepts by itself.
    let _ = served.await;
}

/// A page somewhere on the web could ask a visitor's browser to post here; browsers then name their origin.
async fn refuse_pages(request: Request, next: Next) -> Response {
    if request.headers().contains_key(ORIGIN) {
        return (StatusCode::FORBIDDEN, Json(json!({ "error": "not for web pages" }))).into_response();
    }
    next.run(request).await
}

fn state_of(fault: Fault, board: &Switchboard) -> FaultState {
    let active = board.active();
    let path = fault.takes_path().then_some("path");
    FaultState {
        name: fault.as_str().to_owned(),
        layer: fault.layer().as_str().to_owned(),
        reason: fault.reason().as_str().to_owned(),
        vi: fault.vi().to_owned(),
        en: fault.en().to_owned(),
        takes: path
            .into_iter()
            .chain(fault.takes().iter().map(|param| param.as_str()))
            .map(str::to_owned)
            .collect(),
        on: active.contains_key(&fault),
        params: active.get(&fault).cloned().unwrap_or_default(),
    }
}

async fn list(State(office): State<Office>) -> Json<Vec<FaultState>> {
    Json(Fault::ALL.iter().map(|fault| state_of(*fault, &office.board)).collect())
}

async fn reset(State(office): State<Office>) -> StatusCode {
    office.board.reset();
    StatusCode::NO_CONTENT
}

async fn show(State(office): State<Office>, Path(name): Path<String>) -> Result<Json<FaultState>, Refusal> {
    Ok(Json(state_of(Fault::parse(&name)?, &office.board)))
}

async fn switch(
    State(office): State<Office>,
    Path(name): Path<String>,
    body: Bytes,
) -> Result<Json<FaultState>, Response> {
    let fault = Fault::parse(&name).map_err(IntoResponse::into_response)?;
    let wish = if body.is_empty() { b"{}".as_slice() } else { &body };
    let wish: Switch = serde_json::from_slice(wish).map_err(|error| unreadable(&error))?;
    if wish.on {
        office.board.on(fault, wish.params).map_err(IntoResponse::into_response)?;
    } else {
        office.board.off(fault);
    }
    Ok(Json(state_of(fault, &office.board)))
}

fn unreadable(error: &serde_json::Error) -> Response {
    let message = format!("the body is not {{\"on\": true, \"params\": {{…}}}}: {error}");
    (StatusCode::BAD_REQUEST, Json(json!({ "error": message }))).into_response()
}

async fn off(State(office): State<Office>, Path(name): Path<String>) -> Result<StatusCode, Refusal> {
    office.board.off(Fault::parse(&name)?);
    Ok(StatusCode::NO_CONTENT)
}

async fn health(State(office): State<Office>) -> Json<Value> {
    let on: Vec<&str> = office.board.active().keys().map(|fault| fault.as_str()).collect();
    Json(json!({ "status": "ok", "requests": office.requests.load(Ordering::Relaxed), "faults": on }))
}
