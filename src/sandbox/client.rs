//! Switching faults of a ministry that runs in another process: what `emc sandbox fault` does.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::header::HOST;
use http::{Method, Request};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpStream;

use super::admin::FAULTS;
use super::faults::{Fault, Params};
use crate::net::deadline::Deadline;

pub use super::admin::FaultState;

/// The API is on this machine and answers at once.
const PATIENCE: Duration = Duration::from_secs(5);
const MOST_ANSWER: usize = 1 << 20;

/// Why a switch did not move.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// Nobody listens there.
    #[error("no practice ministry answers on \"{address}\": {source}; start one with `emc sandbox`")]
    Absent {
        /// The admin address.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// Somebody listens there who is not the ministry, or who is too slow.
    #[error("what listens on \"{0}\" is not a practice ministry")]
    Stranger(SocketAddr),
    /// The ministry refused, with its own words.
    #[error("{0}")]
    Refused(String),
}

/// A ministry in another process.
#[derive(Clone, Copy, Debug)]
pub struct Client {
    admin: SocketAddr,
}

impl Client {
    /// For the ministry whose faults are switched at this address.
    #[must_use]
    pub const fn new(admin: SocketAddr) -> Self {
        Self { admin }
    }

    /// Every fault and whether it is on.
    ///
    /// # Errors
    /// [`ClientError`], as for all that follow.
    pub async fn list(&self) -> Result<Vec<FaultState>, ClientError> {
        let answer = self.call(Method::GET, FAULTS, Bytes::new()).await?;
        serde_json::from_slice(&answer).map_err(|_| ClientError::Stranger(self.admin))
    }

    /// Switches a fault on.
    ///
    /// # Errors
    /// [`ClientError::Refused`] for parameters that the fault does not take.
    pub async fn on(&self, fault: Fault, params: Params) -> Result<(), ClientError> {
        let wish = json!({ "on": true, "params": params }).to_string();
        self.call(Method::POST, &format!("{FAULTS}/{fault}"), wish.into()).await.map(drop)
    }

    /// Switches a fault off.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn off(&self, fault: Fault) -> Result<(), ClientError> {
        self.call(Method::DELETE, &format!("{FAULTS}/{fault}"), Bytes::new()).await.map(drop)
    }

    /// Switches everything off.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn reset(&self) -> Result<(), ClientError> {
        self.call(Method::DELETE, FAULTS, Bytes::new()).await.map(drop)
    }

    async fn call(&self, method: Method, path: &str, body: Bytes) -> Result<Bytes, ClientError> {
        let called = Deadline::after(PATIENCE).bound(self.exchange(method, path, body)).await;
        called.unwrap_or(Err(ClientError::Stranger(self.admin)))
    }

    async fn exchange(&self, method: Method, path: &str, body: Bytes) -> Result<Bytes, ClientError> {
        let stranger = |_| ClientError::Stranger(self.admin);
        let stream = TcpStream::connect(self.admin)
            .await
            .map_err(|source| ClientError::Absent { address: self.admin, source })?;
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(stranger)?;
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(HOST, self.admin.to_string())
            .body(Full::new(body))
            .expect("names of faults are plain letters");
        // Ends with the sender, a few lines below.
        drop(tokio::spawn(connection));
        let answer = sender.send_request(request).await.map_err(stranger)?;
        let status = answer.status();
        let body = Limited::new(answer.into_body(), MOST_ANSWER).collect().await;
        let body = body.map_err(|_| ClientError::Stranger(self.admin))?.to_bytes();
        if status.is_success() { Ok(body) } else { Err(self.refusal(&body)) }
    }

    fn refusal(&self, body: &[u8]) -> ClientError {
        let parsed: Option<Value> = serde_json::from_slice(body).ok();
        match parsed.as_ref().and_then(|value| value.get("error")).and_then(Value::as_str) {
            Some(message) => ClientError::Refused(message.to_owned()),
            None => ClientError::Stranger(self.admin),
        }
    }
}
