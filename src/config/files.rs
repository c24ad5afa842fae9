//! What may stand in `emc.yaml` and in an authority's file, as Rust types. The walk, the JSON Schema and the decoding
//! all derive from these; the meaning of each key is its doc comment.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::PathBuf;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{IgnoredAny, Visitor};
use serde::{Deserialize, Deserializer};

use crate::config::calendars::CalendarKeys;
use crate::config::history::HistoryKeys;
use crate::config::maintenance::MaintenanceKeys;
use crate::config::schema::{DefaultsSchema, PhrasesSchema, ProbeSchema};
use crate::html::phrases::PhraseSettings;
use crate::model::id::Name;
use crate::model::told::told;
use crate::probe::settings::{Pairs, PathText, SecretSource, Span};
use crate::schedule::dependencies::Breakage;

/// `emc.yaml`: what holds for everything.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct GlobalFile {
    /// Address to serve on, such as `127.0.0.1:9715`.
    pub(super) listen: Option<String>,
    /// Where we measure from: the `location` label.
    #[schemars(with = "Option<NameText>")]
    pub(super) location: Option<Name>,
    /// What probes have unless they say otherwise.
    #[schemars(with = "Option<DefaultsSchema>")]
    pub(super) defaults: Deferred,
    /// How often one host may be asked, over all probes.
    pub(super) politeness: PolitenessKeys,
    /// How much may happen at once.
    pub(super) limits: LimitKeys,
    /// Hosts (`host` or `host:port`) on which probes with `mutates: true` may submit, sign or pay.
    pub(super) allow_mutations: Vec<String>,
    /// Networks (`10.0.0.0/8`) that are never connected to, whoever names them.
    pub(super) deny_networks: Vec<String>,
    /// Name servers to ask instead of the system's, such as `10.0.0.53` or `10.0.0.53:5353`.
    pub(super) resolver: Vec<String>,
    /// HTTP proxy by which portals are reached.
    pub(super) proxy: Option<ProxyKeys>,
    /// Further roots to trust, PEM files.
    #[schemars(with = "Vec<PathText>")]
    pub(super) ca_files: Vec<PathBuf>,
    /// Roots that signatures are traced to, by the name of their set: `{national: [roots/neac.pem]}`. PEM or DER files.
    #[schemars(with = "BTreeMap<String, Vec<PathText>>")]
    pub(super) anchors: BTreeMap<Name, Vec<PathBuf>>,
    /// Hosts that `emc verify` may ask for certificates of issuers, and on private networks for revocation, too.
    pub(super) fetch_hosts: Vec<String>,
    /// How we notice that our own network is down.
    pub(super) uplink: UplinkKeys,
    /// Whom a portal's operator can write to, sent in the User-Agent: a mail or web address.
    pub(super) contact: Option<String>,
    /// User-Agent to send instead of our own, which names `emc`, its version and the contact.
    pub(super) user_agent: Option<String>,
    /// What is exported.
    pub(super) metrics: MetricKeys,
    /// Phrases that tell soft failures (maintenance, not found, blocked, captcha, login) beside those of the product.
    #[schemars(with = "PhrasesSchema")]
    pub(super) phrases: PhraseSettings,
    /// What many portals depend on, such as a single sign-on.
    pub(super) dependencies: Vec<DependencyKeys>,
    /// When offices are open, for availability in office hours.
    #[schemars(with = "Vec<CalendarKeys>")]
    pub(super) calendars: Deferred,
    /// What happened: results, evidence and how each probe stood.
    #[schemars(with = "HistoryKeys")]
    pub(super) history: Deferred,
    /// Files of authorities, relative to this file; `*` and `?` are understood.
    #[schemars(with = "Vec<String>")]
    pub(super) include: Deferred,
}

/// How often one host may be asked.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct PolitenessKeys {
    /// Runs a second in the long run. 1 by default.
    #[schemars(range(min = 0.001, max = 10_000.0))]
    pub(super) per_second: Option<f64>,
    /// Runs that may come at once. 5 by default.
    #[schemars(range(min = 1, max = 10_000))]
    pub(super) burst: Option<u32>,
    /// Most runs in flight at one host. 4 by default.
    #[schemars(range(min = 1, max = 10_000))]
    pub(super) per_host_in_flight: Option<u32>,
}

/// How much may happen at once.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct LimitKeys {
    /// Most runs in flight. 12000 by default, lowered to what the file-descriptor limit allows.
    #[schemars(range(min = 1, max = 100_000))]
    pub(super) in_flight: Option<u32>,
}

/// HTTP proxy.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ProxyKeys {
    /// Where it listens: `http://proxy.example:3128`.
    pub(super) url: String,
    /// User name, where it wants one.
    #[serde(default)]
    pub(super) username: Option<String>,
    /// Password, where it wants one.
    #[serde(default)]
    pub(super) password: Option<SecretSource>,
    /// Hosts reached without it: `host`, `.domain` or a network such as `10.0.0.0/8`.
    #[serde(default)]
    pub(super) no_proxy: Vec<String>,
}

/// How we notice that our own network is down.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct UplinkKeys {
    /// `host:port` of two or more places that answer whenever our own network works. When none does, no portal is
    /// called down.
    pub(super) anchors: Vec<String>,
    /// How often the anchors are tried. 15s by default.
    pub(super) every: Option<Span>,
}

/// What is exported.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct MetricKeys {
    /// Upper bounds of the duration histogram in seconds, ascending.
    pub(super) buckets: Option<Vec<f64>>,
}

/// Something many portals depend on.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DependencyKeys {
    /// Its name in `depends_on` and in labels.
    #[schemars(with = "NameText")]
    pub(super) id: Name,
    /// What people call it.
    #[serde(default)]
    pub(super) name: NameKeys,
    /// The portal that is watched in its stead, as `authority/portal`.
    #[serde(default)]
    pub(super) watched_by: Option<String>,
    /// What fails at the own hosts of those that depend on it while it is down: for a shared data centre, name servers or
    /// front. Nothing by default.
    #[serde(default)]
    pub(super) breaks: Vec<Breakage>,
}

/// A name in both languages.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct NameKeys {
    /// Vietnamese.
    #[schemars(length(max = 200))]
    pub(super) vi: String,
    /// English.
    #[schemars(length(max = 200))]
    pub(super) en: String,
}

/// A file of `probes/`: an authority, its portals and their probes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AuthorityFile {
    /// Who owns the portals.
    pub(super) authority: AuthorityKeys,
    /// What this authority's probes have unless they say otherwise.
    #[serde(default)]
    #[schemars(with = "Option<DefaultsSchema>")]
    #[expect(dead_code, reason = "here for the schema; read from the tree")]
    pub(super) defaults: Deferred,
    /// Announced maintenance of all its portals.
    #[serde(default)]
    #[schemars(with = "Vec<MaintenanceKeys>")]
    #[expect(dead_code, reason = "here for the schema; read from the tree")]
    pub(super) maintenance: Deferred,
    /// The portals.
    #[schemars(with = "Vec<PortalKeys>")]
    #[expect(dead_code, reason = "here for the schema; read from the tree")]
    pub(super) portals: Deferred,
}

/// Who owns portals: a ministry, agency or province.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AuthorityKeys {
    /// Its name in labels.
    #[schemars(with = "NameText")]
    pub(super) id: Name,
    /// What people call it.
    #[serde(default)]
    pub(super) name: NameKeys,
    /// The authority that took over, where this one was merged into another.
    #[serde(default)]
    #[schemars(with = "Option<NameText>")]
    pub(super) succeeded_by: Option<Name>,
    /// `false` switches all its probes off.
    #[serde(default = "yes")]
    pub(super) enabled: bool,
}

/// A public-service system being watched.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PortalKeys {
    /// Its name in labels.
    #[schemars(with = "NameText")]
    pub(super) id: Name,
    /// What people call it.
    #[serde(default)]
    pub(super) name: NameKeys,
    /// Its address; paths of probes are relative to it.
    #[serde(default)]
    pub(super) url: Option<String>,
    /// What is promised of it.
    #[serde(default)]
    pub(super) slo: SloKeys,
    /// Ids of dependencies that `emc.yaml` describes.
    #[serde(default)]
    #[schemars(with = "Vec<NameText>")]
    pub(super) depends_on: Vec<Name>,
    /// Announced maintenance: such time is no outage and counts in no availability.
    #[serde(default)]
    #[schemars(with = "Vec<MaintenanceKeys>")]
    #[expect(dead_code, reason = "here for the schema; read from the tree")]
    pub(super) maintenance: Deferred,
    /// Whether somebody has checked that this is the right address: `yes`, `no` or the day it was checked.
    #[serde(default)]
    pub(super) verified: Option<Verified>,
    /// `false` switches all its probes off.
    #[serde(default = "yes")]
    pub(super) enabled: bool,
    /// Labels of its probes, for joins; they stand on `emc_probe_info`.
    #[serde(default)]
    pub(super) labels: Pairs,
    /// What its probes have unless they say otherwise.
    #[serde(default)]
    #[schemars(with = "Option<DefaultsSchema>")]
    #[expect(dead_code, reason = "here for the schema; read from the tree")]
    pub(super) defaults: Deferred,
    /// What is measured.
    #[schemars(with = "Vec<ProbeSchema>")]
    #[serde(default)]
    #[expect(dead_code, reason = "here for the schema; read from the tree")]
    pub(super) probes: Deferred,
}

/// What is promised of a portal.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct SloKeys {
    /// The share of runs that find it up, such as `99.5%`.
    pub(super) availability: Option<Percent>,
    /// How fast: the percentile (`p50` to `p99.9`) and the time within which it must stay, such as `p95: 2s`.
    pub(super) latency: BTreeMap<String, Span>,
}

/// What every probe has, whatever its kind. Not closed: the kind's own key stands beside these.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct ProbeKeys {
    /// Its name in labels.
    #[schemars(with = "NameText")]
    pub(super) name: Name,
    /// How often.
    #[serde(default)]
    pub(super) every: Option<Span>,
    /// How long a run may last.
    #[serde(default)]
    pub(super) timeout: Option<Span>,
    /// How many further runs in a row must agree before the status flips; 0 flips at once.
    #[serde(default)]
    #[schemars(range(max = 10))]
    pub(super) confirm: Option<u32>,
    /// Whether it submits, signs or pays. Only on hosts of `allow_mutations`.
    #[serde(default)]
    pub(super) mutates: bool,
    /// `false` switches it off.
    #[serde(default = "yes")]
    pub(super) enabled: bool,
    /// Whether somebody has checked that this is the right address: `yes`, `no` or the day it was checked.
    #[serde(default)]
    pub(super) verified: Option<Verified>,
    /// Labels for joins; they stand on `emc_probe_info`.
    #[serde(default)]
    pub(super) labels: Pairs,
}

/// What probes have unless they say otherwise. Not closed: settings of kinds stand beside these.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(super) struct DefaultKeys {
    /// How often. 1m by default.
    pub(super) every: Option<Span>,
    /// How long a run may last. 10s by default.
    pub(super) timeout: Option<Span>,
    /// How many further runs in a row must agree before the status flips. 1 by default.
    #[schemars(range(max = 10))]
    pub(super) confirm: Option<u32>,
    /// Labels for joins; nearer ones of the same name win.
    pub(super) labels: Pairs,
}

const fn yes() -> bool {
    true
}

/// Left to be read from the tree.
#[derive(Debug, Default)]
pub(super) struct Deferred;

impl<'de> Deserialize<'de> for Deferred {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

/// How a [`Name`] is written.
pub(super) struct NameText;

impl JsonSchema for NameText {
    fn schema_name() -> Cow<'static, str> {
        "Name".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": "^[a-z0-9][a-z0-9._-]{0,62}$",
            "description": "a name of 1 to 63 of a-z, 0-9, \"-\", \"_\" and \".\" that begins with a letter or digit",
        })
    }
}

/// Whether somebody has checked an address. `yes` and `no` are words here and booleans to other readers of YAML.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verified {
    /// Somebody has.
    Yes,
    /// Nobody has.
    No,
}

impl<'de> Deserialize<'de> for Verified {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Word;
        impl Visitor<'_> for Word {
            type Value = Verified;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("yes, no or a day such as 2026-11-23")
            }

            fn visit_bool<E: serde::de::Error>(self, checked: bool) -> Result<Verified, E> {
                Ok(if checked { Verified::Yes } else { Verified::No })
            }

            fn visit_str<E: serde::de::Error>(self, word: &str) -> Result<Verified, E> {
                self.visit_bool(word != "no")
            }
        }
        deserializer.deserialize_any(Word)
    }
}

impl JsonSchema for Verified {
    fn schema_name() -> Cow<'static, str> {
        "Verified".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": ["string", "boolean"],
            "pattern": "^(yes|no|20[0-9]{2}-[01][0-9]-[0-3][0-9])$",
            "description": "yes, no or a day such as 2026-11-23",
        })
    }
}

/// A share of a whole, written `99.5%`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Percent(pub(super) f64);

impl<'de> Deserialize<'de> for Percent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let number =
            text.strip_suffix('%').and_then(|number| number.trim().replace(',', ".").parse::<f64>().ok());
        match number {
            Some(percent) if percent > 0.0 && percent < 100.0 => Ok(Self(percent / 100.0)),
            _ => Err(serde::de::Error::custom(told!(
                "\"{text}\" không thể làm mục tiêu: viết tỷ lệ lớn hơn 0% và nhỏ hơn 100%, ví dụ 99.5%",
                "\"{text}\" is no objective: write a percentage above 0% and below 100%, such as 99.5%"
            ))),
        }
    }
}

impl JsonSchema for Percent {
    fn schema_name() -> Cow<'static, str> {
        "Percent".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": r"^[0-9]{1,2}([.,][0-9]+)?\s?%$",
            "description": "a percentage such as 99.5%",
        })
    }
}
