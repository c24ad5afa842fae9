//! When the kernel saw a packet (`SO_TIMESTAMPING`, software stamps on receive), by our monotonic clock.
//!
//! Under load every user-space clock is late by whatever ran before us (measured: 9-22 ms at the 99th percentile); the
//! kernel's stamp is not. Where there is none, or none that can be true, the caller falls back to its own clock.

use std::io::IoSliceMut;
use std::net::UdpSocket;
use std::os::fd::{AsFd, AsRawFd};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use nix::sys::socket::{
    ControlMessageOwned, MsgFlags, TimestampingFlag, Timestamps, recvmsg, setsockopt, sockopt,
};
use tokio::io::ReadBuf;

use crate::net::marks::Stamp;

/// Keeps the kernel stamping packets. It does so only while some socket asks for it, and switching on takes effect too
/// late for the first packets of a connection; one idle socket that asks all the time costs nothing.
#[derive(Debug)]
pub(crate) struct KernelClock {
    _keeper: Option<UdpSocket>,
}

impl KernelClock {
    /// Switches stamping on, as long as this lives. Without it stamps are only missing.
    pub(crate) fn start() -> Self {
        let keeper = UdpSocket::bind("127.0.0.1:0").ok().filter(ask_for_stamps);
        Self { _keeper: keeper }
    }
}

/// Asks for a stamp on whatever this socket receives from now on; says whether the kernel will give one.
pub(crate) fn ask_for_stamps(socket: &impl AsFd) -> bool {
    let software =
        TimestampingFlag::SOF_TIMESTAMPING_RX_SOFTWARE | TimestampingFlag::SOF_TIMESTAMPING_SOFTWARE;
    setsockopt(socket, sockopt::Timestamping, &software).is_ok()
}

/// Reads at most `most` bytes and tells when the packet with the last of them came in.
pub(crate) fn read_with_stamp(
    socket: &impl AsRawFd,
    buffer: &mut ReadBuf<'_>,
    most: usize,
) -> std::io::Result<(usize, Option<SystemTime>)> {
    let mut control = nix::cmsg_space!(Timestamps);
    let most = most.min(buffer.remaining());
    let room = buffer.initialize_unfilled_to(most);
    let (count, seen_at) = {
        let mut slices = [IoSliceMut::new(room)];
        let message = recvmsg::<()>(socket.as_raw_fd(), &mut slices, Some(&mut control), MsgFlags::empty())?;
        let stamp = message.cmsgs()?.find_map(|control| match control {
            ControlMessageOwned::ScmTimestampsns(stamps) => Some(stamps.system),
            _ => None,
        });
        (message.bytes, stamp.filter(|stamp| stamp.tv_sec() > 0))
    };
    buffer.advance(count);
    Ok((count, seen_at.map(|stamp| UNIX_EPOCH + Duration::from(stamp))))
}

/// A stamp by the monotonic clock. The two clocks are read at once; a stamp from before `earliest` or from the future
/// cannot be true (the wall clock was set meanwhile), and then our own clock must do.
pub(crate) fn to_monotonic(seen_at: Option<SystemTime>, earliest: Instant) -> Stamp {
    let (now, wall) = (Instant::now(), SystemTime::now());
    let by_kernel = seen_at
        .and_then(|seen_at| wall.duration_since(seen_at).ok())
        .and_then(|age| now.checked_sub(age))
        .filter(|at| *at >= earliest);
    Stamp { at: by_kernel.unwrap_or(now), by_kernel: by_kernel.is_some() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_that_cannot_be_true_is_not_believed() {
        let earliest = Instant::now();
        let hour = Duration::from_secs(3600);
        for impossible in [None, Some(SystemTime::now() - hour), Some(SystemTime::now() + hour)] {
            assert!(!to_monotonic(impossible, earliest).by_kernel);
        }
        let stamp = to_monotonic(Some(SystemTime::now()), earliest);
        assert!(stamp.by_kernel && stamp.at >= earliest);
    }
}
