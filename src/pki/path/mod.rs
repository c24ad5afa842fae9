//! Certification paths (RFC 5280 §6): from a certificate up to a trusted root, and whether each step may be taken.
//!
//! `store` holds what is at hand, `build` finds ways up, `validate` judges one way. Whether anything was revoked
//! is the neighbour's matter ([`revocation`](crate::pki::revocation)); both are asked through
//! [`trust`](crate::pki::trust).

pub(in crate::pki) mod build;
pub(in crate::pki) mod card;
pub(in crate::pki) mod general;
pub(in crate::pki) mod name;
pub(in crate::pki) mod oids;
pub mod purpose;
pub(in crate::pki) mod store;
pub(in crate::pki) mod validate;

mod constraints;
mod policy;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use der::asn1::ObjectIdentifier;

use crate::pki::verdict::Flaw;

/// Something wrong with a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What.
    pub flaw: Flaw,
    /// Which certificate of the path; 0 is the one in question.
    pub place: usize,
    /// The moment that it hangs on, so that whoever knows more of time can judge anew.
    pub moment: Option<Moment>,
}

/// A moment that decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Before it, the certificate is not valid yet.
    ValidFrom(DateTime<Utc>),
    /// After it, the certificate has expired.
    ValidUntil(DateTime<Utc>),
    /// From it on, the certificate is revoked or suspended.
    RevokedSince(DateTime<Utc>),
}

/// Which certificate policies are asked for: the initial inputs (c), (e), (f), (g) of RFC 5280 §6.1.1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PolicyInputs {
    /// Policies of which one must hold; empty for any.
    pub acceptable: BTreeSet<ObjectIdentifier>,
    /// Whether a policy must hold at all, even where no certificate demands it.
    pub explicit: bool,
    /// Whether policies may not be mapped.
    pub inhibit_mapping: bool,
    /// Whether "any policy" counts for nothing.
    pub inhibit_any: bool,
}
