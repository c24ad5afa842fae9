//! Something that ended a measurement before it was whole: what, where, and whose fault.

use std::fmt;
use std::net::SocketAddr;

use serde::Serialize;

use crate::model::reason::{Owner, Reason};
use crate::model::sayings;
use crate::model::text::presentable;
use crate::model::told::Told;

/// The longest detail, in characters.
const DETAIL_MAX: usize = 300;

/// A failed operation. Whose fault it was follows from its reason: a portal's fault is a fact to be judged, our own
/// is an interruption of the measuring.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The closed reason.
    pub reason: Reason,
    /// What was being done: a word of ours such as `resolve`, `connect`, `read head`.
    pub operation: &'static str,
    /// The address it was done to, if one was known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<SocketAddr>,
    /// What the system, library or server said.
    pub detail: String,
}

impl Fault {
    /// Names a failure.
    #[must_use]
    pub fn new(reason: Reason, operation: &'static str, detail: impl fmt::Display) -> Self {
        Self { reason, operation, address: None, detail: presentable(&detail.to_string(), DETAIL_MAX) }
    }

    /// Adds the address.
    #[must_use]
    pub fn at(mut self, address: SocketAddr) -> Self {
        self.address = Some(address);
        self
    }

    /// The whole in both languages, for whoever reads it.
    #[must_use]
    pub fn told(&self) -> Told {
        let (operation, said) = (sayings::operation(self.operation), sayings::saying(&self.detail));
        let joined = |operation: String, said: String| {
            // "connect: connection refused" says in Vietnamese one thing twice.
            if said.starts_with(&operation) { said } else { format!("{operation}: {said}") }
        };
        let told = Told { vi: joined(operation.vi, said.vi), en: format!("{}: {}", operation.en, said.en) };
        match self.address {
            Some(address) => told.map(|told| format!("{told} ({address})")),
            None => told,
        }
    }

    /// Whether it was ours, so that nothing may be said of the portal.
    #[must_use]
    pub fn is_ours(&self) -> bool {
        self.reason.owner() == Owner::Ours
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.operation, self.detail)?;
        self.address.map_or(Ok(()), |address| write!(f, " ({address})"))
    }
}

impl std::error::Error for Fault {}
