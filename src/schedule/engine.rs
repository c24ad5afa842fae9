//! The task that decides: takes alarms, starts runs within the limits, takes results, orders retests.
//!
//! It owns every slot; others speak to it through a [`Handle`] and hear of it through [`Event`]s.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot};
use tokio::task::{Id, JoinError, JoinSet};

use crate::model::id::ProbeId;
use crate::model::reason::{Owner, Reason};
use crate::model::result::ProbeResult;
use crate::net::politeness::Politeness;
use crate::probe::spec::ProbeSpec;
use crate::schedule::confirm::{Confirmation, Confirmed};
use crate::schedule::execute::{Bench, run_watched};
use crate::schedule::health::{Health, excuse, is_about_time};
use crate::schedule::lanes::Lanes;
use crate::schedule::plan::Beats;
use crate::schedule::settings::ScheduleSettings;
use crate::schedule::timer::{Alarm, Rung, Seat, TICK, Timer};
use crate::schedule::uplink::Uplink;

/// How many events may wait for whoever listens; what does not fit is dropped and counted.
const EVENTS: usize = 16_384;
/// How many commands may wait.
const COMMANDS: usize = 8;
/// How many first runs are started in a second after start or reload.
const FIRST_RUNS_PER_SECOND: u32 = 200;
/// Over how long first runs spread at least.
const FIRST_RUNS_SPAN: Duration = Duration::from_secs(2);

pub use crate::schedule::execute::{Bench as Workbench, Clock, broken_off, run_once};

/// What the schedule tells.
#[derive(Debug)]
pub enum Event {
    /// A run has ended.
    Finished(Box<Finished>),
    /// Beats passed without a run.
    Missed {
        /// Which probe.
        id: ProbeId,
        /// How many.
        beats: u64,
    },
    /// Our own state, once a second: what we suffer from, and how many runs are in flight.
    Own {
        /// The faults of our own that are present.
        faults: Vec<Reason>,
        /// Runs in flight.
        flying: usize,
    },
}

/// A run that has ended.
#[derive(Debug)]
pub struct Finished {
    /// What it yielded, raw.
    pub result: ProbeResult,
    /// What is shown of the probe from now on.
    pub confirmed: Confirmed,
    /// How much later than planned it began; `None` for retests and runs put off for politeness.
    pub lateness: Option<Duration>,
}

/// Speaks to a running engine.
#[derive(Clone, Debug)]
pub struct Handle {
    commands: mpsc::Sender<Command>,
    dropped: Arc<AtomicU64>,
}

#[derive(Debug)]
enum Command {
    Replace(Box<Setup>, oneshot::Sender<()>),
    Drain(Duration, oneshot::Sender<()>),
}

impl Handle {
    /// Swaps everything at once. Unchanged probes (same id and fingerprint) keep beat, memory and a run in flight.
    pub async fn replace(&self, setup: Setup) {
        let (done, swapped) = oneshot::channel();
        if self.commands.send(Command::Replace(Box::new(setup), done)).await.is_ok() {
            let _ = swapped.await;
        }
    }

    /// Starts no further run, gives those in flight this long, cancels the rest, and ends the engine.
    pub async fn drain(&self, patience: Duration) {
        let (done, drained) = oneshot::channel();
        if self.commands.send(Command::Drain(patience, done)).await.is_ok() {
            let _ = drained.await;
        }
    }

    /// How many events found no place because nobody listened fast enough.
    #[must_use]
    pub fn dropped_events(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}

/// What the engine runs, and with what: made of one configuration, swapped as a whole.
#[derive(Debug)]
pub struct Setup {
    /// Limits and politeness.
    pub settings: ScheduleSettings,
    /// What runs need.
    pub bench: Bench,
    /// Who knows whether our own network works.
    pub uplink: Uplink,
    /// The probes.
    pub specs: Vec<ProbeSpec>,
}

/// Starts the engine in its own task.
///
/// # Errors
/// The system's, where no further thread can be had.
pub fn start(setup: Setup) -> std::io::Result<(Handle, mpsc::Receiver<Event>)> {
    let Setup { settings, bench, uplink, specs } = setup;
    let (timer, rung) = Timer::start()?;
    let (tell, events) = mpsc::channel(EVENTS);
    let (commands, orders) = mpsc::channel(COMMANDS);
    let dropped = Arc::new(AtomicU64::new(0));
    let lanes = Lanes::new(settings.in_flight, settings.per_host_in_flight);
    let politeness = Politeness::new(settings.politeness);
    let mut engine = Engine {
        begun: Instant::now(),
        settings,
        bench,
        uplink,
        timer,
        tell,
        dropped: dropped.clone(),
        lanes,
        politeness,
        health: Health::default(),
        slots: Vec::new(),
        free: Vec::new(),
        places: HashMap::new(),
        runs: JoinSet::new(),
        flights: HashMap::new(),
        generation: 0,
        told_own: Instant::now(),
    };
    engine.install(specs);
    tokio::spawn(engine.live(rung, orders));
    Ok((Handle { commands, dropped }, events))
}

/// A probe in its place.
struct Slot {
    spec: Arc<ProbeSpec>,
    beats: Beats,
    memory: Confirmation,
    generation: u64,
    /// In flight or waiting for a lane.
    busy: bool,
    /// When the run that is waiting or in flight was due; `None` if it was put off or is a retest.
    due: Option<Instant>,
}

/// A run in flight.
struct Flight {
    seat: Seat,
    host: String,
    spec: Arc<ProbeSpec>,
    lateness: Option<Duration>,
    began: Instant,
}

struct Engine {
    begun: Instant,
    settings: ScheduleSettings,
    bench: Bench,
    uplink: Uplink,
    timer: Timer,
    tell: mpsc::Sender<Event>,
    dropped: Arc<AtomicU64>,
    lanes: Lanes,
    politeness: Politeness,
    health: Health,
    slots: Vec<Option<Slot>>,
    free: Vec<usize>,
    places: HashMap<ProbeId, usize>,
    runs: JoinSet<(ProbeResult, Instant)>,
    flights: HashMap<Id, Flight>,
    generation: u64,
    told_own: Instant,
}

impl Engine {
    async fn live(mut self, mut rung: mpsc::Receiver<Rung>, mut orders: mpsc::Receiver<Command>) {
        loop {
            tokio::select! {
                biased;
                Some(order) = orders.recv() => match order {
                    Command::Replace(setup, done) => {
                        self.replace(*setup);
                        let _ = done.send(());
                    }
                    Command::Drain(patience, done) => {
                        self.drain(patience).await;
                        let _ = done.send(());
                        return;
                    }
                },
                // Before the runs, so that many of them ending at once are not taken for a stall of the machine.
                Some(rung) = rung.recv() => self.hear(rung),
                Some(ended) = self.runs.join_next_with_id() => self.land(ended),
            }
        }
    }

    fn hear(&mut self, rung: Rung) {
        let now = Instant::now();
        match rung.alarm {
            Alarm::Tick => {
                self.health.tick(rung.due, now);
                self.tell_own(now);
            }
            Alarm::Beat(seat) => self.beat(seat, rung.due, now),
            Alarm::Extra(seat) => self.extra(seat, now),
            Alarm::Start(seat) => {
                if self.sits(seat).is_some_and(|slot| !slot.busy) {
                    self.launch(seat, None);
                }
            }
        }
    }

    fn sits(&mut self, seat: Seat) -> Option<&mut Slot> {
        let slot = self.slots.get_mut(seat.slot)?.as_mut()?;
        (slot.generation == seat.generation).then_some(slot)
    }

    /// A beat: plans the next one, then starts the run, puts it off for politeness, or counts it as missed.
    fn beat(&mut self, seat: Seat, due: Instant, now: Instant) {
        let Some(slot) = self.sits(seat) else { return };
        let (next, mut missed) = slot.beats.after(slot.beats.at_or_after(due), now);
        let (id, every, host, busy) =
            (slot.spec.id.clone(), slot.spec.every, slot.spec.host.clone(), slot.busy);
        self.timer.at(next, Alarm::Beat(seat));
        let wait = if busy { None } else { self.polite_wait(host.as_deref(), every, now) };
        match wait {
            None => missed += 1,
            Some(Duration::ZERO) => self.launch(seat, Some(due)),
            Some(wait) => self.timer.at(now + wait, Alarm::Start(seat)),
        }
        if missed > 0 {
            self.send(Event::Missed { id, beats: missed });
        }
    }

    /// A first run or a retest: like a beat, but nothing is missed where there is no room for it.
    fn extra(&mut self, seat: Seat, now: Instant) {
        let Some(slot) = self.sits(seat).filter(|slot| !slot.busy) else { return };
        let (host, every) = (slot.spec.host.clone(), slot.spec.every);
        match self.polite_wait(host.as_deref(), every, now) {
            None => {}
            Some(Duration::ZERO) => self.launch(seat, None),
            Some(wait) => self.timer.at(now + wait, Alarm::Start(seat)),
        }
    }

    /// How long this host wants to be left alone; `None` if longer than the interval, so that the beat is missed.
    fn polite_wait(&mut self, host: Option<&str>, every: Duration, now: Instant) -> Option<Duration> {
        let Some(host) = host else { return Some(Duration::ZERO) };
        self.politeness.reserve(host, now, every)
    }

    /// Starts a run, or lets it wait for its lane.
    fn launch(&mut self, seat: Seat, due: Option<Instant>) {
        let Some(slot) = self.sits(seat) else { return };
        slot.busy = true;
        slot.due = due;
        let host = slot.spec.host.clone().unwrap_or_else(|| slot.spec.id.to_string());
        if self.lanes.enter(&host, seat.slot) {
            self.fly(seat.slot);
        }
    }

    /// Starts the run of a slot that has its place in a lane.
    fn fly(&mut self, place: usize) {
        let Some(slot) = self.slots.get_mut(place).and_then(Option::as_mut) else { return };
        let now = Instant::now();
        let spec = slot.spec.clone();
        let seat = Seat { slot: place, generation: slot.generation };
        let lateness = slot.due.take().map(|due| now.saturating_duration_since(due));
        let host = spec.host.clone().unwrap_or_else(|| spec.id.to_string());
        let task = self.runs.spawn(run_watched(spec.clone(), self.bench.clone(), self.uplink.clone()));
        self.flights.insert(task.id(), Flight { seat, host, spec, lateness, began: now });
    }

    /// Takes a run that has ended, however it ended.
    fn land(&mut self, ended: Result<(Id, (ProbeResult, Instant)), JoinError>) {
        let id = ended.as_ref().map_or_else(JoinError::id, |(id, _)| *id);
        let Some(flight) = self.flights.remove(&id) else { return };
        let (mut result, ended_at) = ended.map_or_else(
            |error| {
                let reason = if error.is_panic() { Reason::SelfPanicked } else { Reason::SelfCancelled };
                (broken_off(&flight.spec, self.bench.clock, reason), Instant::now())
            },
            |(_, finished)| finished,
        );
        if let Some(waiting) = self.lanes.leave(&flight.host) {
            self.fly(waiting);
        }
        self.health.miss_tick(TICK, Instant::now());
        self.health.overrun(result.duration.saturating_sub(flight.spec.timeout), ended_at);
        if result.reason().is_some_and(is_about_time) && self.health.stalled_between(flight.began, ended_at) {
            excuse(&mut result.assessment, Reason::SelfOverloaded, "our own machine stalled during the run");
        }
        if let Some(own) = result.reason().filter(|reason| reason.owner() == Owner::Ours) {
            self.health.suffer(own, ended_at);
        }
        self.settle(&flight, result);
    }

    /// Feeds the probe's memory, orders a retest if it wants one, and tells of the run.
    fn settle(&mut self, flight: &Flight, result: ProbeResult) {
        let Some(slot) = self.sits(flight.seat) else { return };
        slot.busy = false;
        let retest = slot.memory.take(result.status(), result.reason(), slot.spec.confirm);
        let (confirmed, every) = (slot.memory.shown(), slot.spec.every);
        if retest && result.reason() != Some(Reason::SelfCancelled) {
            self.timer.at(Instant::now() + retest_after(every), Alarm::Extra(flight.seat));
        }
        self.send(Event::Finished(Box::new(Finished { result, confirmed, lateness: flight.lateness })));
    }

    fn replace(&mut self, setup: Setup) {
        let Setup { settings, bench, uplink, specs } = setup;
        if settings.politeness != self.settings.politeness {
            self.politeness = Politeness::new(settings.politeness);
        }
        self.lanes.resize(settings.in_flight, settings.per_host_in_flight);
        (self.settings, self.bench, self.uplink) = (settings, bench, uplink);
        self.install(specs);
    }

    fn install(&mut self, specs: Vec<ProbeSpec>) {
        let now = Instant::now();
        let mut former = std::mem::take(&mut self.places);
        let mut added = Vec::new();
        for spec in specs {
            let unchanged = former.get(&spec.id).copied().filter(|place| self.holds(*place, &spec));
            if let Some(place) = unchanged {
                former.remove(&spec.id);
                self.places.insert(spec.id.clone(), place);
            } else {
                added.push(spec);
            }
        }
        for place in former.into_values() {
            self.vacate(place);
        }
        let span = FIRST_RUNS_SPAN.max(
            Duration::from_secs(1) * u32::try_from(added.len()).unwrap_or(u32::MAX) / FIRST_RUNS_PER_SECOND,
        );
        for spec in added {
            self.seat(spec, span, now);
        }
    }

    /// Whether this place holds the very same probe; the fresh spec replaces the old, so that shared parts are freed.
    fn holds(&mut self, place: usize, spec: &ProbeSpec) -> bool {
        let Some(slot) = self.slots[place].as_mut() else { return false };
        let same = slot.spec.fingerprint == spec.fingerprint;
        if same {
            slot.spec = Arc::new(spec.clone());
        }
        same
    }

    fn vacate(&mut self, place: usize) {
        let Some(slot) = self.slots[place].take() else { return };
        let host = slot.spec.host.clone().unwrap_or_else(|| slot.spec.id.to_string());
        self.lanes.forget(&host, place);
        self.free.push(place);
    }

    /// Gives a probe a place, its beats, and a first run soon: nobody wants to wait an hour for a first answer.
    fn seat(&mut self, spec: ProbeSpec, span: Duration, now: Instant) {
        self.generation += 1;
        let beats = Beats::new(&spec.id, spec.every, self.begun);
        let place = self.free.pop().unwrap_or(self.slots.len());
        if place == self.slots.len() {
            self.slots.push(None);
        }
        let seat = Seat { slot: place, generation: self.generation };
        let beat = beats.at_or_after(now);
        if span < spec.every {
            let early = Beats::new(&spec.id, span, now).at_or_after(now);
            if early + span < beat {
                self.timer.at(early, Alarm::Extra(seat));
            }
        }
        self.timer.at(beat, Alarm::Beat(seat));
        self.places.insert(spec.id.clone(), place);
        let memory = Confirmation::default();
        let generation = self.generation;
        self.slots[place] =
            Some(Slot { spec: Arc::new(spec), beats, memory, generation, busy: false, due: None });
    }

    async fn drain(&mut self, patience: Duration) {
        let deadline = crate::net::deadline::Deadline::after(patience);
        while let Ok(Some(ended)) = deadline.bound(self.runs.join_next_with_id()).await {
            self.flights_only(ended);
        }
        self.runs.abort_all();
        while let Some(ended) = self.runs.join_next_with_id().await {
            self.flights_only(ended);
        }
    }

    /// While draining nothing further is started: a run that ends is told of and that is all.
    fn flights_only(&mut self, ended: Result<(Id, (ProbeResult, Instant)), JoinError>) {
        self.lanes = Lanes::new(1, 1);
        self.land(ended);
    }

    fn tell_own(&mut self, now: Instant) {
        if now.saturating_duration_since(self.told_own) < Duration::from_secs(1) {
            return;
        }
        self.told_own = now;
        if self.uplink.was_lost() {
            self.health.suffer(Reason::SelfUplink, now);
        }
        self.send(Event::Own { faults: self.health.present(now), flying: self.lanes.flying() });
    }

    fn send(&self, event: Event) {
        if self.tell.try_send(event).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// When a retest follows: soon, but leaving a passing trouble time to pass.
fn retest_after(every: Duration) -> Duration {
    (every / 10).clamp(Duration::from_secs(1), Duration::from_secs(10)).min(every)
}
