//! What the status page knows of the past: seconds of each day by status, troubles with begin and end, response times.
//!
//! Kept in memory and bounded: 90 days, a day of response times and the last troubles for each portal. Time in which
//! nothing was measured stands nowhere, so that it can never be taken for time in which all was well.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Days, FixedOffset, NaiveDate, TimeDelta, Utc};

use crate::metrics::overview::Standing;
use crate::model::id::{Name, RunId};
use crate::model::reason::Reason;
use crate::model::status::Status;

/// Days on a bar.
pub const DAYS: usize = 90;
/// Stretches of response times: a day of five minutes each.
pub const STRETCHES: usize = 288;
/// Seconds of one stretch.
pub const STRETCH_SECONDS: i64 = 300;
/// Troubles kept for each portal.
const TROUBLES: usize = 20;
/// Portals are looked at so often, at most.
const LOOK_EVERY: TimeDelta = TimeDelta::seconds(5);
/// A longer time between two looks was not measured: the program slept or was held up.
const GAP_MAX: TimeDelta = TimeDelta::seconds(60);
/// Kinds that say how things are below a page; what a citizen gets is told by the others.
const BENEATH: [&str; 3] = ["dns", "tls", "tcp"];

/// Whether a kind says how things are below a page.
#[must_use]
pub fn is_beneath(kind: &str) -> bool {
    BENEATH.contains(&kind)
}

/// Authority and portal.
pub type PortalKey = (Name, Name);

/// A day in Viet Nam: how long a portal was in which state while it was measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    /// Which day.
    pub date: NaiveDate,
    /// Milliseconds up.
    pub up: u64,
    /// Milliseconds degraded.
    pub degraded: u64,
    /// Milliseconds down.
    pub down: u64,
}

impl Day {
    /// A day without any measurement.
    #[must_use]
    pub const fn unmeasured(date: NaiveDate) -> Self {
        Self { date, up: 0, degraded: 0, down: 0 }
    }

    /// Milliseconds of which something is known.
    #[must_use]
    pub const fn measured(&self) -> u64 {
        self.up + self.degraded + self.down
    }

    /// Adds a time in which it stood so; what is unknown is not measured.
    pub const fn add(&mut self, status: Status, millis: u64) {
        match status {
            Status::Up => self.up += millis,
            Status::Degraded => self.degraded += millis,
            Status::Down => self.down += millis,
            Status::Unknown => {}
        }
    }
}

/// A time in which a portal was degraded or down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// Since when.
    pub begun: DateTime<Utc>,
    /// Until when; `None` while it lasts.
    pub ended: Option<DateTime<Utc>>,
    /// The worst that was seen.
    pub status: Status,
    /// The reason of the worst.
    pub reason: Option<Reason>,
}

/// Response times of one stretch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// Which: seconds since 1970 by [`STRETCH_SECONDS`].
    pub number: i64,
    sum: Duration,
    runs: u32,
}

impl Stretch {
    /// The mean.
    #[must_use]
    pub fn mean(&self) -> Duration {
        self.sum / self.runs.max(1)
    }
}

/// What is known of one portal.
#[derive(Clone, Debug)]
pub struct Life {
    /// How it stands.
    pub status: Status,
    /// Why.
    pub reason: Option<Reason>,
    /// When a run last ended.
    pub measured: Option<DateTime<Utc>>,
    /// Days with measurements, oldest first.
    pub days: VecDeque<Day>,
    /// Stretches with measurements, oldest first.
    pub stretches: VecDeque<Stretch>,
    /// Troubles, oldest first.
    pub troubles: VecDeque<Trouble>,
    seen: BTreeMap<Name, RunId>,
}

impl Default for Life {
    fn default() -> Self {
        Self {
            status: Status::Unknown,
            reason: None,
            measured: None,
            days: VecDeque::new(),
            stretches: VecDeque::new(),
            troubles: VecDeque::new(),
            seen: BTreeMap::new(),
        }
    }
}

#[derive(Debug, Default)]
struct Book {
    lives: BTreeMap<PortalKey, Life>,
    looked: Option<DateTime<Utc>>,
    claimed: Option<DateTime<Utc>>,
}

/// What is known of all portals. Shared by whoever records and whoever shows.
#[derive(Debug, Default)]
pub struct Chronicle {
    book: Mutex<Book>,
}

impl Chronicle {
    /// Whether it is time to look again. Whoever is told so does it; others are not asked meanwhile.
    #[must_use]
    pub fn claim(&self, now: DateTime<Utc>) -> bool {
        let mut book = self.book.lock().unwrap_or_else(PoisonError::into_inner);
        let due = book.claimed.is_none_or(|claimed| now < claimed || now - claimed >= LOOK_EVERY);
        if due {
            book.claimed = Some(now);
        }
        due
    }

    /// Takes in how all probes stand. Portals that are no longer configured are forgotten.
    pub fn look(&self, now: DateTime<Utc>, standings: &[Standing]) {
        let mut book = self.book.lock().unwrap_or_else(PoisonError::into_inner);
        let passed = book.looked.map_or(TimeDelta::zero(), |looked| now - looked);
        let passed = if (TimeDelta::zero()..=GAP_MAX).contains(&passed) { passed } else { TimeDelta::zero() };
        let mut of_portal: BTreeMap<PortalKey, Vec<&Standing>> = BTreeMap::new();
        for standing in standings {
            let key = (standing.id.authority.clone(), standing.id.portal.clone());
            of_portal.entry(key).or_default().push(standing);
        }
        book.lives.retain(|key, _| of_portal.contains_key(key));
        for (key, standings) in of_portal {
            book.lives.entry(key).or_default().look(now, passed, &standings);
        }
        book.looked = Some(now);
    }

    /// Takes in the time before the first look that was kept elsewhere; a day may have begun there and gone on here.
    pub fn recall(&self, portal: PortalKey, days: impl IntoIterator<Item = Day>) {
        let mut book = self.book.lock().unwrap_or_else(PoisonError::into_inner);
        let life = book.lives.entry(portal).or_default();
        let mut all: BTreeMap<NaiveDate, Day> = days.into_iter().map(|day| (day.date, day)).collect();
        for day in &life.days {
            let known = all.entry(day.date).or_insert(Day::unmeasured(day.date));
            known.add(Status::Up, day.up);
            known.add(Status::Degraded, day.degraded);
            known.add(Status::Down, day.down);
        }
        life.days = all.into_values().collect();
        life.keep_days();
    }

    /// All portals as they are known now.
    #[must_use]
    pub fn lives(&self) -> BTreeMap<PortalKey, Life> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner).lives.clone()
    }

    /// One portal as it is known now.
    #[must_use]
    pub fn life(&self, portal: &PortalKey) -> Option<Life> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner).lives.get(portal).cloned()
    }
}

impl Life {
    fn look(&mut self, now: DateTime<Utc>, passed: TimeDelta, standings: &[&Standing]) {
        self.pass(now, passed);
        (self.status, self.reason) = verdict(standings);
        self.note_trouble(now);
        for standing in standings {
            self.note_run(standing);
        }
    }

    /// The time that went by belongs to the state in which the portal was found before.
    fn pass(&mut self, now: DateTime<Utc>, passed: TimeDelta) {
        if self.status == Status::Unknown || passed.is_zero() {
            return;
        }
        let date = day_of(now);
        if self.days.back().is_none_or(|last| last.date < date) {
            self.days.push_back(Day::unmeasured(date));
            self.keep_days();
        }
        if let Some(day) = self.days.back_mut() {
            day.add(self.status, u64::try_from(passed.num_milliseconds()).unwrap_or_default());
        }
    }

    fn keep_days(&mut self) {
        while self.days.len() > DAYS {
            self.days.pop_front();
        }
    }

    /// A trouble ends when the portal is seen up again, not when nothing is known of it.
    fn note_trouble(&mut self, now: DateTime<Utc>) {
        let open = self.troubles.back_mut().filter(|last| last.ended.is_none());
        match (self.status, open) {
            (Status::Unknown, _) | (Status::Up, None) => {}
            (Status::Up, Some(open)) => open.ended = Some(now),
            (status, Some(open)) if status > open.status => {
                (open.status, open.reason) = (status, self.reason);
            }
            (_, Some(_)) => {}
            (status, None) => {
                self.troubles.push_back(Trouble { begun: now, ended: None, status, reason: self.reason });
                if self.troubles.len() > TROUBLES {
                    self.troubles.pop_front();
                }
            }
        }
    }

    fn note_run(&mut self, standing: &Standing) {
        let Some(last) = standing.last else { return };
        if self.seen.insert(standing.id.probe.clone(), last.run_id) == Some(last.run_id) {
            return;
        }
        self.measured = self.measured.max(Some(last.ended));
        let answered = matches!(standing.status, Status::Up | Status::Degraded);
        if !answered || BENEATH.contains(&standing.kind) {
            return;
        }
        let number = last.ended.timestamp().div_euclid(STRETCH_SECONDS);
        match self.stretches.back_mut() {
            Some(stretch) if stretch.number >= number => {
                stretch.sum += last.duration;
                stretch.runs += 1;
            }
            _ => self.stretches.push_back(Stretch { number, sum: last.duration, runs: 1 }),
        }
        if self.stretches.len() > STRETCHES {
            self.stretches.pop_front();
        }
    }
}

/// How a portal stands: as its worst probe; but where no page could be measured, an answering name server or a good
/// certificate do not make it up. What fails in announced maintenance is unknown and says so.
fn verdict(standings: &[&Standing]) -> (Status, Option<Reason>) {
    for worst in [Status::Down, Status::Degraded] {
        if let Some(found) = standings.iter().find(|standing| standing.status == worst) {
            return (worst, found.reason);
        }
    }
    let pages = standings.iter().filter(|standing| !BENEATH.contains(&standing.kind));
    let (mut any, mut up) = (false, false);
    for page in pages {
        any = true;
        up |= page.status == Status::Up;
    }
    let beneath = standings.iter().any(|standing| standing.status == Status::Up);
    if if any { up } else { beneath } {
        return (Status::Up, None);
    }
    let planned = standings.iter().any(|standing| standing.reason == Some(Reason::Maintenance));
    (Status::Unknown, planned.then_some(Reason::Maintenance))
}

/// The day in Viet Nam, which has one time zone and no summer time.
#[must_use]
pub fn day_of(at: DateTime<Utc>) -> NaiveDate {
    FixedOffset::east_opt(7 * 3600)
        .map_or_else(|| at.date_naive(), |zone| at.with_timezone(&zone).date_naive())
}

/// The days of a bar that ends today, oldest first; those without measurements are there, too.
#[must_use]
pub fn last_days(life: Option<&Life>, today: NaiveDate) -> Vec<Day> {
    let known: BTreeMap<NaiveDate, Day> =
        life.into_iter().flat_map(|life| life.days.iter().map(|day| (day.date, *day))).collect();
    let date = |back: usize| today.checked_sub_days(Days::new(back as u64)).unwrap_or(today);
    (0..DAYS).rev().map(date).map(|date| known.get(&date).copied().unwrap_or(Day::unmeasured(date))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::overview::Ran;
    use crate::model::id::ProbeId;
    use crate::model::phase::Phases;

    fn name(text: &str) -> Name {
        Name::try_from(text).unwrap()
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
    }

    fn standing(probe: &str, kind: &'static str, status: Status, ended: i64) -> Standing {
        let reason = (status == Status::Down).then_some(Reason::Status);
        let id = ProbeId { authority: name("bo-vd"), portal: name("dvc"), probe: name(probe) };
        let run_id = RunId::new(u64::try_from(ended).unwrap());
        let duration = Duration::from_millis(100);
        let last = Some(Ran { run_id, ended: at(ended), duration, phases: Phases::default() });
        let every = Duration::from_secs(30);
        Standing { id, kind, target: String::new(), every, status, reason, stale: false, last }
    }

    fn life(chronicle: &Chronicle) -> Life {
        chronicle.life(&(name("bo-vd"), name("dvc"))).unwrap()
    }

    #[test]
    fn time_belongs_to_the_state_before_and_time_without_a_look_to_none() {
        let chronicle = Chronicle::default();
        for (seconds, status) in [
            (0, Status::Up),
            (30, Status::Down),
            (60, Status::Up),
            (90, Status::Unknown),
            (120, Status::Up),
            (900, Status::Up),
        ] {
            chronicle.look(at(seconds), &[standing("trang-chu", "http", status, seconds)]);
        }
        let life = life(&chronicle);
        let day = life.days[0];
        assert_eq!((life.days.len(), day.up, day.down, day.measured()), (1, 60_000, 30_000, 90_000));
        assert_eq!(life.troubles.len(), 1);
        assert_eq!((life.troubles[0].begun, life.troubles[0].ended), (at(30), Some(at(60))));
        assert_eq!(life.troubles[0].reason, Some(Reason::Status));
        assert_eq!(life.stretches.iter().map(|stretch| stretch.runs).sum::<u32>(), 4);
        assert_eq!(life.stretches[0].mean(), Duration::from_millis(100));
    }

    #[test]
    fn a_good_certificate_does_not_make_a_portal_up_whose_page_cannot_be_measured() {
        let tls = standing("chung-thu", "tls", Status::Up, 0);
        let kept_out = standing("trang-chu", "http", Status::Unknown, 0);
        assert_eq!(verdict(&[&tls, &kept_out]), (Status::Unknown, None));
        let planned = Standing { reason: Some(Reason::Maintenance), ..kept_out.clone() };
        assert_eq!(verdict(&[&tls, &planned]), (Status::Unknown, Some(Reason::Maintenance)));
        assert_eq!(verdict(&[&tls]).0, Status::Up);
        assert_eq!(verdict(&[]).0, Status::Unknown);
        let broken = standing("ten-mien", "dns", Status::Down, 0);
        assert_eq!(verdict(&[&tls, &kept_out, &broken]), (Status::Down, Some(Reason::Status)));
    }

    #[test]
    fn days_without_measurements_are_there_and_empty() {
        let chronicle = Chronicle::default();
        let today = day_of(at(0));
        let yesterday = today.pred_opt().unwrap();
        let portal = (name("bo-vd"), name("dvc"));
        chronicle.recall(portal, [Day { up: 5, ..Day::unmeasured(yesterday) }]);
        let days = last_days(Some(&life(&chronicle)), today);
        assert_eq!(days.len(), DAYS);
        assert_eq!((days[DAYS - 2].up, days[DAYS - 1], days[0].measured()), (5, Day::unmeasured(today), 0));
        assert!(last_days(None, today).iter().all(|day| day.measured() == 0));
    }

    #[test]
    fn a_portal_that_is_no_longer_configured_is_forgotten() {
        let chronicle = Chronicle::default();
        chronicle.look(at(0), &[standing("trang-chu", "http", Status::Up, 0)]);
        assert!(chronicle.claim(at(0)) && !chronicle.claim(at(1)) && chronicle.claim(at(5)));
        assert!(chronicle.claim(at(-5)), "the clock was set back");
        chronicle.look(at(5), &[]);
        assert!(chronicle.lives().is_empty());
    }
}
