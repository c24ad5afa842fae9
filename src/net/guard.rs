//! Which addresses may be connected to. Asked after name resolution, for every connection and every redirect.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::model::reason::Reason;
use crate::net::route::Reach;

/// The address policy.
#[derive(Clone, Debug, Default)]
pub struct Guard {
    deny: Vec<IpNet>,
}

impl Guard {
    /// A guard that refuses these networks always, and special ranges where a server names them.
    #[must_use]
    pub const fn new(deny: Vec<IpNet>) -> Self {
        Self { deny }
    }

    /// Whether this address may be connected to.
    ///
    /// # Errors
    /// `address_denied` for a denied network, `redirect_denied` for a private address that a server named.
    pub fn admit(&self, _address: IpAddr, _reach: Reach) -> Result<(), Reason> {
        todo!()
    }
}
