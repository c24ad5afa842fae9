//! One http probe as `emc serve` would run it, recording included; shared by the examples that measure us.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use emc_monitor::metrics::settings::StoreSettings;
use emc_monitor::metrics::store::Store;
use emc_monitor::model::id::{Name, ProbeId};
use emc_monitor::model::result::ProbeResult;
use emc_monitor::model::secret::Secret;
use emc_monitor::model::told::Told;
use emc_monitor::net::tls::{TlsPolicy, TlsSettings};
use emc_monitor::net::{Net, NetSettings};
use emc_monitor::probe::Tools;
use emc_monitor::probe::kind::KindSettings;
use emc_monitor::probe::settings::{Context, Resources, SecretSource};
use emc_monitor::probe::spec::ProbeSpec;
use emc_monitor::schedule::engine::{Workbench, run_once};
use serde_json::json;

/// How long one run may last.
const TIMEOUT: Duration = Duration::from_secs(10);

/// What the probe asks.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Page {
    /// The page.
    url: String,
    /// Roots to trust, PEM.
    #[arg(long)]
    ca_file: Option<PathBuf>,
    /// Expression that the page's source must match.
    #[arg(long)]
    regex: Option<String>,
    /// Judge every chain afresh.
    #[arg(long)]
    no_memo: bool,
}

/// A probe with all that it takes to run it.
pub(crate) struct Measuring {
    spec: ProbeSpec,
    bench: Workbench,
    store: Store,
}

impl Measuring {
    /// Builds the probe as a configuration would.
    pub(crate) fn new(page: &Page) -> Result<Self, String> {
        let mut settings = json!({"url": page.url, "expect": {"status": [200]}});
        if let Some(file) = &page.ca_file {
            settings["tls"] = json!({"ca_files": [file], "only_ca_files": true});
        }
        if let Some(regex) = &page.regex {
            settings["expect"]["source_regex"] = json!([regex]);
        }
        let kind: KindSettings =
            serde_json::from_value(json!({"http": settings})).map_err(|error| error.to_string())?;
        let context = Context {
            portal_url: None,
            timeout: TIMEOUT,
            mutates: false,
            allow_mutations: &[],
            proxy: None,
            roots_pem: &[],
            user_agent: "emc-bench",
            phrases: Arc::default(),
            resources: &Files { memo: !page.no_memo },
        };
        let probe = kind.build(&context).map_err(|errors| format!("{errors:?}"))?;
        let name = |text: &str| Name::try_from(text).map_err(|error| error.to_string());
        let id = ProbeId { authority: name("bo-vd")?, portal: name("dvc")?, probe: name("trang-chu")? };
        let spec = ProbeSpec {
            id,
            kind: "http",
            every: TIMEOUT,
            timeout: TIMEOUT,
            confirm: 0,
            target: probe.target(),
            host: None,
            labels: Arc::new(BTreeMap::new()),
            fingerprint: 0,
            probe,
        };
        let net = Net::new(&NetSettings::default()).map_err(|fault| fault.to_string())?;
        let store = Store::new(&StoreSettings::default(), &[], std::slice::from_ref(&spec));
        Ok(Self { spec, bench: Workbench { tools: Tools { net }, clock: Utc::now }, store })
    }

    /// Runs it once and records the result.
    pub(crate) async fn run(&self) -> ProbeResult {
        let result = run_once(&self.spec, &self.bench).await;
        self.store.record(&result, result.status(), result.reason());
        result
    }
}

/// Files as they are, and policies with or without memo.
struct Files {
    memo: bool,
}

impl Resources for Files {
    fn file(&self, path: &Path) -> Result<Vec<u8>, Told> {
        std::fs::read(path).map_err(|error| Told::same(format!("\"{}\": {error}", path.display())))
    }

    fn secret(&self, _: &SecretSource) -> Result<Secret, Told> {
        Err(Told::same("no secrets here"))
    }

    fn tls(&self, settings: TlsSettings) -> Result<Arc<TlsPolicy>, Told> {
        let policy = TlsPolicy::new(settings)?;
        Ok(Arc::new(if self.memo { policy } else { policy.without_memo() }))
    }
}
