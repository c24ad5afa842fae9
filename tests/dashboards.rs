//! The dashboards: what is checked in is what the code says, and what it says holds in real software.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod dashboards {
    mod drift;
    mod lint;
    mod live;
    mod ministry;
    mod pictures;
    mod preview;
    mod prometheus;
    mod questions;
    mod schema;
}

#[expect(dead_code, reason = "these tests need a part of what it offers")]
#[path = "serve/monitor.rs"]
mod monitor;
#[path = "support/pictures.rs"]
mod pictures;
