//! The one list of kinds. Parsing, `emc kinds`, the JSON Schema and the reference docs derive from it.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;

use crate::model::text::Text;
use crate::probe::SharedProbe;
use crate::probe::dns::DNS_SUMMARY;
use crate::probe::dns::settings::DnsSettings;
use crate::probe::http::{HTTP_SUMMARY, HttpSettings};
use crate::probe::settings::{Context, SettingsErrors};
use crate::probe::tcp::TCP_SUMMARY;
use crate::probe::tcp::settings::TcpSettings;
use crate::probe::tls::{TLS_SUMMARY, TlsProbeSettings};

/// What a kind's settings can do: become a probe.
pub trait Settings: Sized {
    /// Checks the settings against each other and builds the probe.
    ///
    /// # Errors
    /// Everything that is wrong, each with the path of the key it is about.
    fn build(self, context: &Context<'_>) -> Result<SharedProbe, SettingsErrors>;
}

/// One kind, described.
#[derive(Debug)]
pub struct KindInfo {
    /// The key in probe files and the `kind` label.
    pub name: &'static str,
    /// What it measures, in a sentence.
    pub summary: Text,
    /// JSON Schema of its settings.
    pub schema: fn(&mut SchemaGenerator) -> Schema,
}

macro_rules! kinds {
    ($($variant:ident $name:literal $settings:ty, $summary:expr;)*) => {
        /// The settings of one probe, of whatever kind.
        #[derive(Debug, Clone, Deserialize, JsonSchema)]
        #[expect(missing_docs, reason = "each settings type documents itself")]
        pub enum KindSettings { $(#[serde(rename = $name)] $variant(Box<$settings>),)* }

        /// Every kind, in the order of the reference.
        pub const KINDS: &[KindInfo] = &[$(KindInfo {
            name: $name,
            summary: $summary,
            schema: |generator| generator.subschema_for::<$settings>(),
        },)*];

        impl KindSettings {
            /// The kind's name.
            #[must_use]
            pub const fn name(&self) -> &'static str {
                match self { $(Self::$variant(_) => $name,)* }
            }

            /// Builds the probe.
            ///
            /// # Errors
            /// Everything that is wrong with the settings.
            pub fn build(self, context: &Context<'_>) -> Result<SharedProbe, SettingsErrors> {
                match self { $(Self::$variant(settings) => settings.build(context),)* }
            }
        }
    };
}

kinds! {
    Http "http" HttpSettings, HTTP_SUMMARY;
    Dns "dns" DnsSettings, DNS_SUMMARY;
    Tls "tls" TlsProbeSettings, TLS_SUMMARY;
    Tcp "tcp" TcpSettings, TCP_SUMMARY;
}
