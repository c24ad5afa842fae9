//! What Prometheus and a browser see: `/metrics` in both formats, the pages, and who is let in.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "web/access.rs"]
mod access;
#[path = "web/archive.rs"]
mod archive;
#[path = "web/endpoints.rs"]
mod endpoints;
#[path = "web/exposition.rs"]
mod exposition;
#[path = "web/fixture.rs"]
mod fixture;
#[path = "web/hostile.rs"]
mod hostile;
#[path = "support/judges.rs"]
mod judges;
#[path = "support/never.rs"]
mod never;
#[path = "support/pictures.rs"]
mod pictures;
#[path = "web/prometheus.rs"]
mod prometheus;
#[path = "web/served.rs"]
mod served;
#[path = "support/soak.rs"]
mod soak;
#[path = "web/status.rs"]
mod status;
