//! Incidents and announced maintenance as an Atom feed (RFC 4287), so that people and newsrooms can follow without our
//! knowing them.

use askama::Template;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, TimeDelta, Utc};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use xxhash_rust::xxh3::xxh3_128;

use crate::web::notices::Maintenance;
use crate::web::pages::Reader;
use crate::web::pages::status::page::{name_of, work};
use crate::web::pages::status::plain;
use crate::web::pages::status::view::{IncidentView, address, incidents, minute, portals};
use crate::web::state::WebState;

/// Entries in the feed.
const ENTRIES: usize = 50;
/// Maintenance is told of so long before it begins. When it was announced is not known.
const BEFOREHAND: TimeDelta = TimeDelta::days(7);

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
    title: String,
    published: String,
    updated: String,
    address: String,
    summary: String,
}

/// Writes the feed.
pub(crate) fn feed(state: &WebState, reader: &Reader) -> Response {
    let now = (state.clock)();
    let planned = maintenance(state, now, reader);
    let incidents = incidents(&portals(state, reader), now, reader).into_iter();
    let entries: Vec<Entry> =
        planned.into_iter().chain(incidents.map(|one| entry(&one, reader))).take(ENTRIES).collect();
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

fn entry(incident: &IncidentView, reader: &Reader) -> Entry {
    let place = incident.address.split('?').next().unwrap_or_default();
    let ended = incident.ended.as_ref();
    let mut summary = format!("{} {} {}", incident.what, reader.say(plain::SINCE), incident.begun.local);
    if let Some(ended) = ended {
        summary += &format!(" {} {}", reader.say(plain::UNTIL), ended.local);
    }
    Entry {
        id: urn(&format!("{place} {}", incident.begun.iso)),
        title: format!("{}: {} ({})", incident.mark.word, incident.portal, incident.authority),
        published: incident.begun.iso.clone(),
        updated: ended.unwrap_or(&incident.begun).iso.clone(),
        address: incident.address.clone(),
        summary,
    }
}

/// Windows under way and soon to come.
fn maintenance(state: &WebState, now: DateTime<Utc>, reader: &Reader) -> Vec<Entry> {
    let notices = state.notices();
    let soon = |one: &&Maintenance| one.begins - BEFOREHAND <= now && now < one.ends;
    let entry = |one: &Maintenance| {
        let (begins, ends) = (minute(one.begins, reader), minute(one.ends, reader));
        let told = minute(one.begins - BEFOREHAND, reader).iso;
        let (from, until) = (reader.say(plain::FROM), reader.say(plain::UNTIL));
        Entry {
            id: urn(&format!("maintenance {}/{} {}", one.portal.0, one.portal.1, begins.iso)),
            title: format!("{}: {}", reader.say(plain::PLANNED), name_of(state, &one.portal, reader)),
            published: told.clone(),
            updated: told,
            address: address(&one.portal, reader),
            summary: format!("{} ({from} {} {until} {})", work(one, reader), begins.local, ends.local),
        }
    };
    notices.maintenance.iter().filter(soon).map(entry).collect()
}

/// An id that stays the same wherever the feed is read.
fn urn(of: &str) -> String {
    let hash = format!("{:032x}", xxh3_128(of.as_bytes()));
    format!("urn:uuid:{}-{}-8{}-8{}-{}", &hash[..8], &hash[8..12], &hash[13..16], &hash[17..20], &hash[20..])
}
