//! What is sent: the request of each hop, with credentials only where they belong.

use bytes::Bytes;
use http::header::{COOKIE, HeaderValue};
use http::{HeaderMap, Method};
use url::Url;

use crate::html::text::folded_words;
use crate::model::secret::{REDACTED, Secret};
use crate::net::exchange::Request;
use crate::probe::http::address::same_origin;

/// The shortest secret that is looked for in a server's words; a shorter one would be found by accident.
const SECRET_MIN: usize = 4;

/// The request as configured.
#[derive(Clone, Debug)]
pub(super) struct RequestPlan {
    /// What is asked for.
    pub(super) url: Url,
    /// Method.
    pub(super) method: Method,
    /// Headers for every hop.
    pub(super) headers: HeaderMap,
    /// Headers for the configured origin only; all are marked sensitive.
    pub(super) credentials: HeaderMap,
    /// Body.
    pub(super) body: Bytes,
    /// Secrets among the credentials, in the forms in which they go over the wire.
    pub(super) secrets: Vec<Secret>,
}

/// One hop on the way to the page.
#[derive(Clone, Debug)]
pub(super) struct Hop {
    /// Where to.
    pub(super) url: Url,
    /// How.
    pub(super) method: Method,
    /// Whether the configured body goes along.
    pub(super) with_body: bool,
}

impl RequestPlan {
    /// The first hop.
    pub(super) fn first(&self) -> Hop {
        Hop { url: self.url.clone(), method: self.method.clone(), with_body: !self.body.is_empty() }
    }

    /// A server's words without our own secrets: one that shows what it was sent must not make us show it.
    pub(super) fn redact(&self, words: &str) -> String {
        let mut shown = words.to_owned();
        for secret in self.secrets.iter().filter(|secret| secret.expose().len() >= SECRET_MIN) {
            if shown.contains(secret.expose()) {
                shown = shown.replace(secret.expose(), REDACTED);
            }
        }
        shown
    }

    /// As [`Self::redact`], also where a secret was written as in JSON or with its spaces folded.
    pub(super) fn redact_written(&self, words: &str) -> String {
        let mut shown = self.redact(words);
        for secret in self.secrets.iter().map(Secret::expose).filter(|secret| secret.len() >= SECRET_MIN) {
            let quoted = serde_json::to_string(secret).unwrap_or_default();
            let percent: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
            for form in [quoted.trim_matches('"'), &folded_words(secret), &percent] {
                if form.len() >= SECRET_MIN && shown.contains(form) {
                    shown = shown.replace(form, REDACTED);
                }
            }
        }
        shown
    }

    /// The request of a hop. `cookies` is what the servers on the way set for this address; a header `Cookie` of the
    /// operator's own goes before.
    pub(super) fn of(&self, hop: &Hop, cookies: &str) -> Request {
        let mut headers = self.headers.clone();
        if same_origin(&hop.url, &self.url) {
            headers.extend(self.credentials.clone());
        }
        if !cookies.is_empty()
            && let Ok(mut value) = HeaderValue::from_str(&with_own(&headers, cookies))
        {
            value.set_sensitive(true);
            headers.insert(COOKIE, value);
        }
        if !hop.with_body {
            headers.remove(http::header::CONTENT_TYPE);
        }
        let body = if hop.with_body { self.body.clone() } else { Bytes::new() };
        Request { method: hop.method.clone(), url: hop.url.clone(), headers, body }
    }
}

fn with_own(headers: &HeaderMap, cookies: &str) -> String {
    match headers.get(COOKIE).and_then(|own| own.to_str().ok()) {
        Some(own) => format!("{own}; {cookies}"),
        None => cookies.to_owned(),
    }
}
