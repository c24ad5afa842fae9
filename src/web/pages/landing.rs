//! The first page: every probe with how it stands, why, and what to do.

use std::time::Instant;

use askama::Template;
use axum::response::Response;
use http::StatusCode;

use crate::metrics::overview::Standing;
use crate::model::id::Name;
use crate::model::status::Status;
use crate::probe::settings::Span;
use crate::probe::spec::{Names, Portal};
use crate::web::pages::parts::{Badge, Moment, Stretch, ago, bar, took};
use crate::web::pages::{Reader, STYLE, answer, shown, words};
use crate::web::state::WebState;

/// Probes on one page: what a phone can show without trouble.
const PER_PAGE: usize = 100;

/// What the reader asked for.
#[derive(Debug, Default)]
pub(crate) struct Wish {
    /// Which page, from 1.
    pub(crate) page: usize,
    /// Only this status; empty for all.
    pub(crate) status: String,
    /// Only what holds this; empty for all.
    pub(crate) search: String,
}

#[derive(Template)]
#[template(path = "web/pages/landing.html")]
struct Landing<'a> {
    reader: &'a Reader,
    counts: Vec<Count>,
    wish: &'a Wish,
    all: usize,
    groups: Vec<Group>,
    previous: Option<String>,
    next: Option<String>,
}

/// How many probes have a status.
struct Count {
    badge: Badge,
    number: usize,
    address: String,
    chosen: bool,
}

/// A portal and its probes.
struct Group {
    authority: String,
    portal: String,
    rows: Vec<Row>,
}

/// A probe.
struct Row {
    name: String,
    kind: &'static str,
    target: String,
    every: String,
    badge: Badge,
    why: Option<&'static str>,
    action: Option<&'static str>,
    last: Option<Last>,
}

/// Its last run.
struct Last {
    /// Where the run is shown, if it is still kept.
    address: Option<String>,
    took: String,
    bar: Vec<Stretch>,
    ended: Moment,
    ago: String,
}

/// Writes the page.
pub(crate) fn page(state: &WebState, reader: &Reader, wish: &Wish) -> Response {
    let standings = state.store.standings(Instant::now());
    let all = standings.len();
    let counts = Status::ALL.map(|status| count(&standings, status, reader, wish)).into();
    let mut chosen: Vec<Standing> = standings.into_iter().filter(|standing| wish.wants(standing)).collect();
    chosen.sort_by_key(|standing| urgency(standing.status));
    let pages = chosen.len().div_ceil(PER_PAGE).max(1);
    let page = wish.page.clamp(1, pages);
    let on_page: Vec<Standing> = chosen.into_iter().skip((page - 1) * PER_PAGE).take(PER_PAGE).collect();
    let landing = Landing {
        reader,
        counts,
        wish,
        all,
        groups: groups(state, reader, on_page),
        previous: (page > 1).then(|| wish.address(reader, &wish.status, page - 1)),
        next: (page < pages).then(|| wish.address(reader, &wish.status, page + 1)),
    };
    answer(StatusCode::OK, &landing)
}

/// What needs somebody comes first.
const fn urgency(status: Status) -> u8 {
    match status {
        Status::Down => 0,
        Status::Degraded => 1,
        Status::Unknown => 2,
        Status::Up => 3,
    }
}

impl Wish {
    fn wants(&self, standing: &Standing) -> bool {
        let needle = self.search.trim().to_lowercase();
        let found = |text: &str| text.to_lowercase().contains(&needle);
        (self.status.is_empty() || self.status == standing.status.as_str())
            && (needle.is_empty() || found(&standing.id.to_string()) || found(&standing.target))
    }

    /// The address of the same page with another status or number.
    fn address(&self, reader: &Reader, status: &str, page: usize) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("lang", reader.code());
        for (name, value) in [("status", status), ("q", self.search.trim())] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        if page > 1 {
            query.append_pair("page", &page.to_string());
        }
        format!("{}?{}", reader.at("/"), query.finish())
    }
}

fn count(standings: &[Standing], status: Status, reader: &Reader, wish: &Wish) -> Count {
    let chosen = wish.status == status.as_str();
    Count {
        badge: Badge::new(status, reader),
        number: standings.iter().filter(|standing| standing.status == status).count(),
        address: wish.address(reader, if chosen { "" } else { status.as_str() }, 1),
        chosen,
    }
}

/// Puts probes of a portal together; portals come in the order of their first, that is their worst, probe.
fn groups(state: &WebState, reader: &Reader, standings: Vec<Standing>) -> Vec<Group> {
    let kept =
        state.runs.contains(standings.iter().filter_map(|standing| standing.last.map(|last| last.run_id)));
    let mut kept = kept.into_iter();
    let portals = state.store.portals();
    let mut groups: Vec<((Name, Name), Group)> = Vec::new();
    for standing in standings {
        let key = (standing.id.authority.clone(), standing.id.portal.clone());
        let is_kept = standing.last.is_some() && kept.next().unwrap_or(false);
        let row = row(state, reader, &standing, is_kept);
        if let Some((_, group)) = groups.iter_mut().find(|(of, _)| *of == key) {
            group.rows.push(row);
            continue;
        }
        let portal = portals.iter().find(|portal| (&portal.authority, &portal.portal) == (&key.0, &key.1));
        let mut group = group(portal, &key, reader);
        group.rows.push(row);
        groups.push((key, group));
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

fn group(portal: Option<&Portal>, key: &(Name, Name), reader: &Reader) -> Group {
    let named = |names: Option<&Names>, id: &Name| {
        let name = names.map_or("", |names| if reader.code() == "vi" { &names.vi } else { &names.en });
        if name.is_empty() { id.to_string() } else { shown(name) }
    };
    Group {
        authority: named(portal.map(|portal| &portal.authority_name), &key.0),
        portal: named(portal.map(|portal| &portal.portal_name), &key.1),
        rows: Vec::new(),
    }
}

fn row(state: &WebState, reader: &Reader, standing: &Standing, is_kept: bool) -> Row {
    let reason = standing.reason.map(crate::model::reason::Reason::text);
    let stale = standing.stale.then(|| reader.say(words::STALE));
    let last = standing.last.map(|last| Last {
        address: is_kept
            .then(|| format!("{}?lang={}", reader.at(&format!("/runs/{}", last.run_id)), reader.code())),
        took: took(last.duration, reader.language),
        bar: bar(&last.phases, reader),
        ended: Moment::new(last.ended, reader.language),
        ago: ago((state.clock)() - last.ended, reader.language),
    });
    Row {
        name: standing.id.probe.to_string(),
        kind: standing.kind,
        target: shown(&standing.target),
        every: Span(standing.every).to_string(),
        badge: Badge::new(standing.status, reader),
        why: stale.or_else(|| reason.map(|text| reader.say(text.meaning))),
        action: reason.map(|text| reader.say(text.action)),
        last,
    }
}
