//! The roots that signatures are traced to, in named sets (`national`, `government`, or one of the operator's own).

use std::sync::Arc;

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

use crate::pki::certificate::is_certificate;

/// A trusted root: what it says of itself is believed, its own signature is not looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// The set that it belongs to.
    pub set: Arc<str>,
    /// Its certificate, DER.
    pub certificate: Vec<u8>,
}

/// All roots that are trusted for one verification.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Anchors(Vec<Anchor>);

impl Anchors {
    /// Trusts one root more.
    pub fn add(&mut self, set: &Arc<str>, certificate: Vec<u8>) {
        let anchor = Anchor { set: Arc::clone(set), certificate };
        if !self.0.contains(&anchor) {
            self.0.push(anchor);
        }
    }

    /// Whether nothing is trusted; then nothing can be valid.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each root.
    pub fn iter(&self) -> impl Iterator<Item = &Anchor> {
        self.0.iter()
    }
}

/// The certificates of a file: PEM, one or several, or one in DER. `None` where it holds anything else or nothing.
#[must_use]
pub fn certificates_in(bytes: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut found = Vec::new();
    for item in CertificateDer::pem_slice_iter(bytes) {
        found.push(item.ok()?.as_ref().to_vec());
    }
    if found.is_empty() {
        found.push(bytes.to_vec());
    }
    found.iter().all(|der| is_certificate(der)).then_some(found)
}
