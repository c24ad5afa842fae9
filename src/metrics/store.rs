//! The values of all series: filled by the schedule's results, read by scrapes and pages.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use chrono::{DateTime, Utc};

use crate::metrics::overview::Standing;
use crate::metrics::own::Own;
use crate::metrics::scrape::Scrape;
use crate::metrics::settings::StoreSettings;
use crate::metrics::slot::{Announced, Maintenance, Slot, State, push_labels};
use crate::metrics::text::{Format, bound_text, micros};
use crate::model::id::{Name, ProbeId};
use crate::model::reason::Reason;
use crate::model::result::ProbeResult;
use crate::model::status::Status;
use crate::probe::spec::{Portal, ProbeSpec};

pub use crate::metrics::own::{HistoryFigures, Refusal};

/// A portal's series, written once.
#[derive(Debug)]
pub(crate) struct PortalSeries {
    /// What it was made of.
    pub(crate) portal: Portal,
    /// Labels that all its series have.
    pub(crate) base: Vec<u8>,
    /// Whether an announced maintenance is under way.
    maintenance: Maintenance,
    /// Labels of `emc_portal_info`.
    pub(crate) info: Vec<u8>,
    /// Labels and value of each objective.
    pub(crate) objectives: Vec<(Vec<u8>, f64)>,
}

/// The series of one configuration. A scrape that began before a reload ends with the old ones.
#[derive(Debug, Default)]
pub(crate) struct Generation {
    /// Probes in the order of their ids.
    pub(crate) slots: Vec<Slot>,
    /// Where each probe stands in `slots`.
    index: HashMap<ProbeId, usize>,
    /// Portals in the order of the configuration.
    pub(crate) portals: Vec<PortalSeries>,
}

impl PortalSeries {
    /// 1 while an announced maintenance is under way.
    pub(crate) fn under_maintenance(&self) -> f64 {
        if self.maintenance.now() == Announced::Yes { 1.0 } else { 0.0 }
    }
}

impl Generation {
    fn slot(&self, id: &ProbeId) -> Option<&Slot> {
        self.index.get(id).and_then(|place| self.slots.get(*place))
    }
}

/// All series. Shared by everybody; nothing in it waits.
#[derive(Debug)]
pub struct Store {
    pub(crate) settings: StoreSettings,
    bounds: Vec<u64>,
    pub(crate) bound_tails: Vec<Box<[u8]>>,
    current: ArcSwap<Generation>,
    pub(crate) own: Own,
}

impl Store {
    /// Makes a series for all that is configured. Buckets are taken as [`StoreSettings::check`] allows them.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "the catalogue is fixed, and a test registers all of it")]
    pub fn new(settings: &StoreSettings, portals: &[Portal], probes: &[ProbeSpec]) -> Self {
        let tails = settings.buckets.iter().copied().chain([f64::INFINITY]);
        let store = Self {
            bounds: settings.buckets.iter().map(|bound| micros(Duration::from_secs_f64(*bound))).collect(),
            bound_tails: tails
                .map(|bound| format!(",le=\"{}\"}} ", bound_text(bound)).into_bytes().into())
                .collect(),
            current: ArcSwap::default(),
            own: Own::new(&settings.location).expect("the catalogue holds only names that Prometheus allows"),
            settings: settings.clone(),
        };
        store.rebuild(portals, probes);
        store
    }

    /// Takes in a new configuration. Counters of a probe that is still there go on; what is known of its last run
    /// stays where the probe asks the same as before.
    pub fn rebuild(&self, portals: &[Portal], probes: &[ProbeSpec]) {
        let before = self.current.load();
        let location = self.settings.location.as_str();
        let known: HashMap<(&Name, &Name), &Maintenance> =
            before.portals.iter().map(|series| (of(&series.portal), &series.maintenance)).collect();
        let maintained =
            |portal: &Portal| known.get(&of(portal)).map(|one| (*one).clone()).unwrap_or_default();
        let portals: Vec<PortalSeries> =
            portals.iter().map(|portal| portal_series(portal, location, maintained(portal))).collect();
        let names: BTreeMap<(&Name, &Name), (Vec<u8>, &Maintenance)> = portals
            .iter()
            .map(|series| (of(&series.portal), (name_labels(&series.portal), &series.maintenance)))
            .collect();
        let never = Maintenance::default();
        let mut slots: Vec<Slot> = probes
            .iter()
            .map(|spec| {
                let state = before.slot(&spec.id).map(|slot| slot.hand_over(spec));
                let state = state.unwrap_or_else(|| Arc::new(Mutex::new(State::new(self.bounds.len()))));
                let of_portal = names.get(&(&spec.id.authority, &spec.id.portal));
                let (names, maintenance) =
                    of_portal.map_or((&[][..], &never), |(names, maintenance)| (names, maintenance));
                Slot::new(spec, location, names, maintenance.clone(), state)
            })
            .collect();
        slots.sort_by(|one, other| one.id.cmp(&other.id));
        slots.dedup_by(|one, other| one.id == other.id);
        for slot in &slots {
            self.own.expect_kind(slot.kind);
        }
        let index = slots.iter().enumerate().map(|(place, slot)| (slot.id.clone(), place)).collect();
        self.current.store(Arc::new(Generation { slots, index, portals }));
    }

    /// Takes in a run and the status after confirmation. A probe that a reload took away is passed over.
    pub fn record(&self, result: &ProbeResult, confirmed: Status, confirmed_reason: Option<Reason>) {
        if let Some(slot) = self.current.load().slot(&result.id) {
            let announced = if result.reason() == Some(Reason::Maintenance) {
                Announced::Yes
            } else {
                slot.maintenance.now()
            };
            slot.state().record(&self.bounds, result, (confirmed, confirmed_reason), announced);
            self.own.observe(slot.kind, &result.phases, result.facts.kernel_timed);
        }
    }

    /// Says which portals are under announced maintenance from now on.
    pub fn set_maintenance(&self, under_way: impl Fn(&Portal) -> bool) {
        for series in &self.current.load().portals {
            series.maintenance.set(under_way(&series.portal));
        }
    }

    /// Counts runs that were left out.
    pub fn missed(&self, id: &ProbeId, runs: u64) {
        if let Some(slot) = self.current.load().slot(id) {
            slot.state().missed += runs;
        }
    }

    /// Notes how long after its planned moment a run began.
    pub fn lateness(&self, late: Duration) {
        self.own.lateness(late);
    }

    /// Notes our own state: the faults of our own that are present, and how many runs are in flight.
    pub fn own_state(&self, faults: &[Reason], in_flight: usize) {
        self.own.own_faults(faults);
        self.own.in_flight(in_flight);
    }

    /// Sets how all shared dependencies stand; those not named lose their series.
    pub fn set_dependencies(&self, all: impl IntoIterator<Item = (String, Status)>) {
        self.own.set_dependencies(all);
    }

    /// How many results a full queue has dropped since the start.
    pub fn results_dropped(&self, in_all: u64) {
        self.own.dropped(in_all);
    }

    /// What became of results on their way into history.
    pub fn history(&self, figures: HistoryFigures) {
        self.own.history(figures);
    }

    /// The configuration was loaded at a moment, or an attempt failed (`None`).
    pub fn reloaded(&self, succeeded_at: Option<DateTime<Utc>>) {
        self.own.reloaded(succeeded_at);
    }

    /// How many connections our web server has open.
    pub fn web_connections(&self, open: i64) {
        self.own.web_connections(open);
    }

    /// Our web server turned somebody away.
    pub fn web_refused(&self, cause: Refusal) {
        self.own.web_refused(cause);
    }

    /// Begins a scrape that is read in pieces.
    #[must_use]
    pub fn scrape(self: &Arc<Self>, format: Format, now: Instant) -> Scrape {
        Scrape::new(Arc::clone(self), self.current.load_full(), format, now)
    }

    /// A whole scrape at once: for tests and small outputs. `now` decides what is stale.
    #[must_use]
    pub fn render(self: &Arc<Self>, format: Format, now: Instant) -> Vec<u8> {
        let mut out = Vec::new();
        let mut scrape = self.scrape(format, now);
        while scrape.next_piece(&mut out) {}
        out
    }

    /// How every probe stands, in the order of the ids.
    #[must_use]
    pub fn standings(&self, now: Instant) -> Vec<Standing> {
        self.current.load().slots.iter().map(|slot| Standing::of(slot, now)).collect()
    }

    /// The portals, in the order of the configuration.
    #[must_use]
    pub fn portals(&self) -> Vec<Portal> {
        self.current.load().portals.iter().map(|series| series.portal.clone()).collect()
    }
}

fn name_labels(portal: &Portal) -> Vec<u8> {
    let mut labels = Vec::new();
    let pairs = [
        ("authority_vi", portal.authority_name.vi.as_str()),
        ("authority_en", portal.authority_name.en.as_str()),
        ("portal_vi", portal.portal_name.vi.as_str()),
        ("portal_en", portal.portal_name.en.as_str()),
    ];
    push_labels(&mut labels, pairs);
    labels
}

const fn of(portal: &Portal) -> (&Name, &Name) {
    (&portal.authority, &portal.portal)
}

fn portal_series(portal: &Portal, location: &str, maintenance: Maintenance) -> PortalSeries {
    let mut base = Vec::new();
    let pairs = [
        ("authority", portal.authority.as_str()),
        ("portal", portal.portal.as_str()),
        ("location", location),
    ];
    push_labels(&mut base, pairs);
    let mut info = base.clone();
    info.push(b',');
    info.extend_from_slice(&name_labels(portal));
    info.push(b',');
    push_labels(&mut info, [("url", portal.url.as_ref().map(shown_url).as_deref().unwrap_or(""))]);
    let objectives = portal.objectives.iter().map(|(name, ratio)| {
        let mut labels = base.clone();
        labels.push(b',');
        push_labels(&mut labels, [("slo", name.as_str())]);
        (labels, *ratio)
    });
    let objectives = objectives.collect();
    PortalSeries { objectives, portal: portal.clone(), base, maintenance, info }
}

/// The address without what may be secret in it: userinfo, query and fragment.
fn shown_url(url: &url::Url) -> String {
    format!("{}{}", url.origin().ascii_serialization(), url.path())
}
