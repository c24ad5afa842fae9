//! The keys by which a kind's settings say how the target is reached, and what is made of them: family, proxy, TLS.
//!
//! Shared by the kinds that connect. Files are read through [`Resources`], so that a kind opens none itself.
//!
//! [`Resources`]: crate::probe::settings::Resources

use std::path::Path;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::model::foreign;
use crate::model::secret::Secret;
use crate::model::told::{Told, told};
use crate::net::route::{Endpoint, Family, Proxy, Route};
use crate::net::tls::{TlsPolicy, TlsSettings};
use crate::probe::settings::{Context, SettingsErrors, TlsKeys};

/// Which address family may be used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum FamilyKey {
    /// Both, as a browser would.
    #[default]
    Any,
    /// IPv4 only.
    Ipv4,
    /// IPv6 only.
    Ipv6,
}

impl From<FamilyKey> for Family {
    fn from(key: FamilyKey) -> Self {
        match key {
            FamilyKey::Any => Self::Any,
            FamilyKey::Ipv4 => Self::V4,
            FamilyKey::Ipv6 => Self::V6,
        }
    }
}

/// The route of a probe whose settings have `family`, `proxy` and `tls`. What is wrong is added to `errors`, and a
/// route is given back all the same where it can be, so that the other errors are found too.
pub fn route(
    family: FamilyKey,
    proxy: Option<&str>,
    tls: &TlsKeys,
    context: &Context<'_>,
    errors: &mut SettingsErrors,
) -> Option<Route> {
    let proxy = match proxy {
        None => context.proxy.clone(),
        Some("none") => None,
        Some(address) => own_proxy(address, errors),
    };
    let tls = tls_policy(tls, context, errors)?;
    Some(Route { family: family.into(), proxy, tls })
}

/// The TLS policy for these keys, with the private roots of the whole configuration added.
pub fn tls_policy(
    keys: &TlsKeys,
    context: &Context<'_>,
    errors: &mut SettingsErrors,
) -> Option<Arc<TlsPolicy>> {
    let mut roots_pem = if keys.only_ca_files { Vec::new() } else { context.roots_pem.to_vec() };
    for (index, path) in keys.ca_files.iter().enumerate() {
        match context.resources.file(path) {
            Ok(pem) => roots_pem.push(pem),
            Err(why) => errors.add(&format!("tls.ca_files.{index}"), why, Told::nothing()),
        }
    }
    if keys.only_ca_files && keys.ca_files.is_empty() {
        errors.add(
            "tls.only_ca_files",
            told!(
                "không còn CA gốc nào để tin cậy: \"ca_files\" đang trống",
                "no root is trusted: \"ca_files\" is empty"
            ),
            told!("khai báo một tệp trong ca_files", "name a file in ca_files"),
        );
        return None;
    }
    let settings = TlsSettings {
        roots_pem,
        only_these_roots: keys.only_ca_files,
        server_name: keys.server_name.clone(),
        client_pem: client_pem(keys, context, errors),
    };
    context.resources.tls(settings).map_err(|why| errors.add("tls", why, Told::nothing())).ok()
}

/// Certificate and key of the client, one after the other, both or none.
fn client_pem(keys: &TlsKeys, context: &Context<'_>, errors: &mut SettingsErrors) -> Option<Secret> {
    match (&keys.client_certificate, &keys.client_key) {
        (None, None) => None,
        (Some(certificate), Some(key)) => {
            let certificate = read_text(certificate, context, errors);
            let key = context
                .resources
                .secret(key)
                .map_err(|why| errors.add("tls.client_key", why, Told::nothing()))
                .ok();
            Some(Secret::new(format!("{}\n{}\n", certificate?, key?.expose())))
        }
        (Some(_), None) => {
            errors.add(
                "tls.client_certificate",
                told!("chứng thư của máy khách phải đi kèm khóa", "a client certificate needs its key"),
                told!("khai báo client_key", "set client_key"),
            );
            None
        }
        (None, Some(_)) => {
            errors.add(
                "tls.client_key",
                told!("khóa của máy khách phải đi kèm chứng thư", "a client key needs its certificate"),
                told!("khai báo client_certificate", "set client_certificate"),
            );
            None
        }
    }
}

fn read_text(path: &Path, context: &Context<'_>, errors: &mut SettingsErrors) -> Option<String> {
    let read = context.resources.file(path).and_then(|bytes| {
        String::from_utf8(bytes).map_err(|_| {
            told!("\"{path}\" không phải là tệp PEM", "\"{path}\" is not a PEM file", path = path.display())
        })
    });
    read.map_err(|why| errors.add("tls.client_certificate", why, Told::nothing())).ok()
}

/// A probe's own proxy. Without a password: one in a probe file would be shown with it.
fn own_proxy(address: &str, errors: &mut SettingsErrors) -> Option<Arc<Proxy>> {
    match parse_proxy(address) {
        Ok(endpoint) => Some(Arc::new(Proxy { endpoint, authorization: None })),
        Err(why) => {
            let help = told!(
                "viết \"none\" hoặc một địa chỉ như \"http://proxy.example:3128\"",
                "write \"none\" or an address such as \"http://proxy.example:3128\""
            );
            errors.add("proxy", why, help);
            None
        }
    }
}

fn parse_proxy(address: &str) -> Result<Endpoint, Told> {
    let url = Url::parse(address).map_err(|why| {
        let Told { vi, en } = foreign::url(why);
        Told {
            vi: format!("proxy không phải là địa chỉ: {vi}"),
            en: format!("the proxy is not an address: {en}"),
        }
    })?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(told!(
            "không được viết mật khẩu của proxy trong phép đo",
            "a proxy's password does not belong into a probe"
        ));
    }
    match (url.scheme(), url.host(), url.port_or_known_default()) {
        ("http", Some(host), Some(port)) => Ok(Endpoint { host: host.to_owned(), port }),
        _ => {
            Err(told!("proxy phải có địa chỉ bắt đầu bằng \"http://\"", "a proxy is reached by \"http://\""))
        }
    }
}
