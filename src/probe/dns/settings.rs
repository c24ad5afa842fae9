//! Settings of the `dns` kind as they stand in a file, and their checking into a [`Plan`].

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use hickory_proto::rr::{Name, RecordType};
use regex::Regex;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::told::{Told, told};
use crate::probe::SharedProbe;
use crate::probe::dns::DnsProbe;
use crate::probe::dns::anchors::Anchor;
use crate::probe::dns::plan::{Expected, Plan, Validation};
use crate::probe::dns::records::canonical;
use crate::probe::kind::Settings;
use crate::probe::settings::{Context, PathText, SettingsErrors, Span, no_regex};

/// The port of name servers where none is given.
const DNS_PORT: u16 = 53;
/// The most expected answers or patterns: more is a mistake, or another tool's work.
const EXPECTATIONS_MAX: usize = 100;

/// Asks for a record and judges the answer, the zone's name servers and its signatures.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DnsSettings {
    /// The name to ask for; the host of the portal's address by default.
    pub name: Option<String>,
    /// The type of record to ask for.
    pub record: RecordKey,
    /// The resolver to ask, `ip` or `ip:port`; the configured or the system's by default.
    pub server: Option<String>,
    /// Port of `server` and of the zone's name servers where none is given; 53 by default.
    pub port: Option<u16>,
    /// By which transport; a truncated answer over UDP is asked for again over TCP.
    pub transport: Transport,
    /// Ask the server to find the answer elsewhere, as a citizen's computer does. With `false` the server is asked as
    /// one of the portal's own name servers, so that its silence is the portal's fault.
    pub recursion: Recursion,
    /// What the answer must be.
    pub expect: DnsExpect,
    /// Ask every name server of the zone, at all its addresses, and compare serial numbers and answers.
    pub consistent: bool,
    /// Addresses of name servers by their names, instead of those that DNS gives: `{ns1.bo-vd.example: [192.0.2.1]}`.
    pub name_servers: BTreeMap<String, Vec<String>>,
    /// Check the signatures of the answer down from a trust anchor.
    pub dnssec: Option<DnssecKeys>,
    /// An answer that takes longer is `degraded`.
    pub slow_after: Option<Span>,
}

/// A type of record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
pub enum RecordKey {
    /// IPv4 addresses.
    #[default]
    A,
    /// IPv6 addresses.
    #[serde(rename = "AAAA")]
    Aaaa,
    /// Which authorities may issue certificates.
    #[serde(rename = "CAA")]
    Caa,
    /// The alias itself.
    #[serde(rename = "CNAME")]
    Cname,
    /// Mail servers.
    #[serde(rename = "MX")]
    Mx,
    /// Name servers.
    #[serde(rename = "NS")]
    Ns,
    /// Start of authority, with the serial number.
    #[serde(rename = "SOA")]
    Soa,
    /// Texts.
    #[serde(rename = "TXT")]
    Txt,
}

impl RecordKey {
    /// The type as hickory names it.
    #[must_use]
    pub const fn record_type(self) -> RecordType {
        match self {
            Self::A => RecordType::A,
            Self::Aaaa => RecordType::AAAA,
            Self::Caa => RecordType::CAA,
            Self::Cname => RecordType::CNAME,
            Self::Mx => RecordType::MX,
            Self::Ns => RecordType::NS,
            Self::Soa => RecordType::SOA,
            Self::Txt => RecordType::TXT,
        }
    }
}

/// How a question travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Transport {
    /// Datagrams, and TCP where the answer was truncated.
    #[default]
    Udp,
    /// TCP only.
    Tcp,
}

impl Transport {
    /// The word used in files and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Udp => "udp",
            Self::Tcp => "tcp",
        }
    }
}

/// Whether the server is asked to find the answer elsewhere. Written as `true` or `false`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Recursion(pub bool);

impl Default for Recursion {
    fn default() -> Self {
        Self(true)
    }
}

/// A response code that may be expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RcodeKey {
    /// There is such a name.
    #[default]
    Noerror,
    /// There is no such name.
    Nxdomain,
    /// The server does not answer this question.
    Refused,
    /// The server could not find out.
    Servfail,
}

/// What the answer must be. Names are compared without regard to case and final dot, addresses by value.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DnsExpect {
    /// The response code.
    pub rcode: RcodeKey,
    /// Exactly these answers, in whatever order.
    pub answers: Vec<String>,
    /// At least these answers.
    pub contains: Vec<String>,
    /// Each of these regular expressions fits some answer.
    pub matches: Vec<String>,
    /// None of these regular expressions fits any answer.
    pub forbidden: Vec<String>,
    /// At least so many answers; 1 by default.
    pub min_answers: Option<usize>,
    /// No answer may live in caches for less.
    pub ttl_min: Option<Span>,
}

/// Checking of signatures.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DnssecKeys {
    /// An unsigned answer is `down`, not only told.
    pub required: bool,
    /// DS or DNSKEY records to trust, a line each as in a zone file; the root's own keys by default.
    pub trust_anchor: Option<String>,
    /// A file of such records.
    #[schemars(with = "Option<PathText>")]
    pub trust_anchor_file: Option<PathBuf>,
}

impl Settings for DnsSettings {
    fn build(self, context: &Context<'_>) -> Result<SharedProbe, SettingsErrors> {
        let mut errors = SettingsErrors::default();
        let name = self.question_name(context, &mut errors);
        let port = self.port.unwrap_or(DNS_PORT);
        let plan = Plan {
            record: self.record.record_type(),
            server: self.server.as_deref().and_then(|text| address("server", text, port, &mut errors)),
            transport: self.transport,
            recursion: self.recursion,
            expected: self.expected(&mut errors),
            name_servers: self.consistent.then(|| self.glue(port, &mut errors)),
            port,
            validation: self.validation(&name, context, &mut errors),
            slow_after: self.slow_after.map(|span| span.0),
            name,
        };
        if !self.consistent && !self.name_servers.is_empty() {
            let message = told!(
                "địa chỉ máy chủ tên miền chỉ dùng đến khi \"consistent\" là true",
                "addresses of name servers are only used where \"consistent\" is true"
            );
            errors.add("name_servers", message, Told::nothing());
        }
        errors.finish(std::sync::Arc::new(DnsProbe::new(plan)) as SharedProbe)
    }
}

impl DnsSettings {
    fn question_name(&self, context: &Context<'_>, errors: &mut SettingsErrors) -> Name {
        let given = match (&self.name, context.portal_url.and_then(url::Url::host)) {
            (Some(name), _) => name.clone(),
            (None, Some(url::Host::Domain(host))) => host.to_owned(),
            (None, _) => {
                errors.add(
                    "name",
                    told!("chưa có tên miền để hỏi", "there is no name to ask for"),
                    told!(
                        "viết \"name: TÊN\", hoặc thêm cho cổng một \"url\" có tên miền",
                        "write \"name: HOST\", or give the portal a \"url\" with a host name"
                    ),
                );
                return Name::root();
            }
        };
        read_name("name", &given, errors).unwrap_or_else(Name::root)
    }

    fn expected(&self, errors: &mut SettingsErrors) -> Expected {
        let keys = &self.expect;
        for (path, list) in [
            ("expect.answers", &keys.answers),
            ("expect.contains", &keys.contains),
            ("expect.matches", &keys.matches),
            ("expect.forbidden", &keys.forbidden),
        ] {
            if list.len() > EXPECTATIONS_MAX {
                let message = told!(
                    "{given} mục là quá nhiều: nhiều nhất {EXPECTATIONS_MAX}",
                    "{given} entries are too many: at most {EXPECTATIONS_MAX}",
                    given = list.len(),
                );
                errors.add(path, message, Told::nothing());
            }
        }
        if keys.rcode != RcodeKey::Noerror && (!keys.answers.is_empty() || !keys.contains.is_empty()) {
            errors.add(
                "expect.rcode",
                told!(
                    "không thể vừa mong đợi mã lỗi vừa mong đợi câu trả lời",
                    "answers cannot be expected beside an error code"
                ),
                told!("bỏ \"rcode\" hoặc bỏ các câu trả lời", "drop \"rcode\" or the answers"),
            );
        }
        Expected {
            rcode: keys.rcode,
            answers: (!keys.answers.is_empty())
                .then(|| self.answers("expect.answers", &keys.answers, errors)),
            contains: self.answers("expect.contains", &keys.contains, errors),
            matches: patterns("expect.matches", &keys.matches, errors),
            forbidden: patterns("expect.forbidden", &keys.forbidden, errors),
            min_answers: keys.min_answers.unwrap_or(1),
            ttl_min: keys.ttl_min.map(|span| span.0),
        }
    }

    fn answers(&self, path: &str, given: &[String], errors: &mut SettingsErrors) -> BTreeSet<String> {
        let mut set = BTreeSet::new();
        for (place, text) in given.iter().enumerate() {
            match canonical(self.record.record_type(), text) {
                Ok(answer) => {
                    set.insert(answer);
                }
                Err(message) => errors.add(&format!("{path}.{place}"), message, Told::nothing()),
            }
        }
        set
    }

    /// The addresses given for name servers, by the lower-case name without its final dot.
    fn glue(&self, port: u16, errors: &mut SettingsErrors) -> BTreeMap<String, Vec<SocketAddr>> {
        let mut glue = BTreeMap::new();
        for (server, given) in &self.name_servers {
            let path = format!("name_servers.{server}");
            let addresses = given.iter().filter_map(|text| address(&path, text, port, errors)).collect();
            glue.insert(server.trim_end_matches('.').to_lowercase(), addresses);
        }
        glue
    }

    fn validation(
        &self,
        name: &Name,
        context: &Context<'_>,
        errors: &mut SettingsErrors,
    ) -> Option<Validation> {
        let keys = self.dnssec.as_ref()?;
        let mut anchors = Vec::new();
        if let Some(text) = &keys.trust_anchor {
            read_anchors("dnssec.trust_anchor", text, &mut anchors, errors);
        }
        if let Some(path) = &keys.trust_anchor_file {
            match context.resources.file(path) {
                Ok(bytes) => {
                    let text = String::from_utf8_lossy(&bytes);
                    read_anchors("dnssec.trust_anchor_file", &text, &mut anchors, errors);
                }
                Err(message) => errors.add("dnssec.trust_anchor_file", message, Told::nothing()),
            }
        }
        if !anchors.is_empty() && !anchors.iter().any(|anchor| anchor.zone.zone_of(name)) {
            errors.add(
                "dnssec",
                told!(
                    "không có điểm tin cậy nào cho vùng chứa \"{name}\"",
                    "no trust anchor is for a zone that \"{name}\" lies in",
                    name = name.to_ascii(),
                ),
                told!(
                    "thêm một điểm cho vùng này, hoặc bỏ hết để tin vào gốc",
                    "add one for the zone, or drop them all to trust the root"
                ),
            );
        }
        Some(Validation { required: keys.required, anchors })
    }
}

fn read_anchors(path: &str, text: &str, anchors: &mut Vec<Anchor>, errors: &mut SettingsErrors) {
    match Anchor::parse_all(text) {
        Ok(read) => anchors.extend(read),
        Err(message) => {
            errors.add(
                path,
                message,
                told!(
                    "viết bản ghi như trong tệp vùng: \"bo-vd.example. IN DS 12345 13 2 4F3A…\"",
                    "write records as in a zone file: \"bo-vd.example. IN DS 12345 13 2 4F3A…\""
                ),
            );
        }
    }
}

/// Reads a name as people write it; Vietnamese letters become punycode.
fn read_name(path: &str, given: &str, errors: &mut SettingsErrors) -> Option<Name> {
    let read = Name::from_str_relaxed(given);
    match read {
        Ok(mut name) if !given.is_empty() && given.len() <= 255 => {
            name.set_fqdn(true);
            Some(name)
        }
        _ => {
            errors.add(
                path,
                told!("\"{given}\" không phải là tên miền", "\"{given}\" is not a host name"),
                told!("ví dụ \"dichvucong.bo-vd.example\"", "such as \"dichvucong.bo-vd.example\""),
            );
            None
        }
    }
}

fn address(path: &str, text: &str, port: u16, errors: &mut SettingsErrors) -> Option<SocketAddr> {
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    let read = text.parse().ok().or_else(|| bare.parse::<IpAddr>().ok().map(|ip| SocketAddr::new(ip, port)));
    if read.is_none_or(|address: SocketAddr| address.port() == 0) {
        errors.add(
            path,
            told!("\"{text}\" không phải là địa chỉ", "\"{text}\" is not an address"),
            told!(
                "viết \"192.0.2.53\", \"192.0.2.53:5353\" hoặc \"[2001:db8::53]:5353\"",
                "write \"192.0.2.53\", \"192.0.2.53:5353\" or \"[2001:db8::53]:5353\""
            ),
        );
    }
    read
}

fn patterns(path: &str, given: &[String], errors: &mut SettingsErrors) -> Vec<Regex> {
    let mut read = Vec::new();
    for (place, text) in given.iter().enumerate() {
        match Regex::new(text) {
            Ok(pattern) => read.push(pattern),
            Err(error) => errors.add(&format!("{path}.{place}"), no_regex(text, &error), Told::nothing()),
        }
    }
    read
}
