//! Settings of the `tls` kind as they stand in a file, and the probe that is built of them.

use std::net::IpAddr;
use std::sync::Mutex;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;
use url::Host;

use crate::model::told::{Told, told};
use crate::net::route::Endpoint;
use crate::probe::SharedProbe;
use crate::probe::kind::Settings;
use crate::probe::route::{FamilyKey, route};
use crate::probe::settings::{Context, SettingsErrors, Span, TlsKeys, no_host};
use crate::probe::tls::TlsProbe;
use crate::probe::tls::assess::Rules;
use crate::probe::tls::hello::Version;
use crate::probe::tls::scan::Wanted;

/// Settings of the `tls` kind.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TlsProbeSettings {
    /// Name or address to connect to, instead of the portal's.
    pub host: Option<String>,
    /// TCP port; the portal's, or 443.
    pub port: Option<u16>,
    /// Which address family may be used.
    pub family: FamilyKey,
    /// Address of an HTTP proxy, or `none` for no proxy where the whole configuration has one.
    pub proxy: Option<String>,
    /// How TLS is spoken and judged.
    pub tls: TlsKeys,
    /// How long before the end of any certificate the probe becomes degraded: `tls_expires_soon`.
    pub warn_before: Span,
    /// The oldest version a server may accept. Accepting older ones beside it is `tls_weak`, only older ones
    /// `tls_version`.
    pub min_version: MinVersion,
    /// What else is asked of the server, by further connections.
    pub scan: ScanKeys,
    /// What the certificate must say.
    pub expect: ExpectKeys,
}

impl Default for TlsProbeSettings {
    fn default() -> Self {
        Self {
            host: None,
            port: None,
            family: FamilyKey::default(),
            proxy: None,
            tls: TlsKeys::default(),
            warn_before: Span(Duration::from_secs(30 * 86_400)),
            min_version: MinVersion::default(),
            scan: ScanKeys::default(),
            expect: ExpectKeys::default(),
        }
    }
}

/// The oldest protocol version a server may accept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
pub enum MinVersion {
    /// TLS 1.2: what TT 15/2025/TT-BKHCN asks for.
    #[default]
    #[serde(rename = "1.2")]
    Tls12,
    /// TLS 1.3.
    #[serde(rename = "1.3")]
    Tls13,
}

impl From<MinVersion> for Version {
    fn from(least: MinVersion) -> Self {
        match least {
            MinVersion::Tls12 => Self::Tls12,
            MinVersion::Tls13 => Self::Tls13,
        }
    }
}

/// What else is asked of a server. Each scan takes up to twelve short connections, one after the other.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ScanKeys {
    /// Which protocol versions it accepts.
    pub versions: bool,
    /// Which weak suites it accepts.
    pub suites: bool,
    /// How long a scan is kept before the server is asked again.
    pub every: Span,
}

impl Default for ScanKeys {
    fn default() -> Self {
        Self { versions: true, suites: true, every: Span(Duration::from_secs(3600)) }
    }
}

/// What the certificate must say.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ExpectKeys {
    /// Text that stands in the issuer's name, such as an authority's; upper and lower case are alike.
    pub issuer: Option<String>,
    /// Further names the certificate must be for, beside the host's own.
    pub names: Vec<String>,
}

impl Settings for TlsProbeSettings {
    fn build(self, context: &Context<'_>) -> Result<SharedProbe, SettingsErrors> {
        let mut errors = SettingsErrors::default();
        let endpoint = self.endpoint(context, &mut errors);
        let route = route(self.family, self.proxy.as_deref(), &self.tls, context, &mut errors);
        for (index, name) in self.expect.names.iter().enumerate() {
            if rustls_pki_types::ServerName::try_from(name.as_str()).is_err() {
                let path = format!("expect.names.{index}");
                errors.add(
                    &path,
                    told!(
                        "\"{name}\" không phải là tên máy chủ hay địa chỉ",
                        "\"{name}\" is no host name or address"
                    ),
                    Told::nothing(),
                );
            }
        }
        let (Some(endpoint), Some(route)) = (endpoint, route) else { return Err(errors) };
        let rules = Rules {
            warn_before: self.warn_before.0,
            least: self.min_version.into(),
            issuer: self.expect.issuer,
            names: self.expect.names,
        };
        errors.finish(std::sync::Arc::new(TlsProbe {
            endpoint,
            route,
            rules,
            wanted: Wanted { versions: self.scan.versions, suites: self.scan.suites },
            rescan_after: self.scan.every.0,
            last_scan: Mutex::default(),
        }))
    }
}

impl TlsProbeSettings {
    /// The host of the settings, else the portal's. A portal at `http://` is asked at 443 all the same.
    fn endpoint(&self, context: &Context<'_>, errors: &mut SettingsErrors) -> Option<Endpoint> {
        let portal = context.portal_url.filter(|_| self.host.is_none());
        let portal_port = portal.filter(|url| url.scheme() == "https").and_then(url::Url::port);
        let port = self.port.or(portal_port).unwrap_or(443);
        if port == 0 {
            errors.add(
                "port",
                told!("\"0\" không phải là số cổng", "\"0\" is no port"),
                told!("viết một số từ 1 đến 65535", "write a number from 1 to 65535"),
            );
        }
        let host = match &self.host {
            Some(host) => parse_host(host).map_err(|why| errors.add("host", why, Told::nothing())).ok(),
            None => portal.and_then(url::Url::host).map(|host| host.to_owned()),
        };
        if host.is_none() && self.host.is_none() {
            errors.add(
                "host",
                told!("chưa có máy chủ để kết nối", "there is no host to connect to"),
                told!("khai báo host, hoặc url của cổng", "set host, or the portal's url"),
            );
        }
        Some(Endpoint { host: host?, port })
    }
}

/// A name, or an address with or without brackets.
fn parse_host(host: &str) -> Result<Host<String>, Told> {
    match host.parse() {
        Ok(IpAddr::V4(address)) => Ok(Host::Ipv4(address)),
        Ok(IpAddr::V6(address)) => Ok(Host::Ipv6(address)),
        Err(_) => Host::parse(host).map_err(|error| no_host(host, error)),
    }
}
