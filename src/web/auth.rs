//! Basic auth: passwords are checked by bcrypt off the reactor, and a login that passed is remembered.
//!
//! What is remembered is an HMAC under a key drawn at start, over user, hash and password each with its length: no
//! stored text can be sent as a password, and none of the three can be shifted into another (exporter-toolkit's cache
//! allowed that, CVE-2022-46146). Unknown users cost the same time as known ones.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use aws_lc_rs::hmac;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::header::{AUTHORIZATION, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderMap, StatusCode};
use tokio::sync::Semaphore;

use crate::metrics::store::Refusal;
use crate::model::secret::Secret;
use crate::web::access::Access;
use crate::web::state::WebState;

/// Logins remembered; more than there are operators.
const REMEMBERED_MAX: usize = 256;
/// Passwords checked at a time: bcrypt is meant to be slow, and our machine has better to do.
const CHECKS: usize = 1;
/// Requests that may wait for a check; beyond that a client is told to come again.
const WAITING: usize = 16;

/// Who may come in.
#[derive(Debug)]
pub(crate) struct Users {
    hashes: BTreeMap<String, String>,
    /// Checked where the user is unknown; nobody knows its password.
    stranger: String,
    memory: Arc<Memory>,
}

/// Logins that passed. Outlives a change of the users: another hash gives another mark.
#[derive(Debug)]
pub(crate) struct Memory {
    key: hmac::Key,
    passed: Mutex<HashSet<Vec<u8>>>,
    waiting: Semaphore,
    checking: Semaphore,
}

/// What became of a login.
enum Login {
    Passed,
    Failed,
    Busy,
}

impl Memory {
    /// Draws the key.
    ///
    /// # Errors
    /// A sentence, where the system has no random numbers.
    pub(crate) fn new() -> Result<Arc<Self>, String> {
        let random = aws_lc_rs::rand::SystemRandom::new();
        let key = hmac::Key::generate(hmac::HMAC_SHA256, &random)
            .map_err(|_| "the system gives no random numbers for basic auth".to_owned())?;
        let (waiting, checking) = (Semaphore::new(WAITING), Semaphore::new(CHECKS));
        Ok(Arc::new(Self { key, passed: Mutex::default(), waiting, checking }))
    }

    fn mark(&self, user: &str, hash: &str, password: &str) -> Vec<u8> {
        let mut context = hmac::Context::with_key(&self.key);
        for part in [user, hash, password] {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part.as_bytes());
        }
        context.sign().as_ref().to_vec()
    }

    fn knows(&self, mark: &[u8]) -> bool {
        self.passed.lock().unwrap_or_else(PoisonError::into_inner).contains(mark)
    }

    fn learn(&self, mark: Vec<u8>) {
        let mut passed = self.passed.lock().unwrap_or_else(PoisonError::into_inner);
        if passed.len() >= REMEMBERED_MAX {
            passed.clear();
        }
        passed.insert(mark);
    }
}

impl Users {
    /// Users with their bcrypt hashes, already seen to be such.
    pub(crate) fn new(hashes: BTreeMap<String, String>, memory: Arc<Memory>) -> Self {
        let dearest = hashes.values().max_by_key(|hash| hash.get(4..6).map(str::to_owned));
        let cost = dearest.and_then(|hash| hash.get(4..6)).unwrap_or("10");
        let stranger = format!("$2b${cost}$......................{}", ".".repeat(31));
        Self { hashes, stranger, memory }
    }

    async fn login(&self, headers: &HeaderMap) -> Login {
        let Some((user, password)) = credentials(headers) else { return Login::Failed };
        let known = self.hashes.get(&user);
        let hash = known.unwrap_or(&self.stranger).clone();
        let mark = self.memory.mark(&user, &hash, password.expose());
        if known.is_some() && self.memory.knows(&mark) {
            return Login::Passed;
        }
        let Ok(_place) = self.memory.waiting.try_acquire() else { return Login::Busy };
        let Ok(_turn) = self.memory.checking.acquire().await else { return Login::Busy };
        let check = move || bcrypt::verify(password.expose(), &hash).unwrap_or(false);
        let matches = tokio::task::spawn_blocking(check).await.unwrap_or(false);
        if !matches || known.is_none() {
            return Login::Failed;
        }
        self.memory.learn(mark);
        Login::Passed
    }
}

/// User and password of an `Authorization: Basic` header.
fn credentials(headers: &HeaderMap) -> Option<(String, Secret)> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = value.split_once(' ')?;
    let decoded =
        BASE64_STANDARD.decode(encoded.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    let text = String::from_utf8(decoded).ok()?;
    let (user, password) = text.split_once(':')?;
    Some((user.to_owned(), Secret::new(password.to_owned())))
}

/// Lets a request pass if it is within the rate: what all may see needs no login.
pub(crate) async fn keep_rate(
    State((access, state)): State<(Arc<Access>, Arc<WebState>)>,
    request: Request,
    next: Next,
) -> Response {
    if access.within_rate(Instant::now()) { next.run(request).await } else { too_many(&state) }
}

fn too_many(state: &WebState) -> Response {
    state.store.web_refused(Refusal::Busy);
    (StatusCode::TOO_MANY_REQUESTS, [(RETRY_AFTER, "1")], "too many requests\n").into_response()
}

/// Lets a request pass if it is within the rate, and if no users are set or it comes from one of them.
pub(crate) async fn let_in(
    State((access, state)): State<(Arc<Access>, Arc<WebState>)>,
    request: Request,
    next: Next,
) -> Response {
    if !access.within_rate(Instant::now()) {
        return too_many(&state);
    }
    let login = match access.users() {
        None => Login::Passed,
        Some(users) => users.login(request.headers()).await,
    };
    match login {
        Login::Passed => next.run(request).await,
        Login::Failed => {
            state.store.web_refused(Refusal::Unauthorized);
            let ask = [(WWW_AUTHENTICATE, "Basic realm=\"emc\", charset=\"UTF-8\"")];
            (StatusCode::UNAUTHORIZED, ask, "unauthorized\n").into_response()
        }
        Login::Busy => {
            state.store.web_refused(Refusal::Busy);
            (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, "2")], "too many logins at a time\n")
                .into_response()
        }
    }
}
