//! History as an operator meets it: what `emc serve` writes, what `emc history` tells, and what a disk does to both.

#[path = "history/bed.rs"]
mod bed;
#[expect(dead_code, reason = "this test needs a part of what it offers")]
#[path = "serve/monitor.rs"]
mod monitor;
#[expect(dead_code, reason = "this test needs a part of what it offers")]
#[path = "serve/portal.rs"]
mod portal;
#[path = "support/soak.rs"]
mod soak;

#[path = "history/calendars.rs"]
mod calendars;
#[path = "history/damage.rs"]
mod damage;
#[path = "history/encrypted.rs"]
mod encrypted;
#[path = "history/evidence.rs"]
mod evidence;
#[path = "history/keeping.rs"]
mod keeping;
#[path = "history/kills.rs"]
mod kills;
#[path = "history/pages.rs"]
mod pages;
#[path = "history/postgres.rs"]
mod postgres;
#[path = "history/report.rs"]
mod report;
#[path = "history/serve.rs"]
mod serve;
#[path = "history/server.rs"]
mod server;
