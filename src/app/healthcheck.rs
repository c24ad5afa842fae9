//! `emc healthcheck`: asks a running monitor whether it is healthy, for containers and service managers.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue, Method};
use url::Url;

use crate::model::fault::Fault;
use crate::model::foreign;
use crate::model::secret::Secret;
use crate::model::told::{Told, told};
use crate::net::exchange::{Limits, Protocol, Request};
use crate::net::route::{Family, Reach, Route};
use crate::net::run::Run;
use crate::net::tls::{TlsPolicy, TlsSettings};
use crate::net::{Net, NetSettings};
use crate::probe::settings::Span;

/// The answer of a healthy monitor is a line.
const BODY_MAX: usize = 4096;

/// Whom to ask.
#[derive(Clone, Debug)]
pub struct HealthcheckOptions {
    /// Address of the monitor.
    pub url: String,
    /// How long to wait, as typed.
    pub timeout: String,
    /// PEM files with further roots.
    pub ca_files: Vec<PathBuf>,
    /// Name on the monitor's certificate, where it is not the host of the address.
    pub server_name: Option<String>,
    /// User, and the file with the password.
    pub login: Option<(String, PathBuf)>,
}

/// Why the monitor is not known to be healthy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unhealthy {
    /// The address, the duration or a file cannot be read.
    #[error("{0}")]
    Misuse(Told),
    /// Nobody answers, or not in time, or not with 200.
    #[error("{0}")]
    Answer(Told),
}

/// Asks `/-/healthy`.
///
/// # Errors
/// [`Unhealthy`].
pub fn healthcheck(options: &HealthcheckOptions) -> Result<(), Unhealthy> {
    let url = address(&options.url).map_err(Unhealthy::Misuse)?;
    let timeout = Span::parse(&options.timeout).map_err(Unhealthy::Misuse)?.0;
    let tls = tls_settings(options).map_err(Unhealthy::Misuse)?;
    let tls = TlsPolicy::new(tls).map_err(Unhealthy::Misuse)?;
    let headers = headers(options.login.as_ref()).map_err(Unhealthy::Misuse)?;
    let answer = Unhealthy::Answer;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| answer(foreign::io(&error)))?;
    let _entered = runtime.enter();
    let net = Net::new(&NetSettings::default()).map_err(|fault| answer(Told::same(fault.to_string())))?;
    let route = Route { family: Family::Any, proxy: None, tls: Arc::new(tls) };
    let request = Request { method: Method::GET, url, headers, body: Bytes::new() };
    let limits = Limits { body_bytes: BODY_MAX, protocol: Protocol::Any, head_only: &[] };
    let mut run = Run::begin(timeout);
    let seen = runtime.block_on(net.exchange(&request, &route, Reach::Configured, limits, &mut run));
    let why = match (seen.head, seen.fault) {
        (Some(head), _) if head.status.is_success() => return Ok(()),
        (Some(head), _) => told!("nó trả lời {code}", "it answers {code}", code = head.status.as_u16()),
        (None, Some(fault)) => silent(&fault),
        (None, None) => told!("không có câu trả lời", "there is no answer"),
    };
    Err(answer(why))
}

/// The reason in words, and what the system said.
fn silent(fault: &Fault) -> Told {
    let meaning = fault.reason.text().meaning;
    Told {
        vi: format!("{}: {}", fault.reason, meaning.vi),
        en: format!("{}: {} ({fault})", fault.reason, meaning.en),
    }
}

fn tls_settings(options: &HealthcheckOptions) -> Result<TlsSettings, Told> {
    let roots_pem = options.ca_files.iter().map(|file| contents(file)).collect::<Result<_, _>>()?;
    Ok(TlsSettings { roots_pem, server_name: options.server_name.clone(), ..TlsSettings::default() })
}

/// `Authorization: Basic` (RFC 7617), where there is a user.
fn headers(login: Option<&(String, PathBuf)>) -> Result<HeaderMap, Told> {
    let mut headers = HeaderMap::new();
    let Some((user, file)) = login else { return Ok(headers) };
    let path = file.display();
    let not_text = |_| told!("\"{path}\" không phải UTF-8", "\"{path}\" is not UTF-8");
    let password = Secret::new(String::from_utf8(contents(file)?).map_err(not_text)?);
    let password = password.expose().trim_end_matches(['\r', '\n']);
    let pair = STANDARD.encode(format!("{user}:{password}"));
    let mut value =
        HeaderValue::try_from(format!("Basic {pair}")).map_err(|why| Told::same(why.to_string()))?;
    value.set_sensitive(true);
    headers.insert(AUTHORIZATION, value);
    Ok(headers)
}

fn contents(file: &Path) -> Result<Vec<u8>, Told> {
    std::fs::read(file).map_err(|why| {
        let (path, Told { vi, en }) = (file.display(), foreign::io(&why));
        told!("không đọc được \"{path}\": {vi}", "cannot read \"{path}\": {en}")
    })
}

fn address(text: &str) -> Result<Url, Told> {
    let wrong = |Told { vi, en }: Told| Told {
        vi: format!(
            "\"{text}\" không phải là địa chỉ của trình giám sát ({vi}): viết dạng http://127.0.0.1:9715"
        ),
        en: format!("\"{text}\" is not the address of a monitor ({en}): write it as http://127.0.0.1:9715"),
    };
    let mut url = Url::parse(text).map_err(|why| wrong(foreign::url(why)))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(wrong(told!("không phải http hay https", "neither http nor https")));
    }
    let path = format!("{}/-/healthy", url.path().trim_end_matches('/'));
    url.set_path(&path);
    url.set_query(None);
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn the_path_is_added_below_a_prefix() {
        let asked = |text| address(text).map(|url| url.to_string());
        assert_eq!(asked("http://127.0.0.1:9715"), Ok("http://127.0.0.1:9715/-/healthy".to_owned()));
        assert_eq!(asked("http://m.example/emc/?x"), Ok("http://m.example/emc/-/healthy".to_owned()));
        assert!(asked("127.0.0.1:9715").is_err() && asked("ftp://m.example").is_err());
    }
}
