//! Rules and alerts: what is checked in is what the code says, and what it says holds in real software.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod rules {
    mod cases;
    mod drift;
    mod questions;
    mod runbooks;
}
