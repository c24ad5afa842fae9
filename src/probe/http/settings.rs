//! What an operator writes below `http:`. Data only; [`build`] checks it.
//!
//! [`build`]: crate::probe::http::build

use std::collections::BTreeMap;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::{Deserializer, SeqAccess, Visitor, value::SeqAccessDeserializer};

use crate::probe::http::status::StatusRange;
use crate::probe::route::FamilyKey;
use crate::probe::settings::{Pairs, PathText, SecretSource, Span, TlsKeys};
use crate::probe::size::Size;

/// Settings of the `http` kind.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct HttpSettings {
    /// Path below the portal's address, such as `/tra-cuu?q=1`.
    pub path: Option<String>,
    /// Whole address, instead of the portal's.
    pub url: Option<String>,
    /// Method. One that may change something needs `mutates: true` and the host in `allow_mutations`.
    pub method: String,
    /// Headers to send.
    pub headers: Pairs,
    /// Headers to send whose values are secret.
    pub secret_headers: BTreeMap<String, SecretSource>,
    /// User name and password.
    pub basic_auth: Option<BasicAuth>,
    /// Token for `Authorization: Bearer`.
    pub bearer_token: Option<SecretSource>,
    /// Body to send.
    pub body: Option<String>,
    /// File whose content is sent as the body.
    #[schemars(with = "Option<PathText>")]
    pub body_file: Option<PathBuf>,
    /// `Content-Type` of the body.
    pub content_type: Option<String>,
    /// Which HTTP versions may be spoken.
    pub protocol: ProtocolKey,
    /// Which address family may be used.
    pub family: FamilyKey,
    /// How TLS is spoken and judged.
    pub tls: TlsKeys,
    /// Address of an HTTP proxy, or `none` for no proxy where the whole configuration has one.
    pub proxy: Option<String>,
    /// Most bytes of the decoded body; more are `body_too_large`.
    pub max_body: Size,
    /// What is done with redirects.
    pub redirects: RedirectKeys,
    /// What is expected of the answer.
    pub expect: ExpectKeys,
    /// From when on an answer is degraded: `slow`. All phases of all redirects count.
    pub slow_after: Option<Span>,
    /// How long before its end a certificate makes the probe degraded: `tls_expires_soon`.
    pub warn_before: Option<Span>,
    /// Which soft failures are looked for: pages that answer as if all were well.
    pub soft_failures: SoftKeys,
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            path: None,
            url: None,
            method: "GET".to_owned(),
            headers: Pairs::new(),
            secret_headers: BTreeMap::new(),
            basic_auth: None,
            bearer_token: None,
            body: None,
            body_file: None,
            content_type: None,
            protocol: ProtocolKey::Any,
            family: FamilyKey::Any,
            tls: TlsKeys::default(),
            proxy: None,
            max_body: Size(8 << 20),
            redirects: RedirectKeys::default(),
            expect: ExpectKeys::default(),
            slow_after: None,
            warn_before: None,
            soft_failures: SoftKeys::default(),
        }
    }
}

/// User name and password for `Authorization: Basic`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BasicAuth {
    /// User name.
    pub username: String,
    /// Password.
    pub password: SecretSource,
}

/// HTTP versions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ProtocolKey {
    /// HTTP/2 where the server agrees, else HTTP/1.1.
    #[default]
    Any,
    /// HTTP/1.1 only.
    Http1,
    /// HTTP/2 only.
    Http2,
}

/// What is done with redirects.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RedirectKeys {
    /// Whether they are followed. One whose status is expected is the answer itself and never followed.
    pub follow: bool,
    /// Most redirects to follow; one more is `too_many_redirects`.
    pub limit: usize,
    /// Schemes that may be redirected to; others are `redirect_denied`.
    pub schemes: Vec<SchemeKey>,
    /// Hosts that may be redirected to although their addresses are private, beside the probe's own.
    pub hosts: Vec<String>,
}

impl Default for RedirectKeys {
    fn default() -> Self {
        Self { follow: true, limit: 10, schemes: vec![SchemeKey::Https, SchemeKey::Http], hosts: Vec::new() }
    }
}

/// A scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SchemeKey {
    /// `https`
    Https,
    /// `http`
    Http,
}

impl SchemeKey {
    /// The word in addresses.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Https => "https",
            Self::Http => "http",
        }
    }
}

/// What is expected of the answer.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ExpectKeys {
    /// Status codes, classes (`2xx`) or ranges (`200-299`).
    pub status: Vec<StatusRange>,
    /// Headers that must be there, each with a regular expression that one of its values must match.
    pub headers: Pairs,
    /// Texts that a reader must see.
    pub contains: Vec<String>,
    /// Regular expressions that must match what a reader sees.
    pub regex: Vec<String>,
    /// Regular expressions that must match the source of the page, markup and scripts included.
    pub source_regex: Vec<String>,
    /// Texts that a reader must not see; one between slashes, such as `/lỗi \d+/`, is a regular expression.
    pub forbidden: Vec<String>,
    /// CSS selectors, each of which must find an element.
    pub selector: OneOrMany,
    /// JSON pointers and the values expected there, such as `/status: ok`.
    pub json: BTreeMap<String, serde_json::Value>,
    /// Host of the last answer.
    pub final_host: Option<String>,
    /// Least bytes of the decoded body.
    pub min_size: Option<Size>,
    /// Most bytes of the decoded body.
    pub max_size: Option<Size>,
    /// HTTP version of the answer.
    pub protocol: Option<VersionKey>,
    /// Whether the page must be (`true`) or must not be (`false`) one that asks to log in.
    pub login_page: Option<bool>,
}

impl Default for ExpectKeys {
    fn default() -> Self {
        Self {
            status: vec![StatusRange::only(200)],
            headers: Pairs::new(),
            contains: Vec::new(),
            regex: Vec::new(),
            source_regex: Vec::new(),
            forbidden: Vec::new(),
            selector: OneOrMany::default(),
            json: BTreeMap::new(),
            final_host: None,
            min_size: None,
            max_size: None,
            protocol: None,
            login_page: None,
        }
    }
}

/// The HTTP version of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum VersionKey {
    /// HTTP/1.0 or HTTP/1.1.
    Http1,
    /// HTTP/2.
    Http2,
}

/// Which soft failures are looked for.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own in the operator's file")]
pub struct SoftKeys {
    /// A page that says that the portal is under maintenance.
    pub maintenance_page: bool,
    /// A page that says that there is no such page.
    pub soft_404: bool,
    /// A firewall's page that keeps us out.
    pub blocked: bool,
    /// A page that wants proof of a human visitor before it shows anything.
    pub captcha: bool,
    /// Page and login that send a visitor back and forth.
    pub login_loop: bool,
}

impl Default for SoftKeys {
    fn default() -> Self {
        Self { maintenance_page: true, soft_404: true, blocked: true, captcha: true, login_loop: true }
    }
}

/// One text or a list of texts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OneOrMany(pub Vec<String>);

impl<'de> Deserialize<'de> for OneOrMany {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneOrManyVisitor)
    }
}

struct OneOrManyVisitor;

impl<'de> Visitor<'de> for OneOrManyVisitor {
    type Value = OneOrMany;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a text or a list of texts")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<OneOrMany, E> {
        Ok(OneOrMany(vec![text.to_owned()]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<OneOrMany, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(list)).map(OneOrMany)
    }
}

impl JsonSchema for OneOrMany {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "OneOrMany".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "a text or a list of texts",
            "type": ["string", "array"],
            "items": {"type": "string"},
        })
    }
}
