//! Fetches the page hop by hop and gathers the facts. Judges nothing: a redirect that the policy refuses is a fact too.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use cookie_store::CookieStore;
use http::Method;
use http::header::{CONTENT_TYPE, HeaderMap, SET_COOKIE};
use tokio::sync::Semaphore;
use url::Url;

use crate::html::excerpt::excerpt;
use crate::html::phrases::is_login_path;
use crate::model::facts::{AddressFacts, Facts, HttpFacts, TlsFacts};
use crate::model::fault::Fault;
use crate::model::phase::Phases;
use crate::model::reason::Reason;
use crate::model::status::Status;
use crate::model::text::presentable;
use crate::model::told::{Told, told};
use crate::net::exchange::{Exchange, Head};
use crate::net::route::Reach;
use crate::net::run::Run;
use crate::pki::certificate::certificates;
use crate::probe::Tools;
use crate::probe::addresses::dead_beside_live;
use crate::probe::http::address::shown;
use crate::probe::http::build::Plan;
use crate::probe::http::reading::{self, Memo, Reading};
use crate::probe::http::redirect::Refusal;
use crate::probe::http::request::{Hop, RequestPlan};

/// From how many bytes on a body is read on a thread of its own, so that no other probe waits for it.
const LARGE_BODY: usize = 256 << 10;
/// How often one address may be asked, whatever the cookies, before it is a loop.
const VISITS_MAX: usize = 3;
/// How many bodies are read on threads at once, in the whole process: a bound for their memory.
static READERS: Semaphore = Semaphore::const_new(2);

/// The facts of one run.
#[derive(Debug)]
pub(in crate::probe) struct Observation {
    /// Time spent in each phase, over all hops.
    pub(super) phases: Phases,
    /// Every address that was tried, over all hops.
    pub(super) addresses: Vec<AddressFacts>,
    /// Addresses that did not answer beside one that did, as they may be shown.
    pub(super) dead: Vec<Told>,
    /// The last handshake.
    pub(super) tls: Option<TlsFacts>,
    /// The head of the last answer.
    pub(super) head: Option<Head>,
    /// Address of the last answer.
    pub(super) url: Url,
    /// Redirects followed.
    pub(super) redirects: usize,
    /// A redirect that led from `https` to `http`, as it may be shown.
    pub(super) downgrade: Option<String>,
    /// Why a redirect was not followed.
    pub(super) refusal: Option<Refusal>,
    /// Why the last exchange ended early.
    pub(super) fault: Option<Fault>,
    /// The last body, read.
    pub(super) reading: Option<Arc<Reading>>,
    body: Bytes,
    /// Whether only the head was asked for.
    asked_for_head: bool,
    wire_bytes: u64,
    /// Bytes of the last body after decoding.
    pub(super) body_bytes: u64,
    kernel_timed: Option<bool>,
}

/// Fetches the page.
///
/// # Errors
/// A fault of our own.
pub(super) async fn observe(
    plan: &Plan,
    memo: &Memo,
    tools: &Tools,
    run: &mut Run,
) -> Result<Observation, Fault> {
    let mut walk = Walk::new(plan);
    let mut hop = plan.request.first();
    let body = loop {
        let request = plan.request.of(&hop, &walk.cookies_for(&hop.url));
        let is_first = walk.visited.is_empty();
        let reach = if is_first { Reach::Configured } else { plan.redirects.reach(&hop.url) };
        let exchange = Box::pin(tools.net.exchange(&request, &plan.route, reach, plan.limits, run)).await;
        walk.visited.push((hop.url.clone(), walk.cookies_for(&hop.url)));
        let body = walk.take(&hop, exchange);
        if let Some(fault) = walk.seen.fault.take_if(|fault| fault.is_ours()) {
            return Err(fault);
        }
        match walk.next(&hop, run) {
            Some(next) => hop = next,
            None => break body,
        }
    };
    let mut seen = walk.seen;
    // What is past the limit says nothing of the page, and reading megabytes of it costs as many again.
    let body = if seen.fault.as_ref().is_some_and(|fault| fault.reason == Reason::BodyTooLarge) {
        Bytes::new()
    } else {
        body
    };
    seen.body = body.clone();
    if let Some(head) = &seen.head {
        match read(plan, memo, body, &head.headers, run).await {
            Ok(reading) => seen.reading = Some(reading),
            // What is left of a page that did not come whole is read in the time that is left, if any is.
            Err(_) if seen.fault.is_some() => {}
            Err(fault) => return Err(fault),
        }
    }
    Ok(seen)
}

/// The way from the configured address to the page.
struct Walk<'a> {
    plan: &'a Plan,
    seen: Observation,
    cookies: Option<CookieStore>,
    /// Addresses asked so far, each with the cookies that were sent.
    visited: Vec<(Url, String)>,
}

impl<'a> Walk<'a> {
    fn new(plan: &'a Plan) -> Self {
        let seen = Observation {
            phases: Phases::default(),
            addresses: Vec::new(),
            dead: Vec::new(),
            tls: None,
            head: None,
            url: plan.request.url.clone(),
            redirects: 0,
            downgrade: None,
            refusal: None,
            fault: None,
            reading: None,
            body: Bytes::new(),
            asked_for_head: plan.request.method == Method::HEAD,
            wire_bytes: 0,
            body_bytes: 0,
            kernel_timed: None,
        };
        Self { plan, seen, cookies: None, visited: Vec::new() }
    }

    /// Adds what an exchange showed to what was seen; gives back its body.
    fn take(&mut self, hop: &Hop, exchange: Exchange) -> Bytes {
        if let Some(head) = &exchange.head {
            self.keep_cookies(&hop.url, &head.headers);
        }
        let seen = &mut self.seen;
        seen.phases.add_all(&exchange.phases);
        if let Some(host) = hop.url.host() {
            seen.dead.extend(dead_beside_live(&host, &exchange.addresses));
        }
        for address in exchange.addresses {
            match seen.addresses.iter_mut().find(|known| known.address == address.address) {
                Some(known) => *known = address,
                None => seen.addresses.push(address),
            }
        }
        if let Some(chain) = exchange.tls.as_ref().and_then(|tls| tls.chain.as_ref()) {
            // Read once for a chain that is seen many times; also where it was not accepted.
            certificates(chain);
        }
        seen.tls = exchange.tls.or(seen.tls.take());
        seen.url = hop.url.clone();
        seen.wire_bytes = exchange.wire_bytes;
        seen.body_bytes = exchange.body.len() as u64;
        seen.kernel_timed = exchange.kernel_timed.or(seen.kernel_timed);
        seen.fault = exchange.fault;
        seen.head = exchange.head;
        exchange.body
    }

    /// The next hop, or `None` where the way ends: at the page, at a fault, or at a redirect that is refused.
    fn next(&mut self, hop: &Hop, run: &mut Run) -> Option<Hop> {
        let head = self.seen.head.as_ref().filter(|head| self.plan.redirects.follows(head))?;
        if self.seen.fault.is_some() {
            return None;
        }
        match self.judge(hop, head) {
            Ok(next) => {
                let to = self.plan.request.redact(&shown(&next.url));
                run.note("redirect", &format!("{} to {to}", head.status.as_u16()));
                if hop.url.scheme() == "https" && next.url.scheme() == "http" {
                    self.seen.downgrade.get_or_insert_with(|| shown(&next.url));
                }
                self.seen.redirects += 1;
                Some(next)
            }
            Err(mut refusal) => {
                refusal.found = refusal.found.map(|found| self.plan.request.redact(found));
                run.note("redirect refused", &format!("{}: {}", refusal.reason, refusal.found));
                self.seen.refusal = Some(refusal);
                None
            }
        }
    }

    fn judge(&self, hop: &Hop, head: &Head) -> Result<Hop, Refusal> {
        let next = self.plan.redirects.next(hop, head)?;
        let cookies = self.cookies_for(&next.url);
        let visits = || self.visited.iter().filter(|(url, _)| *url == next.url);
        let same = visits().any(|(_, sent)| *sent == cookies);
        if next.method == hop.method && (same || visits().count() >= VISITS_MAX) {
            return Err(self.looped(&next.url));
        }
        if self.seen.redirects >= self.plan.redirects.limit {
            let limit = self.plan.redirects.limit;
            let wanted = told!("nhiều nhất {limit} lần chuyển hướng", "at most {limit} redirects");
            return Err(Refusal::new(
                Reason::TooManyRedirects,
                wanted,
                told!("thêm một lần tới {address}", "one more to {address}", address = shown(&next.url)),
            ));
        }
        Ok(next)
    }

    /// A loop that leads through a login is a login loop: the session is lost between page and login.
    fn looped(&self, next: &Url) -> Refusal {
        let begin = self.visited.iter().position(|(url, _)| url == next).unwrap_or_default();
        let through_login = self.visited.iter().skip(begin).any(|(url, _)| is_login_path(url.path()));
        let is_login_loop = self.plan.soft.login_loop && through_login && self.visited.len() - begin > 1;
        let reason = if is_login_loop { Reason::LoginLoop } else { Reason::RedirectLoop };
        Refusal::new(
            reason,
            told!("một đường đi có điểm dừng", "a way that ends"),
            told!("lại là {address}", "{address} again", address = shown(next)),
        )
    }

    fn cookies_for(&self, url: &Url) -> String {
        let Some(store) = &self.cookies else { return String::new() };
        let mut pairs: Vec<String> =
            store.get_request_values(url).map(|(name, value)| format!("{name}={value}")).collect();
        pairs.sort_unstable();
        pairs.join("; ")
    }

    fn keep_cookies(&mut self, url: &Url, headers: &HeaderMap) {
        for value in headers.get_all(SET_COOKIE) {
            if let Ok(cookie) = value.to_str() {
                // A cookie that is malformed or for another site is dropped, as in a browser.
                let _ = self.cookies.get_or_insert_with(CookieStore::default).parse(cookie, url);
            }
        }
    }
}

/// Reads the body, or remembers that it was read. Large ones are read on a thread of their own.
async fn read(
    plan: &Plan,
    memo: &Memo,
    body: Bytes,
    headers: &HeaderMap,
    run: &mut Run,
) -> Result<Arc<Reading>, Fault> {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let key = reading::key(&body);
    if let Some(known) = memo.get(key, content_type) {
        return Ok(known);
    }
    let reading = if body.len() < LARGE_BODY && plan.expect.compiled_selectors.is_empty() {
        reading::read(&body, content_type, &plan.expect, &plan.phrases)
    } else {
        let read = on_a_thread(plan, body, content_type.map(str::to_owned));
        let late = |_| Fault::new(Reason::SelfOverloaded, "read body", "the page was not read in time");
        run.deadline.bound(read).await.map_err(late)??
    };
    let reading = Arc::new(reading);
    memo.keep(key, content_type, &reading);
    Ok(reading)
}

async fn on_a_thread(plan: &Plan, body: Bytes, content_type: Option<String>) -> Result<Reading, Fault> {
    let _permit =
        READERS.acquire().await.map_err(|why| Fault::new(Reason::SelfOverloaded, "read body", why))?;
    let (expect, phrases) = (plan.expect.clone(), plan.phrases.clone());
    let work = move || reading::read(&body, content_type.as_deref(), &expect, &phrases);
    tokio::task::spawn_blocking(work).await.map_err(|why| Fault::new(Reason::SelfPanicked, "read body", why))
}

/// Headers that are safe to show and help to understand an answer.
const SHOWN_HEADERS: &[&str] = &[
    "age",
    "cache-control",
    "cf-mitigated",
    "cf-ray",
    "content-encoding",
    "content-language",
    "content-length",
    "content-type",
    "date",
    "last-modified",
    "retry-after",
    "server",
    "strict-transport-security",
    "via",
    "x-cache",
    "x-powered-by",
];
/// How much of a body is read for an excerpt, in bytes: portals begin with menus.
const EXCERPT_FROM: usize = 64 << 10;
/// The longest excerpt, in characters.
const EXCERPT_MAX: usize = 400;
/// The longest header value shown, in characters.
const SHOWN_MAX: usize = 200;

impl Observation {
    /// How long everything took, over all hops.
    pub(super) fn spent(&self) -> Duration {
        self.phases.iter().map(|(_, spent)| spent).sum()
    }

    /// Version of the last answer, as it is shown.
    pub(super) fn version(&self) -> &'static str {
        match self.head.as_ref().map(|head| head.version) {
            Some(http::Version::HTTP_10) => "HTTP/1.0",
            Some(http::Version::HTTP_11) => "HTTP/1.1",
            Some(http::Version::HTTP_2) => "HTTP/2",
            _ => "",
        }
    }

    /// The facts to show.
    pub(super) fn into_facts(self, request: &RequestPlan, status: Status) -> Facts {
        let words = |text: &str| presentable(&request.redact(text), SHOWN_MAX);
        let excerpt = if status == Status::Up { String::new() } else { self.excerpt(request) };
        let http = HttpFacts {
            status: self.head.as_ref().map(|head| head.status.as_u16()),
            version: self.version(),
            final_url: request.redact(&shown(&self.url)),
            redirects: self.redirects,
            wire_bytes: self.wire_bytes,
            body_bytes: self.body_bytes,
            charset: self.reading.as_ref().map_or("", |reading| reading.charset),
            title: self.reading.as_ref().map(|reading| words(&reading.title)).unwrap_or_default(),
            headers: self
                .head
                .as_ref()
                .map(|head| self.shown_headers(&head.headers, words))
                .unwrap_or_default(),
            excerpt,
        };
        Facts {
            addresses: self.addresses,
            tls: self.tls,
            http: Some(http),
            kernel_timed: self.kernel_timed,
            ..Facts::default()
        }
    }

    /// How the body begins, without our own secrets in any form in which a server may write them.
    fn excerpt(&self, request: &RequestPlan) -> String {
        let head = self.body.get(..EXCERPT_FROM.min(self.body.len())).unwrap_or_default();
        let content_type = self.head.as_ref().and_then(|head| head.headers.get(CONTENT_TYPE));
        let text = reading::text(head, content_type.and_then(|value| value.to_str().ok()));
        presentable(&excerpt(&request.redact_written(&text), EXCERPT_MAX + 1), EXCERPT_MAX)
    }

    fn shown_headers(&self, headers: &HeaderMap, words: impl Fn(&str) -> String) -> BTreeMap<String, String> {
        let value = |name: &str| Some(String::from_utf8_lossy(headers.get(name)?.as_bytes()));
        let mut shown_headers: BTreeMap<String, String> = SHOWN_HEADERS
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), words(&value(name)?))))
            .collect();
        let location = value("location").and_then(|location| self.url.join(&location).ok());
        if let Some(location) = location.filter(Url::has_host) {
            shown_headers.insert("location".to_owned(), words(&shown(&location)));
        }
        shown_headers
    }

    /// Whether the answer is one that has a body at all.
    pub(super) fn answers_with_a_body(&self) -> bool {
        let status = self.head.as_ref().map(|head| head.status.as_u16());
        !self.asked_for_head && status.is_some_and(|status| status != 204 && status < 300)
    }
}
