//! The status page and the page of one portal.

use askama::Template;
use axum::response::Response;
use chrono::{DateTime, Utc};
use http::StatusCode;

use crate::model::id::Name;
use crate::model::status::Status;
use crate::web::chronicle::{PortalKey, Stretch, day_of, last_days};
use crate::web::pages::parts::Moment;
use crate::web::pages::status::chart::{Chart, chart};
use crate::web::pages::status::plain;
use crate::web::pages::status::view::{
    IncidentView, Mark, PortalView, incidents, minute, named, portal, portal_view, portals,
};
use crate::web::pages::{Reader, STATUS_STYLE, STYLE, answer, shown, words};
use crate::web::state::WebState;

/// Incidents that are over, on the page.
const PAST: usize = 10;

#[derive(Template)]
#[template(path = "web/pages/status/status.html")]
struct StatusPage<'a> {
    reader: &'a Reader,
    headline: Headline,
    now: Moment,
    groups: Vec<Group>,
    current: Vec<IncidentView>,
    past: Vec<IncidentView>,
    maintenance: Vec<MaintenanceView>,
    dependencies: Vec<(String, Mark)>,
}

/// The one sentence that most readers come for.
struct Headline {
    class: &'static str,
    sign: &'static str,
    text: &'static str,
    /// How many portals stand how.
    counts: String,
}

/// An authority and its portals.
struct Group {
    authority: String,
    portals: Vec<PortalView>,
}

struct MaintenanceView {
    /// Whether it is under way or to come.
    when: &'static str,
    portal: String,
    what: String,
    begins: Moment,
    ends: Moment,
}

/// Writes the page of all portals.
pub(crate) fn page(state: &WebState, reader: &Reader) -> Response {
    let now = (state.clock)();
    let portals = portals(state, reader);
    let (current, past): (Vec<_>, Vec<_>) =
        incidents(&portals, now, reader).into_iter().partition(|incident| incident.ended.is_none());
    let page = StatusPage {
        reader,
        headline: headline(&portals, reader),
        now: minute(now, reader),
        current,
        past: past.into_iter().take(PAST).collect(),
        maintenance: maintenance(state, now, reader),
        dependencies: dependencies(state, reader),
        groups: groups(portals),
    };
    answer(StatusCode::OK, &page)
}

fn headline(portals: &[PortalView], reader: &Reader) -> Headline {
    let any = |status| portals.iter().any(|portal| portal.status == status);
    let (class, sign, text) = if any(Status::Down) {
        ("down", "✕", plain::SOME_DOWN)
    } else if any(Status::Degraded) {
        ("degraded", "!", plain::SOME_DEGRADED)
    } else if portals.iter().any(|portal| portal.planned) {
        ("unknown", "⚙", plain::SOME_PLANNED)
    } else if any(Status::Up) && any(Status::Unknown) {
        ("unknown", "?", plain::SOME_UNKNOWN)
    } else if any(Status::Up) {
        ("up", "✓", plain::ALL_UP)
    } else {
        ("unknown", "?", plain::NOTHING_KNOWN)
    };
    Headline { class, sign, text: reader.say(text), counts: counts(portals, reader) }
}

/// `1 gián đoạn · 12 hoạt động`: what there is, the worst first.
fn counts(portals: &[PortalView], reader: &Reader) -> String {
    let of =
        |status: Status| portals.iter().filter(|portal| portal.status == status && !portal.planned).count();
    let order = [Status::Down, Status::Degraded, Status::Up, Status::Unknown];
    let mut found: Vec<_> =
        order.iter().map(|status| (of(*status), reader.say(plain::status(*status)).to_lowercase())).collect();
    let planned = portals.iter().filter(|portal| portal.planned).count();
    found.push((planned, reader.say(plain::PLANNED).to_lowercase()));
    let said: Vec<String> =
        found.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    said.join(" · ")
}

/// Portals of an authority together, authorities in the order in which they first come.
fn groups(portals: Vec<PortalView>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for portal in portals {
        match groups.iter_mut().find(|group| group.authority == portal.authority) {
            Some(group) => group.portals.push(portal),
            None => groups.push(Group { authority: portal.authority.clone(), portals: vec![portal] }),
        }
    }
    groups
}

fn maintenance(state: &WebState, now: DateTime<Utc>, reader: &Reader) -> Vec<MaintenanceView> {
    let notices = state.notices();
    let announced = notices.maintenance.iter().filter(|window| window.ends > now);
    let view = |window: &crate::web::notices::Maintenance| MaintenanceView {
        when: reader.say(if window.begins <= now { plain::UNDER_WAY } else { plain::TO_COME }),
        portal: name_of(state, &window.portal, reader),
        what: work(window, reader),
        begins: minute(window.begins, reader),
        ends: minute(window.ends, reader),
    };
    announced.map(view).collect()
}

/// What is done, in the operator's words; that it is planned, where they said nothing.
pub(super) fn work(window: &crate::web::notices::Maintenance, reader: &Reader) -> String {
    let words = if reader.code() == "vi" { &window.what.vi } else { &window.what.en };
    if words.is_empty() { reader.say(plain::PLANNED).to_owned() } else { shown(words) }
}

pub(super) fn name_of(state: &WebState, key: &PortalKey, reader: &Reader) -> String {
    let all = state.store.portals();
    let found = all.iter().find(|portal| (&portal.authority, &portal.portal) == (&key.0, &key.1));
    found.map_or_else(|| key.1.to_string(), |portal| named(&portal.portal_name, &portal.portal, reader))
}

fn dependencies(state: &WebState, reader: &Reader) -> Vec<(String, Mark)> {
    let notices = state.notices();
    let lives = state.chronicle.lives();
    let view = |dependency: &crate::web::notices::Dependency| {
        let life = dependency.watched_by.as_ref().and_then(|key| lives.get(key));
        let name = if reader.code() == "vi" { &dependency.name.vi } else { &dependency.name.en };
        (name.clone(), Mark::of_life(life, reader))
    };
    notices.dependencies.iter().map(view).collect()
}

#[derive(Template)]
#[template(path = "web/pages/status/portal.html")]
struct PortalPage<'a> {
    reader: &'a Reader,
    portal: PortalView,
    url: Option<String>,
    measured: Option<Moment>,
    incidents: Vec<IncidentView>,
    chart: Option<Chart>,
    days: Vec<TroubledDay>,
}

/// A day on which not all was well.
struct TroubledDay {
    date: String,
    down: String,
    degraded: String,
}

/// Writes the page of one portal.
pub(crate) fn portal_page(state: &WebState, reader: &Reader, key: &(Name, Name)) -> Response {
    let Some((portal, life)) = portal(state, key) else { return not_found(reader) };
    let now = (state.clock)();
    let view = portal_view(&portal, Some(&life), now, reader);
    let stretches: Vec<Stretch> = life.stretches.iter().copied().collect();
    let mut days: Vec<TroubledDay> =
        last_days(Some(&life), day_of(now)).iter().filter_map(|day| troubled(day, reader)).collect();
    days.reverse();
    let page = PortalPage {
        reader,
        url: portal.url.as_ref().and_then(public_address),
        measured: life.measured.map(|at| minute(at, reader)),
        incidents: incidents(std::slice::from_ref(&view), now, reader),
        chart: chart(&stretches, now, reader.language),
        days,
        portal: view,
    };
    answer(StatusCode::OK, &page)
}

fn troubled(day: &crate::web::chronicle::Day, reader: &Reader) -> Option<TroubledDay> {
    if day.down + day.degraded == 0 {
        return None;
    }
    let format = if reader.code() == "vi" { "%d/%m/%Y" } else { "%Y-%m-%d" };
    let lasted = |millis: u64| match millis {
        0 => "–".to_owned(),
        _ => plain::lasted(millis / 1000, reader.language),
    };
    let date = day.date.format(format).to_string();
    Some(TroubledDay { date, down: lasted(day.down), degraded: lasted(day.degraded) })
}

/// Scheme, host and port: what a citizen types. What else stands in the file may be a secret.
fn public_address(url: &url::Url) -> Option<String> {
    let is_web = matches!(url.scheme(), "http" | "https");
    is_web.then(|| url.origin().ascii_serialization())
}

#[derive(Template)]
#[template(path = "web/pages/status/missing.html")]
struct Missing<'a> {
    reader: &'a Reader,
}

/// Says that there is no such page.
pub(crate) fn not_found(reader: &Reader) -> Response {
    answer(StatusCode::NOT_FOUND, &Missing { reader })
}
