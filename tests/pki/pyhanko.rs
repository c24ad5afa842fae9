//! CAdES as pyHanko signs it, with timestamps of its own authority.

use std::path::Path;
use std::process::Command;

use emc_monitor::pki::claim::{Format, StampKind};
use emc_monitor::pki::cms::{Content, claims};
use emc_monitor::pki::stamp;

use crate::openssl::{CONTENT, Workshop};

/// The interpreter of `tests/setup/python.sh`, or the one that the environment names.
fn python() -> std::path::PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    option_env!("EMC_PYTHON").map_or_else(|| root.join("target/python/bin/python"), Into::into)
}
