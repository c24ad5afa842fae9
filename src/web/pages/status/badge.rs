//! A portal's status as a small picture for other sites.

use askama::Template;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::CONTENT_TYPE;

use crate::model::status::Status;
use crate::web::chronicle::PortalKey;
use crate::web::pages::Reader;
use crate::web::pages::status::page::not_found;
use crate::web::pages::status::plain;
use crate::web::pages::status::view::{Mark, portal};
use crate::web::state::WebState;

/// Width of a letter on average, and of the room beside a word, in pixels.
const LETTER: usize = 7;
const ROOM: usize = 8;

#[derive(Template)]
#[template(path = "web/pages/status/badge.svg")]
struct Badge {
    label: &'static str,
    word: &'static str,
    colour: &'static str,
    left: usize,
    right: usize,
}

/// Draws it.
pub(crate) fn badge(state: &WebState, reader: &Reader, key: &PortalKey) -> Response {
    let Some((_, life)) = portal(state, key) else { return not_found(reader) };
    let (label, word) = (reader.say(plain::BADGE), Mark::of_life(Some(&life), reader).word);
    let wide = |text: &str| text.chars().count() * LETTER + 2 * ROOM;
    let badge = Badge { label, word, colour: colour(life.status), left: wide(label), right: wide(word) };
    match badge.render() {
        Ok(svg) => ([(CONTENT_TYPE, "image/svg+xml; charset=utf-8")], svg).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Dark enough for white letters.
const fn colour(status: Status) -> &'static str {
    match status {
        Status::Up => "#17693a",
        Status::Degraded => "#8a5300",
        Status::Down => "#b3261e",
        Status::Unknown => "#4f5b66",
    }
}
