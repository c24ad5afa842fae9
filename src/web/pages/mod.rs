//! Pages that people read: plain HTML that works without scripts, loads nothing, and escapes everything.
//!
//! Templates stand beside this file and are compiled in. Text that came from a server passes [`shown`] besides.

pub(crate) mod landing;
pub(crate) mod past;
pub(crate) mod run;
pub(crate) mod status;

mod parts;
mod words;

use std::borrow::Borrow;
use std::sync::LazyLock;

use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::{HeaderValue, StatusCode};

use crate::model::text::{Language, Text, presentable};
use crate::web::routes::Prefix;

/// The one style sheet, part of each page.
const STYLE: &str = include_str!("style.css");
/// What the status page adds to it.
const STATUS_STYLE: &str = include_str!("status/status.css");
/// The longest text of a server on a page, in characters.
const SHOWN_MAX: usize = 500;

/// Whom a page is for.
#[derive(Clone)]
pub(crate) struct Reader {
    language: Language,
    prefix: Prefix,
}

impl Reader {
    pub(crate) const fn new(language: Language, prefix: Prefix) -> Self {
        Self { language, prefix }
    }

    /// A sentence in the reader's language.
    fn say(&self, text: impl Borrow<Text>) -> &'static str {
        text.borrow().in_language(self.language)
    }

    /// The language as `lang` attributes and addresses have it.
    const fn code(&self) -> &'static str {
        match self.language {
            Language::Vi => "vi",
            Language::En => "en",
        }
    }

    /// The other language.
    const fn other(&self) -> &'static str {
        match self.language {
            Language::Vi => "en",
            Language::En => "vi",
        }
    }

    /// An address of ours, below the prefix.
    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.prefix.0)
    }
}

/// Text that a server sent, made fit for a page; the template escapes it besides.
fn shown(text: &str) -> String {
    presentable(text, SHOWN_MAX)
}

/// Forbids everything but our own style sheets, by their hashes, and forms that lead to ourselves.
pub(crate) fn content_security_policy() -> HeaderValue {
    static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
        let [all, status] = [STYLE, STATUS_STYLE].map(|style| {
            let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, style.as_bytes());
            format!("'sha256-{}'", BASE64_STANDARD.encode(hash))
        });
        let policy = format!(
            "default-src 'none'; style-src {all} {status}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        );
        HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
    });
    POLICY.clone()
}

/// A page as an answer.
fn answer(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, format!("the page cannot be written: {error}\n"))
            .into_response(),
    }
}

/// A page that only says something.
#[derive(Template)]
#[template(path = "web/pages/message.html")]
struct Message<'a> {
    reader: &'a Reader,
    title: Text,
    text: Text,
}

pub(crate) fn not_found(reader: &Reader) -> Response {
    let page = Message { reader, title: words::NOT_FOUND, text: words::NOT_FOUND_TEXT };
    answer(StatusCode::NOT_FOUND, &page)
}
