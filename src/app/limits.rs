//! Limits that the system sets us: as many file descriptors as it allows, and how many runs fit under them.

use nix::sys::resource::{Resource, getrlimit, setrlimit};

use crate::schedule::settings::{guests_within, runs_within};

/// Raises the limit of file descriptors to what is allowed; answers it.
#[must_use]
pub fn raise_descriptors() -> u64 {
    let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else { return 1024 };
    if soft < hard && setrlimit(Resource::RLIMIT_NOFILE, hard, hard).is_ok() {
        return hard;
    }
    soft
}

/// The number of runs in flight that was wished for, or fewer where descriptors are short.
#[must_use]
pub fn runs_allowed(wished: usize) -> usize {
    let allowed = runs_within(raise_descriptors());
    if allowed < wished {
        tracing::debug!(
            wished,
            allowed,
            "fewer runs may be in flight at once than wished: file descriptors are short"
        );
    }
    allowed.min(wished)
}

/// The number of web connections that was wished for, or fewer where descriptors are short.
#[must_use]
pub fn connections_allowed(wished: usize) -> usize {
    guests_within(raise_descriptors()).min(wished)
}

/// The block by which the allocator is taught to keep freed memory, in bytes.
const LESSON: usize = 1 << 20;

/// glibc gives the end of its heap back after every run and faults it in again, which doubled the cost of a plain HTTP
/// probe. When a large block is freed it learns (mallopt(3), dynamic threshold) to keep up to twice as much at hand.
pub fn keep_freed_memory() {
    drop(std::hint::black_box(Vec::<u8>::with_capacity(LESSON)));
}
