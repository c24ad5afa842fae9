//! `--web.config.file` in exporter-toolkit's format, read strictly: all that is wrong is told at once, with its place,
//! and what rustls cannot honour is refused, not passed over.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use http::{HeaderName, HeaderValue};
use serde_saphyr::{Location, Spanned};

use crate::probe::settings::Span;
use crate::web::located::{Node, Problem, tree};

/// Keys of `tls_server_config`.
const TLS_KEYS: [&str; 9] = [
    "cert_file",
    "key_file",
    "client_ca_file",
    "client_auth_type",
    "min_version",
    "max_version",
    "cipher_suites",
    "curve_preferences",
    "prefer_server_cipher_suites",
];
/// Suites of TLS 1.2 that rustls has; those of 1.3 are not to be chosen, as in Go.
pub(crate) const SUITES: &[&str] = &[
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
];
/// Groups by Go's names.
pub(crate) const CURVES: &[&str] = &["X25519", "CurveP256", "CurveP384"];
/// Headers that exporter-toolkit lets an operator set.
const HEADERS: [&str; 5] = [
    "Content-Security-Policy",
    "Strict-Transport-Security",
    "X-Content-Type-Options",
    "X-Frame-Options",
    "X-XSS-Protection",
];
/// bcrypt doubles its time with each step; beyond this a login takes seconds.
const COST_MAX: u32 = 15;

/// Who must show a certificate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum ClientAuth {
    /// Nobody.
    #[default]
    None,
    /// Who shows one must show a good one.
    IfGiven,
    /// Everybody.
    Required,
}

/// TLS as configured.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct TlsFiles {
    /// Chain, PEM.
    pub(crate) cert_file: PathBuf,
    /// Key, PEM.
    pub(crate) key_file: PathBuf,
    /// Roots of clients, PEM.
    pub(crate) client_ca_file: Option<PathBuf>,
    /// Who must show a certificate.
    pub(crate) client_auth: ClientAuth,
    /// Whether TLS 1.2 is spoken.
    pub(crate) tls12: bool,
    /// Whether TLS 1.3 is spoken.
    pub(crate) tls13: bool,
    /// Suites of TLS 1.2 by IANA name; empty for ours.
    pub(crate) cipher_suites: Vec<String>,
    /// Groups by Go's names, best first; empty for ours.
    pub(crate) curves: Vec<String>,
    /// Whether a client's order of suites counts.
    pub(crate) clients_order: bool,
}

/// How many requests are let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RateLimit {
    /// One request each.
    pub(crate) interval: Duration,
    /// So many at once.
    pub(crate) burst: u32,
}

/// The whole file.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct WebConfig {
    /// TLS, `None` for plain HTTP.
    pub(crate) tls: Option<TlsFiles>,
    /// Whether HTTP/2 is offered over TLS.
    pub(crate) http2: bool,
    /// Headers of every answer.
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    /// Users and bcrypt hashes; empty for no basic auth.
    pub(crate) users: BTreeMap<String, String>,
    /// Limit on requests.
    pub(crate) rate_limit: Option<RateLimit>,
}

/// Reads the file's text. Relative paths are below `folder`.
///
/// # Errors
/// Everything that is wrong.
pub(crate) fn parse(text: &str, folder: &Path) -> Result<WebConfig, Vec<Problem>> {
    let root = tree(text).map_err(|problem| vec![problem])?;
    let mut reading = Reading { folder, problems: Vec::new() };
    let mut config = WebConfig { http2: true, ..WebConfig::default() };
    let sections = ["tls_server_config", "http_server_config", "basic_auth_users", "rate_limit"];
    for (key, value) in reading.members(&root, &sections) {
        match key {
            "tls_server_config" => config.tls = reading.tls(value),
            "http_server_config" => reading.http(value, &mut config),
            "basic_auth_users" => config.users = reading.users(value),
            _ => config.rate_limit = reading.rate_limit(value),
        }
    }
    if reading.problems.is_empty() { Ok(config) } else { Err(reading.problems) }
}

/// A walk through the file that goes on after an error.
struct Reading<'a> {
    folder: &'a Path,
    problems: Vec<Problem>,
}

impl Reading<'_> {
    fn wrong(&mut self, place: Location, message: impl Into<String>) {
        self.problems.push(Problem::new(place, message));
    }

    /// Keys and values of a map, those that are not allowed reported and left out.
    fn members<'n>(
        &mut self,
        node: &'n Spanned<Node>,
        allowed: &[&str],
    ) -> Vec<(&'n str, &'n Spanned<Node>)> {
        let Node::Map(members) = &node.value else {
            if !matches!(node.value, Node::Empty) {
                self.wrong(node.referenced, format!("keys are wanted here: {}", allowed.join(", ")));
            }
            return Vec::new();
        };
        let mut known = Vec::new();
        for (key, value) in members {
            if allowed.contains(&key.value.as_str()) {
                known.push((key.value.as_str(), value));
            } else {
                let message =
                    format!("\"{}\" is not a key here; allowed are {}", key.value, allowed.join(", "));
                self.wrong(key.referenced, message);
            }
        }
        known
    }

    fn text<'n>(&mut self, node: &'n Spanned<Node>) -> Option<&'n str> {
        if let Node::Scalar(text) = &node.value {
            return Some(text);
        }
        self.wrong(node.referenced, "one value is wanted here");
        None
    }

    fn path(&mut self, node: &Spanned<Node>) -> PathBuf {
        let text = self.text(node).unwrap_or_default();
        if text.is_empty() {
            self.wrong(node.referenced, "the name of a file is wanted here");
        }
        self.folder.join(text)
    }

    fn flag(&mut self, node: &Spanned<Node>) -> bool {
        let text = self.text(node).unwrap_or_default();
        if !matches!(text, "true" | "false") {
            self.wrong(node.referenced, format!("\"{text}\" is not allowed; write true or false"));
        }
        text == "true"
    }

    /// The texts of a list.
    fn list<'n>(&mut self, node: &'n Spanned<Node>) -> Vec<(&'n str, Location)> {
        let Node::List(items) = &node.value else {
            self.wrong(node.referenced, "a list is wanted here");
            return Vec::new();
        };
        items.iter().filter_map(|item| self.text(item).map(|text| (text, item.referenced))).collect()
    }

    fn tls(&mut self, node: &Spanned<Node>) -> Option<TlsFiles> {
        let mut tls = TlsFiles { tls12: true, tls13: true, ..TlsFiles::default() };
        let members = self.members(node, &TLS_KEYS);
        let mut versions = (2, 3);
        for (key, value) in &members {
            match *key {
                "cert_file" => tls.cert_file = self.path(value),
                "key_file" => tls.key_file = self.path(value),
                "client_ca_file" => tls.client_ca_file = Some(self.path(value)),
                "client_auth_type" => tls.client_auth = self.client_auth(value),
                "min_version" => versions.0 = self.version(value),
                "max_version" => versions.1 = self.version(value),
                "cipher_suites" => tls.cipher_suites = self.names(value, SUITES),
                "curve_preferences" => tls.curves = self.names(value, CURVES),
                _ => tls.clients_order = !self.flag(value),
            }
        }
        if members.is_empty() {
            return None;
        }
        self.check_tls(&tls, versions, node.referenced);
        tls.tls12 = versions.0 == 2;
        tls.tls13 = versions.1 == 3;
        Some(tls)
    }

    fn check_tls(&mut self, tls: &TlsFiles, versions: (u8, u8), place: Location) {
        for (file, key) in [(&tls.cert_file, "cert_file"), (&tls.key_file, "key_file")] {
            if file.as_os_str().is_empty() {
                self.wrong(place, format!("\"{key}\" is missing"));
            }
        }
        if versions.0 > versions.1 {
            self.wrong(place, "\"min_version\" is above \"max_version\"");
        }
        if (tls.client_auth == ClientAuth::None) != tls.client_ca_file.is_none() {
            self.wrong(
                place,
                "\"client_ca_file\" goes with a \"client_auth_type\" that verifies, and the other way round",
            );
        }
    }

    fn client_auth(&mut self, node: &Spanned<Node>) -> ClientAuth {
        match self.text(node).unwrap_or_default() {
            "NoClientCert" | "" => ClientAuth::None,
            "VerifyClientCertIfGiven" => ClientAuth::IfGiven,
            "RequireAndVerifyClientCert" => ClientAuth::Required,
            other => {
                let allowed = "NoClientCert, VerifyClientCertIfGiven or RequireAndVerifyClientCert";
                let why = "a certificate that nobody verifies proves nothing";
                self.wrong(node.referenced, format!("\"{other}\" is not allowed; use {allowed}: {why}"));
                ClientAuth::None
            }
        }
    }

    /// 2 for TLS 1.2, 3 for TLS 1.3.
    fn version(&mut self, node: &Spanned<Node>) -> u8 {
        match self.text(node).unwrap_or_default() {
            "TLS12" => 2,
            "TLS13" => 3,
            other => {
                self.wrong(node.referenced, format!("\"{other}\" is not allowed; use TLS12 or TLS13"));
                3
            }
        }
    }

    fn names(&mut self, node: &Spanned<Node>, allowed: &[&str]) -> Vec<String> {
        let mut names = Vec::new();
        for (name, place) in self.list(node) {
            if allowed.contains(&name) {
                names.push(name.to_owned());
            } else {
                self.wrong(place, format!("\"{name}\" is not allowed; use {}", allowed.join(", ")));
            }
        }
        names
    }

    fn http(&mut self, node: &Spanned<Node>, config: &mut WebConfig) {
        for (key, value) in self.members(node, &["http2", "headers"]) {
            if key == "http2" {
                config.http2 = self.flag(value);
                continue;
            }
            for (name, value) in self.members(value, &HEADERS) {
                let text = self.text(value).unwrap_or_default();
                match (HeaderName::from_str(name), HeaderValue::from_str(text)) {
                    (Ok(name), Ok(value)) => config.headers.push((name, value)),
                    _ => self
                        .wrong(value.referenced, format!("\"{name}\" has a value that no header can have")),
                }
            }
        }
    }

    fn users(&mut self, node: &Spanned<Node>) -> BTreeMap<String, String> {
        let mut users = BTreeMap::new();
        let Node::Map(members) = &node.value else {
            if !matches!(node.value, Node::Empty) {
                self.wrong(node.referenced, "users and their bcrypt hashes are wanted here");
            }
            return users;
        };
        for (user, hash) in members {
            match self
                .text(hash)
                .and_then(|hash| bcrypt::HashParts::from_str(hash).ok().map(|parts| (hash, parts)))
            {
                Some((_, parts)) if parts.get_cost() > COST_MAX => {
                    self.wrong(
                        hash.referenced,
                        format!("the hash has a cost above {COST_MAX}: logins would take seconds"),
                    );
                }
                Some((hash, _)) => drop(users.insert(user.value.clone(), hash.to_owned())),
                // The value is not shown: somebody may have written the password itself.
                None => self.wrong(
                    hash.referenced,
                    format!(
                        "user \"{}\" has no bcrypt hash; make one with: htpasswd -nBC 10 USER",
                        user.value
                    ),
                ),
            }
        }
        users
    }

    fn rate_limit(&mut self, node: &Spanned<Node>) -> Option<RateLimit> {
        let (mut interval, mut burst) = (Duration::ZERO, 1);
        for (key, value) in self.members(node, &["interval", "burst"]) {
            let text = self.text(value).unwrap_or_default();
            if key == "interval" {
                match Span::parse(text) {
                    Ok(span) => interval = span.0,
                    Err(message) => self.wrong(value.referenced, message.en),
                }
            } else {
                match text.parse() {
                    Ok(number) if number > 0 => burst = number,
                    _ => self
                        .wrong(value.referenced, format!("\"{text}\" is not a number of requests above 0")),
                }
            }
        }
        (!interval.is_zero()).then_some(RateLimit { interval, burst })
    }
}
