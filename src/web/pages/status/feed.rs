//! Incidents as an Atom feed (RFC 4287), so that people and rooms for journalists can follow without our knowing them.

use askama::Template;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use xxhash_rust::xxh3::xxh3_128;

use crate::web::pages::Reader;
use crate::web::pages::status::plain;
use crate::web::pages::status::view::{IncidentView, incidents, portals};
use crate::web::state::WebState;

/// Entries in the feed.
const ENTRIES: usize = 50;

#[derive(Template)]
#[template(path = "web/pages/status/feed.xml")]
struct Feed<'a> {
    reader: &'a Reader,
    id: String,
    updated: String,
    entries: Vec<Entry>,
}

struct Entry {
    id: String,
    updated: String,
    incident: IncidentView,
}

/// Writes the feed.
pub(crate) fn feed(state: &WebState, reader: &Reader) -> Response {
    let now = (state.clock)();
    let incidents = incidents(&portals(state, reader), now, reader).into_iter().take(ENTRIES);
    let entries: Vec<Entry> = incidents.map(entry).collect();
    // A feed without entries was last changed when nothing was: any fixed moment will do.
    let updated = entries.iter().map(|entry| entry.updated.clone()).max();
    let feed = Feed {
        reader,
        id: urn(&format!("feed {}", reader.code())),
        updated: updated.unwrap_or_else(|| "1970-01-01T00:00:00Z".to_owned()),
        entries,
    };
    match feed.render() {
        Ok(xml) => ([(CONTENT_TYPE, "application/atom+xml; charset=utf-8")], xml).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn entry(incident: IncidentView) -> Entry {
    let place = incident.address.split('?').next().unwrap_or_default();
    let updated = incident.ended.as_ref().map_or(&incident.begun, |ended| ended).iso.clone();
    Entry { id: urn(&format!("{place} {}", incident.begun.iso)), updated, incident }
}

/// An id that stays the same wherever the feed is read.
fn urn(of: &str) -> String {
    let hash = format!("{:032x}", xxh3_128(of.as_bytes()));
    format!("urn:uuid:{}-{}-8{}-8{}-{}", &hash[..8], &hash[8..12], &hash[13..16], &hash[17..20], &hash[20..])
}
