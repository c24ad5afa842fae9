//! From a loaded configuration to what the rooms want: the same wiring at start, on reload and for one-off runs.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use url::Host;

use crate::app::historian::HistoryPlan;
use crate::app::limits::runs_allowed;
use crate::app::variables::Variables;
use crate::config::Loaded;
use crate::config::maintenance::Announced;
use crate::history::intake::Cadence;
use crate::metrics::settings::StoreSettings;
use crate::model::told::Told;
use crate::net::Net;
use crate::net::route::{Endpoint, Family, Route};
use crate::net::tls::{TlsPolicy, TlsSettings};
use crate::probe::Tools;
use crate::probe::spec::{Portal, ProbeSpec};
use crate::schedule::dependencies::{Dependencies, Described};
use crate::schedule::engine::{Clock, Setup, Workbench};
use crate::schedule::uplink::Uplink;
use crate::web::notices::{Dependency, Notices};

/// What the program takes from outside itself: read once at the edge, handed down.
#[derive(Clone, Debug)]
pub struct World {
    /// The time of day.
    pub clock: Clock,
    /// Environment variables, for secrets that the configuration names.
    pub variables: Arc<Variables>,
}

/// A configuration, ready to run.
#[derive(Debug)]
pub struct Wired {
    /// What the schedule runs.
    pub setup: Setup,
    /// What metrics need.
    pub store: StoreSettings,
    /// The portals.
    pub portals: Vec<Portal>,
    /// Where to serve.
    pub listen: SocketAddr,
    /// What `/config` shows.
    pub config_text: String,
    /// What many portals depend on, and how that stands.
    pub dependencies: Dependencies,
    /// Announced maintenance.
    pub maintenance: Vec<Announced>,
    /// What history needs to know.
    pub history: HistoryPlan,
    /// What the status page says beside what was measured.
    pub notices: Notices,
    /// Every file that was read.
    pub files: Vec<PathBuf>,
}

/// Builds everything that a configuration asks for.
///
/// # Errors
/// A sentence: what could not be built and why.
pub fn wire(loaded: Loaded, world: &World) -> Result<Wired, Told> {
    let Loaded { global, portals, specs, history, maintenance, files, shown, .. } = loaded;
    let cadence = |spec: &ProbeSpec| (spec.id.clone(), Cadence { every: spec.every, timeout: spec.timeout });
    let history = HistoryPlan {
        settings: history,
        location: global.store.location.clone(),
        cadences: specs.iter().map(cadence).collect(),
    };
    let notices = notices(&global.dependencies);
    let net = Net::new(&global.net).map_err(|fault| Told::same(fault.to_string()))?;
    let mut settings = global.schedule;
    settings.in_flight = runs_allowed(settings.in_flight);
    let tls = Arc::new(TlsPolicy::new(TlsSettings::default())?);
    let route = Route { family: Family::Any, proxy: None, tls };
    let anchors = settings.anchors.iter().filter_map(|text| anchor(text)).collect();
    let uplink = Uplink::watch(net.clone(), route, anchors, settings.anchors_every);
    let bench = Workbench { tools: Tools { net }, clock: world.clock };
    let described = |one: crate::config::global::Dependency| Described {
        id: one.id,
        watched_by: one.watched_by,
        breaks: one.breaks,
    };
    let dependencies: Vec<_> = global.dependencies.into_iter().map(described).collect();
    Ok(Wired {
        dependencies: Dependencies::new(&dependencies, &portals),
        setup: Setup { settings, bench, uplink, specs },
        store: global.store,
        portals,
        listen: global.listen,
        config_text: shown,
        maintenance,
        history,
        notices,
        files,
    })
}

/// What is under maintenance comes later: that depends on the time of day.
fn notices(dependencies: &[crate::config::global::Dependency]) -> Notices {
    let shown = |one: &crate::config::global::Dependency| Dependency {
        name: one.name.clone(),
        watched_by: one.watched_by.clone(),
    };
    Notices { dependencies: dependencies.iter().map(shown).collect(), maintenance: Vec::new() }
}

/// An anchor as it stands in the file; `config` has already refused what is none.
fn anchor(text: &str) -> Option<Endpoint> {
    let (host, port) = text.rsplit_once(':')?;
    Some(Endpoint { host: Host::parse(host).ok()?, port: port.parse().ok()? })
}
