//! Who may come in and how the line is secured: made of the web configuration, and made anew when its files change.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use arc_swap::ArcSwap;
use http::{HeaderName, HeaderValue};
use rustls::ServerConfig;
use rustls::crypto::{CryptoProvider, SupportedKxGroup, aws_lc_rs};
use rustls::server::WebPkiClientVerifier;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;
use tracing::{info, warn};

use crate::web::auth::{Memory, Users};
use crate::web::stream::pause;
use crate::web::web_config::{ClientAuth, RateLimit, TlsFiles, WebConfig, parse};

/// How often the files are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// The largest file that is read.
const FILE_MAX: u64 = 1 << 20;

/// What one reading of the files yields.
#[derive(Debug, Default)]
struct Rules {
    tls: Option<Arc<ServerConfig>>,
    users: Option<Arc<Users>>,
    headers: Vec<(HeaderName, HeaderValue)>,
    rate_limit: Option<Bucket>,
}

/// A file as it was when it was read: time of change and length.
type Stamp = Option<(SystemTime, u64)>;

/// Who may come in. Shared by all connections.
#[derive(Debug)]
pub struct Access {
    file: Option<PathBuf>,
    rules: ArcSwap<Rules>,
    stamps: Mutex<BTreeMap<PathBuf, Stamp>>,
    memory: Arc<Memory>,
}

impl Access {
    /// Reads the web configuration; without one, everybody may come in over plain HTTP.
    ///
    /// # Errors
    /// All that is wrong, a line each.
    pub fn load(file: Option<&Path>) -> Result<Self, String> {
        let access = Self {
            file: file.map(Path::to_owned),
            rules: ArcSwap::default(),
            stamps: Mutex::default(),
            memory: Memory::new()?,
        };
        access.read()?;
        Ok(access)
    }

    /// Whether we speak TLS.
    #[must_use]
    pub fn has_tls(&self) -> bool {
        self.rules.load().tls.is_some()
    }

    pub(crate) fn tls(&self) -> Option<TlsAcceptor> {
        self.rules.load().tls.clone().map(TlsAcceptor::from)
    }

    pub(crate) fn users(&self) -> Option<Arc<Users>> {
        self.rules.load().users.clone()
    }

    pub(crate) fn headers(&self) -> Vec<(HeaderName, HeaderValue)> {
        self.rules.load().headers.clone()
    }

    /// Whether one more request is within the limit.
    pub(crate) fn within_rate(&self, now: Instant) -> bool {
        self.rules.load().rate_limit.as_ref().is_none_or(|bucket| bucket.take(now))
    }

    /// Looks after the files until the program ends. A bad change is told in the log and nothing else happens.
    pub(crate) async fn watch(self: Arc<Self>) {
        if self.file.is_none() {
            return;
        }
        loop {
            pause(LOOK_EVERY).await;
            let access = Arc::clone(&self);
            let outcome = tokio::task::spawn_blocking(move || access.read_if_changed()).await;
            match outcome {
                Ok(Ok(true)) => info!("the web configuration was read anew"),
                Ok(Err(wrong)) => {
                    warn!(%wrong, "the web configuration changed but is wrong; the old one stays");
                }
                Ok(Ok(false)) | Err(_) => {}
            }
        }
    }

    fn read_if_changed(&self) -> Result<bool, String> {
        let changed = {
            let stamps = self.stamps.lock().unwrap_or_else(PoisonError::into_inner);
            stamps.iter().any(|(file, before)| stamp(file) != *before)
        };
        if changed { self.read().map(|()| true) } else { Ok(false) }
    }

    fn read(&self) -> Result<(), String> {
        let Some(file) = &self.file else { return Ok(()) };
        let mut stamps = BTreeMap::from([(file.clone(), stamp(file))]);
        let outcome = self.rules_of(file, &mut stamps);
        *self.stamps.lock().unwrap_or_else(PoisonError::into_inner) = stamps;
        self.rules.store(Arc::new(outcome?));
        Ok(())
    }

    fn rules_of(&self, file: &Path, stamps: &mut BTreeMap<PathBuf, Stamp>) -> Result<Rules, String> {
        let text =
            String::from_utf8(contents(file)?).map_err(|_| format!("\"{}\" is not UTF-8", file.display()))?;
        let config = parse(&text, file.parent().unwrap_or(Path::new(""))).map_err(|problems| {
            problems.iter().fold(String::new(), |mut all, problem| {
                let _ = writeln!(all, "{}:{problem}", file.display());
                all
            })
        })?;
        if let Some(tls) = &config.tls {
            let files = [Some(&tls.cert_file), Some(&tls.key_file), tls.client_ca_file.as_ref()];
            stamps.extend(files.into_iter().flatten().map(|file| (file.clone(), stamp(file))));
        }
        let tls = config.tls.as_ref().map(|tls| server_config(tls, &config)).transpose()?;
        let users =
            (!config.users.is_empty()).then(|| Arc::new(Users::new(config.users, Arc::clone(&self.memory))));
        let rate_limit = config.rate_limit.map(Bucket::new);
        Ok(Rules { tls: tls.map(Arc::new), users, headers: config.headers, rate_limit })
    }
}

fn stamp(file: &Path) -> Stamp {
    let about = fs::metadata(file).ok()?;
    Some((about.modified().ok()?, about.len()))
}

fn contents(file: &Path) -> Result<Vec<u8>, String> {
    let wrong = |why: String| format!("cannot read \"{}\": {why}", file.display());
    let size = fs::metadata(file).map_err(|error| wrong(error.to_string()))?.len();
    if size > FILE_MAX {
        return Err(wrong(format!("it has {size} bytes, more than {FILE_MAX}")));
    }
    fs::read(file).map_err(|error| wrong(error.to_string()))
}

fn server_config(files: &TlsFiles, config: &WebConfig) -> Result<ServerConfig, String> {
    let wrong = |why: &dyn std::fmt::Display| format!("\"tls_server_config\" cannot be used: {why}");
    let provider = Arc::new(provider(files));
    let versions: Vec<_> = [(files.tls12, &rustls::version::TLS12), (files.tls13, &rustls::version::TLS13)]
        .into_iter()
        .filter_map(|(wanted, version)| wanted.then_some(version))
        .collect();
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&versions)
        .map_err(|error| wrong(&error))?;
    let builder = match &files.client_ca_file {
        None => builder.with_no_client_auth(),
        Some(roots) => {
            let mut store = rustls::RootCertStore::empty();
            for certificate in certificates(roots)? {
                store.add(certificate).map_err(|error| wrong(&error))?;
            }
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(store), provider);
            let verifier = if files.client_auth == ClientAuth::IfGiven {
                verifier.allow_unauthenticated()
            } else {
                verifier
            };
            builder.with_client_cert_verifier(verifier.build().map_err(|error| wrong(&error))?)
        }
    };
    let key = PrivateKeyDer::from_pem_slice(&contents(&files.key_file)?)
        .map_err(|error| format!("\"{}\" holds no private key in PEM: {error}", files.key_file.display()))?;
    let mut tls =
        builder.with_single_cert(certificates(&files.cert_file)?, key).map_err(|error| wrong(&error))?;
    tls.ignore_client_order = !files.clients_order;
    tls.alpn_protocols = if config.http2 { vec![b"h2".to_vec()] } else { Vec::new() };
    tls.alpn_protocols.push(b"http/1.1".to_vec());
    Ok(tls)
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&contents(file)?).collect();
    let found = read.map_err(|error| format!("\"{}\" is not PEM: {error}", file.display()))?;
    if found.is_empty() {
        Err(format!("\"{}\" holds no certificate in PEM", file.display()))
    } else {
        Ok(found)
    }
}

/// The cryptography with only what the operator chose; TLS 1.3 keeps all its suites.
fn provider(files: &TlsFiles) -> CryptoProvider {
    let mut provider = aws_lc_rs::default_provider();
    if !files.cipher_suites.is_empty() {
        let chosen = |name: &str| files.cipher_suites.iter().any(|suite| suite == name);
        provider
            .cipher_suites
            .retain(|suite| suite.tls13().is_some() || suite.suite().as_str().is_some_and(chosen));
    }
    if !files.curves.is_empty() {
        provider.kx_groups = files.curves.iter().filter_map(|name| group(name)).collect();
    }
    provider
}

fn group(name: &str) -> Option<&'static dyn SupportedKxGroup> {
    match name {
        "X25519" => Some(aws_lc_rs::kx_group::X25519),
        "CurveP256" => Some(aws_lc_rs::kx_group::SECP256R1),
        "CurveP384" => Some(aws_lc_rs::kx_group::SECP384R1),
        _ => None,
    }
}

/// Requests within a limit: `burst` at once, and one more each `interval`.
#[derive(Debug)]
struct Bucket {
    limit: RateLimit,
    /// When the bucket would be full again.
    full_at: Mutex<Option<Instant>>,
}

impl Bucket {
    const fn new(limit: RateLimit) -> Self {
        Self { limit, full_at: Mutex::new(None) }
    }

    fn take(&self, now: Instant) -> bool {
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        let next = full_at.map_or(now, |at| at.max(now)) + self.limit.interval;
        let within = next - now <= self.limit.interval * self.limit.burst;
        if within {
            *full_at = Some(next);
        }
        within
    }
}
