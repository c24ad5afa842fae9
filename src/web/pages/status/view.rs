//! What the status page shows, as plain data for one reader: gathered once, then written as HTML.

use std::time::Instant;

use chrono::{DateTime, Timelike, Utc};

use crate::model::id::Name;
use crate::model::reason::Reason;
use crate::model::status::Status;
use crate::probe::spec::{Names, Portal};
use crate::web::chronicle::{Day, Life, PortalKey, Trouble, day_of, last_days};
use crate::web::pages::parts::Moment;
use crate::web::pages::status::bars::{Bar, bar};
use crate::web::pages::status::plain;
use crate::web::pages::{Reader, shown};
use crate::web::state::WebState;

/// A status in words, with the class that colours it.
pub(super) struct Mark {
    pub(super) class: &'static str,
    pub(super) sign: &'static str,
    pub(super) word: &'static str,
}

impl Mark {
    pub(super) fn of(status: Status, reader: &Reader) -> Self {
        let sign = crate::web::pages::words::sign(status);
        Self { class: status.as_str(), sign, word: reader.say(plain::status(status)) }
    }

    /// How a portal stands; one that cannot be used during announced maintenance is not broken.
    pub(super) fn of_life(life: Option<&Life>, reader: &Reader) -> Self {
        if life.is_some_and(is_planned) {
            return Self::planned(reader);
        }
        Self::of(life.map_or(Status::Unknown, |life| life.status), reader)
    }

    /// Planned maintenance.
    pub(super) fn planned(reader: &Reader) -> Self {
        Self { class: Status::Unknown.as_str(), sign: "⚙", word: reader.say(plain::PLANNED) }
    }
}

/// Whether a portal cannot be used because of announced maintenance.
pub(super) fn is_planned(life: &Life) -> bool {
    life.status == Status::Unknown && life.reason == Some(Reason::Maintenance)
}

/// A portal in the list.
pub(super) struct PortalView {
    pub(super) name: String,
    pub(super) authority: String,
    pub(super) address: String,
    pub(super) status: Status,
    /// Whether it cannot be used because of announced maintenance.
    pub(super) planned: bool,
    pub(super) mark: Mark,
    pub(super) bar: Bar,
    /// Share of the measured time in which it could be used, with that time; empty without any.
    pub(super) available: String,
    pub(super) troubles: Vec<Trouble>,
}

/// An incident in the words of the page.
pub(super) struct IncidentView {
    pub(super) portal: String,
    pub(super) authority: String,
    pub(super) address: String,
    pub(super) mark: Mark,
    pub(super) what: &'static str,
    pub(super) begun: Moment,
    pub(super) ended: Option<Moment>,
    pub(super) lasted: String,
    /// For the order.
    pub(super) since: DateTime<Utc>,
}

/// All portals, in the order of the configuration.
pub(super) fn portals(state: &WebState, reader: &Reader) -> Vec<PortalView> {
    look(state);
    let lives = state.chronicle.lives();
    let now = (state.clock)();
    let all = state.store.portals();
    all.iter().map(|portal| portal_view(portal, lives.get(&key(portal)), now, reader)).collect()
}

/// One portal with what is known of it.
pub(super) fn portal(state: &WebState, key: &PortalKey) -> Option<(Portal, Life)> {
    look(state);
    let found = state.store.portals().into_iter().find(|portal| self::key(portal) == *key)?;
    Some((found, state.chronicle.life(key).unwrap_or_default()))
}

/// The page shows how things are now, also where no run has ended for a while.
pub(super) fn look(state: &WebState) {
    let now = (state.clock)();
    if state.chronicle.claim(now) {
        state.chronicle.look(now, &state.store.standings(Instant::now()));
    }
}

pub(super) fn portal_view(
    portal: &Portal,
    life: Option<&Life>,
    now: DateTime<Utc>,
    reader: &Reader,
) -> PortalView {
    let days = last_days(life, day_of(now));
    let status = life.map_or(Status::Unknown, |life| life.status);
    PortalView {
        name: named(&portal.portal_name, &portal.portal, reader),
        authority: named(&portal.authority_name, &portal.authority, reader),
        address: address(&key(portal), reader),
        status,
        planned: life.is_some_and(is_planned),
        mark: Mark::of_life(life, reader),
        bar: bar(&days, millis_today(now), reader.language),
        available: available(&days, reader),
        troubles: life.map(|life| life.troubles.iter().copied().collect()).unwrap_or_default(),
    }
}

/// `99,95 % khả dụng trong 3 ngày 2 giờ có số liệu`; empty without any measurement.
fn available(days: &[Day], reader: &Reader) -> String {
    let measured: u64 = days.iter().map(Day::measured).sum();
    if measured < 60_000 {
        return String::new();
    }
    let usable: u64 = days.iter().map(|day| day.up + day.degraded).sum();
    let [available, over, of_data] =
        [plain::AVAILABLE, plain::IN_MEASURED, plain::MEASURED].map(|text| reader.say(text));
    let (share, time) =
        (plain::percent(usable, measured, reader.language), plain::lasted(measured / 1000, reader.language));
    format!("{share} {available} {over} {time} {of_data}")
}

/// Milliseconds of today in Viet Nam that have passed.
fn millis_today(now: DateTime<Utc>) -> f64 {
    let seconds = (now.num_seconds_from_midnight() + 7 * 3600) % 86_400;
    f64::from(seconds) * 1000.0
}

/// The incidents of portals, newest first.
pub(super) fn incidents(portals: &[PortalView], now: DateTime<Utc>, reader: &Reader) -> Vec<IncidentView> {
    let mut all: Vec<IncidentView> = portals
        .iter()
        .flat_map(|portal| portal.troubles.iter().map(move |trouble| incident(portal, trouble, now, reader)))
        .collect();
    all.sort_by_key(|incident| std::cmp::Reverse(incident.since));
    all
}

fn incident(portal: &PortalView, trouble: &Trouble, now: DateTime<Utc>, reader: &Reader) -> IncidentView {
    let seconds = (trouble.ended.unwrap_or(now) - trouble.begun).num_seconds();
    IncidentView {
        portal: portal.name.clone(),
        authority: portal.authority.clone(),
        address: portal.address.clone(),
        mark: Mark::of(trouble.status, reader),
        what: reader.say(plain::trouble(trouble.status, trouble.reason)),
        begun: minute(trouble.begun, reader),
        ended: trouble.ended.map(|ended| minute(ended, reader)),
        lasted: plain::lasted(u64::try_from(seconds).unwrap_or_default(), reader.language),
        since: trouble.begun,
    }
}

/// A moment without its seconds.
pub(super) fn minute(at: DateTime<Utc>, reader: &Reader) -> Moment {
    let mut moment = Moment::new(at, reader.language);
    let kept = moment.local.len().saturating_sub(3);
    moment.local.truncate(kept);
    moment
}

pub(super) fn key(portal: &Portal) -> PortalKey {
    (portal.authority.clone(), portal.portal.clone())
}

pub(super) fn address(key: &PortalKey, reader: &Reader) -> String {
    format!("{}?lang={}", reader.at(&format!("/status/{}/{}", key.0, key.1)), reader.code())
}

/// The operator's name of something, else its id.
pub(super) fn named(names: &Names, id: &Name, reader: &Reader) -> String {
    let name = if reader.code() == "vi" { &names.vi } else { &names.en };
    if name.is_empty() { id.to_string() } else { shown(name) }
}
