//! Probes that are put together from flags: the kind's own settings, made of JSON, so that flags and files are judged
//! by the same rules.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;
use serde_json::{Value, json};
use url::Url;

use crate::app::kinds::settings_schema;
use crate::app::probe::{Prepared, ProbeError};
use crate::config::global::user_agent;
use crate::config::of_json;
use crate::config::resources::{NoEnvironment, Store};
use crate::html::phrases::Phrases;
use crate::metrics::settings::StoreSettings;
use crate::model::id::{Name, ProbeId};
use crate::model::text::Text;
use crate::model::told::{Told, told};
use crate::net::NetSettings;
use crate::net::politeness::PolitenessSettings;
use crate::probe::SharedProbe;
use crate::probe::kind::{KINDS, KindInfo, KindSettings};
use crate::probe::settings::{Context, Span};
use crate::probe::spec::ProbeSpec;

/// The authority under which bare targets run.
pub const AUTHORITY: &str = "adhoc";
const MUTATES_HELP: Text =
    Text { vi: "thêm --mutates nếu đúng là muốn vậy", en: "add --mutates if that is meant" };
/// The port of name servers.
const DNS_PORT: u16 = 53;

/// A target without configuration and what is asked of it.
#[derive(Clone, Debug)]
pub struct Bare {
    /// A URL, or with a kind whatever that kind takes.
    pub target: String,
    /// Which kind; by the URL's scheme where none is given.
    pub kind: Option<String>,
    /// How long the run may last, as typed.
    pub timeout: String,
    /// Whether something may be changed on the server.
    pub mutates: bool,
    /// Settings of the kind.
    pub given: Vec<Given>,
    /// Networks never to connect to, as typed.
    pub deny_networks: Vec<String>,
    /// Name servers, as typed.
    pub resolvers: Vec<String>,
}

/// One flag and the setting it stands for.
#[derive(Clone, Debug)]
pub struct Given {
    /// The flag.
    pub flag: &'static str,
    /// Path of the setting, such as `expect.contains`.
    pub path: &'static str,
    /// Its value.
    pub value: Value,
}

/// A flag that cannot be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlagError {
    /// The flag, or the target.
    pub flag: String,
    /// What is wrong.
    pub message: Told,
    /// How to mend it; empty if the message says it.
    pub help: Told,
}

impl FlagError {
    fn new(flag: &str, message: Told) -> Self {
        Self { flag: flag.to_owned(), message, help: Told::nothing() }
    }
}

/// Whether a target needs no configuration.
#[must_use]
pub fn is_bare(target: &str, kind: Option<&str>) -> bool {
    kind.is_some() || target.contains("://")
}

/// Builds the probes of bare targets.
pub(in crate::app) fn prepare(targets: &[Bare]) -> Result<Prepared, ProbeError> {
    let mut errors = Vec::new();
    let mut specs = Vec::new();
    let mut net = NetSettings::default();
    let mut slow_after = None;
    for (number, bare) in targets.iter().enumerate() {
        if number == 0 {
            net = network(bare, &mut errors);
            slow_after = slow_after_of(bare);
        }
        match build(bare, number) {
            Ok(spec) => specs.push(Arc::new(spec)),
            Err(wrong) => errors.extend(wrong),
        }
    }
    errors.dedup();
    if !errors.is_empty() {
        return Err(ProbeError::Flags(errors));
    }
    let politeness = PolitenessSettings::default();
    Ok(Prepared { specs, slow_after, configured: false, net, politeness, store: StoreSettings::default() })
}

fn slow_after_of(bare: &Bare) -> Option<Duration> {
    let given = bare.given.iter().find(|given| given.path == "slow_after")?;
    Span::parse(given.value.as_str()?).ok().map(|span| span.0)
}

fn network(bare: &Bare, errors: &mut Vec<FlagError>) -> NetSettings {
    let mut net = NetSettings::default();
    for text in &bare.deny_networks {
        match parse_network(text) {
            Some(network) => net.deny_networks.push(network),
            None => errors.push(FlagError::new(
                "--deny-network",
                told!(
                    "\"{text}\" không phải là mạng: viết địa chỉ và độ dài tiền tố, ví dụ 10.0.0.0/8",
                    "\"{text}\" is not a network: write an address and a length, such as 10.0.0.0/8"
                ),
            )),
        }
    }
    for text in &bare.resolvers {
        match parse_server(text) {
            Some(server) => net.resolvers.push(server),
            None => errors.push(FlagError::new(
                "--resolver",
                told!(
                    "\"{text}\" không phải là máy chủ DNS: viết địa chỉ IP, kèm số cổng nếu không phải 53",
                    "\"{text}\" is not a name server: write an IP address, with a port if it is not 53"
                ),
            )),
        }
    }
    net
}

fn parse_network(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

fn parse_server(text: &str) -> Option<SocketAddr> {
    text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(|address| (address, DNS_PORT).into()))
}

/// One target with its settings, as one probe; its number tells it from others at the same host.
fn build(bare: &Bare, number: usize) -> Result<ProbeSpec, Vec<FlagError>> {
    let timeout = Span::parse(&bare.timeout).map_err(|why| vec![FlagError::new("--timeout", why)])?.0;
    let (kind, target) = aim(bare).map_err(|error| vec![error])?;
    let settings = settings(bare, kind, &target)?;
    let host = host_of(&target);
    let allowed = [host.clone()];
    // Secrets have no flag: a command line is seen by every user of the machine.
    let store = Store::new(&NoEnvironment);
    let files = store.within(Path::new(""));
    let agent = user_agent(None);
    let context = Context {
        portal_url: None,
        timeout,
        mutates: bare.mutates,
        allow_mutations: if bare.mutates { &allowed } else { &[] },
        proxy: None,
        roots_pem: &[],
        user_agent: &agent,
        phrases: Arc::new(Phrases::default()),
        resources: &files,
    };
    let probe = settings.build(&context).map_err(|errors| {
        let told = |error: crate::probe::settings::SettingsError| FlagError {
            flag: flag_of(bare, &error.path),
            message: error.message,
            // What is said in files by two keys is said here by one flag.
            help: if error.path == "method" && !bare.mutates { MUTATES_HELP.into() } else { error.help },
        };
        errors.0.into_iter().map(told).collect::<Vec<_>>()
    })?;
    let name = if number == 0 { kind.name.to_owned() } else { format!("{}-{}", kind.name, number + 1) };
    let id = ProbeId { authority: named(AUTHORITY), portal: named(&host), probe: named(&name) };
    Ok(spec(id, kind.name, timeout, probe))
}

fn named(text: &str) -> Name {
    Name::try_from(slug(text)).expect("a slug is a name")
}

fn spec(id: ProbeId, kind: &'static str, timeout: Duration, probe: SharedProbe) -> ProbeSpec {
    ProbeSpec {
        id,
        kind,
        every: timeout,
        timeout,
        confirm: 0,
        target: probe.target(),
        host: probe.hosts().into_iter().next(),
        probe,
        labels: Arc::new(BTreeMap::new()),
        fingerprint: 0,
    }
}

/// A name made of any text.
fn slug(text: &str) -> String {
    let allowed =
        |c: char| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c.to_ascii_lowercase() } else { '-' };
    let slug: String = text.chars().map(allowed).take(crate::model::id::NAME_MAX).collect();
    let slug = slug.trim_start_matches(['-', '_', '.']);
    if slug.is_empty() { "target".to_owned() } else { slug.to_owned() }
}

/// Which kind is meant, and the target in the form that it takes.
fn aim(bare: &Bare) -> Result<(&'static KindInfo, String), FlagError> {
    let (scheme, rest) = bare.target.split_once("://").unwrap_or(("", &bare.target));
    let implied = match scheme {
        "" => None,
        "http" | "https" => Some("http"),
        other => Some(other),
    };
    let wanted = bare.kind.as_deref().or(implied).unwrap_or("http");
    let Some(kind) = KINDS.iter().find(|kind| kind.name == wanted) else {
        let names: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
        let flag = if bare.kind.is_some() { "--kind" } else { bare.target.as_str() };
        return Err(FlagError::new(
            flag,
            told!(
                "không có loại phép đo \"{wanted}\": chỉ có {known}",
                "there is no kind \"{wanted}\": there are {known}",
                known = names.join(", "),
            ),
        ));
    };
    let target = match kind.name {
        "http" if scheme.is_empty() => format!("https://{rest}"),
        "http" => bare.target.clone(),
        "dns" => rest.split(['/', ':']).next().unwrap_or_default().to_owned(),
        _ => with_port(rest.split('/').next().unwrap_or_default(), scheme, kind.name),
    };
    Ok((kind, target))
}

/// `host:port`; the port of the scheme where none is given.
fn with_port(authority: &str, scheme: &str, kind: &str) -> String {
    let has_port = authority.rsplit_once(':').is_some_and(|(host, port)| {
        port.chars().all(|c| c.is_ascii_digit()) && (!host.contains(':') || host.ends_with(']'))
    });
    match (has_port, scheme, kind) {
        (true, ..) => authority.to_owned(),
        (false, "http", _) => format!("{authority}:80"),
        (false, "https", _) | (false, _, "tls") => format!("{authority}:443"),
        _ => authority.to_owned(),
    }
}

fn host_of(target: &str) -> String {
    let parsed = Url::parse(target).ok().filter(Url::has_host);
    match parsed.as_ref().and_then(Url::host_str) {
        Some(host) => host.to_owned(),
        None => target.rsplit_once(':').map_or(target, |(host, _)| host).to_owned(),
    }
}

/// The part of a kind's settings that names the target.
fn target_settings(kind: &str, target: &str) -> Value {
    match (kind, target.rsplit_once(':')) {
        ("http", _) => json!({ "url": target }),
        ("dns", _) => json!({ "name": target }),
        (_, Some((host, port))) => {
            let host = host.trim_start_matches('[').trim_end_matches(']');
            json!({ "host": host, "port": port.parse::<u16>().map_or_else(|_| json!(port), Value::from) })
        }
        (_, None) => json!({ "host": target }),
    }
}

/// The kind's settings. Each flag is tried by itself first, so that an error names its flag.
fn settings(bare: &Bare, kind: &'static KindInfo, target: &str) -> Result<KindSettings, Vec<FlagError>> {
    let schema = settings_schema(kind);
    let base = target_settings(kind.name, target);
    let mut whole = base.clone();
    let mut errors = Vec::new();
    for given in &bare.given {
        if !has_setting(&schema, given.path) {
            let message = told!(
                "không dùng được với loại phép đo \"{name}\"",
                "does not fit the kind \"{name}\"",
                name = kind.name,
            );
            errors.push(FlagError::new(given.flag, message));
            continue;
        }
        let mut alone = base.clone();
        place(&mut alone, given.path, given.value.clone());
        match read(kind.name, alone) {
            Ok(_) => place(&mut whole, given.path, given.value.clone()),
            Err(why) => errors.push(FlagError::new(given.flag, why)),
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    read(kind.name, whole).map_err(|why| vec![FlagError::new(&bare.target, why)])
}

fn read(kind: &str, settings: Value) -> Result<KindSettings, Told> {
    of_json(&json!({ kind: settings }))
}

fn has_setting(schema: &Value, path: &str) -> bool {
    path.split('.').try_fold(schema, |schema, key| schema.get("properties")?.get(key)).is_some()
}

/// Puts a value at a path, making the objects on the way.
fn place(settings: &mut Value, path: &str, value: Value) {
    let mut here = settings;
    for key in path.split('.') {
        here = &mut here[key];
    }
    *here = value;
}

/// The flag whose setting an error is about; the target where it is none's.
fn flag_of(bare: &Bare, path: &str) -> String {
    let about = |given: &&Given| path == given.path || path.starts_with(&format!("{}.", given.path));
    match bare.given.iter().find(about) {
        Some(given) => given.flag.to_owned(),
        None if path == "method" => "--method".to_owned(),
        None => bare.target.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bare(target: &str, kind: Option<&str>) -> Bare {
        Bare {
            target: target.to_owned(),
            kind: kind.map(str::to_owned),
            timeout: "1s".to_owned(),
            mutates: false,
            given: Vec::new(),
            deny_networks: Vec::new(),
            resolvers: Vec::new(),
        }
    }

    #[test]
    fn a_scheme_or_a_flag_names_the_kind() {
        let aimed = |target, kind| aim(&bare(target, kind)).map(|(kind, target)| (kind.name, target)).ok();
        assert_eq!(aimed("https://a.example/x", None), Some(("http", "https://a.example/x".to_owned())));
        assert_eq!(aimed("a.example", Some("http")), Some(("http", "https://a.example".to_owned())));
        assert_eq!(aimed("gopher://a.example", None), None);
    }

    #[test]
    fn any_host_makes_a_name() {
        for host in ["A.Example", "::1", "", "-", &"x".repeat(200), "bộ.example"] {
            assert!(Name::try_from(slug(host)).is_ok(), "{host:?}");
        }
    }

    #[test]
    fn networks_and_name_servers_may_be_bare_addresses() {
        let mut errors = Vec::new();
        let mut given = bare("https://a.example", None);
        given.deny_networks = vec!["10.0.0.0/8".to_owned(), "::1".to_owned(), "ten".to_owned()];
        given.resolvers = vec!["192.0.2.1".to_owned(), "[2001:db8::1]:5353".to_owned(), "dns".to_owned()];
        let net = network(&given, &mut errors);
        assert_eq!((net.deny_networks.len(), net.resolvers.len(), errors.len()), (2, 2, 2));
        assert_eq!(net.resolvers[0].port(), 53);
    }
}
