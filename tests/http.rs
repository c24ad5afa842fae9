//! The `http` kind: scenarios as data, pages written by hand, hostile servers, and a real nginx.

#[path = "http/build.rs"]
mod build;
#[path = "http/corpus.rs"]
mod corpus;
#[path = "http/differential.rs"]
mod differential;
#[path = "http/nginx.rs"]
mod nginx;
#[path = "http/parsers.rs"]
mod parsers;
#[path = "http/requests.rs"]
mod requests;
#[path = "http/scenarios.rs"]
mod scenarios;
#[path = "http/server.rs"]
mod server;
#[path = "http/settings.rs"]
mod settings;
