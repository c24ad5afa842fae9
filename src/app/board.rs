//! Where results go: series, recent runs, the log. The event loop hands each event on here and nowhere else.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

use crate::app::archive;
use crate::app::historian::{Historian, HistoryPlan};
use crate::app::maintenance::Agenda;
use crate::config::maintenance::Announced;
use crate::history::writer::Figures;
use crate::metrics::store::{HistoryFigures, Store};
use crate::model::id::ProbeId;
use crate::model::reason::{Owner, Reason};
use crate::model::status::Status;
use crate::probe::spec::Portal;
use crate::schedule::dependencies::{Dependencies, attribute};
use crate::schedule::engine::{Clock, Event, Finished};
use crate::web::notices::Notices;
use crate::web::state::WebState;

/// Takes events in.
#[derive(Debug)]
pub struct Board {
    state: Arc<WebState>,
    clock: Clock,
    historian: Historian,
    dependencies: Dependencies,
    notices: Notices,
    agenda: Agenda,
}

impl Board {
    /// A board that shows on these pages.
    #[must_use]
    pub fn new(state: Arc<WebState>, clock: Clock) -> Self {
        Self {
            state,
            clock,
            historian: Historian::new(clock),
            dependencies: Dependencies::default(),
            notices: Notices::default(),
            agenda: Agenda::default(),
        }
    }

    /// All series.
    #[must_use]
    pub fn store(&self) -> &Arc<Store> {
        &self.state.store
    }

    /// A configuration is in force; `text` is what `/config` shows.
    pub fn configured(&mut self, text: String, history: HistoryPlan) {
        self.state.archive.hand_in(history.settings.clone().map(archive::of));
        self.historian.configured(history);
        self.state.set_config(text);
        self.state.store.reloaded(Some((self.clock)()));
    }

    /// What many portals depend on from now on. What was known of those that stay is kept.
    pub fn depends(&mut self, dependencies: Dependencies) {
        let probes: HashSet<ProbeId> =
            self.state.store.standings(Instant::now()).into_iter().map(|standing| standing.id).collect();
        self.dependencies = dependencies.after(&self.dependencies, |probe| probes.contains(probe));
        self.show_dependencies();
    }

    /// What the operator has to say on the status page from now on, and which maintenance is announced.
    pub fn announce(&mut self, notices: Notices, maintenance: Vec<Announced>) {
        (self.notices, self.agenda) = (notices, Agenda::new(maintenance));
        self.look_at_agenda();
    }

    /// Windows begin and end by the clock, whether or not a run ends meanwhile.
    fn look_at_agenda(&mut self) {
        let now = (self.clock)();
        if !self.agenda.look(now) {
            return;
        }
        let under_way =
            |portal: &Portal| self.agenda.is_under_way(&(portal.authority.clone(), portal.portal.clone()));
        self.state.store.set_maintenance(under_way);
        self.state.set_notices(Notices { maintenance: self.agenda.notices(now), ..self.notices.clone() });
        self.show_dependencies();
    }

    /// A platform that is down for announced maintenance is no incident.
    fn show_dependencies(&self) {
        let all = self.dependencies.all().map(|(id, status, portal)| {
            let announced = portal.is_some_and(|portal| self.agenda.is_under_way(portal));
            let shown = if announced && status == Status::Down { Status::Unknown } else { status };
            (id.to_string(), shown)
        });
        self.state.store.set_dependencies(all);
    }

    /// A configuration was refused.
    pub fn reload_refused(&self) {
        self.state.store.reloaded(None);
    }

    /// Probes run.
    pub fn ready(&self) {
        self.state.set_ready(true);
    }

    /// No further runs are started.
    pub fn stopping(&self) {
        self.state.set_ready(false);
    }

    /// Writes what history has not written yet, for so long at most.
    pub fn finish(&mut self, patience: Duration) {
        self.historian.finish(patience);
    }

    /// So many events have found no place, in all.
    pub fn dropped(&self, in_all: u64) {
        self.state.store.results_dropped(in_all);
    }

    /// Takes in an event.
    pub fn take(&mut self, event: Event) {
        match event {
            Event::Finished(run) => self.finished(*run),
            Event::Missed { id, beats } => self.state.store.missed(&id, beats),
            Event::Own { faults, flying } => {
                self.state.store.own_state(&faults, flying);
                self.state.store.history(shown(self.historian.figures()));
                self.look_at_agenda();
            }
        }
        self.look((self.clock)());
    }

    /// Notes how all portals stand, now and then, beside the event loop: there may be many.
    fn look(&self, now: DateTime<Utc>) {
        if !self.state.chronicle.claim(now) {
            return;
        }
        let state = Arc::clone(&self.state);
        tokio::task::spawn_blocking(move || {
            state.chronicle.look(now, &state.store.standings(Instant::now()));
        });
    }

    fn finished(&mut self, mut run: Finished) {
        if run.result.reason() == Some(Reason::SelfCancelled) {
            // We broke it off ourselves: it says nothing about anybody.
            return;
        }
        if let Some(late) = run.lateness {
            self.state.store.lateness(late);
        }
        self.find_whose_fault(&mut run);
        log(&run);
        self.state.store.record(&run.result, run.confirmed.status, run.confirmed.reason);
        self.historian.take(&run.result, run.confirmed.status, run.confirmed.reason);
        self.state.runs.push(Arc::new(run.result));
    }
}

impl Board {
    /// A portal that fails during announced maintenance, or because of what many depend on, says so. Of the latter what
    /// is shown keeps the status that it has.
    fn find_whose_fault(&mut self, run: &mut Finished) {
        if self.dependencies.take(&run.result.id, run.confirmed.status) {
            self.show_dependencies();
        }
        if self.agenda.excuse(run) {
            return;
        }
        let Some(guilty) = self.dependencies.to_blame(&run.result).cloned() else { return };
        attribute(&mut run.result, &guilty);
        if run.confirmed.status == run.result.status() {
            run.confirmed.reason = run.result.reason();
        }
    }
}

/// What history says of itself, in the words of metrics.
const fn shown(figures: Figures) -> HistoryFigures {
    let Figures { queued, committed, dropped, errors, corrupt } = figures;
    HistoryFigures { queued, committed, dropped, errors, corrupt }
}

/// A portal that is down is news, not an error; ERROR means that whoever runs `emc` must act.
fn log(run: &Finished) {
    let result = &run.result;
    let reason = result.reason();
    let (probe, status, run_id) = (&result.id, result.status(), result.run_id);
    let words = reason.map_or("", Reason::as_str);
    let seconds = result.duration.as_secs_f64();
    if reason.is_some_and(|reason| reason.owner() == Owner::Ours) {
        tracing::warn!(%probe, %run_id, %status, reason = words, seconds, "a run could not be measured");
    } else if status == Status::Up {
        tracing::debug!(%probe, %run_id, %status, seconds, "a run ended");
    } else {
        tracing::info!(%probe, %run_id, %status, reason = words, seconds, "a run found trouble");
    }
}
