//! `emc healthcheck`: asks a running monitor whether it is healthy, for containers and service managers.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, Method};
use url::Url;

use crate::model::fault::Fault;
use crate::model::foreign;
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
}

/// Why the monitor is not known to be healthy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unhealthy {
    /// The address or the duration cannot be read.
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
    let answer = Unhealthy::Answer;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| answer(foreign::io(&error)))?;
    let _entered = runtime.enter();
    let net = Net::new(&NetSettings::default()).map_err(|fault| answer(Told::same(fault.to_string())))?;
    let tls = TlsPolicy::new(TlsSettings::default()).map_err(answer)?;
    let route = Route { family: Family::Any, proxy: None, tls: Arc::new(tls) };
    let request = Request { method: Method::GET, url, headers: HeaderMap::new(), body: Bytes::new() };
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
