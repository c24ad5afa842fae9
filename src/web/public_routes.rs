//! Which address gives what of the status page. The same below the monitor's own address and on one for the public.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::get;
use http::HeaderMap;

use crate::model::id::Name;
use crate::web::chronicle::PortalKey;
use crate::web::negotiate;
use crate::web::pages::Reader;
use crate::web::pages::status::{badge, feed, json, page};
use crate::web::routes::{App, Asked, Prefix};
use crate::web::state::WebState;

/// The routes, below no prefix yet.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/status", get(status))
        .route("/status.json", get(programs))
        .route("/status/feed.atom", get(followers))
        .route("/status/{authority}/{portal}", get(portal))
        .route("/status/{authority}/{portal}/badge.svg", get(picture))
}

fn reader(asked: &Asked, headers: &HeaderMap, prefix: Prefix) -> Reader {
    Reader::new(negotiate::language(asked.lang.as_deref(), headers), prefix)
}

async fn status(
    State(state): State<Arc<WebState>>,
    State(prefix): State<Prefix>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    page::page(&state, &reader(&asked, &headers, prefix))
}

async fn programs(State(state): State<Arc<WebState>>) -> Response {
    json::json(&state)
}

async fn followers(
    State(state): State<Arc<WebState>>,
    State(prefix): State<Prefix>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    feed::feed(&state, &reader(&asked, &headers, prefix))
}

async fn portal(
    State(state): State<Arc<WebState>>,
    State(prefix): State<Prefix>,
    Path(place): Path<(String, String)>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    let reader = reader(&asked, &headers, prefix);
    key(place).map_or_else(|| page::not_found(&reader), |key| page::portal_page(&state, &reader, &key))
}

async fn picture(
    State(state): State<Arc<WebState>>,
    State(prefix): State<Prefix>,
    Path(place): Path<(String, String)>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    let reader = reader(&asked, &headers, prefix);
    key(place).map_or_else(|| page::not_found(&reader), |key| badge::badge(&state, &reader, &key))
}

/// What no address of the public leads to. The page links to nothing but the status page.
pub(crate) async fn not_found(
    State(prefix): State<Prefix>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    page::not_found(&reader(&asked, &headers, prefix))
}

/// Names are slugs; whatever else stands in an address is nobody's.
fn key((authority, portal): (String, String)) -> Option<PortalKey> {
    Some((Name::try_from(authority).ok()?, Name::try_from(portal).ok()?))
}
