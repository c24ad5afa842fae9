//! Where the suites lie: in the wheel `cryptography_vectors`, found through the Python that the tests use.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, OnceLock};

use chrono::{DateTime, Utc};
use emc_monitor::pki::anchors::Anchors;
use emc_monitor::pki::evidence::{Evidence, Source, Statement};

/// The Python with the test tools: `EMC_PYTHON`, else the one that `tests/setup/python.sh` makes.
fn python() -> PathBuf {
    let made = || Path::new(env!("CARGO_MANIFEST_DIR")).join("target/python/bin/python");
    std::env::var_os("EMC_PYTHON").map_or_else(made, PathBuf::from)
}

/// The folder of X.509 vectors in the wheel.
pub(crate) fn vectors() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let python = python();
        let asked = Command::new(&python)
            .args(["-c", "import cryptography_vectors as v; print(v.__path__[0])"])
            .output()
            .unwrap_or_else(|error| panic!("{}: {error} (run tests/setup/python.sh)", python.display()));
        assert!(asked.status.success(), "{}", String::from_utf8_lossy(&asked.stderr));
        PathBuf::from(String::from_utf8(asked.stdout).unwrap().trim()).join("x509")
    })
}

/// The files of a folder of the suite, by name.
pub(crate) fn files(folder: &str) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = std::fs::read_dir(vectors().join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_stem().unwrap().to_string_lossy().into_owned(), std::fs::read(&path).unwrap()))
        .collect();
    files.sort();
    files
}

/// Everything of PKITS: each path must be found among all its certificates and lists.
pub(crate) struct Pkits {
    /// The trust anchor.
    pub(crate) anchors: Anchors,
    /// All certificates and lists.
    pub(crate) evidence: Evidence,
}

impl Pkits {
    /// Reads the suite.
    pub(crate) fn read() -> Self {
        let certificates = files("PKITS_data/certs");
        let (_, root) =
            certificates.iter().find(|(name, _)| name == "TrustAnchorRootCertificate").unwrap().clone();
        let mut anchors = Anchors::default();
        anchors.add(&Arc::from("pkits"), root);
        let crls = files("PKITS_data/crls").into_iter().map(|(_, bytes)| embedded(bytes)).collect();
        let certificates = certificates.into_iter().map(|(_, bytes)| bytes).collect();
        Self { anchors, evidence: Evidence { certificates, crls, ocsps: Vec::new() } }
    }
}

/// A statement out of a file.
pub(crate) fn embedded(bytes: Vec<u8>) -> Statement {
    Statement { bytes, source: Source::Embedded, nonce: None }
}

/// A moment at which everything of the suite that is meant to be valid is.
pub(crate) fn moment(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}
