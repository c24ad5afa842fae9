//! The `http` kind: scenarios as data, pages written by hand, hostile servers, and a real nginx.

#[path = "http/corpus.rs"]
mod corpus;
