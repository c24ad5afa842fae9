//! From what several probes saw from several places to how their portal stood.
//!
//! A probe is down where more than half of the places that could tell found it down; a portal is down while any of its
//! probes is, and works while one can tell and none is down.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::model::status::Status;
use crate::slo::availability::Reading;
use crate::slo::interval::Interval;

/// What one probe saw from one place. Where two readings overlap (two monitors that share a location), the one that
/// began later counts from there.
#[derive(Clone, Debug, Default)]
pub struct Track {
    /// The probe.
    pub probe: String,
    /// Its readings, by their beginning.
    pub readings: Vec<Reading>,
}

/// How the portal stood: readings in order, none beside another that says the same.
#[must_use]
pub fn combine(tracks: &[Track]) -> Vec<Reading> {
    let mut changes: BTreeMap<DateTime<Utc>, Vec<(usize, Option<&Reading>)>> = BTreeMap::new();
    for (number, track) in tracks.iter().enumerate() {
        for (index, reading) in track.readings.iter().enumerate() {
            changes.entry(reading.interval.from).or_default().push((number, Some(reading)));
            let next = track.readings.get(index + 1);
            if next.is_none_or(|next| next.interval.from > reading.interval.until) {
                changes.entry(reading.interval.until).or_default().push((number, None));
            }
        }
    }
    let mut current: Vec<Option<&Reading>> = vec![None; tracks.len()];
    let mut told: Vec<Reading> = Vec::new();
    let mut since: Option<DateTime<Utc>> = None;
    for (moment, changed) in changes {
        if let Some(from) = since
            && let Some(interval) = Interval::new(from, moment)
            && let Some((status, reason, probe)) = judge(tracks, &current)
        {
            tell(&mut told, Reading { interval, status, reason: reason.to_owned(), probe: probe.to_owned() });
        }
        // What ends goes first: at the same moment the next may begin.
        for (number, reading) in changed
            .iter()
            .filter(|(_, reading)| reading.is_none())
            .chain(changed.iter().filter(|(_, reading)| reading.is_some()))
        {
            current[*number] = *reading;
        }
        since = Some(moment);
    }
    told
}

/// Adds a reading, or makes the last one longer.
fn tell(told: &mut Vec<Reading>, next: Reading) {
    match told.last_mut() {
        Some(last)
            if last.interval.until == next.interval.from
                && (last.status, &last.reason, &last.probe) == (next.status, &next.reason, &next.probe) =>
        {
            last.interval.until = next.interval.until;
        }
        _ => told.push(next),
    }
}

/// How the portal stands, why, and by which probe; `None` where no probe has any reading.
fn judge<'a>(tracks: &'a [Track], current: &[Option<&'a Reading>]) -> Option<(Status, &'a str, &'a str)> {
    let mut probes: BTreeMap<&str, Vec<&Reading>> = BTreeMap::new();
    for (track, reading) in tracks.iter().zip(current) {
        probes.entry(&track.probe).or_default().extend(*reading);
    }
    let rank = |status: Status| match status {
        Status::Down => 3,
        Status::Degraded => 2,
        Status::Up => 1,
        Status::Unknown => 0,
    };
    let verdicts = probes.into_iter().filter_map(|(probe, readings)| {
        let (status, reason) = of_probe(&readings)?;
        Some((status, reason, probe))
    });
    // Of equals the first by name, so that the same data tell the same.
    let worst = verdicts.reduce(|worst, next| if rank(next.0) > rank(worst.0) { next } else { worst })?;
    Some(if worst.0 == Status::Up { (Status::Up, "", "") } else { worst })
}

/// One probe over all places.
fn of_probe<'a>(readings: &[&'a Reading]) -> Option<(Status, &'a str)> {
    let able = readings.iter().filter(|reading| reading.status != Status::Unknown);
    let down = readings.iter().filter(|reading| reading.status == Status::Down);
    let first = |wanted: Status| {
        readings
            .iter()
            .find(|reading| reading.status == wanted)
            .map(|reading| (wanted, reading.reason.as_str()))
    };
    if down.count() * 2 > able.count() {
        return first(Status::Down);
    }
    // Less than half found it down: for citizens elsewhere it worked, and worse than it should.
    let degraded =
        first(Status::Degraded).or_else(|| first(Status::Down).map(|(_, reason)| (Status::Degraded, reason)));
    degraded.or_else(|| first(Status::Up)).or_else(|| first(Status::Unknown))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).unwrap()
    }

    fn track(probe: &str, readings: &[(i64, i64, Status)]) -> Track {
        let reading = |(from, until, status): &(i64, i64, Status)| Reading {
            interval: Interval::new(at(*from), at(*until)).unwrap(),
            status: *status,
            reason: if *status == Up { String::new() } else { format!("{probe}-{status}") },
            probe: probe.to_owned(),
        };
        Track { probe: probe.to_owned(), readings: readings.iter().map(reading).collect() }
    }

    fn told(tracks: &[Track]) -> Vec<(i64, i64, Status, String)> {
        let tell = |one: Reading| {
            (one.interval.from.timestamp(), one.interval.until.timestamp(), one.status, one.probe)
        };
        combine(tracks).into_iter().map(tell).collect()
    }

    use Status::{Degraded, Down, Unknown, Up};

    #[test]
    fn a_portal_is_down_while_any_of_its_probes_is() {
        let tracks = [track("a", &[(0, 10, Up), (10, 20, Down), (20, 40, Up)]), track("b", &[(5, 30, Up)])];
        assert_eq!(
            told(&tracks),
            [(0, 10, Up, String::new()), (10, 20, Down, "a".into()), (20, 40, Up, String::new())]
        );
    }

    #[test]
    fn more_than_half_of_the_places_that_can_tell_must_agree() {
        let place = |status| track("a", &[(0, 10, status)]);
        let verdict = |places: &[Status]| {
            let tracks: Vec<Track> = places.iter().map(|status| place(*status)).collect();
            told(&tracks)[0].2
        };
        assert_eq!(verdict(&[Down, Up]), Degraded);
        assert_eq!(verdict(&[Down, Down, Up]), Down);
        assert_eq!(verdict(&[Down, Unknown, Unknown]), Down);
        assert_eq!(verdict(&[Unknown]), Unknown);
        assert_eq!(verdict(&[Up, Unknown]), Up);
    }

    #[test]
    fn a_gap_is_a_gap_and_of_two_readings_at_once_the_later_counts() {
        let gap = track("a", &[(0, 10, Up), (20, 30, Up)]);
        assert_eq!(told(&[gap]), [(0, 10, Up, String::new()), (20, 30, Up, String::new())]);
        let both = track("a", &[(0, 20, Up), (10, 30, Down)]);
        assert_eq!(told(&[both]), [(0, 10, Up, String::new()), (10, 30, Down, "a".into())]);
    }
}
