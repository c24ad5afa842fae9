//! What the status page shows of the time before this process began: days out of history.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeZone, Utc};

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
use crate::web::chronicle::{Chronicle, DAYS, Day, PortalKey, day_of, is_beneath};

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

/// Reads the days until now, one at a time so that little is held, and hands them to the chronicle. It may take a while:
/// not for the event loop's thread.
///
/// # Errors
/// What the store said; then the page shows what this process sees by itself.
pub(super) fn recall(
    settings: &Settings,
    telling: &Telling,
    chronicle: &Chronicle,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let mut store = open::to_read(settings)?;
    let today = day_of(now);
    for back in 0..DAYS {
        let Some(date) = u64::try_from(back).ok().and_then(|back| today.checked_sub_days(Days::new(back)))
        else {
            break;
        };
        let Some(period) = within(date, now) else { continue };
        let mut tracks = tracks(store.stretches(&period)?, telling);
        for (portal, tracks) in &mut tracks {
            let tracks: Vec<Track> = std::mem::take(tracks).into_values().collect();
            chronicle.recall(portal.clone(), [sum(date, &combine(&tracks))]);
        }
    }
    Ok(())
}

/// The part of a day in Viet Nam that has passed.
fn within(date: NaiveDate, now: DateTime<Utc>) -> Option<Interval> {
    let begin = |date: NaiveDate| zone().from_local_datetime(&date.and_time(NaiveTime::MIN)).single();
    let from = begin(date)?.to_utc();
    let until = begin(date.succ_opt()?)?.to_utc();
    Interval::new(from, until.min(now))
}

/// What the probes of each portal saw, each from each place.
fn tracks(
    stretches: Vec<StoredStretch>,
    telling: &Telling,
) -> BTreeMap<PortalKey, BTreeMap<(String, String), Track>> {
    let mut portals: BTreeMap<PortalKey, BTreeMap<(String, String), Track>> = BTreeMap::new();
    for stretch in stretches {
        let series = stretch.series;
        let name = |text: &str| Name::try_from(text).ok();
        let (Some(authority), Some(portal)) = (name(&series.authority), name(&series.portal)) else {
            continue;
        };
        let key = (authority, portal);
        let weight =
            telling.get(&key).zip(name(&series.probe)).and_then(|(probes, probe)| probes.get(&probe));
        match weight {
            None => continue,
            Some(Weight::Trouble) if stretch.status == Status::Up => continue,
            Some(_) => {}
        }
        let place = (series.probe.clone(), series.location);
        let track = portals.entry(key).or_default().entry(place).or_default();
        track.probe.clone_from(&series.probe);
        let (interval, status, reason) = (stretch.interval, stretch.status, stretch.reason);
        track.readings.push(Reading { interval, status, reason, probe: series.probe });
    }
    portals
}

/// Readings of a day, summed up.
fn sum(date: NaiveDate, readings: &[Reading]) -> Day {
    let mut day = Day::unmeasured(date);
    for reading in readings {
        let span = reading.interval.until - reading.interval.from;
        day.add(reading.status, u64::try_from(span.num_milliseconds()).unwrap_or_default());
    }
    day
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_is_viet_nams_and_today_ends_now() {
        let now = at("2026-11-24T03:00:00Z");
        let date = day_of(now);
        let today = within(date, now).unwrap();
        assert_eq!((today.from, today.until), (at("2026-11-23T17:00:00Z"), now));
        let yesterday = within(date.pred_opt().unwrap(), now).unwrap();
        assert_eq!(
            (yesterday.from, yesterday.until),
            (at("2026-11-22T17:00:00Z"), at("2026-11-23T17:00:00Z"))
        );
    }

    #[test]
    fn what_is_unknown_is_not_measured() {
        let reading = |minutes: (u32, u32), status| Reading {
            interval: Interval::new(
                at(&format!("2026-11-23T05:{:02}:00Z", minutes.0)),
                at(&format!("2026-11-23T05:{:02}:00Z", minutes.1)),
            )
            .unwrap(),
            status,
            reason: String::new(),
            probe: "trang-chu".to_owned(),
        };
        let readings = [
            reading((0, 30), Status::Up),
            reading((30, 40), Status::Unknown),
            reading((40, 45), Status::Down),
        ];
        let day = sum(NaiveDate::from_ymd_opt(2026, 11, 23).unwrap(), &readings);
        assert_eq!((day.up, day.down, day.measured()), (30 * 60_000, 5 * 60_000, 35 * 60_000));
    }
}
