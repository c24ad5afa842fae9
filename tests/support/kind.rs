//! Runs one probe of whatever kind from its settings, as the schedule would.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::Utc;
use emc_monitor::model::reason::Reason;
use emc_monitor::model::secret::Secret;
use emc_monitor::model::status::Status;
use emc_monitor::model::told::Told;
use emc_monitor::net::run::Run;
use emc_monitor::net::tls::{TlsPolicy, TlsSettings};
use emc_monitor::net::{Net, NetSettings};
use emc_monitor::probe::kind::KindSettings;
use emc_monitor::probe::settings::{Context, Resources, SecretSource, SettingsErrors};
use emc_monitor::probe::{Measured, SharedProbe, Tools};
use serde_json::Value;

/// How much longer than its timeout a run may take.
const GRACE: Duration = Duration::from_millis(500);

/// The value of every secret that settings may name.
pub(crate) const SECRET: &str = "mat-khau-khong-ai-biet";

/// Files that settings may name.
#[derive(Default)]
pub(crate) struct Files(pub(crate) HashMap<PathBuf, Vec<u8>>);

impl Resources for Files {
    fn file(&self, path: &Path) -> Result<Vec<u8>, Told> {
        self.0.get(path).cloned().ok_or_else(|| Told::same(format!("\"{}\" is not there", path.display())))
    }

    fn secret(&self, _source: &SecretSource) -> Result<Secret, Told> {
        Ok(Secret::new(SECRET.to_owned()))
    }

    fn tls(&self, settings: TlsSettings) -> Result<Arc<TlsPolicy>, Told> {
        TlsPolicy::new(settings).map(Arc::new)
    }
}

/// Builds a probe from `{"kind": {settings}}` for a portal at `https://dvc.bo-vd.example/`.
pub(crate) fn build(settings: Value, files: &Files) -> Result<SharedProbe, SettingsErrors> {
    let url = "https://dvc.bo-vd.example/".parse().unwrap();
    let kind: KindSettings = serde_json::from_value(settings).unwrap();
    kind.build(&Context {
        portal_url: Some(&url),
        timeout: Duration::from_secs(2),
        mutates: false,
        allow_mutations: &[],
        proxy: None,
        roots_pem: &[],
        user_agent: "emc-test",
        phrases: Arc::default(),
        resources: files,
    })
}

/// Runs a probe; panics if it lasts longer than its timeout and a grace.
pub(crate) async fn run(probe: &SharedProbe, resolvers: &[SocketAddr], timeout: Duration) -> Measured {
    let settings = NetSettings { resolvers: resolvers.to_vec(), ..NetSettings::default() };
    let tools = Tools { net: Net::new(&settings).unwrap() };
    let began = Instant::now();
    let measured = probe.run(&tools, &mut Run::begin(timeout), Utc::now).await;
    let spent = began.elapsed();
    assert!(spent <= timeout + GRACE, "the run took {spent:?} of {timeout:?}");
    measured
}

/// Status and reason as words, and the findings for whoever reads a failed test.
pub(crate) fn verdict(measured: &Measured) -> (Status, &'static str, String) {
    let findings = measured.assessment.findings.iter();
    let told = findings.map(|finding| {
        format!("{} {:?}: {} / {}", finding.rule, finding.outcome, finding.expected, finding.found)
    });
    let reason = measured.assessment.reason.map_or("", Reason::as_str);
    (measured.assessment.status, reason, told.collect::<Vec<_>>().join("\n"))
}
