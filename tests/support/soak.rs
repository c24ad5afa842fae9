//! How long or how many: what `make test` samples, `make soak` (`EMC_SOAK`) does at length.

/// The first in `make test`, the second in `make soak`.
pub(crate) fn pick<T>(sample: T, long: T) -> T {
    if std::env::var_os("EMC_SOAK").is_some() { long } else { sample }
}
