//! Whom to trust: roots out of folders and files that were named, else the configured sets.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::app::variables::Variables;
use crate::app::verify::{VerifyError, VerifyOptions};
use crate::config;
use crate::config::global::Global;
use crate::model::told::{Told, told};
use crate::net::NetSettings;
use crate::pki::anchors::{Anchors, certificates_in};

/// Endings of files that hold certificates.
const ENDINGS: [&str; 4] = ["pem", "crt", "cer", "der"];
/// The set that roots belong to which were named on the command line.
const GIVEN: &str = "given";

/// What the operator trusts and sets.
#[derive(Default)]
pub(super) struct Trusted {
    /// The roots.
    pub(super) anchors: Anchors,
    /// How the network is touched.
    pub(super) net: NetSettings,
    /// Hosts that may be asked.
    pub(super) fetch_hosts: Vec<String>,
}

/// Reads the anchors that were named, or the configured ones. Without a configuration there are none.
pub(super) fn read(options: &VerifyOptions, variables: &Variables) -> Result<Trusted, VerifyError> {
    let configured = if is_configured(&options.config_file) {
        let loaded = config::load(&options.config_file, variables).map_err(VerifyError::Configuration)?;
        let Global { anchors, net, fetch_hosts, .. } = loaded.global;
        Trusted { anchors, net, fetch_hosts }
    } else {
        Trusted::default()
    };
    if options.anchors.is_empty() {
        return Ok(configured);
    }
    let mut anchors = Anchors::default();
    let set: Arc<str> = GIVEN.into();
    for path in &options.anchors {
        for root in roots(path).map_err(VerifyError::Unusable)? {
            anchors.add(&set, root);
        }
    }
    Ok(Trusted { anchors, ..configured })
}

/// Whether there is a configuration to read. Where none was named, a folder without one is as good as none.
fn is_configured(path: &Path) -> bool {
    path != Path::new(".") || path.join("emc.yaml").exists()
}

/// The certificates of a file, or of all files in a folder whose names end as those of certificates do.
fn roots(path: &Path) -> Result<Vec<Vec<u8>>, Told> {
    if !path.is_dir() {
        return certificates(path);
    }
    let unreadable = |error: std::io::Error| {
        let shown = path.display();
        told!("không đọc được thư mục \"{shown}\": {error}", "cannot read the folder \"{shown}\": {error}")
    };
    let entries = std::fs::read_dir(path).map_err(unreadable)?;
    let mut files: Vec<PathBuf> =
        entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>().map_err(unreadable)?;
    files.retain(|file| {
        file.extension().is_some_and(|ending| ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known)))
    });
    files.sort();
    let mut all = Vec::new();
    for file in files {
        all.extend(certificates(&file)?);
    }
    Ok(all)
}

/// The certificates of one file: PEM, one or several, or one in DER.
fn certificates(path: &Path) -> Result<Vec<Vec<u8>>, Told> {
    let shown = path.display();
    let bytes = std::fs::read(path)
        .map_err(|error| told!("không đọc được \"{shown}\": {error}", "cannot read \"{shown}\": {error}"))?;
    certificates_in(&bytes).ok_or_else(|| {
        told!(
            "\"{shown}\" không phải là chứng thư dạng PEM hoặc DER",
            "\"{shown}\" is no certificate in PEM or DER"
        )
    })
}
