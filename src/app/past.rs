//! What the status page shows of the time before this process began: days out of history.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};

use crate::history::open;
use crate::history::settings::Settings;
use crate::history::store::{StoreError, StoredStretch};
use crate::model::id::{Name, ProbeId};
use crate::model::status::Status;
use crate::probe::spec::ProbeSpec;
use crate::slo::availability::Reading;
use crate::slo::calendar::zone;
use crate::slo::interval::Interval;
use crate::slo::portal::{Track, combine};
use crate::web::chronicle::{Chronicle, DAYS, Day, PortalKey, is_beneath};

/// How much the probes of each portal tell of it.
pub(super) type Telling = BTreeMap<PortalKey, BTreeMap<Name, Weight>>;

/// How much a probe tells of its portal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weight {
    /// How it stands.
    All,
    /// That it is in trouble: what lies beneath a page can break it, but does not make it work.
    Trouble,
}

/// How much each probe tells: pages all, what lies beneath them only trouble, unless there is nothing else.
pub(super) fn telling(specs: &[ProbeSpec]) -> Telling {
    let mut portals: BTreeMap<PortalKey, Vec<(&ProbeId, bool)>> = BTreeMap::new();
    for spec in specs {
        let key = (spec.id.authority.clone(), spec.id.portal.clone());
        portals.entry(key).or_default().push((&spec.id, is_beneath(spec.kind)));
    }
    let told = |(key, probes): (PortalKey, Vec<(&ProbeId, bool)>)| {
        let only_beneath = probes.iter().all(|(_, beneath)| *beneath);
        let weight = |beneath| if beneath && !only_beneath { Weight::Trouble } else { Weight::All };
        (key, probes.into_iter().map(|(id, beneath)| (id.probe.clone(), weight(beneath))).collect())
    };
    portals.into_iter().map(told).collect()
}

/// Reads the days until now and hands them to the chronicle. It may take a while: not for the event loop's thread.
///
/// # Errors
/// What the store said; then the page shows what this process sees by itself.
pub(super) fn recall(
    settings: &Settings,
    telling: &Telling,
    chronicle: &Chronicle,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let days = TimeDelta::days(i64::try_from(DAYS).unwrap_or(i64::MAX));
    let Some(period) = Interval::new(now - days, now) else { return Ok(()) };
    let stretches = open::to_read(settings)?.stretches(&period)?;
    for (portal, probes) in telling {
        let days = days_of(&combine(&tracks(&stretches, portal, probes)));
        chronicle.recall(portal.clone(), days.into_values());
    }
    Ok(())
}

/// What the probes of a portal saw, each from each place.
fn tracks(stretches: &[StoredStretch], portal: &PortalKey, probes: &BTreeMap<Name, Weight>) -> Vec<Track> {
    let weight =
        |probe: &str| probes.iter().find(|(name, _)| name.as_str() == probe).map(|(_, weight)| *weight);
    let mut tracks: BTreeMap<(&str, &str), Track> = BTreeMap::new();
    for stretch in stretches {
        let series = &stretch.series;
        if series.authority != portal.0.as_str() || series.portal != portal.1.as_str() {
            continue;
        }
        match weight(&series.probe) {
            None => continue,
            Some(Weight::Trouble) if stretch.status == Status::Up => continue,
            Some(_) => {}
        }
        let track = tracks.entry((&series.probe, &series.location)).or_default();
        track.probe.clone_from(&series.probe);
        track.readings.push(Reading {
            interval: stretch.interval,
            status: stretch.status,
            reason: stretch.reason.clone(),
            probe: series.probe.clone(),
        });
    }
    tracks.into_values().collect()
}

/// Readings by days in Viet Nam.
fn days_of(readings: &[Reading]) -> BTreeMap<NaiveDate, Day> {
    let mut days = BTreeMap::new();
    for reading in readings {
        let mut from = reading.interval.from;
        while from < reading.interval.until {
            let date = from.with_timezone(&zone()).date_naive();
            let midnight = (date + Days::new(1)).and_time(NaiveTime::MIN);
            let next = zone().from_local_datetime(&midnight).single().map(|next| next.to_utc());
            let end = next.map_or(reading.interval.until, |next| next.min(reading.interval.until));
            let millis = u64::try_from((end - from).num_milliseconds()).unwrap_or_default();
            days.entry(date).or_insert_with(|| Day::unmeasured(date)).add(reading.status, millis);
            from = end;
        }
    }
    days
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reading_over_midnight_in_viet_nam_counts_on_both_days() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let reading = Reading {
            interval: Interval::new(at("2026-11-23T16:30:00Z"), at("2026-11-23T17:15:00Z")).unwrap(),
            status: Status::Down,
            reason: "status".to_owned(),
            probe: "trang-chu".to_owned(),
        };
        let days: Vec<(String, u64, u64)> =
            days_of(&[reading]).into_values().map(|day| (day.date.to_string(), day.down, day.up)).collect();
        assert_eq!(
            days,
            [("2026-11-23".to_owned(), 30 * 60_000, 0), ("2026-11-24".to_owned(), 15 * 60_000, 0)]
        );
    }
}
