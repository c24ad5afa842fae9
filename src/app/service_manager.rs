//! What systemd is told of a running `emc` (`Type=notify`): ready, reloading, stopping. Nothing where nobody asked.
//!
//! The protocol is one datagram to the socket that `NOTIFY_SOCKET` names (`sd_notify(3)`): too little for a crate.

use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram};

use crate::app::variables::Variables;
use crate::config::resources::Environment as _;

/// Where systemd says on which socket it listens.
const SOCKET: &str = "NOTIFY_SOCKET";

/// What a service may say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saying {
    /// Probes run and the pages are served; also after a reload.
    Ready,
    /// The configuration is being read anew.
    Reloading,
    /// No further runs are started.
    Stopping,
}

impl Saying {
    const fn line(self) -> &'static str {
        match self {
            Self::Ready => "READY=1",
            Self::Reloading => "RELOADING=1",
            Self::Stopping => "STOPPING=1",
        }
    }
}

/// Whoever started us and wants to know how we are; nobody outside a service.
#[derive(Debug)]
pub struct ServiceManager(Option<(UnixDatagram, SocketAddr)>);

impl ServiceManager {
    /// The one that the environment names.
    #[must_use]
    pub fn found(variables: &Variables) -> Self {
        let Some(name) = variables.variable(SOCKET) else { return Self(None) };
        let reached = address(&name).and_then(|address| {
            let socket = UnixDatagram::unbound()?;
            // A manager that does not read must not hold up the event loop.
            socket.set_nonblocking(true)?;
            Ok((socket, address))
        });
        if let Err(error) = &reached {
            tracing::warn!(%error, "the service manager's socket cannot be used");
        }
        Self(reached.ok())
    }

    /// Says it.
    pub fn tell(&self, saying: Saying) {
        let Some((socket, address)) = &self.0 else { return };
        if let Err(error) = socket.send_to_addr(saying.line().as_bytes(), address) {
            tracing::warn!(%error, saying = saying.line(), "the service manager could not be told");
        }
    }
}

/// A path, or a name of Linux' abstract namespace where it begins with `@`.
fn address(name: &str) -> std::io::Result<SocketAddr> {
    match name.strip_prefix('@') {
        Some(name) => SocketAddr::from_abstract_name(name),
        None => SocketAddr::from_pathname(name),
    }
}
