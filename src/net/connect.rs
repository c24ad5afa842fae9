//! A TCP connection to a host, over all its addresses as a browser would (RFC 8305), with every address accounted for.

use crate::model::facts::AddressFacts;
use crate::model::fault::Fault;
use crate::model::phase::Phases;
use crate::net::Net;
use crate::net::route::{Endpoint, Reach, Route};
use crate::net::run::Run;

/// A TCP stream that can tell when the kernel saw the first byte of an answer.
#[derive(Debug)]
pub struct Stream {}

/// A connection attempt: what was seen, and the stream if it came about.
#[derive(Debug)]
pub struct Dial {
    /// Every address and what became of it.
    pub addresses: Vec<AddressFacts>,
    /// `resolve` and `connect`.
    pub phases: Phases,
    /// The stream, or why there is none.
    pub stream: Result<Stream, Fault>,
}

impl Net {
    /// Resolves and connects (through the route's proxy, if it has one). Never lasts past the run's deadline.
    pub async fn dial(&self, _endpoint: &Endpoint, _route: &Route, _reach: Reach, _run: &mut Run) -> Dial {
        todo!()
    }
}
