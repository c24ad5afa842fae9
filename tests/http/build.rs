//! Builds a probe as `config` would, from settings, an operator and a portal on loopback.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use emc_monitor::html::phrases::{PhraseSettings, Phrases};
use emc_monitor::model::secret::Secret;
use emc_monitor::model::told::Told;
use emc_monitor::net::tls::{TlsPolicy, TlsSettings};
use emc_monitor::probe::SharedProbe;
use emc_monitor::probe::kind::KindSettings;
use emc_monitor::probe::settings::{Context, Resources, SecretSource, SettingsErrors};
use serde::Deserialize;
use serde_json::{Value, json};

/// What the operator says beside the kind's own settings.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Operator {
    pub(crate) mutates: bool,
    pub(crate) allow_mutations: Vec<String>,
    pub(crate) phrases: PhraseSettings,
}

struct Files<'a> {
    ca_pem: &'a [u8],
}

impl Resources for Files<'_> {
    fn file(&self, path: &Path) -> Result<Vec<u8>, Told> {
        match path.to_str() {
            Some("ca.pem") => Ok(self.ca_pem.to_vec()),
            Some("than.json") => Ok(b"{}".to_vec()),
            _ => Err(Told::same(format!("\"{}\": no such file", path.display()))),
        }
    }

    /// An environment variable's name is its value; others are not there.
    fn secret(&self, source: &SecretSource) -> Result<Secret, Told> {
        match source {
            SecretSource::Env(name) => Ok(Secret::new(name.clone())),
            other => Err(Told::same(format!("{other:?} is not there"))),
        }
    }

    fn tls(&self, settings: TlsSettings) -> Result<Arc<TlsPolicy>, Told> {
        TlsPolicy::new(settings).map(Arc::new)
    }
}

/// A probe of the portal at `http://own/`.
pub(crate) fn build(
    http: &Value,
    operator: &Operator,
    own: SocketAddr,
    ca_pem: &[u8],
) -> Result<SharedProbe, SettingsErrors> {
    let portal = url::Url::parse(&format!("http://{own}/")).unwrap();
    let settings: KindSettings = serde_json::from_value(json!({ "http": http })).unwrap();
    settings.build(&Context {
        portal_url: Some(&portal),
        timeout: Duration::from_secs(10),
        mutates: operator.mutates,
        allow_mutations: &operator.allow_mutations,
        proxy: None,
        roots_pem: &[],
        user_agent: "emc/1 (+https://bo.example/emc)",
        phrases: Arc::new(Phrases::new(&operator.phrases)),
        resources: &Files { ca_pem },
    })
}
