//! History as an operator meets it: what `emc serve` writes, what `emc history` tells, and what a disk does to both.

#[path = "history/bed.rs"]
mod bed;
#[expect(dead_code, reason = "this test needs a part of what it offers")]
#[path = "serve/monitor.rs"]
mod monitor;
#[expect(dead_code, reason = "this test needs a part of what it offers")]
#[path = "serve/portal.rs"]
mod portal;
#[expect(dead_code, reason = "kills are counted by it")]
#[path = "support/soak.rs"]
mod soak;

#[path = "history/damage.rs"]
mod damage;
#[path = "history/serve.rs"]
mod serve;
