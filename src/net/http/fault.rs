//! What an error of hyper stands for.

use std::error::Error as _;
use std::io;

use crate::model::fault::Fault;
use crate::model::reason::Reason;
use crate::net::stage::Stage;

/// The fault that an error of hyper stands for.
pub(crate) fn of_hyper(stage: Stage, error: &hyper::Error) -> Fault {
    let source = error.source();
    let cause = source.and_then(|cause| cause.downcast_ref::<io::Error>());
    let reason = match cause {
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

/// hyper says so of a chunked body that cannot be read.
fn is_chunking(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData)
        && error.raw_os_error().is_none()
        && !crate::net::stage::is_tls(error)
}
