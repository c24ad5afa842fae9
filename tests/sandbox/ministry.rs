//! A ministry on free ports and clients that trust its test CA.

use std::sync::Once;

use chrono::Utc;
use emc_monitor::sandbox::faults::{Fault, Params};
use emc_monitor::sandbox::portal::{self, Running, Settings};
use reqwest::{Certificate, Client, ClientBuilder, Response};

/// An open ministry.
pub(super) struct Ministry {
    pub(super) running: Running,
}

impl Ministry {
    pub(super) async fn open() -> Self {
        Self { running: portal::start(Settings::free_ports(Utc::now())).await.unwrap() }
    }

    /// Opens with one fault on.
    pub(super) async fn with(fault: Fault) -> Self {
        let ministry = Self::open().await;
        ministry.on(fault, Params::default());
        ministry
    }

    pub(super) fn on(&self, fault: Fault, params: Params) {
        self.running.faults.on(fault, params).unwrap();
    }

    pub(super) fn http(&self, path: &str) -> String {
        format!("http://{}{path}", self.running.http)
    }

    pub(super) fn https(&self, path: &str) -> String {
        format!("https://{}{path}", self.running.https)
    }

    pub(super) fn client(&self) -> ClientBuilder {
        let ca = Certificate::from_pem(self.running.ca_pem.as_bytes()).unwrap();
        builder().tls_certs_only([ca]).redirect(reqwest::redirect::Policy::none())
    }

    /// One page over HTTPS.
    pub(super) async fn get(&self, path: &str) -> Response {
        self.try_get(path).await.unwrap()
    }

    pub(super) async fn try_get(&self, path: &str) -> reqwest::Result<Response> {
        self.client().build().unwrap().get(self.https(path)).send().await
    }

    /// What went wrong, cause by cause.
    pub(super) async fn failure(&self) -> String {
        causes(&self.try_get("/").await.unwrap_err())
    }
}

/// A client for plain HTTP.
pub(super) fn plain_client() -> Client {
    builder().build().unwrap()
}

fn builder() -> ClientBuilder {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| rustls::crypto::aws_lc_rs::default_provider().install_default().unwrap());
    Client::builder().no_proxy()
}

/// An error with everything below it.
pub(super) fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}
