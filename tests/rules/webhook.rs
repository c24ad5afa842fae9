//! Takes Alertmanager's notifications and remembers what was told.

use std::sync::{Arc, Mutex};

use axum::extract::{Path, State};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::Value;

/// One alert in a notification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) receiver: String,
    pub(super) status: String,
    pub(super) name: String,
    pub(super) portal: String,
    pub(super) summary: String,
}

#[derive(Clone, Default)]
pub(super) struct Webhook(Arc<Mutex<Vec<Told>>>);

impl Webhook {
    /// Listens on a free port; answers where.
    pub(super) async fn listen(&self) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let router = Router::new().route("/{receiver}", post(take)).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        address
    }

    /// Everything told so far, repetitions included.
    pub(super) fn all(&self) -> Vec<Told> {
        self.0.lock().unwrap().clone()
    }

    /// Forgets what was told.
    pub(super) fn forget(&self) {
        self.0.lock().unwrap().clear();
    }
}

async fn take(State(webhook): State<Webhook>, Path(receiver): Path<String>, Json(body): Json<Value>) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    for alert in body["alerts"].as_array().into_iter().flatten() {
        webhook.0.lock().unwrap().push(Told {
            receiver: receiver.clone(),
            status: text(&alert["status"]),
            name: text(&alert["labels"]["alertname"]),
            portal: text(&alert["labels"]["portal"]),
            summary: text(&alert["annotations"]["summary"]),
        });
    }
}
