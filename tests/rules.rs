//! Rules and alerts: what is checked in is what the code says, and what it says holds in real software.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod rules {
    mod cases;
    mod drift;
    mod live;
    mod questions;
    mod runbooks;
    mod tools;
    mod webhook;
}

#[expect(dead_code, reason = "these tests need a part of what it offers")]
#[path = "serve/monitor.rs"]
mod monitor;
