//! Settings of the `tcp` kind as they stand in a file, and their checking into a [`Plan`].

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use regex::Regex;
use schemars::JsonSchema;
use serde::Deserialize;
use url::Host;

use crate::model::secret::Secret;
use crate::model::told::{Told, told};
use crate::net::route::{Endpoint, Route};
use crate::probe::SharedProbe;
use crate::probe::kind::Settings;
use crate::probe::route::{FamilyKey, route};
use crate::probe::settings::{Context, SecretSource, SettingsErrors, Span, TlsKeys, no_host, no_regex};
use crate::probe::tcp::TcpProbe;

/// The most steps of a dialogue.
const STEPS_MAX: usize = 50;

/// Connects, over TLS if wanted, and holds a dialogue.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TcpSettings {
    /// Name or address to connect to, instead of the portal's.
    pub host: Option<String>,
    /// TCP port; that of the portal's address by default.
    pub port: Option<u16>,
    /// Which address family may be used.
    pub family: FamilyKey,
    /// Address of an HTTP proxy, or `none` for no proxy where the whole configuration has one.
    pub proxy: Option<String>,
    /// Speak TLS from the first byte; for TLS later, a step says `starttls: true`.
    pub secure: bool,
    /// How TLS is spoken and judged.
    pub tls: TlsKeys,
    /// A certificate that ends sooner is `degraded`.
    pub warn_before: Option<Span>,
    /// The dialogue, in order.
    pub steps: Vec<StepKey>,
    /// A run that takes longer is `degraded`.
    pub slow_after: Option<Span>,
}

/// One step of the dialogue: one thing done, written with one key.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StepKey {
    /// Read lines until this regular expression fits one. Its groups stand in later `send` texts as `${1}` or `${name}`.
    Expect(String),
    /// Read exactly these bytes, written in hexadecimal.
    ExpectBytes(String),
    /// Send this text and a line end (CR LF). `${1}` stands for a group of the last `expect`, `$$` for a dollar sign.
    Send(String),
    /// Send these bytes, written in hexadecimal, and nothing more.
    SendHex(String),
    /// Send a secret and a line end (CR LF).
    SendSecret(SecretSource),
    /// `true`: speak TLS from here on.
    Starttls(bool),
}

/// A checked `tcp` probe.
#[derive(Debug)]
pub struct Plan {
    /// Where to connect to.
    pub endpoint: Endpoint,
    /// By which way.
    pub route: Route,
    /// Whether TLS is spoken from the first byte.
    pub secure: bool,
    /// A certificate that ends sooner is `degraded`.
    pub warn_before: Option<Duration>,
    /// The dialogue.
    pub acts: Vec<Act>,
    /// A run that takes longer is `degraded`.
    pub slow_after: Option<Duration>,
}

/// One act of the dialogue.
#[derive(Debug)]
pub enum Act {
    /// Read lines until one fits.
    ExpectLine(Regex),
    /// Read exactly these bytes.
    ExpectBytes(Vec<u8>),
    /// Send a text, with groups of the last fitting line put in.
    Send(String),
    /// Send bytes as they are.
    SendBytes(Vec<u8>),
    /// Send a secret.
    SendSecret(Secret),
    /// Speak TLS from here on.
    StartTls,
}

impl Settings for TcpSettings {
    fn build(self, context: &Context<'_>) -> Result<SharedProbe, SettingsErrors> {
        let mut errors = SettingsErrors::default();
        let endpoint = self.endpoint(context, &mut errors);
        let route = route(self.family, self.proxy.as_deref(), &self.tls, context, &mut errors);
        let acts = self.acts(context, &mut errors);
        let (Some(endpoint), Some(route)) = (endpoint, route) else { return Err(errors) };
        let plan = Plan {
            endpoint,
            route,
            secure: self.secure,
            warn_before: self.warn_before.map(|span| span.0),
            acts,
            slow_after: self.slow_after.map(|span| span.0),
        };
        errors.finish(Arc::new(TcpProbe::new(plan)) as SharedProbe)
    }
}

impl TcpSettings {
    fn endpoint(&self, context: &Context<'_>, errors: &mut SettingsErrors) -> Option<Endpoint> {
        let portal_port = context.portal_url.and_then(url::Url::port_or_known_default);
        let port = self.port.or(portal_port.filter(|_| self.host.is_none()));
        if port.is_none_or(|port| port == 0) {
            errors.add(
                "port",
                told!("chưa có số cổng để kết nối", "there is no port to connect to"),
                told!(
                    "viết \"port: N\" với N từ 1 đến 65535",
                    "write \"port: N\" with a number from 1 to 65535"
                ),
            );
        }
        let host = match (&self.host, context.portal_url.and_then(url::Url::host)) {
            (Some(host), _) => read_host(host, errors),
            (None, Some(host)) => Some(host.to_owned()),
            (None, None) => {
                errors.add(
                    "host",
                    told!("chưa có máy chủ để kết nối", "there is no host to connect to"),
                    told!(
                        "viết \"host: TÊN\", hoặc thêm \"url\" cho cổng",
                        "write \"host: NAME\", or give the portal a \"url\""
                    ),
                );
                None
            }
        };
        Some(Endpoint { host: host?, port: port.filter(|port| *port > 0)? })
    }

    fn acts(&self, context: &Context<'_>, errors: &mut SettingsErrors) -> Vec<Act> {
        if self.steps.len() > STEPS_MAX {
            let message = told!(
                "{given} bước là quá nhiều: nhiều nhất {STEPS_MAX}",
                "{given} steps are too many: at most {STEPS_MAX}",
                given = self.steps.len(),
            );
            errors.add("steps", message, Told::nothing());
        }
        let mut secured = self.secure;
        let mut acts = Vec::new();
        for (place, step) in self.steps.iter().enumerate() {
            let path = format!("steps.{place}");
            if matches!(step, StepKey::Starttls(true)) && std::mem::replace(&mut secured, true) {
                errors.add(
                    &format!("{path}.starttls"),
                    told!("kết nối đã dùng TLS từ trước", "TLS is spoken already"),
                    told!("bỏ bước này, hoặc bỏ \"secure: true\"", "drop the step, or \"secure: true\""),
                );
            }
            acts.extend(step.act(&path, context, errors));
        }
        acts
    }
}

impl StepKey {
    fn act(&self, path: &str, context: &Context<'_>, errors: &mut SettingsErrors) -> Option<Act> {
        match self {
            Self::Expect(pattern) => {
                pattern_of(pattern, &format!("{path}.expect"), errors).map(Act::ExpectLine)
            }
            Self::ExpectBytes(text) => {
                hexadecimal(text, &format!("{path}.expect_bytes"), errors).map(Act::ExpectBytes)
            }
            Self::Send(text) => Some(Act::Send(text.clone())),
            Self::SendHex(text) => hexadecimal(text, &format!("{path}.send_hex"), errors).map(Act::SendBytes),
            Self::SendSecret(source) => {
                let read = context.resources.secret(source);
                read.map_err(|why| errors.add(&format!("{path}.send_secret"), why, Told::nothing()))
                    .ok()
                    .map(Act::SendSecret)
            }
            Self::Starttls(true) => Some(Act::StartTls),
            Self::Starttls(false) => {
                errors.add(
                    &format!("{path}.starttls"),
                    told!("bước này không làm gì", "the step does nothing"),
                    told!("viết \"true\", hoặc bỏ bước này", "write \"true\", or drop the step"),
                );
                None
            }
        }
    }
}

fn pattern_of(pattern: &str, path: &str, errors: &mut SettingsErrors) -> Option<Regex> {
    let read = Regex::new(pattern).map_err(|error| {
        errors.add(path, no_regex(pattern, &error), Told::nothing());
    });
    read.ok()
}

/// A name, or an address with or without brackets.
fn read_host(text: &str, errors: &mut SettingsErrors) -> Option<Host<String>> {
    let read = match text.parse() {
        Ok(IpAddr::V4(address)) => Ok(Host::Ipv4(address)),
        Ok(IpAddr::V6(address)) => Ok(Host::Ipv6(address)),
        Err(_) => Host::parse(text),
    };
    read.map_err(|error| errors.add("host", no_host(text, error), Told::nothing())).ok()
}

fn hexadecimal(given: &str, path: &str, errors: &mut SettingsErrors) -> Option<Vec<u8>> {
    let digits: String = given.chars().filter(|character| !character.is_whitespace()).collect();
    let pairs = digits.as_bytes().chunks(2).map(|pair| {
        let pair = std::str::from_utf8(pair).ok().filter(|pair| pair.len() == 2)?;
        u8::from_str_radix(pair, 16).ok()
    });
    let bytes = pairs.collect::<Option<Vec<u8>>>().filter(|bytes| !bytes.is_empty() && !digits.contains('+'));
    if bytes.is_none() {
        errors.add(
            path,
            told!("\"{given}\" không phải là số thập lục phân", "\"{given}\" is not hexadecimal"),
            told!("viết mỗi byte hai chữ số, ví dụ \"0d 0a\"", "write two digits a byte, such as \"0d 0a\""),
        );
    }
    bytes
}
