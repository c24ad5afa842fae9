//! What an error of hyper or h2 stands for.

use std::error::Error as _;
use std::{fmt, io};

use crate::model::fault::Fault;
use crate::model::reason::Reason;
use crate::net::marks::Marks;
use crate::net::stage::Stage;

/// A request that cannot be put into words of HTTP: only an address that a server named can be the cause.
pub(crate) fn of_request(error: impl fmt::Display) -> Fault {
    Fault::new(Reason::BadRedirect, "write request", error)
}

/// The fault that an error of hyper stands for.
pub(crate) fn of_hyper(stage: Stage, error: &hyper::Error, marks: &Marks) -> Fault {
    let source = error.source();
    // A request that is cancelled holds why the connection ended, as an error of the same kind.
    if let Some(within) = source.and_then(|cause| cause.downcast_ref::<hyper::Error>()) {
        return of_hyper(stage, within, marks);
    }
    let cause = source.and_then(|cause| cause.downcast_ref::<io::Error>());
    let reason = match cause {
        _ if marks.is_flooded() => stage.flooded(),
        _ if error.is_parse_too_large() => Reason::HeadersTooLarge,
        _ if error.is_parse() => Reason::MalformedResponse,
        _ if error.is_incomplete_message() => stage.cut_short(),
        Some(cause) if is_chunking(cause) => Reason::MalformedResponse,
        Some(cause) => stage.reason(cause),
        None if error.is_closed() || error.is_canceled() => stage.cut_short(),
        None => Reason::MalformedResponse,
    };
    let detail = source.map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"));
    Fault::new(reason, stage.operation(), detail)
}

/// What h2 says, to us and to the server, of headers past the limit that it was given.
const HEADERS_PAST_LIMIT: &str = "header_list_way_too_large";

/// The fault that an error of h2 stands for. It keeps no more than the kind and the words of what broke the stream, so
/// what TLS said is taken from the stream itself.
pub(crate) fn of_h2(stage: Stage, error: &h2::Error, marks: &Marks) -> Fault {
    let reason = match error.get_io() {
        _ if marks.is_flooded() && stage == Stage::Body => stage.flooded(),
        _ if error.to_string().contains(HEADERS_PAST_LIMIT) => Reason::HeadersTooLarge,
        Some(cause) if !marks.is_flooded() => marks.alert().unwrap_or_else(|| stage.reason(cause)),
        _ => Reason::Http2Error,
    };
    Fault::new(reason, stage.operation(), error)
}

/// hyper says so of a chunked body that cannot be read.
fn is_chunking(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData)
        && error.raw_os_error().is_none()
        && error.get_ref().is_none_or(|inner| !inner.is::<rustls::Error>())
}

impl Fault {
    /// A connection closed in the middle of the head is a truncated answer; one closed without a byte is just closed.
    pub(crate) fn unanswered(mut self, marks: &Marks) -> Self {
        if self.reason == Reason::ConnectionClosed && marks.taken().first.is_some() {
            self.reason = Reason::Truncated;
        }
        self
    }
}
