//! What a `dns` probe was set up to do: the checked form of its settings.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::time::Duration;

use hickory_proto::rr::{Name, RecordType};
use regex::Regex;

use crate::probe::dns::anchors::Anchor;
use crate::probe::dns::settings::{RcodeKey, Recursion, Transport};

/// A checked `dns` probe.
#[derive(Debug)]
pub struct Plan {
    /// Name to ask for, fully qualified.
    pub name: Name,
    /// Type of record to ask for.
    pub record: RecordType,
    /// Resolver to ask; `None` for the configured or the system's.
    pub server: Option<SocketAddr>,
    /// How questions travel.
    pub transport: Transport,
    /// Whether the server finds the answer elsewhere.
    pub recursion: Recursion,
    /// What the answer must be.
    pub expected: Expected,
    /// Addresses given for name servers; `None` where name servers are not compared.
    pub name_servers: Option<BTreeMap<String, Vec<SocketAddr>>>,
    /// Port of name servers found in DNS.
    pub port: u16,
    /// Checking of signatures, if wanted.
    pub validation: Option<Validation>,
    /// An answer that takes longer is `degraded`.
    pub slow_after: Option<Duration>,
}

/// What the answer must be, in canonical form.
#[derive(Debug)]
pub struct Expected {
    /// Response code.
    pub rcode: RcodeKey,
    /// Exactly these answers.
    pub answers: Option<BTreeSet<String>>,
    /// At least these answers.
    pub contains: BTreeSet<String>,
    /// Patterns that some answer fits.
    pub matches: Vec<Regex>,
    /// Patterns that no answer may fit.
    pub forbidden: Vec<Regex>,
    /// At least so many answers.
    pub min_answers: usize,
    /// The least time to live.
    pub ttl_min: Option<Duration>,
}

/// Checking of signatures.
#[derive(Debug)]
pub struct Validation {
    /// Whether an unsigned answer is `down`.
    pub required: bool,
    /// Keys to trust; the root's own where empty.
    pub anchors: Vec<Anchor>,
}
