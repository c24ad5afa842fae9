//! What was being done when it went wrong, and what an error of the system means then: the one place where an
//! `io::Error` becomes a [`Reason`].

use std::io::{Error, ErrorKind};

use nix::errno::Errno;

use crate::model::fault::Fault;
use crate::model::reason::Reason;
use crate::net::marks::Flood;
use crate::net::tls::reason;

/// A step of reaching a portal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The TCP handshake.
    Connect,
    /// The TLS handshake.
    Secure,
    /// Sending, and waiting for the head of the answer.
    Head,
    /// Reading the body.
    Body,
}

impl Stage {
    /// The word for people.
    #[must_use]
    pub const fn operation(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Secure => "tls handshake",
            Self::Head => "read head",
            Self::Body => "read body",
        }
    }

    /// What it is called when the deadline comes first.
    #[must_use]
    pub const fn late(self) -> Reason {
        match self {
            Self::Connect => Reason::ConnectTimeout,
            Self::Secure => Reason::TimeoutTls,
            Self::Head => Reason::TimeoutHeaders,
            Self::Body => Reason::TimeoutBody,
        }
    }

    /// What it is called when the other side closes in good order, but too soon.
    #[must_use]
    pub const fn cut_short(self) -> Reason {
        match self {
            Self::Connect | Self::Secure | Self::Head => Reason::ConnectionClosed,
            Self::Body => Reason::Truncated,
        }
    }

    /// What it is called when the other side sends without end.
    #[must_use]
    pub const fn flooded(self) -> Reason {
        match self {
            Self::Connect => Reason::MalformedResponse,
            Self::Secure => Reason::TlsHandshake,
            Self::Head => Reason::HeadersTooLarge,
            Self::Body => Reason::BodyTooLarge,
        }
    }

    /// The fault of a passed deadline.
    #[must_use]
    pub fn timeout(self) -> Fault {
        Fault::new(self.late(), self.operation(), "the deadline passed first")
    }

    /// The fault that an error of the system stands for.
    #[must_use]
    pub fn fault(self, error: &Error) -> Fault {
        Fault::new(self.reason(error), self.operation(), error)
    }

    /// What an error of the system stands for. Our own exhaustion is never a portal's fault.
    #[must_use]
    pub fn reason(self, error: &Error) -> Reason {
        if let Some(code) = error.raw_os_error() {
            return self.reason_of_code(Errno::from_raw(code));
        }
        let inner = error.get_ref();
        if let Some(error) =
            inner.and_then(<dyn std::error::Error + Send + Sync>::downcast_ref::<rustls::Error>)
        {
            return reason::of_error(error);
        }
        if inner.is_some_and(<dyn std::error::Error + Send + Sync>::is::<Flood>) {
            return self.flooded();
        }
        match error.kind() {
            // Without a code of the system these are a library's words for an end where more was to come.
            ErrorKind::UnexpectedEof | ErrorKind::BrokenPipe => self.cut_short(),
            ErrorKind::TimedOut => self.late(),
            ErrorKind::OutOfMemory => Reason::SelfMemory,
            ErrorKind::ConnectionRefused => Reason::ConnectRefused,
            _ => Reason::ConnectionReset,
        }
    }

    fn reason_of_code(self, code: Errno) -> Reason {
        match code {
            Errno::EMFILE | Errno::ENFILE => Reason::SelfFdExhausted,
            Errno::ENOMEM | Errno::ENOBUFS => Reason::SelfMemory,
            // No free local port, or none of ours fits: EAGAIN is what connect says when the range is used up.
            Errno::EADDRNOTAVAIL | Errno::EADDRINUSE | Errno::EAGAIN => Reason::SelfOverloaded,
            // A router's "unreachable" may be about the portal's network or about ours; in doubt nobody is blamed.
            // EPERM and EACCES are a local packet filter's; EINVAL, EAFNOSUPPORT a kernel without that family.
            Errno::ENETUNREACH
            | Errno::EHOSTUNREACH
            | Errno::ENETDOWN
            | Errno::EHOSTDOWN
            | Errno::ENONET
            | Errno::EPERM
            | Errno::EACCES
            | Errno::EINVAL
            | Errno::EAFNOSUPPORT => Reason::NoRoute,
            Errno::ECONNREFUSED => Reason::ConnectRefused,
            Errno::ETIMEDOUT => self.late(),
            // The other side, or the network between, broke the connection off.
            _ => Reason::ConnectionReset,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_of_the_system_has_its_reason() {
        let cases = [
            (Errno::EMFILE, Reason::SelfFdExhausted),
            (Errno::ENFILE, Reason::SelfFdExhausted),
            (Errno::ENOMEM, Reason::SelfMemory),
            (Errno::ENOBUFS, Reason::SelfMemory),
            (Errno::EADDRNOTAVAIL, Reason::SelfOverloaded),
            (Errno::EADDRINUSE, Reason::SelfOverloaded),
            (Errno::EAGAIN, Reason::SelfOverloaded),
            (Errno::ENETUNREACH, Reason::NoRoute),
            (Errno::EHOSTUNREACH, Reason::NoRoute),
            (Errno::ENETDOWN, Reason::NoRoute),
            (Errno::EHOSTDOWN, Reason::NoRoute),
            (Errno::EPERM, Reason::NoRoute),
            (Errno::EACCES, Reason::NoRoute),
            (Errno::EAFNOSUPPORT, Reason::NoRoute),
            (Errno::ECONNREFUSED, Reason::ConnectRefused),
            (Errno::ECONNRESET, Reason::ConnectionReset),
            (Errno::EPIPE, Reason::ConnectionReset),
            (Errno::ECONNABORTED, Reason::ConnectionReset),
            (Errno::EPROTO, Reason::ConnectionReset),
        ];
        for (code, reason) in cases {
            for stage in [Stage::Connect, Stage::Secure, Stage::Head, Stage::Body] {
                assert_eq!(
                    stage.reason(&Error::from_raw_os_error(code as i32)),
                    reason,
                    "{code} at {stage:?}"
                );
            }
        }
    }

    #[test]
    fn what_ends_too_soon_or_too_late_is_named_by_what_was_being_done() {
        let cases = [
            (Stage::Connect, Reason::ConnectTimeout, Reason::ConnectionClosed),
            (Stage::Secure, Reason::TimeoutTls, Reason::ConnectionClosed),
            (Stage::Head, Reason::TimeoutHeaders, Reason::ConnectionClosed),
            (Stage::Body, Reason::TimeoutBody, Reason::Truncated),
        ];
        for (stage, late, closed) in cases {
            assert_eq!(stage.timeout().reason, late);
            assert_eq!(stage.reason(&Error::from_raw_os_error(Errno::ETIMEDOUT as i32)), late);
            assert_eq!(stage.reason(&Error::from(ErrorKind::TimedOut)), late);
            assert_eq!(stage.reason(&Error::from(ErrorKind::UnexpectedEof)), closed);
        }
    }
}
