//! The `tls` kind: whether the certificates and the encryption of a server are in order.
//!
//! One full handshake by the measuring path, then a scan of what else the server accepts ([`scan`], with a hello made
//! by hand in [`hello`]). [`assess`] judges by the rules of the settings.

mod assess;
mod hello;
mod scan;
mod settings;
mod suites;

pub use settings::TlsProbeSettings;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::model::facts::{AddressFacts, Facts, TlsFacts};
use crate::model::fault::Fault;
use crate::model::finding::Assessment;
use crate::model::phase::{Phase, Phases};
use crate::model::reason::Reason;
use crate::model::status::Status;
use crate::model::text::Text;
use crate::net::route::{Endpoint, Reach, Route};
use crate::net::run::Run;
use crate::net::stage::Stage;
use crate::net::tls::{Alpn, TlsStream};
use crate::pki;
use crate::probe::addresses::dead_beside_live;
use crate::probe::tls::assess::Rules;
use crate::probe::tls::hello::Version;
use crate::probe::tls::scan::{Scan, Scanner, Wanted};
use crate::probe::{Probe, Tools};

/// What it measures.
pub const TLS_SUMMARY: Text = Text {
    vi: "chứng thư và mã hóa TLS của máy chủ có đúng, đủ mạnh và còn hạn không",
    en: "whether a server's certificates and TLS are right, strong enough and not about to expire",
};

/// A scan that is not whole is tried again after so long.
const RETRY_AFTER: Duration = Duration::from_secs(300);
/// How long a server may take to say good-bye, within the deadline.
const FAREWELL: Duration = Duration::from_secs(1);

/// A probe of the `tls` kind.
#[derive(Debug)]
pub(super) struct TlsProbe {
    endpoint: Endpoint,
    route: Route,
    rules: Rules,
    wanted: Wanted,
    /// A scan is kept so long, so that a probe that runs often does not scan often.
    rescan_after: Duration,
    last_scan: Mutex<Option<Arc<Scan>>>,
}

/// What one run saw.
#[derive(Debug)]
pub(super) struct Seen {
    addresses: Vec<AddressFacts>,
    phases: Phases,
    /// The handshake; `None` if no connection came about.
    tls: Option<TlsFacts>,
    /// Why there was no handshake, or why it was not accepted.
    fault: Option<Fault>,
    /// What else is accepted; `None` if it was not asked.
    scan: Option<Arc<Scan>>,
}

impl Probe for TlsProbe {
    type Observation = Seen;

    async fn observe(&self, tools: &Tools, run: &mut Run) -> Result<Seen, Fault> {
        let mut dial = tools.net.dial(&self.endpoint, &self.route, Reach::Configured, run).await;
        let (mut addresses, mut phases) = (dial.addresses, dial.phases);
        let stream = match dial.stream {
            Ok(stream) => stream,
            Err(fault) if fault.is_ours() => return Err(fault),
            Err(fault) => return Ok(Seen { addresses, phases, tls: None, fault: Some(fault), scan: None }),
        };
        let secured = tools.net.secure(stream, &self.endpoint.host, &self.route.tls, Alpn::Http2, run).await;
        phases.add(Phase::Tls, secured.spent);
        let tls = secured.facts;
        if let Some(chain) = &tls.chain {
            pki::certificates(chain);
        }
        let fault = match secured.stream {
            Ok(stream) => farewell(stream, run).await,
            Err(fault) if fault.is_ours() => return Err(fault),
            Err(fault) => Some(fault),
        };
        let used = addresses.iter().find(|address| address.used);
        let scan = self.scan(tools, used, (&tls, fault.as_ref()), run).await;
        dial.stragglers.settle(&mut addresses, run).await;
        Ok(Seen { addresses, phases, tls: Some(tls), fault, scan })
    }

    fn assess(&self, seen: &Seen, now: DateTime<Utc>) -> Assessment {
        let dead = dead_beside_live(&self.endpoint.host, &seen.addresses);
        assess::assess(&self.rules, self.route.tls.anchors(), seen, &dead, now)
    }

    fn phases(&self, seen: &Seen) -> Phases {
        seen.phases
    }

    fn facts(&self, seen: Seen, _: Status) -> Facts {
        let scan = seen.scan.map(|scan| ("tls_scan", scan.to_json()));
        Facts {
            addresses: seen.addresses,
            tls: seen.tls,
            more: scan.into_iter().collect(),
            ..Facts::default()
        }
    }

    fn target(&self) -> String {
        self.endpoint.to_string()
    }

    fn hosts(&self) -> Vec<String> {
        vec![self.endpoint.to_string()]
    }
}

impl TlsProbe {
    /// Scans, or recalls the last scan while it is fresh.
    async fn scan(
        &self,
        tools: &Tools,
        used: Option<&AddressFacts>,
        (tls, fault): (&TlsFacts, Option<&Fault>),
        run: &mut Run,
    ) -> Option<Arc<Scan>> {
        let is_silent = fault.is_some_and(|fault| fault.reason == Reason::TimeoutTls);
        if !(self.wanted.versions || self.wanted.suites) || is_silent {
            return None;
        }
        let kept = self.last_scan.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(scan) = kept.filter(|scan| self.is_fresh(scan)) {
            run.note("scan", "the last one is fresh enough");
            return Some(scan);
        }
        let agreed = Version::ALL.into_iter().find(|version| version.as_str() == tls.version);
        let is_name = tls.server_name.parse::<std::net::IpAddr>().is_err();
        let scanner = Scanner {
            net: &tools.net,
            endpoint: self.same_address(used),
            route: &self.route,
            server_name: is_name.then_some(tls.server_name.as_str()),
            connections: 0,
            silences: 0,
        };
        let scan = Arc::new(scanner.scan(self.wanted, agreed, run).await);
        *self.last_scan.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&scan));
        Some(scan)
    }

    fn is_fresh(&self, scan: &Scan) -> bool {
        let kept_for =
            if scan.gap.is_empty() { self.rescan_after } else { self.rescan_after.min(RETRY_AFTER) };
        scan.taken.elapsed() < kept_for
    }

    /// The address that answered, so that one server is scanned and no name is resolved again. A proxy is told the name.
    fn same_address(&self, used: Option<&AddressFacts>) -> Endpoint {
        let host = match (&self.route.proxy, used.map(|used| used.address.ip())) {
            (None, Some(std::net::IpAddr::V4(address))) => url::Host::Ipv4(address),
            (None, Some(std::net::IpAddr::V6(address))) => url::Host::Ipv6(address),
            _ => self.endpoint.host.clone(),
        };
        Endpoint { host, port: self.endpoint.port }
    }
}

/// Says good-bye and listens: a server of TLS 1.3 that wants a client certificate says so only now.
async fn farewell(mut stream: TlsStream, run: &Run) -> Option<Fault> {
    let parting = async {
        stream.shutdown().await?;
        let mut byte = [0; 1];
        stream.read(&mut byte).await
    };
    match run.deadline.sooner(FAREWELL).bound(parting).await {
        Ok(Err(error)) => {
            Some(Stage::Secure.fault(&error)).filter(|fault| fault.reason == Reason::TlsClientCert)
        }
        _ => None,
    }
}
