//! The flags of the web server.

use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;

use url::Url;

use crate::model::foreign;
use crate::model::told::{Told, told};

/// Where we listen unless told otherwise: this machine only.
pub const DEFAULT_LISTEN: &str = "127.0.0.1:9715";
/// Connections held at a time; when one more comes, the one that was silent for longest goes.
pub const DEFAULT_MAX_CONNECTIONS: usize = 256;

/// What the operator sets by flags.
#[derive(Clone, Debug)]
pub struct WebSettings {
    /// Addresses to listen on.
    pub listen: Vec<SocketAddr>,
    /// Addresses on which only the status page is served, for all to see.
    pub status_only: Vec<SocketAddr>,
    /// File in exporter-toolkit's format: TLS and basic auth.
    pub config_file: Option<PathBuf>,
    /// Address by which users reach us, where a proxy stands before us; its path prefixes all routes.
    pub external_url: Option<Url>,
    /// Connections held at a time.
    pub max_connections: usize,
}

impl Default for WebSettings {
    fn default() -> Self {
        Self {
            listen: vec![SocketAddr::from(([127, 0, 0, 1], 9715))],
            status_only: Vec::new(),
            config_file: None,
            external_url: None,
            max_connections: DEFAULT_MAX_CONNECTIONS,
        }
    }
}

impl WebSettings {
    /// Path before all routes: empty, or `/emc`.
    #[must_use]
    pub fn prefix(&self) -> String {
        let path = self.external_url.as_ref().map_or("", Url::path);
        path.trim_end_matches('/').to_owned()
    }
}

/// Reads a `--web.listen-address`: `HOST:PORT`, or `:PORT` for all IPv4 addresses of this machine.
///
/// # Errors
/// A sentence that says what is allowed.
pub fn listen_address(text: &str) -> Result<SocketAddr, Told> {
    let wrong = || {
        told!(
            "\"{text}\" không phải là địa chỉ để lắng nghe: viết MÁY:CỔNG, ví dụ {DEFAULT_LISTEN}, hoặc :CỔNG",
            "\"{text}\" is not an address to listen on: write HOST:PORT such as {DEFAULT_LISTEN}, or :PORT"
        )
    };
    let whole = if text.starts_with(':') { format!("0.0.0.0{text}") } else { text.to_owned() };
    whole.to_socket_addrs().ok().and_then(|mut addresses| addresses.next()).ok_or_else(wrong)
}

/// Reads a `--web.external-url`.
///
/// # Errors
/// A sentence that says what is allowed.
pub fn external_url(text: &str) -> Result<Url, Told> {
    let wrong = |Told { vi, en }: Told| Told {
        vi: format!("\"{text}\" không dùng làm địa chỉ bên ngoài được: {vi}"),
        en: format!("\"{text}\" is not an external address: {en}"),
    };
    let url = Url::parse(text).map_err(|error| wrong(foreign::url(error)))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(wrong(told!(
            "phải bắt đầu bằng http:// hoặc https://",
            "it begins with http:// or https://"
        )));
    }
    let is_plain = url.path().bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte));
    if !is_plain || url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
        return Err(wrong(told!(
            "chỉ được gồm tên máy chủ và đường dẫn với các ký tự a-z, A-Z, 0-9, \"-\", \"_\", \".\", \"~\"",
            "only a host and a path of a-z, A-Z, 0-9, \"-\", \"_\", \".\", \"~\" are allowed"
        )));
    }
    Ok(url)
}
