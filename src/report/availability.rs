//! The figures of one month: each portal and authority by both clocks, outages, coverage.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use crate::history::store::{StoredStretch, Total};
use crate::model::reason::Reason;
use crate::model::text::Language;
use crate::slo::availability::{Availability, Counts, Outage, Reading, outages};
use crate::slo::calendar::Calendar;
use crate::slo::interval::{Interval, intersect, subtract, total};
use crate::slo::maintenance::{honoured, outside};
use crate::slo::portal::{Track, combine};

/// What people call something, in both languages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Title {
    /// Vietnamese.
    pub vi: String,
    /// English.
    pub en: String,
}

impl Title {
    /// The name in one language; the id where there is none.
    #[must_use]
    pub fn or<'a>(&'a self, id: &'a str, language: Language) -> &'a str {
        let name = match language {
            Language::Vi => &self.vi,
            Language::En => &self.en,
        };
        if name.is_empty() { id } else { name }
    }
}

/// A portal that is configured: it is in the report even where nothing is known of it.
#[derive(Clone, Debug)]
pub struct Known {
    /// Its authority and its own id.
    pub id: (String, String),
    /// What people call the authority.
    pub authority: Title,
    /// What people call the portal.
    pub portal: Title,
    /// The availability that is promised.
    pub objective: Option<f64>,
    /// Windows of maintenance within the period, as a set.
    pub maintenance: Vec<Interval>,
}

/// What a report is made of.
#[derive(Debug)]
pub struct Material<'a> {
    /// `2026-10`.
    pub month: String,
    /// The month, or what has passed of it.
    pub period: Interval,
    /// Office hours.
    pub calendar: &'a Calendar,
    /// How each probe stood.
    pub stretches: &'a [StoredStretch],
    /// Runs by day.
    pub days: &'a [Total],
    /// What is configured.
    pub known: &'a [Known],
    /// Only this authority.
    pub authority: Option<&'a str>,
}

/// The whole report.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// Version of this shape.
    pub schema_version: u32,
    /// `2026-10`.
    pub month: String,
    /// From when.
    pub from: DateTime<Utc>,
    /// Until when: the end of the month, or now.
    pub until: DateTime<Utc>,
    /// The calendar of the office hours.
    pub calendar: String,
    /// The share of the time that must have been seen before a figure counts; our own limit.
    pub coverage_min: f64,
    /// By authority.
    pub authorities: Vec<AuthorityFigures>,
}

/// One authority.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AuthorityFigures {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub name: Title,
    /// All portals together, around the clock.
    pub always: Figures,
    /// All portals together, in office hours.
    pub office: Figures,
    /// Its portals.
    pub portals: Vec<PortalFigures>,
}

/// One portal.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PortalFigures {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub name: Title,
    /// Around the clock.
    pub always: Figures,
    /// In office hours.
    pub office: Figures,
    /// The availability that is promised.
    pub objective: Option<f64>,
    /// Runs that were made.
    pub runs: u64,
    /// The share of them that found it working.
    pub runs_ratio: Option<f64>,
    /// When it did not work.
    pub outages: Vec<OutageFigures>,
}

/// Availability by one clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Figures {
    /// The share of the time seen in which it worked; `None` where nothing was seen.
    pub ratio: Option<f64>,
    /// Whether enough was seen for the ratio to count as a figure.
    pub sufficient: bool,
    /// The share of the time of which something is known.
    pub coverage: Option<f64>,
    /// Seconds in which it worked.
    pub working_seconds: i64,
    /// Seconds in which it did not.
    pub broken_seconds: i64,
    /// Seconds of which nothing is known.
    pub unseen_seconds: i64,
    /// Seconds of maintenance announced beforehand: they count in none of the others.
    pub maintenance_seconds: i64,
}

/// One outage.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OutageFigures {
    /// From when.
    pub from: DateTime<Utc>,
    /// Until when.
    pub until: DateTime<Utc>,
    /// Whether it had not ended with the period.
    pub ongoing: bool,
    /// How long, in seconds.
    pub seconds: i64,
    /// Why, as in labels.
    pub reason: String,
    /// The probe that found it.
    pub probe: String,
}

impl Report {
    /// Makes the report. The same material makes the same report.
    #[must_use]
    pub fn of(material: &Material<'_>) -> Self {
        let always = [material.period];
        let office = material.calendar.open(&material.period);
        let mut tracks = tracks(material.stretches);
        let mut runs = runs(material.days);
        let titles: BTreeMap<_, _> = material.known.iter().map(|known| (&known.id, known)).collect();
        let ids: BTreeSet<(String, String)> =
            tracks.keys().chain(runs.keys()).chain(titles.keys().copied()).cloned().collect();
        let mut authorities: BTreeMap<String, Vec<PortalFigures>> = BTreeMap::new();
        for id in ids.into_iter().filter(|id| material.authority.is_none_or(|only| only == id.0)) {
            let known = titles.get(&id).copied();
            let tracks = tracks.remove(&id).unwrap_or_default();
            let windows = known.map_or(&[][..], |known| &known.maintenance);
            let announced = honoured(windows, &tracks);
            let seen = outside(combine(&tracks), &announced);
            let clocks = (Clock::new(&always, &announced, &seen), Clock::new(&office, &announced, &seen));
            let counts = runs.remove(&id).unwrap_or_default();
            let portal = portal(&id.1, known, clocks, &counts, &outages(&seen, &material.period));
            authorities.entry(id.0).or_default().push(portal);
        }
        let name = |id: &str| {
            let known = material.known.iter().find(|known| known.id.0 == id);
            known.map(|known| known.authority.clone()).unwrap_or_default()
        };
        let authority = |(id, portals): (String, Vec<PortalFigures>)| AuthorityFigures {
            name: name(&id),
            always: sum(portals.iter().map(|portal| &portal.always)),
            office: sum(portals.iter().map(|portal| &portal.office)),
            portals,
            id,
        };
        Self {
            schema_version: 1,
            month: material.month.clone(),
            from: material.period.from,
            until: material.period.until,
            calendar: material.calendar.id.clone(),
            coverage_min: crate::slo::availability::COVERAGE_MIN,
            authorities: authorities.into_iter().map(authority).collect(),
        }
    }
}

/// What each probe of each portal saw from each place.
fn tracks(stretches: &[StoredStretch]) -> BTreeMap<(String, String), Vec<Track>> {
    let mut by_series: BTreeMap<_, Track> = BTreeMap::new();
    for stretch in stretches {
        let track = by_series
            .entry(&stretch.series)
            .or_insert_with(|| Track { probe: stretch.series.probe.clone(), readings: Vec::new() });
        track.readings.push(Reading {
            interval: stretch.interval,
            status: stretch.status,
            reason: stretch.reason.clone(),
            probe: stretch.series.probe.clone(),
        });
    }
    let mut by_portal: BTreeMap<(String, String), Vec<Track>> = BTreeMap::new();
    for (series, track) in by_series {
        by_portal.entry((series.authority.clone(), series.portal.clone())).or_default().push(track);
    }
    by_portal
}

fn runs(days: &[Total]) -> BTreeMap<(String, String), Counts> {
    let mut by_portal: BTreeMap<(String, String), Counts> = BTreeMap::new();
    for day in days {
        let id = (day.series.authority.clone(), day.series.portal.clone());
        by_portal.entry(id).or_default().add(&day.counts);
    }
    by_portal
}

fn portal(
    id: &str,
    known: Option<&Known>,
    (always, office): (Clock, Clock),
    counts: &Counts,
    outages: &[Outage],
) -> PortalFigures {
    PortalFigures {
        id: id.to_owned(),
        name: known.map(|known| known.portal.clone()).unwrap_or_default(),
        always: always.figures(),
        office: office.figures(),
        objective: known.and_then(|known| known.objective),
        runs: counts.all(),
        runs_ratio: counts.ratio(),
        outages: outages.iter().map(outage).collect(),
    }
}

fn outage(outage: &Outage) -> OutageFigures {
    OutageFigures {
        from: outage.from,
        until: outage.until,
        ongoing: outage.is_ongoing,
        seconds: (outage.until - outage.from).num_seconds(),
        reason: outage.reason.clone(),
        probe: outage.probe.clone(),
    }
}

/// A portal by one clock.
#[derive(Clone, Copy, Debug, Default)]
struct Clock {
    availability: Availability,
    /// What announced maintenance takes out of the clock.
    maintenance: TimeDelta,
}

impl Clock {
    fn new(clock: &[Interval], announced: &[Interval], seen: &[Reading]) -> Self {
        Self {
            availability: Availability::measure(seen, &subtract(clock, announced)),
            maintenance: total(&intersect(clock, announced)),
        }
    }

    fn figures(&self) -> Figures {
        let availability = &self.availability;
        Figures {
            ratio: availability.ratio(),
            sufficient: availability.is_sufficient(),
            coverage: availability.coverage(),
            working_seconds: availability.working.num_seconds(),
            broken_seconds: availability.broken.num_seconds(),
            unseen_seconds: availability.unseen.num_seconds(),
            maintenance_seconds: self.maintenance.num_seconds(),
        }
    }
}

/// Several portals as one: by the time they were seen, so that one without data weighs nothing in the ratio and counts
/// in the coverage.
fn sum<'a>(all: impl Iterator<Item = &'a Figures>) -> Figures {
    let seconds = TimeDelta::seconds;
    let together = all.fold(Clock::default(), |sum, one| Clock {
        availability: Availability {
            working: sum.availability.working + seconds(one.working_seconds),
            broken: sum.availability.broken + seconds(one.broken_seconds),
            unseen: sum.availability.unseen + seconds(one.unseen_seconds),
        },
        maintenance: sum.maintenance + seconds(one.maintenance_seconds),
    });
    together.figures()
}

/// A reason in words.
#[must_use]
pub fn reason_in_words(reason: &str, language: Language) -> String {
    Reason::parse(reason)
        .map_or_else(|| reason.to_owned(), |known| known.text().meaning.in_language(language).to_owned())
}
